"""The conversations of a run for people: each with its drawing, its messages in words, and the cases judged on it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from markupsafe import Markup

from mpp_conformance import evidence
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.judging.verdict import Verdict, worst
from mpp_conformance.protocol.messages import Message
from mpp_conformance.report.languages.language import Say
from mpp_conformance.report.pages.diagram.marks import marks
from mpp_conformance.report.pages.diagram.picture import Line, picture
from mpp_conformance.report.pages.diagram.svg import Shape, draw_again, draw_framed, shape
from mpp_conformance.report.pages.diagram.wording import line_sentence
from mpp_conformance.report.pages.formatting import display_fields

_RECEIVED: Final = 3
"""Messages that a card shows; the evidence has them all."""

_LONGEST: Final = 16_000
"""Bytes of an evidence file that a page still has inside."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation. ``anchor`` names it in a page; ``told``: number or step, and sentence, of each line.

    ``drawing`` is empty where its evidence is not at hand; ``verdict`` is the worst that counts;
    ``like``: anchor and label of one that looks the same and is told in words, where every case on both passed; this
    one is not told in words then; ``judged_like``: likewise of one that was judged for the same requirements;
    ``evidence``: what stands in its file, as JSON in ASCII, where something went wrong and the file is short.
    """

    anchor: str
    label: str
    verdict: str
    messages: int
    drawing: Markup
    told: tuple[tuple[str, str], ...]
    cases: tuple[Row, ...]
    evidence: Markup
    like: tuple[str, str] | None = None
    judged_like: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What went to the MPP before it went wrong, and what came from it, in words; empty where there is nothing."""

    sent: str = ""
    received: tuple[str, ...] = ()


def conversations(
    cases: Iterable[Row], traces: Mapping[str, Trace], say: Say, *, alone: bool = False
) -> list[Conversation]:
    """All that have evidence, the worst first, else in the order of their cases.

    ``traces``: by the name of the evidence file; ``alone``: each drawing brings its own style, and is drawn in full
    where others look the same.
    """
    held: dict[str, list[Row]] = {}
    for case in cases:
        if case["evidence"]:
            held.setdefault(case["evidence"], []).append(case)
    anchors = {name: f"c{number}" for number, name in enumerate(held, start=1)}
    drawings = _Drawings(say, alone=alone)
    found = [_made(anchors[name], rows, traces.get(name), drawings) for name, rows in held.items()]
    return sorted(found, key=lambda one: -Verdict.from_word(one.verdict))


def exchange(case: Row, trace: Trace | None, say: Say) -> Exchange:
    """What a failure card shows of the conversation: what the suite sent that the case is about, and what it points at.

    Where the case names no such message, it is the suite's last word before.
    """
    if trace is None:
        return Exchange()
    pointed = [event for event in trace.events if event.number in case["events"]]
    deviation = case["deviation"]
    payment = pointed[0].payment if pointed else deviation["payment"] if deviation else 0
    before = [
        event
        for event in trace.of(payment)
        if event.message.by_suite and (not pointed or event.number < pointed[0].number)
    ]
    about = [event for event in before if event.number == case["about"]]
    sent = about or before[-1:]
    received = tuple(_words(event) for event in pointed[:_RECEIVED])
    nothing = (say("nothing of the kind"),) if deviation and deviation["how"] == "missing" else ()
    return Exchange(sent=_words(sent[0]) if sent else "", received=received or nothing)


@dataclass(slots=True)
class _Drawings:
    """The drawings of a page: what looks the same is drawn once, and shown again wherever it is to be seen.

    ``passed``: anchor and label of the first of those that look the same, if every case on it passed.
    """

    say: Say
    alone: bool
    shapes: dict[Markup, str] = field(default_factory=dict)
    passed: dict[Markup, tuple[str, str]] = field(default_factory=dict)
    judged: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    """Likewise, of those that the same requirements were judged on."""

    def drawn(self, found: Shape, label: str) -> Markup:
        """The drawing of a conversation of this label."""
        if self.alone:
            return draw_framed(found, title=label, alone=True)
        known = self.shapes.get(found.inside)
        if known is not None:
            return draw_again(found, name=known)
        name = self.shapes[found.inside] = f"d{len(self.shapes) + 1}"
        return draw_framed(found, title=label, name=name)


def _made(anchor: str, cases: Sequence[Row], trace: Trace | None, drawings: _Drawings) -> Conversation:
    label, say = cases[0]["scenario"], drawings.say
    drawn = None if trace is None else picture(trace, marks(cases))
    looks = None if drawn is None else shape(drawn, say)
    here, like, judged_like = (anchor, label), None, None
    if not drawings.alone and all(case["verdict"] == Verdict.PASS.word for case in cases):
        if looks is not None:
            like = _other(drawings.passed.setdefault(looks.inside, here), here)
        judged_like = _other(drawings.judged.setdefault(tuple(case["requirement"] for case in cases), here), here)
    return Conversation(
        anchor=anchor,
        label=label,
        verdict=worst(Verdict.from_word(case["verdict"]) for case in cases if not case["observed"]).word,
        messages=0 if trace is None else len(trace.events),
        drawing=Markup("") if looks is None else drawings.drawn(looks, label),
        told=() if drawn is None or like is not None else tuple(_told(drawn.lines, say)),
        cases=tuple(cases),
        evidence=Markup("{}").format("" if trace is None else _short_evidence(trace, cases)),
        like=like,
        judged_like=judged_like,
    )


def _other(first: tuple[str, str], here: tuple[str, str]) -> tuple[str, str] | None:
    return None if first == here else first


def _short_evidence(trace: Trace, cases: Sequence[Row]) -> str:
    if all(case["verdict"] == Verdict.PASS.word for case in cases):
        return ""
    made = evidence.document(trace)
    data = evidence.encode(made)
    whole = hashlib.sha256(data).hexdigest() == cases[0]["evidence_digest"]
    return json.dumps(made, ensure_ascii=True, indent=1) if whole and len(data) <= _LONGEST else ""


def _told(lines: Iterable[Line], say: Say) -> Iterator[tuple[str, str]]:
    for line in lines:
        number = "" if line.number is None else f"{line.number}."
        step = say("step {numbers}", numbers=line.steps) if line.steps else ""
        yield " ".join(word for word in (number, step) if word), line_sentence(line, say)


def _words(event: Event) -> str:
    return f"{event.number}. {_message(event.message)}"


def _message(message: Message) -> str:
    fields = ", ".join(f"{name} {_visible(value)}" for name, value in display_fields(message).items())
    return f"{message.name} ({fields})" if fields else message.name


def _visible(value: str) -> str:
    """A value between quotes where blanks at its ends, or nothing at all, would not show."""
    return f"'{value}'" if value != value.strip() or not value else value
