"""The pytest plugin: our verdict is the outcome, whatever pytest makes of the item."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mpp_conformance import evidence, wallet
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import HandleAction, Launch, Message, ResultPage
from mpp_conformance.report.pages import html
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens.conforming import ConformingMpp, Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import Bench

pytest_plugins = ["pytester"]

HEAD = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
"""A suite of two requirements that decide, one that does not, and three rows of cases."""
OBSERVED = '''
@case(OB, [sdk(ENTRY, "S")])
def test_observed(trace):
    """What we infer."""
    expect(trace).none(Launch)
'''
PASSING = '''
@case(OB, [sdk(ENTRY, "S")])
def test_observed(trace):
    """What we infer."""
    expect(trace).one(Launch)
'''


def body(*lines: str) -> str:
    """A case of OC-16 with these lines, and one of OBS-1 that passes."""
    text = "\n    ".join(lines)
    return f'{HEAD}{PASSING}\n@case(OC, [sdk(ORDER, "F")])\ndef test_made(trace):\n    """Made."""\n    {text}\n'


class DropsCallback(ConformingMpp):
    """Never executes the callback of decode."""

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """Nothing."""
        return iter(())


class NoHandleAction(ConformingMpp):
    """Never calls handleAction."""

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """Nothing."""
        return iter(())


class Mute(ConformingMpp):
    """Does nothing at all."""

    def scanned(self, session: Session) -> Iterator[Message]:  # noqa: ARG002  # deaf, too
        """Nothing."""
        return iter(())


def words(bench: Bench) -> dict[str, str]:
    """The verdict of each case row."""
    return {f"{row['case']}[{row['scenario']}]": row["verdict"] for row in document.cases(bench.verdicts())}


def test_conforming_wallet_conforms(bench: Bench) -> None:
    """Everything passes: green items, the result in words and as data, a report and evidence."""
    result = bench.run(HEAD + PASSING, "--mpp-run", "first")
    result.assert_outcomes(passed=4)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["cases        4 pass", "requirements 2 conforming of 2 tested"])
    result.stdout.fnmatch_lines(["result       conforms", "report       reports/first/report.html"])
    made = bench.verdicts("first")
    assert (made["overall"], made["complete"]) == ("conformant", True)
    files = sorted(path.name for path in (bench.pytester.path / "reports/first").iterdir())
    assert files == ["evidence", "journal.jsonl", "junit.xml", "report.html", "report.md", "verdicts.json"]


def test_conversations_are_shared(bench: Bench) -> None:
    """Equal scenarios are prepared and held once, in the order of the cases where none is longer; one connection."""
    bench.run(HEAD + PASSING)
    assert bench.held is not None
    labels = [scenario.label for scenario in bench.held.prepared]
    assert (labels, bench.held.held, bench.held.closed) == (["entry-sdk-S", "entry-sdk-F", "order-sdk-S"], 3, 1)


def test_failure_speaks_in_order(bench: Bench) -> None:
    """A failed case says what was expected, seen, on what it rests, where the evidence is, how to run it again."""
    bench.specimen = DropsCallback
    result = bench.run(HEAD, "--mpp-run", "r", "-v")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*test_callback?entry-sdk-S? FAIL*", "*test_action?order-sdk-S? PASS*"])
    result.stdout.fnmatch_lines(
        [
            "expected  exactly one DecodeCallback with sdk_action_payload *",
            "seen      no DecodeCallback",
            "rests on  EC-25 (MUST, stated; MPP client): By the callback.",
            "          Workflow, Entry code, steps 24-26",
            "evidence  reports/r/evidence/entry-sdk-s-????????.json",
            "likely    the MPP client has the payload and never calls the callback of decode",
            "blame     MPP client",
            "again     pytest 'suites/test_inline.py::test_callback?entry-sdk-S?' --mpp-target specimen:x",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.fnmatch_lines(["result       does not conform"])


def test_one_card_for_each_requirement(bench: Bench) -> None:
    """Without pytest's own account of failures the worst case of each requirement speaks, and the rest are counted."""
    bench.specimen, bench.broken = DropsCallback, "order-sdk-S"
    result = bench.run(HEAD, "--tb=no", "-rN")
    result.stdout.fnmatch_lines(
        [
            "FAIL EC-25 entry-sdk-S",
            "expected  exactly one DecodeCallback with sdk_action_payload *",
            "*1 more of the cases of EC-25 did not pass: see the report",
            "ERROR OC-16 order-sdk-S",
            "seen      ConnectionError: *",
            "result       error",
        ]
    )
    assert result.stdout.str().count("expected  ") == 2


