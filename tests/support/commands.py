"""Calls commands as a shell would, and records what they print, return and write."""

import hashlib
import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import CalamineWorkbook

from kam_core.__main__ import main
from tests.support.masks import masked
from tests.support.recording import LANGUAGES, ROOT, SAMPLE, Recording, real_sets

QUARTERS = tuple(f"{year}-Q{n}" for year in (2022, 2023, 2024) for n in (1, 2, 3, 4))
SCOPES = {
    "region 华东": ("--region", "华东"),
    "region 西北": ("--region", "西北"),
    "region 华南": ("--region", "华南"),
    "tier VIP": ("--tier", "VIP"),
    "tier growth": ("--tier", "growth"),
}
# Scopes are always recorded for the last quarter that has ended, and for the one that runs.
OF_SCOPES = ("2024-Q3", "2024-Q4")
METRICS = (
    "revenue",
    "revenue_yoy",
    "match_rate",
    "hhi",
    "satisfaction",
    "response_hours_median",
    "hours_per_manager_week",
    "renewal_uplift",
    "clv",
    "top20_share",
)
PACKS = {
    "all": (),
    "region": ("--region", "华东"),
    "running": ("--quarter", "2024-Q4"),
    "tiers as of": ("--tier", "VIP", "--tier", "growth", "--as-of", "2024-05-15"),
}
COMMANDS = (
    "load",
    "preview",
    "watch",
    "inspect",
    "versions",
    "history",
    "compare",
    "rollback",
    "rebuild",
    "settings",
    "quarantine",
    "original",
    "kpis",
    "template",
    "pack",
    "verify",
    "demo",
)
REAL = {
    "sfdc-data-cloud-workshop": (
        "Account.csv",
        "Task.csv",
        "Opportunity.csv",
        "Case.csv",
        "Contact.csv",
    ),
    "churnguard-ai": (
        "customer_interactions.csv",
        "support_tickets.csv",
        "churned_customers_cleaned.csv",
    ),
    "maven-crm-sales": ("accounts.csv", "sales_pipeline.csv"),
}
BROKEN = ROOT / "tests" / "data" / "broken"
# Files of which a preview in words is recorded as well, which takes longer.
OPENED = ("bad_date.csv", "ambiguous_date.csv")
COMPANY = {
    "accounts.csv": "account_id,account_name,region,customer_since,growth_potential\n"
    "A1,Alder,East,2023-01-01,80\nA2,Birch,South,2023-01-01,20\n",
    "interactions.csv": "interaction_id,account_id,kind,status,occurred_at,need_id\n"
    "I1,A1,monthly_callback,completed,2024-07-03 10:00,N1\n"
    "I2,A1,visit,completed,2024-08-05 10:00,\n"
    "I3,A2,quarterly_review,completed,2024-09-10 10:00,\n",
    "needs.csv": "need_id,account_id,raised_at,responded_at,resolved_at\n"
    "N1,A1,2024-07-01 09:00,2024-07-02 09:00,\n",
    "orders.csv": "order_id,account_id,ordered_on,amount\n"
    "O1,A1,2024-07-10,0.10\nO2,A1,2024-08-10,0.20\nO3,A2,2024-09-10,1000000.70\n",
}
# The same orders a week later: one changed, one gone, two new, and three that cannot be taken.
LATER = (
    "order_id,account_id,ordered_on,amount\nO1,A1,2024-07-10,0.15\nO3,A2,2024-09-10,1000000.70\n"
    "O4,A1,2024-09-11,5.00\nO5,A2,2024-09-12,7.50\nO6,A1,soon,5.00\nO7,A9,2024-09-13,1.00\n"
    "O8,A2,2024-09-14,many\n"
)


