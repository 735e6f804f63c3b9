"""review.toml: what a document reports of a quarter, to be held against what the rows give."""

from typing import Literal

from kam_core.settings.schemas.base import Bilingual, Names, Settings


class ReportedFigure(Settings):
    """What a document says of a metric, a share as a fraction of 1, and in which words.

    ``is_rest``: it speaks of what is left to the whole. Without a region it is about all of them.
    """

    metric: str
    reported: float
    words: Bilingual
    region: str | None = None
    is_rest: bool = False


class StatedTogether(Settings):
    """Figures that the document gives as parts of one whole, or as one thing said twice."""

    figures: Names
    are: Literal["parts", "same"]
    note: Bilingual


class ReviewSettings(Settings):
    quarter: str = ""
    document: Bilingual | None = None
    figures: dict[str, ReportedFigure] = {}
    together: list[StatedTogether] = []
