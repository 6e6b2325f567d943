"""The judging language: questions to one payment of a trace, each of which is met, failed or cannot be decided.

Rules of this file
- A question that is not met ends the judgement: with FAIL where a stimulus reached the wallet and its reaction was
  wrong, with INCONCLUSIVE where the stimulus never came, or where the adaptor's own report could not be read.
- What is said of all messages of a kind (`one`, `each`, `none` and their like) is met only by a conversation that was
  held to its end and in which every message of that kind could be read; what was not seen is not proven absent.
- Nor is a message missing where one of its kind was sent that could not be read: that is another duty's failure.
- `reached` and `given` come first: no stimulus, no verdict on the reaction.
- What came when the conversation was over can break a duty, but it meets none, and nothing is missing after it: where
  a verdict hangs on that, the wallet may have been slow only, and no sentence says how fast it must be.
- What is missing accuses only where everything is reported, what is repeated only where no report is invented twice, an
  order only where one clock orders the reports; and nothing is absent where not everything is reported.
- What hangs on time accuses nobody where the suite itself was late, or the adaptor did not wait for it.
- A judgement that asked nothing is an ERROR: it would have been green for any wallet.
- Nothing here knows a level or a basis: whether a failure decides is the requirement's business.
"""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, Final, NoReturn, Self

from mpp_conformance.judging import attestation
from mpp_conformance.judging.attestation import PATIENCE_OF_REPORTS, SUITE_LATE, UNATTESTED
from mpp_conformance.judging.causes import likely_cause
from mpp_conformance.judging.judgement import (
    DIFFERENT,
    MISSING,
    OUT_OF_ORDER,
    REPEATED,
    UNEXPECTED,
    Deviation,
    Judgement,
)
from mpp_conformance.judging.obstacles import broken_duty, obstacle
from mpp_conformance.judging.patterns import any_in_words, count_text, has, in_words, matches, value_in_words
from mpp_conformance.judging.text_differences import Parting, excerpt, likely_slip, parting_of
from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import APP_LINK, BY_NAME, CLIENT_SDK, GATEWAY, Malformed, Message, ResultPage

_asked: ContextVar[list[str]] = ContextVar("_asked")
_LATE: Final = "what decides it came when the conversation was over; a slow wallet needs more [reach] patience"
_EITHER: Final = "server or client: without [features] app_link nobody sees which of the two it was"
_SEEN_LIMIT: Final = 8
_SEEN_TEXT: Final = 400


