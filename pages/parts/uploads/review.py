"""What the chosen files hold and mean, file by file: looked into, corrected by hand, answered."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from kam_core.text.writer import Text
from kam_core.uploads.report_model import InspectedPart
from pages.parts.uploads import column_mapping, commands, file_reading
from pages.parts.uploads.commands import Request
from pages.parts.uploads.jobs import Outcome

# What was seen of each file, by the options it was read with.
SEEN = "upload_seen"


def review_files(paths: Sequence[Path], text: Text) -> Request | None:
    """All files shown with what they ask; None while something must be decided first."""
    # Every file is shown, whatever is open in another one.
    files = [_review_file(path, text) for path in paths]
    decided = [file for file in files if file is not None]
    if len(decided) < len(files):
        return None
    return Request(
        answers={key: answers for file in decided for key, answers in file.answers.items()},
        reading={name: reading for file in decided for name, reading in file.reading.items()},
    )


def forget_files() -> None:
    st.session_state.pop(SEEN, None)


def _review_file(path: Path, text: Text) -> Request | None:
    choices = file_reading.ReadingChoices(path, text)
    outcome = _inspect(path, choices.options, text)
    parts = outcome.document
    if parts is None:
        _render_refusal(path, outcome, text)
        return None
    used = choices.choose_parts(parts)
    reviewed = [_review_part(path, part, choices.options, text) for part in parts if part in used]
    for part in parts:
        if part not in used:
            file_reading.render_part(part, text, is_used=False)
    decided = [answers for answers in reviewed if answers is not None]
    if not used or len(decided) < len(reviewed):
        return None
    reading = choices.document(used, len(parts))
    merged = {key: value for answers in decided for key, value in answers.items()}
    return Request(answers=merged, reading={str(path): reading} if reading else {})


def _review_part(
    path: Path, part: InspectedPart, options: Sequence[str], text: Text
) -> dict[str, dict] | None:
    """The answers about one part by its header set; None while some are missing."""
    key = f"{path}/{file_reading.part_name(part)}"
    table = column_mapping.table_by_hand(part, key, text)
    if table:
        more = (*options, *file_reading.part_options(part), "--table", table)
        outcome = _inspect(path, more, text)
        if outcome.document is None:
            _render_refusal(path, outcome, text)
            return None
        (part,) = outcome.document
    file_reading.render_part(part, text)
    answers = column_mapping.ask_about_part(part, key, text, bool(table))
    if answers is None:
        return None
    return {column_mapping.remembered_key(part, answers): answers} if answers else {}


def _render_refusal(path: Path, outcome: Outcome, text: Text) -> None:
    st.error(text.rich("uploads.unreadable", file=path.name))
    st.text(outcome.refusal)


def _inspect(path: Path, options: Sequence[str], text: Text) -> Outcome[list[InspectedPart]]:
    """What a file seems to hold: looked into once for each set of options."""
    seen = st.session_state.setdefault(SEEN, {})
    key = (text.lang, str(path), *options)
    if key not in seen:
        with st.spinner(text("uploads.looking", file=path.name)):
            seen[key] = commands.inspect_file(path, options, text.lang)
    return seen[key]
