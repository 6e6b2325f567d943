"""Replay: an earlier run judged again comes to the same verdicts; a spoilt folder never to better ones."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mpp_conformance import evidence, wallet
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.protocol.messages import DecodeCallback
from mpp_conformance.report.verdict_file import document
from mpp_conformance.scenarios.cells import psp, sdk
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport import connectors
from mpp_conformance.transport.connectors.replay import NoEvidenceError, ReplayConversations, ReplayError
from mpp_conformance.transport.scheduler import NotHeldError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mpp_conformance.protocol.messages import Message
    from tests.conftest import Bench

pytest_plugins = ["pytester"]

QUIET = ["-q", "-p", "no:schemathesis", "-p", "no:pact", "-p", "no:cacheprovider"]

CLAIMS = wallet.reference().claims()
NO_CODES = {**CLAIMS, "features": dict.fromkeys(CLAIMS["features"], False), "reach": {}}
SUITE = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")


class Twice(ConformingMpp):
    """Executes the callback of decode twice."""

    def callback_with_payload(self, callback: str, payload: str | None) -> Iterator[Message]:
        """The same, two times."""
        for _ in range(2):
            yield DecodeCallback(callback=callback, outcome="success", sdk_action_payload=payload)


@pytest.fixture
def earlier(bench: Bench) -> Path:
    """The folder of an earlier run, of a wallet that does not conform."""
    bench.specimen = Twice
    bench.run(SUITE, "--mpp-run", "earlier")
    return bench.pytester.path / "reports/earlier"


def rewrite(folder: Path, **members: Any) -> None:
    """Change members of the verdict file."""
    path = folder / "verdicts.json"
    path.write_bytes(canonical.dump({**json.loads(path.read_bytes()), **members}))


def test_verdicts_are_the_same(bench: Bench, earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay needs neither wallet nor wallet file, and comes to the same verdicts, whatever the wallet is now."""
    monkeypatch.setattr(connectors, "connect", None)
    result = bench.run(SUITE, "--mpp-run", "again", target=f"replay:{earlier}")
    assert result.ret == 1
    first, second = bench.verdicts("earlier"), bench.verdicts("again")
    assert (second["digest"], second["overall"]) == (first["digest"], "nonconformant")
    digests = [[row["evidence_digest"] for row in document.cases(verdicts)] for verdicts in (first, second)]
    assert digests[0] == digests[1]
    assert second["claims"] == first["claims"]


