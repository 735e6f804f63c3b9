"""The command that prints the scorecard of a quarter."""

import argparse
import sys
from collections.abc import Sequence

import pandas as pd

from kam_core import scorecard, store, tiers
from kam_core.access import Scope
from kam_core.cli.common import Commands, day, existing, print_json, quarter
from kam_core.errors import KamError
from kam_core.present.text import Text


def add(commands: Commands) -> None:
    kpis = commands.add_parser("kpis", help="print the scorecard of a quarter")
    kpis.add_argument("--quarter", type=quarter, required=True, metavar="2024-Q3")
    kpis.add_argument("--region", action="append", metavar="R")
    kpis.add_argument("--tier", action="append", metavar="T")
    kpis.add_argument("--as-of", type=day, metavar="DATE")
    kpis.add_argument("--format", choices=("table", "json", "csv"), default="table")
    kpis.set_defaults(run=_kpis)


def _kpis(options: argparse.Namespace, text: Text) -> None:
    warehouse = existing(options)
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    with store.open_version(warehouse.check_file(live.version)) as connection:
        regions = _chosen(options.region, store.regions(connection), "unknown_region")
        chosen_tiers = _chosen(options.tier, tiers.scheme(connection).tiers, "unknown_tier")
        scope = Scope(regions, options.as_of or live.as_of, chosen_tiers if options.tier else None)
        cursor = store.cursor(connection, scope)
        scores = scorecard.scorecard(cursor, scorecard.quarter(cursor, options.quarter))
    _print_scores(scores, options.format, text)


def _chosen(wanted: list[str] | None, known: tuple[str, ...], code: str) -> tuple[str, ...]:
    """What the person named, or everything; a name nobody knows is refused with those known."""
    for name in wanted or ():
        if name not in known:
            raise KamError(code, name=name, known=known)
    return tuple(dict.fromkeys(wanted)) if wanted else known


def _print_scores(scores: Sequence[scorecard.Score], form: str, text: Text) -> None:
    if form == "json":
        print_json([scorecard.plain(score) for score in scores])
    elif form == "csv":
        rows = pd.DataFrame([scorecard.plain(score) for score in scores])
        rows.to_csv(sys.stdout, index=False, lineterminator="\n")
    else:
        print(text.scorecard_table(scores))
