"""The catalogue of metrics: one SQL file each, whole with its header.

A metric file gives the rows behind the figure, each with what it adds above and below the line;
they are added up in SQL and divided once, as fractions: ``run.py``. Where a figure is no sum of
rows, the file gives numerators and denominators per period and account, and the rows in a second
query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from types import MappingProxyType

from kam_core.errors import KamError
from kam_core.metrics.kinds import KINDS, Kind
from kam_core.settings.sql_files import list_sql, split_header

TOPICS = ("revenue", "follow_up", "needs", "service", "value", "resources")
TIERS = "tiers"
# Above the second query of a file; what follows in the line says how the rows make up the figure.
ROWS = "\n-- rows:"
# Above the query of cases that are told beside the figure; the rest of the line is their code.
BESIDE = "\n-- beside:"

# Durations reach the end as whole microseconds, so that nothing is rounded on the way.
MICROSECONDS = {"days": 86_400_000_000, "hours": 3_600_000_000}


@dataclass(frozen=True)
class Metric:
    """What the header of a metric file says, and its queries.

    ``sql`` gives exact numerators and denominators per period and account, ``rows`` the rows behind
    them with their key; ``evidence`` names the file in sql/evidence that says how rows are shown.

    ``is_of_whole``: a share of one whole, which returns can push above it or below nothing.
    ``beside`` gives, by the code of what they are, the cases that are told beside the figure.

    ``parts`` is what a numerator and a denominator are amounts of: "count" (cases), "money" or
    "hours". ``reads`` is "period" where the metric counts what happened in one, "day" where it says
    what is so on its last day. ``looks_back_months`` are those before the period (of growth) or
    before the end of that day which the data must reach back to. ``known_by`` are the tables up to
    whose earliest day the figure is known: those it names, accounts only where the header says so.
    ``alternatives`` name, after a need, what meets it as well: ``a.b|a.c!d`` where the column b is
    told, or c is and never says d.
    """

    name: str
    order: int
    topic: str
    zh: str
    en: str
    kind: Kind
    unit: str
    better: str
    grain: str
    needs: tuple[str, ...]
    dimensions: tuple[str, ...]
    interval: str
    means_zh: str
    means_en: str
    not_zh: str
    not_en: str
    sql: str = field(repr=False)
    rows: str = field(repr=False)
    evidence: str
    dated: tuple[str, ...] = ()
    known_by: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()
    looks_back_months: int = 0
    reads: str = "period"
    parts: str = "count"
    quantile: Fraction = Fraction(1, 2)
    is_of_whole: bool = False
    beside: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def scale(self) -> int:
        """Microseconds in one unit of a duration; 1 where the facts have the unit of the metric."""
        return MICROSECONDS.get(self.unit, 1) if self.kind.has_durations else 1

    @property
    def grows_with_days(self) -> bool:
        """Whether it adds up what happens day by day: of an open period only a share is due."""
        return self.kind.is_amount and self.reads == "period"

    def list_needs(self, tier_needs: Sequence[str]) -> list[str]:
        """What it needs, each with its alternatives; "tiers" as what the active scheme needs."""
        wider = {options.partition("|")[0]: options for options in self.alternatives}
        needs = [part for need in self.needs for part in (tier_needs if need == TIERS else (need,))]
        return [wider.get(need, need) for need in needs]

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def means(self, lang: str) -> str:
        return self.means_zh if lang == "zh" else self.means_en

    def excludes(self, lang: str) -> str:
        return self.not_zh if lang == "zh" else self.not_en


@cache
def load_metrics() -> Mapping[str, Metric]:
    """All metrics by name, in the order in which they are shown."""
    metrics = map(parse_metric, list_sql("metrics"))
    return MappingProxyType({m.name: m for m in sorted(metrics, key=lambda m: (m.order, m.name))})


def metric(name: str) -> Metric:
    """One metric of the catalogue; KamError("unknown_metric") if there is none of that name."""
    if name not in load_metrics():
        raise KamError("unknown_metric", metric=name)
    return load_metrics()[name]


def parse_metric(text: str) -> Metric:
    """A metric from the text of its file: header lines ``-- key: value``, then its queries."""
    values, query = split_header(text)
    kind = KINDS[values["kind"]]
    query, *besides = query.split(BESIDE)
    facts, _, rows = query.partition(ROWS)
    return Metric(
        name=values["metric"],
        order=int(values["order"]),
        kind=kind,
        needs=_split_names(values["needs"]),
        dimensions=_split_names(values["dimensions"]),
        dated=_split_names(values.get("dated", "")),
        known_by=_known_by(values),
        alternatives=_split_names(values.get("needs-or", "")),
        looks_back_months=int(values.get("looks-back", "0").split()[0]),
        reads=values.get("reads", "period"),
        parts=values.get("parts", "count"),
        quantile=Fraction(values.get("quantile", "0.5")),
        is_of_whole=values.get("share", "") == "of one whole",
        sql=facts if rows else kind.facts_of(query),
        rows=rows.partition("\n")[2] if rows else query,
        beside={code.strip(): query for code, _, query in (b.partition("\n") for b in besides)},
        **{
            name: values[name]
            for name in ("topic", "zh", "en", "unit", "better", "grain", "interval", "evidence")
        },
        **{
            f"{name}_{lang}": values[f"{name}-{lang}"]
            for name in ("means", "not")
            for lang in ("zh", "en")
        },
    )


def _known_by(values: Mapping[str, str]) -> tuple[str, ...]:
    """The tables that a header names; accounts say how far only what ``known-by`` tells of them."""
    options = "|".join(_split_names(values["needs"])).split("|")
    named = [option.partition(".")[0] for option in options if option]
    tables = [name for name in named if name not in (TIERS, "accounts")]
    further = _split_names(values.get("known-by", ""))
    return tuple(dict.fromkeys([*tables, *_split_names(values.get("dated", "")), *further]))


def _split_names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
