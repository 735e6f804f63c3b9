"""Commands about uploads: look into files, preview, load, compare, roll back."""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kam_core.uploads.report_model import FileReport, InspectedPart, Preview, VersionComparison
from pages.parts.uploads.jobs import Job, Outcome, start_job

SAMPLE = Path("data/sample")
LONGEST_NAME = 255


@dataclass
class Saved:
    """Uploaded files under their own names, for as long as somebody holds this."""

    folder: tempfile.TemporaryDirectory = field(repr=False)
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Request:
    """How files are to be loaded: everything that a preview depends on.

    ``options`` are those of the command line; ``answers`` what a person decided, by header set;
    ``reading`` how files are read, by their paths (see docs/uploads.md).
    """

    options: tuple[str, ...] = ()
    answers: Mapping[str, dict] = field(default_factory=dict)
    reading: Mapping[str, dict] = field(default_factory=dict)


def save_files(uploads: Sequence[tuple[str, bytes]], before: Saved | None = None) -> Saved:
    """Write uploads (name, content) into folders of their own: two of one name stay two files.

    A file that was there ``before`` keeps its path, and with it all that was decided about it.
    """
    folder = before.folder if before else tempfile.TemporaryDirectory(prefix="keystone-upload-")
    older = list(before.paths) if before else []
    return Saved(folder, tuple(_save_file(Path(folder.name), *file, older) for file in uploads))


def _save_file(root: Path, name: str, content: bytes, older: list[Path]) -> Path:
    name = safe_file_name(name)
    for path in older:
        if path.name == name and path.read_bytes() == content:
            older.remove(path)
            return path
    path = Path(tempfile.mkdtemp(dir=root)) / name
    path.write_bytes(content)
    return path


def safe_file_name(written: str) -> str:
    """A name that leads out of no folder, and is short enough for any disk.

    A Chinese name that Windows takes may have three times the bytes that Linux allows.
    """
    plain = Path(Path(written.replace("\\", "/")).name or "file.csv")
    room = LONGEST_NAME - len(plain.suffix.encode())
    return plain.stem.encode()[:room].decode(errors="ignore") + plain.suffix


def inspect_file(path: Path, options: Sequence[str], lang: str) -> Outcome[list[InspectedPart]]:
    """What each part of one file seems to hold and mean."""
    arguments = [*options, "--json", "--", str(path)]
    return start_job("inspect", list[InspectedPart], arguments, lang).outcome()


def start_preview(
    files: Saved, request: Request, regions: Sequence[str], lang: str
) -> Job[Preview]:
    """What a load would change, as a viewer of some regions (none: all) sees it."""
    arguments = _arguments(files, request, _region_options(regions))
    return start_job("preview", Preview, arguments, lang, _answers(request))


def start_load(
    files: Saved, request: Request, expected: int, confirmed: bool, lang: str
) -> Job[list[FileReport]]:
    """Publish what was previewed against version ``expected`` (0: none)."""
    more = ["--expect-version", str(expected), *(["--yes"] if confirmed else [])]
    arguments = _arguments(files, request, more)
    return start_job("load", list[FileReport], arguments, lang, _answers(request))


def _arguments(files: Saved, request: Request, more: Sequence[str]) -> list[str]:
    options = [*request.options, *more, "--json", "--progress", "json"]
    return [*options, "--", *map(str, files.paths)]


def _answers(request: Request) -> dict | None:
    parts = {"headers": dict(request.answers), "reading": dict(request.reading)}
    return {name: part for name, part in parts.items() if part} or None


def load_sample(lang: str) -> Outcome[list[FileReport]]:
    """Load the sample company that comes with the product."""
    arguments = ["--by", "sample", "--json", "--", *sorted(map(str, SAMPLE.glob("*.csv")))]
    # Its own settings go with its files, under those of the installation.
    folders = filter(None, [str(SAMPLE / "settings"), os.environ.get("KAM_SETTINGS")])
    variables = {"KAM_SETTINGS": os.pathsep.join(folders)}
    return start_job("load", list[FileReport], arguments, lang, variables=variables).outcome()


def roll_back(version: int, by: str, lang: str) -> Outcome[None]:
    return start_job("rollback", None, [str(version), "--by", by], lang).outcome()


def rebuild_version(version: int, lang: str) -> Outcome[None]:
    """Make the file of a version again from the uploads."""
    return start_job("rebuild", None, [str(version)], lang).outcome()


def compare_versions(
    before: int, after: int, regions: Sequence[str], lang: str
) -> Outcome[VersionComparison]:
    """What differs between two versions, as a viewer of some regions sees them."""
    arguments = [str(before), str(after), *_region_options(regions), "--json"]
    return start_job("compare", VersionComparison, arguments, lang).outcome()


def _region_options(regions: Sequence[str]) -> list[str]:
    return [part for region in regions for part in ("--region", region)]
