"""Texts of ``sdkActionPayload`` that hurt: whatever ``transformations`` lists changes one of them.

The format of the payload is published nowhere, so it is an opaque text: any of these is legal. What a program takes for
JSON, Base64 or another form is that form from its first character to its last, since programs look before they decode.
"""

import base64
import json
from typing import Final

from mpp_conformance.scenarios.scenario import TAG, TAG_DIGITS, TAG_IN_BASE64
from mpp_conformance.scenarios.transformations.encodings import LONGEST

_TAG_LENGTH: Final = len("mpp-") + 20
_LETTERS: Final = ".\u00e9\u4e2d\u6587\U0001f600_"
"""With five digits before them 19 bytes, a prime: equal pieces of bytes end inside a letter sooner or later.

URL-encoded the longest text of them still fits into a report of the adaptor.
"""


def _long(length: int, letters: str) -> str:
    """A text of ``length`` characters that repeats nothing, so that a cut or a swap shows where it is."""
    words = "".join(f"{number:05d}{letters}" for number in range(length // (5 + len(letters)) + 1))
    return TAG + words[: length - _TAG_LENGTH - 1] + "$"


def _base64(before: str, after: str) -> str:
    """Base64 as a whole; ``before`` takes a multiple of three bytes."""
    return "".join(
        (base64.b64encode(before.encode()).decode(), TAG_IN_BASE64, base64.b64encode(after.encode()).decode())
    )


def _json() -> str:
    """Everything in it that a program writes in another way once it has parsed it."""
    inner = json.dumps(f'{{"t":"{TAG}","n":1.0}}')
    return (
        f'{{ "z":9007199254740993, "10":1.0 ,"9":1e2,"a" : {inner},"n":null,"e":[ ],"d":0.1000,'
        '"x":123456789012345680000.5,"s":"https:\\/\\/p.example\\/<&>\'=","u":"\\u00e9\u00e9\u2028","m":-0,"m":1}'
    )


HURTFUL: Final = {
    "quotes": f"\"it's '{TAG}' and `this`, \u201cso\u201d it\u2019s ''... -- said \"hello\"",
    "backslashes-and-percent-signs": f"C:\\new\\table\\100%{TAG}%zz%%25\\\\",
    "separators": f"a+b=c&d=e=={TAG}++==f g#h;i, j:k|l?m/n//o\\p$q",
    "blanks-at-both-ends": f"  \t{TAG}  two\t\ttabs \n",
    "wide-blanks-at-both-ends": f"\u00a0 {TAG} \u2003\u3000",
    "line-separators": f"one\u2028{TAG}\u2029two\r\nthree\nfour\rfive",
    "emoji": f"\U0001f600 {TAG} \U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f \u4e2d\u6587",
    "letters": f"e\u0301 {TAG} A\u030a \ufb01 \u212b \u00e9 \uff21 miXeD \u00c4\u00d6 \u00df \u0130 I i",
    "invisible-characters": f"\ufeff{TAG}\u200b\u200e\u00ad\u2060\ue001",
    "control-characters": f"a\x00b{TAG}\x01\x08\x0b\x1b[0m\x7f\x85",
    "json-in-json": _json(),
    "json-string": f'"{TAG} \\"x\\" \\\\n"',
    "already-url-encoded": f"%7B%22t%22%3A%22{TAG}%22%7D%2B+%2f%c3%a9%20%2525%7E",
    "already-base64": _base64('{"t":">>>???~~~"} ', '{"u":"\u4e2d\u6587 to be longer than a line of it "}'),
    "url-safe-base64": f"eyJ0Ijo-Pz8_{TAG}-_9",
    "already-html-escaped": f"&lt;b&gt;&amp;{TAG}<b>&'\"&#233;&nbsp;&apos;<script>x</script>",
    "already-json-escaped": f'\\u0041\\n\\t{TAG}\\"',
    "template-marks": f"${{{TAG}}} {{{{x}}}} #{{x}} %s %1$s %@ <%= 1 %> $1 $& $HOME",
    "an-address": f"http://P.xn--fiqs8s.example:80/A//./x/../{TAG}/?b=2&a=%7e%2F+x%20&a=&amp;c=1#/Top/",
    "a-number": f"0{TAG_DIGITS}.50",
    "the-word-null": "null",
    "5000-characters": _long(5_000, "."),
    "longest": _long(LONGEST, _LETTERS),
}
"""Texts by name. All but the last word hold a mark of ``scenario`` that is one payment's own."""
