"""HTML and SVG from nested calls: whatever was not made here is escaped."""

import html
import re
from collections.abc import Iterable

# Characters that no document may hold; a name from a file can.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
VOID = {"meta", "rect", "line", "path", "br"}


class Markup(str):
    """Text that is markup already. Only this module makes it."""

    __slots__ = ()


def escape(text: object) -> Markup:
    """Text from anywhere as markup that shows exactly these characters."""
    if isinstance(text, Markup):
        return text
    return Markup(html.escape(UNPRINTABLE.sub("\ufffd", str(text))))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element: ``tag("td", text, class_="number")``; an attribute of None is left out."""
    written = "".join(
        f' {_attribute(key)}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID and not children:
        return Markup(f"<{name}{written}/>")
    return Markup(f"<{name}{written}>{joined(children)}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Parts one after another; None is nothing."""
    return Markup("".join(escape(part) for part in parts if part is not None))


def style(text: str) -> Markup:
    """A style sheet of our own, as it is: there, an escape would be a character."""
    return Markup(f"<style>{text}</style>")


def css_string(text: str) -> str:
    """Text from anywhere as a CSS string in which every character is written as a number."""
    return '"' + "".join(f"\\{ord(character):06x}" for character in text) + '"'


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
