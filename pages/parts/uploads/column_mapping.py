"""What the columns and words of a file mean: proposed, corrected by hand, confirmed once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import streamlit as st

from kam_core.contract import declaration
from kam_core.ingest.mapping.overrides import header_key
from kam_core.ingest.mapping.proposal_model import (
    BLOCKING,
    ColumnProposal,
    Option,
    Proposal,
    Question,
    ValueProposal,
)
from kam_core.text import formats
from kam_core.text.writer import Text, escape
from kam_core.uploads.report_model import InspectedPart
from pages.parts.state import widget_state
from pages.parts.uploads.columns import Decisions, edit_columns

# The part of the decisions that a question is about; of any other kind it is the columns.
PARTS = {
    "date_order": "dates",
    "mixed_dates": "dates",
    "decimals": "decimals",
    "scale": "scales",
    "own_unit": "factors",
    "joined": "joined",
    "blanks": "blanks",
}
# Values of decisions that have a name of their own in either language.
NAMED = {"dates": "date_order", "decimals": "decimal_mark"}
# Chosen where the rows that a question is about are to stay in quarantine.
LEFT = -1


def remembered_key(part: InspectedPart, answers: Mapping[str, object]) -> str:
    """What answers are filed under: the headers they are about, as they are remembered."""
    table = str(answers.get("table") or part.proposals[0].table)
    return header_key(part.glimpse.header if part.glimpse else (), table)


def table_by_hand(part: InspectedPart, key: str, text: Text) -> str | None:
    """The table a person chose for a part that was taken for another one's."""
    chosen = widget_state.now(f"table/{key}", text)
    is_choice = chosen and len(part.proposals) == 1
    return chosen if is_choice and chosen != part.proposals[0].table else None


def ask_about_part(
    part: InspectedPart, key: str, text: Text, is_by_hand: bool = False
) -> dict[str, object] | None:
    """The answers about one part; empty where none are needed, None while some are missing.

    ``is_by_hand``: the table of the part is the one that a person chose.
    """
    if part.error or not part.proposals:
        return None
    if len(part.proposals) > 1:
        tables = [text.table(proposal.table) for proposal in part.proposals]
        st.caption(escape(text("uploads.several_tables", tables=tables)))
        return {}
    (proposal,) = part.proposals
    with st.expander(escape(_title(proposal, text)), expanded=is_by_hand or _is_open(proposal)):
        if not is_by_hand and not proposal.feed and not proposal.tables:
            st.info(text("uploads.table_unsure", table=text.table(proposal.table)))
        _choose_table(proposal.table, key, text)
        answers = _ask_about_proposal(proposal, f"{key}/{proposal.table}", text)
    return {"table": proposal.table} if answers == {} and is_by_hand else answers


def _title(proposal: Proposal, text: Text) -> str:
    table, count = text.table(proposal.table), len(proposal.questions)
    if not count:
        return text("uploads.mapping", table=table)
    return text("uploads.mapping_asks", table=table, count=count)


def _is_open(proposal: Proposal) -> bool:
    """Whether a person has to look at the mapping."""
    to_look_at = _unsure_columns(proposal) or proposal.values or proposal.questions
    return not proposal.ready or bool(to_look_at)


def _ask_about_proposal(proposal: Proposal, key: str, text: Text) -> dict[str, object] | None:
    decisions: Decisions = defaultdict(dict, table=proposal.table)
    edit_columns(proposal, key, decisions, text)
    for value in proposal.values:
        # What stays open is quarantined.
        if meaning := _choose_meaning(value, proposal.table, key, text):
            decisions["values"].setdefault(value.column, {})[value.text] = meaning
    _ask_about_names(proposal, key, decisions, text)
    chosen = set(decisions["columns"])
    answered = [
        _ask_question(question, key, decisions, text)
        for question in proposal.questions
        if not (_is_about_columns(question) and question.column in chosen)
    ]
    is_confirmed = _is_confirmed(proposal, decisions, key, text)
    if not all(answered) or not is_confirmed:
        return None
    answers = {name: value for name, value in decisions.items() if value}
    return answers if set(answers) != {"table"} or not proposal.ready else {}


def _choose_table(proposed: str, key: str, text: Text) -> None:
    """The table of the part: another one that is chosen here is mapped in the next run."""
    widget_state.choose(
        st.selectbox,
        text("uploads.table"),
        list(declaration.tables()),
        f"table/{key}",
        text,
        proposed,
        format_func=text.table,
        width=320,
    )


