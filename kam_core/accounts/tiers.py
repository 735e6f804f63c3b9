"""The tier scheme of a version, and what its cells hold. How a tier is computed: sql/views."""

from dataclasses import dataclass

import duckdb
import pandas as pd

from kam_core.settings.sql_files import load_sql

UNRATED = "unrated"
AMOUNTS = ("value", "annual_contract_value")


@dataclass(frozen=True)
class Axis:
    """One axis of the matrix: a measure on a scale, and the cuts between its levels."""

    measure: str
    scale: str
    cuts: tuple[float, ...]

    @property
    def kind(self) -> str:
        """What its scores are: percentile, minmax, or of the raw measure money or points."""
        given = "money" if self.measure in AMOUNTS else "points"
        return given if self.scale == "raw" else self.scale


@dataclass(frozen=True)
class Scheme:
    """The active scheme: axes by columns of scores, tiers by pairs of levels, which are key."""

    name: str
    axes: dict[str, Axis]
    cells: tuple[tuple[int, int, str], ...]
    key_tiers: frozenset[str]

    @property
    def tiers(self) -> tuple[str, ...]:
        """Every tier, highest levels first, and the one of accounts that cannot be rated."""
        ranked = sorted(self.cells, key=lambda cell: (-cell[0] - cell[1], -cell[0]))
        return (*dict.fromkeys(tier for _, _, tier in ranked), UNRATED)


def load_scheme(cursor: duckdb.DuckDBPyConnection) -> Scheme:
    """The scheme that the version was built with."""
    rows = cursor.execute(load_sql("figures/tier_axes")).fetchall()
    axes = {
        f"{axis}_score": Axis(measure, scale, tuple(cuts)) for _, axis, measure, scale, cuts in rows
    }
    cells = cursor.execute(load_sql("figures/tier_cells")).fetchall()
    key_tiers = frozenset(tier for _, _, tier, is_key in cells if is_key)
    return Scheme(rows[0][0], axes, tuple(cell[:3] for cell in cells), key_tiers)


def cell_totals(matrix: pd.DataFrame) -> pd.DataFrame:
    """Count, revenue, share of all revenue and key-ness per tier of the answer to tier_matrix."""
    totals = matrix.groupby("tier", as_index=False).agg(
        accounts=("account_id", "size"),
        revenue_12m=("revenue_12m", "sum"),
        is_key=("is_key", "any"),
    )
    revenue = totals["revenue_12m"].sum()
    totals["share"] = [float(part / revenue) if revenue else None for part in totals["revenue_12m"]]
    return totals