def test_inferred_requirement_only_observes(bench: Bench) -> None:
    """What breaks a requirement that does not decide leaves the item green and is listed as an observation."""
    result = bench.run(HEAD + OBSERVED)
    result.assert_outcomes(passed=4)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["observations (1,*", "  OBS-1 (MUST, derived) entry-sdk-S: expected no Launch*"])
    assert bench.verdicts()["overall"] == "conformant"
    assert words(bench)["test_observed[entry-sdk-S]"] == "fail"


def test_silent_wallet_is_inconclusive(bench: Bench) -> None:
    """Without a stimulus there is no verdict on the reaction: red, with a letter and a word of its own."""
    bench.specimen = Mute
    result = bench.run(HEAD)
    result.stdout.fnmatch_lines(["suites/test_inline.py III*", "result       not proven"])
    assert (result.ret, bench.verdicts()["overall"]) == (5, "inconclusive")


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("pass",), id="asks nothing"),
        pytest.param(("raise ValueError('x')",), id="raises"),
        pytest.param(("pytest.skip('no')",), id="skips"),
        pytest.param(("pytest.xfail('no')",), id="expects to fail"),
        pytest.param(("pytest.exit('no')",), id="exits pytest"),
        pytest.param(("raise SystemExit(0)",), id="exits Python"),
        pytest.param(("assert False",), id="asserts"),
    ],
)
def test_no_case_turns_green_by_itself(bench: Bench, lines: tuple[str, ...]) -> None:
    """A case that asks nothing, raises, skips or ends the run is an error, and the other cases are judged."""
    result = bench.run(body(*lines))
    assert result.ret == 4
    assert words(bench)["test_made[order-sdk-F]"] == "error"
    assert sorted(words(bench).values()) == ["error", "pass", "pass", "pass", "pass"]
    result.stdout.fnmatch_lines(["suites/test_inline.py ....E*", "result       error"])


@pytest.mark.parametrize("mark", ["skip(reason='no')", "xfail", "xfail(run=False)", "skipif(True, reason='no')"])
def test_no_marker_saves_a_case(bench: Bench, mark: str) -> None:
    """A marker that skips a case or expects it to fail makes it an error, unless it was judged all the same."""
    bench.specimen = DropsCallback
    result = bench.run(HEAD.replace("@case(EC", f"@pytest.mark.{mark}\n@case(EC"))
    status, expected = (1, "fail") if mark == "xfail" else (4, "error")
    assert result.ret == status
    assert [words(bench)[f"test_callback[entry-sdk-{one}]"] for one in "SF"] == [expected] * 2


def test_broken_fixture_is_an_error(bench: Bench) -> None:
    """A fixture of somebody's that fails leaves no case unjudged in silence."""
    fixture = "\n@pytest.fixture(autouse=True)\ndef broken(request):\n    assert 'callback' not in request.node.name\n"
    result = bench.run(HEAD + fixture)
    assert result.ret == 4
    assert sorted(words(bench).values()) == ["error", "error", "pass"]


def test_broken_conversation_is_an_error(bench: Bench) -> None:
    """A conversation that raises is an error of its cases alone; nothing from it steers the terminal."""
    bench.broken = "entry-sdk-F"
    result = bench.run(HEAD)
    assert words(bench) == {
        "test_callback[entry-sdk-S]": "pass",
        "test_callback[entry-sdk-F]": "error",
        "test_action[order-sdk-S]": "pass",
    }
    result.stdout.fnmatch_lines(["seen      ConnectionError: the line is \\x1b[[]31mdead", "evidence  none"])


def test_what_comes_too_late_is_judged_all_the_same(bench: Bench) -> None:
    """A message that breaks a requirement when its conversation is over fails it, on evidence that holds it."""
    bench.late = (HandleAction(sdk_action_payload="once more"),)
    result = bench.run(HEAD)
    assert words(bench) == {
        "test_callback[entry-sdk-S]": "pass",
        "test_callback[entry-sdk-F]": "pass",
        "test_action[order-sdk-S]": "fail",
    }
    result.stdout.fnmatch_lines(["result       does not conform"])
    (row,) = [row for row in document.cases(bench.verdicts()) if row["verdict"] == "fail"]
    (kept,) = bench.pytester.path.glob(f"reports/*/evidence/{row['evidence']}")
    assert evidence.read(kept.read_bytes()).events[-1].message == bench.late[0]
    assert (result.ret, row["seen"]) == (1, "2 x HandleAction")


