"""What programs do to single characters: at the ends, blanks, ends of lines, case, Unicode."""

import re
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import Final

from mpp_conformance.scenarios.transformations.transformation import Transformation as Change

_ENDS: Final = {
    "by Unicode": "",
    "of ASCII": "\t\n\v\f\r ",
    "up to U+0020": "".join(map(chr, range(0x21))),
}


def _replaced(pattern: str, by: str) -> Callable[[str], str]:
    compiled = re.compile(pattern)
    return lambda text: compiled.sub(by, text)


def _without_categories(*categories: str, kept: str = "") -> Callable[[str], str]:
    return lambda text: "".join(char for char in text if char in kept or unicodedata.category(char) not in categories)


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _accents_dropped(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


def _narrowed(text: str) -> str:
    return "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in text)


def _first_line(text: str) -> str:
    return text.splitlines()[0] if text else text


_SMART: Final = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})

ENDS: Final = (
    Change("trimmed", "stripped of white space at its ends", str.strip),
    Change("trimmed-of-ascii", "stripped of ASCII white space at its ends", lambda text: text.strip("\t\n\v\f\r ")),
    Change(
        "trimmed-as-java-does",
        "stripped of all up to U+0020 at its ends",
        lambda text: text.strip(_ENDS["up to U+0020"]),
    ),
    Change("trimmed-of-blanks", "stripped of blanks at its ends", lambda text: text.strip(" ")),
    Change("trimmed-of-no-break-spaces", "stripped of no-break spaces at its ends", lambda text: text.strip("\u00a0")),
    Change("trimmed-of-wide-blanks", "stripped of ideographic spaces at its ends", lambda text: text.strip("\u3000")),
    Change("trimmed-at-start", "stripped of white space at its start", str.lstrip),
    Change("trimmed-at-end", "stripped of white space at its end", str.rstrip),
    Change("last-line-end-dropped", "stripped of the line end at its end", lambda text: text.rstrip("\r\n")),
    Change(
        "byte-order-mark-dropped",
        "stripped of a byte order mark at its start",
        lambda text: text.removeprefix("\ufeff"),
    ),
)
CHARACTERS: Final = (
    # Blanks.
    Change("blanks-collapsed", "written with one blank for several", _replaced(" {2,}", " ")),
    Change("white-space-collapsed", "written with one blank for any white space", _replaced(r"\s+", " ")),
    Change("tabs-to-blanks", "written with blanks for tabs", _replaced("\t", " ")),
    Change("tabs-dropped", "stripped of tabs", _replaced("\t", "")),
    Change("no-break-spaces-to-blanks", "written with blanks for no-break spaces", _replaced("\u00a0", " ")),
    # Ends of lines.
    Change("line-ends-to-lf", "written with LF for CR LF", _replaced("\r\n", "\n")),
    Change("line-ends-unified", "written with LF for CR LF and CR", _replaced("\r\n?", "\n")),
    Change("line-ends-to-cr-lf", "written with CR LF for LF", _replaced("(?<!\r)\n", "\r\n")),
    Change("lf-to-cr-lf", "written with CR LF for each LF, CR LF included", _replaced("\n", "\r\n")),
    Change("line-ends-to-cr", "written with CR for CR LF and LF", _replaced("\r?\n", "\r")),
    Change("carriage-returns-dropped", "stripped of CR", _replaced("\r", "")),
    Change("line-feeds-dropped", "stripped of LF", _replaced("\n", "")),
    Change("line-ends-dropped", "stripped of line ends", _replaced("[\r\n]", "")),
    Change("line-ends-to-blanks", "written with blanks for line ends", _replaced("\r\n|[\r\n]", " ")),
    Change("line-ends-to-html", "written with <br> for line ends", _replaced("\r\n|[\r\n]", "<br>")),
    Change("split-into-lines", "split into lines and joined by LF", lambda text: "\n".join(text.splitlines())),
    Change("first-line-kept", "cut off after its first line", _first_line),
    Change("line-separators-dropped", "stripped of U+2028 and U+2029", _replaced("[\u2028\u2029]", "")),
    Change("line-separators-to-lf", "written with LF for U+2028 and U+2029", _replaced("[\u2028\u2029]", "\n")),
    Change(
        "line-separators-escaped",
        "written with escapes for U+2028 and U+2029",
        lambda text: text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"),
    ),
    # Case.
    Change("lower-cased", "lower-cased", str.lower),
    Change("upper-cased", "upper-cased", str.upper),
    Change(
        "lower-cased-in-turkish",
        "lower-cased by Turkish rules",
        lambda text: text.replace("I", "\u0131").replace("\u0130", "i").lower(),
    ),
    Change("upper-cased-in-turkish", "upper-cased by Turkish rules", lambda text: text.replace("i", "\u0130").upper()),
    Change(
        "ascii-lower-cased",
        "lower-cased in its ASCII letters",
        lambda text: text.encode("utf-8", "surrogatepass").lower().decode("utf-8", "surrogatepass"),
    ),
    Change("capitalised", "written with a capital at its start", _capitalised),
    # Unicode.
    *(
        Change(f"normalised-to-{form.lower()}", f"normalised to Unicode {form}", partial(unicodedata.normalize, form))
        for form in ("NFC", "NFD", "NFKC", "NFKD")
    ),
    Change("accents-dropped", "stripped of accents", _accents_dropped),
    Change("narrowed", "written in half width", _narrowed),
    Change("astral-dropped", "stripped of characters above U+FFFF", _replaced("[\U00010000-\U0010ffff]", "")),
    Change("astral-cut", "cut off at the first character above U+FFFF", _replaced("(?s)[\U00010000-\U0010ffff].*", "")),
    *(
        Change(
            f"astral-to-{name}",
            f"written with {said} for characters above U+FFFF",
            _replaced("[\U00010000-\U0010ffff]", by),
        )
        for name, said, by in (
            ("question-mark", "?", "?"),
            ("two-question-marks", "??", "??"),
            ("four-question-marks", "????", "????"),
            ("replacement-character", "U+FFFD", "\ufffd"),
            ("two-replacement-characters", "two U+FFFD", "\ufffd\ufffd"),
        )
    ),
    Change("joiners-dropped", "stripped of zero-width characters", _replaced("[\u200b-\u200d\u2060\ufeff]", "")),
    Change("formats-dropped", "stripped of invisible characters", _without_categories("Cf")),
    Change("variation-selectors-dropped", "stripped of variation selectors", _replaced("[\ufe00-\ufe0f]", "")),
    Change("soft-hyphens-dropped", "stripped of soft hyphens", _replaced("\u00ad", "")),
    Change(
        "direction-marks-dropped",
        "stripped of marks of direction",
        _replaced("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", ""),
    ),
    Change("private-use-dropped", "stripped of characters for private use", _without_categories("Co")),
    Change("controls-dropped", "stripped of control characters", _without_categories("Cc", kept="\t\n\r")),
    Change("controls-to-blanks", "written with blanks for control characters", _replaced("[\x00-\x1f\x7f]", " ")),
    Change(
        "not-xml-dropped",
        "stripped of what XML cannot hold",
        _replaced("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", ""),
    ),
    Change("nul-dropped", "stripped of NUL", _replaced("\x00", "")),
    Change("cut-at-nul", "cut off at NUL", lambda text: text.partition("\x00")[0]),
    Change("smart-quotes", "written with curly for straight quotes", _replaced('"([^"]*)"', "\u201c\\1\u201d")),
    Change("straight-quotes", "written with straight for curly quotes", lambda text: text.translate(_SMART)),
    Change("smart-dashes", "written with a dash for two hyphens", _replaced("--", "\u2014")),
    Change("smart-ellipses", "written with an ellipsis for three dots", _replaced(r"\.\.\.", "\u2026")),
    # What takes much out, or comes to what another does: last, since the first that fits is told.
    Change("blanks-dropped", "stripped of all blanks", _replaced(" ", "")),
    Change("white-space-dropped", "stripped of all white space", _replaced(r"\s", "")),
    Change("case-folded", "case-folded", str.casefold),
    Change("all-controls-dropped", "stripped of control characters, tabs and line ends too", _without_categories("Cc")),
    Change("only-printable", "stripped of what is not printable", lambda text: "".join(filter(str.isprintable, text))),
    Change("only-letters-and-digits", "stripped of all but letters and digits", _replaced("[^A-Za-z0-9]", "")),
    Change("only-word-characters", "stripped of all but letters, digits and underscores", _replaced(r"\W", "")),
)
