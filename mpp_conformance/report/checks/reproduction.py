"""The forms of a run made once more, from its verdict file, gate and evidence, and compared to the last character.

A form that says anything else than what it is made from is found here, wherever in it that stands. What no two
machines make alike is not compared, and is named.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from mpp_conformance.judging import text_differences
from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.allure import generator
from mpp_conformance.report.exports import EXPORTS
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.decision import GateFileError
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.languages.language import TAGS, Language, language
from mpp_conformance.report.pages import html, markdown
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file.document import VerdictFileError

MAX_BYTES: Final = 256 * 1024 * 1024
_PAGE: Final = re.compile(r"report(?:\.[a-z]{2}-[A-Z]{2})?\.(html|md|pdf)")
_PDF: Final = "pdf"
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) UTC")
_MOMENTS: Final = 4
"""Moments that are looked for in a page: it was begun, it was issued, and its gate was asked."""

_COMMANDS: Final = {"html": "html", "md": "markdown"}
"""What makes the pages, by their endings; everything else is an export."""

_Make = Callable[[Language, Gate], str]


def differences(run: Path) -> Iterator[tuple[str, str]]:
    """Each form in a run's folder that can be made once more, and how it differs; empty where it does not.

    KeptError without a run, VerdictFileError where its verdict file lacks what a form shows.
    """
    verdicts = reading.verdicts(run)
    try:
        judged, named = reading.gate_of(run, verdicts), reading.names(verdicts)
    except (KeyError, TypeError, AttributeError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem!r}") from problem
    makes = _makes(run, verdicts, named)
    for path in sorted(run.iterdir()):
        page = _PAGE.fullmatch(path.name)
        make = makes.get(page.group(1) if page else path.name)
        if make is not None:
            yield path.name, _difference(path, make, judged, verdicts)


def forms_not_compared(run: Path) -> list[str]:
    """The forms in a run's folder that no two machines make alike: nothing is said of what stands in them."""
    names = sorted(path.name for path in run.iterdir())
    pages = {name: _PAGE.fullmatch(name) for name in names}
    return [name for name, page in pages.items() if name == generator.FILE or (page and page.group(1) == _PDF)]


def advice(name: str, run: Path) -> str:
    """What makes a form anew."""
    command = _COMMANDS.get(name.rpartition(".")[2], "export")
    return f"`mpp-conformance report {command} {run}` makes it anew"


def _makes(run: Path, verdicts: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, _Make]:
    """What makes each form, by the ending of a page or the name of an export."""

    @cache
    def traces() -> dict[str, Trace]:
        return reading.traces(run, named).traces

    def exported(file: str) -> _Make:
        (export,) = [export for export in EXPORTS.values() if export.file == file]
        return lambda _, judged: export.render(verdicts, judged, traces()).decode()

    return {
        "html": lambda say, judged: html.render(verdicts, traces(), say, judged),
        "md": lambda say, judged: markdown.render(verdicts, say, judged),
        **{export.file: exported(export.file) for export in EXPORTS.values()},
    }


def _difference(path: Path, make: _Make, judged: Gate, verdicts: Mapping[str, Any]) -> str:
    """How a form differs from the rendering that comes closest to it; empty where one is the same."""
    try:
        data = reading.plain_file(path, MAX_BYTES)
        found = data.decode()
    except (OSError, ValueError) as problem:
        return f"it cannot be read: {type(problem).__name__}: {problem}"
    if len(data) > MAX_BYTES:
        return f"it has more than {MAX_BYTES} bytes"
    closest, place = "", -1
    for known in _gates(found, judged, verdicts):
        for tag in TAGS:
            made = make(language(tag), known)
            if made == found:
                return ""
            same = text_differences.first_difference(made, found)
            if same > place:
                closest, place = made, same
    line = found.count("\n", 0, place) + 1
    return f"line {line} is not what it is made from: {text_differences.parting_of(closest, found)}"


def _gates(page: str, judged: Gate, verdicts: Mapping[str, Any]) -> Iterator[Gate]:
    """The gates that a form may tell of: the one that is kept, the same as it was asked earlier, none without waivers.

    That is what `gate` leaves: it writes its own file anew, and no form.
    """
    yield judged
    if not judged:
        return
    if not judged.told["waivers"]:
        yield NO_GATE
    for day, time in dict.fromkeys(_MOMENT.findall(page)[:_MOMENTS]):
        at = f"{day}T{time}+00:00"
        if at < judged.told["at"]:
            with suppress(GateFileError):
                yield decision.read(decision.encode(Gate({**judged.told, "at": at})), verdicts)
