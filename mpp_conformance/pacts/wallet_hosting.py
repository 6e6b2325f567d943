"""A wallet's MPP server as a provider under verification.

Beside the proxy that signs as Alipay+, Alipay+ and the observer listen for the wallet: conversations bring it into its
states. What Pact cannot look at is looked at here: whether an answer is signed, and a message of the interface.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Final
from uuid import uuid4

import httpx

from mpp_conformance import wire
from mpp_conformance.pacts.hosting import HOST, STATES, Hosted
from mpp_conformance.pacts.mpp_server import StatedMppServer
from mpp_conformance.pacts.verifier import Place
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import (
    CancelPayment,
    CancelPaymentAnswer,
    InquiryPayment,
    InquiryPaymentAnswer,
    Malformed,
    Message,
)
from mpp_conformance.scenarios.scenario import CANCEL, INQUIRE
from mpp_conformance.transport.connectors.adaptor import words
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.signing_proxy import Answer, Signer, SigningProxy
from mpp_conformance.wallet import Keys, Wallet

_STEPS: Final = 6
"""How many times the wallet's patience an exchange takes at most: it is for each step of a call."""
OPERATIONS: Final[Mapping[str, tuple[str, type[Message]]]] = {
    wire.OPERATIONS[InquiryPayment].path: (INQUIRE, InquiryPaymentAnswer),
    wire.OPERATIONS[CancelPayment].path: (CANCEL, CancelPaymentAnswer),
}
"""What the interface has at a path: the operation, and what answers it."""


@asynccontextmanager
async def mpp_server(wallet: Wallet) -> AsyncIterator[Hosted]:
    """The MPP server of a wallet; ListenError where ``[reach] listen`` is taken."""
    keys = wallet.keys
    assert keys is not None  # noqa: S101  # a file always has them
    run = f"contract-{uuid4().hex}"
    async with (
        HttpConnector(wallet, wallet.profile, run=run) as connector,
        http_client(timeout=wallet.reach.patience) as http,
    ):
        provider = StatedMppServer(wallet, connector.converse)
        made = Hosted(provider, provider.prepare)
        proxy = SigningProxy(
            address=partial(_served_at, wallet),
            http=http,
            requests=Signer(client_id=keys.client_id, key=keys.alipay_plus_private_key, key_version=keys.key_version),
            seen=partial(_looked_at, provider, keys),
        )
        app = application([made.states, *proxy.app.routes], failed=made.failed)
        async with serve_app(app, HOST, 0) as url:
            made.place = Place(url=url, states=STATES, patience=_STEPS * wallet.reach.patience)
            yield made


def _served_at(wallet: Wallet, target: str) -> str:
    """Where the wallet serves what the interface has at ``target``."""
    return wallet.reach.address(OPERATIONS[target][0])


def _looked_at(provider: StatedMppServer, keys: Keys, asked: str, sent: str, answer: Answer) -> None:
    told = provider.told
    if isinstance(answer, httpx.ConnectError | httpx.ConnectTimeout):
        told.unproven.append(f"the MPP server at {provider.wallet.reach.mpp_server} cannot be reached: {words(answer)}")
        return
    if isinstance(answer, httpx.HTTPError):
        # As in a conversation: where no answer comes nobody is accused.
        told.unproven.append(f"the MPP server at {provider.wallet.reach.mpp_server} did not answer: {words(answer)}")
        return
    message = wire.decode(OPERATIONS[asked][1], answer.content)
    if isinstance(message, Malformed):
        told.problems.append(f"answer body, {message.problem}")
    else:
        told.said.append(message)
    client_id, time = answer.headers.get("client-id", ""), answer.headers.get("response-time", "")
    content = signature.content("POST", sent, client_id, time, answer.content)
    found = signature.verify(keys.mpp_public_key, answer.headers.get("signature"), content)
    if found.outcome != "valid":
        told.problems.append(f"answer signature: {found.outcome}: {wire.printable(found.detail, 300)}")
    elif client_id != keys.client_id:
        seen = wire.printable(client_id, 64)
        told.problems.append(f"answer header Client-Id: expected {keys.client_id}, seen {seen}")
