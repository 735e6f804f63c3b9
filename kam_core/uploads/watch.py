"""Loads what lands in a folder, and moves it to done/ or failed/ with a report beside it."""

import os
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb
import orjson

from kam_core.errors import KamError, together
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from kam_core.uploads import inbox
from kam_core.uploads.inbox import Inbox
from kam_core.uploads.load import load, report_of
from kam_core.uploads.refused_files import files_named
from kam_core.uploads.report_model import FileReport
from kam_core.uploads.report_sentences import describe_report
from kam_core.uploads.upload_part import file_of
from kam_core.warehouse import lock
from kam_core.warehouse.store import Warehouse, hash_file

LOCK, PENDING = ".watch.lock", ".watch-pending.json"
# The disk or the ledger, not the file: it stays where it is and is tried again.
LATER = (OSError, sqlite3.Error, duckdb.IOException)


class Watcher:
    """Looks after one folder; ``say`` hears a line about everything that happens.

    Files that arrive together are loaded together. What a refusal names goes to failed/, the others
    are loaded without it; a refusal that names no file is about the warehouse, and all files stay.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        folder: Path,
        text: Text,
        by: str,
        mode: str = "full",
        say: Callable[[str], None] = print,
    ) -> None:
        self.warehouse, self.folder, self.text = warehouse, folder, text
        self.by, self.mode, self.say = by, mode, say
        self.inbox = Inbox(folder)
        self.failures = 0
        self._attempts: dict[str, int] = {}
        self._trouble = ""

    def run(self, stop: threading.Event, once: bool, poll_seconds: float) -> None:
        """Until ``stop`` is set, or with ``once`` until what is ready now is done with.

        KamError("already_watched") where another process looks after the folder.
        """
        with lock.hold_lock(self.folder / LOCK, self.by, self._refuse):
            self.inbox.look()
            self._recover()
            if once:
                stop.wait(load_settings().watch.settle_seconds)
                self._take(0)
                return
            while not stop.wait(poll_seconds):
                self._take(load_settings().watch.patience_seconds)

    def _refuse(self, holder: lock.Holder | None) -> None:
        pid, since = (holder.pid, holder.since) if holder else ("?", "?")
        raise KamError("already_watched", folder=self.folder, pid=pid, since=since)

    def _take(self, patience_seconds: float) -> None:
        self.inbox.look()
        ready = self.inbox.ready(patience_seconds)
        # A file during whose load the program was killed comes alone, so that it takes no other
        # along if that happens again.
        suspects = [path for path in ready if path.name in self._attempts]
        rest = [path for path in ready if path not in suspects]
        for batch in [*([path] for path in suspects), rest]:
            if batch:
                self._load(batch)

    def _load(self, batch: Sequence[Path]) -> None:
        """Load a batch and move its files; what cannot be loaded now stays."""
        self._note(batch)
        try:
            reports = load(self.warehouse, batch, mode=self.mode, by=self.by)
        except KamError as refusal:
            self._handle_refusal(batch, refusal)
        except LATER as trouble:
            self._keep_for_later(KamError("storage_failed", detail=trouble))
        except Exception:
            self._handle_crash(batch)
        else:
            self._move_done(batch, reports)
        (self.folder / PENDING).unlink(missing_ok=True)

    def _handle_refusal(self, batch: Sequence[Path], refusal: KamError) -> None:
        errors = {p: [one for one in refusal.each if p.name in _files_of(one)] for p in batch}
        culprits = {path: together(refusals) for path, refusals in errors.items() if refusals}
        if not culprits:
            self._keep_for_later(refusal)
            return
        self._move_failed(culprits)
        if rest := [path for path in batch if path not in culprits]:
            self._load(rest)

    def _keep_for_later(self, trouble: KamError) -> None:
        self.failures += 1
        message = self.text("cli.watch_later", detail=self.text.error(trouble))
        # The same trouble is told once, not every few seconds.
        if message != self._trouble:
            self.say(message)
        self._trouble = message

    def _handle_crash(self, batch: Sequence[Path]) -> None:
        """A defect of ours: told in full to whoever runs this, and to one file at a time."""
        if len(batch) > 1:
            for path in batch:
                self._load([path])
            return
        traceback.print_exc()
        self._move_failed(dict.fromkeys(batch, KamError("watch_crashed")))

    def _move_done(self, batch: Sequence[Path], reports: Sequence[FileReport]) -> None:
        self._trouble = ""
        target = inbox.make_folder(self.folder / "done")
        for path in batch:
            own = [report for report in reports if file_of(report.file) == path.name]
            message = "\n".join(describe_report(report, self.text) for report in own)
            self._move(path, target, own, message)
        self.say(self.text("cli.watch_done", files=self._names(batch), folder=target))

    def _move_failed(self, refusals: Mapping[Path, KamError]) -> None:
        """Set files aside, each with its own reason."""
        self.failures += len(refusals)
        target = inbox.make_folder(self.folder / "failed")
        for path, refusal in refusals.items():
            error, message = refusal.record(), self.text.error(refusal)
            document = {"file": path.name, "error": error.code, "message": message}
            self._move(path, target, document | {"details": error.details}, message)
        self.say(self.text("cli.watch_failed", files=self._names(refusals), folder=target))

    def _move(self, path: Path, target: Path, document: object, message: str) -> None:
        """The report first: a file that is in its place has one. A newer file stays for later."""
        json = orjson.dumps(document, option=orjson.OPT_INDENT_2)
        (target / f"{path.name}.report.json").write_bytes(json + b"\n")
        (target / f"{path.name}.report.txt").write_text(message + "\n", "utf-8")
        self._attempts.pop(path.name, None)
        if self.inbox.is_unchanged(path):
            os.replace(path, target / path.name)

    def _names(self, batch: Iterable[Path]) -> str:
        return self.text("punctuation.list").join(path.name for path in batch)

    def _note(self, batch: Sequence[Path]) -> None:
        """Write down what is about to be loaded, in case nobody comes back to move it."""
        attempts = {path.name: self._attempts.get(path.name, 0) + 1 for path in batch}
        document = {
            "first_snapshot": self.warehouse.ledger.next_numbers()[1],
            "files": {path.name: hash_file(path) for path in batch},
            "attempts": attempts,
        }
        temporary = self.folder / f"{PENDING}.new"
        temporary.write_bytes(orjson.dumps(document))
        os.replace(temporary, self.folder / PENDING)

    def _recover(self) -> None:
        """What an earlier watcher was killed over: move what was loaded, count what was not."""
        note = self.folder / PENDING
        if not note.exists():
            return
        pending = orjson.loads(note.read_bytes())
        for name, sha256 in pending["files"].items():
            path = self.folder / name
            if path in self.inbox.seen and hash_file(path) == sha256:
                self._settle(path, sha256, pending)
        note.unlink()

    def _settle(self, path: Path, sha256: str, pending: dict) -> None:
        loaded = self.warehouse.ledger.uploads_since(pending["first_snapshot"], sha256)
        attempts = pending["attempts"][path.name]
        if loaded:
            self._move_done([path], [report_of(self.warehouse, snapshot) for snapshot in loaded])
        elif attempts >= load_settings().watch.most_attempts:
            self._move_failed({path: KamError("watch_interrupted", attempts=attempts)})
        else:
            self._attempts[path.name] = attempts


def _files_of(refusal: KamError) -> set[str]:
    """The files of the folder that a refusal is about."""
    return {Path(file_of(name)).name for name in files_named(refusal)}
