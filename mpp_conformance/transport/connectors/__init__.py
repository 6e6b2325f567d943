"""Reaching an MPP by a short string.

``specimen:NAME``, ``http:URL``, ``device:poll``, ``person:console`` or ``replay:DIR``.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector, DirectConversations, nobody
from mpp_conformance.transport.scheduler import ConcurrentConversations

if TYPE_CHECKING:
    from collections.abc import Callable

    from mpp_conformance.scenarios.scenario import Scenario
    from mpp_conformance.specimens import Specimen
    from mpp_conformance.transport.scheduler import Conversations
    from mpp_conformance.wallet import Wallet

BY_HAND: Final = "person:console"
"""A person with a telephone, and a browser on this machine."""
FORMS: Final = f"specimen:NAME, http:URL, device:poll, {BY_HAND} or replay:DIR"


class UnknownTargetError(ValueError):
    """The text names no MPP that could be reached; says what it should look like."""


def connect(
    target: str,
    wallet: Wallet,
    *,
    run: str,
    begun: Callable[[Scenario], None] = nobody,
    invite: Callable[[str], None] = lambda _: None,
    keep: Callable[[str, bytes], object] = lambda *_: None,
) -> Conversations:
    """The conversations with the MPP that ``target`` names, for the run called ``run``.

    ``begun`` is told of each conversation before it is held, in whatever thread that is; ``invite``, the address at
    which a person is to begin, if one is needed; ``keep``, each picture that is taken, and the name of its file.
    UnknownTargetError for a target of no known form; ListenError where the wallet's ``[reach] listen`` is taken;
    TooFewFilesError where this machine allows fewer open files than ``[reach] parallel`` takes; BrowserError where
    ``[reach] browser`` cannot be opened.
    """
    kind, _, rest = target.partition(":")
    makers: dict[str, Callable[[], Conversations]] = {
        "specimen": lambda: _specimen(rest, wallet, run, begun),
        "http": lambda: _over_http(adaptor_of(target, wallet), wallet, run, begun),
        "https": lambda: _over_http(adaptor_of(target, wallet), wallet, run, begun),
        "device": lambda: _over_polls(target, wallet, run, begun=begun, keep=keep),
        "person": lambda: _by_hand(target, wallet, run, begun=begun, invite=invite, keep=keep),
        "replay": lambda: _replay(rest),
    }
    if kind not in makers or not rest:
        raise UnknownTargetError(f"expected {FORMS}, seen {target!r}")
    return makers[kind]()


def adaptor_of(target: str, wallet: Wallet) -> str:
    """The address of the adaptor in ``http:URL``, which may also be written as the URL alone.

    UnknownTargetError where it is no address, or one that the wallet's ``[reach]`` does not allow.
    """
    from mpp_conformance.wallet import fields  # noqa: PLC0415  # pydantic loads here only

    rest = target.removeprefix("http:")
    adaptor = rest if rest.startswith("http") else target
    try:
        adaptor = fields.base_url(adaptor)
    except ValueError as problem:
        raise UnknownTargetError(f"expected the address of an adaptor, seen {adaptor!r}: {problem}") from None
    if not (wallet.reach.allow_remote or fields.is_loopback(fields.url_host(adaptor))):
        advice = "if you intend that, set [reach] allow_remote = true"
        raise UnknownTargetError(f"{adaptor} is not a loopback address; {advice}")
    return adaptor


def _over_polls(
    target: str, wallet: Wallet, run: str, *, begun: Callable[[Scenario], None], keep: Callable[[str, bytes], object]
) -> Conversations:
    """With a wallet that fetches its calls; UnknownTargetError where its file does not say so."""
    if not wallet.reach.device or target != wallet.reach.target:
        raise UnknownTargetError(f"expected {FORMS}, seen {target!r}; device:poll needs [reach] device = true")
    if wallet.reach.browser:
        from mpp_conformance.transport.connectors.in_browser import InBrowserConnector  # noqa: PLC0415  # httpx and the server load here only

        made = partial(InBrowserConnector, wallet, wallet.profile, run=_once(run), keep=keep)
        return ConcurrentConversations(made, parallel=1, begun=begun)
    return _over_http(None, wallet, run, begun)


def specimen_by_name(name: str) -> Specimen:
    """The known MPP of this name; UnknownTargetError, with the nearest one, where there is none."""
    if name not in SPECIMENS:
        close = get_close_matches(name, SPECIMENS, 1)
        hint = f"; did you mean {close[0]}?" if close else "; `mpp-conformance serve wallet --list` names them all"
        raise UnknownTargetError(f"no specimen is called {name!r}{hint}")
    return SPECIMENS[name]


def _specimen(name: str, wallet: Wallet, run: str, begun: Callable[[Scenario], None]) -> Conversations:
    kind = specimen_by_name(name)
    profile = replace(wallet.profile, app_link=wallet.profile.app_link and kind.app_link)
    return DirectConversations(DirectConnector(kind(profile), profile, run), begun)


def _over_http(adaptor: str | None, wallet: Wallet, run: str, begun: Callable[[Scenario], None]) -> Conversations:
    from mpp_conformance.transport.connectors.http import HttpConnector  # noqa: PLC0415  # httpx and the server load here only
    from mpp_conformance.transport.open_files import make_room  # noqa: PLC0415  # likewise

    make_room(wallet.reach.parallel)
    once = _once(run)
    return ConcurrentConversations(
        lambda: HttpConnector(wallet, wallet.profile, run=once, adaptor=adaptor),
        parallel=wallet.reach.parallel,
        begun=begun,
    )


def _by_hand(
    target: str,
    wallet: Wallet,
    run: str,
    *,
    begun: Callable[[Scenario], None],
    invite: Callable[[str], None],
    keep: Callable[[str, bytes], object],
) -> Conversations:
    from mpp_conformance.transport.connectors.by_hand import ConversationsByHand  # noqa: PLC0415  # httpx and the server load here only

    if target != BY_HAND:
        raise UnknownTargetError(f"expected {FORMS}, seen {target!r}")
    held = ConversationsByHand(wallet, run=_once(run), begun=begun, keep=keep)
    invite(held.invitation)
    return held


def _once(run: str) -> str:
    """A run's name may be used twice; a code value never."""
    return f"{run}-{secrets.token_hex(16)}"


def _replay(directory: str) -> Conversations:
    from mpp_conformance.transport.connectors.replay import ReplayConversations  # noqa: PLC0415  # reports load here only

    return ReplayConversations(Path(directory))
