"""The gate judged, and ``gate.json``, which keeps what it came to.

The file holds the waivers as they were signed, the keys of their owners and the moment it was judged at, so that it is
derived again by whoever reads it. Every form of the report tells of the waivers from there, and is the same whenever it
is made.
"""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance.report.gate.outcome import CLOSED, EXCUSABLE, FORMAT, OPEN, WAIVED, Gate, Row, in_the_way, name_of

if TYPE_CHECKING:
    from mpp_conformance.report.gate.waivers import Waiver, WaiverFile

FILE: Final = "gate.json"
MAX_BYTES: Final = 64 * 1024 * 1024


class GateFileError(ValueError):
    """A gate file that is none of this run's; says why."""


def decide(verdicts: Row, given: "WaiverFile", at: datetime) -> Gate:
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


def _row(waiver: "Waiver", given: "WaiverFile", red: Iterable[Row], at: datetime) -> dict[str, Any]:
    """A waiver with the cases that it is for, and why it excuses nothing; that is empty where it does."""
    meant = [case for case in red if waiver.names(case)]
    excusable = [name_of(case) for case in meant if case["verdict"] in EXCUSABLE]
    trouble = waiver.trouble(given.owners.get(waiver.owner), at)
    if not trouble and not meant:
        trouble = "it is stale: no result of this run matches it"
    if not trouble and not excusable:
        trouble = "a fault of the suite cannot be excused"
    before = sorted({case["verdict"] for case in meant})
    return {**waiver.told, "trouble": trouble, "cases": excusable, "before": before}


# --- the file -----------------------------------------------------------------------------------------------------


def encode(gate: Gate) -> bytes:
    """The bytes of ``gate.json``."""
    return (json.dumps(gate.told, indent=1, ensure_ascii=True) + "\n").encode("ascii")


def read(data: bytes, verdicts: Row) -> Gate:
    """The gate in a file, derived again from the waivers in it; GateFileError where it says another thing."""
    from mpp_conformance.report.gate.waivers import Waiver, WaiverFile, WaiverFileError, parse  # noqa: PLC0415  # cryptography

    try:
        told = json.loads(data)
        rows = [{name: row[name] for name in Waiver.__dataclass_fields__} for row in told["waivers"]]
        given = parse({"owners": told["owners"], "waiver": rows}) if told["owners"] or rows else WaiverFile({}, ())
        at = datetime.fromisoformat(told["at"])
        found = decide(verdicts, given, at if at.tzinfo is not None else at.replace(tzinfo=UTC))
    except WaiverFileError as problem:
        raise GateFileError(f"its waivers cannot be read: {problem.problems[0]}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise GateFileError(f"it cannot be read: {problem!r}") from None
    parting = sorted(name for name in found.told.keys() | told.keys() if found.told.get(name) != told.get(name))
    if parting:
        raise GateFileError(f"{', '.join(map(ascii, parting))}: not what its waivers and this run give")
    return found
