"""Executive packs: the numbers of the screen on one page and in one workbook, and nothing else."""

import base64
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
import streamlit as st
from python_calamine import CalamineWorkbook

from kam_core.__main__ import main
from kam_core.dashboard.charts import Columns, Point
from kam_core.dashboard.company import Company, open_company
from kam_core.dashboard.model import Figure, FigureColumn, JudgedWords, Pack, Quantity, Section
from kam_core.dashboard.sections.executive_pack import gather_pack
from kam_core.dashboard.tables import cells_table, plain_rows
from kam_core.dashboard.view import choose_view
from kam_core.metrics import catalogue, periods, run, scorecard
from kam_core.metrics.day_cache import Day
from kam_core.render import csv_export, pack_files
from kam_core.render.html import page, svg
from kam_core.render.plotly import charts
from kam_core.render.xlsx import workbook
from kam_core.text import formats, marks
from kam_core.text.marked_text import Marked, runs, strip_marks
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse
from tests.pages.test_pages import show  # noqa: F401
from tests.support.loading import load_once

HOSTILE = "</style><script>alert(1)</script>\"'><img src=x onerror=alert(2)> & 'a' \u202e"
FORMULA = '=HYPERLINK("http://evil.example","click")'
SHEETS = "http://schemas.openxmlformats.org"
HARMLESS = {
    "html", "head", "meta", "title", "style", "body", "svg", "defs", "pattern", "rect", "line",
    "text", "header", "main", "section", "footer", "div", "h1", "h2", "h3", "p", "dl", "dt", "dd",
    "ul", "li", "b", "strong", "span", "figure", "figcaption", "table", "thead", "tbody", "tr",
    "th", "td", "circle", "polyline",
}  # fmt: skip