# What is asked of an upload with broken rows, and of the warehouse after it.
FOR_PROGRAMS_BEFORE = (
    ("inspect", "--json"),
    ("preview", "--json"),
    ("load", "--dry-run", "--json"),
    ("load", "--json", "--by", "somebody"),
)
AFTERWARDS = (
    ("versions",),
    ("history",),
    ("compare", 1, 2),
    ("quarantine", 5),
    ("settings", "--by", "somebody"),
    ("rollback", 1, "--by", "somebody"),
    ("kpis", "--quarter", "2024-Q3"),
    ("kpis", "--quarter", "2024-Q3", "--region", "Atlantis"),
)
FOR_PROGRAMS_AFTER = (
    ("versions", "--json"),
    ("history", "--json"),
    ("compare", 1, 2, "--json", "--region", "East"),
    ("rebuild", 2),
    ("kpis", "--quarter", "2024-Q3", "--format", "csv"),
)


def call(*arguments: object) -> str:
    """What a command was, its exit code, and what it printed on stdout and stderr."""
    words = [str(argument) for argument in arguments]
    with _captured() as (out, err):
        try:
            code = main(words)
        except SystemExit as stop:
            code = stop.code
    printed = "".join(
        f"--- {name}\n{_decoded(stream)}" for name, stream in (("stdout", out), ("stderr", err))
    )
    return f"$ {' '.join(words)}\n--- exit code {code}\n{printed}"


def _apart(*arguments: object) -> str:
    """The same of a command in a process of its own: one that takes over the signals."""
    words = [str(argument) for argument in arguments]
    done = subprocess.run(
        [sys.executable, "-m", "kam_core", *words], capture_output=True, text=True
    )
    printed = f"--- stdout\n{done.stdout}--- stderr\n{done.stderr}"
    return f"$ {' '.join(words)}\n--- exit code {done.returncode}\n{printed}"


