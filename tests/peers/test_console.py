"""What a person is asked, and when: one thing is open at a time, and what is out of turn changes nothing."""

from typing import Final

import pytest

from mpp_conformance.peers.console import (
    MAX_NAME,
    OVER,
    REVIEWING,
    SCANNING,
    STOPPED,
    WAITING,
    Answer,
    Console,
    OutOfTurnError,
    Task,
    UnusableAnswerError,
)
from mpp_conformance.protocol.messages import (
    GATEWAY,
    HandleAction,
    Malformed,
    NotifyPayment,
    ResultPage,
    Sighting,
    UserInitiatedPay,
)
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, NO_PAGE, OWN_ERROR, PAID_PAGE, UNPAID_PAGE

TASK: Final = Task(conversation="c", payment=1, payments=2, code_value="code", customer="customer-1")
PAID: Final = Answer(person="Ada", page=PAID_PAGE)
CALL: Final = UserInitiatedPay(code_value="code", customer_id="customer-1", signature="valid")


def test_a_scan_is_asked_answered_and_reviewed() -> None:
    """The way through one conversation; each step has a number of its own."""
    console = Console(total=1)
    assert console.stage == WAITING
    scan = console.ask(TASK)
    assert (console.stage, console.task) == (SCANNING, TASK)
    console.answer(scan, PAID)
    assert (console.stage, console.done, console.answers) == (WAITING, 1, {scan: PAID})
    review = console.review("why")
    assert (console.stage, console.trouble) == (REVIEWING, "why")
    console.choose(review, again=False)
    assert (console.stage, console.trouble, console.choices) == (WAITING, "", {review: False})
    assert scan != review


def test_what_is_held_again_is_counted_again() -> None:
    """The scans of a conversation that does not stand are still to be done."""
    console = Console(total=1)
    console.answer(console.ask(TASK), PAID)
    console.choose(console.review(""), again=True)
    assert console.done == 0


def test_what_is_out_of_turn_changes_nothing() -> None:
    """An answer that comes twice, too early or for something else is refused, and what is open stays open."""
    console = Console()
    with pytest.raises(OutOfTurnError):
        console.answer(0, PAID)
    first = console.ask(TASK)
    for number in (0, first + 1):
        with pytest.raises(OutOfTurnError, match=f"now the console is scanning at number {first}"):
            console.answer(number, PAID)
    with pytest.raises(OutOfTurnError):
        console.choose(first, again=True)
    console.answer(first, PAID)
    with pytest.raises(OutOfTurnError):
        console.answer(first, Answer(person="Eve", page=NO_PAGE))
    assert console.answers == {first: PAID}


def test_an_end_is_told_once() -> None:
    """Whoever stops twice stops once, and what is over is not stopped."""
    console = Console()
    number = console.ask(TASK)
    assert [console.end(STOPPED), console.end(STOPPED), console.end(OVER)] == [True, False, False]
    with pytest.raises(OutOfTurnError, match="now the console is stopped"):
        console.answer(number, PAID)
    console.ask(TASK)
    console.review("")
    assert (console.stage, console.task) == (STOPPED, None)


@pytest.mark.parametrize(
    ("page", "pages"),
    [(PAID_PAGE, ["S"]), (UNPAID_PAGE, ["F"]), (ALIPAY_PLUS_ERROR, []), (OWN_ERROR, []), (NO_PAGE, [])],
)
def test_an_answer_is_recorded_by_name(page: str, pages: list[str]) -> None:
    """Each answer is a sighting of the person's; a result page is one besides."""
    told = Answer(person="Ada", page=page).messages
    assert [message.status for message in told if isinstance(message, ResultPage)] == pages
    assert [message for message in told if isinstance(message, Sighting)] == [Sighting(page=page, person="Ada")]


def test_a_second_person_agrees_or_contradicts() -> None:
    """Both are recorded; where they saw different pages, that is said."""
    agreed = Answer(person="Ada", page=NO_PAGE, witness="Bo", witness_page=NO_PAGE)
    assert (agreed.contradiction, len(agreed.messages)) == ("", 2)
    parted = Answer(person="Ada", page=NO_PAGE, witness="Bo", witness_page=PAID_PAGE)
    assert parted.contradiction == "one person saw: nothing; a second one saw: result page, paid"
    assert [message.name for message in parted.messages] == ["Sighting", "Sighting"]


@pytest.mark.parametrize(
    "said",
    [
        {"person": "", "page": NO_PAGE},
        {"person": " Ada", "page": NO_PAGE},
        {"person": "A\nda", "page": NO_PAGE},
        {"person": "A" * (MAX_NAME + 1), "page": NO_PAGE},
        {"person": "Ada", "page": "a nice one"},
        {"person": "Ada", "page": NO_PAGE, "witness": "Ada", "witness_page": NO_PAGE},
        {"person": "Ada", "page": NO_PAGE, "witness": "Bo"},
        {"person": "Ada", "page": NO_PAGE, "witness_page": NO_PAGE},
    ],
)
def test_what_is_no_answer_is_refused(said: dict[str, str]) -> None:
    """A name that can be printed and a page that there is: nothing else is an answer."""
    with pytest.raises(UnusableAnswerError):
        Answer(**said)


def test_what_crosses_the_gateway_is_shown() -> None:
    """Messages at the gateway, what could not be read there too, in a few words; a bounded number of them."""
    console = Console()
    console.ask(TASK)
    console.saw(HandleAction(sdk_action_payload="p"))
    console.saw(CALL)
    console.saw(Malformed(where=GATEWAY, operation=NotifyPayment.__name__, problem="p"), stray=True)
    assert [line.name for line in console.lines] == ["UserInitiatedPay", "NotifyPayment"]
    assert (console.lines[0].fields, console.lines[1].stray) == ((("customer_id", "customer-1"),), True)
    for _ in range(60):
        console.saw(CALL)
    assert (len(console.lines), console.left_out) == (50, 12)
    console.ask(TASK)
    assert (console.lines, console.left_out) == ([], 0)
