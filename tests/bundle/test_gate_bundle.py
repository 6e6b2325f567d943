"""A bundle bears the waivers of its run: they certify nothing, and what is told of them is held to what they say."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import name_of
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file import document
from tests.bundles import PART, matrix, run

KEY: Final = keys.generate()


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that fails, with a gate that says so."""
    place = tmp_path_factory.mktemp("runs")
    made = run(place, "one", *PART, mpp="status-before-action-type")
    assert CliRunner().invoke(cli, ["gate", str(made), "--waivers", str(place / "none.toml")]).exit_code == 1
    return made


def packed(run: Path, **changes: object) -> bytes:
    """Its bundle, with members of gate.json changed by whoever holds the key."""
    files = verify.verify_bundle(pack.pack(run, KEY, matrix())).files
    told = {**json.loads(files[verify.GATE]), **changes}
    mine = {name: data for name, data in files.items() if name not in (*verify.BESIDE_THE_MANIFEST, verify.SIGNER)}
    mine[verify.GATE] = json.dumps(told).encode()
    return pack.zip_files(pack.sign_files(run.name, mine, reading.verdicts(run), KEY, test_key=False))


def refused(data: bytes) -> str:
    """Why a bundle is refused by the file that stands alone."""
    with pytest.raises(verify.Refused) as found:
        verify.verify_bundle(data)
    return str(found.value)


def test_a_bundle_holds_the_gate_and_certifies_nothing_by_it(failing: Path, tmp_path: Path) -> None:
    """Both programs accept it, and its statement is that of a run that failed."""
    path = tmp_path / "one.zip"
    path.write_bytes(packed(failing))
    told = CliRunner().invoke(cli, ["verify", str(path), "--key", keys.fingerprint(KEY)])
    assert (told.exit_code, "nonconformant" in told.output) == (0, True), told.output
    found = verify.verify_bundle(path.read_bytes())
    assert json.loads(found.files[decision.FILE])["after"] == "closed"
    assert found.verdicts["overall"] == "nonconformant"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"after": "open"}, "its result does not follow from its waivers"),
        ({"left": []}, "it does not list the cases that keep the gate closed"),
        ({"left": [], "after": "open"}, "it does not list the cases that keep the gate closed"),
        ({"before": "conformant"}, "its before is not that of the verdict file"),
        ({"digest": "0" * 64}, "its digest is not that of the verdict file"),
        ({"waivers": 3}, "waivers is missing, or of another kind"),
        ({"waivers": [{"requirement": "X-1", "trouble": "", "cases": [{}]}], "after": "open"}, "does not follow"),
    ],
)
def test_a_gate_that_does_not_follow_is_refused_by_the_file_alone(
    failing: Path, changes: dict[str, Any], why: str
) -> None:
    """Signed anew or not: result, cases in the way and run are compared with the verdict file."""
    told = refused(packed(failing, **changes))
    assert told.startswith(verify.GATE), told
    assert why in told


def test_a_waiver_that_nobody_signed_is_refused_where_evidence_is_judged_again(failing: Path, tmp_path: Path) -> None:
    """The file alone cannot say whether a waiver is for these cases; mpp-conformance verify derives it."""
    red = [
        case for case in document.cases(reading.verdicts(failing)) if case["verdict"] != "pass" and not case["observed"]
    ]
    waivers = [
        {"requirement": case["requirement"], "case": "", "owner": "alice", "reason": "r", "ticket": "t"}
        | {"expires": "2099-01-01T00:00:00+00:00", "seen": case["seen"], "signature": "x"}
        | {"trouble": "", "cases": [name_of(case)], "before": ["fail"]}
        for case in red
    ]
    path = tmp_path / "one.zip"
    path.write_bytes(packed(failing, waivers=waivers, left=[]))
    assert verify.verify_bundle(path.read_bytes()).verdicts["overall"] == "nonconformant"
    told = CliRunner().invoke(cli, ["verify", str(path), "--key", keys.fingerprint(KEY)])
    assert (told.exit_code, "gate.json: its waivers cannot be read" in told.output) == (1, True), told.output
