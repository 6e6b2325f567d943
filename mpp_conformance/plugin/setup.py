"""Which MPP a run judges and what it claims, from options, environment and files; what is wrong with them, in words."""

from __future__ import annotations

import re
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mpp_conformance import __version__
from mpp_conformance.common.text import printable
from mpp_conformance.evidence.redaction import CLASSES, Policy
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.plugin import TARGET, WALLET

if TYPE_CHECKING:
    from collections.abc import Callable

    from mpp_conformance.report.gate.waivers import WaiverFile
    from mpp_conformance.scenarios.scenario import Scenario
    from mpp_conformance.transport.scheduler import Conversations
    from mpp_conformance.wallet import Wallet

    Begun = Callable[[Scenario], None]
    Keep = Callable[[str, bytes], object]

REPLAY: Final = "replay:"
BY_HAND: Final = "person:"
_SPECIMEN: Final = "specimen:"
_AS_IT_IS: Final = Policy(customers=(), disclosed=frozenset(CLASSES), secret=b"")
"""For evidence that was written before: what it hides stays hidden."""


@dataclass(frozen=True, slots=True)
class Setup:
    """``target`` may be empty while nothing is to be run; ``raw`` are the claims as the report keeps them."""

    target: str
    claims: Claims
    raw: dict[str, Any]
    connect: Callable[[str, Begun, Keep], Conversations]
    """Opens the way to the MPP for the run of this name; what is begun is told first, and pictures are kept."""
    policy: Policy
    """What evidence keeps back."""
    particulars: dict[str, str]
    """What the report says of the test itself."""
    refusal: Callable[[], str]
    """Why a run would judge nothing; empty where it may begin. ValueError where the target is no address."""
    message_layer: dict[str, str] | None = None
    """Who signs: names and public keys; ``None`` where nothing is signed."""

    @property
    def shown(self) -> str:
        """The target without what a URL may hold in secret."""
        return re.sub(r"//[^/@]*@", "//", self.target)


def resolve(target: str, wallet_file: str) -> Setup:
    """The set-up of a run; UsageError says what to give, or what is wrong with what was given."""
    if target.startswith(REPLAY):
        return _replayed(target, wallet_file)
    return _live(target, wallet_file)


def _replayed(target: str, wallet_file: str) -> Setup:
    """The claims of a run are part of its record: no other wallet can take them over."""
    from mpp_conformance.transport.connectors.replay import ReplayConversations, ReplayError  # noqa: PLC0415  # only for a replay

    try:
        replay = ReplayConversations(Path(target.removeprefix(REPLAY)))
    except ReplayError as problem:
        raise pytest.UsageError(str(problem)) from problem
    if wallet_file and Claims.of(_loaded(wallet_file).claims()) != replay.claims:
        raise pytest.UsageError(
            f"{wallet_file} does not claim what the run to judge again claimed, which was of "
            f"{printable(replay.claims.wallet)} {printable(replay.claims.version)}: leave {WALLET} out"
        )
    return Setup(
        target,
        replay.claims,
        replay.raw_claims,
        lambda *_: replay,
        _AS_IT_IS,
        replay.particulars,
        _nothing_wrong,
        replay.message_layer,
    )


def waivers(given: str, wallet_file: str, target: str) -> WaiverFile | None:
    """The wallet's waivers; ``None`` where it has none. UsageError says what is wrong with them."""
    from mpp_conformance.report.gate.waivers import WaiverFileError, load, place  # noqa: PLC0415  # loads cryptography

    path = place(given, wallet_file, target)
    try:
        return None if path is None else load(path)
    except WaiverFileError as problem:
        raise pytest.UsageError(str(problem)) from problem


def _live(target: str, wallet_file: str) -> Setup:
    from mpp_conformance import wallet  # noqa: PLC0415  # loads pydantic and cryptography, which a replay does without

    if target and not wallet_file and not target.startswith(_SPECIMEN):
        raise pytest.UsageError(f"{TARGET} {target} needs {WALLET} FILE: `mpp-conformance init` writes one to fill in")
    chosen = _loaded(wallet_file) if wallet_file else wallet.reference()
    if target.startswith(_SPECIMEN):
        # Whatever the file claims, the report is not about the wallet that it names.
        identity = wallet.Identity.model_construct(name=target, version=__version__)
        chosen = chosen.model_copy(update={"identity": identity})
    target = target or (chosen.reach.target if wallet_file else "")
    claims = chosen.claims()
    if target.startswith(BY_HAND):
        chosen = wallet.by_hand(chosen)
        claims = wallet.claims_by_hand(chosen)

    def connect(run: str, begun: Begun, keep: Keep) -> Conversations:
        from mpp_conformance.transport import connectors  # noqa: PLC0415  # not needed to collect

        return connectors.connect(target, chosen, run=run, begun=begun, invite=_invite, keep=keep)

    def refusal() -> str:
        from mpp_conformance.transport import connectors  # noqa: PLC0415  # not needed to collect
        from mpp_conformance.trials.doctor import refusal  # noqa: PLC0415  # likewise

        return refusal.refusal(chosen, connectors.adaptor_of(target, chosen))

    policy = Policy.of(chosen.profile.customers, chosen.evidence.disclose, secrets.token_bytes(32))
    layer = None if chosen.keys is None or target.startswith(_SPECIMEN) else chosen.keys.message_layer()
    particulars = chosen.particulars()
    refused = refusal if target.startswith("http") else _nothing_wrong
    return Setup(target, Claims.of(claims), claims, connect, policy, particulars, refused, layer)


def _invite(address: str) -> None:
    """Say where a person is to begin; the runner has standard error for itself."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"console      {address}  open it in a browser on this machine; it is good for one use\n")
        sys.__stderr__.flush()


def _nothing_wrong() -> str:
    """What is in this process, or out of a drawer, has nothing to be reached."""
    return ""


def _loaded(wallet_file: str) -> Wallet:
    from mpp_conformance import wallet  # noqa: PLC0415  # loads pydantic and cryptography, which a replay does without

    try:
        return wallet.load(Path(wallet_file))
    except wallet.WalletFileError as problem:
        raise pytest.UsageError(str(problem)) from problem
