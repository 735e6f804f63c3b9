"""Says things in one language, and shows a foreign word so that it can act nowhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from string import Formatter
from typing import TYPE_CHECKING, Any

from kam_core.contract import declaration
from kam_core.contract.problems import problems
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.word_catalogue import LANGUAGES, OTHERWISE, load_words

if TYPE_CHECKING:
    from kam_core.ingest.stage import CellExample
    from kam_core.metrics.scorecard import Score

MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~:$&@/^=])")
PLOTLY_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


@dataclass(frozen=True)
class Text:
    """The words of one language: ``Text("zh")("overview.title")``.

    ``names``: what the data calls its own codes in that language, by column and code.
    """

    lang: str
    names: Mapping[tuple[str, object], str] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.lang not in LANGUAGES:
            raise KamError("unknown_language", lang=self.lang, languages=LANGUAGES)

    def __call__(self, key: str, /, **values: object) -> str:
        """The text as plain characters."""
        return self.filled(load_words(self.lang)[key], values)

    def rich(self, key: str, /, **values: object) -> str:
        """The text as Markdown: the values stand out, and nothing in them acts as markup."""
        return _Sentence(self, values, self.stand_out).filled(load_words(self.lang)[key])

    def stand_out(self, value: str) -> str:
        """A value as ``rich`` writes it."""
        return f"**{escape(value)}**"

    def filled(self, template: str, values: Mapping[str, object]) -> str:
        """A template with its placeholders filled, as plain characters."""
        return _Sentence(self, values, str).filled(template)

    def get(self, key: str, otherwise: str) -> str:
        """The text of a key that may be missing, because a part of it came with the data."""
        return load_words(self.lang).get(key, otherwise)

    def table(self, table: str) -> str:
        """The title of a table of the contract."""
        return declaration.tables()[table].text(self.lang)

    def need(self, need: str) -> str:
        """What a metric waits for: a table, a column (``accounts.growth_potential``) or tiers."""
        table, _, column = need.partition(".")
        if table not in declaration.tables():
            return self.get(f"values.need.{need}", need)
        return f"{self.table(table)} · {self.column(column)}" if column else self.table(table)

    def column(self, column: str) -> str:
        """The heading of a result column; a column nobody named keeps its name."""
        return self.get(f"columns.{column}", _contract_titles(self.lang).get(column, column))

    def column_of(self, table: str, column: str) -> str:
        """The title of a column in a table: what is an amount of orders is none of contracts.

        A further column of a file keeps its name.
        """
        titles = {c.name: c.text(self.lang) for c in declaration.tables()[table].columns}
        return titles.get(column, column)

    def meaning(self, table: str, column: str, code: str) -> str:
        """The word for a code of a column in a table: two tables may use one code differently."""
        if column == "metric":
            return self.metric(code)
        return declaration.tables()[table].column(column).word(code, self.lang)

    def metric(self, name: str) -> str:
        """The title of a figure, as targets may name it, too."""
        return _metric_titles(self.lang).get(name, name)

    def value(self, column: str, value: object) -> str:
        """The word for a code in a column, as ``VIP`` in ``tier``; other values as they are."""
        plain = column.removeprefix("from_").removeprefix("to_")
        if named := self.names.get((plain, value)):
            return named
        if plain == "table_name":
            return self.table(str(value))
        if plain == "tier" and value in _tier_titles(self.lang):
            return _tier_titles(self.lang)[str(value)]
        return self.get(f"values.{plain}.{value}", str(value))

    def form_of(self, name: str, english: str | None) -> str:
        """A name of the data, in the English form that the data gives it where it has one."""
        return english if english and self.lang == OTHERWISE else name

    def error(self, error: KamError) -> str:
        """What a refusal says to the person who caused it: one line, or one for each file."""
        if len(error.each) > 1:
            lines = [f"  {self.error(one)}" for one in error.each]
            return "\n".join([self(f"errors.{error.code}"), *lines])
        # Where the settings are wrong, nothing can be looked up in them.
        is_of_settings = error.code.startswith("settings_")
        catalogued = None if is_of_settings else problems().get(error.code)
        message = catalogued.text(self.lang) if catalogued else error.code
        template = self.get(f"errors.{error.code}", message)
        parts = [self.filled(template, _Details(error.details, self))]
        if catalogued:
            parts.append(catalogued.todo(self.lang))
        if file := error.details.get("file"):
            parts[0] = f"{file}{self('punctuation.colon')}{parts[0]}"
        return self("punctuation.sentence").join(parts)

    def counted(self, counts: Mapping[str, int]) -> str:
        """Problem codes with their counts, in words."""
        return self("punctuation.list").join(
            self("uploads.problem_count", problem=self.problem(code), count=count)
            for code, count in counts.items()
        )

    def describe_problems(
        self,
        table: str | None,
        problems: Mapping[str, int],
        first_lines: Mapping[str, Sequence[int]],
        examples: Mapping[str, Sequence["CellExample"]],
    ) -> list[str]:
        """Each kind of problem: its name, in how many rows, the first lines, the worst cells."""
        cells = examples if table else {}
        return [
            self.counted({code: rows})
            + self._at_lines(first_lines.get(code, ()), rows)
            + self.cells(str(table), cells.get(code, ()), rows, self("punctuation.colon"))
            for code, rows in problems.items()
        ]

    def cells(
        self, table: str, examples: Sequence["CellExample"], rows: int, lead: str = ""
    ) -> str:
        """The cells of a table in which a problem of so many rows shows most often."""
        if not examples:
            return ""
        named = self("punctuation.list").join(self._cell(table, cell, rows) for cell in examples)
        has_more = sum(example.rows for example in examples) < rows
        return lead + named + (self("cli.more_lines") if has_more else "")

    def cell(self, table: str, column: str, value: object) -> str:
        """A cell by the title of its column and what stands in it."""
        key = "quarantine.empty_cell" if value in (None, "") else "quarantine.cell"
        return self(key, column=self.column_of(table, column), value=value)

    def _cell(self, table: str, example: "CellExample", rows: int) -> str:
        cell = self.cell(table, example.column, example.value)
        if example.rows in (1, rows):
            return cell
        return self("uploads.problem_count", problem=cell, count=example.rows)

    def _at_lines(self, lines: Sequence[int], rows: int) -> str:
        listed = self("punctuation.list").join(map(str, lines))
        more = self("cli.more_lines") if rows > len(lines) else ""
        key = "cli.at_lines" if rows > 1 else "cli.at_line"
        return self(key, lines=f"{listed}{more}") if lines else ""

    def problem(self, code: str) -> str:
        """What a problem of an uploaded row is called."""
        catalogued = problems().get(code)
        return catalogued.text(self.lang).rstrip("。.") if catalogued else code

    def todo(self, code: str) -> str:
        """What to do about a problem of an uploaded row."""
        catalogued = problems().get(code)
        return catalogued.todo(self.lang) if catalogued else ""

    def confirmation(self, code: str, details: Mapping[str, Any]) -> str:
        """One reason why an upload needs a second yes."""
        words = self.get(f"questions.{code}", code)
        counts = {name: formats.count(details[name], self.lang) for name in ("rows", "gone")}
        return self.filled(words, _Details({**details, **counts}, self))

    def standing(self, score: "Score") -> str:
        """The status, and beside it what is to be kept in mind about it."""
        note = self.reason(score)
        if score.value is None and note:
            return note
        status = self.value("status", score.status)
        return self("scores.status_and_note", status=status, note=note) if note else status

    def reason(self, score: "Score") -> str:
        """Why a score has no value, or cannot be decided, and what is told beside it."""
        beside = (
            self(f"beside.{code}", count=count)
            for code, count in (score.beside or {}).items()
            if count
        )
        return self("punctuation.clause").join(filter(None, [self._why(score), *beside]))

    def _why(self, score: "Score") -> str:
        if not score.reason:
            return ""
        why = self._say_reason(score)
        if not score.is_undecided or score.reason.startswith("not_decidable"):
            return why
        few = self("reasons.not_decidable", detail=score.denominator)
        return f"{why}{self('punctuation.clause')}{few}"

    def _say_reason(self, score: "Score") -> str:
        code, _, detail = str(score.reason).partition(":")
        if code in ("needs", "outside_data", "not_yet_known"):
            detail = self.need(detail)
        if code == "partial" and score.is_behind:
            code, detail = "known_until", formats.day(score.known_until, self.lang)
        return self.filled(self.get(f"reasons.{code}", str(score.reason)), {"detail": detail})


class _Sentence(Formatter):
    """Fills a template whose placeholders say how their values are written; a list item by item.

    ``{share:percent}``, ``{change:+percent}`` with its sign, ``{hours:hours0}`` without decimals,
    ``{value:unit}`` in the unit that stands among the values, ``{tier:tier}`` a code of a column,
    ``{rows:row|rows}`` the first words where the value is 1, else the second.
    """

    def __init__(
        self, text: Text, values: Mapping[str, object], mark: Callable[[str], str]
    ) -> None:
        self.text, self.values, self.mark = text, values, mark

    def filled(self, template: str) -> str:
        return self.vformat(template, (), self.values)

    def format_field(self, value: object, format_spec: str) -> str:
        one, is_choice, several = format_spec.partition("|")
        if is_choice:
            return one if value == 1 or str(value) == "1" else several
        items = value if isinstance(value, list | tuple) else [value]
        written = [self._write(item, format_spec) for item in items]
        return self.mark(self.text("punctuation.list").join(written))

    def _write(self, value: Any, spec: str) -> str:
        name, lang = spec.strip("+0123456789"), self.text.lang
        if not name:
            return str(value)
        if name == "unit":
            write = formats.difference if spec.startswith("+") else formats.quantity
            return write(value, str(self.values["unit"]), lang)
        if name not in formats.PLACEHOLDERS:
            return self.text.value(name, value)
        options: dict[str, Any] = {"signed": True} if spec.startswith("+") else {}
        if spec[-1].isdigit():
            options["digits"] = int(spec[-1])
        return formats.PLACEHOLDERS[name](value, lang=lang, **options)


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
            return self._join([f"{self.text.column(c)} ({c})" for c in named])
        if name == "problems":
            parts = ("problems", "first_lines", "examples")
            problems = self.text.describe_problems(
                self.get("table"), *(self.get(part) or {} for part in parts)
            )
            return self.text("punctuation.clause").join(problems)
        if name == "todo":
            todos = dict.fromkeys(map(self.text.todo, self.get("problems", ())))
            return self.text("punctuation.sentence").join(todos)
        if name == "must_be":
            return self.text.filled(self.text.get(f"errors.must_be.{value}", str(value)), self)
        if name == "why":
            return str((value or {}).get(self.text.lang, "?"))
        if name == "questions":
            return self._join([self.text.confirmation(r.code, vars(r)) for r in value or ()])
        return self._write(value)

    def _write(self, value: object) -> str:
        if isinstance(value, list | tuple):
            return self._join([str(part) for part in value])
        return "?" if value is None else str(value)

    def _join(self, parts: Sequence[str]) -> str:
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
        column.name: column.text(lang)
        for table in reversed(declaration.tables().values())
        for column in table.columns
    }


@cache
def _tier_titles(lang: str) -> dict[str, str]:
    """The tiers of every scheme; where two schemes use one code, as the active one calls it."""
    settings = load_settings().tier_schemes
    schemes = [*settings.schemes.values(), settings.schemes[settings.active]]
    return {code: tier.text(lang) for scheme in schemes for code, tier in scheme.tiers.items()}


@cache
def _metric_titles(lang: str) -> dict[str, str]:
    """The first name of each metric in a language, of those by which targets name it."""
    names = declaration.tables()["targets"].column("metric").values
    titles = {
        metric: next((name for name in written if name.isascii() == (lang != "zh")), metric)
        for metric, written in names.items()
    }
    return {metric: title[:1].upper() + title[1:] for metric, title in titles.items()}
