"""Commands about uploads: look into files, preview, load, compare, roll back."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pages.parts.uploads import jobs
from pages.parts.uploads.jobs import Job, Outcome

SAMPLE = Path("data/sample")
LONGEST_NAME = 255


@dataclass(frozen=True)
class Upload:
    """A file as the browser sent it."""

    name: str
    content: bytes


@dataclass
class Saved:
    """Uploaded files under their own names, for as long as somebody holds this."""

    folder: tempfile.TemporaryDirectory = field(repr=False)
    paths: tuple[Path, ...]


@dataclass(frozen=True)
class Request:
    """How files are to be loaded: everything that a preview depends on.

    ``options`` are those of the command line; ``answers`` what a person said, by header set;
    ``reading`` how files are read, by their paths.
    """

    options: tuple[str, ...]
    answers: Mapping[str, dict] = field(default_factory=dict)
    reading: Mapping[str, dict] = field(default_factory=dict)


def save(uploads: Sequence[Upload], before: Saved | None = None) -> Saved:
    """Write uploads into folders of their own: two files of one name stay two files.

    A file that was there ``before`` keeps its place, and with it all that was said about it.
    """
    folder = before.folder if before else tempfile.TemporaryDirectory(prefix="keystone-upload-")
    known = list(before.paths) if before else []
    return Saved(folder, tuple(_saved(Path(folder.name), file, known) for file in uploads))


def _saved(root: Path, upload: Upload, known: list[Path]) -> Path:
    name = file_name(upload.name)
    for path in known:
        if path.name == name and path.read_bytes() == upload.content:
            known.remove(path)
            return path
    path = Path(tempfile.mkdtemp(dir=root)) / name
    path.write_bytes(upload.content)
    return path


def file_name(written: str) -> str:
    """A name that leads out of no folder, and is short enough for any disk.

    A Chinese name that Windows takes may have three times the bytes that Linux allows.
    """
    plain = Path(Path(written.replace("\\", "/")).name or "file.csv")
    room = LONGEST_NAME - len(plain.suffix.encode())
    return plain.stem.encode()[:room].decode(errors="ignore") + plain.suffix


def inspect(path: Path, options: Sequence[str], lang: str) -> Outcome:
    """What one file seems to hold and mean: a list with one dict per part."""
    return jobs.run("inspect", [*options, "--json", "--", str(path)], lang)


def preview(files: Saved, request: Request, regions: Sequence[str], lang: str) -> Job:
    """What a load would change, as a viewer of some regions (none: all) sees it."""
    arguments = [*request.options, *_of(regions), "--json", "--progress", "json", "--"]
    return jobs.start("preview", [*arguments, *map(str, files.paths)], lang, _answers(request))


def load(files: Saved, request: Request, expected: int, confirmed: bool, lang: str) -> Job:
    """Publish what was previewed against version ``expected`` (0: none)."""
    more = ["--expect-version", str(expected), *(["--yes"] if confirmed else [])]
    arguments = [*request.options, *more, "--json", "--progress", "json", "--"]
    return jobs.start("load", [*arguments, *map(str, files.paths)], lang, _answers(request))


def _answers(request: Request) -> dict | None:
    said = {"headers": dict(request.answers), "reading": dict(request.reading)}
    return {name: part for name, part in said.items() if part} or None


def load_sample(lang: str) -> Outcome:
    """Load the sample company that comes with the product."""
    files = sorted(map(str, SAMPLE.glob("*.csv")))
    return jobs.run("load", ["--by", "sample", "--json", "--", *files], lang)


def roll_back(version: int, by: str, lang: str) -> Outcome:
    return jobs.run("rollback", [str(version), "--by", by], lang)


def rebuild(version: int, lang: str) -> Outcome:
    """Make the file of a version again from the uploads."""
    return jobs.run("rebuild", [str(version)], lang)


def compare(before: int, after: int, regions: Sequence[str], lang: str) -> Outcome:
    """What differs between two versions, as a viewer of some regions sees them."""
    return jobs.run("compare", [str(before), str(after), *_of(regions), "--json"], lang)


def _of(regions: Sequence[str]) -> list[str]:
    return [part for region in regions for part in ("--region", region)]
