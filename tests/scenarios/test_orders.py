"""Order information: whatever the interface lets be absent or null is met so in a case that decides."""

import json
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any, Final

import pytest

from mpp_conformance import wire
from mpp_conformance.peers.alipay_plus import AlipayPlus
from mpp_conformance.protocol.messages import UserInitiatedPay, UserInitiatedPayAnswer
from mpp_conformance.scenarios.orders import COLLECTED, NOTIFY_URL, ORDERS, STOPPED, WHOLE, ordered
from mpp_conformance.scenarios.scenario import MARKS, Scenario, codes_for
from mpp_conformance.wallet import reference

_SCHEMAS: Final[Mapping[str, Any]] = wire.document("alipay-plus")["components"]["schemas"]
_PROFILE: Final = reference().profile
_OF_THE_ANSWER: Final = {"result", "actionForm"}
_NEEDED_TO_PAY: Final = {"paymentRequestId", "paymentAmount", "payToAmount", "order", "paymentNotifyUrl"}
"""Without these no order is collected, or, as documents print it, nobody says where its end is notified."""
Path = tuple[str, ...]


def _resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_SCHEMAS[schema["$ref"].rpartition("/")[2]], **schema} if "$ref" in schema else schema


def _optional(schema: Mapping[str, Any], path: Path = ()) -> Iterator[Path]:
    """Every field of the interface that may be left out, by the names that lead to it."""
    found = _resolved(schema)
    if "items" in found:
        yield from _optional(found["items"], path)
    for name, inner in found.get("properties", {}).items():
        if not path and name in _OF_THE_ANSWER:
            continue
        if name not in found.get("required", ()):
            yield (*path, name)
        yield from _optional(inner, (*path, name))


def _parents(body: object, path: Path) -> Iterator[Mapping[str, Any]]:
    """The objects in which the last field of ``path`` may stand."""
    if isinstance(body, list):
        for inner in body:
            yield from _parents(inner, path)
    elif isinstance(body, dict):
        if len(path) == 1:
            yield body
        else:
            yield from _parents(body.get(path[0]), path[1:])


_OPTIONAL: Final = sorted(_optional(_SCHEMAS["UserInitiatedPayAnswer"]))
_MAY_LACK: Final = [path for path in _OPTIONAL if path[0] not in _NEEDED_TO_PAY or len(path) > 1]


def _bodies() -> list[dict[str, Any]]:
    return [json.loads(scenario.payments[0].answer.body) for scenario in COLLECTED if scenario.payments[0].answer]


@pytest.mark.parametrize("path", _OPTIONAL, ids="-".join)
def test_all_that_is_optional_is_told_once(path: Path) -> None:
    """An order of which all is told has every field of the interface."""
    assert [parent for parent in _parents(WHOLE, path) if parent.get(path[-1]) is not None]


@pytest.mark.parametrize("path", _MAY_LACK, ids="-".join)
def test_all_that_is_optional_is_absent_once(path: Path) -> None:
    """It is absent where what it stands in is there, beside HANDLE_BY_PSP and an order to collect."""
    assert [parent for body in _bodies() for parent in _parents(body, path) if path[-1] not in parent]


@pytest.mark.parametrize("path", _MAY_LACK, ids="-".join)
def test_all_that_is_optional_is_null_once(path: Path) -> None:
    """Likewise null: a field that is not used is left out or null."""
    nulls = [parent for body in _bodies() for parent in _parents(body, path) if parent.get(path[-1], "") is None]
    assert nulls


def _answered(scenario: Scenario) -> UserInitiatedPayAnswer:
    codes = codes_for(scenario, 0, run="run", templates=_PROFILE.templates)
    asked = UserInitiatedPay(code_value=codes.decoded, customer_id="one")
    return AlipayPlus(scenario, (codes,), _PROFILE).decode(0, asked)


@pytest.mark.parametrize("scenario", [*COLLECTED, *STOPPED], ids=lambda scenario: scenario.label)
def test_an_order_keeps_the_interface(scenario: Scenario) -> None:
    """It is an answer that Alipay+ may give, and says the payment's own amount."""
    answer = _answered(scenario)

    assert answer.order is not None
    assert answer.order.amount == str(scenario.payments[0].amount)
    assert wire.problems(UserInitiatedPayAnswer, json.loads(answer.body or "")) == []


@pytest.mark.parametrize("rounding", [ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN])
def test_what_is_owed_is_not_what_another_rounding_comes_to(rounding: str) -> None:
    """Whoever works it out from amount and quote comes to another sum somewhere, at the price of the sample."""
    differing = []
    for scenario in COLLECTED:
        order = _answered(scenario).order
        if order is not None and order.quote_price is not None:
            worked_out = (Decimal(order.amount) * Decimal(order.quote_price)).to_integral_value(rounding)
            differing.append(str(worked_out) != order.pay_to_amount)

    assert any(differing)


def test_an_amount_is_one_that_a_fraction_loses() -> None:
    """Fen that are another number after they were yuan in binary are among the amounts to collect."""
    amounts = [scenario.payments[0].amount for scenario in COLLECTED]

    assert [fen for fen in amounts if int(fen / 100 * 100) != fen]


def test_a_longest_text_is_as_long_as_the_interface_lets_it_be() -> None:
    """Ids, addresses and what is passed through are as long as documents let them be."""
    whole = ORDERS["whole"]
    lengths = {name: len(whole[name]) for name in ("acquirerId", "paymentRedirectUrl", "passThroughInfo")}
    told = whole["order"]["referenceOrderId"].replace(MARKS["referenceOrderId"], wire.reference_of("an order"))

    assert lengths == {"acquirerId": 64, "paymentRedirectUrl": 2_048, "passThroughInfo": 20_000}
    assert len(told) == 64


def test_the_end_is_notified_where_alipay_plus_listens() -> None:
    """The address is the one that the wire puts its own in for."""
    assert wire.notify_url(wire.GATEWAY_URL) == NOTIFY_URL


def test_an_order_is_as_good_beside_either_action_type() -> None:
    """Only what follows the order differs."""
    by_psp, by_sdk = (json.loads(ordered("hollow", action).body) for action in ("HANDLE_BY_PSP", "HANDLE_BY_SDK"))

    assert {name: value for name, value in by_psp.items() if name != "actionForm"} == {
        name: value for name, value in by_sdk.items() if name != "actionForm"
    }
