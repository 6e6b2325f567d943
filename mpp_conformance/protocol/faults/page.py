"""docs/faults.md as the data gives it: one table for each family of fault profiles."""

from collections.abc import Iterator
from typing import Final

from mpp_conformance.protocol.faults.profile import FAMILIES, Fault
from mpp_conformance.protocol.faults.table import FAULTS

FILE: Final = "docs/faults.md"
"""Where the page stands in a checkout; ``make faults`` writes it."""

_HEAD: Final = """\
# Fault profiles

A fault profile is one defect of the simulated Alipay+ when it answers userInitiatedPay. `make faults` writes this page
from the data in `mpp_conformance/protocol/faults`; change the data, not this page. `mpp-conformance faults` prints the
same, with the cases that use each profile.

A scenario names a profile (`Payment.fault`). When the MPP has met the defect, the record has the message
`FaultApplied`; without that message, a case is inconclusive. The column *documents* gives the basis: the suite judges
what is stated or documented, and only observes what is derived or silent. For those, the report says under "How this
wallet behaves where the documents are silent" whether the behaviour was safe. What a careful MPP does is advice.

The column *answers* says which answers to a payment's calls have the defect: every one, or the first ones. An answer
that is silent or comes in pieces takes a fifth of the wallet's `[reach] patience`, and then the connection closes: an
MPP whose own patience is longer sees that. A late answer comes after the time that its profile names, or after four
fifths of `[reach] patience` if that is shorter.
"""


def page() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(_family(family) for family in FAMILIES)])


def _family(family: str) -> str:
    lines = [f"## {family.capitalize()}", "", *_table(fault for fault in FAULTS.values() if fault.family == family), ""]
    return "\n".join(lines)


def _table(faults: Iterator[Fault]) -> Iterator[str]:
    yield "| profile | what Alipay+ does | answers | a careful MPP | documents |"
    yield "| --- | --- | --- | --- | --- |"
    for fault in faults:
        told = f"{fault.basis}: {fault.source}" if fault.source else fault.basis
        yield f"| `{fault.name}` | {fault.does} | {faulty_answers(fault)} | {fault.careful} | {told} |"


def faulty_answers(fault: Fault) -> str:
    """Which of a payment's answers a profile spoils, in words."""
    if fault.first == 0:
        return "every one"
    return "the first" if fault.first == 1 else f"the first {fault.first}"
