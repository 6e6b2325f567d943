"""What Alipay+ and the consumer did in a conversation: by that a case knows whether it may be asked of it.

The suite's scenarios say it beforehand; of a log it is inferred, from what others than the MPP said as far as that
goes. Where it cannot be told, or is none that a scenario has, nothing is asked.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from mpp_conformance.judging.results_told import results_told
from mpp_conformance.protocol.messages import (
    BY_NAME,
    HANDLE_BY_PSP,
    CancelPayment,
    CancelPaymentAnswer,
    Decode,
    IdentifyCodeAnswer,
    Malformed,
    Message,
    NotifyPayment,
    NotifyPaymentAnswer,
    ResultPage,
    Scan,
    ServerAnswer,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    FOR_EVER,
    FUNDED,
    ORDER,
    SECOND,
    UNFUNDED,
    Answer,
    Codes,
    Payment,
    Scenario,
)

UNREAD: Final = "a record of what Alipay+ or the SDK said cannot be read"
CANCELLED: Final = "Alipay+ cancelled the payment"
SCANNED_AGAIN: Final = "the code was scanned or intercepted more than once"
SCANNED_ELSEWHERE: Final = "both a success and a failure were told of, perhaps after two scans, and not all are logged"
CONTRADICTORY: Final = "Alipay+ decided more than once, in different ways"
RETRIED: Final = "the consumer was told both of a success and of a failure"
CUSTOMERS: Final = "more than one customer scanned the code"
UNANSWERED: Final = "an answer of Alipay+ is missing, and not everything that it said is attested to be logged"
UNDECIDED: Final = "no decision of Alipay+ is logged"
CODE_UNKNOWN: Final = "it cannot be told whether it was an entry code or an order code"
UNKNOWN_ELSEWHERE: Final = "Alipay+ answered U, and not everything that it said is attested to be logged"

_KINDS: Final = {"EntryCode": ENTRY, "OrderCode": ORDER, "OPEN_URL": ENTRY, "DECODE": ORDER}


class Situation(NamedTuple):
    """Code, decision of Alipay+ (``action`` empty and ``status`` U where it never decided), and who paid.

    ``payload``: Alipay+ gave one; ``unknown``, ``notice_unknown``: it answered U before it decided.
    """

    code: str
    action: str
    status: str
    payload: bool
    customer: str
    unknown: bool
    notice_unknown: bool


class Unclear(Exception):  # noqa: N818  # no error: a conversation that nothing is asked of
    """Nothing can be asked of a conversation; the text says why, one of this module's."""


def of_scenario(scenario: Scenario) -> Situation | None:
    """What a scenario brings about; ``None`` where no log shows that it did."""
    if len(scenario.payments) != 1 or scenario.probes:
        return None
    (payment,) = scenario.payments
    strange = payment.code not in {ENTRY, ORDER} or payment.customer == SECOND
    if strange or payment.again or payment.expired or payment.fault or payment.calls:
        return None
    notice = payment.notice_unknown > 0
    if payment.unknown >= FOR_EVER:
        return Situation(payment.code, "", "U", payload=False, customer=FUNDED, unknown=True, notice_unknown=notice)
    answer = payment.answer
    if answer is None or answer.body:
        return None
    return Situation(
        code=payment.code,
        action=answer.action_type,
        status=answer.result_status,
        payload=answer.payload is not None,
        customer=payment.customer if _to_pay(answer.action_type, answer.result_status) else FUNDED,
        unknown=payment.unknown > 0,
        notice_unknown=notice,
    )


def _to_pay(action: str, status: str) -> bool:
    return action == HANDLE_BY_PSP and status == "S"


