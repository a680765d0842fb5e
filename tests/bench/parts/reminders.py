"""P6: how fast due reminders reach their outcome. The service writes letters into a folder that lies in
memory, so the channel costs next to nothing; everything else is as in production: leases, a ledger of
deliveries, audit entries and events. The job queues of Node run a job that does nothing."""

import pathlib
import shutil
import tempfile

import goals
import peers
import stand

# Reminders with a clock and a recipient of their own, so that none is merged with another.
FILL = """
INSERT INTO clocks (district, name, title, subject, findings, hazards, owner, handling_officer, venue,
    party, street, document_number, basis, ladder, start_time, due_time, due_date, running,
    schedule_version, kind)
SELECT '{code}', 'districts/{code}/clocks/' || id, '改正火灾隐患', 'districts/{code}/orders/' || id,
    array['districts/{code}/findings/' || id], array['室内消火栓箱门损坏'],
    'districts/{code}/venues/' || id, 'districts/{code}/officers/' || id,
    'districts/{code}/venues/' || id, '示例场所' || n, 'districts/{code}/streets/{code}001',
    '津丽消限字〔2026〕第' || n || '号', '消防监督检查规定 20', 'venue_rectify', now() - interval '9 days',
    date_trunc('day', now()) + interval '16 hours', current_date, true, 1, 'rectify'
  FROM (SELECT n, ('019a{mark}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
          FROM generate_series(1, {count}) n) numbered;
INSERT INTO reminders (district, id, clock, subject, venue, step, recipient, channel, due_time,
    due_date, schedule_version, state, title, title_template, body_template, catch_up, repeat_days,
    by_workdays, provisional, not_before, kind)
SELECT district, substring(name FROM '[^/]*$')::uuid, name, subject, venue, 'T+0', owner, 3,
    {due}, due_date, 1, 1, '', '【到期提醒】{{party}}：{{title}}{{days}}',
    E'负责人：\\n单位：{{party}}；文书：{{number}}；隐患：{{hazards}}。\\n{{title}}至{{due}}，{{days}}。'
    '请在期限内改正并申请复查。\\n依据：{{basis}}。\\n本提醒不是法律文书的送达，不影响法定期限。',
    2, 0, false, false, {due}, 'rectify'
  FROM clocks WHERE name LIKE '%/019a{mark}-%';
"""
# The first load's commit starts the measure, so neither the start nor the wait for the timer counts.
RATE = """
SELECT (count(*) - count(*) FILTER (WHERE t = first)) / nullif(extract(epoch FROM max(t) - first), 0)
  FROM (SELECT pg_xact_commit_timestamp(xmin) AS t,
               min(pg_xact_commit_timestamp(xmin)) OVER () AS first
          FROM reminder.reminders WHERE {of_mark} AND state = 4) sent GROUP BY first"""
# By the key: whoever counts by reading all that is pending disturbs what he measures.
OF_MARK = ("district = '{code}' AND id >= '019a{mark}-0000-7000-8000-000000000000'"
           " AND id <= '019a{mark}-0000-7000-8000-ffffffffffff'")


class Reminders:
    def __init__(self, session):
        self.bench = session.bench
        self.count = session.size(smoke=1000, quick=10_000, full=100_000)
        self._mark = 0
        self._memory = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm", prefix="rectify-bench."))
        session.at_end(lambda: shutil.rmtree(self._memory, ignore_errors=True))
        letters = self.bench.folder / "letters"
        letters.rmdir()
        letters.symlink_to(self._memory)

    def fill(self, count, due):
        """Reminders that wait for the instant `due` (SQL); gives their mark."""
        self._mark += 1
        mark = f"{self._mark:04x}"
        self.bench.sql("reminder", FILL.format(code=stand.CODE, mark=mark, count=count, due=due),
                       timeout=3600)
        self.bench.sql("reminder", "ANALYZE clocks, reminders")
        return mark

    def dispatch(self):
        """{per_second} of the service alone."""
        bench = self.bench
        bench.stop_services("reminder")
        mark = self.fill(self.count, "now() - interval '1 minute'")
        bench.start_service("reminder")
        of_mark = OF_MARK.format(code=stand.CODE, mark=mark)
        sent = f"SELECT count(*) FROM reminders WHERE {of_mark} AND state = 4"
        bench.await_number("reminder", sent, self.count, seconds=1200)
        for day in self._memory.iterdir():
            shutil.rmtree(day)
        rate = bench.sql("postgres", RATE.format(of_mark=of_mark), "rectify")[0][0]
        return {"per_second": float(rate or 0)}

    def peer(self, name, *words):
        count = self.count
        return lambda: peers.dispatch(self.bench, name, count, *words)


def dispatch(session):
    reminders = Reminders(session)
    bench = session.bench
    bench.stop_services("hazard", "deadline", "followup")
    names = ("graphile-worker", "pg-boss", "bullmq")
    sides = {"service": reminders.dispatch, **{name: reminders.peer(name) for name in names},
             "batches": reminders.peer("pg-boss", "batches")}
    with stand.quiet():
        rounds = goals.Rounds(**sides).run(session.size(smoke=1, quick=2, full=3))
    own = goals.per_second(rounds.median("service"))
    for name, goal in zip(names, (10, 10, 2)):
        yield goals.at_least("P6", f"{reminders.count} due reminders / {name}",
                             f"{own} | {goals.per_second(rounds.median(name))}",
                             rounds.ratio("service", name), goal)
    yield goals.plain("P6", "pg-boss without its workers, in batches of 500",
                      goals.per_second(rounds.median("batches")))
    pending = session.size(smoke=1000, quick=1_000_000, full=10_000_000)
    bench.stop_services("reminder")
    reminders.fill(pending, "now() + interval '200 days'")
    with stand.quiet():
        full = reminders.dispatch()["per_second"]
    yield goals.at_least("P6", f"the same with {pending} pending / with none",
                         f"{goals.per_second(full)} | {own}", full / rounds.median("service"), 0.7)
