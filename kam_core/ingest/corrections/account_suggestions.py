"""Which account an id that nobody knows may stand for: shown to a person, never applied."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kam_core.ingest.mapping.name_map import nearest
from kam_core.ingest.text_folding import fold

PADDING = re.compile(r"(?<!\d)0+(?=\d)")


class AccountRef(NamedTuple):
    """An account as a person recognises it."""

    account_id: str
    account_name: str


def suggest_accounts(ids: Iterable[str], accounts: Sequence[AccountRef]) -> dict[str, AccountRef]:
    """For each id as written the account it may stand for; none where nothing is like it.

    First the same id in another way of writing (case, width, punctuation, leading zeros, a decimal
    zero), then the account of that name, then the one with the name most like it. What would fit
    several accounts alike fits none.
    """
    by_id = _keep_unique((_fold_id(account.account_id), account) for account in accounts)
    by_name = _keep_unique((fold(account.account_name), account) for account in accounts)
    names = _keep_unique((account.account_name, account) for account in accounts)
    suggestions = {}
    for text in dict.fromkeys(ids):
        account = by_id.get(_fold_id(text)) or by_name.get(fold(text))
        # Ids of one kind all look alike: only what reads like a name is held against the names.
        if account is None and not any(character.isdigit() for character in text):
            account = names.get(nearest(text, names) or "")
        if account:
            suggestions[text] = account
    return suggestions


def _fold_id(text: str) -> str:
    return fold(PADDING.sub("", text.strip().removesuffix(".0")))


def _keep_unique(pairs: Iterable[tuple[str, AccountRef]]) -> dict[str, AccountRef]:
    """The accounts by what only one of them has."""
    by_key: dict[str, AccountRef | None] = {}
    for key, account in pairs:
        by_key[key] = None if key in by_key else account
    return {key: account for key, account in by_key.items() if key and account}
