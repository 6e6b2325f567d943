"""Which of the changes that programs make to a text no conversation shows.

A payload shows a change if it is not the same afterwards; it counts where a case that decides judges its conversation.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.limits import Edition, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_SDK
from mpp_conformance.scenarios.code_templates import hidden
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, CodeTemplates
from mpp_conformance.scenarios.transformations import CODES, PAYLOADS

_TAG: Final = "mpp-28166613000000010002"
KNOWN: Final = 2 * len(PAYLOADS) + len(CODES)
"""How many changes there are to show: of payloads for each kind of code, and of code values."""


def invisible_changes(
    cases: Iterable[Case], edition: Edition, reading: Reading, templates: CodeTemplates
) -> tuple[str, ...]:
    """What goes unseen: ``payload of ENTRY_CODE: ...``, ``payload of ORDER_CODE: ...`` and ``code value: ...``."""
    sent: dict[str, set[str]] = {ENTRY: set(), ORDER: set()}
    for code, payload in _deciding(cases, edition, reading):
        sent[code].add(payload)
    payloads = (
        f"payload of {code}: {made.name}"
        for code, texts in sent.items()
        for made in PAYLOADS
        if all(made(text) == text for text in texts)
    )
    return (*payloads, *(f"code value: {made.name}" for made in hidden(templates.order)))


def _deciding(cases: Iterable[Case], edition: Edition, reading: Reading) -> Iterator[tuple[str, str]]:
    """Kind of code and payload of whatever is left to the client SDK where a requirement decides."""
    for case in cases:
        for scenario in case.scenarios(edition, reading) if case.requirement.decides else ():
            for payment in scenario.payments:
                answer = payment.answer
                payload = None if answer is None else answer.payload_of(_TAG)
                if answer is not None and payload is not None and answer.action_type == HANDLE_BY_SDK:
                    yield payment.code, payload
