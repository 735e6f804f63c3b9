"""One version put to the proof: its figures recounted, its hashes and its trail compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kam_core.errors import KamError
from kam_core.metrics import periods
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.verify import audit_trail, availability, settings, tables
from kam_core.verify.aggregations import Figure
from kam_core.verify.audit_trail import Finding
from kam_core.verify.check import Comparison, Difference, compare
from kam_core.verify.figures import Recount
from kam_core.warehouse import store
from kam_core.warehouse.scope import Scope

LAST_QUARTERS = 8


@dataclass(frozen=True)
class Report:
    """What was compared, what differs, and what of the trail is not as recorded."""

    version: int
    as_of: date
    regions: tuple[str, ...]
    quarters: tuple[str, ...]
    uploads: int
    compared: int
    differences: tuple[Difference, ...]
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.differences and not self.findings


def verify(
    warehouse: store.Warehouse,
    number: int,
    quarters: Sequence[str] = (),
    regions: Sequence[str] = (),
    as_of: date | None = None,
) -> Report:
    """Without quarters: the last eight of which the data tells; without regions: all."""
    version = warehouse.known(number)
    findings = audit_trail.stored(warehouse, version)
    asked: list[Period] = []
    found, shown = Comparison(), tuple(regions)
    file = warehouse.file(number)
    if all(finding.code != "version_damaged" for finding in findings):
        findings += audit_trail.told(warehouse, version, file)
        day = Day(file, as_of or version.as_of)
        shown = _known(regions, day.regions)
        recount = _recount(day, shown)
        asked = _asked(recount, quarters)
        found = compare(day.cursor(Scope(shown, day.as_of)), recount, asked, facts=day.facts)
    return Report(
        number,
        as_of or version.as_of,
        shown,
        tuple(period.period for period in asked),
        len(warehouse.ledger.snapshots(number)),
        found.compared,
        tuple(found.differences),
        tuple(findings),
    )


def plain(report: Report) -> dict[str, object]:
    """A report as plain JSON values; exact numbers as text, such as "2/3"."""
    return {
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "regions": list(report.regions),
        "quarters": list(report.quarters),
        "uploads": report.uploads,
        "compared": report.compared,
        "differences": [
            {
                "metric": difference.metric,
                "period": difference.period,
                "slice": difference.slice,
                "shown": _plain(difference.shown),
                "recounted": _plain(difference.recounted),
            }
            for difference in report.differences
        ],
        "findings": [{"code": f.code, **f.details} for f in report.findings],
    }


def _plain(figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    numerator, denominator, value = figure
    parts = {"numerator": numerator, "denominator": denominator}
    return {**{k: None if v is None else str(v) for k, v in parts.items()}, "value": value}


def _known(wanted: Sequence[str], known: tuple[str, ...]) -> tuple[str, ...]:
    for name in wanted:
        if name not in known:
            raise KamError("unknown_region", name=name, known=known)
    return tuple(dict.fromkeys(wanted)) or known


def _recount(day: Day, regions: tuple[str, ...]) -> Recount:
    with day.cursor() as cursor:
        return Recount(tables.read(cursor), settings.read(cursor), day.as_of, regions)


def _asked(recount: Recount, wanted: Sequence[str]) -> list[Period]:
    """The quarters wanted; KamError("quarter_without_data") for one that no table reaches."""
    start_month = int(recount.company.settings.limit("fiscal_year_start_month"))
    told = availability.all_covered(recount.company)
    if told is None:
        return []
    first, last = (periods.quarter_of(d.date(), start_month) for d in (told.first, told.last))
    known = {"first": first.period, "last": last.period}
    asked = [periods.quarter(name, start_month) for name in dict.fromkeys(wanted)]
    for period in asked:
        if not first.starts_on <= period.starts_on <= last.starts_on:
            raise KamError("quarter_without_data", quarter=period.period, **known)
    latest = periods.quarters_until(told.last.date(), LAST_QUARTERS, start_month)
    return asked or [period for period in latest if period.starts_on >= first.starts_on]
