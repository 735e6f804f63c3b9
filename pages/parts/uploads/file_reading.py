"""How an uploaded file was read: its first rows as found, and what can be changed by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.errors import KamError
from kam_core.ingest.read.sources import WITHIN, Place
from kam_core.ingest.text_folding import unique_names
from kam_core.render.terminal.inspection import DELIMITERS, delimiter
from kam_core.text.writer import Text, escape
from pages.parts.state import widget_state

ENCODINGS = ["utf-8", "gb18030", "big5", "utf-16", "cp1252", "cp1250", "latin-1"]
ROWS_SHOWN = 8

# One dict of `inspect --json`.
Part = Mapping[str, Any]


class Box:
    """What a person says about the reading of one file, folded away while it is found out well."""

    def __init__(self, path: Path, text: Text) -> None:
        self.path, self.text = path, text
        self.place = st.expander(escape(text("uploads.read_otherwise", file=path.name)))
        self.place.caption(text("uploads.read_otherwise_help"))
        self.said = {name: value for name, value in self._dialect().items() if value}

    @property
    def options(self) -> tuple[str, ...]:
        """The same as options of the command line."""
        return tuple(
            word
            for name, value in self.said.items()
            for word in (f"--{name.replace('_', '-')}", str(value))
        )

    def _dialect(self) -> dict[str, Any]:
        text, grid = self.text, self.place.grid(3, min_column_width=150)
        found = text("uploads.found_out")
        encoding = grid.selectbox(
            text("uploads.encoding"),
            ENCODINGS,
            None,
            placeholder=found,
            format_func=lambda encoding: text.value("encoding", encoding),
            **self._kept("encoding"),
        )
        mark = widget_state.choose(
            grid.selectbox,
            text("uploads.delimiter"),
            list(DELIMITERS),
            f"delimiter/{self.path}",
            text,
            placeholder=found,
            format_func=lambda mark: delimiter(mark, text),
        )
        line = grid.number_input(
            text("uploads.header_line"),
            1,
            None,
            None,
            step=1,
            placeholder=found,
            **self._kept("line"),
        )
        return {"encoding": encoding, "delimiter": mark, "header_line": line}

    def _kept(self, name: str) -> dict[str, Any]:
        return {"key": f"{name}/{self.path}", "persist_state": "session"}

    def parts(self, parts: Sequence[Part]) -> Sequence[Part]:
        """The sheets of a workbook and the files of an archive that are to be used."""
        if len(parts) < 2:
            return parts
        named = {place_of(part): part for part in parts}
        chosen = self.place.multiselect(
            self.text("uploads.parts"),
            list(named),
            [place_of(part) for part in _likely(parts)],
            format_func=lambda name: _part_name(named[name], self.text),
            help=self.text("uploads.parts_help"),
            **self._kept("parts"),
        )
        return [part for name, part in named.items() if name in chosen]

    def document(self, used: Sequence[Part], count: int) -> dict[str, Any]:
        """The same as ``load`` takes it; of several parts those that are used are named."""
        return {**self.said, "parts": list(map(place_of, used))} if count > 1 else self.said


def _likely(parts: Sequence[Part]) -> list[Part]:
    """What a load takes unasked: parts of a known table; where there is none, all that hold one."""
    readable = [part for part in parts if not part["error"] and not part["glimpse"]["is_hidden"]]
    certain = [part for part in readable if any(p["tables"] for p in part["proposals"])]
    return certain or readable


def _part_name(part: Part, text: Text) -> str:
    name = place_of(part)
    return text("uploads.hidden_part", name=name) if part["glimpse"]["is_hidden"] else name


def place_of(part: Part) -> str:
    """Where a part stands in its file, as ``load`` names it; empty for a file that is one table."""
    return Place(part["glimpse"]["member"], part["glimpse"]["sheet"]).name


def place_options(part: Part) -> tuple[str, ...]:
    """The same as options of the command line."""
    places = {"--member": part["glimpse"]["member"], "--sheet": part["glimpse"]["sheet"]}
    return tuple(word for option, name in places.items() if name for word in (option, name))


def show(part: Part, text: Text, is_used: bool = True) -> None:
    """One table-like part of a file: dialect in a line, first rows, what was noticed."""
    glimpse = part["glimpse"]
    name = escape(WITHIN.join(filter(None, (part["file"], _part_name(part, text)))))
    st.markdown(f"**{name}** · {escape(_dialect(glimpse, text))}")
    if glimpse["rows"]:
        st.dataframe(_first_rows(glimpse), hide_index=True, height="content", width="stretch")
    if not is_used:
        st.caption(escape(text("uploads.part_not_used", file=part["file"])))
        return
    for note in dict.fromkeys(note["code"] for note in glimpse["notes"]):
        st.caption(escape(f"{text.problem(note)}{text('punctuation.colon')}{text.todo(note)}"))
    _hint_at_encodings(glimpse, text)
    error = part["error"] or glimpse["error"]
    if error:
        st.warning(escape(text.error(KamError(error["code"], **error["details"]))))


def _hint_at_encodings(glimpse: Mapping[str, Any], text: Text) -> None:
    """What to try, where the encoding was only guessed or cannot be told."""
    is_guessed = any(note["code"] == "encoding_guessed" for note in glimpse["notes"])
    others = [encoding for encoding in glimpse["other_encodings"] if encoding in ENCODINGS]
    if others and (is_guessed or glimpse["error"]):
        named = [text.value("encoding", encoding) for encoding in others]
        listed = text("punctuation.list").join(named)
        st.caption(escape(text("uploads.if_garbled", encodings=listed)))


def _dialect(glimpse: Mapping[str, Any], text: Text) -> str:
    if not glimpse["header"]:
        return text("uploads.no_table_in_it")
    if not glimpse["delimiter"]:
        return text("uploads.read_sheet_as", line=glimpse["header_line"])
    return text(
        "uploads.read_as",
        encoding=text.value("encoding", glimpse["encoding"]),
        delimiter=delimiter(glimpse["delimiter"], text),
        line=glimpse["header_line"],
    )


def _first_rows(glimpse: Mapping[str, Any]) -> pd.DataFrame:
    """Cells as text, under the names that the columns of the file can be chosen by."""
    names = unique_names(glimpse["header"])
    width = len(names)
    rows = [(row + [""] * width)[:width] for row in glimpse["rows"][:ROWS_SHOWN]]
    return pd.DataFrame(rows, columns=names, dtype=str)
