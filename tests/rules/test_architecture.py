"""The rules of docs/architecture.md that a machine can check."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "kam_core").rglob("*.py"))
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
PARTS = sorted((ROOT / "pages" / "parts").glob("*.py"))

# What every step of ingest may look up.
CATALOGUES = {"kam_core.ingest.conventions", "kam_core.ingest.problems"}

# A module may import, of ours, only what its line names. Anything not listed is free.
MAY_IMPORT = {
    "kam_core.errors": set(),
    "kam_core.access": {"kam_core.errors"},
    "kam_core.contract": {"kam_core.errors"},
    "kam_core.config": {"kam_core.errors", "kam_core.contract"},
    "kam_core.periods": {"kam_core.errors", "kam_core.config"},
    "kam_core.sqlite_file": set(),
    "kam_core.memory": set(),
    "kam_core.ledger": {"kam_core.errors", "kam_core.sqlite_file"},
    "kam_core.headers": set(),
    "kam_core.crosschecks": {"kam_core.headers"},
    "kam_core.build": {
        "kam_core.config",
        "kam_core.contract",
        "kam_core.crosschecks",
        "kam_core.ledger",
    },
    "kam_core.store": {
        "kam_core.access",
        "kam_core.build",
        "kam_core.contract",
        "kam_core.errors",
        "kam_core.ledger",
        "kam_core.lock",
        "kam_core.memory",
    },
    "kam_core.marts": {
        "kam_core.access",
        "kam_core.build",
        "kam_core.config",
        "kam_core.metrics",
        "kam_core.periods",
        "kam_core.store",
    },
    # What renders a pack asks nothing: all that it says is in the model.
    "kam_core.packs.model": set(),
    "kam_core.packs.markup": set(),
    "kam_core.packs.files": set(),
    "kam_core.packs.words": {"kam_core.present.text", "kam_core.present.words"},
    "kam_core.packs.svg": {
        "kam_core.packs.markup",
        "kam_core.packs.model",
        "kam_core.packs.words",
        "kam_core.present.formats",
    },
    "kam_core.packs.page": {
        "kam_core.packs.markup",
        "kam_core.packs.model",
        "kam_core.packs.svg",
        "kam_core.packs.words",
        "kam_core.present.formats",
        "kam_core.present.text",
    },
    "kam_core.packs.workbook": {
        "kam_core.packs.model",
        "kam_core.packs.words",
        "kam_core.present.text",
    },
    "kam_core.ingest.problems": {"kam_core.contract"},
    "kam_core.ingest.conventions": {"kam_core.contract"},
    "kam_core.ingest.decimals": set(),
    "kam_core.ingest.currencies": {"kam_core.ingest.conventions"},
    "kam_core.ingest.durations": {"kam_core.ingest.conventions"},
    "kam_core.ingest.cast": {
        "kam_core.contract",
        "kam_core.ingest.conventions",
        "kam_core.ingest.currencies",
        "kam_core.ingest.decimals",
        "kam_core.ingest.durations",
    },
    "kam_core.ingest.encoding": {"kam_core.errors", *CATALOGUES},
    "kam_core.ingest.layout": {"kam_core.errors", "kam_core.contract", *CATALOGUES},
    "kam_core.ingest.packed": {"kam_core.errors", *CATALOGUES},
    "kam_core.ingest.sheetscan": {"kam_core.errors", "kam_core.ingest.packed", *CATALOGUES},
    "kam_core.ingest.read": {
        "kam_core.errors",
        "kam_core.contract",
        "kam_core.ingest.encoding",
        "kam_core.ingest.layout",
        *CATALOGUES,
    },
    "kam_core.ingest.map": {
        "kam_core.errors",
        "kam_core.contract",
        "kam_core.ingest.currencies",
        *CATALOGUES,
    },
    "kam_core.ingest.check": {
        "kam_core.errors",
        "kam_core.contract",
        "kam_core.ingest.cast",
        "kam_core.ingest.currencies",
        *CATALOGUES,
    },
}
# What a whole folder must never import.
NEVER = {
    "kam_core": {"streamlit"},
    "kam_core/ingest": {"kam_core.metrics", "kam_core.scorecard", "kam_core.present"},
    "kam_core/packs": {"duckdb", "plotly", "kam_core.store", "kam_core.ingest"},
    "kam_core/present": {"duckdb", "kam_core.store", "kam_core.ledger"},
    "pages": {"kam_core.ingest.load", "kam_core.build", "kam_core.ledger"},
}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def own_modules() -> set[str]:
    return {module_name(path) for path in CORE}


@pytest.mark.parametrize("module", MAY_IMPORT)
def test_imports_go_down_the_list_only(module: str) -> None:
    path = ROOT / Path(*module.split(".")).with_suffix(".py")
    ours = set(imports(path)) & own_modules()
    assert ours <= MAY_IMPORT[module]


@pytest.mark.parametrize("folder", NEVER)
def test_a_folder_never_imports_what_is_closed_to_it(folder: str) -> None:
    found = {
        (module_name(path), name)
        for path in (ROOT / folder).rglob("*.py")
        for name in imports(path)
        for closed in NEVER[folder]
        if name == closed or name.startswith(closed + ".")
    }
    assert not found


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_imports_parts_present_and_the_catalogue_only(path: Path) -> None:
    allowed = ("pages.parts", "kam_core.present", "kam_core.metrics", "kam_core.periods")
    ours = [name for name in imports(path) if name.startswith(("kam_core", "pages"))]
    packages = ("pages", "kam_core")
    assert all(name in packages or name.startswith(allowed) for name in ours), ours


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_one_short_function_behind_the_gate(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert "page" in names
    assert len(text.splitlines()) <= 80
    assert 'if __name__ == "__main__":\n    st.switch_page("app.py"' in text


def test_only_one_file_caches() -> None:
    cached = [
        module_name(path)
        for path in [ROOT / "app.py", *PAGES, *PARTS]
        if "cache_data" in path.read_text("utf-8") or "cache_resource" in path.read_text("utf-8")
    ]
    assert cached == ["pages.parts.data"]


def test_no_function_is_longer_than_40_lines() -> None:
    long = {
        f"{module_name(path)}.{node.name}": node.end_lineno - node.lineno + 1
        for path in [*CORE, *PAGES, *PARTS]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno + 1 > 40
    }
    assert not long


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    silent = [
        module_name(path)
        for path in [*CORE, *PAGES, *PARTS, ROOT / "app.py"]
        if path.read_text("utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_only_the_file_that_caches_opens_a_version() -> None:
    openers = {
        module_name(path)
        for path in [ROOT / "app.py", *PAGES, *PARTS]
        if {"duckdb", "kam_core.store"} & set(imports(path))
    }
    assert openers <= {"pages.parts.data"}
