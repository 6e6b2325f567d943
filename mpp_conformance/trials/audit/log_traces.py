"""One conversation of a log as a trace, with what its reports are worth."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.protocol.messages import (
    APP_LINK,
    BY_NAME,
    CLIENT_SDK,
    GATEWAY,
    HANDLE_BY_PSP,
    USER,
    CashierPage,
    Decode,
    DecodeCallback,
    HandleAction,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
)
from mpp_conformance.scenarios.observation import NOBODY, POINTS, Observed, Witness
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.trials.audit.records import MAX_RECORDS, Facts, Record, message
from mpp_conformance.trials.audit.situation import Situation, Unclear, infer

SEVERAL: Final = "its keys lead to more than one payment"
TOO_MANY: Final = f"it has more than {MAX_RECORDS} records"
_MICROSECONDS: Final = 1_000_000
_OF_CLIENT: Final = (USER, CLIENT_SDK, APP_LINK)
_SHOW_A_CLIENT: Final = (ServerAnswer, ResultPage, DecodeCallback, HandleAction, CashierPage)
_SHOW_AN_END: Final = (NotifyPayment, ServerAnswer, ResultPage, DecodeCallback)


def read(records: Sequence[Record], attested: Observed, facts: Facts, settle: float) -> tuple[Situation, Trace]:
    """The situation and the trace of one conversation; Unclear, with the reason, where nothing can be asked of it."""
    if len(records) > MAX_RECORDS:
        raise Unclear(TOO_MANY)
    sessions, requests = ({getattr(one, key) for one in records} - {""} for key in ("session", "request"))
    if len(sessions) > 1 or len(requests) > 1 or any(one.several for one in records):
        raise Unclear(SEVERAL)
    said = [message(one) for one in records]
    apart = cut_off(records, facts, settle)
    whole, scanned = (
        attested.at(point).complete and point not in facts.lossy and not apart for point in (GATEWAY, USER)
    )
    situation, scenario, codes = infer(said, whole=whole, scanned=scanned)
    start = records[0].at
    events = tuple(
        Event(number=number, payment=0, message=one, at=(record.at - start) / _MICROSECONDS)
        for number, (one, record) in enumerate(zip(said, records, strict=True), 1)
    )
    worth = _Worth(records, said, facts, cut_off=apart, situation=situation)
    observes = worth.of(attested, linked_by_session=bool(sessions), linked_by_request=bool(requests))
    app_link = observes.app_link.by != NOBODY
    trace = Trace(scenario=scenario, codes=(codes,), events=events, ending=ENDED, app_link=app_link, observes=observes)
    return situation, trace


def cut_off(records: Sequence[Record], facts: Facts, settle: float) -> bool:
    """Whether a part of it may lie before the first record of the logs, or after the last one."""
    margin = settle * _MICROSECONDS
    return records[0].at - facts.begin < margin or facts.end - records[-1].at < margin


class _Worth:
    """What is attested of the logs holds of one conversation only as far as nothing in it speaks against that."""

    def __init__(
        self, records: Sequence[Record], said: Sequence[Message], facts: Facts, *, cut_off: bool, situation: Situation
    ) -> None:
        self._said, self._facts, self._situation = said, facts, situation
        self._cut_off = cut_off
        times = [one.at for one in records]
        self._one_by_one = len(set(times)) == len(times)

    def of(self, attested: Observed, *, linked_by_session: bool, linked_by_request: bool) -> Observed:
        """The witness of each point, for this conversation."""
        lost = set(self._facts.lossy) | (set() if linked_by_session else set(self._facts.by_session))
        lost |= set() if linked_by_request else set(self._facts.by_request)
        if self._cut_off or self._abandoned():
            lost |= set(POINTS)
        if not any(isinstance(one, _SHOW_A_CLIENT) for one in self._said):
            lost |= set(_OF_CLIENT)  # the consumer may have gone
        worth = {point: self._witness(attested.at(point), lost=point in lost) for point in POINTS}
        if not self._begun_once(worth):
            worth = {point: replace(witness, counted=False) for point, witness in worth.items()}
        return Observed(**{point.lower(): witness for point, witness in worth.items()})

    def _witness(self, attested: Witness, *, lost: bool) -> Witness:
        return replace(attested, complete=attested.complete and not lost, ordered=attested.ordered and self._one_by_one)

    def _abandoned(self) -> bool:
        """Whether a payment was left to the MPP, and the consumer may have gone before it came to an end."""
        to_pay = self._situation.action == HANDLE_BY_PSP
        ends = any(isinstance(one, _SHOW_AN_END) for one in self._said)
        unread = any(isinstance(one, Malformed) and BY_NAME[one.operation] in _SHOW_AN_END for one in self._said)
        return to_pay and not ends and not unread

    def _begun_once(self, worth: dict[str, Witness]) -> bool:
        """Whether what is repeated cannot be of a second scan, or a second call of decode, that is not logged."""
        begins: list[type[Message]] = [Scan, Decode] if self._situation.code == ENTRY else [Scan]
        return all(worth[kind.point].complete and any(isinstance(one, kind) for one in self._said) for kind in begins)