class Page(HTMLParser):
    """What a browser would find: elements, attributes, texts, and the tables row by row."""

    def __init__(self, markup: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.texts: list[str] = []
        self.styles: list[str] = []
        self._rows: list[list[str]] | None = None
        self._open: list[str] = []
        self.feed(markup.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._open.append(tag)
        if tag == "table":
            self._rows = self.tables[dict(attrs)["aria-label"] or ""] = []
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag in ("td", "th") and self._rows:
            self._rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        (self.styles if self._open[-1:] == ["style"] else self.texts).append(data)
        if self._rows and self._rows[-1] and {"td", "th"} & set(self._open):
            self._rows[-1][-1] += data

    @property
    def text(self) -> str:
        return "".join(self.texts)


def sheets(book: bytes) -> dict[str, list[list[object]]]:
    """The rows of each sheet from the heads of its table on."""
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    return {
        name: read.get_sheet_by_name(name).to_python(skip_empty_area=False)[workbook.HEADS :]
        for name in read.sheet_names
    }


def records(rows: list[list[object]]) -> list[dict[str, object]]:
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def parts_of(book: bytes, folder: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        return [packed.read(n).decode() for n in packed.namelist() if n.startswith(folder)]


@pytest.fixture(scope="module")
def sample_company(sample_warehouse: Warehouse) -> Company:
    return open_company(sample_warehouse)


Gather = Callable[..., Pack]


@pytest.fixture(scope="module")
def sample_pack(sample_company: Company) -> Gather:
    made: dict[object, Pack] = {}

    def gather(
        lang: str = "en", regions: tuple[str, ...] | None = None, quarter: str = "2024-Q3"
    ) -> Pack:
        key = lang, regions, quarter
        if key not in made:
            made[key] = gather_pack(choose_view(sample_company, lang, quarter, regions or ()))
        return made[key]

    return gather


def gather(
    warehouse: Warehouse,
    lang: str = "en",
    regions: Sequence[str] | None = None,
    quarter: str | None = "2024-Q3",
    as_of: date | None = None,
) -> Pack:
    company = open_company(warehouse)
    return gather_pack(choose_view(company, lang, quarter, regions or (), as_of=as_of))


def scores_of(day: Day, regions: tuple[str, ...] | None) -> list[scorecard.Score]:
    with day.cursor(Scope(regions or day.regions, day.as_of)) as cursor:
        return scorecard.scorecard(cursor, periods.quarter("2024-Q3"), None, None, day.facts)


def title(pack: Pack, name: str) -> str:
    return next(figure.title for figure in pack.figures() if figure.name == name)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("regions", [None, ("华东",), ("华南", "西北")])
def test_the_page_shows_every_figure_as_the_scorecard_has_it(
    sample_day: Day, sample_pack: Gather, lang: str, regions: tuple[str, ...] | None
) -> None:
    pack, text = sample_pack(lang, regions), Text(lang)
    listed = Page(page.render_page(pack)).tables[title(pack, "scorecard")]
    shown = {row[0]: row[1:] for row in listed if len(row) > 1}
    scores = scores_of(sample_day, regions)
    assert len(scores) == len(catalogue.load_metrics())
    for score in scores:
        name = catalogue.metric(score.metric).title(lang)
        assert shown[name][:3] == list(marks.judged_words(score, lang).values()), score.metric
        assert shown[name][5] == marks.status_words(score.status, text, score.is_undecided)
        assert shown[name][6] == text.reason(score)


@pytest.mark.parametrize("regions", [None, ("华东",)])
def test_the_workbook_holds_the_raw_values(
    sample_day: Day, sample_pack: Gather, regions: tuple[str, ...] | None
) -> None:
    pack = sample_pack("en", regions)
    held = records(sheets(workbook.render_workbook(pack))["All figures"])
    rows = {str(row["Code"]): row for row in held}
    for score in scores_of(sample_day, regions):
        row = rows[score.metric]
        for head, value in (
            ("Value", score.value),
            ("Target", score.target),
            ("Gap", score.gap_by_now),
            ("Interval from", score.low),
            ("Interval to", score.high),
            ("Numerator", score.numerator),
            ("Denominator", score.denominator),
        ):
            assert held_as(row[head], value), (score.metric, head)
        is_share = catalogue.metric(score.metric).kind.name == "ratio" and score.value is not None
        if is_share and isinstance(score.numerator, int | Decimal):
            parts = (Fraction(str(row[head])) for head in ("Numerator", "Denominator"))
            numerator, denominator = parts
            assert float(numerator / denominator) == score.value


def held_as(cell: object, value: float | int | Decimal | None) -> bool:
    """Exactly: of a float the file format keeps sixteen digits, of an exact number all."""
    if value is None or cell == "":
        return value is None and cell == ""
    if isinstance(cell, str):
        return Decimal(cell) == value
    return cell == float(f"{float(value):.16G}")


def test_the_command_line_prints_what_the_workbook_holds(
    sample_warehouse: Warehouse, sample_pack: Gather, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["kpis", "--quarter", "2024-Q3", "--region", "华东", "--format", "json"]
    assert main([*command, "--warehouse", str(sample_warehouse.path)]) == 0
    printed = {row["metric"]: row for row in json.loads(capsys.readouterr().out)}
    held = records(sheets(workbook.render_workbook(sample_pack("en", ("华东",))))["All figures"])
    assert {str(row["Code"]) for row in held} == set(printed)
    for row in held:
        value = printed[str(row["Code"])]["value"]
        assert row["Value"] == ("" if value is None else pytest.approx(value, rel=1e-15))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_cards_are_those_of_the_overview(
    show: Callable,  # noqa: F811
    sample_warehouse: Warehouse,
    sample_pack: Gather,
    lang: str,
) -> None:
    app = show(sample_warehouse, "overview", lang, quarter="2024-Q3", region="华东")
    assert not app.exception
    pack = sample_pack(lang, ("华东",))
    (headline,) = [figure for figure in pack.figures() if figure.name == "headline"]
    cards = [(row[1], row[2]) for row in plain_rows(headline.table)]
    shown = [(name, formats.quantity(cell.value, cell.unit, lang)) for name, cell in cards]
    assert shown == [(card.label, card.value) for card in app.metric]
    said = [strip_marks(sentence) for figure in pack.figures() for sentence in figure.sentences]
    on_page = [re.sub(r"\*\*|\\", "", str(word.value)) for word in app.markdown]
    paragraphs = [paragraph for words in on_page for paragraph in words.split("\n\n")]
    attention = [words.removeprefix("▲ ") for words in paragraphs if words.startswith("▲ ")]
    assert attention and set(attention) <= set(said)
    assert strip_marks(headline.sentences[0]) in on_page
    paper = Page(page.render_page(pack))
    for card in headline.cards:
        written = (card.title, card.value, *card.changes, card.standing, *card.notes)
        assert not [words for words in written if strip_marks(words) not in paper.text]
    # A bar against each target, and a line of the quarters before.
    targets = [card for card in headline.cards if card.score.target is not None]
    drawn = [label for _, name, label in paper.attributes if name == "aria-label"]
    bars = {" · ".join((card.title, card.value, card.standing)) for card in targets}
    assert bars and bars <= set(drawn)
    assert {card.past_in_words for card in headline.cards} <= set(drawn)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_pack_says_what_it_is_about_and_what_it_was_made_from(
    sample_pack: Gather, sample_warehouse: Warehouse, lang: str
) -> None:
    pack = sample_pack(lang, ("华东",))
    live = sample_warehouse.live_version()
    shown = Page(page.render_page(pack))
    region = {"zh": "华东", "en": "East China"}[lang]
    for said in (region, formats.day(date(2024, 10, 15), lang), live.content_hash[:12]):
        assert said in shown.text
    assert f"{1}" in dict(pack.marks)[Text(lang)("pack.mark.version")]
    assert ("html", "lang", {"zh": "zh-Hans", "en": "en"}[lang]) in shown.attributes
    tables = shown.tables[title(pack, "sources")]
    assert {"orders.csv", "interactions.csv"} <= {row[1] for row in tables}
    definitions = shown.tables[title(pack, "definitions")]
    assert len(definitions) == 1 + len(catalogue.load_metrics())
    assert definitions[1][1] == next(iter(catalogue.load_metrics().values())).means(lang)
    for rows in parts_of(workbook.render_workbook(pack), "xl/worksheets/sheet"):
        assert "oddHeader" in rows and region in rows


def test_one_region_is_in_a_pack_and_no_other(warehouse: Warehouse, company: list[Path]) -> None:
    load_once(warehouse, company)
    south, east = (gather(warehouse, regions=[region]) for region in ("South", "East"))
    assert (value_of(south, "revenue"), value_of(east, "revenue")) == (1000000.7, 0.3)
    for pack, seen, hidden in ((south, ["South"], ["Alder", "East"]), (east, ["Alder"], ["Birch"])):
        both = page.render_page(pack).decode() + "".join(
            parts_of(workbook.render_workbook(pack), "xl/")
        )
        assert all(name in both for name in seen)
        assert not [name for name in hidden if name in both]


def value_of(pack: Pack, metric: str) -> float | None:
    (table,) = [figure.table for figure in pack.figures() if figure.name == "scorecard"]
    return {row[-1]: row[2] for row in plain_rows(table)}[metric].value


def test_a_pack_holds_the_document_that_came_with_the_data_against_the_rows(
    sample_pack: Gather, warehouse: Warehouse, company: list[Path]
) -> None:
    (table,) = [f.table for f in sample_pack("en").figures() if f.name == "status_review"]
    (routine,) = [row for row in plain_rows(table) if row[0] == "The other 65% is routine"]
    assert routine[2:4] == ("65.0%", "55.0%")
    load_once(warehouse, company)
    assert "status_review" not in {figure.name for figure in gather(warehouse).figures()}


def test_several_regions_are_compared_and_one_is_not(sample_pack: Gather) -> None:
    names = {figure.name for figure in sample_pack("en").figures()}
    assert {"regions", "follow_up_regions"} <= names
    alone = {figure.name for figure in sample_pack("en", ("华东",)).figures()}
    assert not {"regions", "follow_up_regions"} & alone


def test_the_regions_in_a_pack_are_judged_like_each_region_alone(
    sample_day: Day, sample_pack: Gather
) -> None:
    (table,) = [f.table for f in sample_pack("zh").figures() if f.name == "regions"]
    for row in plain_rows(table):
        alone = {score.metric: score for score in scores_of(sample_day, (str(row[0]),))}
        for column, cell in zip(table.columns[1:], row[1:], strict=True):
            assert cell.value == alone[column.name].value
            assert marks.SHAPES[alone[column.name].status] in cell.standing


def test_no_person_is_ranked(sample_pack: Gather, sample_day: Day) -> None:
    with sample_day.cursor() as cursor:
        people = cursor.execute("select distinct account_manager from scoped.accounts").fetchall()
    (table,) = [f.table for f in sample_pack("en").figures() if f.name == "stretches"]
    assert len(table.frame) > 5
    assert not {name for (name,) in people} & {cell for row in plain_rows(table) for cell in row}


def test_best_and_worst_have_cases_enough_and_are_the_ends(
    sample_day: Day, sample_pack: Gather
) -> None:
    (table,) = [f.table for f in sample_pack("en").figures() if f.name == "stretches"]
    found = {(row[0], row[1]): row[2:] for row in plain_rows(table)}
    best, value, n, worst, least, _ = found["Monthly callback completion", "regions"]
    with sample_day.cursor() as cursor:
        period = [periods.quarter("2024-Q3")]
        english = "select region_en, any_value(region) from scoped.accounts group by region_en"
        codes = dict(cursor.execute(english).fetchall())
        rows = run.run_metric(
            cursor, "followup_completion", period, ["region"], None, sample_day.facts
        )
    rows = rows[rows["denominator"].astype(int) >= 10]
    assert value.value == rows["value"].max() and least.value == rows["value"].min()
    assert n == rows.set_index("region").loc[codes[best], "denominator"] and best != worst


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_needs_nothing_from_outside(sample_pack: Gather, lang: str) -> None:
    markup = page.render_page(sample_pack(lang))
    shown = Page(markup)
    assert shown.tags <= HARMLESS
    assert not [a for a in shown.attributes if a[1] in ("src", "href", "style", "action")]
    assert not [a for a in shown.attributes if a[1].startswith("on")]
    (sheet,) = shown.styles
    assert set(re.findall(r"url\(([^)]*)\)", sheet)) == {"#hatch"} and "@import" not in sheet
    assert b"http:" not in markup and b"https:" not in markup
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = dict((name, value) for tag, name, value in shown.attributes if tag == "meta")
    assert policy["content"] is not None
    (rule,) = [value for _, name, value in shown.attributes if value and "default-src" in value]
    assert rule.startswith("default-src 'none'") and f"'sha256-{digest}'" in rule


def test_every_table_names_its_heads_and_every_chart_is_told_in_words(sample_pack: Gather) -> None:
    markup = page.render_page(sample_pack("en")).decode()
    heads = re.findall(r"<th[ >][^>]*", markup)
    assert heads and all('scope="' in head for head in heads)
    images = re.findall(r"<svg [^>]*viewBox[^>]*>", markup)
    assert len(images) >= 8
    assert all(
        'role="img"' in image and re.search(r'aria-label="[^"]{20,}"', image) for image in images
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_name_of_a_sheet_breaks_off(sample_pack: Gather, lang: str) -> None:
    pack = sample_pack(lang)
    whole = {figure.title for figure in pack.figures()} | {Text(lang)("pack.about")}
    given = {Text(lang)(f"pack.sheet.{name}") for name in ("follow_up", "follow_up_regions")}
    assert set(sheets(workbook.render_workbook(pack))) <= whole | given


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Monthly callbacks", "Monthly callbacks"),
        ("Monthly callbacks by region and month", "Monthly callbacks by region and"),
        ("A" * 40, "A" * 31),
    ],
)
def test_a_long_name_of_a_sheet_ends_with_a_whole_word(title: str, name: str) -> None:
    assert workbook.shortened(title, 31) == name


def test_names_in_the_data_never_act(
    warehouse: Warehouse, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    name = HOSTILE.replace('"', '""')
    formula = FORMULA.replace('"', '""')
    rows = f'account_id,account_name,region,growth_potential\nA1,"{name}","{name}",80\n'
    rows += f'A2,"{formula}","{formula}",90\n'
    load(warehouse, [file("accounts.csv", rows), *company[1:]])
    for lang in ("zh", "en"):
        for regions in (None, [HOSTILE], [FORMULA]):
            pack = gather(warehouse, lang, regions)
            shown = Page(page.render_page(pack))
            assert shown.tags <= HARMLESS and len(shown.styles) == 1
            assert (HOSTILE if regions != [FORMULA] else FORMULA) in shown.text
            book = workbook.render_workbook(pack)
            assert not [part for part in parts_of(book, "xl/worksheets/") if "<f>" in part]
            assert not [part for part in parts_of(book, "xl/") if "<hyperlink" in part]
            cells = {cell for rows in sheets(book).values() for row in rows for cell in row}
            assert (HOSTILE if regions != [FORMULA] else FORMULA) in cells


def test_a_workbook_has_real_tables_with_filters_and_frozen_heads(sample_pack: Gather) -> None:
    pack = sample_pack("zh")
    book = workbook.render_workbook(pack)
    listed = [figure.table for figure in pack.figures() if figure.table and len(figure.table.frame)]
    tables = parts_of(book, "xl/tables/")
    assert len(tables) == len(listed) + 1
    assert all("<autoFilter" in table for table in tables)
    pages = parts_of(book, "xl/worksheets/sheet")
    assert all('state="frozen"' in sheet and 'paperSize="9"' in sheet for sheet in pages)
    written = sheets(book)
    for figure in pack.figures():
        if figure.table and len(figure.table.frame):
            sheet = Text("zh").get(f"pack.sheet.{figure.table.name}", figure.title)
            assert len(written[sheet]) == 1 + len(figure.table.frame)


def test_the_paper_lists_the_first_rows_and_the_workbook_all(sample_pack: Gather) -> None:
    pack = sample_pack("en")
    shown = Page(page.render_page(pack)).tables["Worklist"]
    everything = sheets(workbook.render_workbook(pack))["Worklist"]
    assert len(shown) == 1 + 15 < len(everything)
    assert [row[0] for row in shown[1:]] == [row[0] for row in everything[1:16]]
    assert f"The first 15 of {len(everything) - 1}" in Page(page.render_page(pack)).text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_table_is_named_and_never_a_zero(
    warehouse: Warehouse, company: list[Path], lang: str
) -> None:
    load_once(warehouse, company[:2])
    pack = gather(warehouse, lang)
    shown = Page(page.render_page(pack))
    waiting = shown.tables[title(pack, "waiting")]
    for name, wanted in (("revenue", "orders.csv"), ("match_rate", "needs.csv")):
        shown_title = catalogue.metric(name).title(lang)
        assert [row[2] for row in waiting if row[0] == shown_title] == [wanted]
    scored = shown.tables.get(title(pack, "scorecard"), [])
    assert catalogue.metric("revenue").title(lang) not in [row[0] for row in scored]
    held = sheets(workbook.render_workbook(pack))[title(pack, "waiting")]
    assert len(held) == len(waiting)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_accounts_alone_make_a_pack(
    warehouse: Warehouse, file: Callable[[str, str], Path], lang: str
) -> None:
    load(warehouse, [file("accounts.csv", "account_id,account_name,region\nA1,Alder,East\n")])
    pack = gather(warehouse, lang, quarter=None)
    assert "accounts.csv" in Page(page.render_page(pack)).text
    assert sheets(workbook.render_workbook(pack))


def test_a_running_quarter_is_marked_everywhere(sample_pack: Gather) -> None:
    pack = sample_pack("en", None, "2024-Q4")
    shown = Page(page.render_page(pack))
    assert "The quarter is still running" in shown.text and "period still running" in shown.text
    assert ("rect", "class", "running") in shown.attributes
    about = sheets(workbook.render_workbook(pack))["About"]
    assert any("running" in str(row[1]) for row in about)
    ended = Page(page.render_page(sample_pack("en")))
    assert "quarter is still running" not in ended.text
    assert ("rect", "class", "running") not in ended.attributes


def test_without_a_quarter_the_last_ended_one_is_taken(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load(warehouse, company, as_of=date(2024, 11, 5))
    assert gather(warehouse, quarter=None).quarter == "2024-Q3"
    assert gather(warehouse, quarter=None, as_of=date(2024, 9, 30)).quarter == "2024-Q3"


def test_the_same_question_makes_the_same_bytes(
    sample_pack: Gather, sample_warehouse: Warehouse
) -> None:
    first, again = sample_pack("en", ("西北",)), gather(sample_warehouse, "en", ["西北"])
    assert page.render_page(first) == page.render_page(again)
    assert workbook.render_workbook(first) == workbook.render_workbook(again)


def test_values_stand_out_and_marks_in_the_data_do_not() -> None:
    said = Marked("en").rich("blocks.undecided", status="a\ue000b<")
    assert list(runs(said)) == [("ab<", True), (", undecided", False)]
    assert strip_marks(said) == "ab<, undecided"


def one_table(*rows: tuple, unit: str = "money") -> Pack:
    table = cells_table(
        "t", (FigureColumn("name", "Name"), FigureColumn("amount", "name", unit)), rows
    )
    figure = Figure("t", "a/b: [c]*? far longer than any sheet may be called", table=table)
    twin = Figure("u", figure.title, table=cells_table("u", table.columns, rows))
    section = Section("s", "S", (figure, twin))
    return Pack(
        "en", "2024-Q3", "T", "C" * 300 + "&", (), (("a", "b"),), (section,), datetime(2024, 1, 1)
    )


def test_a_number_excel_would_round_is_kept_as_text() -> None:
    rows = sheets(
        workbook.render_workbook(
            one_table(("a", Decimal("1234567890123456.78")), ("b", Decimal("0.10")))
        )
    )
    _, first, second = rows
    assert rows[first][1:] == [["a", "1234567890123456.78"], ["b", 0.1]]
    assert rows[first][0] == ["Name", "name 2"] and second != first and len(second) <= 31


def test_a_judged_number_stays_a_number() -> None:
    cell = Quantity(0.5, "percent", status="missed", standing='▲ "missed"')
    (_, rows, _) = sheets(workbook.render_workbook(one_table(("a", cell), unit="own"))).values()
    assert rows[1] == ["a", 0.5]


def bars(*values: float | None, target: float | None = None) -> list[dict[str, str]]:
    points = tuple(Point(str(place), value, target) for place, value in enumerate(values))
    drawn = Page(svg.columns(Columns("t", "said", "count", points), "en").encode())
    found: list[dict[str, str]] = []
    for tag, name, value in drawn.attributes:
        if tag in ("rect", "line") and name == "class":
            found.append({"class": str(value)})
        elif found and tag in ("rect", "line"):
            found[-1][name] = str(value)
    return found


def test_columns_are_as_high_as_their_values() -> None:
    half, whole = [float(bar["height"]) for bar in bars(50, 100) if bar["class"] == "actual"]
    assert whole == pytest.approx(2 * half, abs=0.1)
    down, up = [bar for bar in bars(-50, 50) if bar["class"] == "actual"]
    axis = next(float(bar["y1"]) for bar in bars(-50, 50) if bar["class"] == "axis")
    assert float(down["y"]) == axis == pytest.approx(float(up["y"]) + float(up["height"]), abs=0.1)
    assert down["height"] == up["height"]


def test_a_missing_value_is_a_mark_and_not_a_column_of_no_height() -> None:
    assert [bar["class"] for bar in bars(None, 3)].count("actual") == 1
    assert [bar["class"] for bar in bars(0, 0)].count("actual") == 2
    assert [bar["class"] for bar in bars(1, 2, target=3)].count("target") == 2


def test_the_colours_are_those_of_the_dashboard() -> None:
    sheet = (page.HERE / "page.css").read_text("utf-8")
    for name in ("actual", "target", "text", "quiet", "line", "paper"):
        assert f"--{name}: {getattr(charts.LIGHT, name)};" in sheet


KNOWN = ("East", "east", "华东", "a/b", "a.b", "../up", "CON", "", "x" * 99, "Süd Ost", "🙂")


def names_of(*regions: str) -> str:
    return pack_files.stem("2024-Q3", regions, KNOWN, None, None, "zh")


def test_a_file_name_is_safe_for_any_region_and_never_shared() -> None:
    names = [names_of(region) for region in KNOWN]
    assert len({name.casefold() for name in names}) == len(KNOWN)
    assert all(re.fullmatch(r"[\w+~-]+", name) and len(name.encode()) < 200 for name in names)
    assert names_of("华东") == "pack_2024-Q3_region-华东_zh"
    assert pack_files.stem("2024-Q3", ("East",), ("East",), None, None, "en") == (
        "pack_2024-Q3_region-East_en"
    )


def test_a_file_name_says_what_was_asked_for() -> None:
    assert pack_files.stem("2024-Q3", None, KNOWN, None, None, "zh") == "pack_2024-Q3_zh"
    asked = ("2024-Q3", ("华东",), KNOWN)
    assert pack_files.stem(*asked, ("VIP", "growth"), date(2024, 9, 30), "en") == (
        "pack_2024-Q3_region-华东_tier-VIP+growth_as-of-2024-09-30_en"
    )
    many = [f"区域{number}" for number in range(60)]
    assert len(pack_files.stem("2024-Q3", many, [*many, "x"], None, None, "zh").encode()) < 200


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def cut(name: str) -> None:
        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, name, fail)

    yield cut


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_file_is_written_whole_or_not_at_all(
    tmp_path: Path, broken: Callable[[str], None], step: str
) -> None:
    pack_files.write(tmp_path / "to", "pack.html", b"before")
    broken(step)
    with pytest.raises(OSError):
        pack_files.write(tmp_path / "to", "pack.html", b"after")
    assert (tmp_path / "to" / "pack.html").read_bytes() == b"before"
    assert [path.name for path in (tmp_path / "to").iterdir()] == ["pack.html"]


def pack(warehouse: Warehouse, *arguments: str) -> int:
    return main(["pack", "--warehouse", str(warehouse.path), *arguments])


def test_the_command_writes_a_page_and_a_workbook_for_each_region(
    warehouse: Warehouse, company: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_once(warehouse, company)
    to = tmp_path / "a" / "b"
    command = ["--quarter", "2024-Q3", "--lang", "en", "--to", str(to)]
    assert pack(warehouse, "--each-region", *command) == 0
    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [path.name for path in printed] == [
        "pack_2024-Q3_region-East_en.html",
        "pack_2024-Q3_region-East_en.xlsx",
        "pack_2024-Q3_region-South_en.html",
        "pack_2024-Q3_region-South_en.xlsx",
    ]
    assert sorted(printed) == sorted(to.iterdir())
    assert "Alder" not in printed[2].read_text("utf-8")
    assert pack(warehouse, *command) == 0
    assert (to / "pack_2024-Q3_en.html").exists()
    assert pack(warehouse, "--region", "South", "--tier", "unrated", *command) == 0
    assert (to / "pack_2024-Q3_region-South_tier-unrated_en.xlsx").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--region", "Mars"], "Mars"),
        (["--tier", "gold"], "gold"),
        (["--quarter", "2031-Q1"], "2031-Q1"),
    ],
)
def test_what_the_data_does_not_know_is_refused_in_words(
    warehouse: Warehouse,
    company: list[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    word: str,
    lang: str,
) -> None:
    load_once(warehouse, company)
    assert pack(warehouse, *arguments, "--lang", lang, "--to", str(tmp_path / "to")) == 1
    told = capsys.readouterr()
    assert not told.out and word in told.err and len(told.err.splitlines()) == 1
    assert not (tmp_path / "to").exists()


def test_an_empty_warehouse_and_a_wrong_call_are_told_apart(
    warehouse: Warehouse, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pack(warehouse, "--to", str(tmp_path)) == 1
    for wrong in (["--quarter", "2024"], ["--region", "x", "--each-region"], ["--as-of", "soon"]):
        with pytest.raises(SystemExit) as ended:
            pack(warehouse, *wrong, "--to", str(tmp_path))
        assert ended.value.code == 2
    assert not capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_told_in_words(
    warehouse: Warehouse, company: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load_once(warehouse, company)
    (tmp_path / "file").write_text("in the way")
    assert pack(warehouse, "--lang", "en", "--to", str(tmp_path / "file" / "to")) == 1
    assert capsys.readouterr().err.strip()


def test_the_button_packs_the_regions_of_its_viewer_only(
    show: Callable,  # noqa: F811
    warehouse: Warehouse,
    company: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load_once(warehouse, company)
    offered: dict[str, dict] = {}
    hand_out = st.download_button

    def note(label: str, content: object, **options: object) -> object:
        offered[str(options["key"])] = {"content": content, **options}
        return hand_out(label, content, **options)

    monkeypatch.setattr(st, "download_button", note)
    app = show(warehouse, "overview", regions=("South",), region="East", quarter="2024-Q3")
    assert not app.exception
    assert offered["pack_html"]["file_name"] == "pack_2024-Q3_region-South_en.html"
    assert callable(offered["pack_workbook"]["content"])
    assert offered["pack_html"]["content"]() == page.render_page(
        gather(warehouse, regions=["South"])
    )
    both = offered["pack_html"]["content"]().decode()
    both += "".join(parts_of(offered["pack_workbook"]["content"](), "xl/"))
    assert "South" in both and not [name for name in ("Alder", "East") if name in both]


def test_a_judged_cell_is_downloaded_as_its_words() -> None:
    columns = (FigureColumn("metric", "Figure"), FigureColumn("status", "Status"))
    table = cells_table("t", columns, [("Revenue", JudgedWords("● met", "met"))])
    assert csv_export.csv_bytes(table).decode("utf-8-sig") == "Figure,Status\r\nRevenue,● met\r\n"