def test_a_replay_certifies_no_other_wallet(bench: Bench, earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wallet file beside a replay must claim what the run's record claims; another wallet's is refused."""
    recorded = wallet.reference()
    identity = wallet.Identity.model_construct(**bench.verdicts("earlier")["wallet"])
    files = {"same.toml": recorded.model_copy(update={"identity": identity}), "other.toml": recorded}
    monkeypatch.setattr(wallet, "load", lambda path: files[path.name])
    target = f"replay:{earlier}"
    same = bench.run(SUITE, "--mpp-run", "same", "--mpp-wallet", "same.toml", target=target)
    other = bench.run(SUITE, "--mpp-run", "other", "--mpp-wallet", "other.toml", target=target)
    assert (same.ret, other.ret) == (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.USAGE_ERROR)
    other.stderr.fnmatch_lines(["*other.toml does not claim what the run to judge again claimed*specimen:x*"])


def test_replay_of_our_own_suites(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole catalogue, held with a known MPP by its own connector, comes to the same verdicts from its folder."""
    monkeypatch.undo()
    monkeypatch.chdir(bench.pytester.path)
    fixed = [str(directory("suites")), "--import-mode=importlib", *QUIET]
    for name, target in (("held", "specimen:conforming"), ("again", "replay:reports/held")):
        result = bench.pytester.runpytest_inprocess(*fixed, "--mpp-target", target, "--mpp-run", name)
        assert result.ret == 0
    held, again = bench.verdicts("held"), bench.verdicts("again")
    assert (again["digest"], again["overall"], again["counts"]) == (held["digest"], "conformant", held["counts"])


def test_traces_are_served_by_scenario(earlier: Path) -> None:
    """An equal scenario gets the trace that was held for it; another one is told that there is none."""
    replay = ReplayConversations(earlier)
    replay.prepare([])
    assert replay.trace(sdk(ENTRY, "S")).scenario == sdk(ENTRY, "S")
    with pytest.raises(NotHeldError, match="did not hold this conversation: order-psp-S"):
        replay.trace(psp(ORDER))
    replay.close()


def test_missing_evidence_is_an_error(bench: Bench, earlier: Path) -> None:
    """Without its file a case is an error, and the others are judged as before."""
    next((earlier / "evidence").glob("order-*")).unlink()
    bench.run(SUITE, "--mpp-run", "again", target=f"replay:{earlier}")
    rows = {row["scenario"]: (row["verdict"], row["seen"]) for row in document.cases(bench.verdicts("again"))}
    assert rows["entry-sdk-S"][0] == "fail"
    assert rows["order-sdk-S"][0] == "error"
    assert rows["order-sdk-S"][1].startswith("NoEvidenceError: no evidence for this conversation: order-sdk-S (1 file")


def test_what_an_earlier_run_left_out_is_not_proven(bench: Bench, earlier: Path) -> None:
    """A run of a part is no less, and no more, than that when it is judged again."""
    bench.run(SUITE, "--mpp-run", "part", "-k", "action")
    bench.run(SUITE, "--mpp-run", "again", target=f"replay:{earlier.with_name('part')}")
    rows = {row["scenario"]: row["verdict"] for row in document.cases(bench.verdicts("again"))}
    assert rows == {"entry-sdk-S": "inconclusive", "entry-sdk-F": "inconclusive", "order-sdk-S": "pass"}


def test_changed_evidence_is_not_believed(earlier: Path) -> None:
    """Evidence that is not what the verdict file says is not served, sound as it may be."""
    path = next((earlier / "evidence").glob("entry-sdk-s-*"))
    trace = evidence.read(path.read_bytes())
    path.write_bytes(evidence.encode({**evidence.document(trace), "trouble": "none"}))
    with pytest.raises(NoEvidenceError, match="its content is not what was written"):
        ReplayConversations(earlier).trace(sdk(ENTRY, "S"))


@pytest.mark.parametrize("name", ["../secret.json", "/etc/passwd", "a.json", "x-00000000.json/../y", "x-0000000g.json"])
def test_names_lead_nowhere_else(earlier: Path, name: str) -> None:
    """A verdict file cannot name a file that is no evidence file of its run."""
    rewrite(earlier, requirements=[{"id": "R1", "cases": [{"evidence": name, "evidence_digest": "0" * 64}]}])
    with pytest.raises(NoEvidenceError, match="is not the name of an evidence file"):
        ReplayConversations(earlier).trace(sdk(ENTRY, "S"))


def test_links_are_not_followed(earlier: Path, tmp_path: Path) -> None:
    """A link in place of an evidence file is not read, even if what it leads to is the very evidence."""
    path = next((earlier / "evidence").glob("entry-sdk-s-*"))
    shutil.move(path, tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(NoEvidenceError, match="there is no such plain file"):
        ReplayConversations(earlier).trace(sdk(ENTRY, "S"))


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"format": "other"}, "this is not a verdict file: its format"),
        ({"claims": {}}, "lacks what a replay needs"),
        ({"claims": []}, "lacks what a replay needs"),
        ({"claims": NO_CODES}, "neither kind of code is claimed"),
        ({"requirements": {"a": 1}}, "lacks what a replay needs"),
        ({"requirements": [1]}, "lacks what a replay needs"),
        ({"requirements": [{"id": "R1", "cases": [1]}]}, "lacks what a replay needs"),
        ({"requirements": [{"id": "R1", "cases": [{"evidence": "x"}]}]}, "lacks what a replay needs"),
    ],
)
def test_unsound_verdict_file_is_refused(earlier: Path, members: dict[str, Any], told: str) -> None:
    """A verdict file without what a replay needs is refused in words."""
    rewrite(earlier, **members)
    with pytest.raises(ReplayError, match=told):
        ReplayConversations(earlier)


def test_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """A folder without a verdict file holds no run."""
    with pytest.raises(ReplayError, match="cannot be read: there is no such plain file"):
        ReplayConversations(tmp_path)
