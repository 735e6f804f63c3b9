"""The only cache: (version, scope, question, parameters) determines an answer, for ever."""

import gc
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial, wraps
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import streamlit as st

from kam_core.accounts import tiers
from kam_core.analysis import renewal_model
from kam_core.dashboard.model import Pack
from kam_core.dashboard.sections import executive_pack
from kam_core.errors import KamError
from kam_core.ingest.corrections.account_suggestions import Account
from kam_core.metrics import (
    availability,
    catalogue,
    change,
    pacing,
    periods,
    quarterly_targets,
    queries,
    run,
    scorecard,
    target_history,
)
from kam_core.metrics.change import FigureChange
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.metrics.quarterly_targets import QuarterlyTarget, Standing
from kam_core.metrics.scorecard import JudgingRules, Score
from kam_core.metrics.target_history import Edit
from kam_core.render import csv_export
from kam_core.render.html import page
from kam_core.render.xlsx import workbook
from kam_core.settings import loader
from kam_core.settings.page_layout import layout
from kam_core.uploads import upload_history
from kam_core.warehouse import store, version_settings
from kam_core.warehouse.scope import Scope

if TYPE_CHECKING:
    from kam_core.analysis.forecast import Foresight

ANSWERS_KEPT = 4000
DAYS_OPEN = 6
PACKS_KEPT = 30


