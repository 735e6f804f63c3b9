"""How far a load has come, on stderr: a bar for a person, JSON lines for another program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import orjson
from tqdm import tqdm

from kam_core.ingest.progress import Listener, Progress
from kam_core.text.writer import Text


@contextmanager
def listener(how: str, text: Text) -> Iterator[Listener]:
    """``json``: a line for each step. ``auto``: a bar where somebody looks. ``none``: silence.

    That a load has to wait for another one is told in words even where nobody looks.
    """
    if how == "json":
        yield _print_json
    elif how == "auto" and sys.stderr.isatty():
        with tqdm(file=sys.stderr, leave=False, bar_format=FORMAT) as bar:
            yield _Bar(bar, text)
    else:

        def tell(step: Progress) -> None:
            if step.phase == "queued" and how != "none":
                print(waiting(step, text), file=sys.stderr)

        yield tell


FORMAT = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}]"


class _Bar:
    """Shows the phase, the file at hand and its rows."""

    def __init__(self, bar: tqdm, text: Text) -> None:
        self.bar, self.text = bar, text

    def __call__(self, step: Progress) -> None:
        if step.phase == "queued":
            self.bar.write(waiting(step, self.text), file=sys.stderr)
            return
        place = f" {step.number}/{step.files}" if step.files > 1 else ""
        self.bar.set_description_str(
            f"{self.text(f'phases.{step.phase}')}{place} {step.file}".rstrip(), refresh=False
        )
        self.bar.total, self.bar.n = step.total, step.rows
        self.bar.refresh()


def waiting(step: Progress, text: Text) -> str:
    """For whom a load waits."""
    if step.holder is None:
        return text("cli.queued_unknown")
    since = step.holder.since.replace("T", " ").removesuffix("+00:00")
    return text("cli.queued", by=step.holder.by, since=since)


def _print_json(step: Progress) -> None:
    sys.stderr.buffer.write(orjson.dumps(asdict(step)) + b"\n")
    sys.stderr.buffer.flush()
