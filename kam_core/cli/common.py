"""What the commands share: options every command has, types of arguments, JSON on stdout."""

import argparse
import getpass
import os
import sqlite3
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import orjson

from kam_core.contract import declaration
from kam_core.errors import KamError
from kam_core.metrics import periods
from kam_core.text.word_catalogue import LANGUAGES, OTHERWISE
from kam_core.warehouse import store

# What a person can cause and mend; a disk that fails comes under various names.
REFUSALS = (KamError, OSError, sqlite3.Error, duckdb.Error)
Commands = argparse._SubParsersAction


def add_common(command: argparse.ArgumentParser) -> None:
    default = store.Warehouse.default_folder()
    command.add_argument("--warehouse", type=Path, default=default, metavar="DIR")
    command.add_argument("--lang", choices=LANGUAGES, default=_language())


def add_by(command: argparse.ArgumentParser) -> None:
    command.add_argument("--by", default=getpass.getuser(), metavar="NAME")


def add_reading(command: argparse.ArgumentParser) -> None:
    """The files, and how they are read where it should not be found out."""
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument(
        "--table", choices=tuple(declaration.tables()), help="default: by name and headers"
    )
    command.add_argument("--encoding", metavar="NAME", help="such as big5; default: found out")
    command.add_argument("--delimiter", type=character, metavar="CHARACTER")
    command.add_argument("--header-line", type=line_number, metavar="N", help="counted from 1")
    command.add_argument("--sheet", metavar="NAME", help="of a workbook")
    command.add_argument("--member", metavar="NAME", help="a file inside an archive")


def add_loading(command: argparse.ArgumentParser) -> None:
    """How files are read, what is done with their rows, by whom, and how it is told meanwhile."""
    add_reading(command)
    command.add_argument("--mode", choices=("full", "update"), default="full")
    command.add_argument("--as-of", type=day, metavar="DATE", help="default: docs/decisions/0016")
    command.add_argument(
        "--answers", type=Path, metavar="FILE.json", help="what `inspect --json` asked"
    )
    command.add_argument("--progress", choices=("auto", "json", "none"), default="auto")
    add_by(command)


def as_refusal(error: Exception) -> KamError:
    """One of REFUSALS as what can be said in words."""
    return error if isinstance(error, KamError) else KamError("storage_failed", detail=error)


def existing(options: argparse.Namespace) -> store.Warehouse:
    """The warehouse, where one is; KamError("empty_warehouse") instead of making one."""
    if not options.warehouse.is_dir():
        raise KamError("empty_warehouse")
    return store.Warehouse(options.warehouse)


def live_number(warehouse: store.Warehouse) -> int:
    """The number of the live version; KamError("empty_warehouse") where there is none."""
    live = warehouse.live_version()
    if live is None:
        raise KamError("empty_warehouse")
    return live.version


def print_json(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
    sys.stdout.buffer.flush()


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: YYYY-MM-DD") from None


def quarter(text: str) -> str:
    try:
        return periods.quarter(text).period
    except KamError:
        raise argparse.ArgumentTypeError(f"{text!r}: 2024-Q3") from None


def character(text: str) -> str:
    r"""One character; a tab may be written as ``\t``, which a shell passes on more easily."""
    mark = "\t" if text == r"\t" else text
    if len(mark) != 1:
        raise argparse.ArgumentTypeError(f"{text!r}: , ; | \\t")
    return mark


def line_number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: 1, 2, 3")
    return int(text)


def language_of(arguments: Sequence[str] | None) -> str:
    """The language that a call names, also where nothing more of it can be understood."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--lang", default=_language())
    lang = parser.parse_known_args(arguments)[0].lang
    return lang if lang in LANGUAGES else _language()


def _language() -> str:
    preferred = os.environ.get("LC_ALL", os.environ.get("LANG", ""))
    return next((lang for lang in LANGUAGES if preferred.startswith(lang)), OTHERWISE)
