"""docs/faults.md as the data gives it: one table for each family of fault profiles."""

from collections.abc import Iterator
from typing import Final

from mpp_conformance.protocol.faults.profile import FAMILIES, Fault
from mpp_conformance.protocol.faults.table import FAULTS

FILE: Final = "docs/faults.md"
"""Where the page stands in a checkout; ``make faults`` writes it."""

_HEAD: Final = """\
# Fault profiles

An Alipay+ with exactly one defect: what the simulated Alipay+ can do wrong when it answers userInitiatedPay. Written by
`make faults` from the data in `mpp_conformance/protocol/faults`; change the data, not this page. `mpp-conformance
faults` prints the same, with the cases that meet each profile.

A scenario names a profile (`Payment.fault`). That the MPP has met it stands in the record as `FaultApplied`; without
that a case is inconclusive. *Documents* says what the documents have to say of it: what is stated or documented is
judged, what is derived or silent is only observed, and read for its safety under "How this wallet behaves where the
documents are silent" in the report. What a careful MPP does is advice.

A profile spoils every answer to a payment's calls, or the first ones, as *answers* says. One that is silent or
comes in pieces takes a fifth of the wallet's `[reach] patience`: an MPP whose own patience is longer sees the
connection closed then. One that is late comes after the time that its profile names, or after four fifths of that
patience where it is shorter.
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
        yield f"| `{fault.name}` | {fault.does} | {spoilt(fault)} | {fault.careful} | {told} |"


def spoilt(fault: Fault) -> str:
    """Which of a payment's answers a profile spoils, in words."""
    if fault.first == 0:
        return "every one"
    return "the first" if fault.first == 1 else f"the first {fault.first}"
