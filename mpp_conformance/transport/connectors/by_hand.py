"""A wallet on a telephone, with a person in the place of its adaptor: over HTTP, beside a console in the browser."""

import math
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Final, Self
from urllib.parse import SplitResult, urlsplit

import httpx
from starlette.routing import Route

from mpp_conformance.judging.trace import Half, Trace
from mpp_conformance.peers.console import OVER, Answer, Line, Task
from mpp_conformance.peers.router import Delivery, Place
from mpp_conformance.protocol.limits import cny
from mpp_conformance.protocol.messages import Message, Scan, UserInitiatedPay
from mpp_conformance.scenarios.scenario import ENTRY, Probe, Profile, Scenario
from mpp_conformance.transport.connectors.adaptor import NO_ANSWER, RefusedError
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.scheduler import ConcurrentConversations
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.console import LiveConsole, console_routes, qr_code
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.merchant_page import merchant_routes
from mpp_conformance.transport.servers.message_layer import Notes
from mpp_conformance.transport.servers.pictures import Album, Keep, picture_routes
from mpp_conformance.wallet import Wallet

_HERE: Final = "127.0.0.1"
Said = Callable[[str, Answer], None]
"""Is told what was answered, and the token of the payment."""


@dataclass(slots=True)
class Person:
    """Whoever reads the console of ``live``, scans, and says what is seen; ``task`` makes a scan theirs."""

    live: LiveConsole
    task: Callable[[str, Scan], Task]
    said: Said

    async def ready(self) -> None:
        """The first code waits until somebody scans it."""

    async def missing_reports(self, tokens: Collection[str]) -> str:  # noqa: ARG002  # as an adaptor's
        """Wait for the person: whoever has not answered has not been silent."""
        await self.live.until(lambda: self.live.console.number in self.live.console.answers)
        return ""

    async def tell(self, message: Message, observer_url: str, keep: Callable[[Half], None]) -> None:  # noqa: ARG002  # as an adaptor's
        """Have a code scanned, and wait for what was seen; RefusedError for what no person can be told."""
        if not isinstance(message, Scan):
            raise RefusedError(f"{message.name}: a person can scan, and nothing else")
        token = observer_url.rpartition("/")[2]
        self.said(token, await self.live.answered(self.task(token, message)))

    async def probe(self, probe: Probe, observer_url: str, patience: float, keep: Callable[[Half], None]) -> str:  # noqa: ARG002  # as an adaptor's
        """A person has no interface that could be broken."""
        return NO_ANSWER