def test_what_comes_too_late_and_breaks_nothing_changes_nothing(bench: Bench) -> None:
    """Verdict and evidence are those of the conversation as it was when it was over."""
    bench.late = (ResultPage(status="S"),)
    assert (bench.run(HEAD).ret, bench.verdicts()["overall"]) == (0, "conformant")
    kept = [evidence.read(path.read_bytes()) for path in bench.pytester.path.glob("reports/*/evidence/*.json")]
    assert [bench.late[0] in {event.message for event in trace.events} for trace in kept] == [False] * 3


def test_a_wallet_that_is_only_slow_is_not_failed(bench: Bench) -> None:
    """What comes when patience has run out proves nothing; it takes back a failure that it would have prevented."""
    bench.specimen, bench.late = NoHandleAction, (HandleAction(sdk_action_payload="another one"),)
    bench.run(body("expect(trace).reached(UserInitiatedPayAnswer).one(HandleAction)"))
    rows = {row["scenario"]: row for row in document.cases(bench.verdicts())}
    assert (rows["order-sdk-F"]["verdict"], rows["order-sdk-S"]["verdict"]) == ("inconclusive", "fail")
    assert rows["order-sdk-F"]["hint"].startswith("what decides it came when the conversation was over; ")
    assert rows["order-sdk-S"]["seen"] == "no HandleAction"


def test_unclaimed_feature_is_not_applicable(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the wallet does not claim is skipped with the reason; the rest still conforms."""
    features = wallet.Features(entry_code=False, order_code=True, app_link=True)
    chosen = wallet.reference().model_copy(update={"features": features})
    monkeypatch.setattr(wallet, "reference", lambda: chosen)
    result = bench.run(HEAD, "-rs")
    result.assert_outcomes(passed=1, skipped=2)
    result.stdout.fnmatch_lines(["*not applicable: the wallet does not claim entry_code*"])
    result.stdout.fnmatch_lines(["cases        1 pass, 2 not applicable", "result       conforms"])
    assert bench.held is not None
    assert [scenario.label for scenario in bench.held.prepared] == ["order-sdk-S"]


@pytest.mark.parametrize(
    ("options", "judged"),
    [
        (("-k", "callback"), 2),
        (("-k", "entry-sdk-S"), 2),
        (("-m", "mpp_client and stated and not order_code"), 2),
        (("-m", "EC-25"), 2),
        (("-m", "mpp_server or derived"), 1),
    ],
)
def test_selection_certifies_nothing(bench: Bench, options: tuple[str, ...], judged: int) -> None:
    """A part of the catalogue can be selected as with any suite; it proves nothing for the whole."""
    result = bench.run(HEAD + PASSING, *options)
    result.assert_outcomes(passed=judged, deselected=4 - judged)
    result.stdout.fnmatch_lines(["result       partial run: nothing is certified"])
    assert (result.ret, bench.verdicts()["complete"], bench.verdicts()["overall"]) == (5, False, "inconclusive")


def test_last_failed_and_exitfirst(bench: Bench) -> None:
    """-x ends the run at the first red case, and --lf runs the red ones again."""
    bench.specimen = DropsCallback
    first = bench.run(HEAD, "-x", "--mpp-run", "one")
    first.assert_outcomes(failed=1)
    assert bench.verdicts("one")["overall"] == "nonconformant"
    second = bench.run(HEAD, "--lf", "--mpp-run", "two")
    second.assert_outcomes(failed=1)
    assert [row["scenario"] for row in document.cases(bench.verdicts("two"))] == ["entry-sdk-S"]


def test_target_may_come_from_the_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """MPP_CONFORMANCE_TARGET stands in for --mpp."""
    monkeypatch.setenv("MPP_CONFORMANCE_TARGET", "specimen:named")
    bench.run(HEAD, target="")
    assert bench.verdicts()["target"] == "specimen:named"


def test_a_known_mpp_is_reported_by_its_own_name(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever wallet file stands beside it: no wallet is certified by what a specimen does."""
    monkeypatch.setattr(wallet, "load", lambda _path: wallet.reference())
    bench.run(HEAD, "--mpp-wallet", "wallet.toml", "--mpp-run", "beside")
    bench.run(HEAD, "--mpp-run", "alone")
    for run in ("beside", "alone"):
        found = bench.verdicts(run)
        assert (found["wallet"]["name"], found["claims"]["wallet"]["name"]) == ("specimen:x", "specimen:x")


def test_secrets_in_a_target_stay_out_of_the_report(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """User name and password of an adaptor's address are shown nowhere."""
    monkeypatch.setattr(wallet, "load", lambda _path: wallet.reference())
    target = "http:http://user:hunter2@127.0.0.1:9"
    result = bench.run(HEAD, "--mpp-wallet", "wallet.toml", "--mpp-no-preflight", target=target)
    assert result.ret == 0
    assert "hunter2" not in result.stdout.str()
    assert bench.verdicts()["target"] == "http:http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("target", "options", "told"),
    [
        ("", (), "say which MPP to judge: --mpp-target specimen:conforming*"),
        ("http:http://127.0.0.1:9", (), "--mpp-target http:http://127.0.0.1:9 needs --mpp-wallet FILE*"),
        ("specimen:unknown", (), "*no specimen is called unknown*"),
        ("specimen:x", ("--mpp-run", "../up"), "'../up' is not a name for a run*"),
        ("specimen:x", ("--mpp-wallet", "missing.toml"), "*missing.toml*"),
        ("replay:nowhere", (), "nowhere/verdicts.json cannot be read: *"),
    ],
)
def test_what_is_missing_is_said(bench: Bench, target: str, options: tuple[str, ...], told: str) -> None:
    """A run that cannot begin ends with one sentence and pytest's status for wrong usage."""
    result = bench.run(HEAD, *options, target=target)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {told}"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert not (bench.pytester.path / "reports").exists() or target == "specimen:unknown"


def test_collecting_needs_no_target(bench: Bench) -> None:
    """An IDE can collect the cases without saying which MPP is meant."""
    result = bench.run(HEAD, "--collect-only", "-q", target="")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["suites/test_inline.py::test_callback?entry-sdk-S?", "*3 tests collected*"])


