"""What a result for Allure bears for the eye: a diagram, the card of what went wrong, and pictures that were taken."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mpp_conformance.evidence import pictures
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.report.allure.files import make_link
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.pages import html
from mpp_conformance.report.pages.diagram.marks import marks
from mpp_conformance.report.pages.diagram.picture import picture
from mpp_conformance.report.pages.diagram.svg import svg
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file.folding import CaseResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mpp_conformance.ledger.catalogue import Key
    from mpp_conformance.scenarios.scenario import Scenario

Json = dict[str, Any]


class Pictures:
    """Writes them into ``directory`` for the run that ``verdicts`` is the verdict file of.

    ``run``: its folder; ``rows``: its cases by what names them; ``gate``: its gate.
    """

    def __init__(
        self,
        directory: Path,
        verdicts: "Mapping[str, Any]",
        *,
        run: Path,
        rows: "Mapping[Key, Json]",
        language: Language,
        gate: Gate,
    ) -> None:
        self._directory = directory
        self._verdicts = verdicts
        self._language = language
        self._gate = gate
        self._rows = rows
        self._images = reading.images(run, verdicts)
        self._written: dict[str, Path] = {}
        self._shown: dict[tuple[str, str], list[Json]] = {}
        """The rows of the pictures that are there, by evidence and requirement."""
        for row in verdicts.get("pictures", ()):
            for requirement in row["requirements"] if row["file"] in self._images else ():
                self._shown.setdefault((row["evidence"], requirement), []).append(row)
        self._plain: dict[Scenario, Path] = {}
        """The diagrams that bear no mark: cases on one conversation share one file."""
        self._passed: set[Scenario] = set()
        """The conversations that some case which passed bears the diagram of."""

    def attachments(self, case: CaseResult, trace: Trace, prefix: str) -> list[Json]:
        """The attachments of one result; ``prefix`` names its files."""
        found = [*self._diagram(case, trace, prefix), *self._taken(case, prefix)]
        return found if case.verdict is Verdict.PASS else [self._card(case, trace, prefix), *found]

    def _taken(self, case: CaseResult, prefix: str) -> Iterator[Json]:
        """The pictures of its conversation, beside a case on user experience."""
        for number, row in enumerate(self._shown.get((case.evidence, case.planned.case.requirement.id), ()), start=1):
            file = row["file"]
            place = self._directory / f"{prefix}-picture-{number}-attachment.{file.rpartition('.')[2]}"
            if not make_link(self._written.get(file), place):
                place.write_bytes(self._images[file])
                self._written[file] = place
            yield {
                "name": ", ".join(row["seen"]) or "picture",
                "source": place.name,
                "type": pictures.media_type(file),
            }

    def _diagram(self, case: CaseResult, trace: Trace, prefix: str) -> Iterator[Json]:
        """The conversation drawn, beside what did not pass and the first case on it that did: the steps say it, too."""
        found = marks([self._rows[case.key]])
        bare = not found.events and not found.absent
        if bare and case.verdict is Verdict.PASS:
            if trace.scenario in self._passed:
                return
            self._passed.add(trace.scenario)
        place = self._directory / f"{prefix}-diagram-attachment.svg"
        if not make_link(self._plain.get(trace.scenario) if bare else None, place):
            drawn = svg(picture(trace, found), self._language, title=trace.scenario.label, alone=True)
            place.write_text(drawn, "utf-8")
            if bare:
                self._plain[trace.scenario] = place
        yield {"name": "sequence diagram", "source": place.name, "type": "image/svg+xml"}

    def _card(self, case: CaseResult, trace: Trace, prefix: str) -> Json:
        place = self._directory / f"{prefix}-card-attachment.html"
        place.write_text(html.card(self._verdicts, self._rows[case.key], trace, self._language, self._gate), "utf-8")
        return {"name": "what went wrong", "source": place.name, "type": "text/html"}
