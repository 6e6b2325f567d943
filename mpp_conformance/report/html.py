"""The report to read: one self-contained page made from a verdict file; it loads nothing and runs nothing."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, StrictUndefined, Template, TemplateError
from jinja2.exceptions import UndefinedError

from mpp_conformance.report import document, shown
from mpp_conformance.report.document import VerdictFileError
from mpp_conformance.report.text import printable

FILE: Final = "report.html"
_TEMPLATE: Final = "report.html.j2"

Row = Mapping[str, Any]


def render(verdicts: Row) -> str:
    """The page for a verdict file; VerdictFileError where the file lacks what the page shows."""
    try:
        cases = list(document.cases(verdicts))
        return template(_TEMPLATE).render(
            v=verdicts,
            shown=shown,
            parts=shown.parts(verdicts["requirements"]),
            failures=shown.groups(case for case in cases if case["verdict"] != "pass" and not case["observed"]),
            observations=shown.groups(case for case in cases if case["observed"]),
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
