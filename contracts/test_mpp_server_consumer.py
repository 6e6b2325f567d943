"""The MPP server as consumer of Alipay+: the conforming wallet's gateway client writes mpp-server--alipay-plus.json.

Each interaction is asked for by the real client and answered by Pact's mock server; between them stands the proxy that
signs what the mock server says, since the client believes nothing that does not verify. What the client makes of an
answer must be the message that is expected. ``make pacts`` keeps what is written; otherwise it is compared.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

import pytest
from pact import Pact, match
from pact.interaction import HttpInteraction

from contracts import writing
from contracts.exchanges import CLIENT_ID, EXCHANGES, PAGE, Exchange
from mpp_conformance import wire
from mpp_conformance.pacts import states
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import UserInitiatedPayAnswer
from mpp_conformance.scenarios.scenario import SHORT
from mpp_conformance.transport.servers.gateway_client import GatewayClient
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.signing_proxy import Signer, SigningProxy, before
from mpp_conformance.wire import Answer

FILE: Final = "mpp-server--alipay-plus.json"
READ: Final = (
    *("result", "actionForm", "isSupported", "postCodeMatchActionType", "codeValue", "redirectUrl", "userAgent"),
    *("version", "codeRules"),
)
"""Fields of answers that the MPP server acts on, beside those of an order."""
TIME: Final = "2025-06-15T12:00:00+08:00"
SIGNATURE: Final = "algorithm=RSA256,keyVersion=1,signature=ZXhhbXBsZQ%3D%3D"
SIGNATURE_FORM: Final = r"^algorithm=RSA256,\s*keyVersion=[0-9]+,\s*signature=\S+$"


def interaction(pact: Pact, exchange: Exchange) -> None:
    """Tell Pact of an exchange."""
    made = pact.upon_receiving(exchange.description, "HTTP")
    assert isinstance(made, HttpInteraction)
    for state, parameters in exchange.given:
        made.given(state.name, dict(parameters)) if parameters else made.given(state.name)
    made.set_key(exchange.key).with_request("POST", wire.OPERATIONS[type(exchange.asked)].path)
    made.with_header("Client-Id", match.regex(CLIENT_ID, regex="^[!-~]{1,64}$"))
    made.with_header("Request-Time", match.regex(TIME, regex=r"^\S{1,64}$"))
    if exchange.asked.signature != "missing":
        made.with_header("Signature", match.regex(SIGNATURE, regex=SIGNATURE_FORM))
    made.with_body(json.loads(wire.encode(exchange.asked)), content_type="application/json; charset=UTF-8")
    made.will_respond_with(200)
    made.with_header("client-id", CLIENT_ID)
    made.with_header("response-time", match.regex(TIME, regex=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T\S+$"))
    made.with_header("signature", match.regex(SIGNATURE, regex=SIGNATURE_FORM))
    made.with_body(wanted(exchange), content_type="application/json; charset=UTF-8")


def wanted(exchange: Exchange) -> dict[str, Any]:
    """The answer's body as far as the MPP server reads it: exact where it decides, by its form where it does not."""
    whole = json.loads(wire.encode(exchange.expected))
    body = {name: whole[name] for name in READ if name in whole}
    body["result"]["resultMessage"] = match.regex(body["result"]["resultMessage"], regex="^.+$")
    decided = any(state is states.LIMITS for state, _ in exchange.given)
    if decided and body.get("actionForm", {}).get("sdkActionPayload"):
        body["actionForm"]["sdkActionPayload"] = match.regex(PAGE, regex="^.+$")
    for rule in body.get("codeRules", ()):
        rule["codeMatchPattern"]["regex"] = match.regex(rule["codeMatchPattern"]["regex"], regex="^.+$")
    if "paymentRequestId" in whole:
        pay_to = whole["payToAmount"]
        body |= {name: whole[name] for name in ("paymentRequestId", "paymentAmount")}
        body["payToAmount"] = {
            "currency": match.regex(pay_to["currency"], regex="^[A-Z]{3}$"),
            "value": match.regex(pay_to["value"], regex="^[1-9][0-9]*$"),
        }
        scenario = whole["paymentFactor"]["inStorePaymentScenario"]
        body["paymentFactor"] = {"inStorePaymentScenario": scenario}
    return body


@asynccontextmanager
async def client_before(mock: str) -> AsyncIterator[GatewayClient]:
    """The conforming wallet's client, whose Alipay+ is a mock server behind the proxy that signs its answers."""
    ours, theirs = signature.generate_private_key(), signature.generate_private_key()
    async with http_client(timeout=5) as http:
        proxy = SigningProxy(address=before(mock), http=http, answers=Signer(client_id=CLIENT_ID, key=ours))
        async with serve_app(proxy.app, "127.0.0.1", 0) as url:
            yield GatewayClient(
                url=url,
                client_id=CLIENT_ID,
                private_key=theirs,
                alipay_plus_public_key=ours.public_key(),
                http=http,
            )


async def understood(mock: str, exchanges: Sequence[Exchange]) -> dict[str, Answer]:
    """What the client makes of each answer."""
    async with client_before(mock) as client:
        return {exchange.key: await client.call(exchange.asked) for exchange in exchanges}


@dataclass(frozen=True, slots=True)
class Written:
    """The pact that was written, and what the client understood on the way."""

    document: dict[str, Any]
    understood: dict[str, Answer]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """All exchanges held, a few at a time, and the pact that Pact wrote of them."""
    folder = tmp_path_factory.mktemp("pacts")
    found: dict[str, Answer] = {}
    for exchanges in writing.portions(EXCHANGES):
        pact = Pact("mpp-server", "alipay-plus")
        for exchange in exchanges:
            interaction(pact, exchange)
        with pact.serve(addr="127.0.0.1") as mock:
            found |= asyncio.run(understood(str(mock.url), exchanges))
        pact.write_file(folder)
    return Written(writing.document((folder / "mpp-server-alipay-plus.json").read_text("utf-8")), found)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda exchange: exchange.key)
def test_the_client_understands_the_answer(written: Written, exchange: Exchange) -> None:
    """What the gateway client hands the MPP server is the message that was meant."""
    told = written.understood[exchange.key]
    assert shown(exchange.expected) == shown(told)


def shown(answer: Answer) -> Answer:
    """What the contract holds of an answer: neither the words for people nor when an order runs out."""
    plain = replace(answer, result_message="")
    if not isinstance(plain, UserInitiatedPayAnswer):
        return plain
    order = None if plain.order is None else replace(plain.order, expiry_time=None)
    return replace(plain, body=None, order=order)


def test_the_pact_is_what_the_client_wrote(written: Written, pytestconfig: pytest.Config) -> None:
    """The pact that is kept is the one that the client writes today; each difference is named."""
    assert writing.differences(written.document, FILE, pytestconfig) == []


def test_no_two_requests_are_equal() -> None:
    """Whoever serves the pact from a stub gets the same answer each time: a request fits one interaction only."""
    requests = [wire.encode(exchange.asked) for exchange in EXCHANGES]
    assert len(requests) == len(set(requests))


def test_every_cell_has_an_interaction() -> None:
    """Code type x actionType x result status: each has a named interaction."""
    cells = {f"{code}-{action}-{status}" for code in SHORT.values() for action in ("sdk", "psp") for status in "SF"}
    assert cells == {exchange.key.partition("/")[2] for exchange in EXCHANGES} & cells
