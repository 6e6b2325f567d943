"""The doctor where the suite opens the wallet's page, and where nobody can call the test build."""

from dataclasses import replace

import pytest

from mpp_conformance.judging.trace import BROKEN
from mpp_conformance.trials.doctor.live import live
from tests.diagnosing import changed, held, only, seen_wrong, wallet
from tests.hosting import NOWHERE, wallet_at


@pytest.mark.parametrize("said", ["no test build has called the device address", "the test build has not fetched scan"])
def test_a_device_address_that_nobody_calls_is_named(said: str) -> None:
    """A test build that cannot be called has no adaptor that could be looked at."""
    trace = replace(changed(held(wallet()), only()), ending=BROKEN, trouble=said)
    of = wallet_at(device=True)
    assert seen_wrong(trace, of) == ["[reach] device"]


def test_a_page_that_no_browser_opens_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be fetched by a page that is not open."""
    monkeypatch.setattr("mpp_conformance.transport.chromium.shutil.which", lambda _: None)
    (finding,) = live(wallet_at(device=True, browser=NOWHERE))
    assert (finding.where, finding.refuses) == ("[reach] browser", True)
    assert "there is no Chromium on PATH" in finding.text
