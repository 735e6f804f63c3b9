"""The command that prints the scorecard of a quarter, or one of its figures opened."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd

from kam_core.cli.common import Commands, day, print_json, quarter
from kam_core.dashboard.company import Company, open_company
from kam_core.dashboard.view import View, choose_view
from kam_core.metrics import catalogue, explain, periods, scorecard
from kam_core.metrics.periods import Period
from kam_core.render.terminal import explained
from kam_core.render.terminal.section import render_scores
from kam_core.text.writer import Text

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
    view = _choose_view(options)
    named = replace(text, names=view.text.names)
    if options.explain:
        explanation = view.explanation(options.explain, _find_base(view, options), options.rows)
        _print_explanation(explanation, options.format, named)
        return
    _print_scores(view.scores(), options.format, text)


def _choose_view(options: argparse.Namespace) -> View:
    """The quarter asked for, also where there is no data of it."""
    company = open_company(options.warehouse)
    regions, tiers = options.region or (), options.tier or ()
    view = choose_view(company, options.lang, None, regions, tiers, options.as_of)
    return view.in_quarter(_quarter(company, options.quarter))


def _quarter(company: Company, name: str) -> Period:
    return periods.quarter(name, company.holdings().fiscal_year_start_month)


def _find_base(view: View, options: argparse.Namespace) -> Period | None:
    """The quarter to compare with: by default the one before. Growth has one by itself: None."""
    if options.against:
        return _quarter(view.company, options.against)
    if catalogue.metric(options.explain).kind.is_growth:
        return None
    day_before = view.period.starts_on - timedelta(days=1)
    return periods.quarter_of(day_before, view.company.holdings().fiscal_year_start_month)


def _check(options: argparse.Namespace) -> None:
    """Refuse options that make no sense together, as a wrong call."""
    if options.against and not options.explain:
        options.refuse("--against: --explain METRIC")
    if options.explain and options.format == "csv":
        options.refuse("--explain: --format table|json")
    if options.rows < 0:
        options.refuse("--rows: 0, 1, 2")


def _print_scores(scores: Sequence[scorecard.Score], form: str, text: Text) -> None:
    if form == "json":
        print_json([scorecard.to_json(score) for score in scores])
    elif form == "csv":
        rows = pd.DataFrame([scorecard.to_json(score) for score in scores])
        rows.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        print(render_scores(scores, text))


def _print_explanation(explanation: explain.Explanation, form: str, text: Text) -> None:
    if form == "json":
        print_json(explain.to_json(explanation) | {"sentence": explained.why(explanation, text)})
    else:
        print(explained.render_explanation(explanation, text))
