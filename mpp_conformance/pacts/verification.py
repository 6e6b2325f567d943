"""A pact verified whole: each interaction passes, fails with the reason in words, or proves nothing.

It fails where a message breaks ``openapi/`` or the provider does not do as the pact expects. It is inconclusive where
it cannot be replayed, and where its rules let pass an answer that is not the one it shows.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from mpp_conformance.pacts import states
from mpp_conformance.pacts.document import Interaction, Pact
from mpp_conformance.pacts.hosting import Hosted
from mpp_conformance.pacts.told import Told
from mpp_conformance.pacts.verifier import replay
from mpp_conformance.verdict import Verdict


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


async def verified(pact: Pact, provider: Provider) -> list[Outcome]:
    """Verify a pact with a provider; VerifierError where the verifier fails, and what else goes wrong in the suite."""
    early = {one.number: _before(one, provider) for one in pact.interactions}
    replayed = [one for one in pact.interactions if early[one.number] is None]
    late: dict[int, Outcome] = {}
    if replayed:
        async with provider.hosted(pact) as host:
            assert host.place is not None  # noqa: S101  # it listens
            for number, reason in (await host.prepare(replayed)).items():
                one = pact.interactions[number]
                early[number] = Outcome(interaction=one, verdict=Verdict.INCONCLUSIVE, problems=(reason,))
            replayed = [one for one in replayed if early[one.number] is None]
            mismatches = await replay(pact, replayed, provider.title, host.place)
            if host.fault is not None:
                raise host.fault
            for one, wrong, told in zip(replayed, mismatches, host.told, strict=True):
                late[one.number] = _after(one, wrong, told, provider)
    return [early[one.number] or late[one.number] for one in pact.interactions]


def _before(interaction: Interaction, provider: Provider) -> Outcome | None:
    """What can be said without a replay; ``None`` where one is needed."""
    unfit = provider.unfit(interaction)
    missing = [unfit] if unfit else states.problems(interaction.states, provider.known)
    if missing:
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=tuple(missing))
    wrong = provider.wrong(interaction)
    return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=tuple(wrong)) if wrong else None


def _after(interaction: Interaction, mismatches: Sequence[str], told: Told, provider: Provider) -> Outcome:
    if told.unproven:
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=tuple(told.unproven))
    wrong = [*mismatches, *told.problems]
    if wrong:
        problems = (*wrong, *provider.explained(interaction, told))
        return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=problems)
    loose = provider.loose(interaction, told)
    if loose:
        said = (*(f"{line}, and the pact's rules let that pass" for line in loose),)
        problems = (*said, *provider.explained(interaction, told))
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=problems)
    return Outcome(interaction=interaction, verdict=Verdict.PASS)
