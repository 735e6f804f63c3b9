"""What the tests share: a small company as files, and a warehouse to load it into."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import duckdb
import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner

from kam_core.dashboard.company import open_company
from kam_core.metrics.day_cache import Day
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.support.overlay import Overlay, add_overlay

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "data" / "sample"

# How long an example takes says more of the machine than of the code. `make test-long` draws more.
settings.register_profile(
    "untimed", deadline=None, max_examples=int(os.environ.get("KAM_EXAMPLES", "100"))
)
settings.load_profile("untimed")

ACCOUNTS = """account_id,account_name,region,customer_since,growth_potential
A1,Alder,East,2023-01-01,80
A2,Birch,South,2023-01-01,20
"""
INTERACTIONS = """interaction_id,account_id,kind,status,occurred_at,need_id
I1,A1,monthly_callback,completed,2024-07-03 10:00,N1
I2,A1,visit,completed,2024-08-05 10:00,
I3,A2,quarterly_review,completed,2024-09-10 10:00,
"""
NEEDS = """need_id,account_id,raised_at,responded_at,resolved_at
N1,A1,2024-07-01 09:00,2024-07-02 09:00,2024-09-10 17:00
"""
ORDERS = """order_id,account_id,ordered_on,amount
O1,A1,2024-07-10,0.10
O2,A1,2024-08-10,0.20
O3,A2,2024-09-10,1000000.70
"""


# What takes seconds: pages, commands, whole loads one after the other, every metric many times.
SLOW = (
    "browser",
    "cli",
    "dashboard/test_examples.py",
    "dashboard/test_packs.py",
    "metrics/test_day_cache.py",
    "metrics/test_evidence.py",
    "metrics/test_explain.py",
    "metrics/test_metamorphic.py",
    "pages",
    "rules/test_adding.py",
    "uploads/test_order_of_loads.py",
    "uploads/test_preview.py",
    "uploads/test_resubmission.py",
    "uploads/test_watch.py",
    "verify",
    "warehouse/test_checks_across.py",
    "warehouse/test_concurrent.py",
    "warehouse/test_kill.py",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(ROOT / "tests").as_posix().startswith(SLOW):
            item.add_marker("slow")


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest leaves its script behind as ``__main__``, which every new process would run again."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


@pytest.fixture(scope="session", autouse=True)
def installed_components() -> Iterator[None]:
    """A server looks once what components are installed; AppTest would at every run."""
    once = cache(manifest_scanner.scan_component_manifests)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", once)
        yield


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path / "warehouse")


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file for upload: ``file("orders.csv", text)``."""

    def write(name: str, text: str) -> Path:
        path = tmp_path / "incoming" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    return write


@pytest.fixture
def overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Overlay:
    """Puts settings over those of the product: ``overlay("watch.toml", text)``."""
    return partial(add_overlay, monkeypatch, tmp_path)


@pytest.fixture
def company(file: Callable[[str, str], Path]) -> list[Path]:
    """Two accounts with three interactions, a need and three orders."""
    return [
        file("accounts.csv", ACCOUNTS),
        file("interactions.csv", INTERACTIONS),
        file("needs.csv", NEEDS),
        file("orders.csv", ORDERS),
    ]


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Warehouse:
    """The sample company of data/sample, loaded once for all workers. Do not load into it."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        shared = shared.parent
    loaded = Warehouse(shared / "sample")
    with (shared / "sample.lock").open("w") as lock, pytest.MonkeyPatch.context() as patch:
        fcntl.flock(lock, fcntl.LOCK_EX)
        patch.setenv("KAM_SETTINGS", str(SAMPLE / "settings"))
        if loaded.live_version() is None:
            load(loaded, sorted(SAMPLE.glob("*.csv")), by="tests")
    return loaded


@pytest.fixture(scope="session")
def sample_day(sample_warehouse: Warehouse) -> Day:
    """The newest day of the sample company, in memory. Every test asks it by its own cursor."""
    return open_company(sample_warehouse).day()


@pytest.fixture
def sample(sample_day: Day) -> duckdb.DuckDBPyConnection:
    """A cursor over the sample company, all regions, as of its newest day."""
    return sample_day.cursor()
