"""How an uploaded file was read: its first rows as found, and what can be changed by hand."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.ingest.read.sources import WITHIN, FilePart
from kam_core.ingest.text_folding import unique_names
from kam_core.render.terminal.inspection import DELIMITERS, name_delimiter
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text, escape
from kam_core.uploads.report_model import Glimpse, InspectedPart
from pages.parts.state import widget_state

ROWS_SHOWN = 8


class ReadingChoices:
    """How a person wants one file to be read, folded away while the file tells it well."""

    def __init__(self, path: Path, text: Text) -> None:
        self.path, self.text = path, text
        self.box = st.expander(escape(text("uploads.read_otherwise", file=path.name)))
        self.box.caption(text("uploads.read_otherwise_help"))
        self.chosen = {name: value for name, value in self._choose_dialect().items() if value}

    @property
    def options(self) -> tuple[str, ...]:
        """The choices as options of the command line."""
        return tuple(
            word
            for name, value in self.chosen.items()
            for word in (f"--{name.replace('_', '-')}", str(value))
        )

    def _choose_dialect(self) -> dict[str, str | int | None]:
        text, grid = self.text, self.box.grid(3, min_column_width=150)
        automatic = text("uploads.found_out")
        encoding = grid.selectbox(
            text("uploads.encoding"),
            load_settings().reading.encodings,
            None,
            placeholder=automatic,
            format_func=lambda encoding: text.value("encoding", encoding),
            **self._keep("encoding"),
        )
        mark = widget_state.choose(
            grid.selectbox,
            text("uploads.delimiter"),
            list(DELIMITERS),
            f"delimiter/{self.path}",
            text,
            placeholder=automatic,
            format_func=lambda mark: name_delimiter(mark, text),
        )
        line = grid.number_input(
            text("uploads.header_line"),
            1,
            None,
            None,
            step=1,
            placeholder=automatic,
            **self._keep("line"),
        )
        return {"encoding": encoding, "delimiter": mark, "header_line": line}

    def _keep(self, name: str) -> Any:
        return {"key": f"{name}/{self.path}", "persist_state": "session"}

    def choose_parts(self, parts: Sequence[InspectedPart]) -> Sequence[InspectedPart]:
        """The sheets of a workbook and the files of an archive that are to be used."""
        if len(parts) < 2:
            return parts
        named = {part_name(part): part for part in parts}
        chosen = self.box.multiselect(
            self.text("uploads.parts"),
            list(named),
            [part_name(part) for part in _likely_parts(parts)],
            format_func=lambda name: _part_label(named[name], self.text),
            help=self.text("uploads.parts_help"),
            **self._keep("parts"),
        )
        return [part for name, part in named.items() if name in chosen]

    def document(self, used: Sequence[InspectedPart], count: int) -> dict[str, object]:
        """The choices as ``load`` takes them; of several parts those that are used are named."""
        parts = {"parts": list(map(part_name, used))} if count > 1 else {}
        return {**self.chosen, **parts}


def _likely_parts(parts: Sequence[InspectedPart]) -> list[InspectedPart]:
    """What a load takes unasked: parts of a known table; where there is none, all that hold one."""
    readable = [p for p in parts if not p.error and not (p.glimpse and p.glimpse.is_hidden)]
    certain = [part for part in readable if any(p.tables for p in part.proposals)]
    return certain or readable


def _part_label(part: InspectedPart, text: Text) -> str:
    name, is_hidden = part_name(part), part.glimpse is not None and part.glimpse.is_hidden
    return text("uploads.hidden_part", name=name) if is_hidden else name


def part_name(part: InspectedPart) -> str:
    """Where a part stands in its file, as ``load`` names it; empty for a file that is one table."""
    return FilePart(part.glimpse.member, part.glimpse.sheet).name if part.glimpse else ""


def part_options(part: InspectedPart) -> tuple[str, ...]:
    """The part as options of the command line."""
    if part.glimpse is None:
        return ()
    names = {"--member": part.glimpse.member, "--sheet": part.glimpse.sheet}
    return tuple(word for option, name in names.items() if name for word in (option, name))


def render_part(part: InspectedPart, text: Text, is_used: bool = True) -> None:
    """One table-like part of a file: dialect in a line, first rows, what was noticed."""
    glimpse = part.glimpse
    if glimpse is None:
        return
    name = escape(WITHIN.join(filter(None, (part.file, _part_label(part, text)))))
    st.markdown(f"**{name}** · {escape(_describe_dialect(glimpse, text))}")
    if glimpse.rows:
        st.dataframe(_first_rows(glimpse), hide_index=True, height="content", width="stretch")
    if not is_used:
        st.caption(escape(text("uploads.part_not_used", file=part.file)))
        return
    for code in dict.fromkeys(note.code for note in glimpse.notes):
        st.caption(escape(f"{text.problem(code)}{text('punctuation.colon')}{text.todo(code)}"))
    _hint_at_encodings(glimpse, text)
    if error := part.error or glimpse.error:
        st.warning(escape(text.error(error.as_error())))


def _hint_at_encodings(glimpse: Glimpse, text: Text) -> None:
    """What to try, where the encoding was only guessed or cannot be told."""
    is_guessed = any(note.code == "encoding_guessed" for note in glimpse.notes)
    choices = load_settings().reading.encodings
    others = [encoding for encoding in glimpse.other_encodings if encoding in choices]
    if others and (is_guessed or glimpse.error):
        named = [text.value("encoding", encoding) for encoding in others]
        st.caption(escape(text("uploads.if_garbled", encodings=named)))


def _describe_dialect(glimpse: Glimpse, text: Text) -> str:
    if not glimpse.header:
        return text("uploads.no_table_in_it")
    if not glimpse.delimiter:
        return text("uploads.read_sheet_as", line=glimpse.header_line)
    return text(
        "uploads.read_as",
        encoding=text.value("encoding", glimpse.encoding),
        delimiter=name_delimiter(glimpse.delimiter, text),
        line=glimpse.header_line,
    )


def _first_rows(glimpse: Glimpse) -> pd.DataFrame:
    """Cells as text, under the names that the columns of the file can be chosen by."""
    names = unique_names(glimpse.header)
    width = len(names)
    rows = [(row + [""] * width)[:width] for row in glimpse.rows[:ROWS_SHOWN]]
    return pd.DataFrame(rows, columns=names, dtype=str)
