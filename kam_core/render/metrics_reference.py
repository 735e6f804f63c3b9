"""Writes docs/metrics.md from the headers of the metrics.

``python -m kam_core.render.metrics_reference FILE``
"""

import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.settings.loader import load_settings
from kam_core.text.word_catalogue import LANGUAGES
from kam_core.text.writer import Text

INTRODUCTION = """\
# Metrics / 指标

Written from the headers in `kam_core/sql/metrics/` by `make docs`; do not edit.
由 `kam_core/sql/metrics/` 的文件头经 `make docs` 生成，请勿手改。

Shares are fractions of 1 in data and in targets. A numerator and a denominator are added up over
the accounts asked for and divided once; nothing is averaged.
数据与目标中的比率均为 1 的分数；分子、分母先按所选客户相加，再相除一次，从不取平均。
"""

READS = {
    "period": "整个期间 the whole period",
    "day": "期末或数据截至日 the last day, or the as-of date before it",
}


def render_reference() -> str:
    """The whole page, in the order in which the product shows the metrics."""
    targets = load_settings().targets.targets
    parts = [INTRODUCTION]
    for topic, of_topic in groupby(catalogue.load_metrics().values(), key=lambda m: m.topic):
        names = (Text(lang).value("topic", topic) for lang in LANGUAGES)
        parts.append(f"## {' · '.join(names)}\n")
        parts += ["\n".join(_section(metric, targets)) for metric in of_topic]
    return "\n".join(parts)


def _section(metric: Metric, targets: dict) -> Iterator[str]:
    target = targets.get(metric.name)
    yield f"### {metric.name} · {metric.zh} · {metric.en}\n"
    yield f"{metric.means_zh}\n\n{metric.means_en}\n"
    yield f"不含 / Not: {metric.not_zh}\n\n{metric.not_en}\n"
    yield "| | |\n|---|---|"
    yield f"| kind 类型 | {metric.kind.name} |"
    yield f"| unit 单位 | {metric.unit} |"
    if metric.kind.has_amounts:
        yield f"| parts 分子分母 | {metric.parts} |"
    yield f"| better 方向 | {metric.better} |"
    yield f"| default target 默认目标 | {'–' if target is None else f'{target:.9g}'} |"
    yield f"| needs 所需数据 | {', '.join(metric.needs) or '–'} |"
    if metric.looks_back_months:
        yield f"| looks back 需回溯 | {metric.looks_back_months} 个月 months |"
    yield f"| reads 统计口径 | {READS[metric.reads]} |"
    yield f"| slices 可按 | {', '.join(metric.dimensions)} |"
    yield f"| interval 区间 | {metric.interval} |"
    yield f"| query 查询 | [{metric.name}.sql](../kam_core/sql/metrics/{metric.name}.sql) |\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render_reference(), "utf-8")
