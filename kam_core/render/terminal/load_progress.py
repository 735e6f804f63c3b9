"""How far a load has come, on stderr: a bar for a person, JSON lines for another program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import orjson
from tqdm import tqdm

from kam_core.text.writer import Text
from kam_core.uploads.report_model import Listener, Progress

FORMAT = "{desc} {percentage:3.0f}%|{bar}| {n_fmt}/{total_fmt} [{elapsed}]"


@contextmanager
def draw_progress(how: str, text: Text) -> Iterator[Listener]:
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
                print(_describe_waiting(step, text), file=sys.stderr)

        yield tell


class _Bar:
    """Shows the phase, the file at hand and its rows."""

    def __init__(self, bar: tqdm, text: Text) -> None:
        self.bar, self.text = bar, text

    def __call__(self, step: Progress) -> None:
        if step.phase == "queued":
            self.bar.write(_describe_waiting(step, self.text), file=sys.stderr)
            return
        which = f" {step.number}/{step.files}" if step.files > 1 else ""
        self.bar.set_description_str(
            f"{self.text(f'phases.{step.phase}')}{which} {step.file}".rstrip(), refresh=False
        )
        self.bar.total, self.bar.n = step.total, step.rows
        self.bar.refresh()


def _describe_waiting(step: Progress, text: Text) -> str:
    """For whom a load waits."""
    if step.holder is None:
        return text("cli.queued_unknown")
    since = step.holder.since.replace("T", " ").removesuffix("+00:00")
    return text("cli.queued", by=step.holder.by, since=since)


def _print_json(step: Progress) -> None:
    sys.stderr.buffer.write(orjson.dumps(step) + b"\n")
    sys.stderr.buffer.flush()
