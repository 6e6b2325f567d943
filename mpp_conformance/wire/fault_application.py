"""The body of an answer with one defect: what each fault profile does to the bytes, and to nothing else.

A profile that is not named here leaves the body as it is: its defect is in how the answer travels.
"""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from mpp_conformance.protocol.faults import Fault
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, IdentifyCodeAnswer, Malformed, UserInitiatedPayAnswer
from mpp_conformance.wire.bodies import GATEWAY_URL, with_notify_address
from mpp_conformance.wire.encoding import OurMessageIsInvalid, decode, encode

_Body = dict[str, Any]

_PAGE: Final = b"<!doctype html><html><head><title>Please wait</title></head><body>Please wait.</body></html>"
_OVERSIZE: Final = 3 * 512 * 1024
_UNKNOWN: Final = {"resultCode": "UNKNOWN_EXCEPTION", "resultStatus": "U", "resultMessage": "Try again later."}


@functools.lru_cache(maxsize=512)
def faulty_body(
    answer: UserInitiatedPayAnswer | IdentifyCodeAnswer, fault: Fault, *, gateway_url: str = GATEWAY_URL, text: str = ""
) -> bytes:
    """The body that goes out instead of the sound one that carries ``answer``.

    ``text``: this very body, where the profile takes what the scenario gives. OurMessageIsInvalid if ``answer`` itself
    breaks its schema, or ``text`` does not: a profile has the one defect that it names.
    """
    if fault.given:
        return _breaking(with_notify_address(text, gateway_url).encode("utf-8", "surrogatepass"))
    sound = encode(answer, gateway_url=gateway_url)
    change = _CHANGES.get(fault.name)
    if change is None:
        return sound
    body: _Body = json.loads(sound)
    return change(body)


def _breaking(body: bytes) -> bytes:
    if not body or not isinstance(decode(UserInitiatedPayAnswer, body), Malformed):
        raise OurMessageIsInvalid("the answer that was to break openapi/alipay-plus.yaml keeps it")
    return body


def _text(body: _Body, indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else None
    return json.dumps(body, ensure_ascii=False, separators=separators, indent=indent).encode()


def _form(**fields: Any) -> Callable[[_Body], bytes]:  # whatever JSON can hold
    """Fields of actionForm replaced; ``None`` makes null."""

    def change(body: _Body) -> bytes:
        return _text({**body, "actionForm": {**body["actionForm"], **fields}})

    return change


def _form_as(value: object) -> Callable[[_Body], bytes]:
    return lambda body: _text({**body, "actionForm": value})


def _without_form(body: _Body) -> bytes:
    return _text({name: value for name, value in body.items() if name != "actionForm"})


def _without_payload(body: _Body) -> bytes:
    form = {name: value for name, value in body["actionForm"].items() if name != "sdkActionPayload"}
    return _text({**body, "actionForm": form})


def _form_twice(body: _Body) -> bytes:
    """The last one is that which was meant; by the first one the MPP would go on to pay."""
    forms = b',"actionForm":%s,"actionForm":%s}' % (_text({"actionType": HANDLE_BY_PSP}), _text(body["actionForm"]))
    return _without_form(body)[:-1] + forms


def _numbers(body: _Body) -> bytes:
    amounts: _Body = {
        name: {**body[name], "value": int(body[name]["value"])}
        for name in ("paymentAmount", "payToAmount")
        if name in body
    }
    return _text({**body, **amounts})


_CHANGES: Final[Mapping[str, Callable[[_Body], bytes]]] = {
    "action-type-unknown": _form(actionType="HANDLE_BY_NOBODY"),
    "action-type-in-lower-case": lambda body: _form(actionType=body["actionForm"]["actionType"].lower())(body),
    "action-form-missing": _without_form,
    "action-form-null": _form_as(None),
    "action-form-empty": _form_as({}),
    "payload-missing": _without_payload,
    "payload-null": _form(sdkActionPayload=None),
    "payload-empty": _form(sdkActionPayload=""),
    "payload-as-number": _form(sdkActionPayload=12345),
    "amounts-as-numbers": _numbers,
    "action-form-twice": _form_twice,
    "byte-order-mark": lambda body: b"\xef\xbb\xbf" + _text(body),
    "result-unknown": lambda body: _text({**body, "result": _UNKNOWN}),
    "body-with-blanks": lambda body: _text(body, indent=2),
    "html-with-200": lambda _: _PAGE,
    "status-503": lambda _: _PAGE,
    "status-503-at-first": lambda _: _PAGE,
    "redirected": lambda _: _PAGE,
    "oversized": lambda body: _text({**body, "filling": " " * _OVERSIZE}),
}
