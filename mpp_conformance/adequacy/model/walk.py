"""The way of a payment through the table: the planned one by its condition, the walked one by its messages."""

from mpp_conformance.adequacy.model.dimensions import CODE, DIMENSIONS, Condition
from mpp_conformance.adequacy.model.table import LEFT_ALONE, Transition, states, transitions_from
from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.protocol.messages import Message

_CODE_AT = list(DIMENSIONS).index(CODE)


def way(condition: Condition) -> list[Transition]:
    """The transitions that a payment under ``condition`` takes, from the first state of its workflow to an end.

    ValueError if the table leaves a choice: the dimensions then do not say all that decides.
    """
    workflow = condition[_CODE_AT]
    state, taken = states(workflow)[0], list[Transition]()
    while following := [row for row in transitions_from(workflow, state) if row.admits(condition)]:
        if len(following) > 1:
            raise ValueError(f"{following[0].name} or {following[1].name} under {', '.join(condition)}")
        taken += following
        state = following[0].target
    return taken


def walk(trace: Trace) -> list[Transition]:
    """The transitions that the payments of a trace took, one payment after the other."""
    return [row for payment in range(len(trace.scenario.payments)) for row in walk_of(trace, payment)]


def walk_of(trace: Trace, payment: int) -> list[Transition]:
    """The transitions that one payment took."""
    return [row for row, _ in observed_walk(trace, payment)]


def observed_walk(trace: Trace, payment: int) -> list[tuple[Transition, Event | None]]:
    """The transitions that one payment took, each with the event that shows it, or ``None`` where none does.

    A message that comes before its turn (page and callback may come in either order) is kept until its turn comes;
    one that never has a turn in this workflow is no part of the walk, nor is a failure that a success follows.
    """
    workflow = trace.scenario.payments[payment].code
    state, taken, kept = states(workflow)[0], list[tuple[Transition, Event | None]](), list[Event]()
    for event in trace.in_the_end(payment).of(payment):
        kept.append(event)
        while found := _next(workflow, state, kept, app_link=trace.app_link):
            shown, passed = found
            kept.remove(shown)
            taken += [(row, None) for row in passed[:-1]]
            taken.append((passed[-1], shown))
            state = passed[-1].target
    if not kept and trace.ending != BROKEN:
        taken += [(row, None) for row in _shown_by_silence(workflow, state)]
    return taken


def _next(workflow: str, state: str, kept: list[Event], *, app_link: bool) -> tuple[Event, list[Transition]] | None:
    for event in kept:
        passed = _to(workflow, state, event.message, app_link=app_link)
        if passed:
            return event, passed
    return None


def _to(workflow: str, state: str, message: Message, *, app_link: bool) -> list[Transition]:
    """The transitions from ``state`` up to the one that ``message`` shows; none if no unseen ones lead there."""
    for row in transitions_from(workflow, state):
        if row.shown is not None and row.shown.fits(message):
            return [row]
    for row in transitions_from(workflow, state):
        if row.passes_unseen(app_link=app_link):
            further = _to(workflow, row.target, message, app_link=app_link)
            if further:
                return [row, *further]
    return []


def _shown_by_silence(workflow: str, state: str) -> list[Transition]:
    passed = list[Transition]()
    while following := transitions_from(workflow, state):
        if len(following) > 1 or not following[0].passes_unseen(app_link=True):
            return []
        passed += following
        state = following[0].target
    return passed if state == LEFT_ALONE else []
