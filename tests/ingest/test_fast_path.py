"""Large files: the fast path and the strict path say the same of every row."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_core.errors import KamError
from kam_core.ingest.fast_csv import fast_path, line_reader
from kam_core.ingest.fast_csv.line_reader import Unsuited
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.read.table_layout import Reading
from kam_core.ingest.stage import Staged, plan_recipes, stage_bytes, stage_reading
from kam_core.uploads.load import load, rebuild_version
from kam_core.warehouse.store import Warehouse

HEADER = "interaction_id,account_id,kind,status,occurred_at,planned_for,duration_hours,notes,天气\n"
ROWS = [
    "I1,A1,call,completed,2024-07-01 10:00,2024-07-01,1.5,问候,晴",
    "I2,A2,电话,已完成,2024/07/02 10:00,,2,,",
    "I3,A1,call,planned,,2024-08-01,,,雨",
    "I4,A3,meeting,missed,,2024-07-31,,谈,",
    "I5,A3,visit,completed,2024-02-29T09:30:15,,0.25,x,",
    "I6,A4,call,completed,2024-07-31 23:59:59,2024-07-31,3,y,阴",
]
CELLS = st.sampled_from(
    ["", " ", "I1", "I7", "A1", " A2\u3000", "call", "电话", "completed", "已完成", "planned"]
    + ["2024-07-01 10:00", "2024-07-31", "2024-02-30", "1899-12-31", "31.12.2024", "05/05/2024"]
    + ["5/6/2024", "45474", "2024-07-01T10:00:00+00:00", "2024-07-01 25:00", "2024-07-01 10"]
    + [
        "1",
        "0.5",
        "-3",
        "1,234.5",
        "1.23456789",
        "1万",
        "12.0",
        "1.500",
        '"=""I1"""',
        "'I1",
        '"="" """',
        "1,5",
        "1E+05",
        "合计",
        "合计:3",
        "Sum",
        "90分钟",
        "1:30",
        "1h30",
        "Grand total",
    ]
    + [
        '"a,b"',
        '"a""b"',
        '""',
        '"',
        'a"b',
        '"a"b',
        '"a\nb"',
        'x\\"y',
        '"x\\"y"',
        "\0",
        "\f",
        "\x1f",
    ]
    + [
        "interaction_id",
        "共 3 条",
        "备注：无",
        "客户",
        "a\\b",
        "\u2028",
        "'",
        "é",
        "NULL",
        "--",
        "-",
        "NA",
        "😀",
    ]
)
LINES = st.one_of(
    st.sampled_from(ROWS),
    st.lists(CELLS, min_size=9, max_size=9).map(",".join),
    st.tuples(st.sampled_from(ROWS), st.integers(0, 8), CELLS).map(lambda t: with_cell(*t)),
    st.lists(CELLS, max_size=11).map(",".join),
    st.sampled_from(
        ["", ",,,,,,,,", '"', "合计,,,,,,6.75,,", "Subtotal,,Sum,,,,6.75,,", HEADER.strip()]
        + ["共 6 条", ROWS[0]]
    ),
)


def with_cell(line: str, position: int, cell: str) -> str:
    cells = line.split(",")
    cells[position] = cell
    return ",".join(cells)


@pytest.fixture(scope="module", autouse=True)
def small_pieces() -> Iterator[None]:
    """Pieces of a few lines, so that small files have many."""
    with pytest.MonkeyPatch.context() as patch:
        set_fast_path(patch, least_bytes=1, piece_bytes=400, head_bytes=600, held_bytes=1500)
        yield


def set_fast_path(patch: pytest.MonkeyPatch, **changes: int) -> None:
    settings = fast_path.load_fast_settings().model_copy(update=changes)
    patch.setattr(fast_path, "load_fast_settings", lambda: settings)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bulk") / "interactions.csv"


def plan(data: bytes) -> Recipe:
    return plan_recipes(data, "interactions.csv", table="interactions")[0]


def plain_rows(rows: pa.Table) -> list[dict]:
    return sorted(rows.to_pylist(), key=lambda row: row["line_no"])


