"""Likely causes over the whole cabinet: most name the fault that is there, none names another one."""

from collections.abc import Callable
from itertools import islice
from typing import Final

import pytest

from mpp_conformance.adequacy.matrix import Examined
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.causes import likely_cause
from mpp_conformance.judging.judgement import DIFFERENT, Deviation, Judgement
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.fault_kinds import FaultKind
from mpp_conformance.protocol.messages import InquiryPayment, InquiryPaymentAnswer
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens import FAULTY, LOADED, Specimen
from mpp_conformance.specimens.kinds import ALSO, KINDS
from mpp_conformance.trials import cabinet

_LEAST: Final = 0.9
"""The share of failure cards whose likely cause has to be right."""


def _silent(specimen: Specimen) -> Specimen:
    """The same MPP, but it does not report its app link."""
    return type(f"{specimen.__name__}WithoutAppLink", (specimen,), {"app_link": False})


def test_every_faulty_mpp_has_a_fault_of_some_kind() -> None:
    """Each stands in the table of kinds once, and nobody else does."""
    assert list(FAULTY) == [name for name in FAULTY if name in KINDS]
    assert set(KINDS) == {*FAULTY, *LOADED}


@pytest.mark.parametrize("deciding", [True, False])
def test_the_likely_cause_names_the_fault_on_nine_cards_of_ten(*, deciding: bool) -> None:
    """Over all faulty MPPs and all that they fail, and over what decides alone."""
    made = cabinet.matrix()
    assert made.cards(right=True, deciding=deciding) >= _LEAST * made.cards(deciding=deciding)


def test_no_likely_cause_names_a_fault_that_is_not_there() -> None:
    """Who fails is told nothing rather than something wrong."""
    assert cabinet.matrix().wrong_causes == ()


def _wrong_causes(chosen: Callable[[Examined, cabinet.Conversations], cabinet.Conversations]) -> list[tuple[str, ...]]:
    """What is told wrongly of faulty MPPs that do not report their app link, in the conversations chosen for each."""
    held, before = cabinet.conversations(load(directory("suites")).cases), cabinet.Before()
    return [
        (examined.name, row.requirement, row.cause)
        for examined in cabinet.matrix().faulty
        for row in cabinet.judged(_silent(FAULTY[examined.name]), chosen(examined, held), before=before)
        if row.cause and row.cause not in {KINDS[examined.name], *ALSO.get(examined.name, ())}
    ]


def _telling(examined: Examined, held: cabinet.Conversations) -> cabinet.Conversations:
    """Every eighth of those in which something spoke against the same MPP while it reported its app link."""
    against = {(row.case, row.scenario) for row in examined.rows if row.verdict is not Verdict.PASS}
    telling = {
        scenario: cases
        for scenario, cases in held.items()
        if any((f"{case.module}::{case.name}", label) in against for case, label in cases)
    }
    return dict(islice(telling.items(), 0, None, 8))


def test_no_likely_cause_is_wrong_where_the_app_link_is_not_reported() -> None:
    """Server and client look alike from outside then: what both may have done is left open.

    In an eighth of the conversations that tell of the fault; `make thorough` holds them all.
    """
    assert _wrong_causes(_telling) == []


@pytest.mark.thorough
def test_no_likely_cause_is_wrong_in_any_conversation_without_app_link() -> None:
    """The same over every conversation."""
    assert _wrong_causes(lambda _, held: held) == []


@pytest.mark.parametrize(
    ("signature", "status", "kind"),
    [
        ("valid", "F", FaultKind.VALID_CALL_REFUSED),
        ("invalid", "S", FaultKind.CALLER_NOT_VERIFIED),
        ("invalid", "F", None),
    ],
)
def test_who_refuses_a_valid_signature_is_told_from_who_verifies_none(
    signature: str, status: str, kind: FaultKind | None
) -> None:
    """The call that Alipay+ made says which of the two it is; who rightly refuses is none of them."""
    answer = InquiryPaymentAnswer(result_status=status, result_code="INVALID_SIGNATURE", result_message="no")
    messages = (InquiryPayment(payment_request_id="1", signature=signature), answer)
    events = tuple(Event(number=number, payment=0, message=said) for number, said in enumerate(messages, start=1))
    trace = Trace(scenario=psp(ORDER), codes=(), events=events, ending=ENDED)
    how = Deviation(how=DIFFERENT, kinds=("InquiryPaymentAnswer",), payment=0, field="payment_status")

    found = likely_cause(Judgement(verdict=Verdict.FAIL, events=(2,), deviation=how), trace)

    assert kind == (None if found is None else found.kind)
