"""The two figures of a report, never summed: how far what was tested conforms, and how much was tested at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.report.languages.language import Say

PAPER: Final = {
    "good": "#14713d",
    "bad": "#b3261e",
    "open": "#8a5a00",
    "ink": "#0b57a4",
    "note": "#6b4fa0",
    "": "#d5dce5",
}
"""The colours of a bar's pieces, by their tone, where the page's style does not reach a drawing."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share of a whole. ``parts``: tone, start and width of each piece of its bar, in hundredths of the whole."""

    title: str
    value: str
    words: str
    parts: tuple[tuple[str, str, str], ...]


def conformity(verdicts: Row, say: Say) -> Figure:
    """Of the requirements that were tested and decide: how many conform."""
    counting = [row for row in verdicts["requirements"] if row["counts"] and row["judged"]]
    proven = sum(_conforms(row) for row in counting)
    failed = sum(row["verdict"] in {"fail", "error"} for row in counting)
    left = len(counting) - proven - failed
    return Figure(
        title=say("Conformity of what was tested"),
        value=say("{part} of {whole}", part=proven, whole=len(counting)),
        words=say(
            "Requirements that decide. Met: {proven}. Not met: {failed}. Not proven: {left}.",
            proven=proven,
            failed=failed,
            left=left,
        ),
        parts=_parts(len(counting), [("good", proven), ("bad", failed), ("open", left)]),
    )


def extent(verdicts: Row, say: Say) -> Figure:
    """Of all rows of the ledger: how many were tested to the end, and what became of the others."""
    rows = verdicts["requirements"]
    excluded = sum(bool(row["excluded"]) for row in rows)
    absent = sum(not row["excluded"] and not row["tested"] for row in rows)
    observed = sum(row["tested"] and not row["counts"] and row["judged"] > 0 for row in rows)
    judged = sum(row["counts"] and row["judged"] == row["applicable"] > 0 for row in rows)
    left = len(rows) - excluded - absent - observed - judged
    counts = verdicts["counts"]
    return Figure(
        title=say("How much was tested"),
        value=say("{part} of {whole}", part=judged, whole=len(rows)),
        words=say(
            "Rows of the ledger that decide, judged to the end. Only observed: {observed}. Not judged: {left}. Not "
            "applicable: {absent}. Not tested, each for a reason: {excluded}. Cases judged: {cases}, on "
            "{conversations} conversations.",
            cases=counts["cases"],
            conversations=counts["conversations"],
            observed=observed,
            left=left,
            absent=absent,
            excluded=excluded,
        ),
        parts=_parts(len(rows), [("ink", judged), ("note", observed), ("open", left), ("", absent + excluded)]),
    )


def _conforms(row: Row) -> bool:
    return bool(row["verdict"] == "pass" and row["judged"] == row["applicable"])


def _parts(whole: int, counted: Sequence[tuple[str, int]]) -> tuple[tuple[str, str, str], ...]:
    found, at = [], 0
    for tone, count in counted:
        if count:
            found.append((tone, f"{100 * at / whole:.2f}", f"{100 * count / whole:.2f}"))
        at += count
    return tuple(found)
