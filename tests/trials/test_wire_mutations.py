"""Each field that an MPP server says to Alipay+, wrong in each way: a requirement names it, or it is free and why."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import (
    CancelPaymentAnswer,
    IdentifyCode,
    InquiryPaymentAnswer,
    Message,
    NotifyPayment,
    UserInitiatedPay,
)
from mpp_conformance.scenarios import call_cells as called
from mpp_conformance.scenarios.cells import BOTH, customers_in_turn, paid_then_foreign, psp, sdk
from mpp_conformance.scenarios.rounds import FAILURE_NOTICE_UNKNOWN, NOTICE_UNKNOWN
from mpp_conformance.scenarios.scenario import ORDER, UNFUNDED
from mpp_conformance.specimens import CONFORMING, Specimen
from mpp_conformance.transport.connectors.direct import hold
from mpp_conformance.transport.connectors.memory import Memory, RememberingPeers
from mpp_conformance.trials import cabinet
from tests.mutations import MutatingWire, Mutation

_SHORT: Final = {
    *(made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), sdk(code, "S"))),
    *(customers_in_turn(ORDER), paid_then_foreign(ORDER), NOTICE_UNKNOWN, FAILURE_NOTICE_UNKNOWN),
    *(called.PAID, called.UNPAID, called.BEING_PAID, called.STRANGE, called.INQUIRED_ROUND_CANCELLATION[0]),
    *(called.PAID_TRIED_AGAIN, called.UNPAID_TRIED_AGAIN, called.EARLY_TRIED_AGAIN),
}
_ASKED: Final = {
    scenario: cases
    for scenario, cases in cabinet.conversations(load(directory("suites")).cases).items()
    if scenario in _SHORT
}
_PROFILE: Final = cabinet.profile_of(app_link=True)
_MEMORIES: Final = {scenario: Memory(scenario, _PROFILE) for scenario in _ASKED}
_BEFORE: Final = cabinet.Before()
_SPECIMENS: Final[Mapping[type[Message], Specimen]] = {
    UserInitiatedPay: CONFORMING["conforming"],
    NotifyPayment: CONFORMING["conforming"],
    IdentifyCode: CONFORMING["codes-identified-remotely"],
    InquiryPaymentAnswer: CONFORMING["conforming"],
    CancelPaymentAnswer: CONFORMING["conforming"],
}
_BESIDE: Final[Mapping[type[Message], Mapping[str, Any]]] = {
    UserInitiatedPay: {"passThroughInfo": '{"counter":"3"}', "indirectMpp": {"name": "x"}},
    NotifyPayment: {
        "paymentTime": "2025-06-15T12:00:30+08:00",
        "customsDeclarationAmount": {"currency": "CNY", "value": "5000"},
    },
    InquiryPaymentAnswer: {"paymentTime": "2025-06-15T12:00:30+08:00"},
}
"""Fields that the conforming MPP does without."""

_OPTIONAL: Final = "the field is optional"
_WORDS: Final = "words for people, of which no document says more than their type"
_OPAQUE: Final = "the MPP's own text, which says nothing to Alipay+"
_UNKNOWN_FIELD: Final = "fields that no document names are ignored"
_FREE: Final[Mapping[str, Mapping[str, str]]] = {}


def broken(kind: type[Message], mutation: Mutation | None) -> tuple[bool, set[str]]:
    """Whether there was anything to change, and the requirements that are failed."""
    met, found = False, []
    for scenario, cases in _ASKED.items():
        wire = MutatingWire(mutation, kind, _BESIDE.get(kind, {}))
        trace = hold(_SPECIMENS[kind](_PROFILE), RememberingPeers(_MEMORIES[scenario]), wire)
        met = met or wire.met
        found.append(_BEFORE.judged(cases, trace))
    set_up = SetUp.from_signs(sign for one in found for sign in one.signs)
    rows = [row for one in found for row in one.weighed(set_up)]
    return met, {row.requirement for row in rows if row.verdict is Verdict.FAIL}


@pytest.mark.parametrize(
    "kind", [UserInitiatedPay, NotifyPayment, IdentifyCode, InquiryPaymentAnswer, CancelPaymentAnswer]
)
def test_what_is_not_mutated_breaks_nothing(kind: type[Message]) -> None:
    """Every field filled in, as the interface has it."""
    assert broken(kind, None) == (False, set())