def outcome(staged: Staged) -> dict:
    """Everything a path reads, with the rows in the order of their lines."""
    lists = {"accepted": plain_rows(staged.accepted), "rejected": staged.rejected.to_pylist()}
    return {**vars(staged), **lists}


def in_bulk(file: Path, data: bytes, recipe: Recipe) -> Staged:
    file.write_bytes(data)
    return fast_path.stage_fast(file, recipe)


def assert_alike(file: Path, data: bytes) -> Staged:
    recipe = plan(data)
    staged = in_bulk(file, data, recipe)
    assert outcome(staged) == outcome(stage_bytes(data, recipe))
    return staged


def many(lines: Sequence[str], count: int = 40) -> str:
    """The lines among sound rows before and behind them."""
    sound = [
        f"S{n},A{n % 7},call,completed,2024-05-{n % 28 + 1:02} 08:00,,1,,\n" for n in range(count)
    ]
    middle = "".join(f"{line}\n" for line in lines)
    return HEADER + "".join(sound[: count // 2]) + middle + "".join(sound[count // 2 :])


@settings(max_examples=60)
@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_both_paths_read_the_same_of_any_rows(
    file: Path, lines: list[str], line_end: str, is_last: bool
) -> None:
    text = many(lines, 20) + ("".join(f"{line}\n" for line in lines[:3]) if is_last else "")
    assert_alike(file, text.replace("\n", line_end).encode())


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2500), st.integers(0, 3), st.binary(max_size=4))))
def test_both_paths_read_the_same_of_damaged_files(
    file: Path, changes: list[tuple[int, int, bytes]]
) -> None:
    data = bytearray(many(ROWS).encode())
    for place, removed, added in changes[:6]:
        data[len(HEADER) + 10 + place : len(HEADER) + 10 + place + removed] = added
    recipe = Recipe.of({**plan(many(ROWS).encode()).document(), "encoding": "utf-8"})
    file.write_bytes(data)
    assert told(lambda: fast_path.stage_file(file, recipe)) == told(
        lambda: stage_bytes(bytes(data), recipe)
    )


def told(stage_it: Callable[[], Staged]) -> dict:
    try:
        return outcome(stage_it())
    except KamError as refusal:
        return {"code": refusal.code, **refusal.details}


def test_rows_beyond_doubt_never_see_the_strict_path(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def counted(reading: Reading, recipe: Recipe) -> Staged:
        seen.append(len(reading.records))
        return stage_reading(reading, recipe)

    monkeypatch.setattr(fast_path, "stage_reading", counted)
    staged = assert_alike(file, many(["I9,A1,call,asleep,,,,,"], 400).encode())
    assert (staged.received, staged.rejected.num_rows) == (401, 1)
    # The first and the last row of each piece, and the one that is broken.
    assert 3 <= seen[0] < 150


@pytest.mark.parametrize("held_bytes", [0, 1500, 1 << 30])
def test_rows_wait_in_memory_or_in_a_file(
    file: Path, monkeypatch: pytest.MonkeyPatch, held_bytes: int
) -> None:
    set_fast_path(monkeypatch, held_bytes=held_bytes)
    written: list[int] = []
    monkeypatch.setattr(
        fast_path.pa.ipc, "new_stream", counting(fast_path.pa.ipc.new_stream, written)
    )
    assert assert_alike(file, many(ROWS, 60).encode()).received == 66
    assert len(written) == (held_bytes < 1 << 30)


def counting(call: Callable, calls: list[int]) -> Callable:
    def counted(*arguments: object) -> object:
        calls.append(1)
        return call(*arguments)

    return counted


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([ROWS[0], *ROWS, ROWS[1]], id="the same rows again"),
        pytest.param([with_cell(ROWS[0], 0, "S3")], id="the key of a row far away"),
        pytest.param([with_cell(ROWS[0], 4, "03/13/2024"), with_cell(ROWS[1], 4, "03/04/2024")],
                     id="a date whose order another row proves"),
        pytest.param([with_cell(ROWS[0], 4, "1899-12-31 10:00")], id="a year long ago"),
        pytest.param([with_cell(ROWS[0], 4, "2024-02-30 10:00")], id="a day that never was"),
        pytest.param([with_cell(ROWS[0], 4, "2024-07-01 10")], id="an hour without minutes"),
        pytest.param([with_cell(ROWS[0], 4, "2024-07-01 10+08")], id="a zone beside the hour"),
        pytest.param([with_cell(ROWS[0], 7, '"a\n\nb"')], id="line breaks in a cell"),
        pytest.param([with_cell(ROWS[0], 7, '"left open'), *ROWS[1:]], id="a quote left open"),
        pytest.param([with_cell(ROWS[0], 8, 'a\\b')], id="an extra cell that JSON escapes"),
        pytest.param([HEADER.strip()], id="the header again"),
        pytest.param(["合计,,,,,,3,,"], id="a total"),
    ],
)  # fmt: skip
def test_what_is_not_beyond_doubt_is_found_in_any_piece(file: Path, lines: list[str]) -> None:
    assert_alike(file, many(lines, 60).encode())


