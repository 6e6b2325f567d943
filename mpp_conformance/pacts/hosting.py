"""A provider under verification as something that listens: its messages, and the address of its state.

The address of the state always answers 200: the verifier repeats for two minutes what is refused there. States are
looked at before a replay, and what goes wrong nevertheless is kept and raised after it.
"""

import base64
import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus
from mpp_conformance.pacts.client_sdk import StatedClientSdk
from mpp_conformance.pacts.document import Interaction
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.pacts.verifier import Place
from mpp_conformance.protocol import signature
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.gateway import gateway_routes
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.message_layer import MessageLayer
from mpp_conformance.transport.servers.signing_proxy import Signer, SigningProxy, before

HOST: Final = "127.0.0.1"
STATES: Final = "/_pact/state"
_MESSAGES: Final = "/_pact/message"
_SECONDS: Final = 20.0
_OBSERVER: Final = f"{wire.GATEWAY_URL}/o/0"


class Stated(Protocol):
    """A provider whose states can be brought about."""

    def begin(self) -> Told:
        """Forget everything; what will be said of the interaction that begins now."""

    def set_up(self, name: str, given: Mapping[str, Any]) -> Mapping[str, str] | None:
        """Bring about a state; what it gives is put into the request where the pact asks for it."""


Prepare = Callable[[Sequence[Interaction]], Awaitable[Mapping[int, str]]]


async def _nothing_to_prepare(interactions: Sequence[Interaction]) -> Mapping[int, str]:  # noqa: ARG001  # others look at them
    """States are brought about when they are asked for."""
    return {}


@dataclass(slots=True)
class Hosted:
    """A provider while it is verified: where it is, and what it said in each interaction so far.

    ``prepare``: is given the interactions that are about to be replayed, in their order, and says of which of them the
    provider cannot be brought into the states, by number.
    """

    provider: Stated
    prepare: Prepare = _nothing_to_prepare
    place: Place | None = None
    told: list[Told] = field(default_factory=list)
    fault: Exception | None = None
    _between: bool = True

    @property
    def states(self) -> Route:
        """The address of the provider's state."""
        return Route(STATES, self._change, methods=["POST"])

    async def _change(self, request: Request) -> Response:
        """Set up or tear down a state, as the verifier asks before and after each interaction."""
        told = await request.json()
        values: Mapping[str, str] | None = None
        try:
            if told["action"] == "setup":
                self._begin()
                values = self.provider.set_up(told["state"], told.get("params") or {})
            else:
                self._between = True
        except Exception as problem:  # noqa: BLE001  # whoever asked for the verification is to hear of it
            self.failed(problem)
        return JSONResponse(values or {})

    def failed(self, problem: Exception) -> None:
        """Keep what went wrong in the suite itself: it is nobody's answer."""
        self.fault = problem

    def _begin(self) -> None:
        if self._between:
            self.told.append(self.provider.begin())
            self._between = False


@functools.cache
def _keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    """What Alipay+ and the MPP sign with: made once, for nobody outside this process."""
    return signature.generate_private_key(), signature.generate_private_key()


@asynccontextmanager
async def alipay_plus(provider: StatedAlipayPlus, client_id: str) -> AsyncIterator[Hosted]:
    """The simulated Alipay+ behind a proxy that signs for an MPP called ``client_id``, with keys of their own."""
    ours, theirs = _keys()
    layer = MessageLayer(client_id=client_id, key_version=1, public_key=theirs.public_key(), private_key=ours)
    made = Hosted(provider)
    routes = gateway_routes(layer, provider.deliver, lambda: made.place.url if made.place else "")
    gateway = application([*routes, made.states], failed=made.failed)
    async with serve_app(gateway, HOST, 0) as behind, http_client(timeout=_SECONDS, keep=True) as http:
        proxy = SigningProxy(
            address=before(behind),
            http=http,
            requests=Signer(client_id=client_id, key=theirs),
            wanted=lambda: provider.signs,
        )
        async with serve_app(proxy.app, HOST, 0) as url:
            made.place = Place(url=url, states=STATES)
            yield made


@asynccontextmanager
async def client_sdk(provider: StatedClientSdk) -> AsyncIterator[Hosted]:
    """The double of the client SDK at the address at which the verifier asks for messages."""
    made = Hosted(provider)

    async def exchange(request: Request) -> Response:
        asked = (await request.json()).get("request")
        if asked is not None:
            body = asked.get("contents", {}).get("content")
            provider.hear(str(asked.get("metadata", {}).get("operation", "")), json.dumps(body).encode())
            return _message({}, {})
        said = provider.speak()
        if said is None:
            # An error would be asked for again and again.
            provider.told.problems.append("decode: the client SDK does not call it in this state")
            return _message({}, {})
        body = json.loads(wire.encode(said, observer_url=_OBSERVER))
        del body["observerUrl"]
        return _message(body, {"operation": wire.OPERATIONS[type(said)].name})

    app = application([Route(_MESSAGES, exchange, methods=["POST"]), made.states], failed=made.failed)
    async with serve_app(app, HOST, 0) as url:
        made.place = Place(url=url, states=STATES, messages=_MESSAGES)
        yield made


def _message(body: object, metadata: Mapping[str, str]) -> Response:
    """A message as the verifier takes it: metadata stand in a header."""
    told = json.dumps({"contentType": "application/json", **metadata}).encode()
    return JSONResponse(body, headers={"pact-message-metadata": base64.b64encode(told).decode("ascii")})
