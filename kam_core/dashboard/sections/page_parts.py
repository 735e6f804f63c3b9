"""The pages of parts (service, resources, value): which figures each part shows, row by row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from kam_core.dashboard.model import Figure, Section
from kam_core.dashboard.sections import (
    earnings,
    resources,
    retention,
    satisfaction,
    scorecards,
    seasons,
    service,
    status_review,
)
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings

Composer = Callable[..., Figure | tuple[Figure, ...]]


@dataclass(frozen=True)
class Row:
    """Figures side by side, with the keys of their heading and of what is said while they compute.

    ``choice`` names what a person chooses for them, the last argument of what composes them.
    """

    composers: tuple[Composer, ...]
    title: str = ""
    choice: str = ""
    working: str = ""

    def compose(self, view: View, choice: object = None) -> tuple[Figure, ...]:
        arguments = (view,) if choice is None else (view, choice)
        composed = (compose(*arguments) for compose in self.composers)
        return tuple(
            figure
            for figures in composed
            for figure in (figures if isinstance(figures, tuple) else (figures,))
        )


@dataclass(frozen=True)
class PagePart:
    """The table that a part cannot do without, its rows, and whether it is there at all."""

    table: str
    rows: tuple[Row, ...]
    is_offered: Callable[[View], bool]


def _part(
    table: str,
    *rows: Row | Composer | tuple[Composer, ...],
    is_offered: Callable[[View], bool] = lambda _: True,
) -> PagePart:
    alone = (each if isinstance(each, Row | tuple) else (each,) for each in rows)
    made = tuple(each if isinstance(each, Row) else Row(each) for each in alone)
    return PagePart(table, made, is_offered)


PAGES: Mapping[str, Mapping[str, PagePart]] = {
    "service": {
        "response": _part(
            "tickets",
            Row((service.compose_response,), title="service.response", choice="step"),
            service.compose_open_tickets,
        ),
        "complaints": _part("tickets", (service.compose_complaints, service.compose_first_contact)),
        "satisfaction": _part(
            "surveys",
            (satisfaction.compose_trend, satisfaction.compose_feelings),
            satisfaction.compose_moves,
        ),
        "spread": _part("surveys", (satisfaction.compose_managers, satisfaction.compose_tiers)),
    },
    "resources": {
        "work": _part("interactions", (resources.compose_work_types, resources.compose_tiers)),
        "hours": _part("interactions", (resources.compose_hours, resources.compose_managers)),
        "coverage": _part(
            "accounts",
            resources.compose_top,
            Row((resources.compose_contacts,), title="resources.contacts"),
        ),
        "payback": _part("accounts", resources.compose_return_on_time),
    },
    "value": {
        "concentration": _part("orders", earnings.compose_concentration),
        "wallet": _part("orders", earnings.compose_wallets),
        "retention": _part("orders", retention.compose_retention),
        "renewals": _part(
            "contracts",
            retention.compose_renewals,
            retention.compose_ended,
            retention.compose_ending,
        ),
        "churn": _part(
            "accounts",
            retention.compose_key_losses,
            retention.compose_losses_by_reason,
            retention.compose_accounts_lost,
        ),
        "lost": _part(
            "opportunities",
            retention.compose_lost_amounts,
            (retention.compose_lost_by_region, retention.compose_lost_reasons),
            retention.compose_lost_list,
        ),
        "cross_sell": _part(
            "opportunities", retention.compose_cross_sell, retention.compose_growth_kinds
        ),
        "lifetime": _part("value_items", earnings.compose_lifetime),
        "foresight": _part(
            "orders",
            Row((seasons.compose_foresight,), working="value.foresight_running"),
            seasons.compose_peaks,
            Row((seasons.compose_season,), choice="account"),
        ),
        "review": _part(
            "accounts", status_review.compose_review, is_offered=status_review.has_review
        ),
    },
}


def list_parts(view: View, page: str) -> list[str]:
    """The parts of a page that the data has something for."""
    return [name for name, part in PAGES[page].items() if part.is_offered(view)]


def compose_cards(view: View, page: str, name: str) -> Figure:
    """The figures of a part, and beside them those that matter in every part."""
    shown = getattr(load_settings().pages, page)
    names = list(dict.fromkeys([*shown.parts[name], *shown.of_every_part]))[: shown.cards]
    return Figure("cards", cards=scorecards.compose_cards(view, names))


def compose_part(
    view: View, page: str, name: str, choices: Mapping[str, object] | None = None
) -> tuple[Section, ...]:
    """A whole part: its cards, then its rows as sections, or the table that it waits for."""
    part, text = PAGES[page][name], view.text
    cards = Section(name, text(f"{page}.part_{name}"), (compose_cards(view, page, name),))
    if not view.has(part.table):
        return cards, Section(name, "", (Figure(name, waits_for=f"needs:{part.table}"),))
    rows = ((row, row.compose(view, (choices or {}).get(row.choice))) for row in part.rows)
    titled = ((text(row.title) if row.title else "", figures) for row, figures in rows if figures)
    return cards, *(Section(name, title, figures) for title, figures in titled)
