"""What an MPP server and Alipay+ say to each other in mpp-server--alipay-plus.json, as messages.

Expectations are the MPP's: what it must understand to take its next step. Nothing here asks the simulated Alipay+.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mpp_conformance.pacts import states
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, ENTRY_CODE, IN_STORE, TRANSACTION, YEAR
from mpp_conformance.protocol.messages import (
    HANDLE_BY_PSP,
    HANDLE_BY_SDK,
    IdentifyCode,
    IdentifyCodeAnswer,
    InquiryCodeRules,
    InquiryCodeRulesAnswer,
    NotifyPayment,
    NotifyPaymentAnswer,
    Order,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, SHORT
from mpp_conformance.wire import Answer, Call

CLIENT_ID: Final = "SANDBOX_5Y0000000000EXAMPLE"
CUSTOMER: Final = "wallet-user-0001"
PAGE: Final = '{"page":"limit"}'
LIMITS: Final = EDITIONS[DEFAULT_EDITION]
SCENARIOS: Final = {ENTRY: "EntryCode", ORDER: "OrderCode"}

Given = Sequence[tuple[states.State, Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One interaction: what Alipay+ knows before, what the MPP server says, and what it is to understand.

    ``key`` begins with the requirement that the exchange belongs to.
    """

    key: str
    description: str
    given: Given
    asked: Call
    expected: Answer


def code_value(number: int) -> str:
    """A code of an interaction's own."""
    return f"https://qr.wallet.example/order/281666130000000{number:05d}"


def request_id(number: int) -> str:
    """The id of that code's order."""
    return f"2025061519281666130000000{number:05d}"


def pay(number: int, *, customer: str = CUSTOMER, signed: str = "valid") -> UserInitiatedPay:
    """What the MPP server sends to have a code decoded."""
    return UserInitiatedPay(code_value=code_value(number), customer_id=customer, signature=signed)


def decoded(number: int, code: str, amount: int) -> UserInitiatedPayAnswer:
    """An order that the MPP is to collect."""
    order = Order(
        payment_request_id=request_id(number),
        amount=str(amount),
        pay_to_amount="643",
        pay_to_currency="MYR",
        code_type=SCENARIOS[code],
    )
    return UserInitiatedPayAnswer(
        result_status="S",
        result_code="SUCCESS",
        result_message="success",
        action_type=HANDLE_BY_PSP,
        order=order,
    )


def stopped(status: str, code: str, payload: str, *, action: str = HANDLE_BY_SDK) -> UserInitiatedPayAnswer:
    """A payment that goes no further at the MPP; ``payload`` empty for none."""
    return UserInitiatedPayAnswer(
        result_status=status,
        result_code=code,
        result_message="success" if status == "S" else "decoding failed",
        action_type=action,
        sdk_action_payload=payload or None,
    )


def refused(code: str) -> UserInitiatedPayAnswer:
    """A call that was turned down before anything was decided."""
    return UserInitiatedPayAnswer(result_status="F", result_code=code, result_message="refused")


def cells() -> Iterable[Exchange]:
    """Code type x actionType x result status."""
    number = 0
    for code in (ENTRY, ORDER):
        for action in (HANDLE_BY_SDK, HANDLE_BY_PSP):
            for status in ("S", "F"):
                number += 1
                by_sdk = action == HANDLE_BY_SDK
                payload = f'{{"page":"limit","tag":"{number}: 限额 + % \\"quoted\\""}}' if by_sdk else ""
                result = "SUCCESS" if status == "S" else "ORDER_IS_CLOSED"
                told = {"codeValue": code_value(number), "codeType": code, "actionType": action, "resultStatus": status}
                told |= {"sdkActionPayload": payload} if by_sdk else {"paymentRequestId": request_id(number)}
                paid = not by_sdk and status == "S"
                requirement = "SRV-4" if by_sdk else "SRV-5" if paid else "SRV-6"
                yield Exchange(
                    key=f"{requirement}/{SHORT[code]}-{'sdk' if by_sdk else 'psp'}-{status}",
                    description=f"an {SHORT[code]} code answered with {action} and {status}",
                    given=[(states.CODE, {**told, "resultCode": result, "amount": "1000"})],
                    asked=pay(number),
                    expected=decoded(number, code, 1000) if paid else stopped(status, result, payload, action=action),
                )


