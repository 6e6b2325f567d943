"""rejudge: runs of every kind come out again, those in which something went wrong too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import HandleAction, Launch, UserInitiatedPay
from mpp_conformance.report.checks import rejudgement
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from tests.forging import rewritten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mpp_conformance.protocol.messages import Message
    from mpp_conformance.report.checks.rejudgement import Rejudgement
    from tests.conftest import Bench

    Again = Callable[[str], Rejudgement]

pytest_plugins = ["pytester"]

SUITE: Final = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
OBSERVED: Final = '''
@case(OB, [sdk(ENTRY, "S")])
def test_observed(trace):
    """Nothing of the kind ever comes."""
    expect(trace).reached(UserInitiatedPay).some(CashierPage).none(Launch)
'''
RAISES: Final = '''
@case(OC, [sdk(ORDER, "F")])
def test_raises(trace):
    """A fault of the suite."""
    raise ValueError(trace.scenario.label)
'''
ANY: Final = """
@case(OC, [sdk(ORDER, "F")])
def test_any(trace):
    \"\"\"Some handleAction comes.\"\"\"
    expect(trace).reached(UserInitiatedPayAnswer).some(HandleAction)
"""
STRAYS: Final = [
    Stray(message=Launch(url="https://x"), conversation="entry-sdk-S"),
    Stray(
        message=UserInitiatedPay(code_value="c", customer_id="customer-1"),
        http=(Half(method="POST", target="/x", body=b'{"customerId":"customer-1"}'),),
    ),
]


class NoHandleAction(ConformingMpp):
    """Never calls handleAction."""

    def handle_action(self, payload: str | None) -> Iterator[Message]:  # noqa: ARG002  # the fault
        """Nothing."""
        return iter(())


@pytest.fixture
def rejudged(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Judges a run of the project again, by its own suites."""
    monkeypatch.setattr(rejudgement, "directory", lambda _: bench.pytester.path / "suites")

    def again(name: str) -> Rejudgement:
        return rejudgement.rejudged(bench.pytester.path / "reports" / name)

    return again


@pytest.mark.parametrize(
    ("specimen", "suite", "options"),
    [
        ("conforming", SUITE + OBSERVED, ()),
        ("payload-callback-twice", SUITE + OBSERVED, ()),
        ("conforming", SUITE + RAISES, ()),
        ("conforming", SUITE, ("-k", "action")),
        ("payload-callback-twice", SUITE, ("-x",)),
    ],
    ids=["observed", "failed", "our fault", "a part", "stopped"],
)
def test_whatever_came_of_a_run(
    bench: Bench, rejudged: Again, specimen: str, suite: str, options: tuple[str, ...]
) -> None:
    """Nothing differs, whatever the verdicts are and however much was judged."""
    bench.specimen = SPECIMENS[specimen]
    bench.run(suite, "--mpp-run", "r", *options)
    found = rejudged("r")
    assert (found.differences, found.digest) == ([], bench.verdicts("r")["digest"])


def test_a_conversation_that_was_not_held(bench: Bench, rejudged: Again) -> None:
    """An error has no evidence, and stays what it is."""
    bench.broken = "entry-sdk-F"
    bench.run(SUITE, "--mpp-run", "r")
    assert (rejudged("r").differences, bench.verdicts("r")["overall"]) == ([], "error")


@pytest.mark.parametrize(("specimen", "some"), [(ConformingMpp, "pass"), (NoHandleAction, "inconclusive")])
def test_what_came_too_late(bench: Bench, rejudged: Again, specimen: type[ConformingMpp], some: str) -> None:
    """A verdict that a late message has changed is the one that is derived; no duty is met by what came late."""
    bench.specimen, bench.late = specimen, (HandleAction(sdk_action_payload="once more"),)
    bench.run(f"{SUITE}{ANY}", "--mpp-run", "r")
    verdicts = {row["case"]: row["verdict"] for row in document.cases(bench.verdicts("r"))}
    assert (verdicts["test_action"], verdicts["test_any"]) == ("fail", some)
    assert rejudged("r").differences == []


def test_a_run_in_which_something_came_too_late_makes_a_bundle(bench: Bench) -> None:
    """The bundle holds what was heard in time, too: the journal tells of it, though no case rests on it any more."""
    bench.late = (HandleAction(sdk_action_payload="once more"),)
    bench.run(SUITE, "--mpp-run", "r")
    suite = bench.verdicts("r")["suite"]
    sound = {"format": verify.MATRIX_FORMAT, "version": suite["version"], "suites": suite["digest"], "sound": True}
    packed = pack.pack(bench.pytester.path / "reports/r", keys.generate(), sound)
    found = verify.verify_bundle(packed)
    cases = {row["evidence"] for row in document.cases(found.verdicts)}
    assert len([name for name in found.files if name.startswith("evidence/")]) == len(cases) + 1


def test_what_does_not_apply(bench: Bench, rejudged: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a wallet does not claim is not asked of it again."""
    known = wallet.reference()
    less = known.model_copy(update={"features": known.features.model_copy(update={"entry_code": False})})
    monkeypatch.setattr(wallet, "reference", lambda: less)
    bench.run(SUITE, "--mpp-run", "r")
    assert (rejudged("r").differences, bench.verdicts("r")["counts"]["not_applicable"]) == ([], 2)


def test_strays_are_read_from_their_file(bench: Bench, rejudged: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fitted no conversation is kept, with its bytes and without its customers, and held to its digest."""
    known = wallet.reference()
    monkeypatch.setattr(wallet, "reference", lambda: known.model_copy(update={"evidence": wallet.model.Evidence()}))
    bench.strays = STRAYS
    bench.run(SUITE, "--mpp-run", "r")
    (path,) = (bench.pytester.path / "reports/r/evidence").glob("strays-????????.json")
    assert rejudged("r").differences == []
    assert (b"customer-1" in path.read_bytes(), len(json.loads(path.read_bytes())["strays"])) == (False, 2)
    rewritten(path, lambda made: made["strays"].pop())
    assert rejudged("r").differences[0] == f"evidence/{path.name}: its content is not what was written"


def test_a_run_that_was_gone_on_with(bench: Bench, rejudged: Again) -> None:
    """Every attempt is in the journal, and the verdicts are those of the last."""
    bench.specimen = SPECIMENS["payload-callback-twice"]
    bench.run(SUITE, "-x", "--mpp-run", "r")
    bench.run(SUITE, "--mpp-run", "r", "--mpp-resume")
    found = rejudged("r")
    assert (found.differences, found.attempts) == ([], 2)


def test_a_run_that_was_judged_again_by_replay(bench: Bench, rejudged: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay is a run like any other, and comes out again too."""
    bench.run(SUITE, "--mpp-run", "first")
    monkeypatch.undo()
    monkeypatch.setattr(rejudgement, "directory", lambda _: bench.pytester.path / "suites")
    monkeypatch.chdir(bench.pytester.path)
    bench.run(SUITE, "--mpp-run", "r", target="replay:reports/first")
    assert rejudged("r").differences == []
