"""How well the Pollock benchmark's damaged files are read.

``python -m tests.stress.pollock FOLDER``

FOLDER is ``polluted_files`` of the benchmark (github HPI-Information-Systems/Pollock), with a
damaged file in ``csv/`` and what is right in ``clean/`` under the same name. Its measures: whether
the file was read at all, and precision, recall and F1 of header, records and cells; ten points.
Rows set apart are not counted as read. Each must be told with its line: that is checked too.
"""

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from kam_core.errors import KamError
from kam_core.ingest.read.delimited import read_file
from kam_core.ingest.read.table_layout import BLANK, GOOD, Reading

# The benchmark compares texts without their outer blanks.
Table = list[list[str]]


def shares(expected: Sequence[str], found: Sequence[str]) -> tuple[float, float, float]:
    """Precision, recall and F1 of one list of texts against another, order left aside."""
    if not expected:
        return 1.0, 1.0, 1.0
    common = sum((Counter(expected) & Counter(found)).values())
    if not common:
        return 0.0, 0.0, 0.0
    precision, recall = common / len(found), common / len(expected)
    return precision, recall, 2 * precision * recall / (precision + recall)


def points(clean: Table, found: Table) -> float:
    """Ten points at most: one for reading at all and three for each of header, records, cells."""
    if not clean:
        return 10.0
    clean, found = _normal(clean), _normal(found)
    headers = shares(clean[0], found[0] if found else [])
    records = shares(["".join(row) for row in clean[1:]], ["".join(row) for row in found[1:]])
    cells = shares([c for row in clean for c in row], [c for row in found for c in row])
    return 1.0 + sum((*headers, *records, *cells))


def _normal(table: Table) -> Table:
    return [[cell.strip() for cell in row] for row in table]


def read_table(data: bytes) -> tuple[Table, Reading | None, str]:
    """Header and good rows, as a loader without a dialect given reads them; or why it refused."""
    try:
        reading = read_file(data)
    except KamError as refusal:
        header = refusal.details.get("header")
        return [list(header)] if isinstance(header, list) else [], None, refusal.code
    good = [record.fields for record in reading.records if record.kind == GOOD]
    return [reading.header, *good], reading, ""


def misread(clean: Table, found: Table) -> int:
    """Rows that were taken for sound though no clean row is like them."""
    right = Counter("".join(row) for row in _normal(clean)[1:])
    return sum((Counter("".join(row) for row in _normal(found)[1:]) - right).values())


def untold(data: bytes, reading: Reading | None) -> int:
    """Characters of the file that are in no record: neither read, blank, nor set apart."""
    if reading is None:
        return 0
    text = data.decode(reading.dialect.encoding).removeprefix("\ufeff")
    told = reading.preamble + reading.header_raw + "".join(r.raw for r in reading.records)
    return len(text) - len(told) if text.startswith(told) else len(text)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--below", type=float, default=9.9, help="list files with fewer points")
    options = parser.parse_args(arguments)
    csv.field_size_limit(sys.maxsize)
    total, files, lost, wrong = 0.0, 0, 0, 0
    for path in sorted((options.folder / "csv").glob("*.csv")):
        clean_text = (options.folder / "clean" / path.name).read_text("utf-8-sig")
        clean = list(csv.reader(clean_text.splitlines(keepends=True)))
        data = path.read_bytes()
        found, reading, refusal = read_table(data)
        # A refusal is a success only where there was nothing to read.
        earned = points(clean, found) - (bool(refusal) and len(clean) > 1)
        total, files = total + earned, files + 1
        lost += untold(data, reading) > 0
        wrong += misread(clean, found) > 0
        if earned < options.below or misread(clean, found):
            kinds = Counter(r.kind for r in reading.records) if reading else {}
            apart = {k: n for k, n in kinds.items() if k not in (GOOD, BLANK)}
            print(f"{path.name:45} {earned:6.3f} {refusal} {apart or ''}")
    print(f"{files} files, {total / max(files, 1):.3f} of 10; with untold lines: {lost};")
    print(f"with rows taken that are not among the clean ones: {wrong}")
    return int(lost > 0 or not files)


if __name__ == "__main__":
    sys.exit(main())
