"""Sentences of a pack: their values stand out on a page and are plain text in a workbook."""

import re
from collections.abc import Iterator

from kam_core.text.writer import Text, escape

# Of the private use area, so that no sentence of ours holds them; data loses them.
START, END = "\ue000", "\ue001"
MARKED = re.compile(f"{START}(.*?){END}", re.DOTALL)
MARKS = str.maketrans({START: None, END: None})


class Marked(Text):
    """``rich`` marks its values instead of writing Markdown, which a pack does not speak."""

    def stand_out(self, value: str) -> str:
        return f"{START}{value.translate(MARKS)}{END}"


def runs(sentence: str) -> Iterator[tuple[str, bool]]:
    """The parts of a sentence, each with whether it is a value."""
    for position, part in enumerate(MARKED.split(sentence)):
        if part:
            yield part, position % 2 == 1


def strip_marks(sentence: str) -> str:
    """A sentence without its marks."""
    return sentence.translate(MARKS)


def to_markdown(sentence: str) -> str:
    """A sentence as Markdown: its values stand out, and nothing in them acts as markup."""
    return "".join(f"**{escape(part)}**" if is_value else part for part, is_value in runs(sentence))
