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
    "absent": "#5b6776",
    "others": "#9aa7b6",
    "text": "#d5dce5",
}
"""The colours of a bar's pieces, by their tone, where the page's style does not reach a drawing."""
_DOCUMENT: Final = "the document itself"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """So many rows of one kind; ``tone``: the colour of :data:`PAPER` that they have in the bar."""

    tone: str
    count: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How a number of rows divides; ``words``: what they are. Pieces without a row are left out."""

    words: str
    pieces: tuple[Piece, ...]

    @property
    def parts(self) -> tuple[tuple[str, str, str], ...]:
        """Tone, start and width of each piece, in hundredths of the whole."""
        whole, at, found = sum(piece.count for piece in self.pieces), 0, []
        for piece in self.pieces:
            found.append((piece.tone, f"{100 * at / whole:.2f}", f"{100 * piece.count / whole:.2f}"))
            at += piece.count
        return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A share of a whole. ``bars``: how the whole divides, and after it what does not belong to it."""

    title: str
    value: str
    bars: tuple[Bar, ...]
    note: str = ""


def conformity(verdicts: Row, say: Say) -> Figure:
    """Of the requirements that were tested and decide: how many conform."""
    counting = [row for row in verdicts["requirements"] if row["counts"] and row["judged"]]
    proven = sum(_conforms(row) for row in counting)
    failed = sum(row["verdict"] in {"fail", "error"} for row in counting)
    left = len(counting) - proven - failed
    return Figure(
        title=say("Conformity of what was tested"),
        value=say("{part} of {whole}", part=proven, whole=len(counting)),
        bars=(
            _bar(
                say("Requirements that decide and were tested: {count}", count=len(counting)),
                [
                    ("good", proven, say("met")),
                    ("bad", failed, say("not met")),
                    ("open", left, say("not proven")),
                ],
            ),
        ),
    )


def extent(verdicts: Row, say: Say) -> Figure:
    """Of the duties of this MPP, which are the rows that decide and apply to it: how many were tested to the end.

    The second bar has the other rows of the ledger, none of which can add to the first.
    """
    rows, counts = verdicts["requirements"], verdicts["counts"]
    duties = [row for row in rows if row["counts"]]
    judged = sum(row["judged"] == row["applicable"] > 0 for row in duties)
    excluded = [row for row in rows if row["excluded"]]
    absent = sum(not row["excluded"] and not row["tested"] for row in rows)
    observed = sum(row["tested"] and not row["counts"] for row in rows)
    document = sum(row["actor"] == _DOCUMENT for row in excluded)
    return Figure(
        title=say("How many of this MPP's duties were tested"),
        value=say("{part} of {whole}", part=judged, whole=len(duties)),
        bars=(
            _bar(
                say("Duties of this MPP, requirements that decide: {count}", count=len(duties)),
                [
                    ("ink", judged, say("tested to the end")),
                    ("open", len(duties) - judged, say("not tested to the end")),
                ],
            ),
            _bar(
                say("No duty of this MPP, other rows of the ledger: {count}", count=len(rows) - len(duties)),
                [
                    ("note", observed, say("only observed: no sentence decides")),
                    ("absent", absent, say("not applicable to this wallet")),
                    ("others", len(excluded) - document, say("steps of Alipay+, its SDK, merchant or consumer")),
                    ("text", document, say("about the document, or outside this upgrade")),
                ],
            ),
        ),
        note=say(
            "Cases judged: {cases}, on {conversations} conversations.",
            cases=counts["cases"],
            conversations=counts["conversations"],
        ),
    )


def in_words(figure: Figure, say: Say) -> str:
    """A figure where no bar can be drawn."""
    told = []
    for bar in figure.bars:
        pieces = say("; ").join(f"{piece.count} {piece.words}" for piece in bar.pieces)
        told.append(say("{words} ({pieces}).", words=bar.words, pieces=pieces) if pieces else f"{bar.words}.")
    return " ".join([*told, *([figure.note] if figure.note else [])])


def _conforms(row: Row) -> bool:
    return bool(row["verdict"] == "pass" and row["judged"] == row["applicable"])


def _bar(words: str, counted: Sequence[tuple[str, int, str]]) -> Bar:
    pieces = (Piece(tone=tone, count=count, words=told) for tone, count, told in counted if count)
    return Bar(words=words, pieces=tuple(pieces))