def test_a_run_is_never_written_over(bench: Bench) -> None:
    """A second run of the same name is refused; without a name each has a folder of its own."""
    assert bench.run(HEAD, "--mpp-run", "r").ret == 0
    assert bench.run(HEAD, "--mpp-run", "r").ret == pytest.ExitCode.USAGE_ERROR
    assert (bench.run(HEAD).ret, bench.run(HEAD).ret) == (0, 0)
    assert len(list((bench.pytester.path / "reports").iterdir())) == 3


def test_processes_are_refused(bench: Bench) -> None:
    """pytest-xdist would part conversations that are to be shared."""
    result = bench.run(HEAD, "--numprocesses", "2")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: conformance cases share their conversations within one process*"])


def test_strays_are_listed(bench: Bench) -> None:
    """Messages that fitted no conversation are in the summary and in the verdict file."""
    bench.strays = [Stray(message=Launch(url="https://x\x1b[2J"), conversation="entry-sdk-S")]
    result = bench.run(HEAD)
    result.stdout.fnmatch_lines(["strays (1,*", "  Launch too late for entry-sdk-S"])
    (row,) = bench.verdicts()["strays"]
    assert (row["conversation"], "\x1b" in row["message"]) == ("entry-sdk-S", False)


def test_unsound_catalogue_is_refused(bench: Bench) -> None:
    """Two cases of one name in a file are noticed: Python keeps only the second of them."""
    twice = '\n@case(OC, [sdk(ORDER, "F")])\ndef test_action(trace):\n    """Again."""\n'
    result = bench.run(HEAD + twice)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *two cases of test_inline bear the name test_action*"])


def test_ordinary_tests_stand_beside_cases(bench: Bench) -> None:
    """A test that is no case keeps pytest's own outcome and takes no part in the result."""
    result = bench.run(HEAD + "\ndef test_plain(): pass\ndef test_red(): assert 0\n")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["*AssertionError*", "result       conforms"])
    assert result.ret == 1


def test_unwritable_report_is_no_success(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose report cannot be written does not end with status 0, and says why."""

    def fail(*_: object) -> str:
        message = "no space left"
        raise OSError(message)

    monkeypatch.setattr(html, "render", fail)
    result = bench.run(HEAD)
    assert result.ret == 4
    result.stdout.fnmatch_lines(["trouble      the report could not be written: OSError: no space left"])
