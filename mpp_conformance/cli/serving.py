"""Running a server until somebody ends it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, NoReturn

import click

from mpp_conformance.cli.exits import Refusal
from mpp_conformance.servers.listener import ListenError


def until_interrupted(server: Coroutine[Any, Any, NoReturn], field: str) -> None:
    """Run ``server`` until Ctrl-C, which is its proper end; a refusal names ``field`` if it cannot listen."""
    try:
        with suppress(KeyboardInterrupt):
            asyncio.run(server)
    except ListenError as problem:
        raise Refusal(
            f"{field}: {problem}; something else listens there, or the address is none of this machine"
        ) from None
    click.echo("ended")


async def for_ever() -> NoReturn:
    """Wait until this task is cancelled."""
    while True:
        await asyncio.Event().wait()
