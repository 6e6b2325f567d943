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
from mpp_conformance.scenarios.call_sequences import several
from mpp_conformance.scenarios.cells import BOTH, customers_in_turn, paid_then_foreign, psp, sdk
from mpp_conformance.scenarios.rounds import FAILURE_NOTICE_UNKNOWN, NOTICE_UNKNOWN
from mpp_conformance.scenarios.scenario import ORDER, UNFUNDED, Payment, Scenario, one
from mpp_conformance.specimens import CONFORMING, Specimen
from mpp_conformance.transport.connectors.direct import hold
from mpp_conformance.transport.connectors.memory import Memory, RememberingPeers
from mpp_conformance.trials import cabinet
from tests.mutations import MutatingWire, Mutation, mutations

UNKNOWN: Final = one("order-unknown-at-first", Payment(code=ORDER, unknown=1))
CANCELLED: Final = (called.INQUIRED_ROUND_CANCELLATION[0], called.PAID_TRIED_AGAIN)
_LEFT: Final = tuple(made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED)))
_HELD: Final[Mapping[type[Message], tuple[Scenario, ...]]] = {
    UserInitiatedPay: (*_LEFT, *(sdk(code, "S") for code in BOTH), customers_in_turn(ORDER), UNKNOWN),
    NotifyPayment: (*_LEFT[1:], customers_in_turn(ORDER), NOTICE_UNKNOWN, FAILURE_NOTICE_UNKNOWN, called.PAID),
    IdentifyCode: (*_LEFT, paid_then_foreign(ORDER)),
    InquiryPaymentAnswer: (
        *(*_LEFT[1:2], called.PAID, called.UNPAID, called.BEING_PAID, called.STRANGE, *CANCELLED),
        # An order that is known is asked about before one that nobody placed.
        next(held for held in several(called.asked_about_nothing) if held.label == "order-each-of-several-asked-about"),
    ),
    CancelPaymentAnswer: (*CANCELLED, called.UNPAID_TRIED_AGAIN, called.EARLY_TRIED_AGAIN),
}
"""Few conversations: in each of them something is said of the message."""
_ASKED: Final = cabinet.conversations(load(directory("suites")).cases)
_PROFILE: Final = cabinet.profile_of(app_link=True)
_MEMORIES: Final = {scenario: Memory(scenario, _PROFILE) for held in _HELD.values() for scenario in held}
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

_OPTIONAL: Final = "no document asks for the field"
_WORDS: Final = "words for people, of which documents say no more than their type"
_OPAQUE: Final = "the MPP's own text, of which documents say no more than its length"
_IGNORED: Final = "fields that no document names are ignored"
_SPELLED: Final = "no document says how a time is spelled there, or that its clock is right"
_OWN_SUM: Final = "no document says what is to be declared at customs, but that it stays the same"
_UNSEEN: Final = "no official page of identifyCode was seen"
_CODES: Final = "no document lists the result codes of a success, but that the same call gets the same one"
_ABSENT: Final = ("missing", "null")
_MORE: Final = {_IGNORED: ("with a field more",)}
_OTHER_TEXT: Final = ("blank", "a blank more", "a character less", "in capitals", "with a line feed", "of nobody")
_WITHOUT_LETTERS: Final = tuple(how for how in _OTHER_TEXT if how != "in capitals")
_FREE: Final[Mapping[type[Message], Mapping[str, Mapping[str, tuple[str, ...]]]]] = {
    UserInitiatedPay: {
        "passThroughInfo": {_OPTIONAL: _ABSENT, _OPAQUE: _OTHER_TEXT},
        "indirectMpp": {_OPTIONAL: _ABSENT, _OPAQUE: ("without fields",), **_MORE},
    },
    NotifyPayment: {
        "paymentResult": _MORE,
        "paymentResult.resultMessage": {_WORDS: ("empty", *_OTHER_TEXT)},
        "paymentId": {_OPTIONAL: _ABSENT},
        "paymentTime": {_OPTIONAL: _ABSENT, _SPELLED: _WITHOUT_LETTERS},
        "paymentAmount": {_OPTIONAL: _ABSENT, **_MORE},
        "payToAmount": {_OPTIONAL: _ABSENT, **_MORE},
        "customerId": {_OPTIONAL: _ABSENT},
        "customsDeclarationAmount": {_OPTIONAL: _ABSENT, **_MORE},
        "customsDeclarationAmount.currency": {_OWN_SUM: ("unknown", "another")},
        "customsDeclarationAmount.value": {
            _OWN_SUM: ("a hundred times as much", "a hundredth", "one unit more", "nothing")
        },
    },
    IdentifyCode: {"customerId": {_UNSEEN: (*_ABSENT, *_OTHER_TEXT)}},
    InquiryPaymentAnswer: {
        "result": _MORE,
        "result.resultMessage": {_WORDS: ("empty", *_OTHER_TEXT, "as at first")},
        "paymentResult": _MORE,
        "paymentResult.resultMessage": {_WORDS: ("empty", *_OTHER_TEXT, "as at first")},
        "paymentId": {_OPTIONAL: _ABSENT},
        "paymentTime": {_OPTIONAL: _ABSENT, _SPELLED: _WITHOUT_LETTERS},
        "paymentAmount": {_OPTIONAL: _ABSENT, **_MORE},
        "payToAmount": {_OPTIONAL: _ABSENT, **_MORE},
        "customerId": {_OPTIONAL: _ABSENT},
    },
    CancelPaymentAnswer: {
        "result": _MORE,
        "result.resultCode": {_CODES: _WITHOUT_LETTERS},
        "result.resultMessage": {_WORDS: ("empty", *_OTHER_TEXT)},
    },
}
"""By field, why an MPP may do it, and what."""


def broken(kind: type[Message], mutation: Mutation | None) -> tuple[bool, set[str]]:
    """Whether there was anything to change, and the requirements that are failed."""
    met, found = False, []
    for scenario in _HELD[kind]:
        wire = MutatingWire(mutation, kind, _BESIDE.get(kind, {}))
        trace = hold(_SPECIMENS[kind](_PROFILE), RememberingPeers(_MEMORIES[scenario]), wire)
        met = met or wire.met
        found.append(_BEFORE.judged(_ASKED[scenario], trace))
    set_up = SetUp.from_signs(sign for one in found for sign in one.signs)
    rows = [row for one in found for row in one.weighed(set_up)]
    return met, {row.requirement for row in rows if row.verdict is Verdict.FAIL}


@pytest.mark.parametrize("kind", _HELD)
def test_every_field_that_is_wrong_is_named_or_free(kind: type[Message]) -> None:
    """Each change of each field breaks a requirement, but for those that a document leaves open; without one, none."""
    changed = [(mutation, *broken(kind, mutation)) for mutation in mutations(kind)]
    unnamed = {str(mutation) for mutation, met, names in changed if met and not names}
    free = {f"{path}: {how}" for path, found in _FREE[kind].items() for hows in found.values() for how in hows}
    assert (broken(kind, None), unnamed) == ((False, set()), free)
    assert [str(mutation) for mutation, met, _ in changed if mutation.how == "missing" and not met] == []
