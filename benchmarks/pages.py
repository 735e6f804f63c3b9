"""How quickly pages open: answers from a day in memory against the version file, and a browser.

    python benchmarks/pages.py [--warehouse DIR] [--browser]

Ratios of one run can be compared between machines; seconds cannot, and are shown for orientation.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kam_core.metrics import availability, catalogue, day_cache, periods, queries, run, scorecard  # noqa: E402
from kam_core.uploads.load import load  # noqa: E402
from kam_core.warehouse import store  # noqa: E402
from kam_core.warehouse.scope import Scope  # noqa: E402

REPEATS = 5
# Seconds in which a server has put into memory what its pages share.
WARM_UP = 8
QUARTERS = ("2024-Q2", "2024-Q1", "2023-Q4", "2023-Q3", "2023-Q2")
VISITS = (
    "overview", "tiers", "follow_up", "needs", "service", "value", "resources", "targets", "figure",
    "definitions", "uploads",
)  # fmt: skip
QUIET = "!document.querySelector('[data-stale=true]')"
READY = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = store.Warehouse(options.warehouse or folder)
        if warehouse.live_version() is None:
            load(warehouse, sorted((ROOT / "data" / "sample").glob("*.csv")), by="benchmark")
        _compare_answers(warehouse)
        if options.browser:
            _visit(warehouse)


def _compare_answers(warehouse: store.Warehouse) -> None:
    live = warehouse.live_version()
    assert live is not None
    file = warehouse.file(live.version)
    plain = store.open_version(file)
    opened, day = _timed(lambda: day_cache.Day(file, live.as_of))
    print(f"a day is put into memory in {opened:.2f} s")
    scope = Scope(day.regions[:1], live.as_of)
    asked = periods.quarters_until(live.as_of, 8)
    data = availability.survey_data(day.cursor(scope), catalogue.load_metrics().values())
    for name, answer in _answers(asked, data).items():

        def from_memory(answer: Callable = answer) -> object:
            return answer(day.cursor(scope), day.facts)

        def from_file(answer: Callable = answer) -> object:
            return answer(store.cursor(plain, scope), None)

        first, _ = _timed(from_memory)
        held, read = _median(from_memory), _median(from_file)
        print(
            f"{name:22} file {read * 1000:6.0f} ms   memory {held * 1000:6.0f} ms "
            f"(first {first * 1000:4.0f})   {read / held:5.1f} times as fast"
        )


def _answers(asked: list[periods.Period], data: availability.Data) -> dict[str, Callable]:
    quarter = asked[-2]
    months = [month for each in asked[-3:] for month in periods.months_of(each)]
    return {
        "scorecard": lambda c, f: scorecard.scorecard(c, quarter, None, data, f),
        "eight quarters": lambda c, f: run.run_metric(c, "match_rate", asked, (), data, f),
        "regions by month": lambda c, f: run.run_metric(
            c, "followup_completion", months, ("region",), data, f
        ),
        "what needs attention": lambda c, _: queries.run_query(c, "attention", periods=[quarter]),
        "worklist": lambda c, _: queries.run_query(c, "worklist", periods=months),
    }


def _visit(warehouse: store.Warehouse) -> None:
    """Open the pages as a person does, beside a page that holds nothing but a title."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = browser.new_page(locale="en-US", viewport={"width": 1440, "height": 900})
        (Path(folder) / "app.py").write_text('import streamlit as st\nst.title("empty")\n', "utf-8")
        with _server(Path(folder), {}) as address:
            empty = median(_timed(lambda: _open(page, address))[0] for _ in range(REPEATS))
        print(f"an empty page by its link      {empty:5.2f} s")
        with _server(ROOT, {"KAM_WAREHOUSE": str(warehouse.path)}) as address:
            first, _ = _timed(lambda: _open(page, address))
            print(f"first page of a fresh server   {first:5.2f} s")
            time.sleep(WARM_UP)
            _print_links(page, address, empty)
            _print_clicks(page, address)
        browser.close()


def _print_links(page, address: str, empty: float) -> None:
    """Each page by its link, with the filters as they are at first."""
    for name in VISITS:
        seconds = median(
            _timed(lambda n=name: _open(page, f"{address}/{n}"))[0] for _ in range(REPEATS)
        )
        print(f"{name:14} by its link    {seconds:5.2f} s   {seconds / empty:4.1f} empty pages")


def _print_clicks(page, address: str) -> None:
    """Each page by a click, in quarters that nobody asked for before."""
    taken: dict[str, list[float]] = {}
    for quarter in QUARTERS:
        _open(page, f"{address}/?lang=en&quarter={quarter}")
        for name in VISITS[1:]:
            taken.setdefault(name, []).append(_timed(lambda n=name: _follow(page, n))[0])
            page.wait_for_timeout(300)
    for name, seconds in taken.items():
        shown = f"({min(seconds):.2f} to {max(seconds):.2f})"
        print(f"{name:14} by a click     {median(seconds):5.2f} s   {shown}")


@contextmanager
def _server(folder: Path, more: dict[str, str]) -> Iterator[str]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless", "true"]
        + ["--server.address", "127.0.0.1", "--server.port", str(port)],
        cwd=folder,
        env=os.environ | more,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _open(page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("h1")
    page.wait_for_selector(READY)
    page.wait_for_function(QUIET)


def _follow(page, name: str) -> None:
    page.locator(f'[data-testid="stSidebarNav"] a[href*="/{name}"]').first.click()
    page.wait_for_url(f"**/{name}**")
    page.wait_for_selector(READY)
    page.wait_for_function(QUIET)


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _timed(do: Callable) -> tuple[float, object]:
    start = time.perf_counter()
    result = do()
    return time.perf_counter() - start, result


def _median(do: Callable) -> float:
    return median(_timed(do)[0] for _ in range(REPEATS))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, help="default: the sample, in a new folder")
    parser.add_argument("--browser", action="store_true", help="also open the pages in Chromium")
    return parser.parse_args()


if __name__ == "__main__":
    main()
