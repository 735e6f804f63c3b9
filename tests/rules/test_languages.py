"""Chinese and English are equals: no string in code, no key in one language only."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from kam_core.contract import declaration
from kam_core.contract.problems import problems
from kam_core.metrics.catalogue import load_metrics

ROOT = Path(__file__).parents[2]
# One understands dates written in Chinese, the other writes a page in both languages.
BILINGUAL = {
    ROOT / "kam_core" / "ingest" / "validate" / "cast.py",
    ROOT / "kam_core" / "render" / "metrics_reference.py",
}
WORDS = ROOT / "kam_core" / "text"
CODE = [
    ROOT / "app.py",
    *sorted((ROOT / "pages").rglob("*.py")),
    *sorted(
        path
        for path in (ROOT / "kam_core").rglob("*.py")
        if "demo" not in path.parts and path not in BILINGUAL
    ),
]


def flat(document: dict, prefix: str = "") -> dict[str, str]:
    result = {}
    for key, value in document.items():
        if isinstance(value, dict):
            result |= flat(value, f"{prefix}{key}.")
        else:
            result[prefix + key] = value
    return result


def catalogue(lang: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in sorted((WORDS / lang).glob("*.toml")):
        texts |= flat(tomllib.loads(file.read_text("utf-8")))
    return texts


def test_both_languages_have_the_same_files_and_keys() -> None:
    zh, en = ({file.name for file in (WORDS / lang).iterdir()} for lang in ("zh", "en"))
    assert zh == en
    assert catalogue("zh").keys() == catalogue("en").keys()


def test_no_text_is_empty_in_either_language() -> None:
    # Chinese puts nothing between two sentences where English puts a blank.
    empty = [key for lang in ("zh", "en") for key, text in catalogue(lang).items() if not text]
    assert all(key.startswith("punctuation.") for key in empty)


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_chinese_string_stands_in_code(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and any("\u4e00" <= character <= "\u9fff" for character in node.value)
    ]
    assert not found


def refusals() -> set[str]:
    """Every code that our own code raises a KamError with."""
    return {
        node.args[0].value
        for path in [*CODE, *BILINGUAL]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "KamError"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_refusal_has_words(lang: str) -> None:
    named = {key.removeprefix("errors.") for key in catalogue(lang) if key.startswith("errors.")}
    assert refusals() <= named | problems().keys()


def test_a_key_account_has_one_name_in_chinese() -> None:
    texts = catalogue("zh") | {
        name: metric.zh + metric.means_zh + metric.not_zh for name, metric in load_metrics().items()
    }
    others = re.compile("核心客户|关键客户|关键层级|(?<!最)大客户")
    assert {key: text for key, text in texts.items() if others.search(text)} == {}


@pytest.mark.parametrize(
    ("written", "metric"),
    [
        ("核心客户贡献", "key_revenue_share"),
        ("核心客户利润贡献", "key_profit_share"),
        ("关键客户流失率", "key_churn"),
        ("complaints on the year", "complaints_yoy"),
        ("revenue growth on the year", "revenue_yoy"),
    ],
)
def test_a_file_of_targets_may_go_on_using_an_earlier_name(written: str, metric: str) -> None:
    names = dict(declaration.tables()["targets"].column("metric").values)
    assert written in names[metric]
