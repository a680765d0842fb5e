"""The rows that one RecordInspection leaves behind, taken from the service's own tables and turned into
SQL that writes the same rows with other ids: what the alternatives have to write."""

import stand

TABLES = (
    # table, where the rows are, columns that the database fills in
    ("idempotency", "request_id = '{request}'", ()),
    ("inspections", "id = '{inspection}'", ()),
    ("inspection_officers", "inspection_id = '{inspection}'", ()),
    ("findings", "inspection_id = '{inspection}'", ()),
    ("audit_entry", "subject like '%{inspection}'", ("id",)),
    ("event_log", "request_id = '{request}'", ()),
)
# The sequencer has turned the outbox into the log: the command itself wrote these of its columns.
OUTBOX = ("aggregate", "aggregate_version", "type", "audience", "payload", "actor", "request_id",
          "trace", "occurred_at")


class CommandRows:
    """What one command wrote, table by table."""

    def __init__(self, bench, venue_number):
        venue = stand.id_text(venue_number)
        found = bench.sql("hazard", f"""
            SELECT i.id, f.id, e.request_id FROM inspections i
              JOIN findings f ON f.inspection_id = i.id
              JOIN event_log e ON e.aggregate LIKE '%' || i.id
             WHERE i.venue LIKE '%{venue}' LIMIT 1""")[0]
        self.ids = dict(zip(("inspection", "finding", "request"), found), venue=venue)
        self._bench = bench
        self._rows = [self._read(*table) for table in TABLES]

    def _read(self, table, where, filled_in):
        bench = self._bench
        columns = bench.sql("hazard", f"""
            SELECT column_name, format_type(a.atttypid, a.atttypmod)
              FROM information_schema.columns c JOIN pg_attribute a
                ON a.attrelid = 'hazard.{table}'::regclass AND a.attname = c.column_name
             WHERE table_schema = 'hazard' AND table_name = '{table}' ORDER BY ordinal_position""")
        if table == "event_log":
            table, columns = "outbox", [column for column in columns if column[0] in OUTBOX]
            source = "event_log"
        else:
            columns = [column for column in columns if column[0] not in filled_in]
            source = table
        literals = " || E'\\t' || ".join(f"quote_nullable({name}::text)" for name, _ in columns)
        rows = bench.sql("hazard", f"SELECT {literals} FROM {source} WHERE "
                         + where.format(**self.ids))
        if not rows:
            raise stand.Failed(f"the command left no rows in {source}")
        return table, columns, rows

    def inserts(self, values, source=""):
        """One INSERT per table. `values` maps inspection, finding, venue and request to the SQL
        expressions of their texts; `source` is the FROM clause that they need."""
        return [_insert(table, columns, rows, self._replaced(values), source)
                for table, columns, rows in self._rows]

    def statements(self):
        """The same with numbered parameters: [{"text": SQL, "values": [what, ...]}]."""
        result = []
        for insert in self.inserts({what: f"@{what}@" for what in self.ids}):
            used = [what for what in self.ids if f"@{what}@" in insert]
            for number, what in enumerate(used, 1):
                insert = insert.replace(f"@{what}@", f"${number}::text")
            result.append({"text": insert, "values": used})
        return result

    def cte(self, ids, values):
        """All of it as one statement; `ids` is the query that makes the new ids."""
        inserts = self.inserts(values, " FROM ids")
        parts = [f"w{n} AS ({insert})" for n, insert in enumerate(inserts)]
        return f"WITH ids AS MATERIALIZED ({ids}), {', '.join(parts)} SELECT 1"

    def _replaced(self, values):
        return {self.ids[what]: expression for what, expression in values.items()}


def _insert(table, columns, rows, values, source):
    names = ", ".join(name for name, _ in columns)
    lines = [", ".join(_cell(literal, type_name, values)
                       for literal, (_, type_name) in zip(row, columns)) for row in rows]
    return f"INSERT INTO {table} ({names}) " + " UNION ALL ".join(
        f"SELECT {line}{source}" for line in lines)


def _cell(literal, type_name, values):
    if literal.startswith("'"):
        literal = "E" + literal
    # pgbench takes ":30" for a variable, in strings too. Payloads keep the ids that they have: only
    # their size counts.
    literal = literal.replace(":", "\\072")
    for text, expression in values.items():
        literal = literal.replace(text, f"' || {expression} || E'")
    return f"({literal})::{type_name}"


# A time-ordered id as the service makes them, so that the indexes grow in the same places.
ID_FUNCTION = """
CREATE FUNCTION bench_id() RETURNS uuid LANGUAGE sql VOLATILE AS $$
  SELECT encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
                || substring(uuid_send(gen_random_uuid()) FROM 7), 'hex')::uuid $$"""


def venue_expression(number):
    return f"'019a0000-0000-7000-8000-' || lpad(to_hex({number}), 12, '0')"