class Unmet(Exception):  # noqa: N818  # it carries a verdict; only some of them are errors
    """An expectation that was not met; carries the judgement."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(f"expected {judgement.expected}; seen {judgement.seen}")
        self.judgement = judgement


def judge(question: Callable[[Trace], None], trace: Trace) -> Judgement:
    """Ask a case's question of a trace; raises nothing but KeyboardInterrupt, which is the user's.

    A runner's own ways out (its skips and failures, SystemExit) end no judgement either: they are no verdict on an MPP.
    """
    whole = _judged(question, trace)
    found = _weighed(_judged(question, trace.in_time), whole) if trace.late else whole
    cause = likely_cause(found, trace)
    return found if cause is None else replace(found, hint=cause.text, cause=str(cause.kind))


def _weighed(before: Judgement, whole: Judgement) -> Judgement:
    """What a conversation comes to of which more was heard when it was over."""
    met_late = before.verdict is Verdict.FAIL and (
        whole.verdict is Verdict.PASS or (whole.verdict is Verdict.INCONCLUSIVE and _missing(before))
    )
    if met_late:
        return replace(before, verdict=Verdict.INCONCLUSIVE, hint=_LATE)
    if whole.verdict is Verdict.FAIL and before.verdict is not Verdict.FAIL and _missing(whole):
        return replace(whole, verdict=Verdict.INCONCLUSIVE, hint=_LATE)
    if before.verdict is Verdict.INCONCLUSIVE and whole.verdict is Verdict.PASS:
        return replace(before, hint=_LATE)
    return max(whole, before, key=lambda judgement: judgement.verdict)


def _missing(judgement: Judgement) -> bool:
    return judgement.deviation is not None and judgement.deviation.how == MISSING


def _judged(question: Callable[[Trace], None], trace: Trace) -> Judgement:
    asked: list[str] = []
    mark = _asked.set(asked)
    try:
        question(trace)
    except Unmet as unmet:
        return unmet.judgement
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # noqa: BLE001  # whatever breaks in a judge is the suite's fault, and said so
        return Judgement(
            verdict=Verdict.ERROR,
            expected="the case to judge the trace",
            seen=f"{type(problem).__name__}: {excerpt(str(problem), limit=_SEEN_TEXT)}",
            hint="a fault of the suite, not of the wallet",
            asked=len(asked),
        )
    finally:
        _asked.reset(mark)
    if not asked:
        return Judgement(verdict=Verdict.ERROR, expected="the case to ask something", seen="no expectation at all")
    return Judgement(verdict=Verdict.PASS, expected="; ".join(dict.fromkeys(asked)), seen="all of it", asked=len(asked))


def expect(trace: Trace, payment: int = 0) -> "Expectation":
    """Questions to one payment of a trace (index from 0)."""
    return Expectation(trace, payment)


class Expectation:
    """Questions that can be chained; the first one that is not met ends the judgement."""

    def __init__(self, trace: Trace, payment: int) -> None:
        self._trace = trace
        self._payment = payment
        self._events = trace.of(payment)
        self._about: int | None = None

    def reached(self, kind: type[Message], **wanted: Any) -> Self:
        """A stimulus took place: without it nothing can be said (INCONCLUSIVE)."""
        self._ask(f"{in_words(kind, wanted)} to take place first")
        found = next((event for event in self._of(kind) if has(event.message, wanted)), None)
        if found is None:
            self._undecided(f"{in_words(kind, wanted)}, before anything can be said about what follows", lacking=kind)
        if found.message.by_suite:
            self._about = max(found.number, self._about or 0)
        return self

    def given(self, holds: bool, what: str) -> Self:  # noqa: FBT001  # reads as a sentence: given(condition, words)
        """A precondition holds: without it nothing can be said (INCONCLUSIVE)."""
        self._ask(what)
        if not holds:
            self._undecided(f"{what}, before anything can be said about what follows")
        return self

    def one(self, kind: type[Message], **wanted: Any) -> Self:
        """Exactly one message of this kind, with these fields."""
        self._ask(f"exactly one {in_words(kind, wanted)}")
        found = self._sent(kind)
        if len(found) != 1:
            how = self._deviates(REPEATED if found else MISSING, kind)
            self._fail(f"exactly one {in_words(kind, wanted)}", count_text(kind, len(found)), found, how)
        self._compare(found[0], kind, wanted)
        self._all_seen(kind)
        return self

    def each(self, kind: type[Message], **wanted: Any) -> Self:
        """At least one message of this kind, and every one with these fields."""
        self._ask(f"every {in_words(kind, wanted)}")
        found = self._sent(kind)
        if not found:
            self._fail(
                f"at least one {in_words(kind, wanted)}", count_text(kind, 0), found, self._deviates(MISSING, kind)
            )
        for event in found:
            self._compare(event, kind, wanted)
        self._all_seen(kind)
        return self

    def some(self, kind: type[Message], **wanted: Any) -> Self:
        """At least one message of this kind with these fields; others may differ."""
        self._ask(f"at least one {in_words(kind, wanted)}")
        found = self._sent(kind)
        if not found:
            self._fail(
                f"at least one {in_words(kind, wanted)}", count_text(kind, 0), found, self._deviates(MISSING, kind)
            )
        if not any(has(event.message, wanted) for event in found):
            self._lacking(in_words(kind, wanted), kind)
            # The one that says something else is told before those that say nothing of it.
            contrary = (e for e in found if all(getattr(e.message, name) is not None for name in wanted))
            self._compare(next(contrary, found[0]), kind, wanted)
        return self

    def either(self, *options: tuple[type[Message], dict[str, Any]]) -> Self:
        """At least one message that is one of the options: a kind, and the fields it must have."""
        worded = " or ".join(in_words(kind, wanted) for kind, wanted in options)
        self._ask(worded)
        if not any(matches(event.message, kind, wanted) for event in self._events for kind, wanted in options):
            kinds = tuple(kind for kind, _ in options)
            found = [event for event in self._events if isinstance(event.message, kinds)]
            if not found:
                for kind in kinds:
                    self._all_seen(kind)
                self._fail(worded, "none of them", found, self._deviates(MISSING, *kinds))
            self._lacking(worded, *kinds)
            kind, wanted = next(option for option in options if isinstance(found[0].message, option[0]))
            self._compare(found[0], kind, wanted, expected=worded)
        return self

    def none(self, kind: type[Message], **unwanted: Any) -> Self:
        """No message of this kind with these fields; ask it only after `reached` or another positive question."""
        self._ask(f"no {in_words(kind, unwanted)}")
        found = [event for event in self._of(kind) if has(event.message, unwanted)]
        if found:
            how = self._deviates(UNEXPECTED, kind)
            self._fail(f"no {in_words(kind, unwanted)}", count_text(kind, len(found)), found, how)
        self._absent(kind, f"no {in_words(kind, unwanted)}")
        return self

    def in_order(self, first: type[Message], then: type[Message], /, **wanted: Any) -> Self:
        """The first message ``first`` (with these fields) comes before the first message ``then``."""
        self._ask(f"{in_words(first, wanted)} before {then.__name__}")
        early = [event for event in self._of(first) if has(event.message, wanted)]
        late = self._of(then)
        if early and late and early[0].number > late[0].number:
            self._fail(
                f"{in_words(first, wanted)} before {then.__name__}",
                f"{then.__name__} as number {late[0].number}, {first.__name__} as number {early[0].number}",
                [late[0], early[0]],
                self._deviates(OUT_OF_ORDER, first, then),
            )
        if not early or not late:
            lacking = then if early else first
            self._undecided(f"both {in_words(first, wanted)} and {then.__name__}", lacking=lacking)
        return self

    def proven_in_order(self, first: type[Message], then: type[Message]) -> Self:
        """As `in_order`, where another order proves nothing (INCONCLUSIVE): what lies between cannot be seen."""
        self._ask(f"{first.__name__} before {then.__name__}")
        early, late = self._of(first), self._of(then)
        if not early or not late or early[0].number > late[0].number:
            self._undecided(
                f"{first.__name__} before {then.__name__}, to show when the client knew the payment result",
                "set [features] app_link = true and report server answers to show it otherwise",
            )
        return self

    def each_holding(self, kind: type[Message], name: str, text: str) -> Self:
        """At least one message of this kind, and every one has ``text`` somewhere in its field ``name``."""
        self._ask(f"every {in_words(kind, {name: text})}")
        found = self._sent(kind)
        strange = [event for event in found if text not in str(getattr(event.message, name))]
        if strange or not found:
            seen = excerpt(str(getattr(strange[0].message, name)), limit=_SEEN_TEXT) if strange else "none"
            how = self._deviates(DIFFERENT if strange else MISSING, kind, field=name if strange else "")
            self._fail(f"{kind.__name__} with {excerpt(text)} in {name}", f"{name} {seen}", strange, how)
        self._all_seen(kind)
        return self

    def no_earlier(self, kind: type[Message], *, than: type[Message]) -> Self:
        """No message of ``kind`` comes before the first message of ``than``; without one nothing can be said."""
        self._ask(f"no {kind.__name__} before {than.__name__}")
        start = next((event.number for event in self._of(than)), None)
        if start is None:
            self._undecided(f"{than.__name__}, before which no {kind.__name__} may come", lacking=than)
        early = [event for event in self._of(kind) if event.number < start]
        if early:
            how = self._deviates(OUT_OF_ORDER, kind, than)
            self._fail(f"no {kind.__name__} before {than.__name__}", count_text(kind, len(early)), early, how)
        self._absent(kind, f"no {kind.__name__} before {than.__name__}")
        return self

    def none_but(self, kind: type[Message], **allowed: tuple[Any, ...]) -> Self:
        """Every message of this kind has one of the allowed values in each field named."""
        wanted = {name: values[0] for name, values in allowed.items()}
        self._ask(f"no other than {in_words(kind, wanted)}")
        for event in self._of(kind):
            for name, values in allowed.items():
                if getattr(event.message, name) not in values:
                    expected = f"{kind.__name__} with {name} {any_in_words(values)}"
                    self._compare(event, kind, {name: values[0]}, expected=expected)
        self._all_seen(kind)
        return self

    def shown_by(self, kind: type[Message], **wanted: Any) -> Self:
        """What comes out at another point proves it; if it does not, nothing is proven (INCONCLUSIVE).

        For duties on the app link of a wallet that does not report it.
        """
        self._ask(f"{in_words(kind, wanted)} to show it")
        if not any(has(event.message, wanted) for event in self._of(kind)):
            self._undecided(
                f"{in_words(kind, wanted)} to show it, since the wallet does not report its app link",
                "set [features] app_link = true and report server answers to have the server judged by itself",
                lacking=kind,
            )
        return self

    def _of(self, kind: type[Message]) -> tuple[Event, ...]:
        return self._trace.of_kind(self._payment, kind)

    def _sent(self, kind: type[Message]) -> tuple[Event, ...]:
        """As `_of`; where there is none, it is not missing if one was sent that could not be read."""
        found = self._of(kind)
        if not found:
            self._all_seen(kind)
        return found

    def _lacking(self, expected: str, *kinds: type[Message]) -> None:
        """Others of these kinds prove nothing where the right one may not have been reported."""
        if why := self._unproven_by(self._deviates(MISSING, *kinds)):
            self._undecided(expected, why)

    def _absent(self, kind: type[Message], expected: str) -> None:
        """As `_all_seen`; what is not reported is absent only where everything is."""
        self._all_seen(kind)
        # The app link is the wallet's own: where nobody reports it, what comes out elsewhere is judged.
        own = kind.point == APP_LINK and not self._trace.app_link
        # Whoever says which page stood there in the end says that no other did.
        sighted = kind is ResultPage and self._trace.sighted(self._payment)
        if not own and not sighted and not self._trace.observes.at(kind.point).complete:
            self._undecided(expected, UNATTESTED[MISSING].format(point=kind.point))

    def _all_seen(self, kind: type[Message]) -> None:
        if self._trace.ending == BROKEN:
            self._undecided("a conversation that was held to its end")
        for event in self._of(Malformed):
            if isinstance(event.message, Malformed) and event.message.operation == kind.__name__:
                self._undecided(f"every {kind.__name__} to be readable", f"one is not: {event.message.problem}")

    def _ask(self, what: str) -> None:
        _asked.get([]).append(what)

    def _compare(self, event: Event, kind: type[Message], wanted: dict[str, Any], *, expected: str = "") -> None:
        """Fail for the first field that is not as wanted; ``expected``: what to say was, if not that message alone."""
        for name, value in wanted.items():
            seen = getattr(event.message, name)
            if seen == value:
                continue
            hint, words, parted = "", f"{kind.__name__} with {name} {value_in_words(seen)}", None
            if isinstance(value, str):
                opaque = name == "sdk_action_payload" or len(value) > len("HANDLE_BY_SDK")
                hint = likely_slip(value, seen) if opaque else ""
                parted = parting_of(value, seen) if isinstance(seen, str) else None
                words += f" ({parted})" if parted else ""
            how = self._deviates(DIFFERENT, kind, field=name, parted=parted)
            self._fail(expected or in_words(kind, wanted), words, [event], how, hint)

    def _deviates(self, how: str, *kinds: type[Message], field: str = "", parted: Parting | None = None) -> Deviation:
        names = tuple(kind.__name__ for kind in kinds)
        return Deviation(how=how, kinds=names, payment=self._payment, field=field, parting=parted)

    def _fail(self, expected: str, seen: str, events: Sequence[Event], how: Deviation, hint: str = "") -> NoReturn:
        reports = [event.message for event in self._of(Malformed)]
        unread = [report for report in reports if isinstance(report, Malformed) and report.where != GATEWAY]
        if unread:
            self._undecided(expected, f"a report of the adaptor could not be read: {unread[0].problem}")
        if self._trace.ending == BROKEN:
            self._undecided(expected)
        if why := self._unproven_by(how, *(event.message for event in events)):
            self._undecided(expected, why)
        if not hint and not self._trace.app_link and how.how == MISSING and _of_client(how):
            hint = _EITHER
        raise Unmet(
            Judgement(
                verdict=Verdict.FAIL,
                expected=expected,
                seen=seen,
                hint=hint,
                events=tuple(event.number for event in events),
                deviation=how,
                about=self._about,
                asked=len(_asked.get([])),
            )
        )

    def _unproven_by(self, how: Deviation, *said: Message) -> str:
        """Why a deviation accuses nobody; empty where it may accuse. ``said``: what should not have been."""
        trace = self._trace
        if attestation.hangs_on_time(how, *(() if trace.chosen else said)):
            if trace.lagged:
                return SUITE_LATE.format(time=trace.lagged)
            if trace.hung_up(how.payment):
                return PATIENCE_OF_REPORTS
        return attestation.reason_unattested(how, trace.observes, chosen=trace.chosen, by_hand=trace.by_hand)

    def _hindrance(self, how: Deviation | None) -> str:
        if self._trace.hung_up(self._payment):
            return PATIENCE_OF_REPORTS
        return broken_duty(self._events) if how is None else obstacle(self._events)

    def _undecided(self, expected: str, hint: str = "", *, lacking: type[Message] | None = None) -> NoReturn:
        """``lacking``: the type of message that would have decided it, if none of it was seen."""
        how = None if lacking is None or self._of(lacking) else self._deviates(MISSING, lacking)
        seen = ", ".join(event.message.name for event in self._events[:_SEEN_LIMIT]) or "nothing"
        if len(self._events) > _SEEN_LIMIT:
            seen += f" and {len(self._events) - _SEEN_LIMIT} more"
        raise Unmet(
            Judgement(
                verdict=Verdict.INCONCLUSIVE,
                expected=expected,
                seen=seen,
                hint=hint or self._trace.trouble or self._hindrance(how),
                deviation=how,
                about=self._about,
                asked=len(_asked.get([])),
            )
        )


def _of_client(how: Deviation) -> bool:
    """Whether it is in what an MPP client says, who acts on what it was handed."""
    return any(BY_NAME[name].point == CLIENT_SDK for name in how.kinds)
