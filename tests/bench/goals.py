"""What is measured against what, and how far it got: a table for people and JSON for programs."""

import dataclasses
import json
import statistics


@dataclasses.dataclass
class Row:
    """One goal's comparison. `ratio` and `goal` are in the same unit; None when there is no such
    number. `met` is None when the goal was not measured."""
    part: str
    what: str
    measured: str
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None


def at_least(part, what, measured, ratio, goal, unit="×"):
    return Row(part, what, measured, ratio, f"≥ {goal:g} {unit}", ratio >= goal)


def at_most(part, what, measured, value, goal, unit="×"):
    return Row(part, what, measured, value, f"≤ {goal:g} {unit}", value <= goal)


def plain(part, what, measured):
    """A figure without a goal, which helps to read the others."""
    return Row(part, what, measured)


def per_second(value):
    return f"{value:,.0f}/s".replace(",", " ")


class Rounds:
    """Interleaved repetitions of several measurements, each a function that returns a dict of figures;
    afterwards the medians."""

    def __init__(self, **sides):
        self.sides = sides
        self.results = {name: [] for name in sides}

    def run(self, rounds):
        for _ in range(rounds):
            for name, measure in self.sides.items():
                self.results[name].append(measure())
        return self

    def median(self, side, figure="per_second"):
        return statistics.median(result[figure] for result in self.results[side])

    def ratio(self, side, other, figure="per_second"):
        """The median of each round's own ratio: what disturbs a round disturbs both sides of it."""
        pairs = zip(self.results[side], self.results[other])
        return statistics.median(one[figure] / two[figure] for one, two in pairs)

    def describe(self, side):
        return (f"{per_second(self.median(side))}, p50 {self.median(side, 'p50_ms'):.2f} ms, "
                f"p99 {self.median(side, 'p99_ms'):.2f} ms")


def verdict(row):
    return {True: "met", False: "NOT MET", None: ""}[row.met]


def line(row):
    parts = [row.part, row.what, "" if row.ratio is None else f"{row.ratio:.3g} ({row.goal})",
             verdict(row), row.measured]
    return "  ".join(part for part in parts if part)


def table(rows):
    cells = [("part", "what", "ratio", "goal", "", "measured")]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        cells.append((row.part, row.what, ratio, row.goal, verdict(row), row.measured))
    widths = [max(len(cell[i]) for cell in cells) for i in range(5)]
    return "\n".join("  ".join([*(word.ljust(width) for word, width in zip(cell, widths)), cell[5]])
                     for cell in cells)


def as_json(rows):
    return json.dumps([dataclasses.asdict(row) for row in rows], ensure_ascii=False, indent=1)
