"""Damages files at random and loads them: ``python -m tests.stress.fuzz_files --count 10000``.

Each must be read or refused with a known code, within its time, and a second reader must find every
line of it in exactly one row: accepted, quarantined or blank.
"""

import argparse
import io
import random
import signal
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import xlsxwriter

from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.read import sources
from kam_core.ingest.stage import Staged, plan_recipes, stage_bytes
from tests.stress.second_reader import Row, check_tiling, physical_lines

ROOT = Path(__file__).parents[2]
SECONDS = 10
LINES = 40
INSERTS = [b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff"]
INSERTS += ["合计,,1\n".encode(), "以上共 3 条\n".encode(), b'\\"', b"\xff\xfe", b"\n\n\n", b"'"]

Sample = tuple[str, bytes]


def samples() -> list[Sample]:
    """Small sound files of every kind: name and bytes."""
    texts = [_top(path) for path in sorted((ROOT / "data" / "sample").glob("*.csv"))]
    chinese = "客户编号,客户名称,区域,备注\r\n" + "".join(
        f'A{n},第{n}精密机械有限公司,华东,"老客户,\n第{n}年 ""好"""\r\n' for n in range(12)
    )
    traditional = "客戶編號,客戶名稱,區域\n" + "A1,臺灣精密機械股份有限公司,華東\n" * 6
    found = [(f"sample-{n}.csv", text.encode()) for n, text in enumerate(texts)]
    found += [(f"{e}.csv", chinese.encode(e)) for e in ("utf-8", "gb18030", "utf-16")]
    found += [("semicolon.csv", chinese.replace(",", ";").encode()), ("cr.csv", _with_cr(texts[0]))]
    found += [("big5.csv", traditional.encode("big5")), ("totals.csv", _with_totals(texts[0]))]
    found += [(path.name, path.read_bytes()) for path in _broken()]
    book = _book([line.split(",") for line in texts[0].splitlines()])
    return [*found, ("book.xlsx", book), ("packed.zip", _packed(found[:3])), ("book.ods", _ods())]


def _top(path: Path) -> str:
    return "".join(path.read_text("utf-8-sig").splitlines(keepends=True)[:LINES])


def _with_cr(text: str) -> bytes:
    return text.replace("\n", "\r").encode()


def _with_totals(text: str) -> bytes:
    return f"客户清单\n\n{text}合计,,,100\n\n制表人：李\n".encode("gb18030")


def _broken() -> list[Path]:
    folder = ROOT / "tests" / "data" / "broken"
    books = (ROOT / "tests" / "data" / "books").glob("*.xls")
    return [*sorted(p for p in folder.iterdir() if p.is_file()), *sorted(books)]


def _book(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("accounts")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def _packed(found: Sequence[Sample]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in found:
            archive.writestr(name, data)
    return out.getvalue()


def _ods() -> bytes:
    cell = '<t:table-cell o:value-type="string"><x:p>{}</x:p></t:table-cell>'
    rows = [["account_id", "account_name", "region"], ["A1", "Alpha", "East"]]
    body = "".join(f"<t:table-row>{''.join(map(cell.format, row))}</t:table-row>" for row in rows)
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0"?><o:document-content xmlns:o="{names}:office:1.0" '
        f'xmlns:t="{names}:table:1.0" xmlns:x="{names}:text:1.0"><o:body><o:spreadsheet>'
        f'<t:table t:name="accounts">{body}</t:table></o:spreadsheet></o:body>'
        "</o:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return _packed([("mimetype", kind), ("content.xml", content.encode())])


def mutate(data: bytes, chance: random.Random) -> bytes:
    """The file with one to four damages."""
    for _ in range(chance.randint(1, 4)):
        data = chance.choice(MUTATIONS)(data, chance)
    return data


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, max(len(data) - 1, 0))


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[_place(data, chance)] ^= 1 << chance.randint(0, 7)
    return bytes(changed)


def _delete(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + data[at + chance.choice([1, 2, 10, 100]) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.choice(INSERTS) + data[at:]


def _truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _repeat_tail(data: bytes, chance: random.Random) -> bytes:
    return data + data[_place(data, chance) :]


def _swap(data: bytes, chance: random.Random) -> bytes:
    one, two = sorted((_place(data, chance), _place(data, chance)))
    return data[two:] + data[one:two] + data[:one]


def _inside_archive(data: bytes, chance: random.Random) -> bytes:
    """Damage to a part of an archive, packed again so that the archive itself is sound."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(name, archive.read(name)) for name in archive.namelist()]
    # Whatever is no sound archive is damaged as plain bytes instead.
    except Exception:
        return _insert(data, chance)
    hit = _place(bytes(len(parts)), chance)
    return _packed([(n, _flip(d, chance) if i == hit else d) for i, (n, d) in enumerate(parts)])


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    _flip, _delete, _insert, _insert, _truncate, _repeat_tail, _swap, _inside_archive,
]  # fmt: skip


@contextmanager
def time_limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the block after so many seconds."""

    def stop(*_: object) -> None:
        raise TimeoutError

    earlier = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)


def attempt(name: str, data: bytes) -> str:
    """Load one file and check it: "loaded", or the code of its refusal."""
    try:
        recipes = plan_recipes(data, name)
        staged = [(recipe, stage_bytes(data, recipe)) for recipe in recipes]
    except KamError as refusal:
        return refusal.code
    for recipe, result in staged:
        check(data, recipe, result)
    return "loaded"


def check(data: bytes, recipe: Recipe, staged: Staged) -> None:
    """Count received rows a second time, and find every line of a text in one of them."""
    rows = [Row(line, None) for line in staged.accepted["line_no"].to_pylist()]
    rows += [Row(row["line_no"], row["raw"]) for row in staged.rejected.to_pylist()]
    assert staged.received == len(rows) == len({row.line_no for row in rows})
    if recipe.delimiter is None:
        table = sources.read_part(data, recipe).records
        assert staged.received + staged.blank + staged.set_aside == len(table)
        return
    if staged.set_aside:
        return
    content = sources.content_of(data, recipe.member)
    lines = physical_lines(content, str(recipe.encoding))
    body = sources.read_part(data, recipe)
    first_line = int(recipe.header_line or 1) + len(
        physical_lines(body.header_raw.encode(), "utf-8")
    )
    check_tiling(lines, recipe.delimiter, first_line, rows, staged.blank)


def run(count: int, seed: int, keep: Path | None = None) -> tuple[Counter[str], list[str]]:
    """Try so many files: how each ended, and one line for every failure."""
    ends: Counter[str] = Counter()
    failures: list[str] = []
    sound = samples()
    for number in range(count):
        chance = random.Random(f"{seed}-{number}")
        name, data = chance.choice(sound)
        data = mutate(data, chance)
        try:
            with time_limit(SECONDS):
                ends[attempt(name, data)] += 1
        # Anything but a refusal is what this looks for; a panic of a reader is no Exception.
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            failures.append(
                f"seed {seed} number {number} ({name}): {type(error).__name__}: {error}"
            )
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{seed}-{number}-{name}").write_bytes(data)
    return ends, failures


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the files that failed into this folder")
    options = parser.parse_args(arguments)
    began = perf_counter()
    ends, failures = run(options.count, options.seed, options.keep)
    for failure in failures:
        print(failure)
    for end, files_of_it in ends.most_common():
        print(f"{files_of_it:7} {end}")
    print(f"{options.count} files in {perf_counter() - began:.0f} s, {len(failures)} failures")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
