"""The alternatives under peers/, which npm installs."""

import json
import os
import pathlib

import stand
import system

PEERS = pathlib.Path(__file__).resolve().parent / "peers"


def install():
    """npm ci, when the lock file is not the installed one."""
    lock, installed = PEERS / "package-lock.json", PEERS / "node_modules/.installed"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        system.run(["npm", "ci", "--prefix", str(PEERS), "--no-audit", "--no-fund",
                    "--ignore-scripts"], os.environ, 600)
        installed.write_bytes(lock.read_bytes())


def postgres_environment(bench, role, database):
    """For node-postgres, which does not read a socket's folder from a URL as libpq does."""
    host, port = bench.bash('echo "$SOCKETS $PORT_BASE"').split()
    return {**os.environ, "PGHOST": host, "PGPORT": port, "PGDATABASE": database,
            "PGUSER": f"{role}_app" if role != "postgres" else role,
            "PGOPTIONS": f"-c search_path={role}" if role != "postgres" else ""}


def write_server(stack, write, style):
    """Starts the Node service for as long as `stack` lives; gives its measurement."""
    bench = write.bench
    path = bench.folder / f"write-{style}.json"
    cte = write.rows.cte(
        "SELECT $1::text AS inspection, $2::text AS finding, $3::text AS request, $4::text AS venue",
        {what: f"ids.{what}" for what in ("inspection", "finding", "request", "venue")})
    statements = {"plain": write.rows.statements(),
                  "tuned": [{"text": cte, "values": ["inspection", "finding", "request", "venue"]}]}
    path.write_text(json.dumps(statements[style]), encoding="utf-8")
    port = stack.enter_context(stand.background(
        ["node", PEERS / "write_server.mjs", path],
        env=postgres_environment(bench, "hazard", write.database)))
    return lambda: stand.wrk(f"http://127.0.0.1:{port}/inspections", 32, write.seconds,
                             write.district.venues)


def dispatch(bench, name, count, *words):
    """{per_second} of a job queue that works off `count` jobs that do nothing."""
    database = "rectify_" + name.replace("-", "_")
    bench.sql("postgres", f"DROP DATABASE IF EXISTS {database}")
    bench.sql("postgres", f"CREATE DATABASE {database}")
    environment = postgres_environment(bench, "postgres", database)
    environment["REDIS_PORT"] = bench.bash('port "$REDIS_PORT"').strip()
    out = system.run(["node", str(PEERS / f"dispatch_{name.replace('-', '_')}.mjs"), str(count), *words],
                     environment, 1200)
    return json.loads(out.splitlines()[-1])
