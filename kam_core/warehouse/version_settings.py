"""The settings of a version: written into it when it is built, read from a cursor."""

import json
from collections.abc import Iterator
from decimal import Decimal

import duckdb

from kam_core.contract.formats import FORMAT, refuse_newer
from kam_core.errors import KamError
from kam_core.settings.loader import refuse_unknown_keys

EVERY_OTHER_TIER = "*"
SCALES = {"raw", "percentile", "minmax"}

DDL = """
create or replace table settings.thresholds (name varchar, value decimal(18, 6));
comment on table settings.thresholds is 'Limits and weights; a nested name is group.name';
create or replace table settings.texts (name varchar, value varchar);
comment on table settings.texts is 'Settings that are words, such as the reporting currency';
create or replace table settings.targets (metric varchar, target decimal(24, 6));
comment on table settings.targets is 'Default quarterly targets; shares as fractions of 1';
create or replace table settings.cadences (tier varchar, kind varchar, every varchar);
comment on table settings.cadences is
    'What a tier is promised every month, quarter or year; tier * is every tier not named';
create or replace table settings.tier_axes
    (scheme varchar, axis varchar, measure varchar, scale varchar, cuts double[]);
comment on table settings.tier_axes is 'The two axes of the active tier scheme';
create or replace table settings.tier_cells
    (scheme varchar, x_level integer, y_level integer, tier varchar, is_key boolean);
create or replace table settings.tier_needs (position integer, need varchar);
comment on table settings.tier_needs is
    'Tables and columns without which the active scheme rates nobody; a|b = one is enough';
comment on table settings.tier_cells is 'The tier of each pair of levels in the active tier scheme';
create or replace table settings.response_standards (tier varchar, hours decimal(18, 6));
comment on table settings.response_standards is
    'Within how many hours tickets of a tier are to be answered, where that is not as for all';
create or replace table settings.calendar (day date, is_working boolean, shift integer);
comment on table settings.calendar is
    'Which days are worked; shift: so many more than Mondays to Fridays up to the day';
"""
CALENDAR = """
insert into settings.calendar
with special as (
    select unnest($days)::date as day, unnest($are_working)::boolean as is_working
),
every as (
    select g.day::date as day, coalesce(s.is_working, isodow(g.day) < 6) as is_working
    from generate_series(make_date($first, 1, 1), make_date($last, 12, 31), interval 1 day) g (day)
    left join special s on s.day = g.day::date
)
select
    day,
    is_working,
    sum(is_working::integer - (isodow(day) < 6)::integer) over (order by day)
from every
"""


def install_settings(con: duckdb.DuckDBPyConnection, document: dict) -> None:
    """Create and fill the tables of schema ``settings`` from a settings document."""
    con.execute(DDL)
    _fill(con, "thresholds", list(flatten_numbers(document["thresholds"])))
    _fill(con, "texts", list(_texts(document["thresholds"])))
    _fill(con, "targets", list(flatten_numbers(document["targets"]["targets"])))
    _fill(con, "cadences", list(_cadence_rows(document["cadences"])))
    name = document["tier_schemes"]["active"]
    scheme = _active_scheme(document)
    _check_scheme(name, scheme)
    _fill(con, "tier_axes", [_axis_row(name, axis, scheme["axes"][axis]) for axis in ("x", "y")])
    _fill(con, "tier_cells", [_cell_row(name, scheme, *cell) for cell in scheme["cells"].items()])
    _fill(con, "tier_needs", list(enumerate(scheme["needs"])))
    _fill(con, "response_standards", list(_standard_rows(document, scheme)))
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
        elif not isinstance(value, str):
            yield f"{prefix}{name}", Decimal(str(value))


def _texts(values: dict) -> Iterator[tuple[str, str]]:
    return ((name, value) for name, value in values.items() if isinstance(value, str))


def _active_scheme(document: dict) -> dict:
    """The active tier scheme of a settings document; KamError("unknown_tier_scheme") if none."""
    schemes = document["tier_schemes"]
    if schemes["active"] not in schemes["schemes"]:
        raise KamError("unknown_tier_scheme", scheme=schemes["active"])
    return schemes["schemes"][schemes["active"]]


def threshold(con: duckdb.DuckDBPyConnection, name: str) -> Decimal:
    """One limit or weight as baked into the version that ``con`` reads."""
    query = "select value from settings.thresholds where name = $name"
    rows = con.execute(query, {"name": name}).fetchall()
    if not rows:
        raise KamError("unknown_setting", setting=name)
    return rows[0][0]


def _check_scheme(name: str, scheme: dict) -> None:
    """Refuse a scheme with an unknown scale, cuts that do not rise, or a cell without its tier."""
    x_cuts, y_cuts = (scheme["axes"][axis]["cuts"] for axis in ("x", "y"))
    cells = {f"{x},{y}" for x in range(len(x_cuts) + 1) for y in range(len(y_cuts) + 1)}
    is_sound = (
        all(scheme["axes"][axis]["scale"] in SCALES for axis in ("x", "y"))
        and all(cuts == sorted(set(cuts)) for cuts in (x_cuts, y_cuts))
        and set(scheme["cells"]) == cells
        and set(scheme["cells"].values()) == set(scheme["tiers"])
    )
    if not is_sound:
        raise KamError("bad_tier_scheme", scheme=name)


def _fill(con: duckdb.DuckDBPyConnection, table: str, rows: list[tuple]) -> None:
    marks = ", ".join("?" * len(rows[0])) if rows else ""
    for row in rows:
        con.execute(f"insert into settings.{table} values ({marks})", row)


def _standard_rows(document: dict, scheme: dict) -> Iterator[tuple[str, Decimal]]:
    """The standard of each tier that has one: its own, else that of a group it is in."""
    hours = document["thresholds"]["service"].get("standard_hours_by_tier", {})
    for rank, (tier, of_tier) in enumerate([*scheme["tiers"].items(), ("unrated", {"key": False})]):
        groups = [tier, *(["top"] if rank == 0 else []), "key" if of_tier["key"] else "other"]
        if (group := next((g for g in groups if g in hours), None)) is not None:
            yield tier, Decimal(str(hours[group]))


def _fill_calendar(con: duckdb.DuckDBPyConnection, calendar: dict) -> None:
    parameters = {"first": calendar["first_year"], "last": calendar["last_year"]}
    days = {"days": list(calendar["days"]), "are_working": list(calendar["days"].values())}
    con.execute(CALENDAR, parameters | days)


def _cadence_rows(cadences: dict) -> Iterator[tuple[str, str, str]]:
    for tier, promises in {EVERY_OTHER_TIER: cadences["default"], **cadences["tiers"]}.items():
        for kind, every in promises.items():
            yield tier, kind, every


def _axis_row(scheme: str, axis: str, spec: dict) -> tuple:
    return scheme, axis, spec["measure"], spec["scale"], [float(cut) for cut in spec["cuts"]]


def _cell_row(name: str, scheme: dict, levels: str, tier: str) -> tuple:
    x_level, y_level = map(int, levels.split(","))
    return name, x_level, y_level, tier, scheme["tiers"][tier]["key"]
