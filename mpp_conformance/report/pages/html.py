"""The report to read: one self-contained page made from a verdict file; it loads nothing but pictures beside it.

The verdict file is the source of everything that is stated; the evidence beside it only of the drawings and of what
was sent and received.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, TemplateError
from jinja2.exceptions import UndefinedError
from markupsafe import Markup

from mpp_conformance.common.text import printable
from mpp_conformance.evidence import pictures
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.protocol.limits import cny
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.languages.language import ENGLISH, Language
from mpp_conformance.report.languages.values import moment
from mpp_conformance.report.pages import assurance, figures, formatting, iso_17025, statement
from mpp_conformance.report.pages.conversations import conversations, exchange
from mpp_conformance.report.pages.diagram import svg
from mpp_conformance.report.pages.diagram.wording import difference, whole
from mpp_conformance.report.verdict_file import document, rerun_command
from mpp_conformance.report.verdict_file.document import VerdictFileError

FILE: Final = "report.html"
_TEMPLATE: Final = "report.html.j2"
_CARD: Final = "card-alone.html.j2"
_SCRIPT: Final = "report.js"
_MOST_LISTED: Final = 8
"""Conversations that a requirement names of those that passed alike; each of the others names the requirement."""
_CONTENTS: Final = (
    ("result", "Result"),
    ("findings", "Money: look at this first"),
    ("gate", "Gate and waivers"),
    ("failures", "What did not pass"),
    ("observations", "Observations"),
    ("requirements", "Requirements"),
    ("user-experience", "User experience: what was on the telephone"),
    ("silences", "Where the documents are silent"),
    ("limits", "At the limits"),
    ("conversations", "Conversations"),
    ("not-applicable", "Not applicable"),
    ("strays", "Strays"),
    ("excluded", "What is not tested, and why"),
    ("assurance", "Why this result can be trusted"),
    ("particulars", "Particulars of the test"),
)

Row = Mapping[str, Any]


class Form(Enum):
    """What the page is for: SCREEN, with links and folds; PAPER, everything unfolded; SUMMARY, few sheets of paper."""

    SCREEN = "screen"
    PAPER = "paper"
    SUMMARY = "summary"


def render(
    verdicts: Row,
    traces: Mapping[str, Trace] | None = None,
    language: Language = ENGLISH,
    gate: Gate = NO_GATE,
    form: Form = Form.SCREEN,
    *,
    images: Mapping[str, bytes] = MappingProxyType({}),
) -> str:
    """The page for a verdict file; VerdictFileError where the file lacks what the page shows.

    ``traces``: the conversations, by the name of their evidence file; ``gate``: of this verdict file. For paper each
    drawing brings its own style, and so does each of the pictures in ``images`` (its bytes by its file in the folder of
    the run); a summary has no drawings and lists at most a few cases of what failed in one way.
    """
    try:
        values = _values(verdicts, traces or {}, language, gate, form)
        whole_images = {file: _address(file, data) for file, data in images.items()}
        return template(_TEMPLATE).render({**values, "images": whole_images})
    except (UndefinedError, TemplateError, KeyError, TypeError, AttributeError, ValueError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem}") from problem


def card(verdicts: Row, case: Row, trace: Trace | None, language: Language = ENGLISH, gate: Gate = NO_GATE) -> str:
    """The card of one case of a verdict file, as a page of its own that leads nowhere."""
    return template(_CARD).render(
        {
            "v": verdicts,
            "case": case,
            "gate": gate,
            "_": language,
            "told": language.tell,
            "lang": language.tag,
            "again": rerun_command.command,
            "requirements": {row["id"]: row for row in verdicts["requirements"]},
            "difference": difference,
            "whole": whole,
            "exchanges": lambda row: exchange(row, trace, language),
            "anchors": {},
            "cards": {},
            "key": _key,
            "printed": True,
            "short": False,
        }
    )


def _address(file: str, image: bytes) -> Markup:
    """An address of an image that is the image itself, and is not cut short as texts are."""
    return Markup("data:{};base64,{}").format(pictures.media_type(file), base64.b64encode(image).decode("ascii"))


def _values(verdicts: Row, traces: Mapping[str, Trace], say: Language, gate: Gate, form: Form) -> dict[str, Any]:
    cases = list(document.cases(verdicts))
    printed, short = form is not Form.SCREEN, form is Form.SUMMARY
    held = [] if short else conversations(cases, traces, say, alone=printed)
    values = {
        "v": verdicts,
        "_": say,
        "told": say.tell,
        "lang": say.tag,
        "gate": gate,
        "formatting": formatting,
        "cny": cny,
        "moment": moment,
        "again": rerun_command.command,
        "statement": statement.statement(verdicts, say),
        "newer_edition": statement.newer_edition,
        "scope": statement.scope(verdicts, say),
        "witnessed": iso_17025.witness_statement(verdicts, say),
        "items": iso_17025.items(verdicts, say),
        "figures": [figures.conformity(verdicts, say), figures.extent(verdicts, say)],
        "requirements": {row["id"]: row for row in verdicts["requirements"]},
        "parts": formatting.parts(verdicts["requirements"]),
        "limits": formatting.limits(verdicts["boundaries"], say),
        "unmet": formatting.requirements_not_met(verdicts),
        "user_experience": formatting.pictures(verdicts, say),
        "root_causes": formatting.root_causes(case for case in cases if not case["observed"]),
        "failures": formatting.groups(case for case in cases if case["verdict"] != "pass" and not case["observed"]),
        "observations": formatting.groups(case for case in cases if case["observed"]),
        "excluded": [row for row in verdicts["requirements"] if row["excluded"]],
        "conversations": held,
        "most_listed": _MOST_LISTED,
        "anchors": {one.cases[0]["evidence"]: one.anchor for one in held},
        "cards": {} if printed else _cards(cases),
        "key": _key,
        "right": _right(cases),
        "mistakes": assurance.mistakes,
        "killers": assurance.killers(verdicts),
        "known_mpps": assurance.known_mpps(verdicts, say),
        "witnesses": assurance.witnesses(verdicts, say),
        "words": assurance.words(verdicts),
        "script_digest": _digest(template(_SCRIPT).render()),
        "difference": difference,
        "whole": whole,
        "exchanges": lambda case: exchange(case, traces.get(case["evidence"]), say),
        "printed": printed,
        "short": short,
        "colours": figures.PAPER,
        "drawing_style": Markup("{}").format(svg.STYLE),
    }
    return {**values, "contents": list(_contents({**values, **verdicts}, say))}


def _key(case: Row) -> tuple[str, str, str, str]:
    """What names a case among all those of a run."""
    return case["requirement"], case["module"], case["case"], case["scenario"]


def _cards(cases: Iterable[Row]) -> dict[tuple[str, str, str, str], str]:
    """The names within the page of the cards there are: of cases that did not pass."""
    shown = (case for case in cases if case["verdict"] != Verdict.PASS.word)
    return {_key(case): f"card-{number}" for number, case in enumerate(shown, start=1)}


def _right(cases: Iterable[Row]) -> dict[str, Row]:
    """For each requirement a case of this run that passed."""
    found: dict[str, Row] = {}
    for case in cases:
        if case["verdict"] == Verdict.PASS.word and case["evidence"]:
            found.setdefault(case["requirement"], case)
    return found


def _digest(script: str) -> str:
    """What a page's policy names a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _contents(there: Row, say: Language) -> Iterator[tuple[str, str]]:
    """The sections that the page has, in its order."""
    for anchor, title in _CONTENTS:
        if there.get(anchor.replace("-", "_"), True):
            yield anchor, say(title)


@cache
def template(name: str) -> Template:
    """The page ``name`` of this package: whatever is put into it is escaped, and nothing may be missing."""
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("mpp_conformance.report.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_plain,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _plain(value: object) -> object:
    """Text from the file without what could turn its direction; a macro's markup, a subclass of text, as it is."""
    return printable(value) if type(value) is str else value
