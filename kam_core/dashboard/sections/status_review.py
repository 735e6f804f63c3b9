"""The status review: what a document reports, what the rows give, where it contradicts itself."""

from collections.abc import Collection, Mapping
from decimal import Decimal

from kam_core.dashboard.model import Figure
from kam_core.dashboard.tables import cells_table, columns_of
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.settings.schemas.review import ReportedFigure, ReviewSettings
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

COLUMNS = ("statement", "metric", "reported", "counted", "difference", "remark")
WRITTEN = {"parts": " + ", "same": " / "}


def has_review(view: View) -> bool:
    """Whether the data came with a document to hold it against."""
    return view.company.review() is not None


def compose_review(view: View) -> Figure:
    """Every figure of the document beside what the rows give for its quarter."""
    text, review = view.text, view.company.review()
    quarters = {quarter.period: quarter for quarter in view.quarters}
    if review is None or review.quarter not in quarters:
        return Figure("status_review", note=text("value.review_none"))
    reviewed = view.in_quarter(quarters[review.quarter])
    rows = {name: _cells(figure, reviewed) for name, figure in review.figures.items()}
    contradictions = _find_contradictions(review, text)
    for names, sentence in contradictions:
        for name in names:
            rows[name]["remark"] = strip_marks(sentence)
    is_whole = view.sees_everything and view.scope.tiers is None
    return Figure(
        "status_review",
        review.document.text(text.lang) if review.document else "",
        (_sentence(review.quarter, rows.values(), text), *(remark for _, remark in contradictions)),
        table=cells_table(
            "status_review",
            columns_of(COLUMNS, text, {}),
            [[row[name] for name in COLUMNS] for row in rows.values()],
        ),
        note="" if is_whole else text("value.review_scope"),
        opens=tuple(dict.fromkeys(figure.metric for figure in review.figures.values())),
    )


def _cells(figure: ReportedFigure, view: View) -> dict[str, str]:
    unit, lang, counted = catalogue.metric(figure.metric).unit, view.text.lang, _count(view, figure)
    title = view.text.metric(figure.metric)
    difference = None if counted is None else formats.subtract(counted, figure.reported)
    return {
        "statement": figure.words.text(lang),
        "metric": view.text("value.review_rest", metric=title) if figure.is_rest else title,
        "reported": formats.quantity(figure.reported, unit, lang),
        "counted": formats.quantity(counted, unit, lang),
        "difference": formats.difference(difference, unit, lang),
        "remark": "",
    }


def _count(view: View, figure: ReportedFigure) -> float | None:
    """What the rows give; None also for a region that is not looked at."""
    if figure.region and figure.region not in view.scope.regions:
        return None
    value = (view.in_region(figure.region) if figure.region else view).score(figure.metric).value
    return 1 - value if figure.is_rest and value is not None else value


def _sentence(quarter: str, rows: Collection[Mapping[str, str]], text: Text) -> str:
    """How many of the figures the rows bear out, as both are written."""
    agreed = sum(row["reported"] == row["counted"] for row in rows)
    unknown = sum(row["counted"] == formats.NOTHING for row in rows)
    words = {"count": len(rows), "agreed": agreed, "differing": len(rows) - agreed - unknown}
    sentence = text.rich("value.review_sentence", quarter=quarter, **words)
    lacking = text.rich("value.review_unknown", count=unknown) if unknown else ""
    return joined([sentence, lacking], text)


def _find_contradictions(review: ReviewSettings, text: Text) -> list[tuple[list[str], str]]:
    """What the document says together and what cannot be: the names of the figures, and why."""
    contradictions = []
    for together in review.together:
        reported = [review.figures[name] for name in together.figures]
        values = [Decimal(str(figure.reported)) for figure in reported]
        is_sound = sum(values) == 1 if together.are == "parts" else len(set(values)) == 1
        if not is_sound:
            unit = catalogue.metric(reported[0].metric).unit
            written = [formats.quantity(value, unit, text.lang) for value in values]
            joint = WRITTEN[together.are].join(written)
            key = f"value.review_{together.are}"
            sentence = text.rich(key, values=joint, total=sum(values))
            contradictions.append(
                (together.figures, joined([sentence, together.note.text(text.lang)], text))
            )
    return contradictions
