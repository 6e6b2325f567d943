"""``make bench``: what it counts and what it prints. How fast anything is, no test says."""

import json
from types import ModuleType

import pytest

from mpp_conformance import evidence
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.tools import tool


@pytest.fixture
def bench() -> ModuleType:
    """The script, imported."""
    return tool("bench")


def test_calls_are_messages_without_the_answers_inside_them(bench: ModuleType) -> None:
    """An order code that is paid takes seven calls: scan, five reports and requests, and notifyPayment."""
    profile = reference().profile
    trace = DirectConnector(ConformingMpp(profile), profile).converse(psp(ORDER))
    document = json.loads(evidence.encode(evidence.document(trace)))
    kinds = [event.message.name for event in trace.events if not event.message.is_reply]
    assert (bench.called(document), kinds) == (
        7,
        ["Scan", "IdentityAnswer", "UserInitiatedPay", "CashierPage", "NotifyPayment", "ServerAnswer", "ResultPage"],
    )


def test_every_figure_is_printed_with_its_target(
    bench: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines name what was measured, and are medians."""
    times = iter([0.1, 0.2, 0.9] * 100)
    runs = iter(
        [
            {"seconds": 3.0, "milliseconds": ms, "cases": 200, "conversations": 100, "calls": 900}
            for ms in (900, 100, 400)
        ]
    )
    monkeypatch.setattr(bench, "timed", lambda _: next(times))
    monkeypatch.setattr(bench, "certified", lambda: next(runs))
    bench.main()
    printed = capsys.readouterr().out
    assert "mpp-conformance --help: 0.20 s (target 0.4)" in printed
    assert "200 cases, 100 conversations, 900 HTTP calls" in printed
    assert "2.0 ms per judged case (target 10)" in printed


def test_command_that_fails_ends_the_bench(bench: ModuleType) -> None:
    """A measurement of something that does not work is none."""
    with pytest.raises(SystemExit, match="ended with 3"):
        bench.timed(["sh", "-c", "exit 3"])
