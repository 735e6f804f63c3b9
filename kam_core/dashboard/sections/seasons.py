"""Seasonal forecast: which accounts have one, what it lets expect, and where nothing is planned."""

import pandas as pd

from kam_core.dashboard.charts import SeasonChart
from kam_core.dashboard.model import Figure
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.text.sentences import figure_sentences, value_sentences

WHO = ["account_name", "region", "account_manager"]
PEAKS = [*WHO, "peak_on", "at_stake", "next_planned_on", "account_id"]
AHEAD = ["quarter", "expected", "low", "high", "last_year"]


def compose_foresight(view: View) -> Figure:
    """For how many accounts something can be foreseen."""
    text, accounts = view.text, view.forecast().accounts
    least = int(view.company.threshold("foresight.months_with_orders"))
    verdicts = accounts["verdict"].value_counts().to_dict()
    sentence = value_sentences.foresight(verdicts, least, text)
    return Figure("foresight", sentences=(sentence,), note=text("value.foresight_how"))


def list_seasonal_accounts(view: View) -> dict[str, str]:
    """The name of every account that has a season, by its id; those with most revenue first."""
    names = _accounts_with_orders(view)["account_name"]
    accounts = view.forecast().accounts
    seasonal = accounts[accounts["verdict"] != "no_season"]
    ranked = seasonal.sort_values("revenue", ascending=False)
    return {account_id: names[account_id] for account_id in ranked["account_id"]}


def _accounts_with_orders(view: View) -> pd.DataFrame:
    """Name, region and manager of each account, by its id."""
    orders = view.query("monthly_orders")
    return orders.drop_duplicates("account_id").set_index("account_id")[WHO]


def compose_peaks(view: View) -> tuple[Figure, ...]:
    """Accounts with a peak ahead and no interaction planned before it, if any has a season."""
    if not list_seasonal_accounts(view):
        return ()
    text, months = view.text, view.forecast().months
    ahead = months[months["is_peak"].astype(bool) & (months["month"] > view.scope.as_of)]
    rows = ahead.groupby("account_id").agg(peak_on=("month", "min"), at_stake=("expected", "sum"))
    planned = view.query("next_planned").set_index("account_id")["next_planned_on"]
    rows = rows.join(_accounts_with_orders(view)).join(planned).reset_index()
    is_planned = rows["next_planned_on"].notna() & (rows["next_planned_on"] < rows["peak_on"])
    rows = rows[~is_planned].sort_values("at_stake", ascending=False)
    table = answer_table("peaks", rows[PEAKS], text, {"at_stake": "money"})
    sentence = figure_sentences.listed("value.peaks", rows, text, amount=rows["at_stake"].sum())
    shown = None if rows.empty else table
    return (Figure("peaks", text("value.peaks"), (sentence,), table=shown),)


def compose_season(view: View, account_id: str | None = None) -> tuple[Figure, ...]:
    """One account's months, past and expected: of the first that has a season, if none is given."""
    text, foresight, orders = view.text, view.forecast(), view.query("monthly_orders")
    names = list_seasonal_accounts(view)
    if not names:
        return ()
    account_id = account_id or next(iter(names))
    accounts = foresight.accounts.set_index("account_id")
    account = accounts.loc[account_id].to_dict() | {"account_name": names[account_id]}
    past = orders[orders["account_id"] == account_id][["month", "revenue"]]
    months = foresight.months[foresight.months["account_id"] == account_id]
    quarters = foresight.quarters[foresight.quarters["account_id"] == account_id][AHEAD]
    interval = view.company.threshold("foresight.interval")
    figure = Figure(
        "season",
        sentences=(value_sentences.season(account, quarters, interval, text),),
        charts=(SeasonChart(past, months, account["verdict"] == "shown"),),
        table=answer_table("season", quarters, text, dict.fromkeys(AHEAD[1:], "money")),
        is_open=True,
    )
    return (figure,)
