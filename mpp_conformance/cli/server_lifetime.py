"""Running a server until somebody ends it."""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NoReturn

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.transport.servers.listener import ListenError


def run_until_interrupted(server: Coroutine[Any, Any, NoReturn], field: str) -> None:
    """Run ``server`` until Ctrl-C or SIGTERM, its proper ends; a refusal names ``field`` if it cannot listen."""
    # A shell that starts a command in the background lets it ignore Ctrl-C, and that is inherited.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        with suppress(KeyboardInterrupt, asyncio.CancelledError), asyncio.Runner(loop_factory=_fast_loop) as runner:
            runner.run(server)
    except ListenError as problem:
        raise Refusal(
            f"{field}: {problem}. Likely: another program listens there, or the address does not belong to this machine"
        ) from None
    click.echo("ended")


async def until_input_ends(server: Coroutine[Any, Any, NoReturn], ended: Callable[[], None]) -> NoReturn:
    """Run ``server`` until standard input ends, which is when whoever holds its other end is gone; ``ended`` then."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def wait() -> None:
        # Not through sys.stdin, whose lock would outlive this thread.
        while os.read(0, 1):
            pass
        ended()
        loop.call_soon_threadsafe(task.cancel if task else loop.stop)

    threading.Thread(target=wait, daemon=True).start()
    await server


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
