"""A picture as SVG: one lane for each party, one arrow for each line, from top to bottom in the order of the record.

What the drawing shows by colour it also shows by dashes and in words; ``telling`` has all of it as sentences. A drawing
in a page takes its style from :data:`STYLE` in that page; one that stands alone brings its own. Attributes say as much
as both for a reader that takes no style from a page: a CI server that shows an artefact is one.
"""

from collections.abc import Iterator
from typing import Final

from markupsafe import Markup

from mpp_conformance.adequacy.model.arrows import PARTIES
from mpp_conformance.common.text import printable
from mpp_conformance.report.languages.language import Say
from mpp_conformance.report.pages.diagram.marks import gravest
from mpp_conformance.report.pages.diagram.picture import ABSENT, SEEN, UNSEEN, Line, Picture
from mpp_conformance.report.pages.diagram.wording import noted, what

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


def svg(drawn: Picture, say: Say, *, title: str, alone: bool = False) -> Markup:
    """The drawing; ``alone``: for a file of its own, with its own colours by day and by night."""
    body, height = _body(drawn, say)
    lanes = "".join(f"M{x} {_TOP - 8}V{height - 6}" for x in _LANES.values())
    heads = Markup("").join(_heads(drawn, say))
    title = printable(title, _TITLE)
    about = Markup("<title>{}</title>").format(title)
    space = Markup(' xmlns="http://www.w3.org/2000/svg" width="{}" height="{}"').format(_WIDTH, height)
    plain = Markup('<svg class="dia" font-family="sans-serif" font-size="12" text-anchor="middle" fill="{}" role="img"')
    return Markup('{}{}{} viewBox="0 0 {} {}">{}{}{}<path class="l" stroke="{}" d="{}"/>{}</svg>').format(
        plain.format(LIGHT["ink"]),
        Markup(' aria-label="{}"').format(title),
        space if alone else "",
        _WIDTH,
        height,
        about,
        _own_style() if alone else "",
        heads,
        LIGHT["line"],
        lanes,
        body,
    )


def _heads(drawn: Picture, say: Say) -> Iterator[Markup]:
    yield Markup('<text class="s" text-anchor="start" x="{}" y="16">{}</text>').format(_STEPS, say("step"))
    for party, x in _LANES.items():
        yield Markup('<text class="h" x="{}" y="16">{}</text>').format(x, say(party))
    if drawn.payments > 1:
        yield Markup('<text class="p" text-anchor="end" x="{}" y="16">{}</text>').format(_WIDTH - 2, say("payment"))


def _body(drawn: Picture, say: Say) -> tuple[Markup, int]:
    """All arrows, and the height that they come to."""
    y, shapes = _TOP, []
    for line in drawn.lines:
        y += _ROW
        shapes.append(_arrow(line, y, say, several=drawn.payments > 1))
        if line.marks:
            y += _NOTE
            shapes.append(_note(line, y, say))
    if drawn.left_out:
        y += _ROW
        words = say("{count} messages more: see the evidence", count=drawn.left_out)
        shapes.append(Markup('<text class="u" x="{}" y="{}">{}</text>').format(_WIDTH // 2, y, words))
    return Markup("").join(shapes), y + 16


def _arrow(line: Line, y: int, say: Say, *, several: bool) -> Markup:
    start, end = _LANES[line.sender], _LANES[line.receiver]
    back = -6 if end > start else 6
    tone = gravest(line.marks)
    classes = " ".join(word for word in ("" if line.kind == SEEN else line.kind, tone) if word)
    words = printable(" ".join([what(line, say), *line.telling]), _LABEL)
    tip = Markup('<path class="{} tip" d="M{} {}L{} {}l{} 4"/>').format(classes, end + back, y - 4, end, y, back)
    dashes = Markup(' stroke-dasharray="{}"').format(_DASHES[line.kind]) if line.kind in _DASHES else ""
    colour = _COLOURS.get(tone or line.kind, LIGHT["ink"])
    shaft = Markup('<path{}{} d="M{} {}H{}"/>').format(_class(classes), dashes, start, y, end)
    parts = [
        Markup('<g fill="none" stroke="{}">{}{}</g>').format(colour, shaft, tip),
        Markup('<text{} fill="{}" x="{}" y="{}">{}</text>').format(
            _class(tone or ("u" if line.kind == UNSEEN else "")), colour, (start + end) // 2, y - 6, words
        ),
        *_margin(line, y, several=several),
    ]
    return Markup("").join(parts)


def _margin(line: Line, y: int, *, several: bool) -> Iterator[Markup]:
    if line.number is not None:
        yield Markup('<text class="n" text-anchor="start" x="{}" y="{}">{}</text>').format(_NUMBER, y + 4, line.number)
    if line.steps:
        yield Markup('<text class="s" text-anchor="start" x="{}" y="{}">{}</text>').format(_STEPS, y + 4, line.steps)
    if several:
        yield Markup('<text class="p" text-anchor="end" x="{}" y="{}">{}</text>').format(
            _WIDTH - 2, y + 4, line.payment + 1
        )


def _note(line: Line, y: int, say: Say) -> Markup:
    words = printable("; ".join(noted(mark, say) for mark in line.marks), _LABEL)
    middle = (_LANES[line.sender] + _LANES[line.receiver]) // 2
    tone = gravest(line.marks)
    return Markup('<text class="{}" fill="{}" x="{}" y="{}">{}</text>').format(
        tone, _COLOURS.get(tone, LIGHT["ink"]), middle, y - 1, printable(words, _LABEL)
    )


def _class(names: str) -> Markup:
    return Markup(' class="{}"').format(names) if names else Markup("")


def _own_style() -> Markup:
    """The style with its colours put in: what reads SVG files does not always read variables."""
    day, night = _coloured(LIGHT), _coloured(DARK)
    return Markup(
        "<style>.dia{{background:{}}}{}@media(prefers-color-scheme:dark){{.dia{{background:{}}}{}}}</style>"
    ).format(LIGHT["paper"], day, DARK["paper"], night)


def _coloured(colours: dict[str, str]) -> str:
    style = STYLE.replace("inherit", _FONTS)
    for name, value in colours.items():
        style = style.replace(f"var(--{name})", value)
    return style
