"""What the columns and words of a file mean: proposed, corrected by hand, confirmed once."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from kam_core.contract import declaration
from kam_core.ingest.mapping.overrides import header_key
from kam_core.ingest.mapping.proposal_model import BLOCKING
from kam_core.text import formats
from kam_core.text.writer import Text, escape
from pages.parts.state import widget_state
from pages.parts.uploads import columns

# The part of the answers that a question is about; of any other kind it is the columns.
PARTS = {
    "date_order": "dates",
    "mixed_dates": "dates",
    "decimals": "decimals",
    "scale": "scales",
    "own_unit": "factors",
    "joined": "joined",
    "blanks": "blanks",
}
# Values of answers that have a name of their own in either language.
NAMED = {"dates": "date_order", "decimals": "decimal_mark"}
# Chosen where the rows that a question is about are to stay in quarantine.
LEFT = -1


def key_of(part: Mapping[str, Any], answers: Mapping[str, Any]) -> str:
    """What answers are filed under: the headers they are about, as they are remembered."""
    table = answers.get("table") or part["proposals"][0]["table"]
    return header_key(part["glimpse"]["header"], table)


def table_by_hand(part: Mapping[str, Any], key: str, text: Text) -> str | None:
    """The table a person chose for a part that was taken for another one's."""
    chosen = widget_state.now(f"table/{key}", text)
    is_choice = chosen and len(part["proposals"]) == 1
    return chosen if is_choice and chosen != part["proposals"][0]["table"] else None


def ask(part: Mapping[str, Any], key: str, text: Text, is_by_hand: bool = False) -> dict | None:
    """The answers about one part; empty where none are needed, None while some are missing.

    ``is_by_hand``: the table of the part is the one that a person chose.
    """
    if part["error"] or not part["proposals"]:
        return None
    if len(part["proposals"]) > 1:
        tables = text("punctuation.list").join(text.table(p["table"]) for p in part["proposals"])
        st.caption(escape(text("uploads.several_tables", tables=tables)))
        return {}
    (proposal,) = part["proposals"]
    with st.expander(escape(_title(proposal, text)), expanded=is_by_hand or _is_open(proposal)):
        if not is_by_hand and not proposal["feed"] and not proposal["tables"]:
            st.info(text("uploads.table_unsure", table=text.table(proposal["table"])))
        _table(proposal["table"], key, text)
        said = _answers(proposal, f"{key}/{proposal['table']}", text)
    if said or not is_by_hand:
        return said
    return said if said is None else {"table": proposal["table"]}


def _title(proposal: Mapping[str, Any], text: Text) -> str:
    table, count = text.table(proposal["table"]), len(proposal["questions"])
    if not count:
        return text("uploads.mapping", table=table)
    return text("uploads.mapping_asks", table=table, count=count)


def _is_open(proposal: Mapping[str, Any]) -> bool:
    """Whether a person has to look at the mapping."""
    asked = _unsure(proposal) or proposal["values"] or proposal["questions"]
    return not proposal["ready"] or bool(asked)


def _answers(proposal: Mapping[str, Any], key: str, text: Text) -> dict | None:
    answers: dict[str, Any] = {part: {} for part in ("columns", "values", *PARTS.values())}
    answers |= {"shared": [], "table": proposal["table"]}
    columns.ask(proposal, key, answers, text)
    _values(proposal, key, answers, text)
    _names(proposal, key, answers, text)
    chosen = set(answers["columns"])
    decided = [
        _question(question, key, answers, text)
        for question in proposal["questions"]
        if not (_is_about_columns(question) and question["column"] in chosen)
    ]
    is_confirmed = _is_confirmed(proposal, answers, key, text)
    if not all(decided) or not is_confirmed:
        return None
    said = {name: value for name, value in answers.items() if value}
    return said if set(said) != {"table"} or not proposal["ready"] else {}


def _table(found: str, key: str, text: Text) -> None:
    """The table of the part: another one that is chosen here is mapped in the next run."""
    widget_state.choose(
        st.selectbox,
        text("uploads.table"),
        list(declaration.tables()),
        f"table/{key}",
        text,
        found,
        format_func=text.table,
        width=320,
    )


