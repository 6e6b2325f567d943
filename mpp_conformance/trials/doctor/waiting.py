"""Waits for a test build that has just been started, as the job of a pipeline starts it."""

import time
from collections.abc import Callable
from typing import Final

from mpp_conformance.trials.doctor.findings import ADAPTOR
from mpp_conformance.trials.doctor.mpp_server import inquiry_findings, is_there
from mpp_conformance.trials.doctor.reach import reach
from mpp_conformance.wallet import Wallet

_PAUSE: Final = 0.5


def wait_until_ready(
    wallet: Wallet,
    seconds: float,
    *,
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Return as soon as the adaptor and the MPP server (where the file names one) answer, or ``seconds`` are over.

    Nothing is said of what does not answer then: that is for ``reach`` and ``answering``, which come afterwards.
    """
    end = now() + seconds
    while now() < end and not _there(wallet):
        pause(_PAUSE)


def _there(wallet: Wallet) -> bool:
    """Whether nothing looks as if the test build were still starting; an MPP server's own mistake does not."""
    adaptor = not any(one.refuses and one.where == ADAPTOR for one in reach(wallet))
    return adaptor and is_there(inquiry_findings(wallet))