def limits() -> Iterable[Exchange]:
    """What the limits decide: each of them exceeded, and neither exceeded."""
    number = 20
    for code, scope, over, within in ((ENTRY, ENTRY_CODE, "EC-19", "EC-21"), (ORDER, IN_STORE, "OC-9", "OC-11")):
        single, yearly = (LIMITS.limit(scope, period).amount for period in (TRANSACTION, YEAR))
        rows = [
            (over, "above-transaction-limit-F", single + 1, 0, "F", "PAYMENT_AMOUNT_EXCEED_LIMIT"),
            (over, "above-transaction-limit-S", single + 1, 0, "S", "SUCCESS"),
            (over, "above-year-limit", 1_001, yearly - 1_000, "F", "USER_AMOUNT_EXCEED_LIMIT"),
            (within, "within-limits", 1_000, yearly - 1_001, "F", ""),
        ]
        for requirement, name, amount, spent, status, result in rows:
            number += 1
            told = {
                "codeValue": code_value(number),
                "codeType": code,
                "amount": str(amount),
                "spentThisYear": str(spent),
                "breachStatus": status,
                "edition": LIMITS.name,
                "paymentRequestId": request_id(number),
            }
            yield Exchange(
                key=f"{requirement}/{SHORT[code]}-{name}",
                description=f"an {SHORT[code]} code, {name.replace('-', ' ')}",
                given=[(states.LIMITS, told)],
                asked=pay(number),
                expected=stopped(status, result, PAGE) if result else decoded(number, code, amount),
            )


def refusals() -> Iterable[Exchange]:
    """A code sent again, for somebody else, for an unknown code, unsigned, and broken."""
    known = {"codeValue": code_value(40), "paymentRequestId": request_id(40), "amount": "1000"}
    sent = [(states.CODE, known), (states.SENT, {"customerId": CUSTOMER})]
    yield Exchange(
        key="REP-1/repeated",
        description="the same code of the same customer once more",
        given=sent,
        asked=pay(40),
        expected=decoded(40, ORDER, 1000),
    )
    yield Exchange(
        key="REP-2/unknown-result",
        description="a code whose decoding has no result yet",
        given=[(states.CODE, {"codeValue": code_value(45), "unknownFirst": "1"})],
        asked=pay(45),
        expected=UserInitiatedPayAnswer(
            result_status="U", result_code="UNKNOWN_EXCEPTION", result_message="Try again later."
        ),
    )
    rows: list[tuple[str, str, Given, UserInitiatedPay, str]] = [
        (
            "REP-5/other-customer",
            "a code that was sent before for another customer",
            sent,
            pay(40, customer="wallet-user-0002"),
            "REPEAT_REQ_INCONSISTENT",
        ),
        ("SRV-2/unknown-code", "a code that Alipay+ does not know", [(states.NOTHING, {})], pay(41), "INVALID_CODE"),
        (
            "WIRE-1/signature-invalid",
            "userInitiatedPay with a signature that does not verify",
            [(states.UNSIGNED, {}), (states.CODE, {"codeValue": code_value(42)})],
            pay(42, signed="invalid"),
            "INVALID_SIGNATURE",
        ),
        (
            "WIRE-1/signature-missing",
            "userInitiatedPay without a signature",
            [(states.UNSIGNED, {}), (states.CODE, {"codeValue": code_value(43)})],
            pay(43, signed="missing"),
            "INVALID_SIGNATURE",
        ),
        (
            "WIRE-2/empty-customer",
            "userInitiatedPay with an empty field",
            [(states.CODE, {"codeValue": code_value(44)})],
            pay(44, customer=""),
            "PARAM_ILLEGAL",
        ),
    ]
    for key, description, given, asked, result in rows:
        yield Exchange(key=key, description=description, given=given, asked=asked, expected=refused(result))