@contextmanager
def _captured() -> Iterator[tuple[io.TextIOWrapper, io.TextIOWrapper]]:
    """Other streams for stdout and stderr, with the bytes below them that commands write to."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (
        io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in before
    )
    try:
        yield sys.stdout, sys.stderr
    finally:
        sys.stdout, sys.stderr = before


def _decoded(stream: io.TextIOWrapper) -> str:
    text = stream.buffer.getvalue().decode("utf-8", "backslashreplace")
    return text if text.endswith("\n") or not text else f"{text}\n"


def kpis(recording: Recording) -> None:
    """The scorecard of every quarter, and that of some scopes in some quarters."""
    for quarter in QUARTERS:
        _scorecard(recording, quarter, "everything", ())
    for quarter in OF_SCOPES:
        for name, scope in SCOPES.items():
            _scorecard(recording, quarter, name, scope)


def kpis_more(recording: Recording) -> None:
    """The scorecard of the same scopes in every other quarter."""
    for quarter in QUARTERS:
        for name, scope in SCOPES.items():
            if quarter not in OF_SCOPES:
                _scorecard(recording, quarter, name, scope)


def _scorecard(recording: Recording, quarter: str, name: str, scope: tuple[str, ...]) -> None:
    options = ("--warehouse", recording.sample, "--quarter", quarter, "--format", "json")
    recording.write(f"{quarter} {name}.txt", call("kpis", *options, *scope))


def explained(recording: Recording) -> None:
    """Figures of every kind opened, in words; some for programs."""
    options = ("kpis", "--warehouse", recording.sample, "--quarter", "2024-Q3", "--explain")
    for metric in METRICS:
        for lang in LANGUAGES:
            recording.write(f"{metric} {lang}.txt", call(*options, metric, "--lang", lang))
    for metric in METRICS[:3]:
        scope = ("--against", "2023-Q4", "--region", "华东", "--format", "json")
        recording.write(f"{metric} json.txt", call(*options, metric, *scope))


def packs(recording: Recording) -> None:
    """Page and workbook of some packs in both languages."""
    for name, options in PACKS.items():
        for lang in LANGUAGES:
            folder = recording.fresh(f"{name} {lang}")
            common = ("--warehouse", recording.sample, "--to", folder, "--lang", lang)
            printed = call("pack", *common, *options)
            recording.write(f"{name} {lang}.txt", printed)
            for path in sorted(folder.iterdir()):
                text = _workbook(path) if path.suffix == ".xlsx" else _page(path)
                recording.write(f"{name} {lang}{path.suffix}.txt", text)


def _page(path: Path) -> str:
    """A page with each element on a line of its own."""
    return path.read_text("utf-8").replace("><", ">\n<")


def _workbook(path: Path) -> str:
    """Every cell of a workbook, and a hash of every file packed in it."""
    book = CalamineWorkbook.from_path(str(path))
    rows = [
        f"{sheet.name} {row!r}"
        for sheet in book.sheets_metadata
        for row in book.get_sheet_by_name(sheet.name).to_python()
    ]
    with zipfile.ZipFile(path) as packed:
        hashes = [f"{name} {_hash(packed.read(name))}" for name in packed.namelist()]
    sheets = [repr(sheet) for sheet in book.sheets_metadata]
    return "\n".join([*sheets, *rows, *hashes]) + "\n"


def _hash(content: bytes) -> str:
    """The hash of a text without the moments of this run."""
    return hashlib.sha256(masked(content.decode(), {}).encode()).hexdigest()


def verify(recording: Recording) -> None:
    """Every figure of two quarters recounted; a small company in words."""
    quarters = ("--quarter", "2023-Q4", "--quarter", "2024-Q4")
    options = ("verify", "--warehouse", recording.sample, "--json", *quarters)
    recording.write("sample.txt", call(*options))
    folder = recording.fresh("company")
    call("load", "--warehouse", folder, "--by", "somebody", *_company(recording))
    for lang in LANGUAGES:
        recording.write(
            f"company {lang}.txt", call("verify", "--warehouse", folder, "--lang", lang)
        )


def _company(recording: Recording) -> list[Path]:
    """A small company as files."""
    folder = recording.fresh("files")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in COMPANY.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in COMPANY]


def loads(recording: Recording) -> None:
    """Hashes, versions, history and rebuilt files of the sample company loaded in two manners."""
    once, twice = recording.fresh("once"), recording.fresh("twice")
    shutil.copytree(recording.sample, once)
    recording.write("sample in one call.txt", _told_of(once))
    first = [path for path in SAMPLE if path.stem in ("accounts", "interactions")]
    rest = [path for path in SAMPLE if path not in first]
    options = ("load", "--json", "--by", "somebody", "--warehouse", twice)
    calls = [call(*options, *first), call(*options, "--mode", "update", *rest)]
    calls += [call("compare", 1, 2, "--json", "--warehouse", twice)]
    calls += [call("compare", 1, 2, "--lang", lang, "--warehouse", twice) for lang in LANGUAGES]
    recording.write_all("sample in two calls.txt", [*calls, _told_of(twice)])


def _told_of(warehouse: Path) -> str:
    """What is recorded of a warehouse, at last with its first version rebuilt and live again."""
    options = ("--warehouse", warehouse)
    calls = [call("versions", "--json", *options), call("history", "--json", *options)]
    calls += [call("rebuild", 1, *options), call("rollback", 1, "--by", "somebody", *options)]
    calls += [
        call(name, "--lang", lang, *options)
        for name in ("versions", "history")
        for lang in LANGUAGES
    ]
    return "\n".join(calls)


def real(recording: Recording) -> None:
    """Real exports loaded by their feeds: reports, hashes, rows set apart, a scorecard."""
    folder = real_sets()
    if folder is None:
        recording.write("skipped.txt", "No real exports beside this checkout.\n")
        return
    for name, files in REAL.items():
        warehouse = recording.fresh(name)
        paths = [folder / name / file for file in files]
        options = ("--warehouse", warehouse)
        calls = [call("inspect", "--json", *options, *paths)]
        calls += [call("load", "--json", "--yes", "--by", "somebody", *options, *paths)]
        calls += [call("quarantine", number, *options) for number in range(1, len(files) + 1)]
        calls += [call("kpis", "--format", "csv", "--quarter", "2017-Q3", *options)]
        text = "\n".join([*calls, _told_of(warehouse)]).replace(str(folder), "<shared>")
        recording.write(f"{name}.txt", text)


def commands(recording: Recording) -> None:
    """Help, templates, wrong calls, and what an empty warehouse answers."""
    recording.write_all("help.txt", [call("--help"), *(call(c, "--help") for c in COMMANDS)])
    tables = [path.stem for path in SAMPLE]
    for lang in LANGUAGES:
        calls = (call("template", table, "--lang", lang) for table in tables)
        recording.write_all(f"templates {lang}.txt", calls)
        recording.write_all(f"empty {lang}.txt", _of_nothing(recording, lang))
    folder = recording.fresh("demo")
    call("demo", "--to", folder)
    hashes = (f"{path.name} {_hash(path.read_bytes())}" for path in folder.iterdir())
    recording.write_all("demo.txt", sorted(hashes))


def _of_nothing(recording: Recording, lang: str) -> Iterator[str]:
    """Calls that are wrong or refused where nothing is loaded."""
    options = ("--lang", lang, "--warehouse", recording.fresh("none"))
    for words in (
        ("fly",),
        ("kpis", "--quarter", "0000-Q1"),
        ("kpis", "--quarter", "2024-Q3"),
        ("settings",),
        ("history",),
        ("versions",),
        ("quarantine", 1),
        ("compare", 1, 2),
        ("pack", "--to", recording.fresh("no pack")),
        ("verify",),
        ("load", "nowhere.csv"),
        ("inspect", "nowhere.csv"),
    ):
        yield call(*words, *options)


def uploads(recording: Recording) -> None:
    """A small company, then a file with broken rows: what every command says of it."""
    company = recording.fresh("company")
    paths = _company(recording)
    recording.write("first.txt", call("load", "--by", "somebody", "--warehouse", company, *paths))
    paths[3].write_text(LATER, "utf-8")
    for lang in LANGUAGES:
        recording.write_all(f"later {lang}.txt", _later(recording, company, paths[3], lang))
    recording.write_all("watched.txt", _watched(recording, paths))


def broken(recording: Recording) -> None:
    """A small company, and what is said of every kind of broken file before it is loaded."""
    company = recording.fresh("company")
    call("load", "--by", "somebody", "--warehouse", company, *_company(recording))
    for path in sorted(BROKEN.iterdir()):
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        recording.write_all(f"{path.name}.txt", _broken(company, files))


def _later(recording: Recording, company: Path, path: Path, lang: str) -> Iterator[str]:
    """One more upload with broken rows, and everything that can be looked at afterwards."""
    warehouse = recording.fresh(f"later {lang}")
    shutil.copytree(company, warehouse)
    options = ("--lang", lang, "--warehouse", warehouse)
    for words in (
        *(FOR_PROGRAMS_BEFORE if lang == "en" else ()),
        ("inspect",),
        ("preview",),
        ("load", "--by", "somebody"),
        ("load", "--by", "somebody", "--yes", "--progress", "json"),
    ):
        yield call(*words, path, *options)
    yield call("original", 5, "--to", recording.fresh(f"original {lang}.csv"), *options)
    for words in (*AFTERWARDS, *(FOR_PROGRAMS_AFTER if lang == "en" else ())):
        yield call(*words, *options)


def _watched(recording: Recording, paths: list[Path]) -> Iterator[str]:
    """A folder loaded by the watch command, and what then lies in it."""
    inbox = recording.fresh("inbox")
    inbox.mkdir(parents=True)
    for path in (*paths, BROKEN / "bad_date.csv"):
        shutil.copy(path, inbox)
    warehouse = recording.fresh("watched")
    options = ("--once", "--interval", "0.1", "--by", "somebody", "--lang", "en")
    yield _apart("watch", inbox, *options, "--warehouse", warehouse)
    for path in sorted(inbox.rglob("*")):
        yield str(path)
        if path.is_file():
            yield path.read_text("utf-8")


def _broken(company: Path, files: list[Path]) -> Iterator[str]:
    """What is said of broken files before anything is loaded."""
    options = ("--warehouse", company)
    yield call("inspect", "--json", *files, *options)
    yield call("load", "--dry-run", "--json", *files, *options)
    for lang in LANGUAGES:
        yield call("inspect", *files, "--lang", lang, *options)
        if files[0].name in OPENED:
            yield call("preview", *files, "--lang", lang, *options)
