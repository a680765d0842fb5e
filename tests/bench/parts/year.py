"""P12: the sample year, as deploy/up plays it."""

import time

import goals
import stand
import system


def replay(session):
    if session.scale == "smoke":
        yield goals.plain("P12", "the year's replay", "not part of a smoke run")
        return
    played = system.System().start()  # on the simulated clock
    try:
        with stand.quiet():
            begin = time.monotonic()
            played.bash('source "$STATE/env"; cli_replay', timeout=900)
            seconds = time.monotonic() - begin
    finally:
        played.stop()
    yield goals.at_most("P12", "the year's replay", f"{seconds:.1f} s", seconds, 60, "s")
