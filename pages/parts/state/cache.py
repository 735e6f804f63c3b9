"""The only cache: (version, scope, question, parameters) determines an answer, for ever."""

import gc
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pandas as pd
import streamlit as st

from kam_core.dashboard.company import Company, open_company
from kam_core.dashboard.memory import AnswerMemory
from kam_core.dashboard.sections import scorecards
from kam_core.dashboard.sections.executive_pack import gather_pack
from kam_core.dashboard.view import View, choose_view
from kam_core.errors import KamError
from kam_core.ingest.corrections.account_suggestions import AccountRef
from kam_core.metrics import catalogue, queries, target_history
from kam_core.metrics.quarterly_targets import QuarterlyTarget
from kam_core.metrics.target_history import Edit
from kam_core.render import csv_export
from kam_core.render.html import page
from kam_core.render.xlsx import workbook
from kam_core.text.word_catalogue import LANGUAGES
from kam_core.text.writer import Text
from kam_core.uploads import upload_history
from kam_core.warehouse import store

ANSWERS_KEPT = 4000


# Shared by all viewers: what differs between them is part of what is asked.
keep = AnswerMemory(ANSWERS_KEPT)


@st.cache_resource(show_spinner=False)
def settle() -> None:
    """After the first run of the process: what stays for good is no longer searched for garbage."""
    gc.collect()
    gc.freeze()


def warehouse_folder() -> str:
    return str(store.Warehouse.default_folder())


@st.cache_resource(show_spinner=False)
def _warehouse(folder: str) -> store.Warehouse:
    return store.Warehouse(Path(folder))


def live() -> Company | None:
    """The live version, or None while the warehouse is empty.

    KamError where its file, or the ledger, is not as it was left; a file is read through only once.
    """
    warehouse = _warehouse(warehouse_folder())
    if warehouse.live_version() is None:
        return None
    return open_company(warehouse, keep, checks_once=True)


def prepare() -> None:
    """Open the live version and compute what its pages share; what is amiss, the pages say."""
    try:
        company = live()
    except KamError:
        return
    if company is None:
        return
    company.day().prepare()
    for lang in LANGUAGES:
        _ask_ahead(choose_view(company, lang))


@asynccontextmanager
async def ready(_: st.App) -> AsyncIterator[None]:
    """Serve at once, and meanwhile put into memory what the first page would wait for."""
    Thread(target=prepare, name="prepare", daemon=True).start()
    yield


def _ask_ahead(view: View) -> None:
    """What the pages show to those who have chosen nothing yet."""
    for name in catalogue.load_metrics():
        view.score(name)
    for name, query in queries.load_queries().items():
        if query.parameters in ((), ("periods",)):
            view.query(name, **dict.fromkeys(query.parameters, (view.period,)))
    view.worklist()
    scorecards.compose_regions(view)
    # Its library takes longer to load than any page to open.
    view.renewal_model()


def words(lang: str) -> Text:
    """The words of a language, and what the live data calls its regions in it."""
    company = live()
    return Text(lang, company.words(lang).names if company else {})


def versions() -> pd.DataFrame:
    """Every version, newest first."""
    rows = map(vars, reversed(_warehouse(warehouse_folder()).ledger.versions()))
    return pd.DataFrame(rows, columns=["version", "as_of", "created_at", "created_by"])


def publications() -> pd.DataFrame:
    """Every publication, newest first: who, when, why, which version, which files it brought."""
    events = reversed(upload_history.list_events(_warehouse(warehouse_folder())))
    return pd.DataFrame(
        vars(event) | {"files": [snapshot.file_name for snapshot in event.snapshots]}
        for event in events
    )


@dataclass(frozen=True)
class Download:
    """A file that is made when somebody wants it; ``name`` changes with the content."""

    name: str
    content: Callable[[], bytes]


def original(snapshot_id: int) -> Download:
    """An uploaded file under its own name, as it was received."""
    warehouse = _warehouse(warehouse_folder())
    upload = upload_history.require_upload(warehouse, snapshot_id)
    name = csv_export.with_hash(upload_history.original_name(upload), upload.sha256)
    return Download(name, lambda: upload_history.original_file(warehouse, snapshot_id)[1])


def corrections(company: Company, snapshot_id: int, lang: str) -> Download:
    """The quarantined rows of an upload as a file to correct and upload again."""
    warehouse = _warehouse(warehouse_folder())
    upload = upload_history.require_upload(warehouse, snapshot_id)
    content = hashlib.sha256(f"{company.record.content_hash}/{lang}".encode()).hexdigest()
    name = csv_export.with_hash(upload_history.corrections_name(upload), content)
    arguments = warehouse, company.version, snapshot_id, lang
    return Download(name, lambda: upload_history.corrections_file(*arguments)[1])


def likely_accounts(view: View) -> dict[str, str]:
    """Account ids of quarantined rows that nobody knows -> whom they may mean, if anybody."""
    details = view.query("quarantine")["detail"]
    accounts = view.query("account_names")[["account_id", "name_in_file"]]
    pairs = accounts.itertuples(index=False, name=None)
    return upload_history.suggest_names(list(details), [AccountRef(*pair) for pair in pairs])


def target_edits() -> list[Edit]:
    """Every change of a target, newest first."""
    folder = warehouse_folder()
    return target_history.history(
        _warehouse(folder), lambda number: keep(_uploaded_targets, folder, number)
    )


def _uploaded_targets(folder: str, snapshot_id: int) -> tuple[QuarterlyTarget, ...]:
    return target_history.uploaded(_warehouse(folder), snapshot_id)


def pack(view: View, form: str) -> bytes:
    """The executive pack of a view as a file: its page, or its workbook."""
    gathered = keep(gather_pack, view)
    render = page.render_page if form == "html" else workbook.render_workbook
    return render(gathered)
