"""The adaptor of a test build that nobody can call, and that fetches its calls (openapi/device.yaml)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol.messages import Message
from mpp_conformance.scenarios.scenario import Probe
from mpp_conformance.transport.connectors.adaptor import NO_ANSWER, AdaptorUnreachableError, RefusedError
from mpp_conformance.transport.servers.device import Device, NotFetchedError

_SHOWN: Final = 200


@dataclass(slots=True)
class PullingAdaptor:
    """Calls put down for ``device`` to fetch; ``patience``: seconds until one that nobody fetches is given up.

    ``error_page_url``: what stands for Alipay+'s error page.
    """

    device: Device
    patience: float
    error_page_url: str | None = None
    _waited: bool = field(default=False, init=False)

    async def ready(self) -> None:
        """Wait for a test build to come, once in a run: somebody may have to start it by hand."""
        if not self._waited:
            await self.device.greeted()
            self._waited = True

    async def missing_reports(self, tokens: Collection[str]) -> str:
        """What hinders reports of these payments that are on their way, in words; empty: the test build knows of none.

        A telephone may lose its network. Whoever is not heard then has not been silent.
        """
        settled = await self.device.settled(tokens, self.patience)
        return "" if settled else "the test build was out of reach, or had reports that did not come through"

    async def tell(self, message: Message, observer_url: str, keep: Callable[[Half], None]) -> None:
        """Have a message acted on; RefusedError and AdaptorUnreachableError say in words what came instead.

        ``keep`` is given the call as the test build fetched it.
        """
        content = wire.encode(message, observer_url=observer_url, error_page_url=self.error_page_url)
        operation = wire.OPERATIONS[type(message)]

        def fetched() -> None:
            keep(Half(method=operation.method, target=operation.path, status=None, headers=(), body=content))

        try:
            problem = await self.device.call(operation.name, content, self.patience, fetched)
        except NotFetchedError as gone:
            raise AdaptorUnreachableError(str(gone)) from gone
        if problem is not None:
            raise RefusedError(f"{operation.name}: {wire.printable(problem, _SHOWN)}")

    async def probe(self, probe: Probe, observer_url: str, patience: float, keep: Callable[[Half], None]) -> str:  # noqa: ARG002  # as the other adaptor's
        """Nobody can be sent a call that breaks HTTP or JSON here; wallet.toml lets nobody claim it."""
        return NO_ANSWER
