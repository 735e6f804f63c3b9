"""Opens every page as a visitor's browser would, and records all that stands on it."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from tests.support.commands import METRICS
from tests.support.masks import masked
from tests.support.recording import LANGUAGES, ROOT, Recording, as_text

PAGES = (
    "home",
    "overview",
    "tiers",
    "follow_up",
    "needs",
    "service",
    "value",
    "resources",
    "targets",
    "figure",
    "uploads",
    "definitions",
)
FILTERED = {
    "region": ["华东", "西北"],
    "tier": ["VIP", "growth"],
    "quarter": "2024-Q2",
    "as_of": "2024-08-15",
}
# Choices beside pictures, as codes of the address.
PICKED = {
    "overview": (("trend", "followup_completion"),),
    "tiers": (("cell", "growth"), ("cell", "stable")),
    "service": (("part", "complaints"), ("part", "satisfaction"), ("part", "spread")),
    "value": (("part", "wallet"), ("part", "retention"), ("part", "renewals"), ("part", "churn")),
    "resources": (("part", "hours"), ("part", "coverage"), ("part", "payback")),
}
# Streamlit's own names of what it draws; nobody sees them.
NAMES = (
    "id",
    "element_id",
    "form_id",
    "page_script_hash",
    "fragment_id",
    "user_key",
    "deferred_file_id",
)
# A download is named after its content.
MEDIA = re.compile(r"/media/[0-9a-f]+")


def pages(recording: Recording) -> None:
    """Every page in both languages: at first, under filters, and with each part opened."""
    os.environ["KAM_WAREHOUSE"] = str(recording.sample)
    for lang in LANGUAGES:
        for name in PAGES:
            app = opened(name, lang=lang)
            recording.write(f"{name} {lang}.txt", _text_of(app))
            for key, choice in (*_tabs(app), *PICKED.get(name, ())):
                chosen = opened(name, {key: choice}, lang=lang)
                recording.write(f"{name} {lang} {key} {choice}.txt", _text_of(chosen))
            filtered = opened(name, lang=lang, **FILTERED)
            recording.write(f"{name} {lang} filtered.txt", _text_of(filtered))


def figures(recording: Recording) -> None:
    """The page of a figure for figures of every kind, of some with each of its tabs opened."""
    os.environ["KAM_WAREHOUSE"] = str(recording.sample)
    for lang in LANGUAGES:
        for metric in METRICS:
            view = {"lang": lang, "metric": metric, "quarter": "2024-Q3"}
            app = opened("figure", **view)
            recording.write(f"{metric} {lang}.txt", _text_of(app))
            for key, choice in _tabs(app) if metric in METRICS[:4] else ():
                text = _text_of(opened("figure", {key: choice}, **view))
                recording.write(f"{metric} {lang} {choice}.txt", text)


def start(recording: Recording) -> None:
    """Pages where nothing is loaded."""
    os.environ["KAM_WAREHOUSE"] = str(recording.fresh("none"))
    for lang in LANGUAGES:
        for name in ("home", "value", "uploads", "definitions"):
            recording.write(f"{name} {lang}.txt", _text_of(opened(name, lang=lang)))


def opened(
    name: str, choices: Mapping[str, str] | None = None, **query: str | list[str]
) -> AppTest:
    """The dashboard opened at the address of a page, with some of its widgets set."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
    for key, value in (query | dict(choices or {})).items():
        app.query_params[key] = value
    for key, value in (choices or {}).items():
        app.session_state[key] = value
    if name != "home":
        # An address is what lasts; the file behind it may move.
        app._page_hash = calc_hash(name)
    return app.run()


def _tabs(app: AppTest) -> Iterator[tuple[str, str]]:
    """Key and label of each tab that computes when it is opened, but for the one that is open."""
    for group in app.main:
        if group.type == "tab_container" and group.key:
            for tab in list(group.children.values())[1:]:
                yield group.key, tab.label


def _text_of(app: AppTest) -> str:
    """The address, the menu, and every element in its order."""
    menu = [
        [info.get("url_pathname"), info.get("page_name"), info.get("icon")]
        for info in app._registered_pages.values()
    ]
    texts = [as_text({key: app.query_params[key] for key in sorted(app.query_params)})]
    texts += [as_text(menu), *_walked(app.sidebar, 1), *_walked(app.main, 1)]
    text = masked("\n".join(texts) + "\n", {})
    # Where a page tells moments of this run, so may what it offers for download.
    return MEDIA.sub("/media/<content>", text) if "<now>" in text or "<today>" in text else text


def _walked(node: Any, depth: int) -> Iterator[str]:
    """An element, what it says, and all elements in it."""
    yield f"{'#' * depth} {node.type}"
    yield as_text(_of(node))
    if node.type in ("dataframe", "table"):
        yield node.value.to_csv(lineterminator="\n")
    for child in getattr(node, "children", {}).values():
        yield from _walked(child, depth + 1)


def _of(node: Any) -> object:
    """Everything that an element was given, but for its names and the bytes of its table."""
    if getattr(node, "proto", None) is None:
        return {}
    return _cleaned(MessageToDict(node.proto, preserving_proto_field_name=True))


def _cleaned(value: object) -> object:
    """A document without names that nobody sees; a text that is JSON is opened."""
    if isinstance(value, Mapping):
        hidden = (*NAMES, "arrow_data", "lazy_data")
        return {key: _cleaned(item) for key, item in value.items() if key not in hidden}
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return _parsed(value)
    return value


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
