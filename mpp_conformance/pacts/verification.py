"""A pact verified whole: each interaction passes, fails with the reason in words, or proves nothing.

It fails where a message breaks ``openapi/`` or the provider does not do as the pact expects. It is inconclusive where
it cannot be replayed, and where its rules let pass an answer that is not the one it shows.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.pacts import states
from mpp_conformance.pacts.document import Interaction, Pact
from mpp_conformance.pacts.hosting import Hosted
from mpp_conformance.pacts.provider_reply import Told
from mpp_conformance.pacts.verifier import GaveUpError, replay

_TOO_MUCH: Final = (
    "Pact's verifier ended without a word on it; likely: a regular expression among its rules tries too many ways"
)


class Provider(Protocol):
    """Whoever a pact is verified with. ``title``: what sentences call it; ``known``: the states it can be in."""

    title: str
    known: Sequence[states.State]

    def unfit(self, interaction: Interaction) -> str:
        """Why an interaction cannot be replayed, whatever its states are; empty where it can."""

    def wrong(self, interaction: Interaction) -> list[str]:
        """What is wrong with the messages of an interaction, before it is replayed."""

    def hosted(self, pact: Pact) -> AbstractAsyncContextManager[Hosted]:
        """The provider, listening."""

    def loose(self, interaction: Interaction, told: Told) -> list[str]:
        """In what the provider did otherwise than the pact shows, though its rules let that pass."""

    def explained(self, interaction: Interaction, told: Told) -> list[str]:
        """What is to be said beside a mismatch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an interaction: pass, fail or inconclusive, and why."""

    interaction: Interaction
    verdict: Verdict
    problems: tuple[str, ...] = ()


async def verify_pact(pact: Pact, provider: Provider) -> list[Outcome]:
    """Verify a pact with a provider; raises what goes wrong in the suite."""
    early = {one.number: _before(one, provider) for one in pact.interactions}
    left = [one for one in pact.interactions if early[one.number] is None]
    late = await _replayed(pact, left, provider)
    return [early[one.number] or late[one.number] for one in pact.interactions]


async def _replayed(pact: Pact, interactions: Sequence[Interaction], provider: Provider) -> dict[int, Outcome]:
    """What comes of these interactions, by number; the one that is too much for the verifier is found out."""
    if not interactions:
        return {}
    try:
        return await _at_once(pact, interactions, provider)
    except GaveUpError:
        if len(interactions) == 1:
            return {interactions[0].number: _unproven(interactions[0], _TOO_MUCH)}
    middle = len(interactions) // 2
    halves = [await _replayed(pact, half, provider) for half in (interactions[:middle], interactions[middle:])]
    return halves[0] | halves[1]


async def _at_once(pact: Pact, interactions: Sequence[Interaction], provider: Provider) -> dict[int, Outcome]:
    async with provider.hosted(pact) as host:
        assert host.place is not None  # noqa: S101  # it listens
        reasons = await host.prepare(interactions)
        left = [one for one in interactions if one.number not in reasons]
        mismatches = await replay(pact, left, provider.title, host.place)
        if host.fault is not None:
            raise host.fault
        after = zip(left, mismatches, host.told, strict=True)
        found = {one.number: _after(one, wrong, told, provider) for one, wrong, told in after}
    missed = {one.number: _unproven(one, reasons[one.number]) for one in interactions if one.number in reasons}
    return found | missed


def _before(interaction: Interaction, provider: Provider) -> Outcome | None:
    """What can be said without a replay; ``None`` where one is needed."""
    unfit = provider.unfit(interaction)
    missing = [unfit] if unfit else states.problems(interaction.states, provider.known)
    if missing:
        return _unproven(interaction, *missing)
    wrong = provider.wrong(interaction)
    return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=tuple(wrong)) if wrong else None


def _after(interaction: Interaction, mismatches: Sequence[str], told: Told, provider: Provider) -> Outcome:
    if told.unproven:
        return _unproven(interaction, *told.unproven)
    wrong = [*mismatches, *told.problems]
    if wrong:
        problems = (*wrong, *provider.explained(interaction, told))
        return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=problems)
    loose = provider.loose(interaction, told)
    if loose:
        said = (f"{line}, and the pact's rules let that pass" for line in loose)
        return _unproven(interaction, *said, *provider.explained(interaction, told))
    return Outcome(interaction=interaction, verdict=Verdict.PASS)


def _unproven(interaction: Interaction, *problems: str) -> Outcome:
    return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=problems)
