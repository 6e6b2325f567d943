"""The judging language: each question is met, failed or cannot be decided, and nothing else is ever a pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.judging.judgement import (
    DIFFERENT,
    MISSING,
    OUT_OF_ORDER,
    REPEATED,
    UNEXPECTED,
    Deviation,
)
from mpp_conformance.judging.patterns import SOME_TEXT
from mpp_conformance.judging.trace import BROKEN, ENDED, WAITED
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.messages import (
    HandleAction,
    Launch,
    Malformed,
    Message,
    ResultPage,
    Scan,
    UserInitiatedPay,
)
from tests.asking import Ask, asked

_QUICK = settings(deadline=None, database=None, max_examples=200)

_SCAN = Scan(code_value="c", customer_id="u")
_UIP = UserInitiatedPay(code_value="c", customer_id="u")
_OTHER_UIP = UserInitiatedPay(code_value="d", customer_id="u")
_PAID, _UNPAID = ResultPage(status="S"), ResultPage(status="F", error_code="NO_FUNDS")
_ACTION = HandleAction(sdk_action_payload="payload")
_OTHER_ACTION = HandleAction(sdk_action_payload="another")
_LAUNCH = Launch(url="https://e.test/123")
_UNREAD_ACTION = Malformed(where="CLIENT_SDK", operation="HandleAction", problem="is a list")
_UNREAD_CALL = Malformed(where="GATEWAY", operation="UserInitiatedPay", problem="codeValue is missing")


_MET: dict[str, tuple[Ask, list[Message]]] = {
    "reached": (lambda e: e.reached(Scan, customer_id="u"), [_SCAN]),
    "given": (lambda e: e.given(holds=True, what="the sun to shine"), []),
    "one": (lambda e: e.one(HandleAction, sdk_action_payload="payload"), [_SCAN, _ACTION]),
    "each": (lambda e: e.each(UserInitiatedPay, code_value="c"), [_UIP, _UIP]),
    "some": (lambda e: e.some(UserInitiatedPay, code_value="c"), [_OTHER_UIP, _UIP]),
    "some text": (lambda e: e.some(ResultPage, error_code=SOME_TEXT), [_PAID, _UNPAID]),
    "absent": (lambda e: e.one(ResultPage, error_code=None), [_PAID]),
    "either": (lambda e: e.either((Launch, {}), (ResultPage, {"status": "S"})), [_PAID]),
    "either, a later one": (lambda e: e.either((Launch, {}), (ResultPage, {"status": "S"})), [_UNPAID, _PAID]),
    "none": (lambda e: e.none(ResultPage, status="S"), [_UNPAID]),
    "in order": (lambda e: e.in_order(ResultPage, HandleAction, status="S"), [_UNPAID, _PAID, _ACTION, _PAID]),
    "proven in order": (lambda e: e.proven_in_order(ResultPage, HandleAction), [_PAID, _ACTION]),
    "each holding": (lambda e: e.each_holding(Launch, "url", "123"), [_LAUNCH]),
    "no earlier": (lambda e: e.no_earlier(UserInitiatedPay, than=Launch), [_LAUNCH, _UIP]),
    "none but": (lambda e: e.none_but(ResultPage, status=("S",), error_code=(None,)), [_PAID]),
    "shown by": (lambda e: e.shown_by(ResultPage, status="S"), [_UNPAID, _PAID]),
}
_FAILED: dict[str, tuple[Ask, list[Message]]] = {
    "one, there is none": (lambda e: e.one(HandleAction), [_SCAN]),
    "one, there are two": (lambda e: e.one(HandleAction), [_ACTION, _ACTION]),
    "one, it differs": (lambda e: e.one(HandleAction, sdk_action_payload="payload"), [_OTHER_ACTION]),
    "each, there is none": (lambda e: e.each(UserInitiatedPay), [_SCAN]),
    "each, one differs": (lambda e: e.each(UserInitiatedPay, code_value="c"), [_UIP, _OTHER_UIP]),
    "some, there is none": (lambda e: e.some(UserInitiatedPay), [_SCAN]),
    "some, all differ": (lambda e: e.some(UserInitiatedPay, code_value="c"), [_OTHER_UIP]),
    "some text, absent": (lambda e: e.some(ResultPage, error_code=SOME_TEXT), [_PAID]),
    "some text, empty": (lambda e: e.some(ResultPage, error_code=SOME_TEXT), [ResultPage(status="F", error_code="")]),
    "either, neither": (lambda e: e.either((Launch, {}), (ResultPage, {"status": "S"})), [_UNPAID]),
    "none, there is one": (lambda e: e.none(ResultPage, status="S"), [_UNPAID, _PAID]),
    "in order, reversed": (lambda e: e.in_order(ResultPage, HandleAction, status="S"), [_UNPAID, _ACTION, _PAID]),
    "each holding, one lacks it": (lambda e: e.each_holding(Launch, "url", "124"), [_LAUNCH]),
    "each holding, there is none": (lambda e: e.each_holding(Launch, "url", "123"), [_SCAN]),
    "no earlier, one is": (lambda e: e.no_earlier(UserInitiatedPay, than=Launch), [_UIP, _LAUNCH]),
    "none but, another": (lambda e: e.none_but(ResultPage, status=("S",)), [_PAID, _UNPAID]),
}
_UNDECIDED: dict[str, tuple[Ask, list[Message]]] = {
    "reached, it did not": (lambda e: e.reached(Scan, customer_id="v"), [_SCAN]),
    "given, it does not hold": (lambda e: e.given(holds=False, what="the sun to shine"), [_SCAN]),
    "in order, the first is missing": (lambda e: e.in_order(ResultPage, HandleAction), [_ACTION]),
    "in order, the second is missing": (lambda e: e.in_order(ResultPage, HandleAction), [_PAID]),
    "proven in order, reversed": (lambda e: e.proven_in_order(ResultPage, HandleAction), [_ACTION, _PAID]),
    "no earlier, than nothing": (lambda e: e.no_earlier(UserInitiatedPay, than=Launch), [_UIP]),
    "shown by, it is not": (lambda e: e.shown_by(ResultPage, status="S"), [_UNPAID]),
}


@pytest.mark.parametrize("name", sorted(_MET))
def test_a_question_is_met(name: str) -> None:
    """What was asked for is there."""
    ask, messages = _MET[name]

    assert asked(ask, *messages).verdict == Verdict.PASS


@pytest.mark.parametrize("ending", [ENDED, WAITED])
@pytest.mark.parametrize("name", sorted(_FAILED))
def test_a_question_fails(name: str, ending: str) -> None:
    """What was asked for is not there, though everything was waited for; the judgement says so in words."""
    ask, messages = _FAILED[name]

    found = asked(ask, *messages, ending=ending)

    assert (found.verdict, bool(found.expected), bool(found.seen)) == (Verdict.FAIL, True, True)


_WORDS: dict[str, tuple[str, str, tuple[int, ...]]] = {
    "one, there is none": ("exactly one HandleAction", "no HandleAction", ()),
    "one, there are two": ("exactly one HandleAction", "2 x HandleAction", (1, 2)),
    "each, there is none": ("at least one UserInitiatedPay", "no UserInitiatedPay", ()),
    "each, one differs": (
        "UserInitiatedPay with code_value 'c'",
        "UserInitiatedPay with code_value 'd' (first difference at byte 0: expected 'c', seen 'd')",
        (2,),
    ),
    "some, there is none": ("at least one UserInitiatedPay", "no UserInitiatedPay", ()),
    "some text, absent": ("ResultPage with error_code some text", "ResultPage with error_code absent", (1,)),
    "none, there is one": ("no ResultPage with status 'S'", "1 x ResultPage", (2,)),
    "in order, reversed": (
        "ResultPage with status 'S' before HandleAction",
        "HandleAction as number 2, ResultPage as number 3",
        (2, 3),
    ),
    "each holding, one lacks it": ("Launch with '124' in url", "url 'https://e.test/123'", (1,)),
    "no earlier, one is": ("no UserInitiatedPay before Launch", "1 x UserInitiatedPay", (1,)),
}


@pytest.mark.parametrize("name", sorted(_WORDS))
def test_a_failure_says_what_was_wanted_what_was_seen_and_where(name: str) -> None:
    """The words name the message and the field that differs; the events are those that speak for it."""
    ask, messages = _FAILED[name]

    found = asked(ask, *messages)

    assert (found.expected, found.seen, found.events) == _WORDS[name]


_DEVIATIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "one, there is none": (MISSING, ("HandleAction",)),
    "one, there are two": (REPEATED, ("HandleAction",)),
    "one, it differs": (DIFFERENT, ("HandleAction",)),
    "each, there is none": (MISSING, ("UserInitiatedPay",)),
    "each, one differs": (DIFFERENT, ("UserInitiatedPay",)),
    "some, there is none": (MISSING, ("UserInitiatedPay",)),
    "some, all differ": (DIFFERENT, ("UserInitiatedPay",)),
    "some text, absent": (DIFFERENT, ("ResultPage",)),
    "some text, empty": (DIFFERENT, ("ResultPage",)),
    "either, neither": (DIFFERENT, ("ResultPage",)),
    "none, there is one": (UNEXPECTED, ("ResultPage",)),
    "in order, reversed": (OUT_OF_ORDER, ("ResultPage", "HandleAction")),
    "each holding, one lacks it": (DIFFERENT, ("Launch",)),
    "each holding, there is none": (MISSING, ("Launch",)),
    "no earlier, one is": (OUT_OF_ORDER, ("UserInitiatedPay", "Launch")),
    "none but, another": (DIFFERENT, ("ResultPage",)),
}


@pytest.mark.parametrize("name", sorted(_FAILED))
def test_a_failure_names_the_message_that_deviates_and_how(name: str) -> None:
    """What a report draws is what was judged: which kind of message, in which payment, and what is wrong with it."""
    ask, messages = _FAILED[name]

    found = asked(ask, *messages).deviation

    assert found is not None
    assert (found.how, found.kinds, found.payment) == (*_DEVIATIONS[name], 0)


def test_a_difference_names_its_field_and_its_byte() -> None:
    """A text that differs is told by field and byte; a value that is no text, and an absent one, by field alone."""
    text = asked(lambda e: e.one(HandleAction, sdk_action_payload="payload"), HandleAction(sdk_action_payload="pay"))
    absent = asked(lambda e: e.one(HandleAction, sdk_action_payload="payload"), HandleAction())

    assert text.deviation is not None
    assert text.deviation.parting is not None
    assert (text.deviation.field, text.deviation.parting.byte) == ("sdk_action_payload", 3)
    assert absent.deviation == Deviation(
        how=DIFFERENT, kinds=("HandleAction",), payment=0, field="sdk_action_payload", parting=None
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("reached, it did not", None),
        ("given, it does not hold", None),
        ("in order, the first is missing", "ResultPage"),
        ("in order, the second is missing", "HandleAction"),
        ("proven in order, reversed", None),
        ("no earlier, than nothing", "Launch"),
        ("shown by, it is not", None),
    ],
)
def test_what_would_have_decided_is_named_only_where_none_of_it_came(name: str, expected: str | None) -> None:
    """A message that came with other fields is not missing."""
    ask, messages = _UNDECIDED[name]

    found = asked(ask, *messages).deviation

    assert found == (None if expected is None else Deviation(how=MISSING, kinds=(expected,), payment=0))


@pytest.mark.parametrize("name", sorted(_UNDECIDED))
def test_a_question_cannot_be_decided(name: str) -> None:
    """Without the stimulus, or without proof, nothing is said about the reaction."""
    ask, messages = _UNDECIDED[name]

    assert asked(ask, *messages).verdict == Verdict.INCONCLUSIVE


@pytest.mark.parametrize("name", sorted(_FAILED))
def test_an_unreadable_report_accuses_nobody(name: str) -> None:
    """A failure is not proven where the adaptor said something that could not be read, or where the wallet was lost."""
    ask, messages = _FAILED[name]

    unread = asked(ask, *messages, Malformed(where="USER", operation="CashierPage", problem="not JSON"))
    broken = asked(ask, *messages, ending=BROKEN)

    assert (unread.verdict, broken.verdict) == (Verdict.INCONCLUSIVE, Verdict.INCONCLUSIVE)
    assert unread.hint == "a report of the adaptor could not be read: not JSON"
    assert broken.hint == "connection refused"


_anything = st.sampled_from(
    [_SCAN, _UIP, _OTHER_UIP, _PAID, _UNPAID, _ACTION, _OTHER_ACTION, _LAUNCH, _UNREAD_ACTION, _UNREAD_CALL]
)
_questions = st.sampled_from([ask for table in (_MET, _FAILED, _UNDECIDED) for ask, _ in table.values()])


@_QUICK
@given(_questions, st.lists(_anything, max_size=6), st.integers(0, 6))
def test_bad_news_about_the_record_never_improves_a_verdict(ask: Ask, messages: list[Message], place: int) -> None:
    """With an unreadable report in between, or a broken end, what was not met before is not met either."""
    sound = asked(ask, *messages).verdict
    unread = asked(ask, *messages[:place], _UNREAD_ACTION, *messages[place:]).verdict
    broken = asked(ask, *messages, ending=BROKEN).verdict

    assert Verdict.ERROR not in {sound, unread, broken}
    assert Verdict.FAIL not in {unread, broken}
    assert sound == Verdict.PASS or Verdict.PASS not in {unread, broken}


@_QUICK
@given(_questions, _questions, st.lists(_anything, max_size=6))
def test_the_first_question_that_is_not_met_decides(first: Ask, second: Ask, messages: list[Message]) -> None:
    """Of two questions the second counts only where the first was met."""
    one, other = asked(first, *messages), asked(second, *messages)
    both = asked(first, second, *messages)

    assert (one if one.verdict != Verdict.PASS else other).verdict == both.verdict
