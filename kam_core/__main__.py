"""The command line: what cron jobs and other programs may rely on.

Results go to stdout, messages to stderr. Exit code 0: done; 1: refused, or differences found;
2: wrong call.
"""

import argparse
import signal
import sys
from collections.abc import Sequence

from kam_core.cli import inspect_files, kpis, loading, pack, samples, verify, versions
from kam_core.cli.common import REFUSALS, add_common, as_refusal, language_of
from kam_core.text.writer import Text


def main(arguments: Sequence[str] | None = None) -> int:
    text = Text(language_of(arguments))
    try:
        options = _parser().parse_args(arguments)
        return options.run(options, text) or 0
    except REFUSALS as error:
        print(text.error(as_refusal(error)), file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kam_core", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (loading, inspect_files, versions, kpis, pack, verify, samples):
        group.add(commands)
    for command in commands.choices.values():
        add_common(command)
    return parser


if __name__ == "__main__":
    # A reader such as `head` may close the pipe early; that is no defect of ours.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(main())
