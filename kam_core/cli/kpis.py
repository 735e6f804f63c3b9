"""The command that prints the scorecard of a quarter, or one of its figures opened."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pandas as pd

from kam_core.accounts import tiers
from kam_core.cli.common import Commands, chosen, day, existing, print_json, quarter
from kam_core.errors import KamError
from kam_core.metrics import availability, catalogue, explain, pacing, periods, scorecard
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.render.terminal import explained
from kam_core.render.terminal.scores import render_scores
from kam_core.text.writer import Text
from kam_core.warehouse import version_settings
from kam_core.warehouse.scope import Scope

AGAINST = "default: the quarter before; of growth, the same quarter a year before"


def add(commands: Commands) -> None:
    kpis = commands.add_parser(
        "kpis", help="print the scorecard of a quarter, or one figure opened"
    )
    kpis.add_argument("--quarter", type=quarter, required=True, metavar="2024-Q3")
    kpis.add_argument("--region", action="append", metavar="R")
    kpis.add_argument("--tier", action="append", metavar="T")
    kpis.add_argument("--as-of", type=day, metavar="DATE")
    kpis.add_argument("--format", choices=("table", "json", "csv"), default="table")
    kpis.add_argument("--explain", metavar="METRIC", help="what one figure is made of")
    kpis.add_argument("--against", type=quarter, metavar="2024-Q2", help=AGAINST)
    kpis.add_argument("--rows", type=int, default=10, metavar="N", help="rows and accounts listed")
    kpis.set_defaults(run=_kpis, refuse=kpis.error)


def _kpis(options: argparse.Namespace, text: Text) -> None:
    _check(options)
    warehouse = existing(options)
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    held = Day(warehouse.check_file(live.version), options.as_of or live.as_of)
    period, against = _quarters(held, options)
    asked = [period, against] if against else [period]
    # What is held for every quarter ends a year beyond the data.
    facts = held.facts if all(map(held.knows, asked)) else None
    with held.cursor(_scope(held, options)) as cursor:
        if options.explain:
            found = explain.explain(cursor, options.explain, period, against, options.rows, facts)
            _print_explained(found, options.format, text)
        else:
            data = availability.survey_data(cursor, catalogue.load_metrics().values())
            scores = scorecard.scorecard(cursor, period, None, data, facts)
            _print_scores(scores, pacing.paced_of(scores, period, data), options.format, text)


def _check(options: argparse.Namespace) -> None:
    """Refuse options that make no sense together, as a wrong call."""
    if options.against and not options.explain:
        options.refuse("--against: --explain METRIC")
    if options.explain and options.format == "csv":
        options.refuse("--explain: --format table|json")
    if options.rows < 0:
        options.refuse("--rows: 0, 1, 2")


def _quarters(held: Day, options: argparse.Namespace) -> tuple[Period, Period | None]:
    """The quarter asked for, and the one to compare it with: by default the one before.

    Growth has one by itself: None.
    """
    with held.cursor() as cursor:
        start_month = int(version_settings.threshold(cursor, "fiscal_year_start_month"))
    period = periods.quarter(options.quarter, start_month)
    if options.against:
        return period, periods.quarter(options.against, start_month)
    if options.explain and catalogue.metric(options.explain).kind.is_growth:
        return period, None
    return period, periods.quarter_of(period.starts_on - timedelta(days=1), start_month)


def _scope(held: Day, options: argparse.Namespace) -> Scope:
    """The regions and tiers named, or every one."""
    regions = chosen(options.region, held.regions, "unknown_region")
    with held.cursor() as cursor:
        named = chosen(options.tier, tiers.load_scheme(cursor).tiers, "unknown_tier")
    return Scope(regions, held.as_of, named if options.tier else None)


def _print_scores(
    scores: Sequence[scorecard.Score], paced: Mapping[str, float], form: str, text: Text
) -> None:
    if form == "json":
        print_json([scorecard.to_json(score) for score in scores])
    elif form == "csv":
        rows = pd.DataFrame([scorecard.to_json(score) for score in scores])
        rows.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        print(render_scores(scores, paced, text))


def _print_explained(found: explain.Explanation, form: str, text: Text) -> None:
    if form == "json":
        print_json(explain.to_json(found) | {"sentence": explained.why(found, text)})
    else:
        print(explained.lines(found, text))
