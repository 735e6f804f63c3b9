"""The rules of docs/architecture.md that a machine can check."""

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = sorted((ROOT / "kam_core").rglob("*.py"))
PAGES = sorted(path for path in (ROOT / "pages").glob("*.py") if path.stem != "__init__")
PARTS = sorted((ROOT / "pages" / "parts").rglob("*.py"))
MODULES = [*CORE, *PAGES, *PARTS]

# A package may import itself and what stands before it, nothing that stands after it.
PACKAGES = [
    "errors",
    "settings",
    "contract",
    "warehouse",
    "engines",
    "demo",
    "ingest",
    "metrics",
    "accounts",
    "analysis",
    "verify",
    "text",
    "uploads",
    "dashboard",
    "render",
    "cli",
    "pages",
]
# Opened by the redesign of the per-column rules of imports.
KNOWN_CIRCLE = {
    f"kam_core.ingest.mapping.{module}"
    for module in ("feeds", "overrides", "composite_keys", "column_rules")
}
POOR_NAMES = {
    "found", "said", "asked", "told", "known", "held", "wanted", "way", "ways", "place", "places",
    "goal", "goals",
}  # fmt: skip
BARE_VERBS = {"show", "plain", "ask", "read", "lines"}
# What a whole folder must never import.
NEVER = {
    "kam_core": {"streamlit"},
    "kam_core/dashboard": {"plotly"},
    "kam_core/render": {"duckdb", "kam_core.warehouse", "kam_core.ingest"},
    "kam_core/text": {"duckdb", "kam_core.warehouse"},
    "pages": {"kam_core.uploads.load", "kam_core.warehouse.build", "kam_core.warehouse.ledger"},
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


def own_modules() -> dict[str, Path]:
    """Every module of ours by its name; a package by that of its ``__init__`` file."""
    return {module_name(path).removesuffix(".__init__"): path for path in MODULES}


def imported_modules(path: Path, own: Mapping[str, Path]) -> set[str]:
    """What a file imports of ours, wherever in it; a folder only where its own names are meant."""
    named = set(imports(path)) & own.keys()
    folders = {module for module in named if own[module].stem == "__init__"}
    return named - {module for module in folders if any(n.startswith(module + ".") for n in named)}


def package(module: str) -> str:
    """The package that a module belongs to; of pages all is one."""
    top, _, rest = module.partition(".")
    return rest.partition(".")[0] if top == "kam_core" else top


def test_every_module_belongs_to_one_package_of_the_list() -> None:
    outside = {"", "__main__", "__init__"}
    assert {package(module) for module in own_modules()} - outside <= set(PACKAGES)


def test_imports_go_down_the_list_only() -> None:
    own = own_modules()
    order = {name: position for position, name in enumerate(PACKAGES)}
    upward = {
        (module, imported)
        for module, path in own.items()
        if package(module) in order
        for imported in imported_modules(path, own)
        if package(imported) in order and order[package(imported)] > order[package(module)]
    }
    assert not upward


def test_no_modules_import_each_other_in_a_circle() -> None:
    own = own_modules()
    graph = {
        module: imported_modules(path, own) - {module}
        for module, path in own.items()
        if module not in KNOWN_CIRCLE
    }
    TopologicalSorter(graph).prepare()


def test_a_package_of_more_than_twenty_files_has_another_level() -> None:
    files = Counter(path.parent for path in MODULES if path.stem != "__init__")
    flat = [folder for folder in files if not any(folder in other.parents for other in files)]
    assert {folder.name: files[folder] for folder in flat if files[folder] > 20} == {}


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
def test_a_page_imports_parts_sections_words_and_the_catalogue_only(path: Path) -> None:
    allowed = (
        "pages.parts",
        "kam_core.dashboard",
        "kam_core.text",
        "kam_core.render",
        "kam_core.settings.loader",
        "kam_core.metrics.catalogue",
        "kam_core.metrics.periods",
    )
    ours = [name for name in imports(path) if name.startswith(("kam_core", "pages"))]
    folders = {name.rpartition(".")[0] for name in allowed} | {"pages", "kam_core"}
    assert all(name in folders or name.startswith(allowed) for name in ours), ours


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_one_short_function_behind_the_gate(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert "page" in names
    assert len(text.splitlines()) <= 60
    assert 'if __name__ == "__main__":\n    st.switch_page("app.py"' in text


def test_only_one_file_caches() -> None:
    cached = [
        module_name(path)
        for path in [ROOT / "app.py", *PAGES, *PARTS]
        if "cache_data" in path.read_text("utf-8") or "cache_resource" in path.read_text("utf-8")
    ]
    assert cached == ["pages.parts.state.cache"]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_are_short() -> None:
    """90 % under 20 lines, none over 60."""
    lengths = {
        f"{module_name(path)}.{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in functions(path)
    }
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert sum(length < 20 for length in lengths.values()) >= 0.9 * len(lengths)


def test_no_class_name_stands_in_two_modules() -> None:
    modules = defaultdict(set)
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                modules[node.name].add(module_name(path))
    assert {name: where for name, where in modules.items() if len(where) > 1} == {}


def test_names_say_what_a_value_is() -> None:
    """Nothing is called by its grammar, wherever it gets its name; no function by a bare verb."""
    poor = {
        (module_name(path), name)
        for path in MODULES
        if "mapping" not in path.parts
        for name in names_in(ast.parse(path.read_text("utf-8")))
        if name.strip("_") in POOR_NAMES
    }
    bare = {
        (module_name(path), node.name)
        for path in MODULES
        if "mapping" not in path.parts
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.strip("_") in BARE_VERBS
    }
    assert not poor
    assert not bare


def names_in(tree: ast.Module) -> set[str]:
    """Functions, parameters, fields, and variables of lines, loops, comprehensions and cases."""
    names = set()
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                names.add(node.name)
            case ast.arg():
                names.add(node.arg)
            case ast.Name(ctx=ast.Store()):
                names.add(node.id)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                names.add(name)
    return names


def test_every_module_says_in_one_line_what_it_is_for() -> None:
    silent = [
        module_name(path)
        for path in [*MODULES, ROOT / "app.py"]
        if path.read_text("utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert not silent


def test_only_the_file_that_caches_opens_a_version() -> None:
    openers = {
        module_name(path)
        for path in [ROOT / "app.py", *PAGES, *PARTS]
        if {"duckdb", "kam_core.warehouse.store"} & set(imports(path))
    }
    assert openers <= {"pages.parts.state.cache"}
