"""One run: which part measures which goals, and what the parts share."""

import peers
import stand
from parts import bulk, dates, events, gateway, idle, lists, read, reminders, write, year


# What is measured together, in the order in which it is best measured.
PARTS = (
    (("P11",), idle.idle),  # before the other parts leave the services something to do
    (("P1", "P3"), write.many),
    (("P2",), write.one),
    (("P4",), read.by_name),
    (("P5",), events.propagation),
    (("P5", "P7"), bulk.bulk),
    (("P6",), reminders.dispatch),
    (("P8",), dates.due_dates),
    (("P9",), lists.lists),
    (("P10",), gateway.by_name),
    (("P12",), year.replay),
)
GOALS = {goal for part, _ in PARTS for goal in part}


class Session:
    """What the parts share: the system, its sizes, and things that are made once."""

    def __init__(self, stack, wanted, scale):
        self.wanted = wanted
        self.scale = scale
        self.rounds = self.size(smoke=1, quick=3, full=5)
        self.bench = stand.Bench().start()
        stack.callback(self.bench.stop)
        self.district = stand.BenchDistrict(self.bench, self._venues())
        self._stack = stack
        self._made = {}

    def _venues(self):
        # So many that findings of the same kind at the same venue are the exception.
        return self.size(smoke=50, quick=5000, full=20000)

    def size(self, *, smoke, quick, full):
        return {"smoke": smoke, "quick": quick, "full": full}[self.scale]

    def wants(self, goal):
        return goal in self.wanted

    def once(self, make):
        """What make(self) gave the first time."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    def enter(self, context):
        """Enters a context until the end of the run."""
        return self._stack.enter_context(context)

    def at_end(self, clean_up):
        self._stack.callback(clean_up)


def measure(stack, wanted, scale):
    """The rows, as they become known."""
    if wanted & {"P3", "P6"}:
        peers.install()
    session = Session(stack, wanted, scale)
    for part, run in PARTS:
        if not wanted.isdisjoint(part):
            yield from run(session)
