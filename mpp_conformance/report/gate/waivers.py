"""Waivers: what an owner of the wallet lets pass the gate of a pipeline for a while.

A waiver excuses one requirement, or one case of it, for one reason and one observation, until a moment that is named
with its time zone, and it bears its owner's signature. What comes of a run by waivers is said in ``report.gate``.
"""

import base64
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from mpp_conformance.common import canonical
from mpp_conformance.common.text import NotTextError, decode_text, json_text
from mpp_conformance.report.gate.outcome import EXCUSABLE, FORMAT, in_the_way, name_of

FILE: Final = "waivers.toml"
MAX_BYTES: Final = 262_144
_MOST: Final = 100
_OTHERS: Final = ("specimen:", "replay:")
_LONGEST: Final = 1_000
_REQUIREMENT: Final = re.compile(r"[A-Z][A-Z0-9]*-[0-9]+")
_CASE: Final = re.compile(r"test_\w+::test_\w+(?:\[[^\[\]*?]+\])?")
_OF_THE_WALLET: Final = re.compile(r"(?<= payment_id )['\"].*", re.DOTALL)
"""The MPP makes up this value: from one run to the next nothing in it need be the same."""
_TEXT: Final = re.compile(r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(\.\.\.)?""")
_PARTING_IN_DIGITS: Final = re.compile(r"(?<=at byte )[0-9]+(?=: expected ['\"][0-9].*, seen ['\"][0-9])", re.DOTALL)
_ONE_RUNS: Final = re.compile(r"[0-9]{9}|(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16}")
"""In a text: the digits of a code, a payload's own part, an id. An amount in fen has 8 digits at most."""


class WaiverFileError(ValueError):
    """A file of waivers that cannot be used; ``problems`` holds all that is wrong, in the words of the file."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One waiver.

    ``case``: ``file::function[scenario]``, with or without the scenario, or empty; ``seen``: the observation, word by
    word as a verdict file has it; ``expires``: ISO 8601 with an offset.
    """

    requirement: str
    case: str
    owner: str
    reason: str
    ticket: str
    expires: str
    seen: str
    signature: str

    @property
    def told(self) -> dict[str, str]:
        """Every field by its name."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @property
    def signed(self) -> bytes:
        """What the owner signs: everything but the signature."""
        told = {name: value for name, value in self.told.items() if name != "signature"}
        return canonical.dump({"format": FORMAT, **told})

    def trouble(self, key: Ed25519PublicKey | None, now: datetime) -> str:
        """Why it is not valid at the moment ``now``, by its owner's key; empty where it is."""
        if key is None:
            return f"{ascii(self.owner)[1:-1]} is no owner in [owners]"
        try:
            key.verify(base64.b64decode(self.signature, validate=True), self.signed)
        except (InvalidSignature, ValueError):
            return f"it is not signed by {ascii(self.owner)[1:-1]}, or was changed since"
        return f"it expired at {self.expires}" if now >= datetime.fromisoformat(self.expires) else ""

    def names(self, case: Mapping[str, Any]) -> bool:
        """Whether it is for this case of the verdict file, as it came out in this run or in one like it."""
        name = f"{case['module']}::{case['case']}"
        meant = not self.case or self.case in (name, f"{name}[{case['scenario']}]")
        return case["requirement"] == self.requirement and meant and lasting(case["seen"]) == lasting(self.seen)


def lasting(seen: str) -> str:
    """What an observation says in every run in which the same comes out.

    Codes, payloads and ids are new in each run. A text that was cut short, or that bears one of them, becomes ``*``;
    where two texts part within such digits, the byte is chance, and becomes that too.
    """
    text = _PARTING_IN_DIGITS.sub("*", _OF_THE_WALLET.sub("*", seen))
    return _TEXT.sub(lambda found: "*" if found[1] or _ONE_RUNS.search(found[0]) else found[0], text)


@dataclass(frozen=True, slots=True)
class WaiverFile:
    """The waivers of a wallet, and the public keys of who may give them, by name."""

    owners: Mapping[str, Ed25519PublicKey]
    waivers: tuple[Waiver, ...]


def drafts(verdicts: Mapping[str, Any], wanted: str = "") -> Iterator[str]:
    """A section of the file for each thing that waivers could excuse in a run, with blanks for its owner to fill in.

    ``wanted``: a requirement, or a case with or without its scenario; empty for all. Conversations of one case that
    came out alike are one thing.
    """
    alike: dict[tuple[str, str, str], list[Mapping[str, Any]]] = {}
    for case in in_the_way(verdicts):
        name = f"{case['module']}::{case['case']}"
        if case["verdict"] in EXCUSABLE and wanted in ("", case["requirement"], name, name_of(case)):
            alike.setdefault((case["requirement"], name, lasting(case["seen"])), []).append(case)
    for (requirement, name, _), cases in alike.items():
        meant = name if len(cases) > 1 else name_of(cases[0])
        told = {"requirement": requirement, "case": meant, "owner": "", "reason": "", "ticket": "", "expires": ""}
        rows = {**told, "seen": cases[0]["seen"]}.items()
        yield "\n".join(["[[waiver]]", *(f"{key} = {json_text(value, in_ascii=False)}" for key, value in rows)])


def place(given: str, wallet: str, target: str) -> Path | None:
    """Where a wallet's waivers are: where it is said, or else beside its file; ``None`` for no file there.

    A known MPP that borrows a wallet's claims has none, nor has a run that is judged again.
    """
    if given:
        return Path(given)
    beside = Path(wallet).with_name(FILE) if wallet and not target.startswith(_OTHERS) else None
    return beside if beside is not None and beside.is_file() else None


def load(path: Path) -> WaiverFile:
    """The waivers in the file at ``path``; WaiverFileError, each line of which begins with the path."""
    try:
        with path.open("rb") as content:
            return read(content.read(MAX_BYTES + 1))
    except OSError as problem:
        raise WaiverFileError([f"{path} cannot be read ({problem.strerror})"]) from None
    except WaiverFileError as problem:
        raise WaiverFileError(f"{path}: {words}" for words in problem.problems) from None


def read(data: bytes) -> WaiverFile:
    """The waivers in a file (TOML); WaiverFileError says what is wrong with it, all at once."""
    if len(data) > MAX_BYTES:
        raise WaiverFileError([f"it is longer than {MAX_BYTES} bytes"])
    try:
        found = tomllib.loads(decode_text(data))
    except NotTextError as problem:
        raise WaiverFileError([str(problem)]) from None
    except (ValueError, RecursionError) as problem:
        raise WaiverFileError([f"it is not TOML: {problem}"]) from None
    return parse(found)


def parse(found: Mapping[str, Any]) -> WaiverFile:
    """The waivers in what a file of them says, as :func:`read`."""
    problems: list[str] = [f"[{name}] is not a section of this file" for name in found.keys() - {"owners", "waiver"}]
    owners = dict(_owners(found.get("owners"), problems))
    rows = found.get("waiver", [])
    if not isinstance(rows, list) or len(rows) > _MOST:
        raise WaiverFileError([*problems, f"[[waiver]] must be a section written for each waiver, at most {_MOST}"])
    waivers = [_waiver(row, f"[[waiver]] {number}", problems) for number, row in enumerate(rows, 1)]
    if problems:
        raise WaiverFileError(problems)
    return WaiverFile(owners, tuple(waiver for waiver in waivers if waiver is not None))


def _owners(found: object, problems: list[str]) -> Iterator[tuple[str, Ed25519PublicKey]]:
    if not isinstance(found, dict) or not found:
        problems.append("[owners] must name each person who may give a waiver, with a public key (Base64, 32 bytes)")
        return
    for name, text in found.items():
        try:
            raw = base64.b64decode(text, validate=True)
            yield name, Ed25519PublicKey.from_public_bytes(raw)
        except (TypeError, ValueError):
            problems.append(f"[owners] {ascii(name)[1:-1]} must be a public key of Ed25519 in Base64, 32 bytes")


def _waiver(row: object, where: str, problems: list[str]) -> Waiver | None:
    names = {part.name for part in fields(Waiver)}
    if not isinstance(row, dict):
        problems.append(f"{where} must be a section")
        return None
    values = {"case": "", "signature": "", **row}
    if isinstance(values.get("expires"), datetime):
        values["expires"] = values["expires"].isoformat()
    wrong = [f"{where} {ascii(name)[1:-1]} is not known" for name in sorted(values.keys() - names)]
    wrong += [f"{where} {name} is missing" for name in sorted(names - values.keys())]
    wrong += [
        f"{where} {name} must be text of 1 to {_LONGEST} characters"
        for name in sorted(names & values.keys())
        if not isinstance(values[name], str) or len(values[name]) > _LONGEST
    ]
    wrong += [] if wrong else list(_unsound(values, where))
    problems += wrong
    return None if wrong else Waiver(**values)


def _unsound(values: Mapping[str, str], where: str) -> Iterator[str]:
    """What is wrong with a waiver whose fields are all there."""
    if not _REQUIREMENT.fullmatch(values["requirement"]):
        yield f"{where} requirement must be the id of one requirement, like EC-25: a waiver for more is too wide"
    if values["case"] and not _CASE.fullmatch(values["case"]):
        yield f"{where} case must name one case, like test_entry_code::test_name, or with [scenario] added; no pattern"
    for name in ("owner", "reason", "ticket", "seen"):
        if not values[name].strip():
            yield f"{where} {name} must not be empty"
    try:
        aware = datetime.fromisoformat(values["expires"]).tzinfo is not None
    except ValueError:
        aware = False
    if not aware:
        yield f"{where} expires must be a date and time with an offset, like 2027-01-31T18:00:00+08:00"
