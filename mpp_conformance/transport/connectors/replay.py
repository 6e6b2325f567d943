"""An MPP out of a drawer: the conversations of an earlier run, read from its folder and judged again."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.peers.router import Stray
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.transport.scheduler import NotHeldError


class ReplayError(ValueError):
    """The folder holds no run that can be judged again; says why."""


class NoEvidenceError(LookupError):
    """The earlier run kept no evidence for a conversation."""


class ReplayConversations:
    """Serves the traces of the run in ``directory``, each for the scenario it was held for.

    Evidence that is not sound leaves its conversation without any. ReplayError where the verdict file itself cannot be
    used.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        try:
            verdicts = reading.verdicts(directory)
            self.raw_claims: dict[str, Any] = dict(verdicts["claims"])
            self.claims = Claims.of(self.raw_claims)
            self.particulars = {str(name): str(said) for name, said in verdicts["particulars"].items()}
            self.message_layer: dict[str, str] | None = verdicts["message_layer"]
            self._names = reading.names(verdicts)
        except reading.KeptError as problem:
            raise ReplayError(str(problem)) from problem
        except (KeyError, TypeError, AttributeError, ValueError) as problem:
            raise ReplayError(f"{directory / document.FILE} lacks what a replay needs: {problem!r}") from problem
        self._traces: dict[Scenario, Trace] | None = None
        self._problems: list[str] = []

    @property
    def strays(self) -> Sequence[Stray]:
        """None: what strayed is told by the earlier run's own report."""
        return ()

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """None: what came late stands in the evidence already."""
        return {}

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Nothing has to be prepared; all evidence is read when the first trace is asked for."""

    def trace(self, scenario: Scenario) -> Trace:
        """The conversation that was held for an equal scenario.

        NotHeldError where there was none; NoEvidenceError where there may have been one.
        """
        if self._traces is None:
            found = reading.traces(self._directory, self._names)
            self._traces = {trace.scenario: trace for trace in found.traces.values()}
            self._problems = found.problems
        held = self._traces.get(scenario)
        if held is None and not self._problems:
            raise NotHeldError(f"the run that is judged again did not hold this conversation: {scenario.label}")
        if held is None:
            unread = f"{len(self._problems)} files could not be read: {self._problems[0]}"
            raise NoEvidenceError(f"no evidence for this conversation: {scenario.label} ({unread})")
        return held

    def renew(self, scenario: Scenario) -> bool:  # noqa: ARG002  # as the others
        """What was held cannot be held again."""
        return False

    def close(self) -> None:
        """Nothing is open."""
