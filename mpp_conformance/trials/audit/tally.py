"""What an audit came to: counts that add up however the logs were split, and the counter-examples that are kept."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.common import canonical
from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.requirements import Case

MOST_EXAMPLES: Final = 20
"""Counter-examples that are kept of one requirement, each of another shape."""


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Example:
    """A conversation that broke a requirement, one of ``shape`` (SHA-256): the one with the smallest name.

    ``case``: the one that failed; ``trace``: as it was logged, with nothing kept back.
    """

    shape: str
    conversation: str
    case: Case = field(compare=False)
    trace: Trace = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of conversations, by requirement or by why nothing was asked.

    ``could``: what was asked of it might have shown the requirement; ``showed``: something did, and nothing broke it.
    ``erred``: a case could not judge it, which is a fault of the suite. ``broken``: conversations that broke any.
    """

    conversations: int = 0
    records: int = 0
    broken: int = 0
    could: Counter[str] = field(default_factory=Counter)
    showed: Counter[str] = field(default_factory=Counter)
    broke: Counter[str] = field(default_factory=Counter)
    erred: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    examples: Mapping[str, tuple[Example, ...]] = field(default_factory=dict)

    def merged(self, other: "Tally") -> "Tally":
        """Both together: in any order, and however they were grouped, the same."""
        both = {*self.examples, *other.examples}
        return Tally(
            conversations=self.conversations + other.conversations,
            records=self.records + other.records,
            broken=self.broken + other.broken,
            could=self.could + other.could,
            showed=self.showed + other.showed,
            broke=self.broke + other.broke,
            erred=self.erred + other.erred,
            unasked=self.unasked + other.unasked,
            examples={name: _kept(self.examples.get(name, ()) + other.examples.get(name, ())) for name in both},
        )

    def document(self) -> dict[str, object]:
        """As JSON: plain counts, in one order."""
        rows = [
            {
                "id": name,
                "could_show": self.could[name],
                "showed": self.showed[name],
                "broke": self.broke[name],
                "erred": self.erred[name],
            }
            for name in sorted(self.could)
        ]
        return {
            "conversations": self.conversations,
            "records": self.records,
            "broken": self.broken,
            "requirements": rows,
            "unasked": dict(sorted(self.unasked.items())),
        }

    @property
    def digest(self) -> str:
        """A name for what it came to (SHA-256, hex)."""
        examples = [
            [name, one.shape, one.conversation] for name in sorted(self.examples) for one in self.examples[name]
        ]
        return hashlib.sha256(canonical.dump([self.document(), examples])).hexdigest()


def _kept(examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Of each shape the smallest, and no more shapes than are kept: those with the smallest names."""
    smallest: dict[str, Example] = {}
    for one in sorted(examples):
        smallest.setdefault(one.shape, one)
    return tuple(smallest[shape] for shape in sorted(smallest)[:MOST_EXAMPLES])
