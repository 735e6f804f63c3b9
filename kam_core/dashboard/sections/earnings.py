"""What customers bring: how concentrated it is, what goes elsewhere, what it earns in the end."""

from fractions import Fraction

from kam_core.analysis import concentration
from kam_core.dashboard.charts import Pareto, Terms, Wallets
from kam_core.dashboard.model import Figure
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.sentences import value_sentences

WHO = ["account_name", "region", "account_manager", "tier"]
RANKED = [*WHO, "is_key", "is_top", "quarter_revenue", "cumulative", "gross_profit", "account_id"]
WALLET = [*WHO, "annual_purchase_budget", "revenue_12m", "wallet_share", "elsewhere", "account_id"]
TERMS = [
    "base_profit", "cross_sell_profit", "cost_saving", "referral_profit", "acquisition_cost",
    "price_concession", "referral_damage",
]  # fmt: skip
RANKED_UNITS = {"quarter_revenue": "money", "gross_profit": "money", "cumulative": "percent"}
WALLET_UNITS = {
    "annual_purchase_budget": "money", "revenue_12m": "money", "elsewhere": "money",
    "wallet_share": "percent",
}  # fmt: skip


def compose_concentration(view: View) -> Figure:
    """How few accounts bring how much, and what share the key accounts have."""
    text, rows = view.text, view.query("revenue_of_accounts", periods=(view.period,))
    shares = concentration.cumulative_shares(rows["revenue"])
    if not shares:
        return Figure("pareto", note=text("blocks.nothing_here"))
    marked = concentration.needed_for(Fraction(str(load_settings().pages.value.most_of_it)), shares)
    ranked = rows.head(len(shares)).rename(columns={"revenue": "quarter_revenue"})
    ranked["cumulative"] = [float(share) for share in shares]
    scores = {name: view.score(name) for name in ("top20_share", "hhi")}
    sentence = value_sentences.concentration(
        view.period.period, len(shares), marked, float(shares[marked - 1]), scores, text
    )
    chart = Pareto(ranked["cumulative"].tolist(), ranked["account_name"].tolist(), marked)
    table = answer_table("pareto", ranked[RANKED], text, RANKED_UNITS)
    return Figure("pareto", sentences=(sentence,), charts=(chart,), table=table)


def compose_wallets(view: View) -> Figure:
    """Where customers buy most of what we could sell them."""
    text, rows = view.text, view.query("wallets", periods=(view.period,))
    if rows.empty:
        return Figure("wallets", note=text("value.wallet_empty"))
    shown = load_settings().pages.value.wallets_shown
    listed = rows.rename(columns={"share": "wallet_share"})[WALLET]
    return Figure(
        "wallets",
        sentences=(value_sentences.wallets(view.period.period, rows, shown, text),),
        charts=(Wallets(rows.head(shown)),),
        table=answer_table("wallets", listed, text, WALLET_UNITS),
        note=text("value.wallet_note"),
        is_open=True,
    )


def compose_lifetime(view: View) -> Figure:
    """The lifetime profit of customers, term by term down to the sum."""
    text, rows = view.text, view.query("lifetime_terms", periods=(view.period,))
    if rows.empty:
        return Figure("lifetime", note=text("blocks.nothing_here"))
    amounts = {text.value("component", term): rows[term].sum() for term in TERMS}
    listed = rows[[*WHO, "clv", *TERMS, "account_id"]]
    return Figure(
        "lifetime",
        sentences=(value_sentences.lifetime(rows, text),),
        charts=(Terms(amounts, text("value.lifetime_total")),),
        table=answer_table("lifetime", listed, text, dict.fromkeys(["clv", *TERMS], "money")),
        is_open=True,
    )
