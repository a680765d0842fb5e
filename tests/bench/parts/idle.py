"""P11: what a service costs that has nothing to do, and how soon it serves."""

import contextlib
import pathlib
import statistics
import subprocess
import time

import goals
import stand
import system

REST_SECONDS = 3  # after which what a start brings with it is over; not waited for in a smoke run


def idle(session):
    bench = session.bench
    for name in system.SERVICES:
        bench.start_service(name)
        command = pathlib.Path(f"/proc/{bench.pid(name)}/cmdline").read_text().split("\0")[:-1]
        bench.stop_services(name)
        seconds = []
        with stand.quiet():
            for _ in range(session.size(smoke=1, quick=5, full=15)):
                with _started(command, seconds):
                    pass
        with _started(command, []) as process:
            time.sleep(session.size(smoke=0, quick=REST_SECONDS, full=REST_SECONDS))
            resident = stand.resident_mb(process.pid)
        bench.start_service(name)
        yield goals.at_most("P11", f"{name}: resident when idle", f"{resident:.1f} MB", resident, 30,
                            "MB")
        milliseconds = statistics.median(seconds) * 1000
        yield goals.at_most("P11", f"{name}: from start to serving", f"{milliseconds:.0f} ms",
                            milliseconds, 150, "ms")


@contextlib.contextmanager
def _started(command, seconds):
    """A service that serves; appends how long that took."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          start_new_session=True) as process:
        try:
            if not process.stdout.readline().startswith("serving on"):
                raise stand.Failed(f"{command[0]} does not serve")
            seconds.append(time.perf_counter() - begin)
            yield process
        finally:
            process.terminate()
