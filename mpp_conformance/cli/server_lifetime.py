"""Running a server until somebody ends it."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, NoReturn

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.transport.servers.listener import ListenError


def until_interrupted(server: Coroutine[Any, Any, NoReturn], field: str) -> None:
    """Run ``server`` until Ctrl-C or SIGTERM, its proper ends; a refusal names ``field`` if it cannot listen."""
    # A shell that starts a command in the background lets it ignore Ctrl-C, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=_fast_loop) as runner:
            runner.run(server)
    except ListenError as problem:
        raise Refusal(
            f"{field}: {problem}. Likely: something else listens there, or the address is none of this machine"
        ) from None
    click.echo("ended")


async def for_ever() -> NoReturn:
    """Wait until this task is cancelled."""
    while True:
        await asyncio.Event().wait()


def _fast_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415  # not on every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
