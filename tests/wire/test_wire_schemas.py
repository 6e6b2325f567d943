"""What is said of a body that breaks its schema: where, what was expected, what was seen. Nothing is fetched."""

from collections.abc import Mapping
from typing import Any, Final

import jsonschema
import jsonschema_rs
import pytest
import yaml

from mpp_conformance.protocol.messages import InquiryCodeRulesAnswer, NotifyPayment, UserInitiatedPayAnswer
from mpp_conformance.wire import schemas
from mpp_conformance.wire.schemas import problems, problems_of, schema, schema_of

_RESULT: Final = {"resultStatus": "S", "resultCode": "SUCCESS", "resultMessage": "success"}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"result": 1}, "result: expected an object, seen the number 1"),
        ({"result": []}, "result: expected an object, seen an array of 0"),
        ({"actionForm": [1, 2]}, "actionForm: expected an object or null, seen an array of 2"),
        ({"actionForm": {}}, "actionForm.actionType: expected, but it is missing"),
        ({"acquirerId": {}}, "acquirerId: expected a string or null, seen an object"),
        ({"acquirerId": True}, "acquirerId: expected a string or null, seen true"),
        ({"acquirerId": 1.5}, "acquirerId: expected a string or null, seen the number 1.5"),
        ({"acquirerId": 10**60}, f"acquirerId: expected a string or null, seen the number 1{'0' * 44}..."),
        ({"acquirerId": ""}, 'acquirerId: expected at least 1 character, seen ""'),
        ({"codeType": "\n"}, 'codeType: expected "ORDER_CODE" or "STORE_CODE" or null, seen "\\n"'),
        ({"codeType": "x" * 48}, f'codeType: expected "ORDER_CODE" or "STORE_CODE" or null, seen "{"x" * 48}"'),
        (
            {"acquirerId": "x" * 65},
            f'acquirerId: expected at most 64 characters, seen "{"x" * 45}..." (65 characters)',
        ),
        ({"paymentNotifyUrl": "x"}, 'paymentNotifyUrl: expected an http or https address, seen "x"'),
        (
            {"paymentPromoInfo": {"paymentPromoDetails": [{}, {"promoId": 1}]}},
            "paymentPromoInfo.paymentPromoDetails[1].promoId: expected a string or null, seen the number 1",
        ),
        (
            {"paymentPromoInfo": {"paymentPromoDetails": [{}] * 101}},
            "paymentPromoInfo.paymentPromoDetails: expected at most 100 items, seen an array of 101",
        ),
    ],
)
def test_a_problem_says_where_what_was_expected_and_what_was_seen(change: Mapping[str, Any], problem: str) -> None:
    """In words, and cut where a value is long."""
    assert problems(UserInitiatedPayAnswer, {"result": _RESULT, **change}) == [problem]


def test_kinds_are_named_in_words() -> None:
    """An array is one, where null will do and where it will not."""
    assert problems(InquiryCodeRulesAnswer, {"result": _RESULT, "codeRules": 1}) == [
        "codeRules: expected an array or null, seen the number 1"
    ]


@pytest.mark.parametrize("instance", [[], 1, "text", None])
def test_what_is_no_object_is_wrong_as_a_whole(instance: object) -> None:
    """The place is the body."""
    (problem,) = problems(NotifyPayment, instance)
    assert problem.startswith("the body: expected an object, seen ")


def test_what_no_words_are_made_for_is_named_by_its_keyword() -> None:
    """No schema of today has one; a reader is told what to look for."""
    assert schemas._expectation("minItems", {"minItems": 2}) == "what minItems asks for"


def test_a_long_place_is_cut() -> None:
    """Names in it come from outside."""
    document: dict[str, Any] = {"properties": {"n" * 300: {"type": "null"}}}
    (error,) = jsonschema_rs.Draft202012Validator(document).iter_errors({"n" * 300: 1})
    assert schemas._sentence(error, document) == (
        f"{'n' * 189}...",
        f"{'n' * 189}...: expected null, seen the number 1",
    )


# --- a part of a message ------------------------------------------------------------------------------------------


def test_in_a_part_anything_may_be_missing_and_nothing_may_be_wrong() -> None:
    """What is there keeps the schema, whatever is missing before it or inside it."""
    part = {"paymentAmount": {"currency": "x"}, "actionForm": {}, "order": {"shipping": 1, "env": 2}}
    assert problems_of("alipay-plus", "UserInitiatedPayAnswer", part, partial=True) == [
        "order.env: expected an object or null, seen the number 2",
        "order.shipping: expected an object or null, seen the number 1",
        'paymentAmount.currency: expected a currency, three capital letters, seen "x"',
    ]
    assert problems_of("alipay-plus", "UserInitiatedPayAnswer", {}, partial=True) == []
    assert problems_of("alipay-plus", "UserInitiatedPayAnswer", {}) == ["result: expected, but it is missing"]


# --- documents ----------------------------------------------------------------------------------------------------


def test_a_schema_is_complete_and_says_what_it_is_written_in() -> None:
    """Any validator finds its dialect and its parts in it."""
    whole = schema("mpp-adaptor", "Health")
    judge = jsonschema.validators.validator_for(dict(whole), default=jsonschema.Draft7Validator)
    assert judge is jsonschema.Draft202012Validator
    assert [error.message for error in judge(dict(whole)).iter_errors({"wallet": "w"})] == [
        "'version' is a required property"
    ]


def test_the_schema_of_a_message_is_that_of_its_body() -> None:
    """By its document and its name there."""
    assert schema_of(UserInitiatedPayAnswer) == schema("alipay-plus", "UserInitiatedPayAnswer")


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """A schema that leads out of its document has no validator."""
    monkeypatch.setattr(schemas, "schema", lambda *_: {"$ref": "http://127.0.0.1:1/schema"})
    with pytest.raises(jsonschema_rs.ValidationError, match="nothing outside the document is fetched"):
        schemas.validator.__wrapped__("document", "component")


def test_a_document_is_read_without_the_fast_loader_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same one where PyYAML was built without its C library."""
    expected = schemas.document("mpp-adaptor")
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert schemas.document.__wrapped__("mpp-adaptor") == expected