def notice(number: int, status: str, *, signed: str = "valid") -> NotifyPayment:
    """What the MPP server tells of a payment's end."""
    paid = status == "S"
    return NotifyPayment(
        payment_request_id=request_id(number),
        result_status=status,
        result_code="SUCCESS" if paid else "USER_BALANCE_NOT_ENOUGH",
        result_message="success" if paid else "not enough balance",
        payment_id=f"wallet-payment-{number:04d}",
        payment_amount="1000",
        payment_currency="CNY",
        customer_id=CUSTOMER,
        signature=signed,
    )


def notices() -> Iterable[Exchange]:
    """notifyPayment: taken, taken again, and turned down. Each has an order of its own."""

    def placed(number: int) -> tuple[states.State, Mapping[str, str]]:
        told = {"paymentRequestId": request_id(number), "customerId": CUSTOMER, "amount": "1000"}
        return states.PLACED, told

    before = (states.NOTIFIED, {"resultStatus": "S"})
    bad: tuple[states.State, Mapping[str, str]] = (states.UNSIGNED, {})
    rows: list[tuple[str, str, Given, NotifyPayment, str]] = [
        ("NOT-1/notify-paid", "a payment that succeeded is notified", [placed(60)], notice(60, "S"), "SUCCESS"),
        ("NOT-2/notify-not-paid", "a payment that failed is notified", [placed(61)], notice(61, "F"), "SUCCESS"),
        (
            "NOT-3/notify-repeated",
            "the same result is notified again",
            [placed(62), before],
            notice(62, "S"),
            "SUCCESS",
        ),
        (
            "NOT-3/notify-other-result",
            "another result than before is notified",
            [placed(63), before],
            notice(63, "F"),
            "REPEAT_REQ_INCONSISTENT",
        ),
        (
            "NOT-7/notify-no-order",
            "a payment without an order is notified",
            [(states.NOTHING, {})],
            notice(64, "S"),
            "ORDER_NOT_EXIST",
        ),
        (
            "WIRE-1/notify-signature-invalid",
            "notifyPayment with a signature that does not verify",
            [bad, placed(65)],
            notice(65, "S", signed="invalid"),
            "INVALID_SIGNATURE",
        ),
    ]
    for key, description, given, asked, result in rows:
        status = "S" if result == "SUCCESS" else "F"
        expected = NotifyPaymentAnswer(result_status=status, result_code=result, result_message="in words")
        yield Exchange(key=key, description=description, given=given, asked=asked, expected=expected)


def identifications() -> Iterable[Exchange]:
    """What a scanned code is: asked code by code, or by the rules."""
    found = {"result_status": "S", "result_code": "SUCCESS", "result_message": "success"}
    rows: list[tuple[str, str, dict[str, str]]] = [
        ("SRV-1/identify-order", "DECODE", {"is_supported": "true", "action": "DECODE", "code_value": code_value(80)}),
        (
            "SRV-1/identify-entry",
            "OPEN_URL",
            {
                "is_supported": "true",
                "action": "OPEN_URL",
                "redirect_url": page(81),
                "user_agent": "AlipayConnect",
            },
        ),
        ("SRV-1/identify-foreign", "NONE", {"is_supported": "false"}),
    ]
    for number, (key, action, told) in enumerate(rows, 80):
        scanned = page(number) if action == "OPEN_URL" else code_value(number)
        yield Exchange(
            key=key,
            description=f"a scanned code is identified as {action}",
            given=[(states.IDENTIFIED, {"codeValue": scanned, "action": action})],
            asked=IdentifyCode(code_value=scanned, customer_id=CUSTOMER),
            expected=IdentifyCodeAnswer(**found, **told),
        )
    yield Exchange(
        key="SRV-1/code-rules",
        description="the rules by which codes are told apart",
        given=[(states.NOTHING, {})],
        asked=InquiryCodeRules(),
        expected=InquiryCodeRulesAnswer(
            **found,
            version="1",
            entry_pattern="^https://qr[.]wallet[.]example/entry/[0-9]{20}$",
            order_pattern="^https://qr[.]wallet[.]example/order/[0-9]{20}$",
        ),
    )


def page(number: int) -> str:
    """An entry code of an interaction's own, which is the address of a merchant page."""
    return f"https://qr.wallet.example/entry/281666130000000{number:05d}"


EXCHANGES: Final = [*cells(), *limits(), *refusals(), *notices(), *identifications()]
