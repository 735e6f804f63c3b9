"""The overview and the follow-up page as text, without Streamlit: ``python examples/report.py``.

A cron job can send what this prints. The folder is that of KAM_WAREHOUSE, or data/warehouse.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import kam_core  # noqa: E402
from kam_core.dashboard.model import Section  # noqa: E402
from kam_core.dashboard.sections import follow_up, overview  # noqa: E402
from kam_core.dashboard.view import View  # noqa: E402
from kam_core.render.terminal.section import section_lines  # noqa: E402
from kam_core.warehouse.store import Warehouse  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", default=Warehouse.default_folder(), metavar="DIR")
    parser.add_argument("--quarter", metavar="2024-Q3", help="default: the last one that ended")
    parser.add_argument("--region", action="append", default=[], metavar="R")
    parser.add_argument("--lang", choices=("zh", "en"), default="en")
    options = parser.parse_args()
    company = kam_core.open(options.warehouse)
    view = company.view(quarter=options.quarter, regions=options.region, lang=options.lang)
    for section in report_sections(view):
        print("\n".join(section_lines(section, view.text)))


def report_sections(view: View) -> Iterator[Section]:
    """What the two pages show, part by part."""
    yield from overview.compose_page(view)
    yield from follow_up.compose_page(view)


if __name__ == "__main__":
    main()
