"""Trying generated answers out: judged as in a run, and made as small as they fail the same case."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.generation import problems
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import ENTRY_CODE, Claims, load
from mpp_conformance.protocol.result_codes import UNNAMED
from mpp_conformance.scenarios.answers import AnswersError, Found, Generated, Illegal, packaged_corpus
from mpp_conformance.scenarios.orders import COLLECTED, STOPPED
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, TAG
from mpp_conformance.specimens import CONFORMING, FAULTY, SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector, DirectConversations
from mpp_conformance.trials.answer_trials import Trial, cell_of, in_words
from mpp_conformance.wallet import reference

CASES: Final = [case for case in load(directory("suites")).cases if case.generated]
CLAIMS: Final = Claims.of(reference().claims())
BREAKING: Final = ("number-for-text-hangs", "older-reader-pays", "no-answer-hangs")
STUMBLING: Final = [name for name, found in FAULTY.items() if found.__module__.endswith(".answers")]
SMALL: Final = (
    '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"m"},"actionForm":{"actionType":%s}}'
)
BY_SDK: Final = SMALL % '"HANDLE_BY_SDK","sdkActionPayload":"p{tag}"'
WRITTEN: Final = [
    in_words(given.body, payment.code, payment.amount)
    for scenario in (*COLLECTED, *STOPPED)
    for payment in scenario.payments
    for given in [payment.answer]
    if given is not None
] + [in_words(BY_SDK.replace("SUCCESS", code).replace('"S"', '"F"'), ENTRY, 1_000) for code in UNNAMED]
"""Order information and result codes that are written and not drawn; some faults show beside them alone."""


def trial(name: str, claims: Claims = CLAIMS) -> Trial:
    """A trial with a specimen in this process."""
    kind = SPECIMENS[name]
    profile = replace(reference().profile, app_link=kind.app_link)
    return Trial(cases=CASES, claims=claims, conversations=DirectConversations(DirectConnector(kind(profile), profile)))


def first_failure(found: Trial, among: Sequence[Found] = packaged_corpus().legal) -> tuple[Found, str]:
    """The first answer that fails anything, and the name of the case."""
    return next((tried.answer, tried.failed[0][0].name) for tried in found.all_of(among) if tried.failed)


def places(body: str) -> set[str]:
    """The fields that break the interface."""
    return {problem.partition(":")[0] for problem in problems(body)}


@pytest.mark.parametrize("name", CONFORMING)
def test_a_conforming_mpp_fails_on_no_answer(name: str) -> None:
    """All of them are judged, by a case at least each."""
    tried = list(trial(name).all_of(packaged_corpus().answers))
    assert [found.answer.name for found in tried if not found.rows or found.failed] == []


@pytest.mark.parametrize("name", BREAKING)
def test_what_an_illegal_answer_fails_is_made_smaller_and_stays_broken(name: str) -> None:
    """In the same fields, to the same effect, and nowhere else; the same answer comes of it each time."""
    answer, _ = first_failure(trial(name), packaged_corpus().illegal)
    case = trial(name).one(answer).failed[0][0]
    (small, shrunk), (same, _) = (trial(name).smallest(answer, case, most=500) for _ in range(2))

    assert shrunk.done
    assert len(small.body) < len(answer.body)
    assert places(small.body) == places(answer.body) != set()
    assert small == same
    assert isinstance(in_words(small.body, small.code, small.amount), Illegal)
    assert case in [failed for failed, _ in trial(name).one(small).failed]


@pytest.mark.parametrize("name", STUMBLING)
def test_what_fails_is_made_as_small_as_it_fails_the_same_case(name: str) -> None:
    """It is to the same effect, as legal and smaller, and fails that case again where nothing was said before."""
    answer, _ = first_failure(trial(name), (*packaged_corpus().legal, *WRITTEN))
    held = trial(name)
    case = held.one(answer).failed[0][0]
    small, shrunk = held.smallest(answer, case, most=2_000)

    assert shrunk.done
    assert len(small.body) < len(answer.body)
    assert (cell_of(small.body), small.code, small.amount) == (cell_of(answer.body), answer.code, answer.amount)
    given = in_words(small.body, small.code, small.amount)
    assert isinstance(given, Generated)
    assert isinstance(answer, Generated)
    assert given.within is answer.within
    assert case in [failed for failed, _ in trial(name).one(small).failed]


def test_the_smallest_answer_shows_what_is_wrong() -> None:
    """An MPP that misses a merchant's name is shown an order without a merchant, and nothing else."""
    held = trial("merchant-name-missed")
    answer, _ = first_failure(held)
    small, _ = held.smallest(answer, held.one(answer).failed[0][0], most=200)
    told = json.loads(small.body)
    assert told.keys() == {"actionForm", "order", "result"}
    assert told["order"].keys() == {"orderAmount", "orderDescription", "referenceOrderId"}
    assert told["actionForm"]["sdkActionPayload"] == TAG


