"""Reading: every byte of a file is in exactly one record, and no record swallows another."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.errors import KamError
from kam_core.ingest.read import BLANK, GOOD, Reading, _Scanner, decode, read, sniff

SPECTRUM = Path(__file__).parents[2] / "shared" / "data" / "messy" / "csv-spectrum"
HEADER = "account_id,account_name,region\n"


def text_of(reading: Reading) -> str:
    return reading.preamble + reading.header_raw + "".join(r.raw for r in reading.records)


def kinds(body: str) -> list[str]:
    return [record.kind for record in read((HEADER + body).encode()).records]


def fields(body: str) -> list[list[str]]:
    return [r.fields for r in read((HEADER + body).encode()).records if r.kind == GOOD]


@given(st.text(alphabet='ab,;"\n\r\0 客', min_size=1, max_size=60))
def test_records_tile_the_text_and_stand_at_their_lines(body: str) -> None:
    text = HEADER + body
    try:
        reading = read(text.encode())
    except KamError as refusal:
        assert refusal.code == "no_rows"
        return
    assert text_of(reading) == text
    lines = list(io.StringIO(text, newline=""))
    for record in reading.records:
        assert record.raw.startswith(lines[record.line_no - 1])


@given(
    st.lists(
        st.lists(st.text(alphabet='ab"\n\r ;客', max_size=5), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_a_csv_writer_wrote_is_read_back(rows: list[list[str]], line_end: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER.strip().split(","), *rows])
    filled = [row for row in rows if "".join(row).strip(' "\r\n')]
    if not filled:
        return
    records = read(out.getvalue().encode()).records
    assert [record.fields for record in records if record.kind != BLANK] == filled
    assert {record.kind for record in records} <= {GOOD, BLANK}


def test_cells_stay_text() -> None:
    assert fields("00123,1-2,NA\n") == [["00123", "1-2", "NA"]]


def test_a_line_break_in_quotes_belongs_to_its_cell() -> None:
    assert fields('1,"Once upon\na time",East\n2,b,c\n') == [
        ["1", "Once upon\na time", "East"],
        ["2", "b", "c"],
    ]


def test_a_line_of_a_cell_that_looks_like_a_record_stays_in_its_cell() -> None:
    assert fields('1,b,"Good client\nlikes tea, coffee, cake"\n2,b,c\n') == [
        ["1", "b", "Good client\nlikes tea, coffee, cake"],
        ["2", "b", "c"],
    ]


def test_an_open_quote_costs_one_line_not_the_rest_of_the_file() -> None:
    assert kinds('1,"a,b\n2,c,d\n3,e,f\n') == ["broken_quotes", GOOD, GOOD]


def test_two_open_quotes_do_not_swallow_the_rows_between_them() -> None:
    assert kinds('1,"a,b\n2,c,d\n3,5",f\n4,g,h\n') == ["broken_quotes", GOOD, GOOD, GOOD]


def test_an_open_quote_before_a_sound_cell_of_two_lines_leaves_that_cell_whole() -> None:
    assert kinds('1,"a,b\n2,c,d\n3,"two\nlines",f\n') == ["broken_quotes", GOOD, GOOD]


def test_text_behind_a_closing_quote_is_broken() -> None:
    assert kinds('1,"a"b,c\n2,d,e\n') == ["broken_quotes", GOOD]


def test_inch_marks_inside_a_cell_are_text() -> None:
    assert fields('1,5" pipe,East\n') == [["1", '5" pipe', "East"]]


def test_short_and_long_rows_are_ragged_and_never_padded() -> None:
    assert kinds("1,a\n2,b,c,d\n3,e,f\n") == ["ragged_row", "ragged_row", GOOD]


def test_empty_lines_and_lines_of_separators_are_blank() -> None:
    assert kinds('1,a,b\n\n  \n,,\n"",,\n2,c,d\n') == [GOOD, BLANK, BLANK, BLANK, BLANK, GOOD]


def test_a_nul_character_sets_the_row_apart() -> None:
    assert kinds("1,a\0,b\n2,c,d\n") == ["nul_character", GOOD]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_counts_lines_alike(line_end: str) -> None:
    data = (HEADER + "1,a,b\n2,c,d\n").replace("\n", line_end).encode()
    assert [(r.line_no, r.kind) for r in read(data).records] == [(2, GOOD), (3, GOOD)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_separator_is_found_though_cells_hold_others(delimiter: str) -> None:
    rows = [["account_id", "account_name", "region"], ["A1", "a,b;c|d", "East"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    reading = read(out.getvalue().encode())
    assert reading.dialect.delimiter == delimiter
    assert reading.records[0].fields == rows[1]


def test_the_separator_line_that_excel_writes_is_obeyed() -> None:
    reading = read(b"sep=;\naccount_id;account_name;region\nA1;a,b;East\n")
    assert (reading.dialect.delimiter, reading.dialect.header_line) == (";", 2)


def test_a_title_above_the_header_is_kept_as_preamble() -> None:
    reading = read(f"客户清单\n\n{HEADER}1,a,b\n".encode())
    assert (reading.preamble, reading.dialect.header_line) == ("客户清单\n\n", 3)
    assert reading.records[0].line_no == 4


def test_blank_and_repeated_headers_get_names_of_their_own() -> None:
    reading = read(b"account_id,,tag,tag,\n1,2,3,4,5\n")
    assert reading.header == ["account_id", "", "tag", "tag", ""]
    assert reading.names == ["account_id", "column_2", "tag", "tag_2", "column_5"]


CHINESE = "客户编号,客户名称,区域\nA1,华东精密机械有限公司,华东\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_chinese_text_is_read_in_every_encoding_in_use(encoding: str) -> None:
    assert decode(CHINESE.encode(encoding))[0] == CHINESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str) -> None:
    assert decode(HEADER.encode(encoding)) == (HEADER, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller & Söhne, Köln", "latin-1"),
        ("Café Noël’s", "cp1252"),
        ("Привет из Москвы", "cp1251"),
        ("客戶編號與區域經理", "big5"),
        ("名古屋の株式会社", "shift_jis"),
    ],
)
def test_other_encodings_are_refused_unless_named(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    with pytest.raises(KamError) as refusal:
        decode(data)
    assert refusal.value.code == "undecodable_file"
    assert decode(data, encoding) == (text, encoding)


def test_a_named_encoding_that_does_not_fit_is_refused() -> None:
    for encoding, code in (("utf-8", "undecodable_file"), ("martian", "unknown_encoding")):
        with pytest.raises(KamError, match=code):
            decode(CHINESE.encode("gb18030"), encoding)


@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        assert sniff(data)[0].encoding
    except KamError as refusal:
        assert refusal.code in {"undecodable_file", "empty_file", "no_rows", "spreadsheet_file"}


@pytest.mark.parametrize("line", ['a,"b,c\n', 'a,5" x,"b\n', '"x"y",b,c\n', 'a,b,"\n'])
def test_no_line_is_looked_at_often_however_many_quotes_are_broken(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines_parsed = []
    parse = _Scanner._parse

    def counting(self: _Scanner, lines: list[str]) -> list[str] | None:
        lines_parsed.append(len(lines))
        return parse(self, lines)

    monkeypatch.setattr(_Scanner, "_parse", counting)
    assert len(list(_Scanner([line] * 1000, ",").records(0, 3))) > 1
    assert sum(lines_parsed) <= 2 * 1000


# The phone number in the JSON of this one is not the one in its CSV.
CONTRADICTS_ITSELF = "location_coordinates"
NAMES = {path.stem for path in (SPECTRUM / "csvs").glob("*.csv")} - {CONTRADICTS_ITSELF}


@pytest.mark.parametrize("name", sorted(NAMES) or ["none"])
def test_the_public_spectrum_of_csv_files_is_read_as_it_expects(name: str) -> None:
    if name == "none":
        pytest.skip("the public data sets are not beside this folder")
    reading = read((SPECTRUM / "csvs" / f"{name}.csv").read_bytes())
    expected = json.loads((SPECTRUM / "json" / f"{name}.json").read_text("utf-8"))
    rows = [dict(zip(reading.names, r.fields, strict=True)) for r in reading.records]
    assert rows == expected
