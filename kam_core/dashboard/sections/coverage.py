"""Coverage: who looks after the largest accounts, and at which levels accounts are met."""

from kam_core.dashboard.charts import Columns, Point, Stacked
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import compose_trend, without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.text.sentences import resource_sentences

CONTACT = "contact_coverage"
DUAL = "dual_manager_coverage"
LEVELS = ("executive", "management", "working")
TOP = [
    "place", "account_name", "lacking", "account_manager", "expert_manager", "revenue_12m",
    "region", "tier", "account_id", "snapshot_id", "line_no",
]  # fmt: skip
MET = [
    "account_name", "region", "tier", "account_manager", "revenue_12m", *LEVELS, "levels_met",
    "account_id",
]  # fmt: skip
UNITS = {"revenue_12m": "money"}


def compose_top(view: View) -> Figure:
    """The largest accounts with both managers, one or none, and who lacks which."""
    text, score, title = view.text, view.score(DUAL), view.text("resources.top")
    rows = view.query("top_accounts_managers", periods=(view.period,))
    if rows.empty or score.value is None:
        return without_value(score, text, DUAL, title)
    parts = {
        text(f"resources.managers_{number}"): int((rows["managers"] == number).sum())
        for number in (2, 1, 0)
    }
    sentence = resource_sentences.top_managers(view.period.period, rows, text)
    table = answer_table(DUAL, rows[TOP], text, UNITS)
    return Figure(DUAL, title, (sentence,), (Stacked(parts),), table, is_open=True)


def compose_contacts(view: View) -> tuple[Figure, ...]:
    """The share of accounts met at all three levels, and which levels are missing."""
    text, score = view.text, view.score(CONTACT)
    rows = view.query("contact_gaps", periods=(view.period,))
    if rows.empty or score.value is None:
        return (without_value(score, text, CONTACT),)
    sentence = resource_sentences.contacts(view.period.period, rows, text)
    missed = tuple(
        Point(text.value("contact_level", level), int((rows[level] == 0).sum())) for level in LEVELS
    )
    chart = Columns(text("resources.contacts"), sentence, "count", missed)
    table = answer_table("contact_gaps", rows[MET], text, UNITS)
    gaps = Figure("contact_gaps", sentences=(sentence,), charts=(chart,), table=table)
    return compose_trend(view, CONTACT, CONTACT), gaps
