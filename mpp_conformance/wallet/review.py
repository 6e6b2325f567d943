"""The static review of ``wallet.toml``: everything that is wrong with it, at once, in the words of the file."""

import difflib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from mpp_conformance.common.text import decode_text
from mpp_conformance.wallet import fields
from mpp_conformance.wallet.model import BASE_DIR, SECTIONS, Wallet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic_core import ErrorDetails

    from mpp_conformance.wallet.section import Section

MAX_FILE: Final = 262_144
"""Bytes of ``wallet.toml`` that are read."""
_SHOWN: Final = 60
_LARGE: Final = 10**18
_MAX_REASON: Final = 200
_USER_INFO: Final = re.compile(r"//.*@", re.DOTALL)
_LINE: Final = re.compile(r"\(at line ([0-9]{1,9}),")
_ROW: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=\s*(.*?)\s*(?:#.*)?")
_BARE_TEXT: Final = re.compile(r"[^\"'\[\]{}#=]+")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: ``where`` as the file spells it (``[reach] parallel``), and ``text`` that goes on."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where} {self.text}".strip()


class WalletFileError(ValueError):
    """A ``wallet.toml`` that cannot be used; ``problems`` holds all that is wrong, free of secrets."""

    def __init__(self, file: str, problems: "Iterable[Problem]") -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


def printable(path: Path) -> str:
    """A path as messages show it."""
    return ascii(str(path))[1:-1]


def load(path: Path) -> Wallet:
    """Read and review the file at ``path``; WalletFileError if it cannot be used."""
    name = printable(path)
    try:
        text = decode_text(_content(path))
    except FileNotFoundError:
        problem = "there is no such file; `mpp-conformance init` writes one to fill in"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except ValueError as error:
        problem = str(error)
    else:
        return parse(text, path.parent, file=name)
    raise WalletFileError(name, [Problem("", problem)])


def parse(text: str, base_dir: Path, *, file: str = "wallet.toml") -> Wallet:
    """Review the text of a file; paths in it count from ``base_dir``, and problems name it ``file``."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise WalletFileError(file, [Problem("", "is nested too deeply")]) from None
    except ValueError as error:
        reason = str(error)[:_MAX_REASON]
        raise WalletFileError(file, [Problem("", f"is not TOML: {reason}{_toml_slip(text, reason)}")]) from None
    try:
        return Wallet.model_validate(data, context={BASE_DIR: base_dir})
    except ValidationError as found:
        errors = found.errors(include_url=False)
    raise WalletFileError(file, [_problem(error) for error in errors])


def _content(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        message = "is not a file"
        raise ValueError(message)
    with path.open("rb") as file:
        content = file.read(MAX_FILE + 1)
    if len(content) > MAX_FILE:
        message = f"is longer than {MAX_FILE} bytes"
        raise ValueError(message)
    return content


def _toml_slip(text: str, reason: str) -> str:
    if "-----BEGIN" in text and r"'\n'" in reason:
        return "; a key in PEM does not fit on one line: give the path of its file"
    if "Unescaped" in reason or "hex value" in reason:
        return "; write a backslash in quotes twice"
    place = _LINE.search(reason)
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")[: int(place[1]) if place else None]
    row = _ROW.fullmatch(lines[-1]) if place or "Invalid value" in reason or "overwrite" in reason else None
    return f"; {_name(row[1])} {slip}" if row and (slip := _value_slip(reason, row[2])) else ""


def _value_slip(reason: str, value: str) -> str:
    """What is wrong with what stands behind a key; empty where nothing comes to mind."""
    if "overwrite" in reason:
        return "stands twice in its section"
    if not value:
        return "has no value"
    if value.lower() in {"true", "false"}:
        return "must be in lower case, true or false"
    bare = _BARE_TEXT.fullmatch(value) and ("Invalid value" in reason or "after a statement" in reason)
    return "needs quotes around its text" if bare else ""


def _problem(error: "ErrorDetails") -> Problem:
    section, *rest = (str(part) for part in error["loc"])
    if not rest:
        return _section_problem(section, error)
    key = rest[0]
    where = f"[{section}] {_name(key)}"
    known = SECTIONS[section].model_fields
    if error["type"] == "extra_forbidden":
        return Problem(where, f"is not known{_unknown_key(key, section)}")
    must = known[key].description
    if error["type"] == "missing":
        return Problem(where, f"is missing; it must be {must}")
    return Problem(where, f"must be {must}; found {_found(error['input'])}{_slip(error)}")


def _section_problem(section: str, error: "ErrorDetails") -> Problem:
    if error["type"] == "extra_forbidden" and isinstance(error["input"], dict):
        near = difflib.get_close_matches(section, SECTIONS, n=1)
        guess = f"did you mean [{near[0]}]?" if near else f"sections are {_listed(f'[{name}]' for name in SECTIONS)}"
        return Problem(f"[{_name(section)}]", f"is not a section; {guess}")
    if error["type"] == "extra_forbidden":
        return Problem(_name(section), f"stands before the first section{_unknown_key(section, '')}")
    if error["type"] == "missing":
        needed = [name for name, field in SECTIONS[section].model_fields.items() if field.is_required()]
        return Problem(f"[{section}]", f"is missing; it must hold {_listed(needed)}")
    return Problem(f"[{section}]", f"must be a section, written once; found {_found(error['input'])}")


def _unknown_key(key: str, section: str) -> str:
    homes = [name for name, model in SECTIONS.items() if key in model.model_fields]
    if homes:
        return f"; it belongs under [{homes[0]}]"
    known = [name for model in _models(section) for name in model.model_fields]
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; the keys of this section are {_listed(known)}" if section else ""


def _models(section: str) -> "Iterable[type[Section]]":
    return [SECTIONS[section]] if section else SECTIONS.values()


def _slip(error: "ErrorDetails") -> str:
    """What probably went wrong, where the value tells."""
    if error["type"] == "value_error":
        return f": {error['ctx']['error']}"
    is_text = isinstance(error["input"], str)
    if error["type"] == "string_type" and isinstance(error["input"], (int, float)):
        return ": write it in quotes"
    if is_text and error["type"] == "tuple_type":
        return ": write it in brackets"
    if is_text and error["type"] in {"int_type", "float_type", "bool_type"}:
        return ": write it without quotes"
    return ""


def _found(value: object) -> str:
    """A value as the file has it, short and printable; a key is never shown."""
    if isinstance(value, str):
        if fields.looks_like_key(value) or "PRIVATE KEY" in value:
            return "a key (not shown)"
        return _quoted(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value) if isinstance(value, float) or abs(value) < _LARGE else "a very large number"
    if isinstance(value, dict):
        return "a section"
    return "a list" if isinstance(value, list) else "a date or time"


def _quoted(text: str) -> str:
    """Text in quotes, without what may be a password in an address."""
    text = _USER_INFO.sub("//...@", text)
    short = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    return json.dumps(short)


def _name(key: str) -> str:
    """A key's name as it can be printed: bare where TOML allows it, else in quotes."""
    return key if _BARE.fullmatch(key) else _quoted(key)


def _listed(names: "Iterable[str]") -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
