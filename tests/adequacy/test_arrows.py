"""Between whom messages go, and under which steps: each type has its row, and each step is the document's."""

import re
from dataclasses import MISSING, Field, fields
from typing import Any

import pytest

from mpp_conformance.adequacy.model import arrows
from mpp_conformance.adequacy.model.table import TRANSITIONS, of_workflow
from mpp_conformance.protocol.messages import (
    ALL,
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    DecodeCallback,
    HandleAction,
    IdentityAnswer,
    Launch,
    Malformed,
    Message,
    NotifyPayment,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER

LAST = {ENTRY: 29, ORDER: 20}


def _any_value(field: Field[Any]) -> Any:  # noqa: ANN401  # whatever the field has
    if field.default is not MISSING:
        return field.default
    return "GATEWAY" if field.name == "where" else "x"


def any_of(kind: type[Message]) -> Message:
    """Some message of a type."""
    return kind(**{field.name: _any_value(field) for field in fields(kind)})


@pytest.mark.parametrize("kind", ALL)
def test_every_type_of_message_has_its_row(kind: type[Message]) -> None:
    """A workflow numbers it, or it is said where it comes from; never both, never neither."""
    numbered = any(row.shown is not None and row.shown.kind is kind for row in TRANSITIONS)
    assert numbered != (kind in arrows.ELSEWHERE)


@pytest.mark.parametrize("kind", ALL)
def test_every_message_goes_between_two_parties(kind: type[Message]) -> None:
    """The MPP's own messages begin at the MPP; what the suite says ends there."""
    sender, receiver = arrows.ends(any_of(kind))
    mpp = {arrows.MPP_CLIENT, arrows.MPP_SERVER}
    assert {sender, receiver} <= set(arrows.PARTIES)
    assert sender != receiver
    assert (receiver if kind.by_suite else sender) in mpp


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("workflow", [ENTRY, ORDER])
def test_steps_are_those_of_the_document(workflow: str, kind: type[Message]) -> None:
    """Every step that stands beside a message is one of the document's, 1-29 or 1-20."""
    found = [arrows.steps(workflow, any_of(kind)), arrows.steps_of_kind(workflow, kind.__name__)]
    numbers = {int(number) for text in found for number in re.findall("[0-9]+", text)}
    assert numbers <= set(range(1, LAST[workflow] + 1))


@pytest.mark.parametrize(
    ("message", "entry", "order"),
    [
        (Scan(code_value="c", customer_id="u"), "1-2", "3-4"),
        (IdentityAnswer(code_value="c", action="OPEN_URL"), "4-5", "6"),
        (Launch(url="u"), "6", ""),
        (UserInitiatedPay(code_value="c", customer_id="u"), "17-18", "7-8"),
        (
            UserInitiatedPayAnswer(result_status="F", result_code="X", result_message="", action_type=HANDLE_BY_SDK),
            "23",
            "13",
        ),
        (UserInitiatedPayAnswer(result_status="F", result_code="INVALID_SIGNATURE", result_message=""), "", ""),
        (ServerAnswer(action_type=HANDLE_BY_SDK, sdk_action_payload="p"), "24", "14-15"),
        (ServerAnswer(action_type=HANDLE_BY_PSP, payment_status="F", error_code="E"), "28", "19"),
        (ServerAnswer(), "", ""),
        (HandleAction(sdk_action_payload="p"), "", "16-17"),
        (ResultPage(status="S"), "29", "20"),
    ],
)
def test_a_message_has_the_steps_of_its_workflow(message: Message, entry: str, order: str) -> None:
    """What a message says decides where several steps have its type; in the other workflow it has none."""
    assert (arrows.steps(ENTRY, message), arrows.steps(ORDER, message)) == (entry, order)


def test_what_has_no_number_says_where_it_comes_from() -> None:
    """A callback that ends a payment of the MPP's rests on the highlights; notifyPayment on another page."""
    succeeded = DecodeCallback(callback="c", outcome="failure", error_code="E")
    notice = NotifyPayment(payment_request_id="p", result_status="S", result_code="SUCCESS", result_message="")
    assert arrows.place(ENTRY, succeeded) == "Highlights, MPP client, entry code, HANDLE_BY_PSP"
    assert arrows.place(ORDER, notice) == "Alipay+ API documentation, message layer, notifyPayment, request"
    assert arrows.place(ORDER, succeeded) == ""


def test_what_could_not_be_read_goes_where_it_was_sent() -> None:
    """A malformed message has the ends of its point."""
    found = {
        where: arrows.ends(Malformed(where=where, operation="x", problem="y"))
        for where in ("USER", "GATEWAY", "CLIENT_SDK", "APP_LINK")
    }
    assert found == {
        "USER": ("MPP client", "consumer"),
        "GATEWAY": ("MPP server", "Alipay+"),
        "CLIENT_SDK": ("MPP client", "client SDK"),
        "APP_LINK": ("MPP server", "MPP client"),
    }


def test_every_row_between_parties_is_one_that_no_message_shows() -> None:
    """The table of what goes unseen from one party to another names rows of the model, and none that is seen."""
    unseen = {(row.workflow, row.place) for row in TRANSITIONS if row.shown is None}
    assert set(arrows.BETWEEN) <= unseen


@pytest.mark.parametrize("workflow", [ENTRY, ORDER, FOREIGN])
def test_turns_are_those_of_the_table(workflow: str) -> None:
    """A message type comes where the table first has it; one that the workflow does not have comes last."""
    shown = [row.shown.kind.__name__ for row in of_workflow(workflow) if row.shown is not None]
    turns = [arrows.rank(workflow, kind) for kind in dict.fromkeys(shown)]
    assert turns == sorted(set(turns))
    assert arrows.rank(workflow, "NotifyPayment") > max(turns)
