"""Load over HTTP on the wallet of a wallet.toml: with so many users, and with fewer until nothing breaks any more."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final

from mpp_conformance.evidence.redaction import Policy
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.peers.router import MAX_STRAYS
from mpp_conformance.report.pages import load
from mpp_conformance.report.run_folder.folder import RunFolder
from mpp_conformance.transport.connectors.http import HttpConnector
from mpp_conformance.transport.scheduler import new_event_loop
from mpp_conformance.trials.load.agent import Agent
from mpp_conformance.trials.load.bisection import Boundary, bisect
from mpp_conformance.trials.load.sample import Sample
from mpp_conformance.trials.load.traffic import Traffic
from mpp_conformance.trials.load.users import Held, Users
from mpp_conformance.wallet import Wallet

_PATIENCE_EACH: Final = 0.01
"""Seconds of patience more for each user: twice what one conversation costs ourselves."""
_STRAYS_EACH: Final = 4


class _InterruptedError(Exception):
    """No other number of users is to be tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of a load: ``tried``: all numbers of users in their order; ``boundaries``: where requirements break.

    ``seconds``: for how long conversations were begun; ``lag``: by how many the suite itself was late, at worst.
    """

    held: Held
    seconds: float
    tried: tuple[Held, ...]
    boundaries: dict[str, Boundary]
    lag: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A conversation that is kept, and the name and the digest of its evidence.

    ``rows``: the cases that fail it, as a verdict file has them; ``shown`` as `Judged` has it; ``trace``: as written.
    """

    number: int
    broke: tuple[str, ...]
    shown: tuple[str, ...]
    name: str
    digest: str
    rows: tuple[Mapping[str, Any], ...]
    trace: Trace = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletTrial:
    """``users`` with the wallet at ``adaptor`` (``None``: as its file says), each load for so many ``seconds``."""

    wallet: Wallet
    adaptor: str | None
    cases: Sequence[Case]
    users: int
    seconds: float
    seed: int
    policy: Policy = field(repr=False)

    def run(self, *, halve: bool = False) -> Trial:
        """Hold the load; with ``halve`` further ones. ListenError before anything is held.

        On Ctrl-C it ends with what has been judged until then.
        """
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(self._run(halve=halve))

    def serve(self, port: int, ready: Callable[[str], object]) -> Trial:
        """Hold conversations when somebody asks for them at this port of loopback; ``ready`` is told the address."""
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(self._serve(port, ready))

    def keep(self, held: Held, folder: RunFolder) -> list[Kept]:
        """Write down the sample of a load as evidence; EvidenceError or RunFolderError where that cannot be."""
        found = []
        for judged in held.sample:
            trace, disclosed = self.policy.redact(judged.trace)
            name, digest = folder.keep(trace, disclosed)
            rows = tuple(load.rows(judged.rows, trace, name, digest))
            broke = tuple(sorted({row["requirement"] for row in rows}))
            shown = tuple(sorted(judged.shown))
            found.append(
                Kept(number=judged.number, broke=broke, shown=shown, name=name, digest=digest, rows=rows, trace=trace)
            )
        return found

    async def _run(self, *, halve: bool) -> Trial:
        async with self._users() as (users, connector):
            tried: list[Held] = []

            async def broken_at(number: int) -> Collection[str]:
                tried.append(await users.hold(number, self.seconds))
                if tried[-1].interrupted:
                    raise _InterruptedError
                return tried[-1].broken

            found: dict[str, Boundary] = {}
            with suppress(_InterruptedError):
                broken = await broken_at(self.users)
                found = {name: Boundary(self.users) for name in sorted(broken)} if halve else {}
                await bisect(found, broken_at)
            return Trial(held=tried[0], seconds=self.seconds, tried=tuple(tried), boundaries=found, lag=connector.lag)

    async def _serve(self, port: int, ready: Callable[[str], object]) -> Trial:
        async with self._users() as (users, connector):
            held, begun = Held(users=self.users, sample=Sample(self.seed)), time.monotonic()
            await Agent(users, held).serve(port, self.seconds, ready)
            seconds = max(0.1, round(time.monotonic() - begun, 1))
            return Trial(held=held, seconds=seconds, tried=(held,), boundaries={}, lag=connector.lag)

    @asynccontextmanager
    async def _users(self) -> AsyncIterator[tuple[Users, HttpConnector]]:
        reach = self.wallet.reach
        patience = reach.patience + _PATIENCE_EACH * self.users
        wallet = self.wallet.model_copy(update={"reach": reach.model_copy(update={"patience": patience})})
        strays = MAX_STRAYS + _STRAYS_EACH * self.users
        run, profile = f"load-{secrets.token_hex(16)}", wallet.profile
        async with HttpConnector(wallet, profile, run=run, adaptor=self.adaptor, strays=strays) as connector:
            users = Users(
                connector=connector,
                traffic=Traffic.of(self.cases, Claims.of(wallet.claims())),
                seed=self.seed,
                claimed=reach.parallel,
                patience=patience,
                redacted=self._redacted,
            )
            yield users, connector

    def _redacted(self, trace: Trace) -> Trace:
        return self.policy.redact(trace)[0]
