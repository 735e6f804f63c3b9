"""Quarterly targets: which one holds and why, what an edit changes, copies with a step, a file."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import duckdb
import pandas as pd

from kam_core.contract import declaration
from kam_core.metrics import catalogue, scorecard
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.loader import load_settings
from kam_core.settings.sql_files import load_sql

PLACES = Decimal("0.000001")
PER_CENT = Decimal("0.01")


class TargetKey(NamedTuple):
    """What a target is for; no region, tier or owner: all of them, no scheme: the active one."""

    metric: str
    quarter: str
    region: str | None
    tier: str | None
    scheme: str | None = None
    owner: str | None = None

    @property
    def is_on_grid(self) -> bool:
        """Whether the lines of the page, which name a region and a tier, can say it."""
        return self.scheme is None and self.owner is None


@dataclass(frozen=True)
class QuarterlyTarget:
    """One row of the table ``targets``; ``extra`` are further columns of the file it came in."""

    key: TargetKey
    target: Decimal
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class TargetChange:
    """One target and its value on both sides; None where there is none."""

    key: TargetKey
    before: Decimal | None
    after: Decimal | None

    @property
    def change(self) -> str:
        """``added``, ``changed`` or ``removed``."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"


@dataclass(frozen=True)
class Standing:
    """A figure against its target, and where the target comes from.

    ``origin``: that of scorecard.Winner, or ``none``.
    """

    score: Score
    origin: str


@dataclass(frozen=True)
class TargetStep:
    """How a copied target differs from the one it is copied from.

    ``kind``: ``none``, ``points`` (percentage points, for shares alone) or ``percent`` (of the
    target, whatever it measures). With ``improves`` the step goes to the better side: down where
    lower is better.
    """

    kind: str
    size: Decimal = Decimal(0)
    improves: bool = True


@dataclass(frozen=True)
class TargetCopy:
    """A target to be copied: from what, to what, what stands there already.

    ``limit`` is the most or least the figure can be, where the step went beyond it.
    """

    source: QuarterlyTarget
    result: QuarterlyTarget
    present: Decimal | None
    limit: Decimal | None


def in_force(cursor: duckdb.DuckDBPyConnection) -> tuple[QuarterlyTarget, ...]:
    """Every target as of the cursor's day, of all regions: what a new snapshot has to carry on."""
    rows = cursor.execute(load_sql("figures/targets")).fetchall()
    return in_order(make_target(*row) for row in rows)


def defaults(cursor: duckdb.DuckDBPyConnection) -> dict[str, Decimal]:
    """The targets of the settings by metric: what holds where nobody set one."""
    return dict(cursor.execute(load_sql("figures/default_targets")).fetchall())


def make_target(
    metric: str,
    quarter: str,
    region: str | None,
    tier: str | None,
    target: Decimal,
    extra: str | None = None,
    scheme: str | None = None,
    owner: str | None = None,
) -> QuarterlyTarget:
    """A row of the table as it is stored; ``extra`` is JSON."""
    parts = ((part or "").strip() or None for part in (region, tier, scheme, owner))
    key = TargetKey(metric, quarter, *parts)
    return QuarterlyTarget(key, target, tuple(json.loads(extra).items()) if extra else ())


def in_order(targets: Iterable[QuarterlyTarget]) -> tuple[QuarterlyTarget, ...]:
    """By quarter, then as metrics are shown, the whole before its parts."""
    return tuple(sorted(targets, key=lambda target: sort_key(target.key)))


def sort_key(key: TargetKey) -> tuple:
    """Where a target stands among others; one of a figure of another release last."""
    metric = catalogue.load_metrics().get(key.metric)
    order = metric.order if metric else math.inf
    return key.quarter, order, key.metric, *(part or "" for part in key[2:])


def unit_of(name: str) -> str:
    """The unit of a figure; ``number`` of one that this release does not compute."""
    metric = catalogue.load_metrics().get(name)
    return metric.unit if metric else "number"


