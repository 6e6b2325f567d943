"""A pact replayed by Pact's verifier against a provider on this machine, and what came of each interaction.

The verifier writes to the file descriptors of the process; what it has to say is read from its results instead.
"""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from mpp_conformance.common.scratch import scratch
from mpp_conformance.pacts.document import Interaction, Pact
from mpp_conformance.wire import printable

_SHOWN: Final = 200
_READ_BY_PACT: Final = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"})
"""Variables of the environment that its HTTP client (reqwest) goes by, in lower case."""
_MISSING: Final = "Actual map is missing the following keys: "
_MOST_NAMED: Final = 10


class VerifierError(Exception):
    """What the verifier says does not follow from what it says of the interactions: the suite's own fault."""


class GaveUpError(Exception):
    """The verifier ended without a word on interactions it was given: one of them was too much for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a provider is reached.

    ``states``: the path at which its state is changed; ``messages``: that at which it is asked for messages, empty
    where it speaks HTTP. ``patience``: seconds that one exchange may take.
    """

    url: str
    states: str
    messages: str = ""
    patience: float = 30.0


async def replay(pact: Pact, interactions: Sequence[Interaction], provider: str, place: Place) -> list[list[str]]:
    """Replay interactions of a pact; for each what did not match, one sentence a place, and nothing if all did.

    ``provider`` is what sentences call the other side. Raises GaveUpError or VerifierError where it cannot be told.
    """
    if not interactions:
        return []
    with scratch() as folder:
        file = Path(folder) / "pact.json"
        file.write_bytes(pact.with_interactions(iter(interactions)))
        results = await asyncio.to_thread(_verified, file, pact.provider, place)
    found = results.get("interactionResults", [])
    if [row.get("description") for row in found] != [interaction.description for interaction in interactions]:
        raise GaveUpError(f"the verifier accounted for {len(found)} of {len(interactions)} interactions")
    told = [list(_mismatches(row, provider)) for row in found]
    if bool(results.get("result")) is any(told):
        raise VerifierError("the verifier's result does not follow from what it says of the interactions")
    return told


def _verified(file: Path, name: str, place: Place) -> Mapping[str, Any]:
    # Pact tells its makers of each verification unless it is asked not to.
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    from pact import Verifier  # noqa: PLC0415  # a tenth of a second

    address = urlsplit(place.url)
    made = Verifier(name, address.hostname)
    made.add_transport(protocol="http", port=address.port, path=address.path or "/", scheme=address.scheme)
    if place.messages:
        made.add_transport(protocol="message", port=address.port, path=place.messages, scheme=address.scheme)
    made.add_source(file).state_handler(place.url + place.states, body=True, teardown=True)
    made.set_coloured_output(enabled=False).set_request_timeout(int(place.patience * 1_000)).set_error_on_empty_pact()
    with _unheard(), _called_directly(), suppress(RuntimeError):
        # It says no more than that something failed; what it was stands in the results.
        made.verify()
    results: Mapping[str, Any] = made.results
    return results


@contextmanager
def _called_directly() -> Iterator[None]:
    """Pact's verifier finds no proxy in the environment: what it calls is on this machine."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.lower() in _READ_BY_PACT}
    try:
        yield
    finally:
        os.environ.update(kept)


@contextmanager
def _unheard() -> Iterator[None]:
    """Nothing that is written to standard output or error within the context is seen, by whomever it is written."""
    kept = [os.dup(1), os.dup(2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for descriptor in (1, 2):
            os.dup2(nowhere, descriptor)
        yield
    finally:
        for descriptor, was in zip((1, 2), kept, strict=True):
            os.dup2(was, descriptor)
        for descriptor in (*kept, nowhere):
            os.close(descriptor)


def _mismatches(row: Mapping[str, Any], provider: str) -> Iterator[str]:
    if row.get("result") == "OK":
        return
    mismatch = row.get("mismatch") or {}
    told = mismatch.get("mismatches") or [mismatch]
    for one in told[:_MOST_NAMED]:
        yield _sentence(one, provider)
    if len(told) > _MOST_NAMED:
        yield f"and {len(told) - _MOST_NAMED} more"


def _sentence(one: Mapping[str, Any], provider: str) -> str:
    """One mismatch in words; Pact's own where it is none of the usual kinds."""
    said = str(one.get("mismatch") or one.get("message") or "the verifier does not say what failed")
    expected, actual = _shown(one.get("expected")), _shown(one.get("actual"))
    kind = one.get("type")
    if said.startswith(_MISSING):
        names = printable(said.removeprefix(_MISSING), _SHOWN)
        return f"answer {_where(one)}: the pact expects {names}, and {provider} does not answer it"
    if kind == "StatusMismatch":
        return f"answer status: the pact expects {expected}, {provider} answers {actual}"
    if kind == "HeaderMismatch":
        name = printable(str(one.get("key")), _SHOWN)
        return f"answer header {name}: the pact expects {expected}, {provider} answers {actual or 'none'}"
    if kind == "BodyMismatch":
        text = f"answer {_where(one)}: the pact expects {expected}, {provider} answers {actual}"
        return f"{text} ({printable(said, _SHOWN)})" if " to match " in said else text
    if kind == "BodyTypeMismatch":
        return f"answer body: the pact expects {expected}, {provider} answers {actual}"
    return printable(said, 2 * _SHOWN)


def _where(one: Mapping[str, Any]) -> str:
    return printable(str(one.get("path", "$")), _SHOWN)


def _shown(value: object) -> str:
    return "" if value is None else printable(str(value), _SHOWN)
