"""What programs take for escapes, marks or separators, and what they escape."""

import html
import json
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from mpp_conformance.scenarios.transformations.transformation import Transformation as Change

_ANY: Final = "surrogatepass"
_PERCENT: Final = re.compile("%[0-9A-Fa-f]{2}")
_BROKEN_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_ENCODED: Final = re.compile(r"[A-Za-z0-9%+._~-]*")
"""What URL-encoding leaves of a text."""
_UNRESERVED: Final = re.compile("%(?:2[dDeE]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[fF]|7[eE])")
_SEPARATORS: Final = {
    "ampersand": "&",
    "number-sign": "#",
    "equals-sign": "=",
    "question-mark": "?",
    "semicolon": ";",
    "comma": ",",
    "colon": ":",
    "bar": "|",
    "blank": " ",
    "tab": "\t",
    "double-quote": '"',
    "single-quote": "'",
    "less-than": "<",
    "percent-sign": "%",
    "slash": "/",
    "backslash": "\\",
    "dollar-sign": "$",
    "brace": "{",
    "hyphen": "-",
}


def _replaced(pattern: str, by: str) -> Callable[[str], str]:
    compiled = re.compile(pattern, re.DOTALL)
    return lambda text: compiled.sub(by, text)


def _swapped(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def _cut_at(separator: str) -> Callable[[str], str]:
    return lambda text: text.partition(separator)[0]


def _unquoted(text: str) -> str:
    """As decodeURIComponent does it, which takes no percent sign that is none of an escape."""
    if _BROKEN_PERCENT.search(text):
        raise ValueError("a percent sign that begins no escape")
    return unquote(text, errors="strict")


def _decoded_where_encoded(text: str) -> str:
    return _unquoted(text) if _ENCODED.fullmatch(text) else text


def _as_json_inside(text: str) -> str:
    return str(json.loads(f'"{text}"', strict=False))


def _json_string(text: str, *, ascii_only: bool) -> str:
    return json.dumps(text, ensure_ascii=ascii_only)


def _escapes_read(text: str) -> str:
    """Each escape of a string literal as it is read, whatever stands between them."""
    known = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\x00"}
    found = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
    return found.sub(lambda one: chr(int(one[1], 16)) if one[1] else known.get(one[2], one[2]), text)


def _quotes_around_dropped(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


ESCAPES: Final = (
    # Percent escapes.
    Change("url-decoded", "URL-decoded", lambda text: unquote(text, errors="replace")),
    Change("url-decoded-strictly", "URL-decoded", _unquoted),
    Change("url-decoded-where-encoded", "URL-decoded", _decoded_where_encoded),
    Change(
        "form-decoded", "URL-decoded as a form, + became a blank", lambda text: unquote_plus(text, errors="replace")
    ),
    Change("url-decoded-twice", "URL-decoded twice", lambda text: unquote(unquote(text))),
    Change(
        "unreserved-url-decoded",
        "URL-decoded where no escape is needed",
        lambda text: _UNRESERVED.sub(lambda one: unquote(one[0]), text),
    ),
    Change("url-encoded", "URL-encoded", lambda text: quote(text, safe="", errors=_ANY)),
    Change("form-encoded", "URL-encoded as a form", lambda text: quote_plus(text, errors=_ANY)),
    Change(
        "url-encoded-but-slashes", "URL-encoded, all but the slashes", lambda text: quote(text, safe="/", errors=_ANY)
    ),
    Change(
        "url-encoded-as-a-whole-address",
        "URL-encoded as a whole address",
        lambda text: quote(text, safe="!#$&'()*+,/:;=?@~[]%", errors=_ANY),
    ),
    Change("url-encoded-twice", "URL-encoded twice", lambda text: quote(quote(text, safe="", errors=_ANY), safe="")),
    Change("percent-signs-encoded", "URL-encoded in its percent signs", _swapped("%", "%25")),
    Change(
        "percent-escapes-upper-cased",
        "written with upper-case percent escapes",
        lambda text: _PERCENT.sub(lambda one: one[0].upper(), text),
    ),
    Change(
        "percent-escapes-lower-cased",
        "written with lower-case percent escapes",
        lambda text: _PERCENT.sub(lambda one: one[0].lower(), text),
    ),
    Change("percent-signs-dropped", "stripped of percent signs", _swapped("%", "")),
    Change("plus-to-blank", "written with a blank for +", _swapped("+", " ")),
    Change("plus-to-percent-20", "written with %20 for +", _swapped("+", "%20")),
    Change("plus-to-percent-2b", "written with %2B for +", _swapped("+", "%2B")),
    Change("blank-to-plus", "written with + for a blank", _swapped(" ", "+")),
    Change("blank-to-percent-20", "written with %20 for a blank", _swapped(" ", "%20")),
    Change("percent-20-to-plus", "written with + for %20", _swapped("%20", "+")),
    # HTML and XML.
    Change("html-escaped", "HTML-escaped", html.escape),
    Change("html-escaped-but-quotes", "HTML-escaped, all but the quotes", lambda text: html.escape(text, quote=False)),
    Change("html-escaped-ampersands", "HTML-escaped in its ampersands", _swapped("&", "&amp;")),
    Change("html-unescaped", "HTML-unescaped", html.unescape),
    Change(
        "xml-unescaped",
        "unescaped as XML",
        lambda text: (
            text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", '"')
            .replace("&apos;", "'")
            .replace("&amp;", "&")
        ),
    ),
    Change("xml-attribute-normalised", "normalised as an attribute of XML", _replaced("[\t\n\r]", " ")),
    Change("tags-dropped", "stripped of HTML tags", _replaced("<[^>]*>", "")),
    Change("scripts-dropped", "stripped of scripts", _replaced("(?i)<script.*?</script>", "")),
    Change("script-words-dropped", "stripped of the word script", _replaced("(?i)</?script[^>]*>", "")),
    Change("angle-brackets-dropped", "stripped of angle brackets", _replaced("[<>]", "")),
    Change("entities-dropped", "stripped of HTML entities", _replaced("&#?[A-Za-z0-9]+;", "")),
    # JSON and other string literals.
    Change("json-quoted", "quoted as a JSON string", lambda text: _json_string(text, ascii_only=False)),
    Change(
        "json-quoted-in-ascii", "quoted as a JSON string with escapes", lambda text: _json_string(text, ascii_only=True)
    ),
    Change(
        "json-quoted-twice",
        "quoted as a JSON string twice",
        lambda text: _json_string(_json_string(text, ascii_only=False), ascii_only=False),
    ),
    Change(
        "json-escaped",
        "escaped as a JSON string, without its quotes",
        lambda text: _json_string(text, ascii_only=False)[1:-1],
    ),
    Change(
        "non-ascii-escaped",
        "written with JSON escapes for all that is not ASCII",
        lambda text: re.sub("[^\x00-\x7f]+", lambda one: _json_string(one[0], ascii_only=True)[1:-1], text),
    ),
    Change("json-unescaped", "read as the inside of a JSON string", _as_json_inside),
    Change("escapes-read", "read as a string literal with escapes", _escapes_read),
    Change(
        "json-string-read",
        "read as a JSON string",
        lambda text: str(json.loads(text)) if text.startswith('"') else text,
    ),
    Change("slashes-escaped", "written with a backslash before each slash", _swapped("/", "\\/")),
    Change("slashes-unescaped", "written without the backslash before slashes", _swapped("\\/", "/")),
    Change("quotes-escaped", "written with a backslash before each quote", _replaced("([\"'])", r"\\\1")),
    Change(
        "slashes-added", "written with a backslash before each quote and backslash", _replaced("([\"'\\\\])", r"\\\1")
    ),
    Change("backslashes-doubled", "written with two backslashes for one", _swapped("\\", "\\\\")),
    Change("backslashes-halved", "written with one backslash for two", _swapped("\\\\", "\\")),
    Change("backslashes-dropped", "stripped of backslashes", _swapped("\\", "")),
    Change("backslashes-to-slashes", "written with slashes for backslashes", _swapped("\\", "/")),
    Change("slashes-to-backslashes", "written with backslashes for slashes", _swapped("/", "\\")),
    Change("slashes-collapsed", "written with one slash for several", _replaced("/{2,}", "/")),
    # Quotes.
    Change("quotes-around-dropped", "stripped of the quotes around it", _quotes_around_dropped),
    Change("double-quotes-dropped", "stripped of double quotes", _swapped('"', "")),
    Change("single-quotes-dropped", "stripped of single quotes", _swapped("'", "")),
    Change("quotes-dropped", "stripped of quotes", _replaced("[\"'`]", "")),
    Change("double-quotes-to-single", "written with single for double quotes", _swapped('"', "'")),
    Change("single-quotes-to-double", "written with double for single quotes", _swapped("'", '"')),
    Change("double-quotes-doubled", "written with two double quotes for one", _swapped('"', '""')),
    Change("csv-quoted", "quoted as a field of CSV", lambda text: '"' + text.replace('"', '""') + '"'),
    Change("single-quotes-doubled", "written with two single quotes for one", _swapped("'", "''")),
    Change("single-quotes-halved", "written with one single quote for two", _swapped("''", "'")),
    Change("sql-comments-dropped", "stripped of what SQL takes for a comment", _replaced("--[^\n]*", "")),
    # Marks of templates and formats.
    Change("dollar-braces-filled", "filled in as a template with ${}", _replaced(r"\$\{[^}]*\}", "")),
    Change("double-braces-filled", "filled in as a template with {{}}", _replaced(r"\{\{.*?\}\}", "")),
    Change("single-braces-filled", "filled in as a template with {}", _replaced(r"\{[^{}]*\}", "")),
    Change(
        "doubled-braces-halved", "read as a format with {}", lambda text: text.replace("{{", "{").replace("}}", "}")
    ),
    Change("number-sign-braces-filled", "filled in as a template with #{}", _replaced(r"#\{[^}]*\}", "")),
    Change("scriptlets-filled", "filled in as a template with <%= %>", _replaced("<%.*?%>", "")),
    Change("templates-filled", "filled in as a template", _replaced(r"\$\{.*?\}|\{\{.*?\}\}|<%=.*?%>", "")),
    Change("dollar-names-filled", "filled in as a shell does with $", _replaced(r"\$[A-Za-z_]\w*", "")),
    Change("group-references-filled", "used as a replacement in a regular expression", _replaced(r"\$[0-9&]", "")),
    Change("percent-formats-filled", "used as a format with %", _replaced(r"%(?:[0-9]+\$)?[sd@]", "")),
    Change("doubled-percent-signs-halved", "written with one percent sign for two", _swapped("%%", "%")),
    # What parts a text from another.
    *(Change(f"cut-at-{name}", f"cut off at {sign!a}", _cut_at(sign)) for name, sign in _SEPARATORS.items()),
    Change("cut-at-non-ascii", "cut off at the first character that is not ASCII", _replaced("[^\x00-\x7f].*", "")),
    Change(
        "query-read-and-written",
        "read as a query and written anew",
        lambda text: "&".join(quote_plus(unquote_plus(part), safe="=") for part in text.split("&")),
    ),
    Change(
        "split-at-commas",
        "split at commas and trimmed",
        lambda text: ",".join(part.strip() for part in text.split(",")),
    ),
)