@dataclass(frozen=True)
class Source:
    """The version that is live; a new upload makes another one, never changes this one."""

    version: int
    file: str
    as_of: date


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first run of the process: what stays for good is no longer searched for garbage."""
    gc.collect()
    gc.freeze()


def warehouse_folder() -> str:
    return os.environ.get("KAM_WAREHOUSE", "data/warehouse")


def live() -> Source | None:
    """The live version, or None while the warehouse is empty.

    KamError where its file, or the ledger, is not as it was left; a file is read through only once.
    """
    warehouse = _warehouse(warehouse_folder())
    version = warehouse.live_version()
    if version is None:
        return None
    file = warehouse.verified_file(version.version)
    return Source(version.version, str(file), version.as_of)


def prepare() -> None:
    """Open the live version and compute what its pages share; what is amiss, the pages say."""
    try:
        source = live()
    except KamError:
        return
    if source is None:
        return
    every = Scope(holdings(source).regions, source.as_of)
    _day(source, source.as_of).prepare()
    for name in catalogue.load_metrics():
        metric(source, every, name, quarters(source, source.as_of))
    _ask_ahead(source, every)
    # Its library takes longer to load than any page to open.
    payback(source, every)


def _ask_ahead(source: Source, scope: Scope) -> None:
    """What the pages show to those who have chosen nothing yet."""
    quarter = quarter_shown_first(quarters(source, scope.as_of), scope.as_of)
    for name, question in queries.load_queries().items():
        if question.parameters in ((), ("periods",)):
            ask(source, scope, name, **dict.fromkeys(question.parameters, (quarter,)))
    ask(source, scope, "worklist", periods=worklist_months(source, scope.as_of))
    region_scores(source, scope, quarter, layout()["overview"]["regions"])


def versions() -> pd.DataFrame:
    """Every version, newest first."""
    warehouse = _warehouse(warehouse_folder())
    rows = [
        {
            "version": version.version,
            "as_of": version.as_of,
            "created_at": version.created_at,
            "created_by": version.created_by,
        }
        for version in reversed(warehouse.ledger.versions())
    ]
    return pd.DataFrame(rows, columns=["version", "as_of", "created_at", "created_by"])


def publications() -> pd.DataFrame:
    """Every publication, newest first: who, when, why, which version, which files it brought."""
    rows = [
        {
            "published_at": event.published_at,
            "version": event.version,
            "reason": event.reason,
            "published_by": event.published_by,
            "files": [snapshot.file_name for snapshot in event.snapshots],
        }
        for event in reversed(upload_history.history(_warehouse(warehouse_folder())))
    ]
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Download:
    """A file that is made when somebody wants it; ``name`` changes with the content."""

    name: str
    content: Callable[[], bytes]


def original(snapshot_id: int) -> Download:
    """An uploaded file under its own name, as it was received."""
    warehouse = _warehouse(warehouse_folder())
    upload = upload_history.known_upload(warehouse, snapshot_id)
    name = csv_export.with_hash(upload_history.original_name(upload), upload.sha256)
    return Download(name, lambda: upload_history.original(warehouse, snapshot_id)[1])


def corrections(source: Source, snapshot_id: int, lang: str) -> Download:
    """The quarantined rows of an upload as a file to correct and upload again."""
    warehouse = _warehouse(warehouse_folder())
    upload = upload_history.known_upload(warehouse, snapshot_id)
    version = warehouse.known(source.version)
    content = hashlib.sha256(f"{version.content_hash}/{lang}".encode()).hexdigest()
    name = csv_export.with_hash(upload_history.corrections_name(upload), content)
    wanted = warehouse, source.version, snapshot_id, lang
    return Download(name, lambda: upload_history.corrections(*wanted)[1])


def likely_accounts(source: Source, scope: Scope) -> dict[str, str]:
    """Account ids of quarantined rows that nobody knows -> whom they may mean, if anybody."""
    details = ask(source, scope, "quarantine")["detail"]
    accounts = ask(source, scope, "account_names")[["account_id", "account_name"]]
    pairs = accounts.itertuples(index=False, name=None)
    return upload_history.likely_names(list(details), [Account(*pair) for pair in pairs])


def sees_everything(source: Source, scope: Scope) -> bool:
    """Whether a scope holds every region: a file as received cannot be cut to a region."""
    return set(holdings(source).regions) <= set(scope.regions)


@dataclass(frozen=True)
class _Call:
    """A function of its arguments alone, and these."""

    compute: Callable
    arguments: tuple

    def key(self) -> str:
        """Every field of every argument as text: taking them apart takes longer than answering."""
        return f"{self.compute.__name__}{self.arguments!r}"


@st.cache_data(show_spinner=False, max_entries=ANSWERS_KEPT, hash_funcs={_Call: _Call.key})
def _answer(call: _Call) -> object:
    return call.compute(*call.arguments)


def _kept(compute: Callable) -> Callable:
    """Keep what a function of its arguments alone answers; each caller gets a copy."""

    @wraps(compute)
    def asked(*arguments: object) -> object:
        return _answer(_Call(compute, arguments))

    return asked


# The same for what nobody changes, which is handed out as it is.
_kept_frozen = lru_cache(maxsize=ANSWERS_KEPT)


@dataclass(frozen=True)
class Holdings:
    """What a version holds: the choices a filter can offer, and the days each table speaks for."""

    regions: tuple[str, ...]
    tiers: tuple[str, ...]
    snapshot_days: tuple[date, ...]
    first_day: date
    tables: frozenset[str]
    fiscal_year_start_month: int


def default_targets() -> dict[str, float]:
    """The quarterly targets of the settings, by metric."""
    return loader.settings_document()["targets"]["targets"]


def ask(source: Source, scope: Scope, question: str, **parameters: object) -> pd.DataFrame:
    """The answer to a question of sql/queries within a scope."""
    return _ask(source, scope, question, tuple(sorted(parameters.items())))


def metric(
    source: Source, scope: Scope, name: str, asked: Sequence[Period], by: tuple[str, ...] = ()
) -> pd.DataFrame:
    """A metric for many periods in one query: period, slices, numerator, denominator, value.

    Of quarters all are asked for at once, so that another quarter costs no other query.
    """
    every = quarters(source, scope.as_of)
    if not set(asked) <= set(every) or by not in ((), ("region",)):
        return _metric(source, scope, name, tuple(asked), by)
    rows = _metric(source, scope, name, every, by)
    names = [period.period for period in asked]
    return rows[rows["period"].isin(names)].reset_index(drop=True)


@_kept_frozen
def quarters(source: Source, as_of: date) -> tuple[Period, ...]:
    """The quarters with data up to a day, newest last; at least the one that holds the day."""
    held = holdings(source)
    start_month = held.fiscal_year_start_month
    return tuple(periods.quarters_between(held.first_day, as_of, start_month))


def quarter_shown_first(among: Sequence[Period], as_of: date) -> Period:
    """The last quarter that has ended by a day; the newest where none has."""
    ended = [quarter for quarter in among if quarter.ends_on <= as_of]
    return ended[-1] if ended else among[-1]


@_kept_frozen
def holdings(source: Source) -> Holdings:
    """What the whole version offers; what a viewer may choose is cut to their regions later."""
    day = _day(source, source.as_of)
    scope = Scope(day.regions, source.as_of)
    tables = ask(source, scope, "available")
    snapshots = ask(source, scope, "snapshots")
    with day.cursor() as cursor:
        start_month = int(version_settings.threshold(cursor, "fiscal_year_start_month"))
        known_tiers = tiers.load_scheme(cursor).tiers
    return Holdings(
        regions=scope.regions,
        tiers=known_tiers,
        snapshot_days=tuple(sorted(set(snapshots["as_of"]), reverse=True)),
        first_day=min(tables["covers_from"].dropna(), default=source.as_of),
        tables=frozenset(tables["table_name"]),
        fiscal_year_start_month=start_month,
    )


def still_needed(target: Decimal, owed: int, done: int) -> int:
    """How many more of what is owed must be done for a target share."""
    return max(ceil(Fraction(target) * owed) - done, 0)


def worklist_months(source: Source, as_of: date) -> tuple[Period, ...]:
    """The months whose obligations the worklist looks at, by the settings of the version."""
    back = timedelta(days=int(_threshold(source, "worklist.lookback_days")))
    ahead = timedelta(days=int(_threshold(source, "worklist.horizon_days")))
    return tuple(periods.months_between(as_of - back, as_of + ahead))


@_kept_frozen
def _threshold(source: Source, name: str) -> Decimal:
    with _day(source, source.as_of).cursor() as cursor:
        return version_settings.threshold(cursor, name)


def targets(
    source: Source, scope: Scope, asked: Sequence[Period]
) -> tuple[dict[str, Decimal], ...]:
    """The targets, by metric, that hold for a scope in each of some periods."""
    every = quarters(source, scope.as_of)
    goals = _targets(source, scope, every if set(asked) <= set(every) else tuple(asked))
    return tuple(goals[period.period] for period in asked)


@_kept_frozen
def _targets(
    source: Source, scope: Scope, asked: tuple[Period, ...]
) -> dict[str, dict[str, Decimal]]:
    with _cursor(source, scope) as cursor:
        return scorecard.targets(cursor, asked)


@_kept_frozen
def cuts(source: Source) -> tuple[float, float]:
    """Where the tier matrix is cut, across and up, by the scheme the version was built with."""
    with _day(source, source.as_of).cursor() as cursor:
        scheme = tiers.load_scheme(cursor)
    return scheme.x.cuts[0], scheme.y.cuts[0]


def region_scores(
    source: Source, scope: Scope, period: Period, names: Sequence[str]
) -> pd.DataFrame:
    """Each region judged against the target that holds for it: one row per region and metric."""
    goals = {
        region: targets(source, replace(scope, regions=(region,)), (period,))[0]
        for region in scope.regions
    }
    rules, held = _rules(source), _survey(source, scope)
    rows = [
        {"region": row["region"]}
        | vars(
            scorecard.judged(
                catalogue.metric(name),
                row,
                goals[row["region"]].get(name),
                rules,
                availability.is_partial(catalogue.metric(name), period, held),
            )
        )
        for name in names
        for row in metric(source, scope, name, [period], ("region",)).to_dict("records")
        if row["region"] in goals and row["value"] is not None
    ]
    return pd.DataFrame(rows, columns=["region", *(field.name for field in fields(Score))])


@_kept_frozen
def _rules(source: Source) -> JudgingRules:
    with _day(source, source.as_of).cursor() as cursor:
        return scorecard.load_rules(cursor)


@st.cache_resource(show_spinner=False)
def _warehouse(folder: str) -> store.Warehouse:
    return store.Warehouse(Path(folder))


@st.cache_resource(show_spinner=False, max_entries=DAYS_OPEN, hash_funcs={Source: repr})
def _day(source: Source, as_of: date) -> Day:
    return Day(Path(source.file), as_of)


def _cursor(source: Source, scope: Scope) -> duckdb.DuckDBPyConnection:
    return _day(source, scope.as_of).cursor(scope)


@_kept
def _ask(
    source: Source, scope: Scope, question: str, parameters: tuple[tuple[str, object], ...]
) -> pd.DataFrame:
    with _cursor(source, scope) as cursor:
        return queries.run_query(cursor, question, **dict(parameters))


@_kept_frozen
def _survey(source: Source, scope: Scope) -> availability.Data:
    """What the version holds as of a day: asked once, needed by every metric."""
    with _cursor(source, scope) as cursor:
        return availability.survey_data(cursor, catalogue.load_metrics().values())


@_kept
def _metric(
    source: Source, scope: Scope, name: str, asked: tuple[Period, ...], by: tuple[str, ...]
) -> pd.DataFrame:
    day = _day(source, scope.as_of)
    with day.cursor(scope) as cursor:
        return run.run_metric(cursor, name, asked, by, _survey(source, scope), day.facts)


@_kept_frozen
def score(source: Source, scope: Scope, asked: tuple[Period, ...], name: str) -> Score:
    """One metric judged for the last of some periods, which its trend asks for in one query."""
    rows = metric(source, scope, name, asked)
    last = rows[rows["period"] == asked[-1].period].to_dict("records")
    return scorecard.score(
        catalogue.metric(name),
        asked[-1],
        last[0] if last else scorecard.NOTHING,
        targets(source, scope, asked)[-1].get(name),
        _survey(source, scope),
        _rules(source),
    )


def paced(source: Source, scope: Scope, period: Period, score: Score) -> float | None:
    """Where an amount or a count would end if its period went on as it began."""
    return pacing.paced(catalogue.metric(score.metric), score, period, _survey(source, scope))


@_kept_frozen
def standings(source: Source, scope: Scope, period: Period) -> tuple[Standing, ...]:
    """Every figure against the target that holds for a scope, and where that comes from."""
    scores = [score(source, scope, (period,), name) for name in catalogue.load_metrics()]
    with _cursor(source, scope) as cursor:
        return quarterly_targets.standings(cursor, period, _survey(source, scope), scores)


@_kept_frozen
def goals_in_force(source: Source) -> tuple[QuarterlyTarget, ...]:
    """The targets of a version, of every region and quarter."""
    with _day(source, source.as_of).cursor() as cursor:
        return quarterly_targets.in_force(cursor)


@_kept_frozen
def defaults_in_force(source: Source) -> dict[str, Decimal]:
    """The default targets that a version was built with, by metric."""
    with _day(source, source.as_of).cursor() as cursor:
        return quarterly_targets.defaults(cursor)


def near_tolerance(source: Source) -> Fraction:
    """By how large a share of its target a figure may miss it and still be near."""
    return _rules(source).near_tolerance


def target_edits() -> list[Edit]:
    """Every change of a target, newest first."""
    folder = warehouse_folder()
    return target_history.history(
        _warehouse(folder), lambda number: _uploaded_goals(folder, number)
    )


@_kept_frozen
def _uploaded_goals(folder: str, snapshot_id: int) -> tuple[QuarterlyTarget, ...]:
    return target_history.uploaded(_warehouse(folder), snapshot_id)


def limit(source: Source, name: str) -> float:
    """A limit by the settings of the version, for a picture or a sentence to name."""
    return float(_threshold(source, name))


def with_intervals(source: Source, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of a share with the ends of their intervals, by the settings of the version."""
    z, unknown = _rules(source).z, (float("nan"), float("nan"))
    cases = zip(rows["numerator"], rows["denominator"], strict=True)
    ends = [scorecard.wilson(int(n), int(of), z) if of else unknown for n, of in cases]
    return rows.assign(low=[low for low, _ in ends], high=[high for _, high in ends])


