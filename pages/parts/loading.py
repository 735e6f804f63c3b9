"""Loads and rolls back in another process, so that no file can take the app down."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kam_core.present.layout import layout
from kam_core.present.text import Text
from pages.parts import data

SAMPLE = Path("data/sample")
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Outcome:
    """One report per file, or why the command refused (then nothing was published)."""

    reports: tuple[dict, ...] = ()
    refusal: str = ""


def load(
    uploads: Sequence[Upload], mode: str, table: str | None, as_of: date | None, by: str, lang: str
) -> Outcome:
    """Load files under their own names as one version, or refuse them all."""
    options = ["--mode", mode, "--by", by]
    options += ["--table", table] if table else []
    options += ["--as-of", as_of.isoformat()] if as_of else []
    with tempfile.TemporaryDirectory(prefix="keystone-") as folder:
        paths = [_saved(Path(folder), number, upload) for number, upload in enumerate(uploads)]
        return _run(["load", *options, "--json", "--", *map(str, paths)], lang)


def load_sample(lang: str) -> Outcome:
    """Load the sample company that comes with the product."""
    files = sorted(map(str, SAMPLE.glob("*.csv")))
    return _run(["load", "--by", "sample", "--json", "--", *files], lang)


def roll_back(version: int, by: str, lang: str) -> Outcome:
    return _run(["rollback", str(version), "--by", by], lang)


def _saved(folder: Path, number: int, upload: Upload) -> Path:
    """The file in a folder of its own: two files of one name stay two, no name leads elsewhere."""
    own = folder / str(number)
    own.mkdir()
    path = own / (Path(upload.name.replace("\\", "/")).name or "file.csv")
    path.write_bytes(upload.content)
    return path


def _run(arguments: Sequence[str], lang: str) -> Outcome:
    text, minutes = Text(lang), layout()["uploads"]["minutes_allowed"]
    command, *rest = arguments
    common = ["--warehouse", data.warehouse_folder(), "--lang", lang]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "kam_core", command, *common, *rest],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=minutes * SECONDS_PER_MINUTE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(refusal=text("uploads.timeout", minutes=minutes))
    if done.returncode == 1 and done.stderr.strip() and "Traceback" not in done.stderr:
        return Outcome(refusal=done.stderr.strip())
    if done.returncode:
        sys.stderr.write(done.stderr)
        return Outcome(refusal=text("uploads.crashed"))
    return Outcome(reports=tuple(json.loads(done.stdout)) if "--json" in rest else ())
