"""The report to read: one self-contained page made from a verdict file; it loads nothing and runs nothing."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError
from jinja2.exceptions import UndefinedError

from mpp_conformance import source
from mpp_conformance.report.document import VerdictFileError
from mpp_conformance.report.text import printable

FILE: Final = "report.html"
_TEMPLATE: Final = "report.html.j2"

Row = Mapping[str, Any]


def render(verdicts: Row) -> str:
    """The page for a verdict file; VerdictFileError where the file lacks what the page shows."""
    try:
        return template(_TEMPLATE).render(
            v=verdicts,
            parts=_parts(verdicts["requirements"]),
            cases=_by_requirement(verdicts["cases"]),
            failures=_groups(case for case in verdicts["cases"] if case["verdict"] != "pass" and not case["observed"]),
            observations=_groups(case for case in verdicts["cases"] if case["observed"]),
            excluded=[row for row in verdicts["requirements"] if row["excluded"]],
        )
    except (UndefinedError, TemplateError, KeyError, TypeError, AttributeError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem}") from problem


@cache
def template(name: str) -> Template:
    """The page ``name`` of this package: whatever is put into it is escaped, and nothing may be missing."""
    text = files("mpp_conformance.report").joinpath(name).read_text("utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_plain, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(text)


def _plain(value: object) -> object:
    """Text from the file without what could turn its direction; a macro's markup, a subclass of text, as it is."""
    return printable(value) if type(value) is str else value


def _parts(requirements: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The tested requirements under the part of the source that their first clause stands in, in its order."""
    parts: dict[str, list[Row]] = {sentence.clause.part: [] for sentence in source.sentences()}
    for row in requirements:
        if not row["excluded"]:
            parts.setdefault(row["clauses"][0]["part"] if row["clauses"] else "No clause", []).append(row)
    return [(part, rows) for part, rows in parts.items() if rows]


def _by_requirement(cases: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for case in cases:
        found.setdefault(case["requirement"], []).append(case)
    return found


def _groups(cases: Iterable[Row]) -> list[Sequence[Row]]:
    """Cases that went wrong, by requirement: one fault of a wallet often spoils many of them."""
    return list(_by_requirement(cases).values())