@_kept
def payback(source: Source, scope: Scope) -> tuple[renewal_model.Estimate, pd.DataFrame]:
    """What an hour of personalised time goes together with, and the renewal rate by band."""
    contracts = ask(source, scope, "personalised_hours_of_contracts")
    rules = renewal_model.RenewalRules(
        **{name: int(_threshold(source, f"returns.{name}")) for name in renewal_model.LEAST},
        confidence=float(_threshold(source, "confidence")),
        band_starts=tuple(map(float, ask(source, scope, "hour_bands")["from_hours"])),
    )
    return renewal_model.estimate(contracts, rules), renewal_model.bands(contracts, rules)


@_kept
def changed(
    source: Source,
    scope: Scope,
    name: str,
    before: Period | None,
    after: Period,
    by: str | None,
) -> FigureChange:
    """Why a metric moved between two periods, split by what its definition allows."""
    return change.explain(partial(metric, source, scope), name, before, after, by)


@_kept
def changed_by_account(
    source: Source, scope: Scope, name: str, before: Period | None, after: Period
) -> FigureChange:
    """The same with one part per account."""
    return change.by_account(partial(metric, source, scope), name, before, after)


def pack(source: Source, scope: Scope, period: Period, lang: str, form: str) -> bytes:
    """The executive pack of a scope as a file: its page, or its workbook."""
    gathered = _pack(source, scope, period, lang)
    return page.render(gathered) if form == "html" else workbook.render(gathered)


@st.cache_data(
    show_spinner=False,
    max_entries=PACKS_KEPT,
    hash_funcs={Source: repr, Scope: repr, Period: repr},
)
def _pack(source: Source, scope: Scope, period: Period, lang: str) -> Pack:
    version = _warehouse(warehouse_folder()).known(source.version)
    return executive_pack.gather(_day(source, scope.as_of), version, scope, period.period, lang)


@_kept
def foresight(source: Source, scope: Scope) -> "Foresight":
    """What the seasons of accounts let expect of the quarters after the last month known."""
    # Loading the library takes longer than most pages, and only this answer needs it.
    from kam_core.analysis.forecast import ForecastRules, look_ahead, quarters_ahead

    orders = ask(source, scope, "monthly_orders")
    rules = ForecastRules(
        **{
            name: kind(_threshold(source, f"foresight.{name}"))
            for name, kind in ForecastRules.__annotations__.items()
        }
    )
    known_until = orders["known_until"].max() if len(orders) else scope.as_of.replace(day=1)
    ahead = quarters_ahead(known_until, holdings(source).fiscal_year_start_month)
    return look_ahead(orders[["account_id", "month", "revenue"]], known_until, ahead, rules)
