"""What the chosen files hold and mean, file by file: looked into, corrected by hand, answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st

from kam_core.text.writer import Text
from pages.parts.uploads import column_mapping, commands, file_reading
from pages.parts.uploads.jobs import Outcome

# What was seen of each file, for each way of reading it.
SEEN = "upload_seen"


@dataclass(frozen=True)
class Said:
    """What a person said: ``answers`` by header set, ``reading`` by file (see docs/uploads.md)."""

    answers: Mapping[str, dict] = field(default_factory=dict)
    reading: Mapping[str, dict] = field(default_factory=dict)


def ask(paths: Sequence[Path], text: Text) -> Said | None:
    """All files shown with what they ask; None while something must be decided first."""
    found = [_ask_file(path, text) for path in paths]
    said = [one for one in found if one is not None]
    if len(said) < len(found):
        return None
    return Said(
        {key: answers for one in said for key, answers in one.answers.items()},
        {name: how for one in said for name, how in one.reading.items()},
    )


def forget() -> None:
    st.session_state.pop(SEEN, None)


def _ask_file(path: Path, text: Text) -> Said | None:
    by_hand = file_reading.Box(path, text)
    outcome = _seen(path, by_hand.options, text)
    if outcome.refusal:
        _refused(path, outcome, text)
        return None
    parts: Any = outcome.document
    used = by_hand.parts(parts)
    said = [_ask_part(path, part, by_hand.options, text) for part in parts if part in used]
    for part in parts:
        if part not in used:
            file_reading.show(part, text, is_used=False)
    answers = [one for one in said if one is not None]
    if not used or len(answers) < len(said):
        return None
    how = by_hand.document(used, len(parts))
    merged = {key: value for one in answers for key, value in one.items()}
    return Said(merged, {str(path): how} if how else {})


def _ask_part(
    path: Path, part: Mapping[str, Any], options: Sequence[str], text: Text
) -> dict[str, dict] | None:
    """The answers about one part by its header set; None while some are missing."""
    key = f"{path}/{file_reading.place_of(part)}"
    table = column_mapping.table_by_hand(part, key, text)
    if table:
        outcome = _seen(path, (*options, *file_reading.place_options(part), "--table", table), text)
        if outcome.refusal:
            _refused(path, outcome, text)
            return None
        (part,) = outcome.document  # type: ignore[misc]
    file_reading.show(part, text)
    said = column_mapping.ask(part, key, text, bool(table))
    return {column_mapping.key_of(part, said): said} if said else said


def _refused(path: Path, outcome: Outcome, text: Text) -> None:
    st.error(text.rich("uploads.unreadable", file=path.name))
    st.text(outcome.refusal)


def _seen(path: Path, options: Sequence[str], text: Text) -> Outcome:
    """What a file seems to hold: looked into once for each way of reading it."""
    seen = st.session_state.setdefault(SEEN, {})
    key = (text.lang, str(path), *options)
    if key not in seen:
        with st.spinner(text("uploads.looking", file=path.name)):
            seen[key] = commands.inspect(path, options, text.lang)
    return seen[key]
