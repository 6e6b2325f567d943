"""What an audit came to: counts that add up however the logs were split, and the counter-examples that are kept."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from mpp_conformance.common import canonical
from mpp_conformance.common.text import printable
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.trials.audit.records import Record

MOST_EXAMPLES: Final = 20
"""Counter-examples that are kept of one requirement, each of another shape."""


_SHOWN: Final = 200
_COUNTED: Final = ("conversations", "records", "broken")
_COUNTERS: Final = ("could", "showed", "broke", "erred", "unasked")


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Example:
    """A conversation that broke a requirement, one of ``shape`` (SHA-256): the one with the smallest name.

    ``records``: as they were logged, with nothing kept back.
    """

    shape: str
    conversation: str
    records: tuple[Record, ...] = field(compare=False, repr=False)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of conversations, by requirement or by why nothing was asked.

    ``could``: what was asked of it might have shown the requirement; ``showed``: something did, and nothing broke it.
    ``erred``: a case could not judge it, which is a fault of the suite. ``broken``: conversations that broke any.
    ``examples``: of each requirement, by shape; no more than are kept.
    """

    conversations: int = 0
    records: int = 0
    broken: int = 0
    could: Counter[str] = field(default_factory=Counter)
    showed: Counter[str] = field(default_factory=Counter)
    broke: Counter[str] = field(default_factory=Counter)
    erred: Counter[str] = field(default_factory=Counter)
    unasked: Counter[str] = field(default_factory=Counter)
    examples: dict[str, dict[str, Example]] = field(default_factory=dict)

    def count(self, requirement: str, verdict: Verdict, times: int = 1) -> None:
        """Count what so many more conversations say of a requirement."""
        self.could[requirement] += times
        outcomes = {Verdict.PASS: self.showed, Verdict.FAIL: self.broke, Verdict.ERROR: self.erred}
        if verdict in outcomes:
            outcomes[verdict][requirement] += times

    def keep(self, requirement: str, shape: str, conversation: str, records: Sequence[Record]) -> None:
        """Keep a conversation that broke a requirement, if it is the smallest of its shape and the shape is kept."""
        name = printable(conversation, _SHOWN)
        self.keep_example(requirement, Example(shape=shape, conversation=name, records=tuple(records)))

    def keep_example(self, requirement: str, example: Example) -> None:
        """The same of an example that was kept elsewhere."""
        kept = self.examples.setdefault(requirement, {})
        known = kept.get(example.shape)
        if known is None or example < known:
            kept[example.shape] = example
        if len(kept) > MOST_EXAMPLES:
            del kept[max(kept)]

    def counterexamples(self) -> Iterator[tuple[str, Example]]:
        """Each requirement that was broken, with each of its examples, in one order."""
        for requirement, kept in sorted(self.examples.items()):
            for _, example in sorted(kept.items()):
                yield requirement, example

    def merge(self, other: "Tally") -> "Tally":
        """Both together: in any order, and however they were grouped, the same."""
        both = Tally(
            **{name: getattr(self, name) + getattr(other, name) for name in (*_COUNTED, *_COUNTERS)},
        )
        for one in (self, other):
            for requirement, example in one.counterexamples():
                both.keep_example(requirement, example)
        return both

    def dump(self) -> str:
        """As text, for whoever goes on with it elsewhere, or later (:func:`restore`)."""
        counted = {name: getattr(self, name) for name in (*_COUNTED, *_COUNTERS)}
        return json.dumps({**counted, "examples": [[name, asdict(one)] for name, one in self.counterexamples()]})

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
        examples = [[name, one.shape, one.conversation] for name, one in self.counterexamples()]
        return hashlib.sha256(canonical.dump([self.document(), examples])).hexdigest()


def restore(text: str) -> Tally:
    """The tally that :meth:`Tally.dump` wrote."""
    told: dict[str, Any] = json.loads(text)
    counters: dict[str, Any] = {name: Counter(told[name]) for name in _COUNTERS}
    made = Tally(**{name: told[name] for name in _COUNTED}, **counters)
    for requirement, one in told["examples"]:
        records = tuple(Record._make(record) for record in one["records"])
        made.keep_example(requirement, Example(**{**one, "records": records}))
    return made
