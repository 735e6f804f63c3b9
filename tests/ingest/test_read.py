"""Reading: every byte of a file is in exactly one record, and no record swallows another."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kam_core.errors import KamError
from kam_core.ingest.read.delimited import _Scanner, read_file, read_head
from kam_core.ingest.read.encoding import decode_bytes
from kam_core.ingest.read.table_layout import BLANK, GOOD, Reading, ReadOptions
from tests.stress.fuzz_files import attempt, run
from tests.stress.pollock import points
from tests.stress.second_reader import Row, Untiled, check_tiling, physical_lines
from tests.support.overlay import Overlay

SPECTRUM = Path(__file__).parents[3] / "shared" / "data" / "messy" / "csv-spectrum"
HEADER = "account_id,account_name,region\n"


def text_of(reading: Reading) -> str:
    return reading.preamble + reading.header_raw + "".join(r.raw for r in reading.records)


def kinds(body: str) -> list[str]:
    return [record.kind for record in read_file((HEADER + body).encode()).records]


def fields(body: str) -> list[list[str]]:
    return [r.fields for r in read_file((HEADER + body).encode()).records if r.kind == GOOD]


@given(st.text(alphabet='ab,;"\n\r\0 客', min_size=1, max_size=60))
@example(";,,,")
def test_records_tile_the_text_and_stand_at_their_lines(body: str) -> None:
    text = HEADER + body
    try:
        reading = read_file(text.encode())
    except KamError as refusal:
        assert refusal.code == "no_rows"
        return
    # Rows that all have one cell more than the header have a last column without a name.
    assert [name for name in reading.header if name] == HEADER.strip().split(",")
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
    records = read_file(out.getvalue().encode()).records
    assert [record.fields for record in records if record.kind != BLANK] == filled
    assert {record.kind for record in records} <= {GOOD, BLANK, "footer"}


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
    assert [(r.line_no, r.kind) for r in read_file(data).records] == [(2, GOOD), (3, GOOD)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_separator_is_found_though_cells_hold_others(delimiter: str) -> None:
    rows = [["account_id", "account_name", "region"], ["A1", "a,b;c|d", "East"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    reading = read_file(out.getvalue().encode())
    assert reading.dialect.delimiter == delimiter
    assert reading.records[0].fields == rows[1]


def test_the_separator_line_that_excel_writes_is_obeyed() -> None:
    reading = read_file(b"sep=;\naccount_id;account_name;region\nA1;a,b;East\n")
    assert (reading.dialect.delimiter, reading.dialect.header_line) == (";", 2)


def test_a_title_above_the_header_is_kept_as_preamble() -> None:
    reading = read_file(f"客户清单\n\n{HEADER}1,a,b\n".encode())
    assert (reading.preamble, reading.dialect.header_line) == ("客户清单\n\n", 3)
    assert reading.records[0].line_no == 4


def test_blank_and_repeated_headers_get_names_of_their_own() -> None:
    reading = read_file(b"account_id,,tag,tag,\n1,2,3,4,5\n")
    assert reading.header == ["account_id", "", "tag", "tag", ""]
    assert reading.names == ["account_id", "column_2", "tag", "tag_2", "column_5"]


CHINESE = "客户编号,客户名称,区域\nA1,华东精密机械有限公司,华东\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-32"])
def test_chinese_text_is_read_in_every_encoding_in_use(encoding: str) -> None:
    assert decode_bytes(CHINESE.encode(encoding))[0] == CHINESE


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_without_its_mark(encoding: str) -> None:
    for text in (HEADER, CHINESE, "客户,客户\n甲乙,丙丁\n"):
        assert decode_bytes(text.encode(encoding))[:2] == (text, encoding)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Müller & Söhne, Köln", "latin-1"),
        ("Café Noël’s", "cp1252"),
        ("Привет из Москвы", "cp1251"),
        ("名古屋の株式会社", "shift_jis"),
    ],
)
def test_other_encodings_are_refused_unless_named(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    with pytest.raises(KamError) as refusal:
        decode_bytes(data)
    assert refusal.value.code == "undecodable_file"
    assert "cp1252" in refusal.value.details["proposals"]
    assert decode_bytes(data, encoding)[:2] == (text, encoding)


def test_a_named_encoding_that_does_not_fit_is_refused() -> None:
    for encoding, code in (("utf-8", "undecodable_file"), ("martian", "unknown_encoding")):
        with pytest.raises(KamError, match=code):
            decode_bytes(CHINESE.encode("gb18030"), encoding)


@given(st.binary(min_size=1, max_size=80))
def test_any_bytes_are_read_or_refused_by_name(data: bytes) -> None:
    try:
        assert read_head(data)[0].encoding
    except KamError as refusal:
        known = {"undecodable_file", "empty_file", "no_rows", "one_column", "broken_header"}
        assert refusal.code in known


@pytest.mark.parametrize("line", ['a,"b,c\n', 'a,5" x,"b\n', '"x"y",b,c\n', 'a,b,"\n'])
def test_no_line_is_looked_at_often_however_many_quotes_are_broken(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines_parsed = []
    parse = _Scanner._parse

    def counting(self: _Scanner, lines: list[str], escapes: bool = False) -> list[str] | None:
        lines_parsed.append(len(lines))
        return parse(self, lines, escapes)

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
    reading = read_file((SPECTRUM / "csvs" / f"{name}.csv").read_bytes())
    expected = json.loads((SPECTRUM / "json" / f"{name}.json").read_text("utf-8"))
    rows = [dict(zip(reading.names, r.fields, strict=True)) for r in reading.records]
    assert rows == expected


TRADITIONAL = "客戶編號,客戶名稱,區域\nA1,臺灣精密機械股份有限公司,華東\nA2,國際貿易發展協會,華南\n"


@pytest.mark.parametrize("encoding", ["big5", "gb18030"])
def test_both_encodings_of_chinese_are_told_apart_by_their_common_characters(encoding: str) -> None:
    text = TRADITIONAL if encoding == "big5" else CHINESE * 3
    assert decode_bytes(text.encode(encoding)) == (text, encoding, False, False)


def test_few_chinese_characters_are_read_the_likelier_way_and_called_a_guess() -> None:
    decoded = decode_bytes("客户,区域\n甲,东\n".encode("gb18030"))
    assert (decoded.encoding, decoded.is_guess) == ("gb18030", True)
    assert ("encoding_guessed", 1) in read_file("客户,区域\n甲,东\n".encode("gb18030")).notes


def test_a_single_zero_byte_does_not_make_a_file_utf_16() -> None:
    assert decode_bytes(b"account_id,region\nA1\0,East\nA2,West!\n").encoding == "utf-8"


def test_bytes_that_are_no_text_cost_their_line_only() -> None:
    data = (CHINESE * 2).encode() + b"A9,\xff,East\n" + "A3,丙公司,西北\n".encode()
    reading = read_file(data)
    assert [r.kind for r in reading.records][-2:] == ["undecodable_row", GOOD]


def test_a_file_cut_inside_a_character_loses_its_last_row_only() -> None:
    data = (CHINESE + "A2,乙公司,华").encode()[:-1]
    assert [r.kind for r in read_file(data).records] == [GOOD, "cut_off_row"]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("合计,,350", "totals_row"),
        ("华东小计,,1,200", "ragged_row"),
        ('华东 小计：,,"1,200.00"', "totals_row"),
        ("Grand Total,,$350.00", "totals_row"),
        (",Total,350", "totals_row"),
        ("Subtotal,Sum,300", "totals_row"),
        ("小计,求和,300", "totals_row"),
        ("Grand Total,Count,3", "totals_row"),
        ("Grand Totals (300 records),,", "totals_row"),
        ("Total Records,,3", "totals_row"),
        ("合计:3,,", "totals_row"),
        ("小计：12家,,", "totals_row"),
        ("总计：¥1200.50,,", "totals_row"),
        ("合计：见附表,,", GOOD),
        ("Sum Ltd,Sum,300", GOOD),
        ("Total,Summit,300", GOOD),
        ("Total,TotalEnergies,East", GOOD),
        ("A7,Total,East", GOOD),
        ("Totally Ltd,,350", GOOD),
    ],
)
def test_a_row_of_totals_begins_with_the_word_and_goes_on_with_figures(row: str, kind: str) -> None:
    assert kinds(f"A1,Alpha,East\n{row}\nA2,Beta,West\n")[1] == kind


def test_remarks_below_the_table_are_footers_and_rows_above_them_are_not() -> None:
    body = "A1,Alpha,East\nA2,,\n\n以上共 2 条\n制表人：李\n\nsecret\n"
    assert kinds(body) == [GOOD, GOOD, BLANK, "footer", "footer", BLANK, "footer"]


def test_a_lone_cell_right_below_the_rows_is_a_row_to_be_judged() -> None:
    assert kinds("A1,Alpha,East\nA2,,\n") == [GOOD, GOOD]


def test_a_header_repeated_on_every_printed_page_is_set_apart() -> None:
    assert kinds(f"1,a,b\n{HEADER}2,c,d\n") == [GOOD, "repeated_header", GOOD]


def test_units_below_the_header_are_no_row() -> None:
    assert kinds(",,（万元）\n1,a,b\n") == ["units_row", GOOD]


def test_a_negative_amount_in_brackets_is_no_unit() -> None:
    assert kinds("(500),,\n1,a,b\n") == [GOOD, GOOD]


def test_a_row_without_a_line_end_is_cut_off_only_if_something_is_missing() -> None:
    assert kinds("1,a,b\n2,c") == [GOOD, "cut_off_row"]
    assert kinds('1,a,b\n2,"c') == [GOOD, "cut_off_row"]
    assert kinds("1,a,b\n2,c,d") == [GOOD, GOOD]


def test_separators_at_the_end_of_every_row_are_no_fault_and_at_one_row_they_are() -> None:
    every = read_file((HEADER + "1,a,b,\n2,c,d,\n").encode())
    assert (every.header[-1], [r.kind for r in every.records]) == ("", [GOOD, GOOD])
    assert kinds("1,a,b,\n2,c,d\n") == ["ragged_row", GOOD]
    assert kinds("1,a,b,x\n2,c,d,\n") == ["ragged_row", "ragged_row"]


def test_a_missing_separator_before_a_quoted_cell_is_seen_though_the_width_is_right() -> None:
    assert kinds('1,Boots"warm, dry"\n2,c,d\n') == ["broken_quotes", GOOD]
    assert kinds('1,5" pipe,6" hose\n') == [GOOD]


def test_backslashes_before_quotes_are_understood_and_noted() -> None:
    reading = read_file((HEADER + '1,"5\\" pipe, long",East\n').encode())
    assert reading.records[0].fields == ["1", '5" pipe, long', "East"]
    assert reading.notes == (("escaped_quotes", 2),)


def test_blanks_behind_every_separator_do_not_break_the_quotes() -> None:
    assert fields('1, "a, b", c\n') == [["1", "a, b", "c"]]


@pytest.mark.parametrize(
    ("preamble", "line"),
    [
        ("客户清单\n导出时间：2024-07-01\n\n", 4),
        ("客户,,\n,,\n", 3),
        ("基本信息,,联系\n", 2),
        ("Report: accounts\nRows: 2\n", 3),
    ],
)
def test_the_header_is_found_below_titles_and_group_lines(preamble: str, line: int) -> None:
    reading = read_file((preamble + HEADER + "1,a,b\n").encode())
    assert (reading.dialect.header_line, reading.header) == (line, HEADER.strip().split(","))


def test_the_header_of_a_template_is_found_below_remarks_that_are_filled_alike() -> None:
    text = "填写说明,请勿改动,谢谢\n客户编号(必填),客户名称(必填),区域(必填)\n1,a,b\n"
    assert read_file(text.encode()).dialect.header_line == 2


def test_the_header_is_found_by_its_shape_where_none_of_its_names_is_known() -> None:
    text = "Ausdruck\nvom,1.7.\n" + "Kdnr,Firma,Ort,Land,Plz\n" + "1,a,b,c,d\n" * 5
    assert read_file(text.encode()).dialect.header_line == 3


def test_a_header_with_more_blank_than_named_columns_is_not_taken_for_a_title() -> None:
    assert read_file(b",var2,,var2\n1,a,1.1,aa\n2,b,2.1,bb\n").dialect.header_line == 1
    years = b"CO2,,\ntonnes,,\nYear,2000,2001\nTimber,2,3\nSteel,5,6\n"
    assert read_file(years).dialect.header_line == 3


def test_a_header_of_two_lines_with_merged_cells_is_read_as_one() -> None:
    reading = read_file(
        b"account_id,account_name,region,People,\n,,,industry,account_manager\n1,a,b,c,d\n"
    )
    assert reading.header == ["account_id", "account_name", "region", "industry", "account_manager"]
    assert reading.notes == (("two_line_header", 1),)
    assert [r.line_no for r in reading.records] == [3]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_table_that_did_not_fall_into_columns_is_refused(mark: str) -> None:
    text = f'"account_id{mark}account_name"\n"A1{mark}Alpha"\n'
    with pytest.raises(KamError, match="one_column"):
        read_file(text.encode())


def test_what_a_person_says_about_a_file_is_obeyed() -> None:
    data = "x,y\nkundennr;name\n1;a,b\n".encode("cp1252")
    reading = read_file(data, ReadOptions(encoding="cp1252", delimiter=";", header_line=2))
    assert (reading.header, reading.records[0].fields) == (["kundennr", "name"], ["1", "a,b"])
    for wrong, code in (({"header_line": 9}, "no_such_line"), ({"delimiter": ";;"}, "bad_delim")):
        with pytest.raises(KamError, match=code):
            read_file(data, ReadOptions(**wrong))


def test_more_lines_than_memory_should_hold_are_refused_before_they_are_cut(
    overlay: Overlay,
) -> None:
    overlay("reading.toml", "[limits]\nlines = 3")
    assert len(read_file((HEADER + "1,a,b\n2,a,b").encode()).records) == 2
    with pytest.raises(KamError, match="too_many_lines"):
        read_file((HEADER + "1,a,b\n" * 3).encode())


def test_a_cell_of_millions_of_characters_is_refused_at_once() -> None:
    for body in ("1," + "x" * 9_000_000 + ",b\n", "1," + "x" * 1_000_001 + ",b\n2,c,d\n"):
        with pytest.raises(KamError, match="cell_too_long"):
            read_file((HEADER + body).encode())


def test_a_few_hundred_damaged_files_are_read_or_refused_and_no_line_is_lost() -> None:
    ends, failures = run(count=250, seed=7)
    assert failures == []
    assert sum(ends.values()) == 250 and ends["loaded"] > 30


@pytest.mark.parametrize(
    ("rows", "blank"),
    [
        ([Row(2, None)], 0),
        ([Row(2, None), Row(3, None), Row(4, None), Row(5, None)], 0),
        ([Row(2, "A1,a"), Row(3, None), Row(5, None)], 0),
        ([Row(2, None), Row(3, None), Row(5, None)], 1),
    ],
)
def test_the_second_reader_sees_a_lost_a_doubled_and_a_changed_row(
    rows: list[Row], blank: int
) -> None:
    lines = physical_lines(b'id,name\nA1,"a"\nA2,"b\nc"\nA3,c\n', "utf-8")
    check_tiling(lines, ",", 2, [Row(2, 'A1,"a"'), Row(3, None), Row(5, None)], 0)
    with pytest.raises(Untiled):
        check_tiling(lines, ",", 2, rows, blank)


@pytest.mark.parametrize("last", ["1;a;b", ";", ";1"])
def test_a_quote_behind_a_blank_opens_a_cell_only_where_all_are_written_so(last: str) -> None:
    mixed = f'account_id;account_name;region\n;;"\n1; ";1\n{last}\n'
    assert attempt("accounts.csv", mixed.encode()) == "loaded"
    throughout = 'account_id; account_name; region\n1; "a\nb"; c\n2; d; "e"\n'
    assert attempt("accounts.csv", throughout.encode()) == "loaded"


CELL = st.text(alphabet='A1 ,;"\n客合计', max_size=6)


@settings(max_examples=60)
@given(
    st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=10),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([",", ";", "\t"]),
)
def test_received_is_what_a_second_reader_counts_in_any_generated_file(
    rows: list[list[str]], quoting: int, line_end: str, delimiter: str
) -> None:
    out = io.StringIO(newline="")
    csv.writer(
        out, delimiter=delimiter, lineterminator=line_end, quoting=quoting, escapechar="\\"
    ).writerows([HEADER.strip().split(","), *rows])
    assert attempt("accounts.csv", out.getvalue().encode()) in {"loaded", "no_rows"}


def test_the_benchmarks_score_is_ten_for_what_is_right_and_less_for_what_is_not() -> None:
    clean = [["id", "name"], ["1", "a"], ["2", "b"]]
    assert points(clean, clean) == 10
    assert points(clean, []) == 1
    # One record of two: precision 1, recall 1/2, F1 2/3; cells 4 of 6: 1, 2/3, 4/5.
    assert points(clean, clean[:2]) == pytest.approx(4 + 1 + 1 / 2 + 2 / 3 + 1 + 2 / 3 + 4 / 5)
