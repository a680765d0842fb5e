"""What must hold after a chaos run, whatever went wrong in it. Each check takes the history's lines and
the record of the end (dump.py), and returns witnesses of violations: none when it holds."""

from checks_effects import created, folded, overdue, reminded
from checks_health import complained, recovered
from checks_log import dense, lawful, linear, once, tailed

CHECKS = {
    "I1": created,
    "I2": once,
    "I3": lawful,
    "I4": linear,
    "I5": dense,
    "I6": folded,
    "I7": tailed,
    "I8": reminded,
    "I9": overdue,
    "I13": recovered,
    "I14": complained,
}


def check_all(lines, record):
    return {name: check(lines, record) for name, check in CHECKS.items()}
