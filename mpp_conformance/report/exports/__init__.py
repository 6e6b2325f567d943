"""A run in the formats of others, each a projection of the one verdict file, and a recount of all of them against it.

The gate, where there is one, is told beside it: a waiver changes no verdict, no colour and no count in any format.

Rules of this room: a projection adds nothing and leaves out no case; what a format has no word for is put beside its
own words, never into them. The five verdicts in each format's words stand in the module that writes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.exports import annotations, ctrf, junit, oscal, table
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.verdict_file.document import VerdictFileError

Traces = Mapping[str, Trace]
Render = Callable[[Mapping[str, Any], Gate], bytes]


@dataclass(frozen=True, slots=True)
class Export:
    """A format: the name of its file in the run's folder, and what writes it from a verdict file and a gate.

    ``timed`` writes it with the conversations, too, by the name of their evidence file, which say how long they took.
    """

    file: str
    write: Render
    timed: Callable[[Mapping[str, Any], Gate, Traces], bytes] | None = None

    def render(self, verdicts: Mapping[str, Any], gate: Gate = NO_GATE, traces: Traces | None = None) -> bytes:
        """The file for a verdict file and its gate; VerdictFileError where that lacks what stands in it."""
        try:
            return self.timed(verdicts, gate, traces) if self.timed and traces else self.write(verdicts, gate)
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise VerdictFileError(f"this verdict file lacks what an export shows: {problem!r}") from problem


EXPORTS: Final[Mapping[str, Export]] = {
    "csv": Export(table.FILE, table.render),
    "ctrf": Export(ctrf.FILE, ctrf.render),
    "gitlab": Export(annotations.GITLAB_FILE, annotations.gitlab),
    "junit": Export(junit.FILE, junit.render, junit.render),
    "oscal": Export(oscal.FILE, oscal.render),
}
"""By the names that the command line knows."""
