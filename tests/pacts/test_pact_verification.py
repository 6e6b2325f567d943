"""A wallet team's own pact before the simulated Alipay+: what passes, what fails and why, what proves nothing."""

import asyncio
import os
from typing import Any

import pytest

from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import document, hosting
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus
from mpp_conformance.pacts.providers import PROVIDERS
from mpp_conformance.pacts.states import CODE, LIMITS, SENT
from mpp_conformance.pacts.verification import Outcome, verify_pact
from mpp_conformance.pacts.verifier import VerifierError
from tests.pact_files import BY_TYPE, GIVEN, HEADERS, NOTIFY, PAY, STOPPED, interaction, older, pact


def verification(data: bytes) -> list[Outcome]:
    """What comes of a pact file."""
    found = document.read(data)
    return asyncio.run(verify_pact(found, PROVIDERS[found.provider]))


def outcomes(*interactions: dict[str, Any]) -> list[Outcome]:
    """What comes of a pact of these interactions."""
    return verification(pact(*interactions))


def outcome(**changes: Any) -> tuple[str, str]:
    """The verdict of one interaction, and its problems in one text."""
    (found,) = outcomes(interaction(**changes))
    return found.verdict.word, "\n".join(found.problems)


def test_a_pact_that_is_kept_passes() -> None:
    """An interaction that Alipay+ answers as expected passes without a word."""
    assert outcome() == ("pass", "")


@pytest.mark.parametrize("version", [2, 3])
def test_older_specifications_are_verified(version: int) -> None:
    """Pacts of specification 2 and 3 are read and replayed like those of 4."""
    found = verification(older(version))
    assert [(one.verdict, one.problems) for one in found] == [(Verdict.PASS, ())]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"answer": STOPPED | {"actionForm": {"actionType": "HANDLE_BY_PSP"}}},
            'answer $.actionForm.actionType: the pact expects "HANDLE_BY_PSP", Alipay+ answers "HANDLE_BY_SDK"',
        ),
        (
            {"answer": STOPPED | {"paymentRequestId": "1"}},
            "answer $: the pact expects paymentRequestId, and Alipay+ does not answer it",
        ),
        ({"states": []}, "likely: it has no provider state"),
        (
            {"states": [{"name": "a code that Alipay+ answers", "params": {**GIVEN, "codeValue": "another"}}]},
            "likely: codeValue or paymentRequestId of the provider state is not the one that is sent",
        ),
        (
            {"headers": {name: value for name, value in HEADERS.items() if name != "Signature"}},
            "likely: the request of the pact has no header signature",
        ),
        (
            {"headers": {"Content-Type": "application/json", "Signature": HEADERS["Signature"]}},
            "likely: the request of the pact has no header client-id, request-time",
        ),
    ],
)
def test_what_is_not_kept_fails_with_the_reason(changes: dict[str, Any], words: str) -> None:
    """What Alipay+ answers otherwise is named by its place, with both values, the answer and the likely slip."""
    verdict, problems = outcome(**changes)
    assert (verdict, words in problems, "Alipay+ answered F" in problems) == ("fail", True, True), problems


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"request": {"codeValue": "x"}}, "request body, customerId: expected, but it is missing"),
        (
            {"request": {"codeValue": "x", "customerId": 7}},
            "request body, customerId: expected a string, seen the number 7",
        ),
        ({"request": "no JSON"}, "request body, the body: expected JSON, seen: expecting value (line 1, column 1)"),
        ({"request": None}, "request body, the body: expected a JSON object, seen nothing"),
        (
            {"answer": STOPPED | {"actionForm": {"actionType": "BY_SDK"}}},
            'answer body, actionForm.actionType: expected "HANDLE_BY_SDK" or "HANDLE_BY_PSP", seen "BY_SDK"',
        ),
        ({"status": 400}, "answer status: expected 200, refusals included, seen 400"),
    ],
)
def test_what_is_no_message_fails(changes: dict[str, Any], problem: str) -> None:
    """A body, status or address that breaks openapi/ is named, even where the pact's rules would let it pass."""
    assert outcome(rules=BY_TYPE, **changes) == ("fail", problem)


def test_an_unknown_address_fails() -> None:
    """A call that Alipay+ does not serve is named, with those that it serves."""
    verdict, problem = outcome(path="/aps/api/v1/payments/pay")
    assert (verdict, f"POST {NOTIFY} or POST {PAY}, seen POST /aps/api/v1/payments/pay" in problem) == ("fail", True)


def test_a_request_may_be_meant_to_be_refused() -> None:
    """A pact that expects PARAM_ILLEGAL means to send what is no message."""
    refused = {"result": {"resultStatus": "F", "resultCode": "PARAM_ILLEGAL"}}
    assert outcome(request={"codeValue": "x"}, answer=refused) == ("pass", "")


def test_an_answer_may_name_only_what_is_read() -> None:
    """A pact shows the fields that the consumer reads: others may be missing."""
    assert outcome(answer={"actionForm": {"actionType": "HANDLE_BY_SDK"}}) == ("pass", "")


def test_what_passes_by_its_type_alone_proves_nothing() -> None:
    """An answer that decides otherwise than the one shown is no pass, even if the pact compares types only."""
    paid = {"result": {"resultStatus": "S", "resultCode": "SUCCESS"}}
    verdict, problems = outcome(answer=paid, rules=BY_TYPE)
    assert verdict == "inconclusive"
    assert 'answer $.result.resultStatus: the pact shows "S", Alipay+ answers "F", and the pact\'s rules' in problems


