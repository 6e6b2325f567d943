"""All forms of the report, written into a run's folder from the one verdict file."""

from collections.abc import Mapping
from typing import Any

from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.exports import junit
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.pages import html, markdown
from mpp_conformance.report.run_folder.folder import RunFolder, RunFolderError
from mpp_conformance.report.verdict_file import document


def write(
    run: RunFolder, verdicts: Mapping[str, Any], traces: Mapping[str, Trace], language: Language, judged: Gate
) -> bytes:
    """Write the verdict file, and then what is made from it; RunFolderError or VerdictFileError, as they say.

    ``traces``: the conversations, by the name of their evidence file; ``language``: of the pages; ``judged``: the
    gate, which has a file of its own if there is one. What comes back is the verdict file's bytes.
    """
    data = document.dump(verdicts)
    run.write(document.FILE, data)
    try:
        if judged:
            run.write(decision.FILE, decision.encode(judged))
        run.write(html.FILE, html.render(verdicts, traces, language, judged).encode())
        run.write(markdown.FILE, markdown.render(verdicts, language, judged).encode())
        run.write(junit.FILE, junit.render(verdicts, judged, traces))
    except RunFolderError:
        # A disk that is full: no certificate is left of a run that could not be written down.
        run.remove(document.FILE)
        raise
    return data