@pytest.mark.parametrize("spelt", ["'I1", '"=""I1"""'])
@pytest.mark.parametrize("hours", ["1", "1.23456789"])
def test_an_id_marked_as_a_text_is_the_same_id_on_either_path(
    file: Path, spelt: str, hours: str
) -> None:
    again = f"{spelt},A1,call,completed,2024-07-01 10:00,,{hours},,"
    staged = assert_alike(file, many([ROWS[0], ROWS[2], again, ROWS[3]]).encode())
    assert staged.problems["duplicate_key"] == 1


def test_a_row_of_totals_with_words_beside_it_is_none_on_either_path(file: Path) -> None:
    rows = [f"A{n},Sum,300\n" for n in range(20)]
    data = "".join(["account_id,account_name,region\n", *rows, "Subtotal,Sum,300\n", *rows[:1]])
    (recipe,) = plan_recipes(data.encode(), "accounts.csv", table="accounts")
    staged = in_bulk(file, data.encode(), recipe)
    assert outcome(staged) == outcome(stage_bytes(data.encode(), recipe))
    assert staged.problems["totals_row"] == 1


def test_what_stands_below_the_last_row_is_known_for_it(file: Path) -> None:
    staged = assert_alike(file, (many([]) + "\n\n共 40 条,,,,,,,,\n制表人：甲,,,,,,,,\n").encode())
    assert staged.problems["footer"] == 2


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(many(ROWS).encode("gb18030"), id="another encoding"),
        pytest.param(many(ROWS).encode("utf-16"), id="two bytes a character"),
        pytest.param(many(ROWS).replace("\n", "\r").encode(), id="lines that end in a return"),
        pytest.param(many(ROWS).replace(",", ', "x",', 3).encode(), id="quotes behind blanks"),
    ],
)
def test_a_file_not_suited_to_the_fast_path_goes_the_strict_one(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    recipe = plan(data)
    with pytest.raises((Unsuited, KamError)):
        fast_path.stage_fast(file, recipe)
    assert outcome(fast_path.stage_file(file, recipe)) == outcome(stage_bytes(data, recipe))


def test_a_row_that_the_fast_reader_loses_sends_the_file_the_strict_way(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = line_reader.arrow_csv.read_csv

    def careless(*args: object) -> pa.Table:
        return whole(*args)[1:]

    data = many(ROWS).encode()
    monkeypatch.setattr(line_reader.arrow_csv, "read_csv", careless)
    with pytest.raises(Unsuited):
        in_bulk(file, data, plan(data))
    assert outcome(fast_path.stage_file(file, plan(data))) == outcome(stage_bytes(data, plan(data)))


def test_with_too_many_rows_in_doubt_the_file_goes_the_strict_way(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_fast_path(monkeypatch, most_doubtful_rows=50)
    data = many(["I9,A1,call,asleep,,,,,"] * 60).encode()
    with pytest.raises(Unsuited):
        in_bulk(file, data, plan(data))


def test_lines_are_told_as_they_stand(file: Path) -> None:
    text = many([with_cell(ROWS[0], 7, '"a\nb"'), ROWS[1]], 40)
    file.write_bytes(text.encode())
    told_lines = fast_path.raw_lines(file, plan(text.encode()), {2, 22, 24, 44})
    assert told_lines == {
        2: "S0,A0,call,completed,2024-05-01 08:00,,1,,",
        22: ROWS[0].replace("问候", '"a\nb"'),
        24: ROWS[1],
        44: "S39,A4,call,completed,2024-05-12 08:00,,1,,",
    }


def test_the_first_lines_plan_a_large_file_only_if_all_of_it_is_utf_8(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_fast_path(monkeypatch, head_bytes=1 << 17)
    data = many([], 6000).encode()
    file.write_bytes(data)
    head = fast_path.bytes_to_plan_by(file)
    assert len(head) < len(data) and data.startswith(head) and head.endswith(b"\n")
    file.write_bytes(data + "I1,A1,电话".encode("gb18030"))
    assert fast_path.bytes_to_plan_by(file) == file.read_bytes()


@given(
    content=st.one_of(st.binary(max_size=40), st.text(max_size=20).map(str.encode)),
    size=st.integers(1, 12),
)
def test_a_file_is_utf_8_wherever_it_is_cut(content: bytes, size: int) -> None:
    try:
        content.decode("utf-8")
        is_utf_8 = True
    except UnicodeDecodeError:
        is_utf_8 = False
    assert line_reader.is_utf8_throughout(memoryview(content), size) == is_utf_8


def test_both_paths_make_the_same_version_and_it_can_be_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts, file = tmp_path / "accounts.csv", tmp_path / "interactions.csv"
    accounts.write_text("account_id,account_name,region\nA1,Alpha,East\nA2,Beta,West\n")
    file.write_text(many([*ROWS, "I1,A1,call,asleep,,,,,"], 60))
    hashes = []
    for least_bytes in (1, 1 << 30):
        set_fast_path(monkeypatch, least_bytes=least_bytes)
        warehouse = Warehouse(tmp_path / str(least_bytes))
        load(warehouse, [accounts, file], as_of=date(2024, 9, 1))
        hashes.append(warehouse.require_version(1).content_hash)
        assert rebuild_version(warehouse, 1).content_hash == hashes[-1]
    assert hashes[0] == hashes[1]


ORDERS_HEADER = "order_id,account_id,ordered_on,amount,gross_profit,line,status,currency,void\n"
ODD_ORDERS = [
    "O1,A1,2024-07-01,10,2,1,draft,CNY,",
    "O1,A1,2024-07-01,10,2,2,已取消,,是",
    "O1,A1,2024-07-01,10,2,2,confirmed,,",
    "O2,A1,2024-07-01,10,much,,confirmed,USD,",
    "O2,A1,2024-07-01,11,3,,confirmed,usd,",
    "O2,A1,2024-07-01,11,3,,confirmed,usd,",
    "O3,A1,2024-07-01,$10,2,1,shipped,,no",
    "O4,A1,2024-07-01,10,2,1,lost at sea,,",
]


def test_both_paths_say_the_same_of_what_counts_nowhere_and_of_cells_set_apart(file: Path) -> None:
    sound = [
        f"S{n // 2},A{n % 7},2024-05-{n % 28 + 1:02},10,2,{n % 2},paid,CNY,no" for n in range(60)
    ]
    cancelled = [f"C{n},A{n % 7},2024-05-01,10,2,1,cancelled,EUR," for n in range(20)]
    lines = [*sound[:30], *ODD_ORDERS, *cancelled, *sound[30:]]
    data = (ORDERS_HEADER + "".join(f"{line}\n" for line in lines)).encode()
    recipe = plan_recipes(data, "orders.csv", table="orders")[0]
    staged = in_bulk(file, data, recipe)
    assert outcome(staged) == outcome(stage_bytes(data, recipe))
    # A void row is told as one that counts nowhere, whatever else it says.
    assert staged.problems == {
        "bad_number": 1,
        "duplicate_key": 1,
        "duplicate_row": 1,
        "unknown_value": 1,
        "not_counted": 22,
        "other_currency": 23,
    }
    assert staged.cells.to_pylist()[0]["cell"] == "much"