def _values(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """Words that no alias knows, one choice each; what stays open is quarantined."""
    for value in proposal["values"]:
        meaning = _meaning(value, proposal["table"], key, text)
        if meaning:
            answers["values"].setdefault(value["column"], {})[value["text"]] = meaning


def _meaning(value: Mapping[str, Any], table: str, key: str, text: Text) -> str | None:
    told = {"text": value["text"], "column": text.column_of(table, value["column"])}
    return widget_state.choose(
        st.selectbox,
        text.rich("uploads.value_question", **told, rows=formats.count(value["rows"], text.lang)),
        value["allowed"],
        f"value/{key}/{value['column']}/{value['text']}",
        text,
        value["meaning"],
        format_func=lambda code: text.meaning(table, value["column"], code),
        placeholder=text("uploads.value_open"),
        width=420,
    )


def _names(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """Regions and persons never seen before; one that resembles a known one may be that one."""
    for found in proposal["names"]:
        told = {**found, "column": text.column_of(proposal["table"], found["column"])}
        if not found["nearest"]:
            st.caption(escape(text("uploads.new_name", **told)))
            continue
        question = text("uploads.same_name", **told)
        place = f"name/{key}/{found['column']}/{found['name']}"
        if st.checkbox(escape(question), key=place, persist_state="session"):
            meanings = answers["values"].setdefault(found["column"], {})
            meanings[found["name"]] = found["nearest"]


def _question(question: Mapping[str, Any], key: str, answers: dict, text: Text) -> bool:
    """One decision that the file does not show; whether it was made."""
    options = {n: _option(question, option, text) for n, option in enumerate(question["options"])}
    if question["kind"] not in (*BLOCKING, "blanks"):
        options[LEFT] = text("uploads.leave_quarantined")
    asked = text(
        f"uploads.question.{question['kind']}",
        column=text.column_of(answers["table"], question["column"]),
        header=question["header"],
    )
    chosen = st.radio(
        escape(asked),
        list(options),
        None,
        format_func=lambda n: escape(options[n]),
        key=f"question/{key}/{question['kind']}/{question['column']}",
        persist_state="session",
    )
    if chosen not in (None, LEFT):
        _take(question, question["options"][chosen]["value"], answers)
    return chosen is not None


def _option(question: Mapping[str, Any], option: Mapping[str, Any], text: Text) -> str:
    """One possible answer with an example; what only other columns speak for is marked."""
    if question["kind"] not in PARTS:
        return text("uploads.option_column", **option)
    if question["kind"] == "joined":
        shown = text("punctuation.list").join(option["value"])
        return text("uploads.option_joined", **{**option, "value": shown})
    if question["kind"] == "blanks":
        return text(f"uploads.blanks_{option['value']}", **option)
    value, named = option["value"], NAMED.get(PARTS[question["kind"]])
    if named:
        value = text.value(named, value)
    elif not isinstance(value, str):
        value = " – ".join(map(str, value))
    shown = text(
        "uploads.option", value=value, example=option["example"], reading=option["reading"]
    )
    is_suggested = named and option["value"] == question["suggested"]
    return text("uploads.suggested", option=shown) if is_suggested else shown


def _is_about_columns(question: Mapping[str, Any]) -> bool:
    """Whether a column chosen in the table above answers the question."""
    return question["kind"] in ("several", "key", "joined")


def _take(question: Mapping[str, Any], value: Any, answers: dict) -> None:
    column = question["column"]
    answers[PARTS.get(question["kind"], "columns")][column] = value
    if question["kind"] == "key":
        answers["shared"].append(value)


def _unsure(proposal: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [c for c in proposal["columns"] if c["header"] and c["found"] not in columns.CERTAIN]


def _is_confirmed(proposal: Mapping[str, Any], answers: dict, key: str, text: Text) -> bool:
    """Whether every required column has a place, and what was only proposed has been looked at."""
    missing = _missing(proposal, answers)
    if missing:
        named = [text.column_of(proposal["table"], column) for column in missing]
        listed = text("punctuation.list").join(named)
        st.warning(escape(text("uploads.columns_missing", columns=listed)))
        return False
    if not _unsure(proposal) and not proposal["values"]:
        return True
    _tell_unsure(proposal, text)
    question = text("uploads.confirm_mapping")
    return st.checkbox(question, key=f"confirmed/{key}", persist_state="session")


def _tell_unsure(proposal: Mapping[str, Any], text: Text) -> None:
    """The columns to look at, so that nobody has to find them in the table."""
    named = [
        text(
            "uploads.unsure_column",
            column=text.column_of(proposal["table"], column["column"]),
            header=column["header"],
        )
        for column in _unsure(proposal)
    ]
    if named:
        listed = text("punctuation.list").join(named)
        st.markdown(escape(text("uploads.unsure", columns=listed)))


def _missing(proposal: Mapping[str, Any], answers: dict) -> Sequence[str]:
    return [
        column["column"]
        for column in proposal["columns"]
        if column["required"] and not _has_place(column, answers)
    ]


def _has_place(column: Mapping[str, Any], answers: dict) -> bool:
    """Whether a column of the contract is taken from one of the file, or made in another way."""
    is_made = not column["header"] and column["found"] in columns.CERTAIN
    chosen = answers["columns"].get(column["column"], column["header"])
    return bool(chosen) or is_made or column["column"] in answers["joined"]
