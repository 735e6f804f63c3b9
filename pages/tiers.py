"""Tier matrix: who the key accounts are, what they bring, and who moved."""

import streamlit as st

from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, tier_matrix
from pages.parts.state import entry, filters
from pages.parts.state.filters import View
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "tiers.title")
    accounts = tier_matrix.accounts(view)
    if accounts.empty:
        st.caption(text("blocks.nothing_here"))
        return
    cells = tier_matrix.cells(accounts, view)
    if cells.empty:
        blocks.missing("needs:accounts.growth_potential", text)
        return
    clicked = tier_matrix.draw(accounts, cells, view, text)
    _members(accounts, cells, clicked, text)
    _moves(view, text)


def _members(accounts, cells, clicked: str | None, text: Text) -> None:
    tier = tier_matrix.choose(cells, clicked, text)
    chosen = cells[cells["tier"] == tier].to_dict("records")[0]
    blocks.sentence(figure_sentences.tier_members(chosen, text))
    members = accounts[accounts["tier"] == tier]
    blocks.table(
        "accounts", members[tier_matrix.LISTED], text, money=("revenue_12m",), percent=("rank",)
    )


def _moves(view: View, text: Text) -> None:
    st.subheader(text("tiers.moves"), anchor=False)
    moves = tier_matrix.moves(view)
    blocks.sentence(figure_sentences.tier_moves(moves, view.period.period, text))
    if not moves.empty:
        blocks.table("tier_moves", moves[tier_matrix.MOVED], text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("tiers"))
