"""Tier matrix: who the key accounts are, what they bring, and who moved."""

import streamlit as st

from kam_core.present import sentences
from kam_core.present.text import Text
from pages.parts import blocks, door, filters, matrix
from pages.parts.filters import View
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "tiers.title")
    accounts = matrix.accounts(view)
    if accounts.empty:
        st.caption(text("blocks.nothing_here"))
        return
    cells = matrix.cells(accounts, view)
    if cells.empty:
        blocks.missing("needs:accounts.growth_potential", text)
        return
    clicked = matrix.draw(accounts, cells, view, text)
    _members(accounts, cells, clicked, text)
    _moves(view, text)


def _members(accounts, cells, clicked: str | None, text: Text) -> None:
    tier = matrix.choose(cells, clicked, text)
    chosen = cells[cells["tier"] == tier].to_dict("records")[0]
    blocks.sentence(sentences.tier_members(chosen, text))
    members = accounts[accounts["tier"] == tier]
    blocks.table(
        "accounts", members[matrix.LISTED], text, money=("revenue_12m",), percent=("rank",)
    )


def _moves(view: View, text: Text) -> None:
    st.subheader(text("tiers.moves"), anchor=False)
    moves = matrix.moves(view)
    blocks.sentence(sentences.tier_moves(moves, view.period.period, text))
    if not moves.empty:
        blocks.table("tier_moves", moves[matrix.MOVED], text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("tiers"))
