"""The overview: whether all is on target, and what needs attention."""

from kam_core.dashboard.model import Figure, Section
from kam_core.dashboard.sections import scorecards
from kam_core.dashboard.sections.context import context_line
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.sentences import figure_sentences

ATTENTION = [
    "code", "region", "account_name", "account_id", "cases", "of_cases", "warning_amount",
    "previous_amount", "days",
]  # fmt: skip
UNITS = dict.fromkeys(("cases", "of_cases", "days"), "count") | dict.fromkeys(
    ("warning_amount", "previous_amount"), "money"
)


def compose_attention(view: View) -> Figure:
    """What needs attention, in words."""
    text, rows = view.text, view.query("attention", periods=(view.period,))
    sentences = tuple(figure_sentences.attention(row, text) for row in rows.to_dict("records"))
    codes = [text(f"pack.attention.{code}") for code in rows["code"]]
    listed = rows.rename(columns={"amount": "warning_amount"})[ATTENTION].assign(code=codes)
    return Figure(
        "attention",
        text("overview.attention"),
        sentences or (text("overview.attention_none"),),
        table=answer_table("attention", listed, text, UNITS),
        form="list",
    )


def compose_page(view: View, trend: str | None = None) -> tuple[Section, ...]:
    """The whole page; ``trend`` names one metric."""
    names = scorecards.choose_headline(view)
    figures = (
        Figure("context", sentences=(context_line(view),)),
        scorecards.compose_headline(view, names),
        scorecards.compose_trend(view, trend or load_settings().pages.overview.trend[0]),
        compose_attention(view),
        scorecards.compose_regions(view),
    )
    return (Section("overview", view.text("overview.title"), figures),)
