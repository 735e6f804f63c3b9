"""What the columns and words of a file mean: proposed, corrected by hand, confirmed once."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from kam_core import contract
from kam_core.ingest.answers import header_key
from kam_core.ingest.proposal import BLOCKING
from kam_core.present.text import Text, escape

CERTAIN = ("feed", "remembered", "exact", "title", "alias", "constant")
NONE = ""
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


def table_by_hand(part: Mapping[str, Any], key: str) -> str | None:
    """The table a person chose for a part that was taken for another one's."""
    chosen = st.session_state.get(f"table/{key}")
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
    _columns(proposal, key, answers, text)
    _values(proposal, key, answers, text)
    _names(proposal, key, answers, text)
    chosen = set(answers["columns"])
    decided = [
        _question(question, key, answers, text)
        for question in proposal["questions"]
        if not (_is_about_columns(question) and question["column"] in chosen)
    ]
    left_out = [header for header in proposal["headers"] if header["becomes"] == "left_out"]
    for header in left_out:
        kind = text.value("personal", header["personal"])
        st.caption(escape(text("uploads.left_out", header=header["header"], kind=kind)))
    if not all(decided) or not _is_confirmed(proposal, answers, key, text):
        return None
    said = {name: value for name, value in answers.items() if value}
    return said if set(said) != {"table"} or not proposal["ready"] else {}


def _table(found: str, key: str, text: Text) -> None:
    """The table of the part: another one that is chosen here is mapped in the next run."""
    tables = list(contract.tables())
    st.selectbox(
        text("uploads.table"),
        tables,
        tables.index(found),
        format_func=text.table,
        key=f"table/{key}",
        persist_state="session",
        width=320,
    )


def _columns(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """The columns of the contract beside those of the file; every cell of it can be changed."""
    headers = [header["header"] for header in proposal["headers"]]
    examples = {header["header"]: header["examples"] for header in proposal["headers"]}
    rows = [
        {
            "contract_column": text.column(column["column"]),
            "needed": text("uploads.required") if column["required"] else "",
            "file_column": column["header"],
            "found": text.value("found", column["found"]) if column["found"] != "none" else "",
            "examples": text("punctuation.list").join(examples.get(column["header"], ())),
        }
        for column in proposal["columns"]
    ]
    shown = pd.DataFrame(rows)
    config: dict[str, Any] = {name: st.column_config.Column(text.column(name)) for name in shown}
    config["file_column"] = st.column_config.SelectboxColumn(
        text.column("file_column"), options=headers
    )
    edited = st.data_editor(
        shown,
        key=f"columns/{key}",
        hide_index=True,
        width="stretch",
        height=320,
        placeholder="–",
        column_config=config,
        disabled=[name for name in shown if name != "file_column"],
    )
    for column, header in zip(proposal["columns"], edited["file_column"], strict=True):
        chosen = header if isinstance(header, str) else NONE
        if chosen != (column["header"] or NONE) or (chosen and column["found"] not in CERTAIN):
            answers["columns"][column["column"]] = chosen
            if column["factor"] and chosen == column["header"]:
                answers["factors"][column["column"]] = column["factor"]


def _values(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """Words that no alias knows, one choice each; what stays open is quarantined."""
    for value in proposal["values"]:
        meaning = st.selectbox(
            text(
                "uploads.value_question",
                text=value["text"],
                column=text.column(value["column"]),
                rows=value["rows"],
            ),
            value["allowed"],
            value["allowed"].index(value["meaning"]) if value["meaning"] else None,
            format_func=lambda code, column=value["column"]: text.value(column, code),
            placeholder=text("uploads.value_open"),
            key=f"value/{key}/{value['column']}/{value['text']}",
            persist_state="session",
            width=420,
        )
        if meaning:
            answers["values"].setdefault(value["column"], {})[value["text"]] = meaning


def _names(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """Regions and persons never seen before; one that resembles a known one may be that one."""
    for found in proposal["names"]:
        told = {**found, "column": text.column(found["column"])}
        if not found["nearest"]:
            st.caption(escape(text("uploads.new_name", **told)))
            continue
        question = text("uploads.same_name", **told)
        if st.checkbox(escape(question), key=f"name/{key}/{found['column']}/{found['name']}"):
            meanings = answers["values"].setdefault(found["column"], {})
            meanings[found["name"]] = found["nearest"]


def _question(question: Mapping[str, Any], key: str, answers: dict, text: Text) -> bool:
    """One decision that the file does not show; whether it was made."""
    options = {n: _option(question, option, text) for n, option in enumerate(question["options"])}
    if question["kind"] not in (*BLOCKING, "blanks"):
        options[LEFT] = text("uploads.leave_quarantined")
    asked = text(
        f"uploads.question.{question['kind']}",
        column=text.column(question["column"]),
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
    return [c for c in proposal["columns"] if c["header"] and c["found"] not in CERTAIN]


def _is_confirmed(proposal: Mapping[str, Any], answers: dict, key: str, text: Text) -> bool:
    """Whether every required column has a place, and what was only proposed has been looked at."""
    missing = _missing(proposal, answers)
    if missing:
        columns = text("punctuation.list").join(map(text.column, missing))
        st.warning(escape(text("uploads.columns_missing", columns=columns)))
        return False
    if not _unsure(proposal) and not proposal["values"]:
        return True
    return st.checkbox(text("uploads.confirm_mapping"), key=f"confirmed/{key}")


def _missing(proposal: Mapping[str, Any], answers: dict) -> Sequence[str]:
    return [
        column["column"]
        for column in proposal["columns"]
        if column["required"] and not _has_place(column, answers)
    ]


def _has_place(column: Mapping[str, Any], answers: dict) -> bool:
    """Whether a column of the contract is taken from one of the file, or made in another way."""
    is_made = not column["header"] and column["found"] in CERTAIN
    chosen = answers["columns"].get(column["column"], column["header"])
    return bool(chosen) or is_made or column["column"] in answers["joined"]
