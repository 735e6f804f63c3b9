"""The command line run beside the app: no file can take the app down, and nobody has to wait."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from kam_core.uploads.report_model import Progress, read_document
from pages.parts.state import cache

SECONDS_PER_MINUTE = 60
Document = TypeVar("Document")


@dataclass(frozen=True)
class Outcome(Generic[Document]):
    """What the command printed as JSON, or why it refused (then nothing was changed).

    ``document`` is None where it refused or prints no JSON. ``code`` is its exit code; that of a
    comparison is 1 where it found differences.
    """

    document: Document | None = None
    refusal: str = ""
    code: int = 0


@dataclass
class Job(Generic[Document]):
    """One running command; its folder goes when nobody holds the job any more.

    ``kind`` is the type of the document that it prints, None where it prints lines.
    """

    command: str
    kind: type[Document] | None
    process: subprocess.Popen
    folder: tempfile.TemporaryDirectory = field(repr=False)
    lang: str
    started: float = field(default_factory=time.monotonic)

    @property
    def progress(self) -> Progress | None:
        """The last step told; None before the first."""
        steps = (_read_step(line) for line in reversed(self._error_lines()))
        return next((step for step in steps if step), None)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None and self._seconds_left() >= 0

    def outcome(self) -> Outcome[Document]:
        """Wait for the end and tell how it went."""
        text, minutes = Text(self.lang), load_settings().pages.uploads.minutes_allowed
        try:
            code = self.process.wait(max(self._seconds_left(), 0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return Outcome(refusal=text("uploads.timeout", minutes=minutes), code=1)
        printed = (Path(self.folder.name) / "out").read_text("utf-8")
        refusal = "\n".join(line for line in self._error_lines() if not _read_step(line)).strip()
        has_differences = code == 1 and self.command == "compare" and bool(printed.strip())
        if code == 0 or has_differences:
            return self._read_outcome(printed, code, text)
        if code == 1 and refusal and "Traceback" not in refusal:
            return Outcome(refusal=refusal, code=code)
        sys.stderr.write(refusal)
        return Outcome(refusal=text("uploads.crashed"), code=code)

    def _read_outcome(self, printed: str, code: int, text: Text) -> Outcome[Document]:
        if self.kind is None:
            return Outcome(code=code)
        try:
            return Outcome(read_document(self.kind, printed), code=code)
        except KamError as error:
            return Outcome(refusal=text.error(error), code=code)

    def _error_lines(self) -> list[str]:
        return (Path(self.folder.name) / "err").read_text("utf-8", "replace").splitlines()

    def _seconds_left(self) -> float:
        allowed = load_settings().pages.uploads.minutes_allowed * SECONDS_PER_MINUTE
        return self.started + allowed - time.monotonic()


def start_job(
    command: str,
    kind: type[Document] | None,
    arguments: Sequence[str],
    lang: str,
    answers: object = None,
    variables: Mapping[str, str] | None = None,
) -> Job[Document]:
    """Start a command on the warehouse of the app; ``answers`` go in as a file."""
    folder = tempfile.TemporaryDirectory(prefix="keystone-job-")
    common = ["--warehouse", cache.warehouse_folder(), "--lang", lang]
    if answers is not None:
        path = Path(folder.name) / "answers.json"
        path.write_text(json.dumps(answers, ensure_ascii=False, allow_nan=False), "utf-8")
        common += ["--answers", str(path)]
    out_path, err_path = (Path(folder.name) / name for name in ("out", "err"))
    with out_path.open("wb") as out, err_path.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "kam_core", command, *common, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, **(variables or {})},
        )
    return Job(command, kind, process, folder, lang)


def _read_step(line: str) -> Progress | None:
    try:
        return read_document(Progress, line)
    except KamError:
        return None
