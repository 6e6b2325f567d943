"""``make bench``: what it counts and what it prints. How fast anything is, no test says."""

import json
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from mpp_conformance import evidence
from mpp_conformance.scenarios.cells import psp
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.tools import tool

ADEQUACY = Path(__file__).parents[2] / "docs/adequacy.md"
RATIOS = [SimpleNamespace(what="this / that", found="0.9", goal="1")]


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
            {"seconds": 3.0, "milliseconds": ms, "cases": 200, "conversations": 100, "calls": 900, "ratios": RATIOS}
            for ms in (900, 100, 400)
        ]
    )
    monkeypatch.setattr(bench, "timed", lambda _: next(times))
    monkeypatch.setattr(bench, "certified", lambda **_: next(runs))
    monkeypatch.setattr(bench.sys, "argv", ["bench.py"])
    bench.main()
    printed = capsys.readouterr().out
    assert "mpp-conformance --help: 0.20 s (target 0.4)" in printed
    assert "200 cases, 100 conversations, 900 HTTP calls" in printed
    assert "2.0 ms per judged case (target 10)" in printed
    assert "ratio       this / that: 0.9 (target 1)" in printed


def test_the_ratios_are_written_where_the_page_has_its_mark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table takes the place of the one that stood there, and nothing else changes."""
    ratios = tool("bench_ratios")
    page = tmp_path / "page.md"
    page.write_text("Before.\n\n<!-- speed -->\n\n| old |\n| --- |\n\nAfter.\n", "utf-8")
    monkeypatch.setattr(ratios, "PAGE", page)
    ratios.write(RATIOS)
    table = "| figure | found | goal |\n| --- | --- | --- |\n| this / that | 0.9 | ≤ 1 |"
    assert page.read_text("utf-8") == f"Before.\n\n<!-- speed -->\n\n{table}\n\nAfter.\n"
    assert re.search(ratios.TABLE.pattern, ADEQUACY.read_text("utf-8"), re.DOTALL)


def test_things_are_done_as_soon_as_a_place_is_free() -> None:
    """What is long and begun last is waited for alone; begun first it is not."""
    ratios = tool("bench_ratios")
    assert [ratios.duration(lengths, 2) for lengths in ([1, 1, 1, 1, 4], [4, 1, 1, 1, 1], [])] == [6, 4, 0]


def test_a_large_report_has_as_many_conversations_as_are_asked_for() -> None:
    """Each is judged by the cases of the one that it is like, under a name of its own."""
    ratios = tool("bench_ratios")
    case = {"scenario": "s", "evidence": "s-1.json"}
    many, held = ratios.copied({"requirements": [{"id": "R", "cases": [case]}]}, {"s-1.json": "trace"}, 3)
    names = ["s-1.json", "s-1-1.json", "s-1-2.json"]
    assert ([row["evidence"] for row in many["requirements"][0]["cases"]], list(held)) == (names, names)


def test_command_that_fails_ends_the_bench(bench: ModuleType) -> None:
    """A measurement of something that does not work is none."""
    with pytest.raises(SystemExit, match="ended with 3"):
        bench.timed(["sh", "-c", "exit 3"])
