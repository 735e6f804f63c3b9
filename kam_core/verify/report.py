"""One version put to the proof: its figures recounted, its hashes and its trail compared."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from kam_core.errors import KamError
from kam_core.metrics import periods
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.verify import audit_trail, availability, settings, tables
from kam_core.verify.aggregations import Figure
from kam_core.verify.audit_trail import TrailFinding
from kam_core.verify.check import Difference, compare_all
from kam_core.verify.figures import Recount
from kam_core.warehouse import store
from kam_core.warehouse.as_of_day import refuse_unusable_day
from kam_core.warehouse.scope import Scope

LAST_QUARTERS = 8


@dataclass(frozen=True)
class VerifyReport:
    """What was compared, what differs, and what of the trail is not as recorded."""

    version: int
    as_of: date
    regions: tuple[str, ...]
    uploads: int
    findings: tuple[TrailFinding, ...]
    quarters: tuple[str, ...] = ()
    compared: int = 0
    differences: tuple[Difference, ...] = ()
    deep: bool = False

    @property
    def holds(self) -> bool:
        return not self.differences and not self.findings


def verify_version(
    warehouse: store.Warehouse,
    number: int,
    quarters: Sequence[str] = (),
    regions: Sequence[str] = (),
    as_of: date | None = None,
    steps_of: store.StepsOf | None = None,
) -> VerifyReport:
    """Without quarters: the last eight of which the data tells; without regions: all.

    With ``steps_of`` every stored upload that is whole is read again by it as well.
    """
    version = warehouse.require_version(number)
    if as_of is not None:
        refuse_unusable_day(as_of, version.as_of)
    findings = audit_trail.check_stored_files(warehouse, version)
    as_of, uploads = as_of or version.as_of, len(warehouse.ledger.snapshots(number))
    report = VerifyReport(number, as_of, tuple(regions), uploads, tuple(findings))
    if any(finding.code == "version_damaged" for finding in findings):
        return report
    deep = steps_of is not None and not findings
    findings += audit_trail.check_version_file(warehouse, version, warehouse.file(number))
    if steps_of and deep:
        findings += audit_trail.check_raw_uploads(warehouse, version, steps_of)
    day = Day(warehouse.file(number), as_of)
    shown = _choose_regions(regions, day.regions)
    with day.cursor() as cursor:
        recount = Recount(tables.read_rows(cursor), settings.read_settings(cursor), as_of, shown)
    compared = _choose_quarters(recount, quarters)
    check = compare_all(day.cursor(Scope(shown, as_of)), recount, compared, facts=day.facts)
    return replace(
        report,
        regions=shown,
        findings=tuple(findings),
        quarters=tuple(period.period for period in compared),
        compared=check.compared,
        differences=tuple(check.differences),
        deep=deep,
    )


def to_json(report: VerifyReport) -> dict[str, object]:
    """A report as plain JSON values; exact numbers as text, such as "2/3"."""
    return {
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "regions": list(report.regions),
        "quarters": list(report.quarters),
        "uploads": report.uploads,
        "deep": report.deep,
        "compared": report.compared,
        "differences": [
            {
                "metric": difference.metric,
                "period": difference.period,
                "slice": difference.slice,
                "shown": _figure_to_json(difference.shown),
                "recounted": _figure_to_json(difference.recounted),
            }
            for difference in report.differences
        ],
        "findings": [{"code": f.code, **f.details} for f in report.findings],
    }


def _figure_to_json(figure: Figure | None) -> dict[str, object] | None:
    if figure is None:
        return None
    numerator, denominator, value = figure
    parts = {"numerator": numerator, "denominator": denominator}
    return {**{k: None if v is None else str(v) for k, v in parts.items()}, "value": value}


def _choose_regions(names: Sequence[str], of_version: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if name not in of_version:
            raise KamError("unknown_region", name=name, known=of_version)
    return tuple(dict.fromkeys(names)) or of_version


def _choose_quarters(recount: Recount, names: Sequence[str]) -> list[Period]:
    """The quarters of these names; KamError("quarter_without_data") for one no table reaches."""
    start_month = int(recount.company.settings.limit("fiscal_year_start_month"))
    covered = availability.covered_by_any(recount.company)
    if covered is None:
        return []
    first, last = (periods.quarter_of(d.date(), start_month) for d in (covered.first, covered.last))
    bounds = {"first": first.period, "last": last.period}
    chosen = [periods.quarter(name, start_month) for name in dict.fromkeys(names)]
    for period in chosen:
        if not first.starts_on <= period.starts_on <= last.starts_on:
            raise KamError("quarter_without_data", quarter=period.period, **bounds)
    latest = periods.quarters_until(covered.last.date(), LAST_QUARTERS, start_month)
    return chosen or [period for period in latest if period.starts_on >= first.starts_on]
