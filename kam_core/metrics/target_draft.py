"""Targets being edited: what a person may change, what a draft changes, and where others did."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import pandas as pd

from kam_core.metrics.quarterly_targets import (
    QuarterlyTarget,
    TargetChange,
    TargetKey,
    applied,
    changes,
)
from kam_core.metrics.target_grid import EVERY, LINE, GridReading, read_lines, write_lines

Targets = tuple[QuarterlyTarget, ...]


@dataclass
class TargetDraft:
    """Targets on their way from one version to the next.

    ``in_force`` are all targets of the version, ``regions`` those whose targets the person may edit
    (None: all, and those of the whole), ``targets`` these as edited. The table is ``frame`` with
    what was typed into the one of that ``number``.
    """

    version: int
    in_force: Targets
    regions: tuple[str, ...] | None
    quarters: tuple[str, ...]
    number: int = 0
    targets: Targets = field(init=False)
    frame: pd.DataFrame = field(init=False)
    edited: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        self.draw(self.editable(self.in_force))

    def draw(self, targets: Iterable[QuarterlyTarget]) -> None:
        """Draw the table anew from these targets."""
        self.targets = tuple(targets)
        lines = write_lines(self.targets, self.quarters)
        self.put(pd.DataFrame(lines, columns=[*LINE, *self.quarters], dtype="str"))

    def put(self, frame: pd.DataFrame) -> None:
        """A new table: what was typed into the one before is part of it or forgotten."""
        self.frame = self.edited = frame
        self.number += 1

    def editable(self, targets: Iterable[QuarterlyTarget]) -> Targets:
        """The targets that the person may change: those of their own regions, if they have some."""
        return tuple(t for t in targets if self.regions is None or t.key.region in self.regions)

    def reading(self) -> GridReading:
        """What the table says as it is typed now."""
        return read_lines(self.edited.to_dict("records"), self.quarters, self.targets)

    def changes(self) -> list[TargetChange]:
        """What the draft changes; a cell that cannot be read counts as it was."""
        return changes(self.editable(self.in_force), self.reading().targets)

    def whole(self) -> Targets:
        """All targets after the edit, with those that the person may not change."""
        return applied(self.in_force, self.changes())

    def clashes(self, in_force: Iterable[QuarterlyTarget]) -> list[TargetChange]:
        """The changes of the draft to targets that somebody else changed meanwhile."""
        keys = {change.key for change in changes(self.in_force, in_force)}
        return [change for change in self.changes() if change.key in keys]

    def carry_over(self, version: int, in_force: Targets) -> None:
        """Make the same changes to the targets of another version."""
        made = self.changes()
        self.version, self.in_force = version, in_force
        self.draw(applied(self.editable(in_force), made))

    def turn_to(self, quarters: tuple[str, ...]) -> bool:
        """Show other quarters; False where the table must be put right first."""
        if quarters == self.quarters:
            return True
        reading = self.reading()
        if not reading.problems:
            self.quarters = quarters
            self.draw(reading.targets)
        return not reading.problems

    def add(self, made: Iterable[TargetChange]) -> None:
        """Put changes into the table."""
        self.draw(applied(self.reading().targets, made))

    def choices(self, regions: Sequence[str], tiers: Sequence[str]) -> tuple[list[str], list[str]]:
        """The regions and tiers that a target can be for, those of all first.

        Beside those that the data has, and the person may look at, those that a target names.
        """
        named = {target.key.region for target in self.targets if target.key.region}
        own = [region for region in regions if self.regions is None or region in self.regions]
        every = [EVERY] if self.regions is None else []
        others = {target.key.tier for target in self.targets if target.key.tier} - set(tiers)
        return [*every, *own, *sorted(named - set(own))], [EVERY, *tiers, *sorted(others)]


def first_free(quarters: Sequence[str], filled: Collection[str]) -> str:
    """The first quarter without any target, else the first."""
    return next((quarter for quarter in quarters if quarter not in filled), quarters[0])


def last_before(quarters: Sequence[str], to: str) -> str:
    """Of quarters, newest first, the last one before another, else the first of them."""
    return next((quarter for quarter in quarters if quarter < to), quarters[0])


def of_quarter(targets: Iterable[QuarterlyTarget], quarter: str) -> list[QuarterlyTarget]:
    return [target for target in targets if target.key.quarter == quarter]


def from_defaults(defaults: Mapping[str, Decimal], quarter: str) -> list[QuarterlyTarget]:
    """The default targets of the whole company as those of a quarter."""
    return [
        QuarterlyTarget(TargetKey(name, quarter, None, None), target)
        for name, target in defaults.items()
    ]
