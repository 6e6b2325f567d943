"""What waivers make of a run: a value that every form of the report tells of, and that changes no verdict.

A waiver opens the gate of a pipeline for a while. Verdict file, result and certificate stay what they are.
"""

from collections.abc import Mapping
from typing import Any, Final

from mpp_conformance.report.languages.language import ENGLISH, Say
from mpp_conformance.report.languages.values import moment
from mpp_conformance.report.verdict_file import document

FORMAT: Final = "mpp-conformance gate 1"
OPEN: Final = "open"
CLOSED: Final = "closed"
WAIVED: Final = "waived"
"""What a case is after a waiver that excuses it; its verdict is what it was before."""
NOT_VALID: Final = "not valid"
"""What a waiver is that excuses nothing."""
EXCUSABLE: Final = ("fail", "inconclusive")
"""A fault of the suite is nobody's to excuse."""

Row = Mapping[str, Any]


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
            values["trouble"] = say.tell(row["trouble"])
            return say(
                "{ticket}, {reason}; by {owner} until {expires}. Before: {before}; after: {after}, for {trouble}",
                **values,
            )
        return say("{ticket}, {reason}; by {owner} until {expires}. Before: {before}; after: {after}", **values)

    def statement(self, verdicts: Row, say: Say = ENGLISH) -> str:
        """What the waivers come to, in a sentence that says what they do not change."""
        told = self.told
        values = {"result": say(verdicts["result"]), "date": moment(told["at"])}
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
            return verdicts, say("unchanged: {trouble}", trouble=say.tell(row["trouble"]))
        return verdicts, say("{count} waived", count=len(row["cases"]))


NO_GATE: Final = Gate({})


def in_the_way(verdicts: Row) -> list[Row]:
    """The cases of a verdict file that close a gate without waivers."""
    return [case for case in document.cases(verdicts) if case["verdict"] != "pass" and not case["observed"]]


def name_of(case: Row) -> str:
    """A case of the verdict file as waivers name it."""
    return f"{case['module']}::{case['case']}[{case['scenario']}]"
