"""A pact verified whole: each interaction passes, fails with the reason in words, or proves nothing.

It fails where a message breaks ``openapi/`` or the provider does not answer as the pact expects. It is inconclusive
where it cannot be replayed, and where its rules let pass an answer that is not the one it shows.
"""

import re
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.messages import Message
from mpp_conformance.pacts import states, validity
from mpp_conformance.pacts.alipay_plus import StatedAlipayPlus, result_of
from mpp_conformance.pacts.document import HTTP, Interaction, Pact
from mpp_conformance.pacts.hosting import hosted
from mpp_conformance.pacts.verifier import replay
from mpp_conformance.verdict import Verdict
from mpp_conformance.wallet import reference
from mpp_conformance.wire import printable

ALIPAY_PLUS: Final = "alipay-plus"
"""What a pact calls the provider, and the document in ``openapi/`` that it is held against."""
_TITLE: Final = "Alipay+"
_CLIENT_ID: Final = "SANDBOX_5Y0000000000EXAMPLE"
_HEADER_TEXT: Final = re.compile(r"[!-~]{1,64}")
_UNKNOWN: Final = frozenset({"INVALID_CODE", "ORDER_NOT_EXIST"})
_SIGNED_WITH: Final = ("signature", "client-id", "request-time")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of an interaction: pass, fail or inconclusive, and why."""

    interaction: Interaction
    verdict: Verdict
    problems: tuple[str, ...] = ()


async def of_alipay_plus(pact: Pact) -> list[Outcome]:
    """Verify a pact against the simulated Alipay+, over HTTP and signed; VerifierError where the suite fails."""
    looked_at = {interaction.number: _before(interaction) for interaction in pact.interactions}
    replayed = [interaction for interaction in pact.interactions if looked_at[interaction.number] is None]
    async with hosted(StatedAlipayPlus(reference().profile), _client_id(pact)) as host:
        assert host.place is not None  # noqa: S101  # it listens
        mismatches = await replay(pact, replayed, _TITLE, host.place)
        if host.fault is not None:
            raise host.fault
        after = {
            interaction.number: _after(interaction, wrong, said)
            for interaction, wrong, said in zip(replayed, mismatches, host.said, strict=True)
        }
    return [looked_at[one.number] or after[one.number] for one in pact.interactions]


def _before(interaction: Interaction) -> Outcome | None:
    """What can be said without a replay; ``None`` where one is needed."""
    if interaction.kind != HTTP:
        words = f"{_TITLE} is spoken to over HTTP, and this is a message: it was not replayed"
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=(words,))
    unknown = states.problems(interaction.states)
    if unknown:
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=tuple(unknown))
    wrong = validity.request_problems(interaction, ALIPAY_PLUS) + validity.answer_problems(interaction, ALIPAY_PLUS)
    if wrong:
        return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=tuple(wrong))
    return None


def _after(interaction: Interaction, mismatches: Sequence[str], said: Sequence[Message]) -> Outcome:
    told = said[-1] if said else None
    if mismatches:
        problems = [*mismatches, *_explained(interaction, told)]
        return Outcome(interaction=interaction, verdict=Verdict.FAIL, problems=tuple(problems))
    loose = [f"{line}, and the pact's rules let that pass" for line in _unlike(interaction, told)]
    if loose:
        problems = [*loose, *_explained(interaction, told)]
        return Outcome(interaction=interaction, verdict=Verdict.INCONCLUSIVE, problems=tuple(problems))
    return Outcome(interaction=interaction, verdict=Verdict.PASS)


def _unlike(interaction: Interaction, told: Message | None) -> Iterator[str]:
    """What decides an MPP's next step, where the answer is not the one that the pact shows."""
    decisive = {"result_status": ("result", "resultStatus"), "action_type": ("actionForm", "actionType")}
    for name, place in decisive.items():
        shown, seen = validity.field_of(interaction.answer, *place), getattr(told, name, None)
        if shown is not None and shown != seen:
            yield f"answer $.{'.'.join(place)}: the pact shows {_quoted(shown)}, {_TITLE} answers {_quoted(seen)}"


def _explained(interaction: Interaction, told: Message | None) -> Iterator[str]:
    """What the answer was, and the likely slip."""
    if told is None:
        return
    yield f"{_TITLE} answered {printable(result_of(told), 300)}"
    code = getattr(told, "result_code", "")
    missing = [name for name in _SIGNED_WITH if name not in interaction.request.headers]
    if code == "INVALID_SIGNATURE" and missing:
        yield f"likely: the request of the pact has no header {', '.join(missing)}"
    elif code in _UNKNOWN and not interaction.states:
        yield "likely: it has no provider state, and without one no code and no order is known (contracts states)"
    elif code in _UNKNOWN:
        yield "likely: codeValue or paymentRequestId of the provider state is not the one that is sent"


def _quoted(value: object) -> str:
    return "none" if value is None else f'"{printable(str(value), 60)}"'


def _client_id(pact: Pact) -> str:
    """As the pact's first request calls the MPP; it is the only one that Alipay+ then knows."""
    told = (interaction.request.headers.get("client-id", "") for interaction in pact.interactions)
    return next((name for name in told if _HEADER_TEXT.fullmatch(name)), _CLIENT_ID)


PROVIDERS: Final[Mapping[str, Callable[[Pact], Coroutine[Any, Any, list[Outcome]]]]] = {ALIPAY_PLUS: of_alipay_plus}
"""Whose contracts can be verified here, by the name that a pact gives the provider."""
