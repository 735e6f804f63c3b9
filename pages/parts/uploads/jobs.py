"""The command line run beside the app: no file can take the app down, and nobody has to wait."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kam_core.settings.page_layout import layout
from kam_core.text.writer import Text
from pages.parts.state import cache

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True)
class Outcome:
    """What the command printed as JSON, or why it refused (then nothing was changed).

    ``code`` is its exit code; that of a comparison is 1 where it found differences.
    """

    document: object = None
    refusal: str = ""
    code: int = 0


@dataclass
class Job:
    """One running command; its folder goes when nobody holds the job any more."""

    command: str
    process: subprocess.Popen
    folder: tempfile.TemporaryDirectory = field(repr=False)
    lang: str
    started: float = field(default_factory=time.monotonic)

    @property
    def progress(self) -> dict:
        """The last step told, as ``{"phase": ...}``; empty before the first."""
        return next((step for line in reversed(self._said()) if (step := _step(line))), {})

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None and not self._is_late()

    def outcome(self) -> Outcome:
        """Wait for the end and tell how it went."""
        text, minutes = Text(self.lang), layout()["uploads"]["minutes_allowed"]
        try:
            code = self.process.wait(max(self._seconds_left(), 0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return Outcome(refusal=text("uploads.timeout", minutes=minutes), code=1)
        printed = (Path(self.folder.name) / "out").read_text("utf-8")
        refusal = "\n".join(line for line in self._said() if not _step(line)).strip()
        has_found = code == 1 and self.command == "compare" and bool(printed.strip())
        if code == 0 or has_found:
            is_json = printed.startswith(("[", "{"))
            return Outcome(json.loads(printed) if is_json else None, code=code)
        if code == 1 and refusal and "Traceback" not in refusal:
            return Outcome(refusal=refusal, code=code)
        sys.stderr.write(refusal)
        return Outcome(refusal=text("uploads.crashed"), code=code)

    def _said(self) -> list[str]:
        return (Path(self.folder.name) / "err").read_text("utf-8", "replace").splitlines()

    def _seconds_left(self) -> float:
        allowed = layout()["uploads"]["minutes_allowed"] * SECONDS_PER_MINUTE
        return self.started + allowed - time.monotonic()

    def _is_late(self) -> bool:
        return self._seconds_left() < 0


def start(command: str, arguments: Sequence[str], lang: str, answers: object = None) -> Job:
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
        )
    return Job(command, process, folder, lang)


def run(command: str, arguments: Sequence[str], lang: str) -> Outcome:
    """Run a short command to its end."""
    return start(command, arguments, lang).outcome()


def _step(line: str) -> dict | None:
    try:
        step = json.loads(line)
    except ValueError:
        return None
    return step if isinstance(step, dict) and "phase" in step else None
