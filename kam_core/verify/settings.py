"""The settings a version was built with, as the recount needs them: plain values, exact."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import duckdb

from kam_core.errors import KamError
from kam_core.settings.sql_files import load_sql

EVERY_OTHER_TIER = "*"
UNRATED = "unrated"
WEEKEND = 5


@dataclass(frozen=True)
class SchemeAxis:
    """One axis of the tier scheme."""

    measure: str
    scale: str
    cuts: tuple[Fraction, ...]


@dataclass(frozen=True)
class RecountSettings:
    """Limits by name; per tier what it is promised how often; the active tier scheme.

    ``standards`` are the hours within which tickets of a tier are to be answered.
    ``days_off`` are Mondays to Fridays that are not worked, ``days_worked`` weekends that are.

    ``currency`` is that of the figures, None where the version was built before it was a setting.
    ``not_maintenance``: kinds of interaction; of an older version, invitations alone.
    """

    currency: str | None
    not_maintenance: tuple[str, ...]
    limits: dict[str, Fraction]
    promises: dict[str, dict[str, str]]
    axes: dict[str, SchemeAxis]
    cells: dict[tuple[int, int], str]
    key_tiers: frozenset[str]
    standards: dict[str, Fraction]
    days_off: tuple[date, ...]
    days_worked: tuple[date, ...]

    def limit(self, name: str) -> Fraction:
        """A limit; KamError("unknown_setting") where the version was built before there was one."""
        if name not in self.limits:
            raise KamError("unknown_setting", setting=name)
        return self.limits[name]

    def promised(self, tier: str) -> dict[str, str]:
        """How often a tier is owed each kind of interaction; a tier not named, like the rest."""
        return self.promises.get(tier, self.promises.get(EVERY_OTHER_TIER, {}))


def read_settings(connection: duckdb.DuckDBPyConnection) -> RecountSettings:
    """The settings tables of a version, as they are."""
    promises: dict[str, dict[str, str]] = {}
    for tier, kind, every in _select_rows(connection, "cadences", "tier, kind, every"):
        promises.setdefault(tier, {})[kind] = every
    cells = _select_rows(connection, "tier_cells", "x_level, y_level, tier, is_key")
    axes = _select_rows(connection, "tier_axes", "axis, measure, scale, cuts")
    texts = dict(_select_rows(connection, "texts", "name, value"))
    standards = _select_rows(connection, "response_standards", "tier, hours")
    days = _select_rows(connection, "calendar", "day, is_working")
    return RecountSettings(
        currency=texts.get("reporting_currency"),
        not_maintenance=tuple(texts.get("not_maintenance", "invitation").split(",")),
        limits={n: Fraction(v) for n, v in _select_rows(connection, "thresholds", "name, value")},
        promises=promises,
        # A cut of 0.8 is kept as the nearest double; its shortest decimal is what was written.
        axes={a: SchemeAxis(m, s, tuple(Fraction(str(c)) for c in cuts)) for a, m, s, cuts in axes},
        cells={(x, y): tier for x, y, tier, _ in cells},
        key_tiers=frozenset(tier for *_, tier, is_key in cells if is_key),
        standards={t: Fraction(h) for t, h in standards},
        days_off=tuple(sorted(d for d, works in days if d.weekday() < WEEKEND and not works)),
        days_worked=tuple(sorted(d for d, works in days if d.weekday() >= WEEKEND and works)),
    )


def _select_rows(connection: duckdb.DuckDBPyConnection, table: str, names: str) -> list[tuple]:
    query = load_sql("verify/columns", columns=names, relation=f"settings.{table}")
    return connection.execute(query).fetchall()
