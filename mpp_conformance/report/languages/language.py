"""The language of a report: English sentences as they stand in the code, and what another language has for them.

English is the key of every table, so that a sentence that changes loses its translation instead of keeping a false
one. ``[sentences]`` are told as they stand, with values put in; ``[forms]`` are for sentences that were made in English
and stand in a verdict file: each stands for every sentence of its form, and what its names take in is told likewise.
What a wallet said, between quotes, is never touched.

A language has two tables, both ``zh-CN.toml``: the report's own words in ``languages``, and beside the suites what they
state.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final, Protocol

from mpp_conformance.common.resources import directory

_TAKEN: Final = {
    "kind": "[A-Z][A-Za-z]+",
    "field": "[a-z_]+",
    "value": "\ue000[0-9]+\ue001|some text|an error code|absent|[A-Za-z0-9]+",
    "count": "[0-9]+",
    "byte": "[0-9]+",
}
"""What these names take in a form: a type of message, a field, what it holds, a number; other names take any text."""
_NAME: Final = re.compile(r"\{([a-z]+)\}")
_QUOTED: Final = re.compile(r"""(?<![A-Za-z0-9])(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\.\.\.)?""")
_KEPT: Final = re.compile("\ue000([0-9]+)\ue001")
"""Stands for a quoted text while the sentence around it is told: private characters, which are never printable."""
_DEEPEST: Final = 8
_LONGEST: Final = 600
"""Characters of a sentence that is looked at for its form; it comes from a file that may be anybody's."""


class Say(Protocol):
    """Words in a report's language."""

    def __call__(self, text: str, /, **values: object) -> str:
        """An English sentence with ``{names}`` in it, told with the values put in."""

    def tell(self, text: str) -> str:
        """A sentence that was made in English, told by its form; as it stands where it has none."""


class Language:
    """A language by its tag (BCP 47). ``sentences`` and ``forms``: English, and what this language says.

    Of several forms that a sentence has, the first counts. What a language has no words for is told in English.
    """

    def __init__(self, tag: str, sentences: Mapping[str, str], forms: Mapping[str, str]) -> None:
        self.tag = tag
        self.sentences = sentences
        self.forms = forms
        self._compiled = [(_form(key), told) for key, told in forms.items()]
        self._told: dict[str, str] = {}

    def __call__(self, text: str, /, **values: object) -> str:
        """An English sentence with ``{names}`` in it, told with the values put in."""
        found = self.sentences.get(text, text)
        return found.format(**values) if values else found

    def tell(self, text: str) -> str:
        """A sentence that was made in English, told by its form; as it stands where it has none."""
        if text not in self._told:
            self._told[text] = self._whole(text)
        return self._told[text]

    def _whole(self, text: str) -> str:
        quoted: list[str] = []

        def keep(match: re.Match[str]) -> str:
            quoted.append(match.group())
            return f"\ue000{len(quoted) - 1}\ue001"

        if text in self.sentences or not self.forms or len(text) > _LONGEST or _KEPT.search(text):
            return self(text)
        told = self._part(_QUOTED.sub(keep, text), _DEEPEST)
        return _KEPT.sub(lambda match: quoted[int(match.group(1))], told)

    def _part(self, text: str, depth: int) -> str:
        if text in self.sentences or not depth:
            return self(text)
        for form, told in self._compiled:
            match = form.fullmatch(text)
            if match is not None:
                return told.format(**{name: self._part(part, depth - 1) for name, part in match.groupdict().items()})
        return text


def _form(key: str) -> re.Pattern[str]:
    """What a key with ``{names}`` stands for: each takes as little text as will do."""
    pieces = _NAME.split(key)
    taking = (
        f"(?P<{piece}>{_TAKEN.get(piece, '.+?')})" if place % 2 else re.escape(piece)
        for place, piece in enumerate(pieces)
    )
    return re.compile("".join(taking), re.DOTALL)


ENGLISH: Final = Language("en", {}, {})
TAGS: Final = (ENGLISH.tag, "zh-CN")
"""The languages there are."""


@cache
def language(tag: str) -> Language:
    """The language of this tag, one of :data:`TAGS`; KeyError for another one."""
    if tag not in TAGS:
        raise KeyError(tag)
    if tag == ENGLISH.tag:
        return ENGLISH
    own = files("mpp_conformance.report.languages").joinpath(f"{tag}.toml").read_text("utf-8")
    stated = (directory("suites") / f"{tag}.toml").read_text("utf-8")
    tables = [tomllib.loads(text) for text in (own, stated)]
    merged = {name: {key: told for table in tables for key, told in table[name].items()} for name in _TABLES}
    return Language(tag, **merged)


_TABLES: Final = ("sentences", "forms")
