"""Everything that checkers look at, read once after the end of a run."""

import email
import json
import pathlib

import cluster
import contract

SPINE = {
    "head": "select epoch, position, encode(chain, 'hex') chain from {s}.source_head",
    "events": "select position, epoch, outbox_id, aggregate, aggregate_version, type, audience, "
              "encode(payload, 'hex') payload, actor, request_id, encode(chain, 'hex') chain "
              "from {s}.event_log order by position",
    "feeds": "select feed, position, event_position, encode(chain, 'hex') chain from {s}.feed_log "
             "order by feed, position",
    "outbox": "select id, aggregate, type from {s}.outbox",
    "cursors": "select consumer, source, epoch, position, encode(chain, 'hex') chain "
               "from {s}.consumer_cursor",
    "parked": "select consumer, source, position, aggregate, error from {s}.parked_event",
    "unanswered": "select caller, method, request_id from {s}.idempotency where response is null",
}
TABLES = {
    "venue.venues": "id, display_name",
    "hazard.venues": "name, display_name",
    "hazard.inspections": "id, venue",
    "hazard.findings": "district, id, inspection_id, ordinal, description, state",
    "deadline.venues": "name, display_name",
    "deadline.findings": "name",
    "deadline.orders": "district, id, state",
    "deadline.order_items": "district, order_id, finding, due_date, rectify_time",
    "deadline.clocks": "district, id, state, due_time",
    "deadline.order_versions": "order_id, version, state",
    "deadline.document_numbers": "organ, code, year, serial",
    "reminder.clocks": "name, running, due_time",
    "reminder.reminders": "id, clock, step, recipient, channel, due_time, state, not_before, "
                          "attempts, delivery",
    "reminder.deliveries": "id, channel, state",
    "followup.venues": "name, display_name",
}


def database_of(service):
    return "rectify_followup" if service == cluster.SEALED else "rectify"


def rows(run, service, sql):
    text = run.psql(f"select row_to_json(t) from ({sql}) t", database_of(service))
    return [json.loads(line) for line in text.splitlines()]


def decode(messages, event):
    """The payload as a dict with the contract's field names."""
    return messages.decode(event["type"], bytes.fromhex(event["payload"]))


class Messages:
    def __init__(self):
        self._contract = contract.Contract()

    def decode(self, name, data):
        return contract.json_format.MessageToDict(
            self._contract.message(name).FromString(data), preserving_proto_field_name=True)


def take(run):
    """{"sources": …, "tables": …, "mails": …, "webhooks": …, "now": …}, ready for JSON."""
    messages = Messages()
    sources = {}
    for service in cluster.SERVICES:
        spine = {name: rows(run, service, sql.format(s=service)) for name, sql in SPINE.items()}
        for event in spine["events"]:
            event["body"] = decode(messages, event)
        sources[service] = spine
    tables = {table: rows(run, table.partition(".")[0], f"select {columns} from {table}")
              for table, columns in TABLES.items()}
    return {"now": run.clock.now().isoformat(), "sources": sources, "tables": tables,
            "mails": mails(run.maildir), "webhooks": webhooks(run.folder)}


def mails(maildir):
    """The delivery that each received mail names."""
    found = []
    for path in sorted(pathlib.Path(maildir).glob("new/*")):
        with path.open("rb") as file:
            found.append((email.message_from_binary_file(file)["X-Rectify-Delivery"] or "").strip())
    return found


def webhooks(folder):
    path = folder / "webhook/received.jsonl"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [json.loads(line)["id"] for line in file]


def log_lines(folder):
    """What the services logged above the level of information: the fields of each line; `line` has
    the text of one that is no JSON."""
    found = []
    for path in sorted(folder.glob("*-[01].log")):
        with path.open(encoding="utf-8", errors="replace") as file:
            for text in file:
                if '"level":"info"' in text:  # nearly all, too many to be parsed
                    continue
                try:
                    entry = json.loads(text)
                except ValueError:
                    entry = {"line": text.strip()}
                found.append({**entry, "replica": path.stem})
    return found
