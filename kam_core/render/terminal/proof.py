"""What a recount found, in words, line by line, for a terminal."""

from collections.abc import Mapping
from typing import Any

from kam_core.text.writer import Text

# The rest is told by a number; a defect in a common table would fill the screen.
FIRST_DIFFERENCES = 50


def render_proof(report: Mapping[str, Any], text: Text) -> str:
    """A report in plain values: what was compared, then everything that is not as it should be."""
    findings = [_finding(finding, text) for finding in report["findings"]]
    differences = report["differences"]
    first = [_difference(difference, text) for difference in differences[:FIRST_DIFFERENCES]]
    if further := len(differences) - len(first):
        first.append(text("verify.further", count=further))
    return "\n".join([*_summary(report, text), *findings, *first])


def _summary(report: Mapping[str, Any], text: Text) -> list[str]:
    compared = {**report, "quarters": report["quarters"] or text("cli.nothing")}
    wrong = {name: len(report[name]) for name in ("differences", "findings")}
    holds = "verify.holds_deep" if report["deep"] else "verify.holds"
    verdict = text("verify.fails", **wrong) if any(wrong.values()) else text(holds)
    return [text("verify.compared", **compared), verdict]


def _finding(finding: Mapping[str, Any], text: Text) -> str:
    details = dict(finding)
    if "table" in details:
        details["table"] = text.table(details["table"])
    if "part" in details:
        schema, name = details["part"].split(".")
        details["part"] = text(f"verify.part_{schema if schema == 'history' else name}")
    if details.get("file") == "settings":
        details["file"] = text("verify.settings")
    return text(f"verify.{details.pop('code')}", **details)


def _difference(difference: Mapping[str, Any], text: Text) -> str:
    sliced = [
        f"{text.column(name)} {text('verify.empty') if value is None else text.value(name, value)}"
        for name, value in difference["slice"].items()
    ]
    return text(
        "verify.difference",
        metric=text.metric(difference["metric"]),
        name=difference["metric"],
        where=[difference["period"], *sliced],
        shown=_figure(difference["shown"], text),
        recounted=_figure(difference["recounted"], text),
    )


def _figure(figure: Mapping[str, Any] | None, text: Text) -> str:
    if figure is None:
        return text("verify.no_figure")
    value = text("verify.no_value") if figure["value"] is None else str(figure["value"])
    parts = [figure[name] for name in ("numerator", "denominator") if figure[name] is not None]
    return text("verify.figure", value=value, parts=" ÷ ".join(parts))
