"""Texts of ``sdkActionPayload`` that hurt: each is changed by something that real programs do to strings.

The format of the payload is published nowhere, so it is an opaque text: any of these is legal. Of
the control characters only tab, line feed and carriage return are there.
"""

from typing import Final

from mpp_conformance.scenarios.scenario import TAG

_TAG_LENGTH: Final = len("mpp-") + 20


def _long(length: int) -> str:
    """A text of ``length`` characters that repeats nothing, so that a cut or a swap shows where it is."""
    words = "".join(f"{number:05d}." for number in range(length // 6 + 1))
    return TAG + words[: length - _TAG_LENGTH - 1] + "$"


HURTFUL: Final = {
    "double-quotes": f'"{TAG}" says "hello"',
    "single-quotes": f"it's '{TAG}' and `this`",
    "backslashes": f"C:\\new\\table\\{TAG}\\\\",
    "percent-signs": f"100%{TAG}%zz%%25",
    "plus-and-equals": f"a+b=c&d=e=={TAG}++==",
    "blanks-at-both-ends": f"  \t{TAG} \n",
    "line-separators": f"one\u2028{TAG}\u2029two\r\nthree",
    "emoji": f"\U0001f600 {TAG} \U0001f468\u200d\U0001f469\u200d\U0001f467 \u4e2d\u6587",
    "decomposed-letters": f"e\u0301 {TAG} A\u030a \ufb01 \u212b",
    "mixed-case": f"MiXeD {TAG} \u00c4\u00d6 \u00df \u0130",
    "json-in-json": f'{{ "z":1, "a" : "{{\\"t\\":\\"{TAG}\\",\\"n\\":1.0}}" , "z2":1e2}}',
    "json-with-slashes": f'{{"url":"https:\\/\\/p.example\\/{TAG}","e":"\\u00e9"}}',
    "already-url-encoded": f"%7B%22t%22%3A%22{TAG}%22%7D%2B+",
    "already-base64": f"eyJ0IjoiMSJ9+/{TAG}==",
    "already-html-escaped": f"&lt;b&gt;&amp;{TAG}<b>&'\"",
    "already-json-escaped": f'\\u0041\\n\\t{TAG}\\"',
    "template-marks": f"${{{TAG}}} {{{{x}}}} %s %1$s <%= 1 %>",
    "300-characters": _long(300),
    "1500-characters": _long(1500),
    "5000-characters": _long(5000),
    "64-kib": _long(65_536),
}
"""Texts by name; each holds :data:`~mpp_conformance.scenarios.scenario.TAG` once, and so is one payment's own."""
