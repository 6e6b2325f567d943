"""Contracts that somebody has edited by hand: each is found out, by what wrote it and by whom it is verified with."""

import asyncio
import copy
import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from contracts import writing
from contracts.writing import PACTS
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import document
from mpp_conformance.pacts.providers import PROVIDERS
from mpp_conformance.pacts.verification import verify_pact

SERVER: Final = "mpp-server--alipay-plus.json"
CLIENT: Final = "mpp-client--alipay-plus-client-sdk.json"
Edit = Callable[[dict[str, Any]], object]


def action_type(one: dict[str, Any]) -> None:
    """The answer leaves the next step to somebody else."""
    one["response"]["body"]["content"]["actionForm"]["actionType"] = "HANDLE_BY_PSP"


def customer(one: dict[str, Any]) -> None:
    """The request lacks a field."""
    del one["request"]["body"]["content"]["customerId"]


def state(one: dict[str, Any]) -> None:
    """The provider state is called otherwise."""
    one["providerStates"][0]["name"] = "a code that Alipay+ refuses"


def payload(one: dict[str, Any]) -> None:
    """The payload is expected otherwise than the state says."""
    one["response"]["body"]["content"]["actionForm"]["sdkActionPayload"] += " "


def callback(one: dict[str, Any]) -> None:
    """The callback is run a third way."""
    one["request"]["contents"]["content"]["outcome"] = "unknown"


@pytest.mark.parametrize(
    ("where", "edit", "place", "outcome"),
    [
        (
            (SERVER, "SRV-4/order-sdk-F"),
            action_type,
            "response.body.content.actionForm.actionType",
            (Verdict.FAIL, 'answer $.actionForm.actionType: the pact expects "HANDLE_BY_PSP"'),
        ),
        (
            (SERVER, "SRV-5/order-psp-S"),
            customer,
            "request.body.content.customerId",
            (Verdict.FAIL, "request body, customerId: expected, but it is missing"),
        ),
        (
            (SERVER, "SRV-6/entry-psp-F"),
            state,
            "providerStates[0].name",
            (Verdict.INCONCLUSIVE, 'did you mean "a code that Alipay+ answers"?'),
        ),
        (
            (SERVER, "SRV-4/entry-sdk-S"),
            payload,
            "response.body.content.actionForm.sdkActionPayload",
            (Verdict.FAIL, "answer $.actionForm.sdkActionPayload: the pact expects"),
        ),
        (
            (CLIENT, "EC-25/callback-with-payload"),
            callback,
            "request.contents.content.outcome",
            (Verdict.FAIL, 'decodeCallback, outcome: expected "success" or "failure", seen "unknown"'),
        ),
    ],
    ids=["actionType", "customer", "state", "payload", "callback"],
)
def test_an_edit_by_hand_is_found_out(
    where: tuple[str, str], edit: Edit, place: str, outcome: tuple[Verdict, str]
) -> None:
    """What was edited is named by its place where it is compared, and by the reason where it is verified."""
    file, key = where
    kept = writing.document((PACTS / file).read_text("utf-8"))
    edited = copy.deepcopy(kept)
    edit(next(one for one in edited["interactions"] if one["key"] == key))
    assert [line.partition(": kept is ")[0] for line in writing.drift(edited, kept)] == [f"interactions[{key}].{place}"]
    pact = document.read(json.dumps(edited).encode())
    outcomes = asyncio.run(verify_pact(pact, PROVIDERS[pact.provider]))
    (bad,) = [outcome for outcome in outcomes if outcome.verdict is not Verdict.PASS]
    verdict, words = outcome
    assert (bad.interaction.key, bad.verdict, words in "\n".join(bad.problems)) == (key, verdict, True), bad.problems


def test_an_interaction_more_or_less_is_found_out() -> None:
    """One that was taken out, or put in beside the others, is named."""
    kept = writing.document((PACTS / SERVER).read_text("utf-8"))
    less = copy.deepcopy(kept)
    gone = less["interactions"].pop(0)
    assert [line.split(": ")[0] for line in writing.drift(less, kept)] == [f"interactions[{gone['key']}]"]
    (more,) = writing.drift(kept, less)
    assert more.endswith("..., written anew nothing")
