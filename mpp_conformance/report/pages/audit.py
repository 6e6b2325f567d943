"""An audit's outcome, ``audit.json``, as a page for people: counts, and each counter-example with its drawing."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from mpp_conformance.judging.trace import Trace
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages.conversations import conversations
from mpp_conformance.report.pages.diagram import svg
from mpp_conformance.report.pages.html import template
from mpp_conformance.scenarios.observation import NOBODY

FORMAT: Final = "mpp-conformance audit 1"
WORTH_FORMAT: Final = "mpp-conformance audit-worth 1"
FILE: Final = "audit.json"
MAX_BYTES: Final = 64 * 1024 * 1024
_ATTESTED: Final = ("complete", "counted", "ordered")
_TEMPLATE: Final = "audit.html.j2"


def page(made: Mapping[str, Any], traces: Mapping[str, Trace]) -> str:
    """The page; ``traces``: the conversations of its counter-examples, by the name of their evidence file."""
    return template(_TEMPLATE).render(
        a=made,
        _=ENGLISH,
        attested={point.upper(): _worth(witness) for point, witness in made["attested"].items()},
        conversations=conversations(made["counterexamples"], traces, ENGLISH),
        drawing_style=Markup("{}").format(svg.STYLE),
    )


def _worth(witness: Mapping[str, Any]) -> str:
    if witness["by"] == NOBODY:
        return "not logged"
    return f"attested: {', '.join(word for word in _ATTESTED if witness[word]) or 'nothing'}"
