"""Waivers that are signed here, and the gate of a small run by them."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from mpp_conformance.bundle import keys
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.gate.waivers import Waiver, WaiverFile
from mpp_conformance.report.languages.language import language
from mpp_conformance.report.verdict_file import document
from tests.reporting import HOSTILE, M1, M2, facts, folded, judged, row

KEY: Final = keys.generate()
NOW: Final = datetime(2026, 6, 1, 12, tzinfo=UTC)
UNTIL: Final = "2099-12-31T00:00:00+08:00"
PAST: Final = "2026-05-31T00:00:00+08:00"


def signed(requirement: str, seen: str, **changes: str) -> Waiver:
    """A waiver that alice has signed."""
    told = {"case": "", "owner": "alice", "reason": "is being mended", "ticket": "PAY-1", "expires": UNTIL, **changes}
    waiver = Waiver(requirement=requirement, seen=seen, signature="", **told)
    return replace(waiver, signature=base64.b64encode(KEY.sign(waiver.signed)).decode())


def of(*waivers: Waiver) -> WaiverFile:
    """A file of them."""
    return WaiverFile({"alice": KEY.public_key()}, waivers)


def verdicts() -> dict[str, Any]:
    """A run in which R-1 passed, and R-2 failed on two conversations."""
    first, second = (replace(stated, id=name) for stated, name in ((M1, "R-1"), (M2, "R-2")))
    results = [judged(row(first, "a"), Verdict.PASS)]
    results += [judged(row(second, label), Verdict.FAIL, seen=label) for label in ("b", "c")]
    return document.document(folded(results), facts([result.planned for result in results]))


def gated(*waivers: Waiver) -> Gate:
    """The gate of that run by these waivers."""
    return decision.decide(verdicts(), of(*waivers), NOW)


WAIVED: Final = gated(signed("R-2", "b", reason=HOSTILE))
EXPIRED: Final = gated(signed("R-2", "b", expires=PAST))
CHINESE: Final = language("zh-CN")