class ByHandConnector(HttpConnector):
    """Conversations that a person holds, one at a time, each as often as the person likes.

    ``begun`` is told of a conversation that is held again.
    """

    def __init__(
        self,
        wallet: Wallet,
        profile: Profile,
        *,
        run: str,
        live: LiveConsole,
        begun: Callable[[Scenario], None],
        keep: Keep,
    ) -> None:
        super().__init__(wallet, profile, run=run)
        self._album = Album(keep, self._renewed)
        self._live = live
        self._begun = begun
        self._longest = math.inf
        self.invitation = ""
        """The address that pairs the console with a browser."""

    async def __aenter__(self) -> Self:
        app = application(console_routes(self._live))
        address = await self._exits.enter_async_context(serve_app(app, _HERE, 0))
        self.invitation = self._live.served_at(address)
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.console.end(OVER)
        self._live.changed()
        await super().__aexit__(kind, problem, trace)

    async def converse(
        self,
        scenario: Scenario,
        at_rest: Callable[[], None] = lambda: None,
        *,
        leave: Callable[[], None] | None = None,  # noqa: ARG002  # a person does one thing at a time
        turn: str = "",
    ) -> Trace:
        """Hold one conversation, again and again until the person lets it stand."""
        attempt = 1
        while True:
            trace = await super().converse(scenario, at_rest, turn=f"{turn}-{attempt}")
            again = await self._live.held_again(trace.trouble)
            self._album.open(None)
            if not again:
                return self._noted(await self.since(trace, 0))
            self.forget(trace)
            self._begun(scenario)
            attempt += 1

    def _caller(self, http: httpx.AsyncClient) -> Person:  # noqa: ARG002  # as an adaptor's
        return Person(self._live, self._task, self._said)

    def _task(self, token: str, scan: Scan) -> Task:
        world, index = place = self._router.payment(token)
        self._album.open(place)
        payments = len(world.scenario.payments)
        payment = world.scenario.payments[index]
        return Task(
            conversation=world.scenario.label,
            payment=index + 1,
            payments=payments,
            code_value=scan.code_value,
            customer=scan.customer_id,
            amount=cny(payment.amount).replace(",", "") if payment.code == ENTRY else "",
        )

    def _beside(self) -> list[Route]:
        """The merchant page, at the address that the entry codes have, and where pictures are taken."""
        return [
            *merchant_routes(self._router, self._placed, self._hosts),
            *picture_routes(self._album, self._hosts),
        ]

    def _renewed(self) -> None:
        """Another address takes the next picture, or none does."""
        console = self._live.console
        console.pictures = self._album.taken
        console.upload = f"{self.public_url}{self._album.path}" if self._album.path else ""
        self._live.changed()

    def _hosts(self) -> set[str]:
        """The names, with the port, by which the telephone calls us."""
        return {host for address in (self.public_url, self.here) for host in _written(urlsplit(address))}

    def _placed(self, place: Place) -> None:
        """The consumer has confirmed on the merchant page; a second time is no second order."""
        world, index = place
        amount = f"{cny(world.scenario.payments[index].amount)} CNY"
        if world.noted_at_scan(index, ("merchant page", f"an order over {amount} was placed")):
            self._live.console.show(Line(name="an order was placed", fields=(("amount", amount),)))
        self._live.changed()

    def _said(self, token: str, answer: Answer) -> None:
        held = self._held_in(self._router.payment(token)[0])
        for message in answer.messages:
            self._deliver(message, token, ())
        if answer.contradiction:
            for one in held:
                one.hinder(answer.contradiction)

    def _deliver(self, message: Message, token: str, notes: Notes) -> Delivery:
        delivery = super()._deliver(message, token, notes)
        for crossed in (message, *([delivery.reply] if delivery.reply else [])):
            self._live.console.saw(crossed, stray=delivery.world is None)
        self._live.changed()
        if isinstance(message, UserInitiatedPay) and delivery.world is not None:
            payment = delivery.world.scenario.payments[delivery.payment]
            if message.customer_id != self._profile.customer(payment.customer):
                self._hindered(delivery, "the call names another customer than the one who was to scan the code")
        return delivery


def _written(address: SplitResult) -> tuple[str, ...]:
    """A host and port as browsers write them: without the port that the scheme has by itself."""
    default = {"http": 80, "https": 443}[address.scheme]
    return (address.netloc.lower(), *([str(address.hostname)] if address.port in {None, default} else []))


class ConversationsByHand(ConcurrentConversations):
    """Conversations with a person, whose console is open for as long as they last.

    MissingProgramError where nothing here draws QR codes.
    """

    def __init__(self, wallet: Wallet, *, run: str, begun: Callable[[Scenario], None], keep: Keep) -> None:
        qr_code(run)
        mind_interrupts()
        live = LiveConsole(interrupt)
        self._live = live
        profile = replace(wallet.profile, by_hand=True)
        make = partial(ByHandConnector, wallet, profile, run=run, live=live, begun=begun, keep=keep)
        super().__init__(make, parallel=1, begun=begun)

    @property
    def invitation(self) -> str:
        """The address that pairs the console with a browser, once."""
        connector = self._connector
        return connector.invitation if isinstance(connector, ByHandConnector) else ""

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Begin these conversations, in their order, and count their scans."""
        new = [scenario for scenario in scenarios if scenario not in self._futures]
        self._live.console.total += sum(len(scenario.payments) for scenario in new)
        super().prepare(new)

    def renew(self, scenario: Scenario) -> bool:  # noqa: ARG002  # as the others
        """The person is asked after each whether to hold it again, and not for more scans than were told at first."""
        return False


def mind_interrupts() -> None:
    """Have Stop heard where the shell has this program ignore Ctrl-C, as it does with one in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupt() -> None:
    """End the run as Ctrl-C does: what was held is kept, and the run can be continued."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        os.kill(os.getpid(), signal.SIGINT)
