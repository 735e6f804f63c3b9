"""What a recount found, in words, line by line, for a terminal."""

from kam_core.text.writer import Text
from kam_core.verify.aggregations import Figure
from kam_core.verify.audit_trail import TrailFinding
from kam_core.verify.check import Difference
from kam_core.verify.report import VerifyReport

# The rest is told by a number; a defect in a common table would fill the screen.
FIRST_DIFFERENCES = 50


def render_proof(report: VerifyReport, text: Text) -> str:
    """What was compared, then everything that is not as it should be."""
    findings = [_finding(finding, text) for finding in report.findings]
    first = [_difference(difference, text) for difference in report.differences[:FIRST_DIFFERENCES]]
    if further := len(report.differences) - len(first):
        first.append(text("verify.further", count=further))
    return "\n".join([*_summary(report, text), *findings, *first])


def _summary(report: VerifyReport, text: Text) -> list[str]:
    compared = {**vars(report), "quarters": report.quarters or text("cli.nothing")}
    wrong = {"differences": len(report.differences), "findings": len(report.findings)}
    holds = text("verify.holds_deep" if report.deep else "verify.holds")
    verdict = holds if report.holds else text("verify.fails", **wrong)
    return [text("verify.compared", **compared), verdict]


def _finding(finding: TrailFinding, text: Text) -> str:
    details = dict(finding.details)
    if "table" in details:
        details["table"] = text.table(str(details["table"]))
    if "part" in details:
        schema, name = str(details["part"]).split(".")
        details["part"] = text(f"verify.part_{schema if schema == 'history' else name}")
    if details.get("file") == "settings":
        details["file"] = text("verify.settings")
    return text(f"verify.{finding.code}", **details)


def _difference(difference: Difference, text: Text) -> str:
    sliced = [
        f"{text.column(name)} {text('verify.empty') if value is None else text.value(name, value)}"
        for name, value in difference.slice.items()
    ]
    return text(
        "verify.difference",
        metric=text.metric(difference.metric),
        name=difference.metric,
        where=[difference.period, *sliced],
        shown=_figure(difference.shown, text),
        recounted=_figure(difference.recounted, text),
    )


def _figure(figure: Figure | None, text: Text) -> str:
    if figure is None:
        return text("verify.no_figure")
    *halves, value = figure
    shown = text("verify.no_value") if value is None else str(value)
    parts = [str(half) for half in halves if half is not None]
    return text("verify.figure", value=shown, parts=" ÷ ".join(parts))
