"""One real server and one real browser for all browser tests, on the sample company."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    sync_playwright,
)
from playwright.sync_api import TimeoutError as WaitedTooLong

from kam_core.warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
READY = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return performance.now() - window.lastChange > 200
        && app && app.getAttribute('data-test-script-state') === 'notRunning'
        && !document.querySelector('[data-stale=true], [data-testid=stSkeleton]')
        && document.querySelector('[data-testid=stMain] h1');
}"""
# A page is drawn in steps: it is settled when nothing has changed on it for a moment.
WATCH_CHANGES = """
    const note = () => { window.lastChange = performance.now(); };
    note();
    new MutationObserver(note).observe(
        document, {subtree: true, childList: true, attributes: true, characterData: true}
    );
"""
SHOWS = "text => document.querySelector('[data-testid=stMain]')?.innerText.includes(text)"
# Not how long it takes, but when to give up: other work may have the processors.
START_SECONDS = 300
WAIT_MS = 180_000
# The menu folds itself away after a choice only where the browser says it is a phone.
PHONE = {
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari",
}
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
)


@dataclass
class Visit:
    """A page in the browser and everything that went wrong on it."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.settle()

    def follow(self, title: str) -> None:
        """Click the page's name in the menu, which a phone has to unfold first."""
        unfold = self.page.get_by_test_id("stExpandSidebarButton")
        if unfold.is_visible():
            unfold.click()
        self.page.get_by_test_id("stSidebar").get_by_role("link", name=title).click()
        self.page.wait_for_function("title => document.title === title", arg=title)
        self.settle()

    def settle(self) -> None:
        """Wait until the script has run to its end and everything it sent is drawn."""
        self.page.evaluate("window.lastChange = performance.now()")
        self.page.wait_for_function(READY)

    def expect(self, *texts: str) -> None:
        """Wait until the page shows these texts, however busy the machine is."""
        try:
            for text in texts:
                self.page.wait_for_function(SHOWS, arg=text)
        except WaitedTooLong:
            assert not [text for text in texts if text not in self.main]
        self.settle()

    @property
    def main(self) -> str:
        return self.page.inner_text("[data-testid=stMain]")

    def exceptions(self) -> int:
        return self.page.locator("[data-testid=stException]").count()


def _free_port() -> int:
    """One that nobody else is handed now: other tests run beside this one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_up(address: str) -> None:
    for _ in range(START_SECONDS * 5):
        try:
            urllib.request.urlopen(f"{address}/_stcore/health", timeout=1)
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("the server did not start")


@contextmanager
def server(warehouse: Path) -> Iterator[str]:
    """A server on a warehouse; gives its address."""
    port = _free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(
        [*command, "--server.headless", "true"],
        cwd=ROOT,
        env=os.environ | {"KAM_WAREHOUSE": str(warehouse)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """Start a server on a warehouse and return its address; it is stopped with the test."""
    with ExitStack() as servers:
        yield lambda warehouse: servers.enter_context(server(warehouse))


@pytest.fixture(scope="session")
def address(sample_warehouse: Warehouse) -> Iterator[str]:
    with server(sample_warehouse.path) as started:
        yield started


@pytest.fixture
def fresh_address(serve: Callable[[Path], str], sample_warehouse: Warehouse, tmp_path: Path) -> str:
    """A fresh server on a copy of the sample, for tests that load or need the first visit."""
    shutil.copytree(sample_warehouse.path, tmp_path / "warehouse")
    return serve(tmp_path / "warehouse")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=list(CHROMIUM_FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a fresh browser context, with no memory of any other."""
    contexts = []

    def start(address: str, lang: str = "zh", theme: str = "light", width: int = 1440) -> Visit:
        context = chromium.new_context(
            color_scheme=theme,
            locale={"zh": "zh-CN", "en": "en-US"}[lang],
            viewport={"width": width, "height": 900},
            **(PHONE if width < 500 else {}),
        )
        context.set_default_timeout(WAIT_MS)
        contexts.append(context)
        context.add_init_script(WATCH_CHANGES)
        visit = Visit(context.new_page(), address)
        visit.page.on("console", lambda message: _note_console(visit, message))
        visit.page.on("request", lambda request: _note_request(visit, request))
        visit.page.on("pageerror", lambda error: visit.troubles.append(str(error)))
        return visit

    yield start
    for context in contexts:
        context.close()


def _note_console(visit: Visit, message: ConsoleMessage) -> None:
    # Streamlit looks for its own address below a page's path first: two answers 404 by design.
    if message.type == "error" and "/_stcore/" not in message.location.get("url", ""):
        visit.troubles.append(message.text)


def _note_request(visit: Visit, request: Request) -> None:
    if not request.url.startswith((visit.address, "ws://127.0.0.1", "data:", "blob:")):
        visit.troubles.append(f"outside: {request.url}")
