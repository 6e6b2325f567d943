"""A picture as SVG: one lane for each party, one arrow for each line, from top to bottom in the order of the record.

What the drawing shows by colour it also shows by dashes and in words; ``telling`` has all of it as sentences. A drawing
in a page takes its style from :data:`STYLE` in that page; one that stands alone brings its own. Attributes say as much
as both for a reader that takes no style from a page: a CI server that shows an artefact is one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from markupsafe import Markup, escape

from mpp_conformance.adequacy.model.arrows import PARTIES
from mpp_conformance.common.text import printable
from mpp_conformance.report.languages.language import Say
from mpp_conformance.report.pages.diagram.marks import gravest
from mpp_conformance.report.pages.diagram.picture import ABSENT, SEEN, UNSEEN, Line, Picture
from mpp_conformance.report.pages.diagram.wording import deviation_note, what

STYLE: Final = """\
.dia{font-size:12px;font-family:inherit;display:block;width:100%;min-width:46rem;max-width:58rem}
.dia text{fill:var(--ink);text-anchor:middle}.dia path{fill:none;stroke:var(--ink);stroke-width:1.3}
.dia .l{stroke:var(--line)}.dia .h{font-weight:600}.dia .n,.dia .s,.dia .p{text-anchor:start;fill:var(--faint)}
.dia .p{text-anchor:end}.dia .unseen{stroke:var(--faint);stroke-dasharray:2 3}.dia .u{fill:var(--faint)}
.dia .missing{stroke-dasharray:7 4}.dia .tip{stroke-dasharray:none}
.dia path.fail{stroke:var(--bad);stroke-width:2}.dia text.fail{fill:var(--bad)}
.dia path.inconclusive{stroke:var(--open);stroke-width:2}.dia text.inconclusive{fill:var(--open)}
.dia path.observed{stroke:var(--note);stroke-width:2}.dia text.observed{fill:var(--note)}
@supports(paint-order:stroke){
.dia text{paint-order:stroke;stroke:var(--paper);stroke-width:4px;stroke-linejoin:round}}"""
"""For drawings in a page that has these colours: ink, faint, paper, line, bad, open, note. The last rule parts a text
from the lines that it crosses; what paints strokes last would cover the text with it."""

LIGHT: Final = {
    "ink": "#1b2430",
    "faint": "#5b6776",
    "paper": "#ffffff",
    "line": "#d5dce5",
    "bad": "#b3261e",
    "open": "#8a5a00",
    "note": "#6b4fa0",
}
DARK: Final = {
    "ink": "#e6eaf0",
    "faint": "#9fabba",
    "paper": "#14181e",
    "line": "#3a4450",
    "bad": "#ff8f85",
    "open": "#f0bd62",
    "note": "#c3adf2",
}
"""The colours of a drawing that stands alone, by day and by night."""

_COLOURS: Final = {
    UNSEEN: LIGHT["faint"],
    "fail": LIGHT["bad"],
    "inconclusive": LIGHT["open"],
    "observed": LIGHT["note"],
}
_DASHES: Final = {UNSEEN: "2 3", ABSENT: "7 4"}
_FONTS: Final = (
    "Noto Sans,Segoe UI,DejaVu Sans,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,WenQuanYi Micro Hei,sans-serif"
)
_NUMBER: Final = 4
_STEPS: Final = 36
_LEFT: Final = 80
_LANE: Final = 136
_RIGHT: Final = 30
_TOP: Final = 34
_ROW: Final = 30
_NOTE: Final = 15
_WIDTH: Final = _LEFT + _LANE * len(PARTIES) + _RIGHT
_LANES: Final = {party: _LEFT + _LANE * place + _LANE // 2 for place, party in enumerate(PARTIES)}
_LABEL: Final = 70
_TITLE: Final = 200
_PLAIN: Final = f'font-family="sans-serif" font-size="12" text-anchor="middle" fill="{LIGHT["ink"]}"'


@dataclass(frozen=True, slots=True)
class Shape:
    """All of a drawing but its name: what stands in it, as SVG, and its height. Equal conversations have equal ones."""

    inside: Markup
    height: int


def svg(drawn: Picture, say: Say, *, title: str, alone: bool = False) -> Markup:
    """The drawing; ``alone``: for a file of its own, with its own colours by day and by night."""
    return draw_framed(shape(drawn, say), title=title, alone=alone)


def draw_framed(shape: Shape, *, title: str, alone: bool = False, name: str = "") -> Markup:
    """The drawing of a shape; ``name``: under which :func:`draw_again` finds the shape in the same page."""
    words = escape(printable(title, _TITLE))
    space = f' xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{shape.height}"' if alone else ""
    inside = f'<g id="{name}" {_PLAIN}>{shape.inside}</g>' if name else shape.inside
    return Markup(  # noqa: S704  # every text in it is escaped
        f'<svg class="dia" {_PLAIN} role="img" aria-label="{words}"{space} viewBox="0 0 {_WIDTH} {shape.height}">'
        f"<title>{words}</title>{_own_style() if alone else ''}{inside}</svg>"
    )


def draw_again(shape: Shape, *, name: str) -> Markup:
    """The same drawing once more, in a page that has its shape under this name; what it hangs in bears its title."""
    drawing = f'<svg class="dia" aria-hidden="true" viewBox="0 0 {_WIDTH} {shape.height}"><use href="#{name}"/></svg>'
    return Markup(drawing)  # noqa: S704  # numbers, and a name of the page's own


def shape(drawn: Picture, say: Say) -> Shape:
    """What a picture looks like."""
    body, height = _body(drawn, say)
    lanes = "".join(f"M{x} {_TOP - 8}V{height - 6}" for x in _LANES.values())
    heads = "".join(_heads(drawn, say))
    drawing = f'{heads}<path class="l" stroke="{LIGHT["line"]}" d="{lanes}"/>{body}'
    return Shape(Markup(drawing), height)  # noqa: S704  # every text in it is escaped


def _heads(drawn: Picture, say: Say) -> Iterator[str]:
    yield f'<text class="s" text-anchor="start" x="{_STEPS}" y="16">{escape(say("step"))}</text>'
    for party, x in _LANES.items():
        yield f'<text class="h" x="{x}" y="16">{escape(say(party))}</text>'
    if drawn.payments > 1:
        yield f'<text class="p" text-anchor="end" x="{_WIDTH - 2}" y="16">{escape(say("payment"))}</text>'


def _body(drawn: Picture, say: Say) -> tuple[str, int]:
    """All arrows, and the height that they come to."""
    y, shapes, plain = _TOP, list[str](), list[str]()
    for line in drawn.lines:
        y += _ROW
        if line.kind == SEEN and not line.marks:
            plain += _strokes(line, y)
        shapes += _arrow(line, y, say, several=drawn.payments > 1)
        if line.marks:
            y += _NOTE
            shapes.append(_note(line, y, say))
    if drawn.left_out:
        y += _ROW
        words = say("{count} messages more: see the evidence", count=drawn.left_out)
        shapes.append(f'<text class="u" x="{_WIDTH // 2}" y="{y}">{escape(words)}</text>')
    # Arrows that look alike are one path: it is by far the shortest way to draw them.
    arrows = f'<path fill="none" stroke="{LIGHT["ink"]}" d="{"".join(plain)}"/>' if plain else ""
    return arrows + "".join(shapes), y + 16


def _arrow(line: Line, y: int, say: Say, *, several: bool) -> Iterator[str]:
    """All of a line but the arrow of one that was seen, and of which nothing is said."""
    start, end = _LANES[line.sender], _LANES[line.receiver]
    tone = gravest(line.marks)
    classes = " ".join(word for word in ("" if line.kind == SEEN else line.kind, tone) if word)
    words = printable(" ".join([what(line, say), *line.telling]), _LABEL)
    dashes = f' stroke-dasharray="{_DASHES[line.kind]}"' if line.kind in _DASHES else ""
    colour = _COLOURS.get(tone or line.kind, LIGHT["ink"])
    if classes:
        shaft, tip = _strokes(line, y)
        yield f'<g fill="none" stroke="{colour}"><path class="{classes}"{dashes} d="{shaft}"/>'
        yield f'<path class="{classes} tip" d="{tip}"/></g>'
    named = _class(tone or ("u" if line.kind == UNSEEN else ""))
    fill = "" if colour == LIGHT["ink"] else f' fill="{colour}"'
    yield f'<text{named}{fill} x="{(start + end) // 2}" y="{y - 6}">{escape(words)}</text>'
    if line.number is not None:
        yield f'<text class="n" text-anchor="start" x="{_NUMBER}" y="{y + 4}">{line.number}</text>'
    if line.steps:
        yield f'<text class="s" text-anchor="start" x="{_STEPS}" y="{y + 4}">{escape(line.steps)}</text>'
    if several:
        yield f'<text class="p" text-anchor="end" x="{_WIDTH - 2}" y="{y + 4}">{line.payment + 1}</text>'


def _strokes(line: Line, y: int) -> tuple[str, str]:
    """The shaft and the tip of a line's arrow."""
    start, end = _LANES[line.sender], _LANES[line.receiver]
    back = -6 if end > start else 6
    return f"M{start} {y}H{end}", f"M{end + back} {y - 4}L{end} {y}l{back} 4"


def _note(line: Line, y: int, say: Say) -> str:
    words = printable("; ".join(deviation_note(mark, say) for mark in line.marks), _LABEL)
    middle = (_LANES[line.sender] + _LANES[line.receiver]) // 2
    tone = gravest(line.marks)
    colour = _COLOURS.get(tone, LIGHT["ink"])
    return f'<text class="{tone}" fill="{colour}" x="{middle}" y="{y - 1}">{escape(printable(words, _LABEL))}</text>'


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


@cache
def _own_style() -> str:
    """The style with its colours put in: what reads SVG files does not always read variables."""
    day, night = _coloured(LIGHT), _coloured(DARK)
    return (
        f"<style>.dia{{background:{LIGHT['paper']}}}{day}"
        f"@media(prefers-color-scheme:dark){{.dia{{background:{DARK['paper']}}}{night}}}</style>"
    )


def _coloured(colours: dict[str, str]) -> str:
    style = STYLE.replace("inherit", _FONTS)
    for name, value in colours.items():
        style = style.replace(f"var(--{name})", value)
    return style
