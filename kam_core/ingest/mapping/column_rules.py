"""How the cells of each column are read, by a recipe."""

from typing import TYPE_CHECKING, Any

from kam_core.contract.declaration import tables
from kam_core.ingest.validate.cast import ColumnRule

if TYPE_CHECKING:
    from kam_core.ingest.mapping.feeds import Recipe


def column_rules(recipe: "Recipe") -> dict[str, ColumnRule]:
    """How the cells of each column are read."""
    return {
        column.name: ColumnRule(
            meanings=recipe.values.get(column.name),
            factor=recipe.factors.get(column.name),
            scale=_pair(recipe.scales.get(column.name)),
            decimals=recipe.decimals.get(column.name),
            date_order=recipe.dates.get(column.name),
            timezone=recipe.timezone,
        )
        for column in tables()[recipe.table].columns
    }


def _pair(scale: Any) -> tuple[str, str] | None:
    return (scale[0], scale[1]) if scale else None
