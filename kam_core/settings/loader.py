"""The only reader of settings: the files beside this one and what the headers of the metrics set,
overlaid by an installation's own.

``KAM_SETTINGS`` names one folder or several (separated as in PATH); where two say something about
one key, the later one holds. Tables are merged key by key; a list or a single value replaces ours.
"""

import json
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from kam_core.errors import KamError, together
from kam_core.settings.references import find_faults
from kam_core.settings.schemas.installation import InstallationSettings
from kam_core.settings.sql_files import list_metric_files, read_metric_settings
from kam_core.settings.working_days import list_special_days

SHIPPED = Path(__file__).parent
REFERENCES = SHIPPED / "schemas" / "references.toml"
VARIABLE = "KAM_SETTINGS"
LONGEST_VALUE = 80
# What influences numbers is written into each version.
OF_A_VERSION = ("cadences", "tier_schemes", "targets", "thresholds")
CALENDAR = "calendar.csv"


DOCUMENTS = [name for name in InstallationSettings.model_fields if name != "feeds"]
FILES = (*(f"{name}.toml" for name in DOCUMENTS), "names.csv", CALENDAR)


class Source(NamedTuple):
    """A TOML or metric file, the keys where its content stands among all settings, its content."""

    path: Path
    keys: tuple[str, ...]
    content: dict[str, Any]


def load_settings() -> InstallationSettings:
    """All settings, read and checked once; KamError names file and key of whatever is wrong."""
    return _load(os.environ.get(VARIABLE, ""))


def copy_version_settings() -> dict[str, Any]:
    """The settings that a version is built with, as plain values that the caller may change."""
    settings = load_settings()
    merged = _merge_folders(os.environ.get(VARIABLE, ""))
    # A review changes no number, but it belongs to the company whose rows are loaded with it.
    names = [*OF_A_VERSION, *(["review"] if merged["review"] else [])]
    document = {name: deepcopy(merged[name]) for name in names}
    spans, spoken = settings.calendar, settings.reading.bool
    words = dict.fromkeys(spoken.true, True) | dict.fromkeys(spoken.false, False)
    days = list_special_days(
        spans.country, spans.first_year, spans.last_year, find_own_file(CALENDAR), words
    )
    return document | {"calendar": {**spans.model_dump(), "days": days}}


def refuse_unknown_keys(document: Mapping[str, Any]) -> None:
    """KamError("settings_unknown_key") for stored settings with a key that is not known today."""
    try:
        InstallationSettings.model_validate(document)
    except ValidationError as error:
        for fault in error.errors():
            if fault["type"] == "extra_forbidden":
                key = _to_path(fault["loc"])
                raise KamError("settings_unknown_key", file="settings", key=key) from error


def find_own_file(file_name: str) -> Path | None:
    """The file of that name in the last of the installation's folders that has one."""
    folders = _own_folders(os.environ.get(VARIABLE, ""))
    return next((p for f in reversed(folders) if (p := f / file_name).is_file()), None)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file as plain values; KamError("settings_unreadable") where it is none."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise KamError("settings_unreadable", file=path, detail=error) from error


@cache
def _load(folders: str) -> InstallationSettings:
    faults = find_faults(_merge_folders(folders), read_toml(REFERENCES))
    try:
        settings = InstallationSettings.model_validate(_merge_folders(folders))
    except ValidationError as error:
        faults = [*error.errors(), *faults]
    if not faults:
        return settings
    refusals = [_refusal(fault, _sources(folders)) for fault in faults]
    # A value that may be of several types has a fault for each.
    by_key = {(str(r.details["file"]), r.details["key"]): r for r in reversed(refusals)}
    raise together(list(reversed(by_key.values())), "settings_refused")


@cache
def _merge_folders(folders: str) -> dict[str, Any]:
    return reduce(_merge, map(_nest_tables, _sources(folders)), {})


def _merge(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(under)
    for name, value in over.items():
        is_table = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = _merge(merged[name], value) if is_table else value
    return merged


def _nest_tables(source: Source) -> dict[str, Any]:
    return reduce(lambda content, key: {key: content}, reversed(source.keys), source.content)


@cache
def _sources(folders: str) -> tuple[Source, ...]:
    headers = (Source(path, (), read_metric_settings(path)) for path in list_metric_files())
    files = (
        Source(path, path.relative_to(folder).with_suffix("").parts, read_toml(path))
        for folder in (SHIPPED, *_own_folders(folders))
        for path in sorted([*folder.glob("*.toml"), *folder.glob("feeds/*.toml")])
    )
    return (*headers, *files)


def _own_folders(folders: str) -> list[Path]:
    own = [Path(folder).expanduser() for folder in folders.split(os.pathsep) if folder]
    for folder in own:
        if not folder.is_dir():
            raise KamError(
                "settings_no_folder", folder=folder, variable=VARIABLE, separator=os.pathsep
            )
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not _is_expected(path.relative_to(folder)):
                raise KamError("settings_unknown_file", file=path, known=list(FILES))
    return own


def _is_expected(path: Path) -> bool:
    """Whether a folder of settings may hold it: settings, feeds, hidden files, and a README."""
    is_remark = any(part.startswith((".", "README")) for part in path.parts)
    is_feed = path.parts[:-1] == ("feeds",) and path.suffix == ".toml"
    return is_remark or is_feed or str(path) in FILES


def _refusal(fault: ErrorDetails, sources: Sequence[Source]) -> KamError:
    """What pydantic found, told of the file that holds it, or that lacks it."""
    # What stands in brackets is the type among several that the value looks like, and no key.
    keys = tuple(key for key in fault["loc"] if not str(key).startswith("("))
    limits = fault.get("ctx", {})
    depth, number = max((_depth(_nest_tables(s), keys), number) for number, s in enumerate(sources))
    code = {"missing": "settings_missing_key", "extra_forbidden": "settings_unknown_key"}
    is_missing, source = fault["type"] == "missing", sources[number]
    details = {
        "file": source.path,
        "key": _to_path((*keys[len(source.keys) : depth + is_missing], *limits.pop("within", ()))),
        "value": json.dumps(fault["input"], ensure_ascii=False, default=str)[:LONGEST_VALUE],
        "must_be": fault["type"],
        "choices": re.findall("'([^']*)'", limits.get("expected", "")),
    }
    return KamError(code.get(fault["type"], "settings_wrong_value"), **details | limits)


def _depth(content: Any, keys: Sequence[int | str]) -> int:
    """How far a path of keys and positions leads into the content."""
    for depth, key in enumerate(keys):
        is_place = isinstance(content, list) and isinstance(key, int)
        if not (is_place or isinstance(content, dict) and key in content):
            return depth
        content = content[key]
    return len(keys)


def _to_path(keys: Sequence[int | str]) -> str:
    """``("files", 0, "recipes")`` as ``files[1].recipes``: positions are counted from 1."""
    parts = (f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in keys)
    return "".join(parts).removeprefix(".")
