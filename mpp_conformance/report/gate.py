"""The gate of a pipeline: what a run comes to by the waivers of its wallet, which never make it conform.

``gate.json`` keeps that with the waivers as they were signed, the keys of their owners and the moment it was judged at,
so that it is derived again by whoever reads it. Every form of the report tells of the waivers from there, and is the
same whenever it is made. Verdict file, result and certificate stay what they are.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance.report import document, shown, terminal
from mpp_conformance.report.language import ENGLISH, Say

if TYPE_CHECKING:
    from mpp_conformance.report.waivers import Waiver, WaiverFile

FORMAT: Final = "mpp-conformance gate 1"
FILE: Final = "gate.json"
MAX_BYTES: Final = 64 * 1024 * 1024
OPEN: Final = "open"
CLOSED: Final = "closed"
WAIVED: Final = "waived"
"""What a case is after a waiver that excuses it; its verdict is what it was before."""
NOT_VALID: Final = "not valid"
"""What a waiver is that excuses nothing."""
EXCUSABLE: Final = ("fail", "inconclusive")
"""A fault of the suite is nobody's to excuse."""

Row = Mapping[str, Any]


class GateFileError(ValueError):
    """A gate file that is none of this run's; says why."""


class Gate:
    """What waivers make of a run. ``told``: as ``gate.json`` has it; empty where nobody has asked."""

    def __init__(self, told: Row) -> None:
        self.told = told
        self._waivers: dict[tuple[str, str], Row] = {}
        for row in sorted(told.get("waivers", ()), key=lambda row: bool(row["trouble"])):
            for name in row["cases"]:
                self._waivers.setdefault((row["requirement"], name), row)

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.told)

    def waiver(self, case: Row) -> Row | None:
        """The waiver that is for a case of the verdict file, one that excuses it before any other."""
        return self._waivers.get((case["requirement"], name_of(case)))

    def after(self, case: Row) -> str:
        """What a case is after the waivers: :data:`WAIVED`, or the verdict that it had before."""
        row = self.waiver(case)
        return WAIVED if row is not None and not row["trouble"] else str(case["verdict"])

    def waived(self, requirement: str) -> int:
        """How many cases of a requirement are waived."""
        return sum(name == requirement and not row["trouble"] for (name, _), row in self._waivers.items())

    def columns(self, case: Row) -> dict[str, str]:
        """The waiver of a case field by field, for programs, with the result before and after; empty without one."""
        row = self.waiver(case)
        if row is None:
            return {}
        told = {name: row[name] for name in ("owner", "reason", "ticket", "expires", "trouble")}
        return {"before": case["verdict"], "after": self.after(case), **told}

    def words(self, case: Row, say: Say = ENGLISH) -> str:
        """The waiver of a case in a sentence, with the result before and after; empty without one."""
        row = self.waiver(case)
        if row is None:
            return ""
        values = {name: row[name] for name in ("owner", "ticket", "expires", "reason")}
        values |= {"before": say(case["verdict"]), "after": say(self.after(case))}
        if row["trouble"]:
            values["trouble"] = say.told(row["trouble"])
            return say(
                "{ticket}, {reason}; by {owner} until {expires}. Before: {before}; after: {after}, for {trouble}",
                **values,
            )
        return say("{ticket}, {reason}; by {owner} until {expires}. Before: {before}; after: {after}", **values)

    def statement(self, verdicts: Row, say: Say = ENGLISH) -> str:
        """What the waivers come to, in a sentence that says what they do not change."""
        told = self.told
        values = {"result": say(verdicts["result"]), "date": shown.moment(told["at"])}
        if told["after"] == OPEN:
            return say(
                "Before the waivers: {result}. After them, at {date}: the gate of a pipeline is open. Waivers certify "
                "nothing, and the result of this report stays what it is.",
                **values,
            )
        return say(
            "Before the waivers: {result}. After them, at {date}: the gate of a pipeline is closed. Cases in its way: "
            "{left}. Waivers that are not valid: {invalid}. Waivers certify nothing, and the result of this report "
            "stays what it is.",
            **values,
            left=len(told["left"]),
            invalid=sum(bool(row["trouble"]) for row in told["waivers"]),
        )

    @staticmethod
    def told_in_short(row: Row) -> str:
        """A waiver and what it comes to on one line, for what has no table."""
        fate = row["trouble"] or f"{len(row['cases'])} waived"
        return f"{row['requirement']} {row['case']} {row['ticket']}, by {row['owner']} until {row['expires']}: {fate}"

    @staticmethod
    def standing(row: Row) -> str:
        """Whether a waiver excuses anything, in a word or two."""
        return NOT_VALID if row["trouble"] else WAIVED

    @staticmethod
    def fate(row: Row, say: Say = ENGLISH) -> tuple[str, str]:
        """What the cases of a waiver were before it, and what they are after."""
        verdicts = say(", ").join(say(verdict) for verdict in row["before"]) or say("none")
        if row["trouble"]:
            return verdicts, say("unchanged: {trouble}", trouble=say.told(row["trouble"]))
        return verdicts, say("{count} waived", count=len(row["cases"]))


