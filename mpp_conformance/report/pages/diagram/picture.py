"""A conversation line by line, as it is to be drawn and told: who says what to whom, under which step, and the marks.

Three kinds of line: a message that was seen; what no message shows, and yet took place, since the next message came;
and a message that a case found missing, where it would have had its turn. A conversation of any length makes a picture
of bounded size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mpp_conformance.adequacy.model import arrows
from mpp_conformance.adequacy.model.table import Transition
from mpp_conformance.adequacy.model.walk import observed_walk
from mpp_conformance.common.text import printable
from mpp_conformance.judging.trace import Event, Trace
from mpp_conformance.protocol.messages import APP_LINK, BY_NAME, Malformed, Message
from mpp_conformance.report.pages.diagram.marks import Absent, Mark, Marks
from mpp_conformance.report.pages.formatting import display_fields

SEEN: Final = "seen"
UNSEEN: Final = "unseen"
ABSENT: Final = "missing"

LINES: Final = 150
"""So many lines are drawn; lines that bear a mark are drawn wherever they stand."""
_MARKED: Final = 50
_TELLING: Final = (
    "fault",
    "action",
    "action_type",
    "result_status",
    "payment_status",
    "status",
    "outcome",
    "error_code",
)
"""The fields that stand on the arrow itself, in the order of their message type."""
_VALUE: Final = 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One arrow. ``number``: that of the event, ``None`` where none was seen; ``steps``: the document's, ``17-18``.

    ``label``: the message type, or in words what took place; ``telling``: what sets it apart, as short texts;
    ``place``: where the documents speak of it; ``fields``: all of it, made fit to be shown; ``payment``: an index.
    """

    kind: str
    sender: str
    receiver: str
    label: str
    payment: int
    number: int | None = None
    steps: str = ""
    place: str = ""
    telling: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """All lines of a conversation that are shown, and how many messages are not."""

    lines: tuple[Line, ...]
    payments: int
    left_out: int


def picture(trace: Trace, marks: Marks) -> Picture:
    """The picture of a conversation, bearing these marks."""
    lines = _with_absent(trace, list(_lines(trace, marks)), marks)
    further = [line for line in lines[LINES:] if line.marks][:_MARKED]
    kept = [*lines[:LINES], *further]
    return Picture(lines=tuple(kept), payments=len(trace.scenario.payments), left_out=len(lines) - len(kept))


@dataclass(slots=True)
class _Walked:
    """By the number of an event: the transition that it shows, and what took place unseen before it."""

    shown: dict[int, Transition]
    unseen: dict[int, list[tuple[Transition, arrows.Ends]]]


def _lines(trace: Trace, marks: Marks) -> Iterator[Line]:
    walked = _walked(trace)
    for event in trace.events:
        workflow = trace.scenario.payments[event.payment].code
        for row, (sender, receiver) in walked.unseen.get(event.number, ()):
            yield Line(
                kind=UNSEEN,
                sender=sender,
                receiver=receiver,
                label=row.what,
                payment=event.payment,
                steps=row.number,
                place=row.place,
            )
        yield _seen(event, workflow, walked.shown.get(event.number), marks.events.get(event.number, ()))


def _walked(trace: Trace) -> _Walked:
    """The walk of what is surely drawn: a wallet that talks without end would be walked after for a long time."""
    found, trace = _Walked({}, {}), replace(trace, events=trace.events[:LINES])
    for payment in range(len(trace.scenario.payments)):
        waiting: list[tuple[Transition, arrows.Ends]] = []
        for row, event in observed_walk(trace, payment):
            between = arrows.unseen_ends(row)
            if event is not None:
                found.shown[event.number], found.unseen[event.number] = row, waiting
                waiting = []
            elif between is not None:
                waiting.append((row, between))
    return found


def _seen(event: Event, workflow: str, row: Transition | None, marks: Sequence[Mark]) -> Line:
    message = event.message
    sender, receiver = arrows.ends(message)
    return Line(
        kind=SEEN,
        sender=sender,
        receiver=receiver,
        label=_label(message),
        payment=event.payment,
        number=event.number,
        steps=row.number if row else arrows.steps(workflow, message),
        place=row.place if row else arrows.place(workflow, message),
        telling=tuple(_telling(message)),
        fields=tuple(display_fields(message).items()),
        marks=tuple(marks),
    )


def _label(message: Message) -> str:
    return (
        f"{message.name} ({printable(message.operation, _VALUE)})" if isinstance(message, Malformed) else message.name
    )


def _telling(message: Message) -> Iterator[str]:
    values = (getattr(message, name, None) for name in type(message).__dataclass_fields__ if name in _TELLING)
    return (printable(str(value), _VALUE) for value in values if value)


def _with_absent(trace: Trace, lines: list[Line], marks: Marks) -> list[Line]:
    """The lines, and what is missing put where it would have had its turn."""
    for absent, found in marks.absent.items():
        if absent.payment < len(trace.scenario.payments):
            line = _absent(absent, trace, found)
            lines.insert(_turn(lines, line, trace), line)
    return lines


def _absent(absent: Absent, trace: Trace, marks: Sequence[Mark]) -> Line:
    """Of several types that would have done, the first that has a turn, and that this wallet reports."""
    workflow = trace.scenario.payments[absent.payment].code
    reported = [kind for kind in absent.kinds if trace.app_link or BY_NAME[kind].point != APP_LINK]
    kind = min(reported or absent.kinds, key=lambda kind: arrows.rank(workflow, kind))
    sender, receiver = arrows.ends_of_kind(kind)
    return Line(
        kind=ABSENT,
        sender=sender,
        receiver=receiver,
        label=kind,
        payment=absent.payment,
        steps=arrows.steps_of_kind(workflow, kind),
        marks=tuple(marks),
    )


def _turn(lines: Sequence[Line], absent: Line, trace: Trace) -> int:
    """Behind all of its payment that comes before it in the workflow."""
    workflow = trace.scenario.payments[absent.payment].code
    own = arrows.rank(workflow, absent.label)
    places = [
        place
        for place, line in enumerate(lines, start=1)
        if line.payment == absent.payment
        and line.kind != UNSEEN
        and arrows.rank(workflow, line.label) <= (own if line.kind == SEEN else own - 1)
    ]
    return max(places, default=0)
