"""Pacts as a wallet team's consumer tests would write them, for the tests of what verifies them."""

import copy
import json
from typing import Any, Final

PAY: Final = "/aps/api/v1/payments/userInitiatedPay"
NOTIFY: Final = "/aps/api/v1/payments/notifyPayment"
HEADERS: Final = {
    "Content-Type": "application/json",
    "Client-Id": "SANDBOX_WALLET",
    "Request-Time": "2025-06-15T12:00:00Z",
    "Signature": "algorithm=RSA256,keyVersion=1,signature=ZXhhbXBsZQ",
}
STOPPED: Final[dict[str, Any]] = {
    "result": {"resultStatus": "F", "resultCode": "PAYMENT_AMOUNT_EXCEED_LIMIT"},
    "actionForm": {"actionType": "HANDLE_BY_SDK", "sdkActionPayload": "page"},
}
GIVEN: Final = {"actionType": "HANDLE_BY_SDK", "resultStatus": "F", "sdkActionPayload": "page"}
BY_TYPE: Final = {"$": {"combine": "AND", "matchers": [{"match": "type"}]}}


def interaction(description: str = "a limit is exceeded", **changes: Any) -> dict[str, Any]:
    """An interaction that Alipay+ keeps; ``changes`` names what of it is otherwise.

    ``states``, ``request``, ``answer`` (bodies), ``headers``, ``path``, ``status``, ``rules`` (of the answer's body).
    """
    states = changes.get("states", [{"name": "a code that Alipay+ answers", "params": GIVEN}])
    request = changes.get("request", {"codeValue": "https://qr.wallet.example/1", "customerId": "customer-1"})
    headers = changes.get("headers", HEADERS)
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "key": changes.get("key", ""),
        "pending": changes.get("pending", False),
        "providerStates": states,
        "request": {
            "method": "POST",
            "path": changes.get("path", PAY),
            "headers": {name: [value] for name, value in headers.items()},
            "body": {"content": request, "contentType": "application/json", "encoded": False},
        },
        "response": {
            "status": changes.get("status", 200),
            "headers": {"Content-Type": ["application/json"]},
            "body": {
                "content": copy.deepcopy(changes.get("answer", STOPPED)),
                "contentType": "application/json",
                "encoded": False,
            },
            "matchingRules": {"body": changes.get("rules", {})},
        },
    }


def pact(*interactions: dict[str, Any], provider: str = "alipay-plus", **more: Any) -> bytes:
    """A file of Pact specification 4."""
    made = {
        "consumer": {"name": "wallet-server"},
        "provider": {"name": provider},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": "4.0"}},
        **more,
    }
    return json.dumps(made).encode()


def older(version: int, *, provider: str = "alipay-plus") -> bytes:
    """The first interaction as specifications 2 and 3 spell it."""
    state = GIVEN | {"codeValue": "https://qr.wallet.example/1"}
    given: dict[str, Any] = (
        {"providerState": "nothing"}
        if version == 2
        else {"providerStates": [{"name": "a code that Alipay+ answers", "params": state}]}
    )
    refused = {"result": {"resultStatus": "F", "resultCode": "INVALID_CODE"}}
    made = {
        "consumer": {"name": "wallet-server"},
        "provider": {"name": provider},
        "interactions": [
            {
                "description": "a code",
                **given,
                "request": {
                    "method": "post",
                    "path": PAY,
                    "headers": HEADERS,
                    "body": {"codeValue": "https://qr.wallet.example/1", "customerId": "customer-1"},
                },
                "response": {
                    "status": 200,
                    "headers": {"Content-Type": "application/json"},
                    "body": refused if version == 2 else STOPPED,
                },
            }
        ],
        "metadata": {"pactSpecification": {"version": f"{version}.0.0"}},
    }
    return json.dumps(made).encode()