def infer(said: Sequence[Message], *, whole: bool, scanned: bool) -> tuple[Situation, Scenario, Codes]:
    """The situation of a conversation, a scenario that brings it about, and its codes; Unclear, with the reason.

    ``whole``: everything that crosses between MPP server and Alipay+ is attested to be logged; ``scanned``: every scan.
    """
    _refuse_unclear(said)
    if not scanned and {"S", "F"} <= results_told(said):
        raise Unclear(SCANNED_ELSEWHERE)
    answers = [one for one in said if isinstance(one, UserInitiatedPayAnswer)]
    decided = {(one.action_type, one.result_status, one.sdk_action_payload) for one in answers if one.action_type}
    if len(decided) > 1:
        raise Unclear(CONTRADICTORY)
    asked = [one for one in said if isinstance(one, UserInitiatedPay)]
    if len({one.customer_id for one in asked}) > 1:
        raise Unclear(CUSTOMERS)
    if len(asked) != len(answers) and not whole:
        raise Unclear(UNANSWERED)
    unknown = any(one.result_status == "U" for one in answers)
    if unknown and not whole:
        raise Unclear(UNKNOWN_ELSEWHERE)
    if not decided and not (unknown and all(one.result_status == "U" for one in answers)):
        raise Unclear(UNDECIDED)
    action, status, payload = decided.pop() if decided else ("", "U", None)
    notices = [one.result_status for one in said if isinstance(one, NotifyPaymentAnswer)]
    if "U" in notices and not whole:
        raise Unclear(UNKNOWN_ELSEWHERE)
    paid = "F" not in results_told(said) or "S" in results_told(said, NotifyPayment)
    situation = Situation(
        code=_code(said, answers),
        action=action or "",
        status=status,
        payload=payload is not None,
        customer=FUNDED if paid or not _to_pay(action or "", status) else UNFUNDED,
        unknown=unknown,
        notice_unknown="U" in notices,
    )
    order = any(one.order is not None for one in answers)
    return situation, _scenario(situation, payload, with_order=order), _codes(situation, said)


def _refuse_unclear(said: Sequence[Message]) -> None:
    if any(isinstance(one, Malformed) and BY_NAME[one.operation].by_suite for one in said):
        raise Unclear(UNREAD)
    if any(isinstance(one, CancelPayment | CancelPaymentAnswer) for one in said):
        raise Unclear(CANCELLED)
    for kind in (Scan, Decode):
        if sum(isinstance(one, kind) for one in said) > 1:
            raise Unclear(SCANNED_AGAIN)
    for told in (ServerAnswer, ResultPage):
        if {"S", "F"} <= results_told(said, told):
            raise Unclear(RETRIED)


def _code(said: Sequence[Message], answers: Iterable[UserInitiatedPayAnswer]) -> str:
    """By what Alipay+ said of it, else by the SDK's having intercepted it, else by who sent the scanned one itself."""
    told = {_KINDS.get(one.order.code_type, "") for one in answers if one.order is not None}
    told |= {_KINDS.get(one.action or "", "") for one in said if isinstance(one, IdentifyCodeAnswer)} - {""}
    if any(isinstance(one, Decode) for one in said):
        told.add(ENTRY)
    if not told:
        scanned = {one.code_value for one in said if isinstance(one, Scan)}
        told = {ORDER for one in said if isinstance(one, UserInitiatedPay) and one.code_value in scanned}
    if len(told) != 1 or "" in told:
        raise Unclear(CODE_UNKNOWN)
    return told.pop()


def _scenario(situation: Situation, payload: str | None, *, with_order: bool) -> Scenario:
    answer = Answer(
        action_type=situation.action,
        result_status=situation.status,
        result_code="",
        payload=payload,
        with_order=with_order,
    )
    payment = Payment(
        code=situation.code,
        customer=situation.customer,
        answer=answer if situation.action else None,
        unknown=0 if situation.action else FOR_EVER,
        notice_unknown=int(situation.notice_unknown),
    )
    return Scenario(label="logged", payments=(payment,))


def _codes(situation: Situation, said: Sequence[Message]) -> Codes:
    scanned = next((one.code_value for one in said if isinstance(one, Scan)), "")
    intercepted = next((one.code_value for one in said if isinstance(one, Decode)), "")
    decoded = intercepted if situation.code == ENTRY else scanned
    return Codes(scanned=scanned, decoded=decoded, page_id="", order_id="", tag="")
