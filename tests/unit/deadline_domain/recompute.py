#!/usr/bin/python3
"""Counts due dates again from the day lists of their explanations, as a clerk with the notices would.

Usage: recompute.py FILE     (JSON lines; "-" reads standard input)

Each line: {"rule": {"amount", "unit", "roll", "coercive"}, "extended_by", "start", "suspensions":
[{"from", "to"}], "days": [{"day", "class", ...}], "due"}. The lists' own `counted` and `count` are not
read. Prints every line whose due date differs, and exits 1 if there is one.
"""

import calendar
import datetime
import json
import sys

DAY = datetime.timedelta(days=1)
OFF_BY_NOTICE = ("HOLIDAY", "CLOSURE")


class ListError(Exception):
    """The day list itself can't be right."""


def read_days(rows, start_day):
    """Maps each listed day to whether it is worked."""
    worked = {}
    expected = start_day
    for row in rows:
        day = datetime.date.fromisoformat(row["day"])
        if day != expected:
            raise ListError(f"{day} listed where {expected} was due")
        weekend = day.weekday() >= 5
        day_class = row["class"]
        if day_class == "WORKDAY" and weekend or day_class in ("WEEKEND", "MAKE_UP_WORKDAY") and not weekend:
            raise ListError(f"{day} can't be {day_class}")
        if day_class in ("WORKDAY", "MAKE_UP_WORKDAY"):
            worked[day] = True
        elif day_class == "WEEKEND" or day_class in OFF_BY_NOTICE:
            worked[day] = False
        elif day_class == "UNKNOWN":
            worked[day] = not weekend
        else:
            raise ListError(f"{day} has the unknown class {day_class}")
        expected += DAY
    return worked


def same_day_months_later(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return datetime.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def suspended_days(suspensions):
    days = set()
    for suspension in suspensions:
        day = datetime.date.fromisoformat(suspension["from"])
        while day <= datetime.date.fromisoformat(suspension["to"]):
            days.add(day)
            day += DAY
    return days


def prolong(start_day, end, suspended):
    """Adds to a period of natural days one day for each suspended day in it, until no more come."""
    length = (end - start_day).days
    while True:
        longer = start_day + length * DAY + sum(start_day < day <= end for day in suspended) * DAY
        if longer == end:
            return end
        end = longer


def due_of_hours(start, hours, suspended):
    """Hours run minute by minute, except on suspended days."""
    left = datetime.timedelta(hours=hours)
    time = start
    while True:
        midnight = datetime.datetime.combine(time.date() + DAY, datetime.time(), time.tzinfo)
        if time.date() in suspended:
            time = midnight
        elif midnight - time < left:
            left -= midnight - time
            time = midnight
        else:
            return time + left


def due_of_days(record, start_day, amount, suspended):
    rule = record["rule"]
    worked = read_days(record["days"], start_day)
    if rule["unit"] == "WORKDAYS":
        counted = [day for day, works in worked.items() if works and day > start_day and day not in suspended]
        if len(counted) < amount:
            raise ListError(f"only {len(counted)} working days listed")
        last = counted[amount - 1] if amount else start_day
    elif rule["unit"] == "NATURAL_DAYS":
        last = prolong(start_day, start_day + amount * DAY, suspended)
    elif rule["unit"] == "MONTHS":
        last = prolong(start_day, same_day_months_later(start_day, amount), suspended)
    else:
        raise ListError(f"unknown unit {rule['unit']}")
    if rule["roll"] == "NEXT_WORKDAY" and not rule["coercive"]:
        free = [day for day, works in worked.items() if day >= last and works and day not in suspended]
        if not free:
            raise ListError(f"no working day listed from {last}")
        last = free[0]
    return last


def recompute(record):
    start = datetime.datetime.fromisoformat(record["start"])
    amount = record["rule"]["amount"] + record.get("extended_by", 0)
    suspended = suspended_days(record["suspensions"])
    if record["rule"]["unit"] == "HOURS":
        return due_of_hours(start, amount, suspended).isoformat()
    return due_of_days(record, start.date(), amount, suspended).isoformat()


def main(path):
    differing = total = 0
    with sys.stdin if path == "-" else open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            total += 1
            record = json.loads(line)
            try:
                due = recompute(record)
            except ListError as error:
                due = f"no date: {error}"
            if due != record["due"]:
                differing += 1
                print(f"line {number}: stated {record['due']}, recomputed {due}: {json.dumps(record['rule'])} "
                      f"from {record['start']}")
    print(f"{total} recomputed, {differing} differ")
    return 1 if differing or not total else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