def _choose_meaning(value: ValueProposal, table: str, key: str, text: Text) -> str | None:
    """The meaning of a word that no alias explains."""
    column, rows = text.column_of(table, value.column), formats.count(value.rows, text.lang)
    return widget_state.choose(
        st.selectbox,
        text.rich("uploads.value_question", text=value.text, column=column, rows=rows),
        value.allowed,
        f"value/{key}/{value.column}/{value.text}",
        text,
        value.meaning,
        format_func=lambda code: text.meaning(table, value.column, code),
        placeholder=text("uploads.value_open"),
        width=420,
    )


def _ask_about_names(proposal: Proposal, key: str, decisions: Decisions, text: Text) -> None:
    """Regions and persons never seen before; one that resembles another may be that one."""
    for name in proposal.names:
        words = {**vars(name), "column": text.column_of(proposal.table, name.column)}
        if not name.nearest:
            st.caption(escape(text("uploads.new_name", **words)))
            continue
        question = escape(text("uploads.same_name", **words))
        box = f"name/{key}/{name.column}/{name.name}"
        if st.checkbox(question, key=box, persist_state="session"):
            decisions["values"].setdefault(name.column, {})[name.name] = name.nearest


def _ask_question(question: Question, key: str, decisions: Decisions, text: Text) -> bool:
    """One decision that the file does not show; whether it was made."""
    options = {n: _option(question, option, text) for n, option in enumerate(question.options)}
    if question.kind not in (*BLOCKING, "blanks"):
        options[LEFT] = text("uploads.leave_quarantined")
    words = text(
        f"uploads.question.{question.kind}",
        column=text.column_of(decisions["table"], question.column),
        header=question.header,
    )
    chosen = st.radio(
        escape(words),
        list(options),
        None,
        format_func=lambda n: escape(options[n]),
        key=f"question/{key}/{question.kind}/{question.column}",
        persist_state="session",
    )
    if chosen not in (None, LEFT):
        value = question.options[chosen].value
        decisions[PARTS.get(question.kind, "columns")][question.column] = value
        if question.kind == "key":
            decisions.setdefault("shared", []).append(value)
    return chosen is not None


def _option(question: Question, option: Option, text: Text) -> str:
    """One possible answer with an example; what only other columns speak for is marked."""
    value = option.value
    if question.kind not in PARTS:
        return text("uploads.option_column", **vars(option))
    if question.kind == "joined":
        return text("uploads.option_joined", **vars(option))
    if question.kind == "blanks":
        return text(f"uploads.blanks_{value}", **vars(option))
    named = NAMED.get(PARTS[question.kind])
    if named:
        value = text.value(named, value)
    elif not isinstance(value, str):
        value = " – ".join(map(str, value))
    shown = text("uploads.option", value=value, example=option.example, reading=option.reading)
    is_suggested = named and option.value == question.suggested
    return text("uploads.suggested", option=shown) if is_suggested else shown


def _is_about_columns(question: Question) -> bool:
    """Whether a column chosen in the table above answers the question."""
    return question.kind in ("several", "key", "joined")


def _unsure_columns(proposal: Proposal) -> list[ColumnProposal]:
    return [column for column in proposal.columns if column.header and not column.is_certain]


def _is_confirmed(proposal: Proposal, decisions: Decisions, key: str, text: Text) -> bool:
    """Whether every required column has a source, and what was only proposed was looked at."""
    missing = _missing_columns(proposal, decisions)
    if missing:
        named = [text.column_of(proposal.table, column) for column in missing]
        st.warning(escape(text("uploads.columns_missing", columns=named)))
        return False
    if not _unsure_columns(proposal) and not proposal.values:
        return True
    _render_unsure_columns(proposal, text)
    question = text("uploads.confirm_mapping")
    return st.checkbox(question, key=f"confirmed/{key}", persist_state="session")


def _render_unsure_columns(proposal: Proposal, text: Text) -> None:
    """The columns to look at, so that nobody has to find them in the table."""
    named = [
        text(
            "uploads.unsure_column",
            column=text.column_of(proposal.table, column.column),
            header=column.header,
        )
        for column in _unsure_columns(proposal)
    ]
    if named:
        st.markdown(escape(text("uploads.unsure", columns=named)))


def _missing_columns(proposal: Proposal, decisions: Decisions) -> Sequence[str]:
    return [
        column.column
        for column in proposal.columns
        if column.required and not _has_source(column, decisions)
    ]


def _has_source(column: ColumnProposal, decisions: Decisions) -> bool:
    """Whether a column of the contract is taken from one of the file, or made in another way."""
    is_made = not column.header and column.is_certain
    chosen = decisions["columns"].get(column.column, column.header)
    return bool(chosen) or is_made or column.column in decisions["joined"]
