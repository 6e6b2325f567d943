"""Why a run is refused before it begins: it would accuse an MPP of what its wallet.toml says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mpp_conformance.trials.doctor.reach import reach

if TYPE_CHECKING:
    from mpp_conformance.wallet import Wallet


def refusal(wallet: Wallet, adaptor: str) -> str:
    """What is so wrong that nothing can be judged, a line for each field; empty where a run may begin.

    It takes one conversation in which no money moves, and some more where that went wrong; and one question to the MPP
    server, where the file says where that is.
    """
    wrong = [finding for finding in reach(wallet, adaptor) if finding.blocks]
    if not wrong:
        from mpp_conformance.trials.doctor.live import preflight  # noqa: PLC0415  # loads servers and HTTP clients
        from mpp_conformance.trials.doctor.mpp_server import inquiry_findings  # noqa: PLC0415  # likewise

        wrong = preflight(wallet, adaptor)
        wrong = wrong or [finding for finding in inquiry_findings(wallet) if finding.refuses]
    return "\n".join(f"{finding.where}: {finding.text}" for finding in wrong)
