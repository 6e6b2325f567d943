"""A load over time as SVG: conversations a second, conversations that broke something, and the wallet's latency.

Three strips over one axis. Lines differ by dashes as well as by colour, and a table beside it says the same in numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from mpp_conformance.report.pages.diagram.svg import LIGHT

STYLE: Final = """\
.time{font-size:12px;font-family:inherit;display:block;width:100%;min-width:40rem;max-width:58rem}
.time text{fill:var(--ink)}.time .y{fill:var(--faint);text-anchor:end}.time .axis{stroke:var(--line)}
.time .held,.time .half{stroke:var(--ink)}.time .slow{stroke:var(--open)}.time .broke{stroke:var(--bad)}"""
_WIDTH: Final = 920
_LEFT: Final = 90
_RIGHT: Final = 20
_STRIP: Final = 90
_GAP: Final = 34
_TOP: Final = 26
_DASHES: Final = {"slow": "6 4"}
_COLOURS: Final = {"held": LIGHT["ink"], "half": LIGHT["ink"], "slow": LIGHT["open"], "broke": LIGHT["bad"]}

Line = tuple[str, Sequence[float]]
"""What it is drawn as, and its values from left to right."""


def svg(timeline: Mapping[str, Any]) -> Markup:
    """The drawing of a timeline as ``load.json`` has it; empty where nothing has ended."""
    spans, seconds = timeline["spans"], timeline["seconds"]
    if not spans:
        return Markup("")
    rate = [span["conversations"] / seconds for span in spans]
    broke = [span["broke"] for span in spans]
    half, slow = ([span[name] for span in spans] for name in ("p50", "p99"))
    strips = (
        ("conversations a second", "", [("held", rate)]),
        (f"conversations that broke what decides, in {seconds} s", "", [("broke", broke)]),
        ("latency: half of the messages, and 99 % of them (dashed)", " ms", [("half", half), ("slow", slow)]),
    )
    height = _TOP + len(strips) * (_STRIP + _GAP)
    body = Markup("").join(
        _strip(_TOP + place * (_STRIP + _GAP), title, unit, lines) for place, (title, unit, lines) in enumerate(strips)
    )
    end = Markup('<text class="y" text-anchor="end" x="{}" y="{}">{} s</text>').format(
        _WIDTH - _RIGHT, height - _GAP + 16, len(spans) * seconds
    )
    return Markup(
        '<svg class="time" role="img" aria-label="The load over time" font-family="sans-serif" font-size="12"'
        ' viewBox="0 0 {} {}"><title>The load over time</title>{}{}</svg>'
    ).format(_WIDTH, height, body, end)


def _strip(top: int, title: str, unit: str, lines: Iterable[Line]) -> Markup:
    lines = list(lines)
    most = max(max(values) for _, values in lines)
    bottom = top + _STRIP
    scale = Markup('<text class="y" text-anchor="end" x="{}" y="{}">{}</text>')
    axis = Markup('<path class="axis" fill="none" stroke="{}" d="M{} {}V{}H{}"/>')
    return Markup("").join(
        (
            Markup('<text x="{}" y="{}">{}</text>').format(_LEFT, top - 8, title),
            scale.format(_LEFT - 8, top + 10, f"{round(most, 1):,g}{unit}"),
            scale.format(_LEFT - 8, bottom, "0"),
            axis.format(LIGHT["line"], _LEFT, top, bottom, _WIDTH - _RIGHT),
            *(_line(kind, values, most or 1, bottom) for kind, values in lines),
        )
    )


def _line(kind: str, values: Sequence[float], most: float, bottom: int) -> Markup:
    """A line in steps: each value holds for its whole span."""
    width = (_WIDTH - _LEFT - _RIGHT) / len(values)
    steps = "".join(
        f"{'L' if place else 'M'}{_LEFT + place * width:.1f} {bottom - value / most * _STRIP:.1f}h{width:.1f}"
        for place, value in enumerate(values)
    )
    dashes = Markup(' stroke-dasharray="{}"').format(_DASHES[kind]) if kind in _DASHES else Markup("")
    return Markup('<path class="{}" fill="none" stroke="{}" stroke-width="1.5"{} d="{}"/>').format(
        kind, _COLOURS[kind], dashes, steps
    )
