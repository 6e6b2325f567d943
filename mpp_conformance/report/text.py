"""Text from outside, made fit to be shown: no control characters, no endless lines."""

from dataclasses import fields
from typing import Final

from mpp_conformance.messages import Message
from mpp_conformance.trace import Event, Trace

LONGEST: Final = 2_000
_FIELD: Final = 200


def printable(text: str, limit: int = LONGEST) -> str:
    """``text`` on one line, at most about ``limit`` characters; escapes stand for what is not printable.

    That leaves nothing that could move a terminal's cursor, turn the direction of writing or fake a line of a log.
    """
    piece = text[:limit]
    if not piece.isprintable():
        piece = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in piece)
    return piece if len(text) <= limit else f"{piece}... ({len(text)} characters)"


def readable(trace: Trace) -> str:
    """A conversation as people read it: one line a message, ``->`` from the suite and ``<-`` from the wallet."""
    lines = [f"{trace.scenario.label}: {trace.ending}", *(_line(event) for event in trace.events)]
    if trace.trouble:
        lines.append(f"trouble: {printable(trace.trouble)}")
    return "\n".join(lines) + "\n"


def shown_fields(message: Message) -> dict[str, str]:
    """The fields a message has, made fit to be shown and cut short."""
    values = ((field.name, getattr(message, field.name)) for field in fields(message))
    return {name: printable(str(value), _FIELD) for name, value in values if value is not None}


def _line(event: Event) -> str:
    message = event.message
    told = ", ".join(f"{name} {value}" for name, value in shown_fields(message).items())
    way = "->" if message.by_suite else "<-"
    head = f"{event.number:4} {event.at:9.3f} s  payment {event.payment + 1}  {way} {message.name}"
    return f"{head}: {told}" if told else head
