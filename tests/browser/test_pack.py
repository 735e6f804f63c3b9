"""A pack as whoever gets it by mail opens it: offline, on a phone, on A4; and where it is made."""

import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kam_core.__main__ import main
from kam_core.warehouse.store import Warehouse
from tests.browser.conftest import SCREENSHOTS, Visit

pytestmark = pytest.mark.browser
# A4 less the margins of the page's own style sheet, in CSS pixels of a 96th of an inch.
A4_WIDTH = int((210 - 2 * 12) / 25.4 * 96)
# What lies in a box that moves sideways may be wider than the window.
TOO_WIDE = """() => [...document.querySelectorAll('body, body *')].filter(e => {
    const moving = e.parentElement.closest('.scroll');
    const is_moved = moving && getComputedStyle(moving).overflowX === 'auto';
    return !is_moved && e.getBoundingClientRect().right > innerWidth + 0.5;
}).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40))"""
CLIPPED = """() => [...document.querySelectorAll('main, section, .scroll, td, th, li, figure')]
    .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
    .map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""
OUTSIDE_SVG = """() => [...document.querySelectorAll('svg[role=img]')].flatMap(image => {
    const box = image.getBoundingClientRect();
    return [...image.querySelectorAll('text')].filter(words => {
        const place = words.getBoundingClientRect();
        return place.left < box.left - 2 || place.right > box.right + 2
            || place.top < box.top - 1 || place.bottom > box.bottom + 1;
    }).map(words => words.textContent);
})"""
OVERLAPPING = """() => [...document.querySelectorAll('svg[role=img]')].flatMap(image => {
    const ticks = [...image.querySelectorAll('text.tick:not([transform])')]
        .map(e => e.getBoundingClientRect()).sort((a, b) => a.top - b.top || a.left - b.left);
    return ticks.filter((box, i) => i && Math.abs(box.top - ticks[i - 1].top) < 2
        && box.left < ticks[i - 1].right - 0.5).map(box => image.getAttribute('aria-label'));
})"""
LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def packs(sample_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("packs")
    common = ["--warehouse", str(sample_warehouse.path), "--to", str(to)]
    for lang in LANGUAGES:
        assert main(["pack", "--lang", lang, *common]) == 0
        assert (
            main(["pack", "--lang", lang, "--region", "华东", "--quarter", "2024-Q4", *common]) == 0
        )
    return to


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Callable[..., tuple[Page, list[str]]]]:
    """Open a file with the network cut, and note whatever it complains of or asks for."""
    contexts = []

    def start(path: Path, width: int, media: str = "screen") -> tuple[Page, list[str]]:
        context = chromium.new_context(viewport={"width": width, "height": 1100}, offline=True)
        contexts.append(context)
        page, troubles = context.new_page(), []
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: troubles.append(request.url))
        page.emulate_media(media=media)
        page.goto(path.as_uri())
        assert troubles.pop(0) == path.as_uri()
        return page, troubles

    yield start
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_opens_offline_without_a_request_or_a_complaint(
    packs: Path, opened: Callable[..., tuple[Page, list[str]]], lang: str, width: int
) -> None:
    for path in sorted(packs.glob(f"*_{lang}.html")):
        page, troubles = opened(path, width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert not page.evaluate(TOO_WIDE)
        assert not page.evaluate(OUTSIDE_SVG) and not page.evaluate(OVERLAPPING)
        assert page.evaluate("document.styleSheets[0].cssRules.length") > 20
        page.screenshot(path=SCREENSHOTS / f"{path.stem}-{width}.png", full_page=True)
        assert not troubles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_clipped_on_a4(
    packs: Path, opened: Callable[..., tuple[Page, list[str]]], lang: str
) -> None:
    for path in sorted(packs.glob(f"*_{lang}.html")):
        page, troubles = opened(path, A4_WIDTH, "print")
        assert page.evaluate("document.documentElement.scrollWidth") <= A4_WIDTH
        assert not page.evaluate(TOO_WIDE) and not page.evaluate(CLIPPED)
        page.screenshot(path=SCREENSHOTS / f"{path.stem}-a4.png", full_page=True)
        paper = page.pdf(prefer_css_page_size=True, print_background=True)
        sizes = set(re.findall(rb"/MediaBox \[0 0 (\d+)\.?\d* (\d+)", paper))
        assert sizes == {(b"594", b"841")}, sizes
        assert 4 <= len(re.findall(rb"/Type /Page\b", paper)) <= 16
        assert not troubles


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_overview_hands_out_the_pack_of_what_is_looked_at(
    address: str, visit: Callable[..., Visit], packs: Path, lang: str
) -> None:
    seen = visit(address, lang)
    seen.open("/overview?quarter=2024-Q4&region=华东")
    words = {
        "zh": ("管理层简报", "下载网页（HTML）", "下载 Excel 工作簿"),
        "en": ("Executive pack", "Download page (HTML)", "Download Excel workbook"),
    }[lang]
    seen.page.get_by_role("button", name=words[0]).click()
    for label, ending in zip(words[1:], ("html", "xlsx"), strict=True):
        with seen.page.expect_download() as started:
            seen.page.get_by_role("button", name=label).click()
        name = f"pack_2024-Q4_region-华东_{lang}.{ending}"
        assert started.value.suggested_filename == name
        got = Path(started.value.path())
        if ending == "html":
            assert got.read_bytes() == (packs / name).read_bytes()
        else:
            assert zipfile.ZipFile(got).testzip() is None
            assert got.read_bytes() == (packs / name).read_bytes()
    seen.page.screenshot(path=SCREENSHOTS / f"overview-pack-{lang}.png")
    assert not seen.exceptions() and not seen.troubles
