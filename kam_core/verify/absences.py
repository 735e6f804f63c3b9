"""Accounts that left the file of accounts, by the rows of the version alone."""

import pandas as pd

from kam_core.verify.tables import VersionRows

OF_LOSS = ["lost_on", "lost_reason", "lost_to"]


def list_absences(rows: VersionRows, as_of: pd.Timestamp) -> pd.DataFrame:
    """From when to when a full file lacked an account: ``left_on`` and, if it came, ``back_on``.

    ``valid_from`` is the beginning of the row that the account left behind.
    """
    history, uploads = rows.history["accounts"], rows.uploads
    has_come = history["valid_from"].le(as_of) | history["valid_from"].eq(
        rows.first_upload("accounts")
    )
    lasted = history["valid_to"].isna() | history["valid_to"].ne(history["valid_from"])
    rows_by_day = history[has_come & lasted].sort_values("valid_from")
    spans = pd.DataFrame(
        {
            "account_id": rows_by_day["account_id"],
            "valid_from": rows_by_day["valid_from"],
            "left_on": rows_by_day["valid_to"],
            "back_on": rows_by_day.groupby("account_id")["valid_from"].shift(-1),
        }
    )
    is_full = (uploads["table_name"] == "accounts") & (uploads["mode"] == "full")
    by_full_file = spans["left_on"].isin(uploads.loc[is_full, "as_of"])
    is_gap = spans["back_on"].isna() | (spans["back_on"] > spans["left_on"])
    return spans[spans["left_on"].le(as_of) & is_gap & by_full_file]


def apply_outcomes(accounts: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The accounts, one per index, with the loss of those said to be lost, one row each."""
    lost = outcomes[outcomes["outcome"] == "lost"].set_index("account_id")
    lost = lost.assign(lost_on=lost["effective_on"])
    accounts.loc[lost.index, "status"] = "lost"
    by_file = accounts.loc[lost.index, OF_LOSS]
    accounts.loc[lost.index, OF_LOSS] = lost[OF_LOSS].combine_first(by_file)
    return accounts