NO_GATE: Final = Gate({})


def judged(verdicts: Row, given: "WaiverFile", at: datetime) -> Gate:
    """The gate for a run by these waivers. ``at`` is aware.

    A waiver that is expired, unsigned, or excuses nothing closes the gate by itself.
    """
    at = at.replace(microsecond=0)
    red = in_the_way(verdicts)
    rows = [_row(waiver, given, red, at) for waiver in given.waivers]
    found = Gate({"waivers": rows})
    left = [case for case in red if found.after(case) != WAIVED]
    complete = bool(verdicts["complete"])
    is_open = complete and not left and not any(row["trouble"] for row in rows)
    return Gate(
        {
            "format": FORMAT,
            "run": verdicts["run"],
            "digest": verdicts["digest"],
            "at": at.isoformat(),
            "before": verdicts["overall"],
            "after": OPEN if is_open else CLOSED,
            "complete": complete,
            "owners": {name: base64.b64encode(key.public_bytes_raw()).decode() for name, key in given.owners.items()},
            "waivers": rows,
            "left": [
                {"requirement": case["requirement"], "case": name_of(case)}
                | {"verdict": case["verdict"], "seen": case["seen"]}
                for case in left
            ],
        }
    )


def in_the_way(verdicts: Row) -> list[Row]:
    """The cases of a verdict file that close a gate without waivers."""
    return [case for case in document.cases(verdicts) if case["verdict"] != "pass" and not case["observed"]]


def _row(waiver: "Waiver", given: "WaiverFile", red: Iterable[Row], at: datetime) -> dict[str, Any]:
    """A waiver with the cases that it is for, and why it excuses nothing; that is empty where it does."""
    meant = [case for case in red if waiver.names(case)]
    excusable = [name_of(case) for case in meant if case["verdict"] in EXCUSABLE]
    trouble = waiver.trouble(given.owners.get(waiver.owner), at)
    if not trouble and not meant:
        trouble = "it is stale: nothing in this run came out as it says"
    if not trouble and not excusable:
        trouble = "a fault of the suite cannot be excused"
    before = sorted({case["verdict"] for case in meant})
    return {**waiver.told, "trouble": trouble, "cases": excusable, "before": before}


def name_of(case: Row) -> str:
    """A case of the verdict file as waivers name it."""
    return f"{case['module']}::{case['case']}[{case['scenario']}]"


# --- the file -----------------------------------------------------------------------------------------------------


def encode(gate: Gate) -> bytes:
    """The bytes of ``gate.json``."""
    return (json.dumps(gate.told, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def read(data: bytes, verdicts: Row) -> Gate:
    """The gate in a file, derived again from the waivers in it; GateFileError where it says another thing."""
    from mpp_conformance.report.waivers import Waiver, WaiverFile, WaiverFileError, parsed  # noqa: PLC0415  # cryptography

    try:
        told = json.loads(data)
        rows = [{name: row[name] for name in Waiver.__dataclass_fields__} for row in told["waivers"]]
        given = parsed({"owners": told["owners"], "waiver": rows}) if told["owners"] or rows else WaiverFile({}, ())
        at = datetime.fromisoformat(told["at"])
        found = judged(verdicts, given, at if at.tzinfo is not None else at.replace(tzinfo=UTC))
    except WaiverFileError as problem:
        raise GateFileError(f"its waivers cannot be read: {problem.problems[0]}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise GateFileError(f"it cannot be read: {problem!r}") from None
    parting = sorted(name for name in found.told.keys() | told.keys() if found.told.get(name) != told.get(name))
    if parting:
        raise GateFileError(f"{', '.join(map(ascii, parting))}: it does not follow from its waivers and this run")
    return found


# --- for people ---------------------------------------------------------------------------------------------------


def lines(gate: Gate, say: Say = ENGLISH) -> Iterator[str]:
    """The gate for a terminal."""
    made = gate.told
    yield terminal.line(say("before"), say(made["before"]))
    for row in made["waivers"]:
        values = {name: row[name] for name in ("expires", "owner", "ticket")}
        fate = say.told(row["trouble"]) or say("excused until {expires} by {owner}, {ticket}", **values)
        what = f"{row['requirement']} {row['case'] or say('(any case)')}"
        yield terminal.line(say("waiver"), say("{name}: {what}", name=what, what=fate))
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in made["left"]:
        alike.setdefault((row["requirement"], row["verdict"], row["seen"]), []).append(row["case"])
    for (requirement, verdict, seen), cases in alike.items():
        more = say(" ({count} more)", count=len(cases) - 1) if len(cases) > 1 else ""
        fate = say(verdict) + say(", ") + say.told(seen)
        what = f"{requirement} {cases[0]}{more}"
        yield terminal.line(say("in the way"), say("{name}: {what}", name=what, what=fate))
    if not made["complete"]:
        yield terminal.line(say("in the way"), say("a part of the catalogue was not run"))
    yield terminal.line(say("gate"), say(made["after"]))
