"""``serve gateway``: the simulated Alipay+ and the observer, with codes to scan by hand."""

import asyncio
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final, NoReturn

import click
import httpx

from mpp_conformance import wire
from mpp_conformance.cli.server_lifetime import for_ever, run_until_interrupted
from mpp_conformance.cli.wallets import load_wallet, needed_wallet_option
from mpp_conformance.common.text import printable
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.reactions import Sending
from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.peers.world import World
from mpp_conformance.protocol.faults import FAULTS
from mpp_conformance.protocol.messages import FaultApplied, Malformed, Message, UserInitiatedPay
from mpp_conformance.report.pages.formatting import display_fields
from mpp_conformance.scenarios.scenario import (
    ENTRY,
    ORDER,
    Answer,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.transport.servers.application import application, below
from mpp_conformance.transport.servers.gateway import gateway_routes, record
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.transport.servers.message_layer import MessageLayer, Notes
from mpp_conformance.transport.servers.observer import observer_routes
from mpp_conformance.wallet import Wallet

_NAMES: Final[Mapping[str, str]] = {ORDER: "order code", ENTRY: "entry code"}


@click.command("gateway", short_help="Start the simulated Alipay+ and the observer.")
@needed_wallet_option
@click.option(
    "--answer",
    type=click.Choice(["sdk", "psp", "limits"]),
    default="limits",
    show_default=True,
    help="HANDLE_BY_SDK, HANDLE_BY_PSP, or what the limits say of the amount.",
)
@click.option("--status", type=click.Choice(["S", "F"]), help="The result status.  [default: S for psp, else F]")
@click.option("--amount", type=click.IntRange(1, 10**9), default=1_000, show_default=True, help="The amount in fen.")
@click.option(
    "--fault",
    type=click.Choice([name for name, fault in FAULTS.items() if not (fault.instead or fault.given)]),
    metavar="NAME",
    help="Answer with the defect of this name (`mpp-conformance faults` says what each is).",
)
def command(wallet: Path, answer: str, status: str | None, amount: int, fault: str | None) -> None:
    """Start the simulated Alipay+ and the observer; print codes to scan, and each message that arrives.

    Each code is good for one payment; the next one is printed when a code has been used. Nothing is judged.
    """
    chosen = load_wallet(wallet)
    payment = Payment(code=ORDER, amount=amount, answer=_answer(answer, status), fault=fault or "")
    desk = _Desk(chosen, _scenarios(payment, status or "F", chosen))
    run_until_interrupted(desk.serve(), "[reach] listen")


def _answer(answer: str, status: str | None) -> Answer | None:
    answers: dict[str, Answer | None] = {
        "sdk": handle_by_sdk(status or "F"),
        "psp": handle_by_psp(status or "S"),
        "limits": None,
    }
    return answers[answer]


def _scenarios(payment: Payment, breach_status: str, wallet: Wallet) -> Mapping[str, Scenario]:
    """What happens to each kind of code."""
    return {
        code: one(
            _NAMES[code],
            replace(payment, code=code),
            edition=wallet.limits.edition,
            reading=wallet.reading,
            breach_status=breach_status,
        )
        for code in (ORDER, ENTRY)
    }


class _Desk:
    """Hands out codes, and tells what becomes of them."""

    def __init__(self, wallet: Wallet, scenarios: Mapping[str, Scenario]) -> None:
        self._wallet, self._scenarios = wallet, scenarios
        self._router = Router(wallet.profile.templates)
        self._used: set[int] = set()
        self._calls: set[asyncio.Task[None]] = set()
        self._url = ""

    async def serve(self) -> NoReturn:
        """Listen until this task is cancelled."""
        reach, keys = self._wallet.reach, self._wallet.keys
        assert keys is not None  # noqa: S101  # a file always has them
        layer = MessageLayer(
            client_id=keys.client_id,
            key_version=keys.key_version,
            public_key=keys.mpp_public_key,
            private_key=keys.alipay_plus_private_key,
            prefix=reach.public_path,
        )
        routes = [
            *gateway_routes(layer, self._deliver, lambda: self._url, gone=_gone),
            *observer_routes(self._router, self._deliver),
        ]
        async with (
            http_client(timeout=reach.patience) as self._http,
            serve_app(application(below(reach.public_path, routes), lost=self._lost), reach.host, reach.port) as here,
        ):
            self._url = (reach.public_url or here).rstrip("/")
            click.echo(f"Alipay+ and the observer are at {self._url}; Ctrl-C ends them")
            for code in self._scenarios:
                self._hand_out(code)
            await for_ever()

    def _hand_out(self, code: str) -> None:
        """A new code of this kind, and where reports about it go."""
        world = World(self._scenarios[code], secrets.token_hex(16), self._wallet.profile, time.monotonic)
        self._router.open(world)
        click.echo(f"{_NAMES[code]}  {world.codes[0].scanned}")
        click.echo(f"            report to {self._url}/o/{world.token(0)}")

    def _deliver(self, message: Message, token: str, notes: Notes) -> Delivery:
        delivery = self._router.deliver(message, token=token, notes=notes)
        _tell("<-", message, dict(notes).get("signature-detail", ""))
        if delivery.world is None:
            click.echo("         it belongs to no code that was handed out")
        if delivery.reply is not None and delivery.faulty_answer is None:
            _tell("->", delivery.reply)
        for sending in delivery.calls:
            self._call(sending, f"{self._url}/o/{token}")
        world = delivery.world
        if world is not None and isinstance(message, UserInitiatedPay) and id(world) not in self._used:
            self._used.add(id(world))
            self._hand_out(world.scenario.payments[0].code)
        return delivery

    def _lost(self, message: Malformed, _came: str) -> None:
        self._deliver(message, "", ())

    def _call(self, sending: Sending, observer: str) -> None:
        """The client SDK calls decode: that is the adaptor's to carry out, if there is one."""
        _tell("->", sending.message)
        content = wire.encode(sending.message, observer_url=observer)
        task = asyncio.create_task(self._post(f"{self._wallet.reach.adaptor}/decode", content))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _post(self, address: str, content: bytes) -> None:
        try:
            async with self._http.stream(
                "POST", address, content=content, headers={"content-type": "application/json"}
            ) as answer:
                if not answer.is_success:
                    click.echo(f"         the adaptor answered {answer.status_code} to POST {address}")
        except httpx.HTTPError as problem:
            click.echo(f"         POST {address}: {type(problem).__name__}: {printable(str(problem), 200)}")


def _gone(delivery: Delivery, *, complete: bool, halves: Sequence[Half]) -> None:
    """A faulty answer is told of when it has gone out."""
    record(delivery, complete=complete, halves=halves)
    if delivery.faulty_answer is not None:
        _tell("->", FaultApplied(fault=delivery.faulty_answer.fault.name, attempt=delivery.faulty_answer.attempt))


def _tell(way: str, message: Message, detail: str = "") -> None:
    told = ", ".join(f"{name} {value}" for name, value in display_fields(message).items())
    click.echo(f"{datetime.now().astimezone():%H:%M:%S} {way} {message.name}: {told}{f' ({detail})' if detail else ''}")
