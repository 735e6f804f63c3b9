"""Says things in one language, and shows a foreign word so that it can act nowhere."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from kam_core.contract import declaration
from kam_core.contract.problems import problems
from kam_core.errors import KamError
from kam_core.text import formats
from kam_core.text.word_catalogue import filled, load_words, say

if TYPE_CHECKING:
    from kam_core.metrics.scorecard import Score

MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&@/^=])")
FIRST_NAMES = 5
PLOTLY_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True)
class Text:
    """The words of one language: ``Text("zh")("overview.title")``."""

    lang: str

    def __call__(self, key: str, /, **values: object) -> str:
        """The text as plain characters."""
        return say(key, self.lang, **values)

    def rich(self, key: str, /, **values: object) -> str:
        """The text as Markdown: the values stand out, and nothing in them acts as markup."""
        bold = {name: f"**{escape(str(value))}**" for name, value in values.items()}
        return say(key, self.lang, **bold)

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key that may be missing, because a part of it came with the data."""
        return load_words(self.lang).get(key, otherwise)

    def table(self, table: str) -> str:
        """The title of a table of the contract."""
        return declaration.tables()[table].title(self.lang)

    def need(self, need: str) -> str:
        """What a metric waits for: a table, a column (``accounts.growth_potential``) or tiers."""
        table, _, column = need.partition(".")
        if table not in declaration.tables():
            return self.known(f"values.need.{need}", need)
        return f"{self.table(table)} · {self.column(column)}" if column else self.table(table)

    def column(self, column: str) -> str:
        """The heading of a result column; a column nobody named keeps its name."""
        return self.known(f"columns.{column}", _contract_titles(self.lang).get(column, column))

    def column_of(self, table: str, column: str) -> str:
        """The title of a column in a table: what is an amount of orders is none of contracts.

        A further column of a file keeps its name.
        """
        titles = {c.name: c.title(self.lang) for c in declaration.tables()[table].columns}
        return titles.get(column, column)

    def meaning(self, table: str, column: str, code: str) -> str:
        """The word for a code of a column in a table: two tables may use one code differently."""
        if column == "metric":
            return self.metric(code)
        named = dict(declaration.tables()[table].column(column).values).get(code, ())
        words = (name for name in named if not name.isascii())
        return next(words, code) if self.lang == "zh" else code.replace("_", " ")

    def metric(self, name: str) -> str:
        """The title of a figure, as targets may name it, too."""
        return _metric_titles(self.lang).get(name, name)

    def value(self, column: str, value: object) -> str:
        """The word for a code in a column, as ``VIP`` in ``tier``; other values as they are."""
        plain = column.removeprefix("from_").removeprefix("to_")
        return self.known(f"values.{plain}.{value}", str(value))

    def error(self, error: KamError) -> str:
        """What a refusal says to the person who caused it: one line, or one for each file."""
        if len(error.each) > 1:
            lines = [f"  {self.error(one)}" for one in error.each]
            return "\n".join([self("errors.several_refused"), *lines])
        catalogued = problems().get(error.code)
        message = catalogued.message(self.lang) if catalogued else error.code
        template = self.known(f"errors.{error.code}", message)
        said = filled(template, _Details(error.details, self))
        parts = [said, catalogued.todo(self.lang)] if catalogued else [said]
        if file := error.details.get("file"):
            parts[0] = f"{file}{self('punctuation.colon')}{parts[0]}"
        return self("punctuation.sentence").join(parts)

    def counted(self, counts: Mapping[str, int]) -> str:
        """Problem codes with their counts, in words."""
        return self("punctuation.list").join(
            self(
                "uploads.problem_count",
                problem=self.problem(code),
                count=formats.count(n, self.lang),
            )
            for code, n in counts.items()
        )

    def placed(self, report: Mapping[str, Any]) -> list[str]:
        """Each kind of problem: its name, in how many rows, the first lines, the worst cells."""
        table, lines = report.get("table"), report.get("first_lines", {})
        cells = report.get("examples", {}) if table else {}
        return [
            self.counted({code: rows})
            + self._at_lines(lines.get(code, ()), rows)
            + self._with_cells(self.cells(str(table), cells.get(code, ()), rows))
            for code, rows in (report.get("problems") or {}).items()
        ]

    def cells(self, table: str, examples: Sequence[Mapping[str, Any]], rows: int) -> str:
        """The cells of a table in which a problem of so many rows shows most often."""
        named = self("punctuation.list").join(self._cell(table, cell, rows) for cell in examples)
        has_more = 0 < sum(example["rows"] for example in examples) < rows
        return named + self("cli.more_lines") if has_more else named

    def cell(self, table: str, column: str, value: object) -> str:
        """A cell by the title of its column and what stands in it."""
        key = "quarantine.empty_cell" if value in (None, "") else "quarantine.cell"
        return self(key, column=self.column_of(table, column), value=value)

    def _cell(self, table: str, example: Mapping[str, Any], rows: int) -> str:
        told = self.cell(table, example["column"], example["value"])
        if example["rows"] in (1, rows):
            return told
        count = formats.count(example["rows"], self.lang)
        return self("uploads.problem_count", problem=told, count=count)

    def _with_cells(self, cells: str) -> str:
        return f"{self('punctuation.colon')}{cells}" if cells else ""

    def _at_lines(self, lines: Sequence[int], rows: int) -> str:
        listed = self("punctuation.list").join(map(str, lines))
        more = self("cli.more_lines") if rows > len(lines) else ""
        key = "cli.at_lines" if rows > 1 else "cli.at_line"
        return self(key, lines=f"{listed}{more}") if lines else ""

    def problem(self, code: str) -> str:
        """What a problem of an uploaded row is called."""
        known = problems().get(code)
        return known.message(self.lang).rstrip("。.") if known else code

    def todo(self, code: str) -> str:
        """What to do about a problem of an uploaded row."""
        known = problems().get(code)
        return known.todo(self.lang) if known else ""

    def load_report(self, report: Mapping[str, Any]) -> str:
        """One line of ``load``: what became of one file."""
        line = self("cli.loaded", **{**report, "table": self.table(str(report["table"]))})
        problems = [f"  {line}" for line in self.placed(report)]
        names = self.name_lines(report.get("names", ()))
        elsewhere = self.elsewhere_lines(report["elsewhere"])
        return "\n".join([line, *self._earlier_lines(report), *problems, *names, *elsewhere])

    def elsewhere_lines(self, changes: Sequence[Mapping[str, Any]]) -> list[str]:
        """What a load changes in the quarantine of earlier uploads."""
        return [
            self(
                f"cli.{change['change']}",
                table=self.table(change["table"]),
                rows=formats.count(change["rows"], self.lang),
                problem=self.problem(change["code"]),
            )
            for change in changes
        ]

    def name_lines(self, names: Sequence[Mapping[str, Any]]) -> list[str]:
        """One line for each kind of remark on names of regions and persons, with the first few."""
        told = []
        for code in dict.fromkeys(note["code"] for note in names):
            of_code = [note for note in names if note["code"] == code]
            shown = [self._name(note) for note in of_code[:FIRST_NAMES]]
            more = self("cli.more_lines") if len(of_code) > len(shown) else ""
            listed = self("punctuation.list").join(shown) + more
            told.append(self("cli.names", problem=self.problem(code), names=listed))
        return told

    def _name(self, note: Mapping[str, Any]) -> str:
        return self("cli.name_like", **note) if note["nearest"] else str(note["name"])

    def _earlier_lines(self, report: Mapping[str, Any]) -> list[str]:
        """Who loaded the same file before, and whether that makes this upload superfluous."""
        told = [self("cli.already_loaded")] if report["already_loaded"] else []
        if earlier := report["earlier"]:
            told.append(self("cli.earlier", **earlier))
        return told

    def question(self, question: Mapping[str, Any]) -> str:
        """One reason why an upload needs a second yes."""
        words = self.known(f"questions.{question['code']}", question["code"])
        counts = {
            name: formats.count(question[name], self.lang)
            for name in ("rows", "gone")
            if name in question
        }
        return filled(words, _Details({**question, **counts}, self))

    def version_line(self, row: Mapping[str, object]) -> str:
        """One line of ``versions``."""
        mark = self("cli.live") if row["live"] else ""
        return self("cli.version", **{**row, "mark": mark}).rstrip()

    def scorecard_table(self, scores: Sequence["Score"], paced: Mapping[str, float]) -> str:
        """Scores as a table for a terminal; ``paced``: where some would end, by metric."""
        names = ("metric", "value", "target", "gap", "paced", "status")
        cells = [self._score_cells(score, paced.get(score.metric)) for score in scores]
        shown = [name for name in names if paced or name != "paced"]
        heads = [self.column(name) for name in shown]
        return aligned([heads, *([row[name] for name in shown] for row in cells)])

    def _score_cells(self, score: "Score", paced: float | None) -> dict[str, str]:
        return {
            "metric": self.metric(score.metric),
            "value": formats.quantity(score.value, score.unit, self.lang),
            "target": formats.quantity(score.target, score.unit, self.lang),
            "gap": formats.difference(score.gap, score.unit, self.lang),
            "paced": "" if paced is None else formats.quantity(paced, score.unit, self.lang),
            "status": self.standing(score),
        }

    def standing(self, score: "Score") -> str:
        """The status, and beside it what is to be kept in mind about it."""
        note = self.reason(score)
        if score.value is None and note:
            return note
        status = self.value("status", score.status)
        return self("scores.status_and_note", status=status, note=note) if note else status

    def reason(self, score: "Score") -> str:
        """Why a score has no value, or cannot be decided; empty where neither is so."""
        if not score.reason:
            return ""
        code, _, detail = score.reason.partition(":")
        if code in ("needs", "outside_data"):
            detail = self.need(detail)
        return self.known(f"reasons.{code}", score.reason).format(detail=detail)