@pytest.mark.parametrize(
    ("states", "problem"),
    [
        (
            [{"name": "a code that Alipay answers"}],
            'provider state "a code that Alipay answers": not known; did you mean "a code that Alipay+ answers"?',
        ),
        (
            [{"name": "x" * 100}],
            f'provider state "{"x" * 57}...": not known; mpp-conformance contracts states lists them',
        ),
        (
            [{"name": "a code that Alipay+ answers", "params": {"amount": 10}}],
            'provider state "a code that Alipay+ answers", amount: expected a whole number of fen in quotes, seen 10',
        ),
        (
            [{"name": "nothing", "params": {"amount": "10"}}],
            'provider state "nothing", amount: no such parameter; the state has no parameters',
        ),
        (
            [{"name": "the code was sent before"}],
            f'provider state "{SENT.name}": expected after "{CODE.name}" or "{LIMITS.name}"',
        ),
    ],
)
def test_an_unknown_state_proves_nothing(states: list[dict[str, Any]], problem: str) -> None:
    """What cannot be brought about is not replayed, and is named with what is known."""
    assert outcome(states=states) == ("inconclusive", problem)


def test_a_message_proves_nothing() -> None:
    """An interaction that is no HTTP call is not replayed."""
    message = {"type": "Asynchronous/Messages", "description": "an event", "contents": {"content": {"a": "b"}}}
    found = outcomes(interaction(), message)
    assert [one.verdict for one in found] == [Verdict.PASS, Verdict.INCONCLUSIVE]
    assert found[1].problems == ("Alipay+ is spoken to over HTTP, and this is a message: it was not replayed",)


def test_pending_is_no_excuse() -> None:
    """An interaction marked as pending is judged like any other."""
    assert outcome(pending=True, states=[])[0] == "fail"


def test_states_do_not_outlive_their_interaction() -> None:
    """What one interaction brought about is forgotten before the next."""
    found = outcomes(interaction("first"), interaction("second", states=[]), interaction("third"))
    assert [one.verdict.word for one in found] == ["pass", "fail", "pass"]


def test_nothing_is_verified_of_an_empty_pact() -> None:
    """A pact without interactions has no outcome at all."""
    assert outcomes() == []


def test_the_verifier_is_not_heard(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the verifier writes to the process's file descriptors reaches nobody, and it tells its makers nothing."""
    monkeypatch.delenv("PACT_DO_NOT_TRACK")
    outcome()
    outcome(states=[])
    assert (capfd.readouterr(), os.environ["PACT_DO_NOT_TRACK"]) == (("", ""), "true")


@pytest.mark.parametrize("part", ["set_up", "deliver"])
def test_a_fault_of_ours_is_raised(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """A known state that cannot be set up, or a call that cannot be answered, is the suite's fault, not the pact's."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(StatedAlipayPlus, part, broken)
    with pytest.raises(ZeroDivisionError):
        outcome()


def test_the_verifier_accounts_for_every_interaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verifier that speaks of other interactions than it was given, or of none, proves nothing."""
    monkeypatch.setattr("mpp_conformance.pacts.verifier._verified", lambda *_: {"result": True})
    verdict, problems = outcome()
    assert (verdict, "Pact's verifier ended without a word" in problems) == ("inconclusive", True)


def test_a_rule_that_is_too_much_for_the_verifier_is_found_out() -> None:
    """A regular expression that would go on for ever stops the verifier; the others are verified all the same."""
    payload = "a" * 40 + "!"
    endless = {"$.actionForm.sdkActionPayload": {"matchers": [{"match": "regex", "regex": "(?=a)(a*)*b"}]}}
    bad = interaction(
        "bad",
        states=[{"name": CODE.name, "params": GIVEN | {"sdkActionPayload": payload}}],
        answer=STOPPED | {"actionForm": {"actionType": "HANDLE_BY_SDK", "sdkActionPayload": "ab"}},
        rules=endless,
    )
    found = outcomes(interaction("first"), bad, interaction("third"))
    assert [one.verdict.word for one in found] == ["pass", "inconclusive", "pass"]
    assert "a regular expression among its rules tries too many ways" in found[1].problems[0]


def test_the_verifier_agrees_with_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A result that does not follow from the interactions is not believed."""
    row = {"description": "a limit is exceeded", "result": "OK"}
    monkeypatch.setattr(
        "mpp_conformance.pacts.verifier._verified", lambda *_: {"result": False, "interactionResults": [row]}
    )
    with pytest.raises(VerifierError, match="does not follow"):
        outcome()


def test_the_mpp_is_called_what_its_pact_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Alipay+ knows the MPP by the Client-Id of the pact, where that can be one."""
    seen: list[str] = []
    kept = hosting.alipay_plus

    def hosted(provider: StatedAlipayPlus, client_id: str) -> Any:  # noqa: ANN401  # what hosted gives
        seen.append(client_id)
        return kept(provider, client_id)

    monkeypatch.setattr(hosting, "alipay_plus", hosted)
    assert outcome()[0] == "pass"
    assert outcome(headers=HEADERS | {"Client-Id": "two words"})[0] == "pass"
    assert seen == ["SANDBOX_WALLET", "SANDBOX_5Y0000000000EXAMPLE"]