def test_there_is_an_end_to_it() -> None:
    """No more conversations are held than are allowed."""
    held = trial("merchant-name-missed")
    answer, _ = first_failure(held)
    _, shrunk = held.smallest(answer, held.one(answer).failed[0][0], most=3)
    assert (shrunk.tried, shrunk.done) == (3, False)


def test_what_a_wallet_does_not_claim_is_not_tried() -> None:
    """Answers to entry codes do not apply to a wallet that takes none: no conversation is held."""
    claims = replace(CLAIMS, features=CLAIMS.features - {ENTRY_CODE})
    tried = list(trial("conforming", claims).all_of(packaged_corpus().legal))
    assert {found.answer.code for found in tried if not found.rows} == {ENTRY}
    assert {found.verdict for found in tried if not found.rows} == {Verdict.NONE}


def test_what_is_only_observed_is_no_verdict() -> None:
    """A fault beyond the documents fails something, and decides nothing."""
    found = [tried for tried in trial("unknown-fields-refused").all_of(packaged_corpus().legal) if tried.failed]
    assert {tried.verdict for tried in found} == {Verdict.NONE}
    assert {case.requirement.id for tried in found for case, _ in tried.failed} == {"ANS-1"}


def test_an_answer_can_be_given_in_words() -> None:
    """It is judged like a generated one, by the tier that it belongs to."""
    plain, strange = in_words(BY_SDK, ORDER, 29), in_words(BY_SDK.replace('"m"', '"m","more":1'), ENTRY, 1)
    assert isinstance(plain, Generated)
    assert isinstance(strange, Generated)
    assert ((plain.within, plain.amount), strange.within) == ((True, 29), False)
    judged = {case.requirement.id for case, _ in trial("conforming").one(plain).rows}
    assert judged == {"OC-16", "SRV-4", "UX-6", "WIRE-1", "WIRE-2"}
    assert {case.requirement.id for case, _ in trial("conforming").one(strange).rows} == {"ANS-1"}


@pytest.mark.parametrize(
    ("body", "description"),
    [
        ("{}", "result: expected, but it is missing"),
        (SMALL % '"HANDLE_BY_SDK"', "actionForm.sdkActionPayload: expected, but it is missing"),
        (BY_SDK.replace('"m"', "5"), "result.resultMessage: expected a string, seen the number 5"),
    ],
)
def test_an_illegal_answer_can_be_given_in_words(body: str, description: str) -> None:
    """It says itself what is wrong with it, and is judged as illegal ones are."""
    found = in_words(body, ENTRY, 29)
    assert found == Illegal(name="given", description=description, code=ENTRY, amount=29, body=body)
    assert {case.requirement.id for case, _ in trial("conforming").one(found).rows} in ({"FLT-8"}, {"FLT-2", "FLT-8"})


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "no answer: "),
        ("[]", "expected a JSON object"),
        (BY_SDK.replace('"S"', '"U"'), "resultStatus S or F"),
    ],
)
def test_what_is_no_answer_is_not_tried(body: str, words: str) -> None:
    """A fault of the suite would be told as the wallet's."""
    with pytest.raises(AnswersError, match=words):
        in_words(body, ORDER, 1_000)


def test_a_shrunk_answer_is_sent_as_any_other() -> None:
    """What is printed can be sent: it keeps the interface once a payment has filled it in."""
    held = trial("names-beyond-basic-plane-crash-server")
    answer, _ = first_failure(held)
    small, _ = held.smallest(answer, held.one(answer).failed[0][0], most=200)
    (said,) = (
        event.message for event in held.conversations.trace(small.scenario).events if hasattr(event.message, "body")
    )
    assert wire.encode(said)
