"""The settings of a version: written into it when it is built, read from a cursor."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

from duckdb import DuckDBPyConnection

from kam_core.contract.formats import FORMAT, refuse_newer
from kam_core.errors import KamError
from kam_core.settings.loader import refuse_unknown_keys
from kam_core.settings.schemas.review import ReviewSettings
from kam_core.settings.sql_files import load_sql

EVERY_OTHER_TIER = "*"
REVIEW = "review"


def install_settings(con: DuckDBPyConnection, document: dict) -> None:
    """Fill the tables of schema ``settings`` from a settings document."""
    _fill(con, "thresholds", flatten_numbers(document["thresholds"]))
    review = json.dumps(document.get("review"), ensure_ascii=False)
    own = [(REVIEW, review)] if "review" in document else []
    _fill(con, "texts", [*_texts(document["thresholds"]), *own])
    _fill(con, "targets", flatten_numbers(document["targets"]["targets"]))
    _fill(con, "cadences", _cadence_rows(document["cadences"]))
    name = document["tier_schemes"]["active"]
    scheme = document["tier_schemes"]["schemes"][name]
    axes = [(axis, scheme["axes"][axis]) for axis in ("x", "y")]
    _fill(con, "tier_axes", [(name, a, s["measure"], s["scale"], s["cuts"]) for a, s in axes])
    cells = [(levels.split(","), tier) for levels, tier in scheme["cells"].items()]
    tiers = scheme["tiers"]
    _fill(con, "tier_cells", [(name, *levels, tier, tiers[tier]["key"]) for levels, tier in cells])
    _fill(con, "tier_needs", enumerate(scheme["needs"]))
    _fill(con, "response_standards", _standard_rows(document, scheme))
    if calendar := document.get("calendar"):
        _fill_calendar(con, calendar)


def parse_document(data: bytes) -> dict:
    """A stored settings document; what an older release stored may hold what is not known today.

    KamError("newer_format"), or "settings_unknown_key" where it claims to be of today's format.
    """
    document = json.loads(data)
    number = document.pop("format", 0)
    refuse_newer(number, "settings")
    if number == FORMAT:
        refuse_unknown_keys(document)
    return document


def flatten_numbers(values: dict, prefix: str = "") -> Iterator[tuple[str, Decimal]]:
    """``{"needs": {"days": 5}}`` as ``("needs.days", 5)``, exact as written."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flatten_numbers(value, f"{prefix}{name}.")
        elif not isinstance(value, str | list):
            yield f"{prefix}{name}", Decimal(str(value))


def _texts(values: dict) -> Iterator[tuple[str, str]]:
    """What is written in words; a list of them with commas."""
    for name, value in values.items():
        if isinstance(value, str | list):
            yield name, value if isinstance(value, str) else ",".join(value)


def load_review(con: DuckDBPyConnection) -> ReviewSettings | None:
    """What a document reports of the company, where the version was loaded with it."""
    rows = con.execute(load_sql("version/text"), {"name": REVIEW}).fetchall()
    return ReviewSettings.model_validate_json(rows[0][0]) if rows else None


def threshold(con: DuckDBPyConnection, name: str) -> Decimal:
    """One limit or weight as baked into the version that ``con`` reads."""
    rows = con.execute(load_sql("version/threshold"), {"name": name}).fetchall()
    if not rows:
        raise KamError("unknown_setting", setting=name)
    return rows[0][0]


def _fill(con: DuckDBPyConnection, table: str, rows: Iterable[tuple]) -> None:
    rows = list(rows)
    if rows:
        marks = ", ".join(f"({', '.join('?' * len(row))})" for row in rows)
        statement = load_sql("build/write_settings", table=table, rows=marks)
        con.execute(statement, list(chain(*rows)))


def _standard_rows(document: dict, scheme: dict) -> Iterator[tuple[str, Decimal]]:
    """The standard of each tier that has one: its own, else that of a group it is in."""
    hours = document["thresholds"].get("service", {}).get("standard_hours_by_tier", {})
    for rank, (tier, of_tier) in enumerate([*scheme["tiers"].items(), ("unrated", {"key": False})]):
        groups = [tier, *(["top"] if rank == 0 else []), "key" if of_tier["key"] else "other"]
        if (group := next((g for g in groups if g in hours), None)) is not None:
            yield tier, Decimal(str(hours[group]))


def _fill_calendar(con: DuckDBPyConnection, calendar: dict) -> None:
    parameters = {"first": calendar["first_year"], "last": calendar["last_year"]}
    days = {"days": list(calendar["days"]), "are_working": list(calendar["days"].values())}
    con.execute(load_sql("version/calendar"), parameters | days)


def _cadence_rows(cadences: dict) -> Iterator[tuple[str, str, str]]:
    for tier, promises in {EVERY_OTHER_TIER: cadences["default"], **cadences["tiers"]}.items():
        for kind, every in promises.items():
            yield tier, kind, every
