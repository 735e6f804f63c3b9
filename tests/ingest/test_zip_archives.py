"""Archives: every file in them is found, and none can blow up what opens it."""

import io
import tracemalloc
import zipfile
from time import perf_counter

import pytest

from kam_core.errors import KamError
from kam_core.ingest.read import sources, zip_archive
from kam_core.ingest.read.table_layout import ReadOptions
from kam_core.ingest.stage import plan_recipes, stage_bytes
from kam_core.settings.loader import load_settings

ACCOUNTS = "account_id,account_name,region\nA1,Alpha,East\n"
ORDERS = "order_id,account_id,ordered_on,amount\nO1,A1,2024-07-01,100\nO2,A1,2024-07-02,250\n"


def zipped(contents: dict[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(KamError) as refused:
        plan_recipes(data, "upload.zip")
    return refused.value.code


def test_each_file_of_an_archive_becomes_its_own_part_and_is_read_again_the_same() -> None:
    data = zipped({"orders.csv": ORDERS, "crm/accounts.csv": ACCOUNTS.encode("utf-16")})
    recipes = plan_recipes(data, "export.zip")
    parts = [(r.table, r.member, r.encoding) for r in recipes]
    assert parts == [
        ("accounts", "crm/accounts.csv", "utf-16"),
        ("orders", "orders.csv", "utf-8"),
    ]
    assert [stage_bytes(data, recipe).received for recipe in recipes] == [1, 2]
    assert sources.read_part(data, recipes[1]).records[1].fields[0] == "O2"


def test_what_fits_no_table_is_named_and_not_skipped_in_silence() -> None:
    data = zipped({"accounts.csv": ACCOUNTS, "readme.txt": "Hello\nWorld\n", "x.pdf": b"%PDF-1.7"})
    (recipe,) = plan_recipes(data, "export.zip")
    assert recipe.unused == ["readme.txt", "x.pdf"]
    assert stage_bytes(data, recipe).problems == {"unused_part": 1}


def test_what_systems_leave_in_an_archive_is_passed_over() -> None:
    data = zipped(
        {"accounts.csv": ACCOUNTS, "__MACOSX/._accounts.csv": b"\0\5", ".DS_Store": b"\0"}
    )
    (recipe,) = plan_recipes(data, "export.zip")
    assert (recipe.member, recipe.unused) == ("accounts.csv", [])


def test_one_member_can_be_asked_for_and_a_missing_one_is_named() -> None:
    data = zipped({"accounts.csv": ACCOUNTS, "orders.csv": ORDERS})
    assert [
        r.table for r in plan_recipes(data, "x.zip", options=ReadOptions(member="orders.csv"))
    ] == ["orders"]
    with pytest.raises(KamError, match="no_such_member"):
        plan_recipes(data, "x.zip", options=ReadOptions(member="needs.csv"))


def test_names_written_by_chinese_windows_are_read() -> None:
    name = "客户.csv"
    data = zipped({"x" * len(name.encode("gb18030")): ACCOUNTS})
    data = data.replace(b"x" * len(name.encode("gb18030")), name.encode("gb18030"))
    assert zip_archive.list_files(data) == [name]


def bomb_of_zeros() -> bytes:
    return zipped({"accounts.csv": b"\0" * 50_000_000})


def bomb_of_many_members() -> bytes:
    return zipped({f"{n}.csv": "" for n in range(load_settings().reading.limits.members + 1)})


def bomb_that_lies_about_its_size() -> bytes:
    data = bytearray(zipped({"accounts.csv": ACCOUNTS + "A2,Beta,West\n" * 100_000}))
    entry = data.rfind(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (50).to_bytes(4, "little")
    return bytes(data)


def bomb_in_a_bomb() -> bytes:
    return zipped({"inner.zip": bomb_of_zeros()})


def overlapping_bomb() -> bytes:
    """Many entries of the directory that all point at one long file."""
    data = zipped({"a.csv": b"A" * 9_000_000})
    start = data.rfind(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    count = 400
    tail = bytearray(data[end:])
    tail[8:10] = tail[10:12] = count.to_bytes(2, "little")
    tail[12:16] = ((end - start) * count).to_bytes(4, "little")
    entries = b"".join(data[start:end].replace(b"a.csv", b"%05d" % n) for n in range(count))
    return data[:start] + entries + bytes(tail)


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        (bomb_of_zeros, "too_large_unpacked"),
        (bomb_of_many_members, "too_many_members"),
        (bomb_that_lies_about_its_size, "damaged_file"),
        (bomb_in_a_bomb, "too_large_unpacked"),
        (overlapping_bomb, "too_large_unpacked"),
    ],
)
def test_a_bomb_is_refused_fast_and_in_little_memory(bomb, code: str) -> None:  # type: ignore[no-untyped-def]
    data = bomb()
    tracemalloc.start()
    began = perf_counter()
    assert refusal(data) == code
    assert perf_counter() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 200_000_000
    tracemalloc.stop()


def test_members_are_counted_while_they_unpack_whatever_the_directory_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(zip_archive, "CHUNK", 10)
    archive = zip_archive.Archive(zipped({"accounts.csv": ACCOUNTS}), most_bytes=1000)
    archive.most_bytes = 20
    with pytest.raises(KamError, match="too_large_unpacked"):
        archive.unpack("accounts.csv")


@pytest.mark.parametrize("keep", [4, 22, 60, -1, -22])
def test_a_truncated_archive_is_refused_as_damaged(keep: int) -> None:
    assert refusal(zipped({"accounts.csv": ACCOUNTS})[:keep]) == "damaged_file"


@pytest.mark.parametrize("inner", ["word/document.xml", "ppt/presentation.xml", "xl/workbook.bin"])
def test_other_office_files_are_named_for_what_they_are_not(inner: str) -> None:
    assert refusal(zipped({"[Content_Types].xml": "<x/>", inner: "<x/>"})) == "unsupported_file"


def test_a_file_above_the_limit_is_refused_by_its_size() -> None:
    with pytest.raises(KamError, match="file_too_large"):
        sources.refuse_if_too_large(load_settings().reading.limits.file_bytes + 1)
    sources.refuse_if_too_large(load_settings().reading.limits.file_bytes)
