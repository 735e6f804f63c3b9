"""What the numbers of a view are about, in one line."""

from kam_core.dashboard.view import View


def name_regions(view: View) -> str:
    """The regions in scope, or the word for all of them."""
    if view.sees_everything:
        return view.text("filters.all_regions")
    names = (view.text.value("region", region) for region in view.scope.regions)
    return view.text("punctuation.list").join(names)


def name_tiers(view: View) -> str:
    """The tiers in scope, or the word for all of them."""
    text, tier_names = view.text, view.scope.tiers
    if tier_names is None:
        return text("filters.all_tiers")
    return text("punctuation.list").join(text.value("tier", tier) for tier in tier_names)


def context_line(view: View) -> str:
    """The line that stands under every title: what the numbers are about."""
    line = view.text(
        "context.line",
        quarter=view.period.period,
        as_of=view.scope.as_of,
        regions=name_regions(view),
        tiers=name_tiers(view),
        version=view.company.version,
    )
    return " · ".join([line, *name_tables_behind(view)])


def name_tables_behind(view: View) -> list[str]:
    """The tables that speak up to an earlier day than the rest, each with that day."""
    text = view.text
    return [
        text("context.known", table=text.table(table), day=day)
        for table, (_, day) in view.survey().days.items()
        if day is not None and day < view.scope.as_of
    ]
