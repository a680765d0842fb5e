"""P8: due dates, as the domain counts them."""

import json
import os

import goals
import stand
import system


def due_dates(session):
    with stand.quiet():
        out = system.run([str(stand.TOOLS / "bench_due_date"), "--benchmark_format=json",
                          f"--benchmark_min_time={session.size(smoke=0.01, quick=0.3, full=2)}"],
                         os.environ, 300)
    for result in json.loads(out)["benchmarks"]:
        name = result["name"]
        if name.startswith("DueDate/"):
            yield goals.at_most("P8", f"one due date, {name.partition('/')[2]}", "CPU time",
                                result["cpu_time"], 200, "ns")
        else:
            clocks = int(name.partition("/")[2])
            seconds = result["cpu_time"] / 1000 * 1_000_000 / clocks
            yield goals.at_most("P8", "1 M clocks under a new calendar, domain only",
                                f"by {clocks} clocks", seconds, 10, "s")
