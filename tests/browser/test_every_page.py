"""Every page, in both languages and themes, on a desk and on a phone, is whole and quiet."""

import os
from collections.abc import Callable
from itertools import product

import pytest

from tests.browser.conftest import SCREENSHOTS, Visit

pytestmark = pytest.mark.browser
TITLES = {
    "overview": {"zh": "经营总览", "en": "Overview"},
    "tiers": {"zh": "客户分层", "en": "Tier matrix"},
    "follow_up": {"zh": "跟进合规", "en": "Follow-up"},
    "needs": {"zh": "需求与匹配", "en": "Needs"},
    "service": {"zh": "客户服务", "en": "Service"},
    "value": {"zh": "客户价值", "en": "Customer value"},
    "resources": {"zh": "资源投入", "en": "Resources"},
    "targets": {"zh": "目标", "en": "Targets"},
    "figure": {"zh": "指标详解", "en": "Explain a figure"},
    "uploads": {"zh": "数据上传", "en": "Uploads"},
    "definitions": {"zh": "指标定义", "en": "Definitions"},
}
# Every two of language, theme and width meet in one of these.
LOOKS = [("zh", "light", 1440), ("zh", "dark", 390), ("en", "dark", 1440), ("en", "light", 390)]
OTHER_LOOKS = [
    pytest.param(lang, theme, width, marks=pytest.mark.long)
    for lang, theme, width in product(("zh", "en"), ("light", "dark"), (1440, 390))
    if (lang, theme, width) not in LOOKS
]
TALLEST = 6000
SIZES = "() => [document.documentElement.scrollWidth, innerWidth]"
HEIGHT = "() => document.querySelector('[data-testid=stMain]').scrollHeight"


@pytest.mark.parametrize(("lang", "theme", "width"), [*LOOKS, *OTHER_LOOKS])
def test_pages_show_without_a_fault(
    address: str, visit: Callable[..., Visit], lang: str, theme: str, width: int
) -> None:
    seen = visit(address, lang, theme, width)
    seen.open("/")
    for name, titles in TITLES.items():
        title = titles[lang]
        seen.follow(title)
        assert seen.page.inner_text("[data-testid=stMain] h1") == title
        assert seen.page.title() == title
        assert not seen.exceptions()
        if "KAM_PICTURES" in os.environ:
            _take_picture(seen, f"{name}-{lang}-{theme}-{width}", width)
        scroll_width, inner_width = seen.page.evaluate(SIZES)
        assert scroll_width <= inner_width, f"{name} is wider than the window"
    assert not seen.troubles


def _take_picture(seen: Visit, name: str, width: int) -> None:
    SCREENSHOTS.mkdir(exist_ok=True)
    height = min(seen.page.evaluate(HEIGHT) + 20, TALLEST)
    seen.page.set_viewport_size({"width": width, "height": height})
    seen.page.wait_for_timeout(300)
    seen.page.screenshot(path=SCREENSHOTS / f"{name}.png")
    seen.page.set_viewport_size({"width": width, "height": 900})


def test_the_overview_leads_with_four_figures_of_the_status_review(
    address: str, visit: Callable[..., Visit]
) -> None:
    seen = visit(address, "en")
    seen.open("/overview?quarter=2024-Q3")
    shown = seen.page.locator("[data-testid=stMetricValue]").all_inner_texts()
    assert shown == ["120M", "45.0%", "68.0%", "3.9%"]
