"""The status of a figure as a shape and a word, which say the same in any colour and in none."""

from kam_core.present.text import Text

SHAPES = {"met": "●", "near": "◐", "missed": "▲", "no_target": "○", "no_data": "–"}


def status_words(status: str, text: Text, decidable: bool | None = None) -> str:
    """Shape and word, and whether there are too few cases to tell."""
    words = f"{SHAPES[status]} {text.value('status', status)}"
    return text("blocks.undecided", status=words) if decidable is False else words
