"""What is asked of a database lies in kam_core/sql, not in strings between lines of Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
# How a statement begins, and what only a query within one holds.
STATEMENT = re.compile(
    r"\s*(select|from|insert into|create|update\s.+\sset|delete from|alter|drop|attach|detach"
    r"|with \w+ as|copy|set|reset|use|pragma|checkpoint|comment on|begin)\s+\S",
    re.DOTALL,
)
QUERY_WITHIN = re.compile(r"\bselect\b.+\bfrom\b", re.DOTALL)
# A word and one name say no more than a call of a function does: `from mart.x`, `use version`,
# `begin immediate`.
ONE_NAME = re.compile(r"(from|use|detach|checkpoint|begin) [\w.]+")
# Counted in the schema of the ledger, never executed.
ALLOWED = {"create table"}


def literals(path: Path) -> Iterator[str]:
    """The strings of a module but for docstrings; what is put into one is a word of its own."""
    tree = ast.parse(path.read_text("utf-8"))
    passed = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed |= {id(part) for part in node.values}
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "name"
                for part in node.values
            )
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in passed
        ):
            yield node.value


def is_sql(text: str) -> bool:
    if text in ALLOWED or ONE_NAME.fullmatch(text):
        return False
    return bool(STATEMENT.match(text) or QUERY_WITHIN.search(text))


def test_no_statement_stands_in_python() -> None:
    statements = [
        (path.relative_to(ROOT).as_posix(), text)
        for folder in ("kam_core", "pages")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in literals(path)
        if is_sql(text)
    ]
    assert not statements


def test_the_rule_sees_statements_and_passes_by_words_and_names() -> None:
    seen = (
        "select 1",
        "insert into t values (?)",
        "\nupdate t set a = 1",
        "with a as (from b) from a",
        "account_id in (select account_id from accounts)",
        "set variable x = 1",
        "pragma user_version",
    )
    passed = ("select", "commit", "from mart.revenue", "load files as one new version", "with care")
    assert [text for text in (*seen, *passed) if is_sql(text)] == list(seen)


def test_every_named_statement_is_used() -> None:
    code = "".join(path.read_text("utf-8") for path in (ROOT / "kam_core").rglob("*.py"))
    named = [
        f"{path.parent.name}/{name}"
        for path in (ROOT / "kam_core" / "sql").rglob("statements.sql")
        for name in re.findall(r"^-- name: (\w+)$", path.read_text("utf-8"), re.MULTILINE)
    ]
    assert len(named) == len(set(named)) > 100
    unused = [
        name
        for name in named
        if not any(f'"{text}"' in code for text in (name, name.partition("/")[2]))
    ]
    # Put together from the name of what is noted.
    assert set(unused) <= {"build/note_rejects", "build/note_cells"}