def changes(
    before: Iterable[QuarterlyTarget], after: Iterable[QuarterlyTarget]
) -> list[TargetChange]:
    """What makes the second set of targets of the first, target by target."""
    old = {target.key: target.target for target in before}
    new = {target.key: target.target for target in after}
    return [
        TargetChange(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys(), key=sort_key)
        if old.get(key) != new.get(key)
    ]


def applied(
    present: Iterable[QuarterlyTarget], made: Iterable[TargetChange]
) -> tuple[QuarterlyTarget, ...]:
    """Targets after some changes; a changed one keeps its further columns."""
    targets = {target.key: target for target in present}
    for change in made:
        if change.after is None:
            targets.pop(change.key, None)
        elif change.key in targets:
            targets[change.key] = replace(targets[change.key], target=change.after)
        else:
            targets[change.key] = QuarterlyTarget(change.key, change.after)
    return in_order(targets.values())


def copies(
    sources: Iterable[QuarterlyTarget],
    to: str,
    present: Iterable[QuarterlyTarget],
    step: TargetStep,
    overwrite: bool,
) -> list[TargetCopy]:
    """What copying targets to a quarter would do; without ``overwrite`` what is there stays."""
    there = {target.key: target.target for target in present}
    every = [_copy_target(source, to, there, step) for source in in_order(sources)]
    return [
        copy
        for copy in every
        if copy.present is None or (overwrite and copy.present != copy.result.target)
    ]


def _copy_target(
    source: QuarterlyTarget, to: str, there: Mapping[TargetKey, Decimal], step: TargetStep
) -> TargetCopy:
    key = source.key._replace(quarter=to)
    target = stepped(source.key.metric, source.target, step)
    bounds = load_settings().target_bounds.bounds_of(source.key.metric)
    limit = _limit(target, *bounds)
    return TargetCopy(
        source, QuarterlyTarget(key, target if limit is None else limit), there.get(key), limit
    )


def stepped(name: str, target: Decimal, step: TargetStep) -> Decimal:
    """A target after a step, exact to the six places that a target has."""
    metric = catalogue.load_metrics().get(name)
    sign = -1 if step.improves and metric and metric.better == "lower" else 1
    if step.kind == "points" and unit_of(name) == "percent":
        target += sign * step.size * PER_CENT
    elif step.kind == "percent":
        target += sign * target * step.size * PER_CENT
    return target.quantize(PLACES, rounding=ROUND_HALF_UP)


def _limit(target: Decimal, lowest: Decimal | None, highest: Decimal | None) -> Decimal | None:
    if lowest is not None and target < lowest:
        return lowest
    return highest if highest is not None and target > highest else None


def csv_bytes(targets: Sequence[QuarterlyTarget]) -> bytes:
    """The table as a file to load: every target with its further columns, and nothing rounded."""
    names = [column.name for column in declaration.tables()["targets"].columns]
    further = [name for target in targets for name, _ in target.extra]
    rows = [
        dict(target.extra) | target.key._asdict() | {"target": format_number(target.target)}
        for target in targets
    ]
    table = pd.DataFrame(rows, columns=list(dict.fromkeys([*names, *further])))
    return table.to_csv(index=False, lineterminator="\n").encode()


def format_number(number: Decimal) -> str:
    """All digits of a number and no zero too many."""
    written = format(number, "f")
    return written.rstrip("0").rstrip(".") if "." in written else written


def standings(
    cursor: duckdb.DuckDBPyConnection,
    period: Period,
    scores: Sequence[Score] | None = None,
) -> tuple[Standing, ...]:
    """Every figure of the catalogue, or those scored, against the target that holds in scope."""
    won = scorecard.winners(cursor, [period])[period.period]
    return tuple(
        Standing(score, won[score.metric].origin if score.metric in won else "none")
        for score in scores or scorecard.scorecard(cursor, period)
    )
