"""What Schemathesis is told of this project: how requests are signed, which values are known, and when one is refused.

It runs in a process of its own and reads ``facts.json`` in its folder: ``private_key`` (PEM), ``client_id``,
``code_value`` and ``payment_request_id`` of the one open conversation, its observer's ``token``, the ``device`` address
and where to say ``hello`` there.
"""

import json
from pathlib import Path
from typing import Any, Final

import requests
import schemathesis
from requests import PreparedRequest
from requests.auth import AuthBase

from mpp_conformance import wire
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import Malformed, Message

Case = schemathesis.Case[Any]

_FACTS: Final = json.loads(Path("facts.json").read_text("ascii"))
_KEY: Final = signature.load_private_key(_FACTS["private_key"])
_TIME: Final = "2025-06-15T12:00:00+08:00"
_KNOWN: Final = {"codeValue": "code_value", "paymentRequestId": "payment_request_id"}
_HELLO: Final = {"wallet": "fuzzed", "version": "1"}
_CALLS: Final[dict[str, type[Message]]] = {
    operation.path: kind
    for kind, operation in wire.OPERATIONS.items()
    if (operation.document, operation.part) == ("alipay-plus", wire.REQUEST)
}
_BROKEN: Final = {"INVALID_SIGNATURE", "PARAM_ILLEGAL"}
"""How a request is refused that is not signed, or breaks the interface."""


class Signed(AuthBase):
    """Signs the bytes that are sent."""

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """With the key of the MPP."""
        request.headers.update({"Client-Id": _FACTS["client_id"], "Request-Time": _TIME})
        request.headers["Signature"] = signature.sign(_KEY, _signed(request))
        return request


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Reports are about the open conversation, and so is every other sound call; what has sound headers is signed."""
    parts = {place.name: part.mode.is_negative for place, part in case.meta.components.items()} if case.meta else {}
    if "token" in case.path_parameters and not parts.get("PATH"):
        case.path_parameters["token"] = _FACTS["token"]
    if "device" in case.path_parameters and not parts.get("PATH"):
        case.path_parameters["device"] = _FACTS["device"]
    if isinstance(case.body, dict) and "client" in case.body and not parts.get("BODY"):
        case.body["client"] = requests.post(_FACTS["hello"], json=_HELLO, timeout=10).json()["client"]
    if isinstance(case.body, dict) and not parts.get("BODY") and len(json.dumps(case.body)) % 2 == 0:
        case.body |= {name: _FACTS[fact] for name, fact in _KNOWN.items() if name in case.body}
    if case.path in _CALLS and not parts.get("HEADER"):
        kwargs["auth"] = Signed()


@schemathesis.check
def refused_if_broken(_: schemathesis.CheckContext, response: schemathesis.Response, case: Case) -> None:
    """Alipay+ answers a request that is not signed, or breaks the interface, with F, and no other one for that reason.

    Its refusals have status 200, so that none of the usual checks sees them.
    """
    if case.path not in _CALLS or response.status_code != 200:
        return
    request, result = response.request, response.json()["result"]
    message = wire.decode(_CALLS[case.path], _bytes(request))
    broken = isinstance(message, Malformed) or not _is_signed(request)
    assert broken == (result["resultCode"] in _BROKEN), f"broken: {broken}, answered: {result}"
    assert not broken or result["resultStatus"] == "F", f"answered: {result}"


def _is_signed(request: PreparedRequest) -> bool:
    sent = request.headers
    found = signature.verify(_KEY.public_key(), str(sent.get("Signature", "")), _signed(request))
    return found.outcome == "valid" and sent.get("Client-Id") == _FACTS["client_id"]


def _signed(request: PreparedRequest) -> bytes:
    client_id, time = (str(request.headers.get(name, "")) for name in ("Client-Id", "Request-Time"))
    return signature.content(str(request.method), request.path_url, client_id, time, _bytes(request))


def _bytes(request: PreparedRequest) -> bytes:
    """The body as it was sent."""
    body = request.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)  # type: ignore[arg-type]  # nothing here is a stream
