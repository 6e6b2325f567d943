"""The simulated Alipay+ as a provider under verification: its gateway, the address of its state, a proxy that signs.

The address of the state always answers 200: the verifier repeats for two minutes what is refused there. States are
looked at before a replay, and what goes wrong nevertheless is kept and raised after it.
"""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mpp_conformance import signature
from mpp_conformance.messages import Message
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus
from mpp_conformance.pacts.verifier import Place
from mpp_conformance.servers.application import application
from mpp_conformance.servers.gateway import MessageLayer, gateway_routes
from mpp_conformance.servers.http_client import http_client
from mpp_conformance.servers.listener import listening
from mpp_conformance.servers.signing_proxy import Signer, SigningProxy

HOST: Final = "127.0.0.1"
_STATES: Final = "/_pact/state"
_SECONDS: Final = 5.0


@dataclass(slots=True)
class Hosted:
    """A provider while it is verified: where it is, and what it answered in each interaction so far."""

    provider: StatedAlipayPlus
    place: Place | None = None
    said: list[list[Message]] = field(default_factory=list)
    fault: Exception | None = None
    _between: bool = True

    async def change(self, request: Request) -> Response:
        """Set up or tear down a state, as the verifier asks before and after each interaction."""
        told = await request.json()
        try:
            if told["action"] == "setup":
                self._begin()
                self.provider.set_up(told["state"], told.get("params") or {})
            else:
                self._end()
        except Exception as problem:  # noqa: BLE001  # whoever asked for the verification is to hear of it
            self.fault = problem
        return JSONResponse({})

    def _begin(self) -> None:
        if self._between:
            self.provider.tear_down()
            self.said.append(self.provider.said)
            self._between = False

    def _end(self) -> None:
        self._between = True


@functools.cache
def _keys() -> tuple[RSAPrivateKey, RSAPrivateKey]:
    """What Alipay+ and the MPP sign with: made once, for nobody outside this process."""
    return signature.generate_private_key(), signature.generate_private_key()


@asynccontextmanager
async def hosted(provider: StatedAlipayPlus, client_id: str) -> AsyncIterator[Hosted]:
    """Serve ``provider`` on this machine, to an MPP called ``client_id``, with keys of their own."""
    alipay_plus, mpp = _keys()
    layer = MessageLayer(
        client_id=client_id, key_version=1, mpp_public_key=mpp.public_key(), alipay_plus_private_key=alipay_plus
    )
    made = Hosted(provider)
    routes = gateway_routes(layer, provider.deliver, lambda: made.place.url if made.place else "")
    gateway = application([*routes, Route(_STATES, made.change, methods=["POST"])])
    async with listening(gateway, HOST, 0) as behind, http_client(timeout=_SECONDS) as http:
        proxy = SigningProxy(
            upstream=behind,
            http=http,
            requests=Signer(client_id=client_id, key=mpp),
            wanted=lambda: provider.signs,
        )
        async with listening(proxy.app, HOST, 0) as url:
            made.place = Place(url=url, states=_STATES)
            yield made