class _Details(dict):
    """Details of an error as a reader knows them: columns and tables by title, lists joined."""

    def __init__(self, details: Mapping[str, object], text: Text) -> None:
        super().__init__(details)
        self.text = text

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if name == "table" and value in declaration.tables():
            return self.text.table(str(value))
        if name in ("column", "columns"):
            named = [value] if isinstance(value, str) else list(value or ())
            return self._joined([f"{self.text.column(c)} ({c})" for c in named])
        if name == "problems":
            return self.text("punctuation.clause").join(self.text.placed(self))
        if name == "todo":
            todos = dict.fromkeys(map(self.text.todo, self.get("problems", ())))
            return self.text("punctuation.sentence").join(todos)
        if name == "why":
            return str((value or {}).get(self.text.lang, "?"))
        if name == "questions":
            return self._joined([self.text.question(question) for question in value or ()])
        if isinstance(value, list | tuple):
            return self._joined([str(part) for part in value])
        return "?" if value is None else str(value)

    def _joined(self, parts: Sequence[str]) -> str:
        return self.text("punctuation.list").join(parts)


def escape(text: str) -> str:
    """Text from outside the product as Markdown that shows exactly these characters on one line."""
    return MARKDOWN_SPECIAL.sub(r"\\\1", " ".join(text.split()))


def plotly_escape(text: str) -> str:
    """Text from outside the product for a chart, where a few HTML tags would be obeyed."""
    return text.translate(PLOTLY_SPECIAL)


@cache
def _contract_titles(lang: str) -> dict[str, str]:
    return {
        column.name: column.title(lang)
        for table in reversed(declaration.tables().values())
        for column in table.columns
    }


@cache
def _metric_titles(lang: str) -> dict[str, str]:
    """The first name of each metric in a language, of those by which targets name it."""
    names = dict(declaration.tables()["targets"].column("metric").values)
    titles = {
        metric: next((name for name in known if name.isascii() == (lang == "en")), metric)
        for metric, known in names.items()
    }
    return {metric: title[:1].upper() + title[1:] for metric, title in titles.items()}


def aligned(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as columns of a terminal."""
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(_pad, line, widths)).rstrip() for line in lines)


def _width(cell: str) -> int:
    """Columns a terminal needs: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in cell)


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))
