"""``load`` with a wallet: what it prints and keeps, how it ends, and what it refuses before anything is held."""

import json
import resource
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from mpp_conformance import evidence
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.cli.load_text import text
from mpp_conformance.cli.serve_wallet import PUBLIC_KEY
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.oracle import judge
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol import signature
from mpp_conformance.transport.connectors import connect
from mpp_conformance.transport.open_files import TooFewFilesError, make_room
from mpp_conformance.wallet import create
from tests.hosting import NOWHERE, wallet_at
from tests.serving import CANARIES, free_ports, settle_ports, wallet_served

_USERS: Final = "32"
_CLAIMED: Final = {"parallel = 16": f"parallel = {_USERS}"}


def loaded(*words: object) -> Result:
    """The command, as it ends."""
    return CliRunner().invoke(cli, ["load", *map(str, words)])


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    """A wallet file whose wallet is not there."""
    made = create(tmp_path / "wallet.toml").wallet
    settle_ports(made, *free_ports(2))
    key = signature.generate_private_key().public_key()
    (tmp_path / PUBLIC_KEY).write_text(signature.public_key_text(key), "ascii")
    return made


def test_a_conforming_wallet_is_clean_and_not_certified(tmp_path: Path) -> None:
    """Exit code 5; the text says how long the wallet took, and how late the suite was itself."""
    with wallet_served(tmp_path, _CLAIMED) as made:
        done = loaded("--wallet", made, "--users", _USERS, "--for", "1s", "--reports", tmp_path / "reports")
    assert done.exit_code == Exit.NOT_PROVEN, done.output
    lines = done.output.splitlines()
    assert lines[-1] == "result       nothing broken; load certifies nothing"
    heads = {line[:13].strip() for line in lines}
    assert {"load", "latency", "our own lag", "evidence"} <= heads
    assert {"broke", "problem", "note"} & heads == set()


def test_a_wallet_with_shared_state_is_named_by_what_it_breaks(tmp_path: Path) -> None:
    """Exit code 1; evidence of the failures fails the same cases again, and nothing else names the customers."""
    hidden = {f'"customer-{number}"': f'"{canary}"' for number, canary in enumerate(CANARIES, 1)}
    changes = {**_CLAIMED, **hidden, "patience = 10.0": "patience = 2.0"}
    with wallet_served(tmp_path, changes, mpp="callback-by-customer") as made:
        words = ("--wallet", made, "--users", 8, "--for", "1s", "--bisect", "--reports", tmp_path / "reports")
        done = loaded(*words, "--format", "json")
    assert done.exit_code == Exit.FAILS, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    told = found["over_http"]
    folder = Path(told["folder"])
    assert {"EC-25"} <= {row["requirement"] for row in found["requirements"] if row["broke"]} <= {"EC-25", "EC-28"}
    assert json.loads((folder / "load.json").read_bytes()) == found
    schema = json.loads(CliRunner().invoke(cli, ["schema", "load"]).output)
    assert list(Draft202012Validator(schema).iter_errors(found)) == []

    boundary = next(row for row in told["boundaries"] if row["requirement"] == "EC-25")
    assert 0 < boundary["holds"] < boundary["breaks"] <= 8
    assert {boundary["holds"], boundary["breaks"]} <= {row["users"] for row in told["tried"]}

    for holds, breaks, below in ((4, 5, "5 users, not at 4"), (0, 1, "without any load"), (0, 8, "nobody knows")):
        told["boundaries"] = [{"requirement": "EC-25", "holds": holds, "breaks": breaks}]
        assert [below in line for line in text(found) if line.startswith("smallest ")] == [True]

    page = (folder / "report.html").read_text("utf-8")
    assert ("default-src 'none'" in page, "<script" in page) == (True, False)
    assert all(words in page for words in ("Broken under load: EC-25", 'class="time"', 'class="dia"'))
    assert sum(span["conversations"] for span in told["timeline"]["spans"]) == found["conversations"]
    judged_again(folder, found)

    kept = {row["file"]: row for row in told["evidence"]}
    assert {path.name for path in (folder / "evidence").iterdir()} == set(kept)
    assert not any(canary in said for canary in CANARIES for said in [done.output, *texts(folder / "evidence")])
    failure = next(row for row in found["failures"] if row["requirement"] == "EC-25")
    file = next(row["file"] for row in kept.values() if row["conversation"] == failure["conversation"])
    case = next(one for one in load(directory("suites")).cases if f"{one.module}::{one.name}" == failure["case"])
    judged = judge(case.judge, evidence.read((folder / "evidence" / file).read_bytes()))
    assert (judged.verdict, judged.expected, judged.seen) == (Verdict.FAIL, failure["expected"], failure["seen"])


def judged_again(folder: Path, found: dict[str, Any]) -> None:
    """`rejudge` derives what a load says of the conversations that it has kept, and names what does not follow."""
    again = CliRunner().invoke(cli, ["rejudge", str(folder), "--format", "json"])
    assert (again.exit_code, json.loads(again.stdout)["cases"]) == (
        Exit.CONFORMS,
        len(found["over_http"]["counterexamples"]),
    )
    assert json.loads(again.stdout)["messages"]["signatures"]["valid"] > 0
    other = {"mpp_public_key": found["over_http"]["message_layer"]["alipay_plus_public_key"]}
    for change, code in (
        ({"message_layer": {**found["over_http"]["message_layer"], **other}}, Exit.FAILS),
        ({"counterexamples": found["over_http"]["counterexamples"][1:]}, Exit.FAILS),
        ({"evidence": [{**row, "broke": []} for row in found["over_http"]["evidence"]]}, Exit.FAILS),
        ({"evidence": [{**row, "digest": "0" * 64} for row in found["over_http"]["evidence"]]}, Exit.FAILS),
        ({"claims": []}, Exit.CONFIGURATION),
    ):
        (folder / "load.json").write_text(json.dumps({**found, "over_http": {**found["over_http"], **change}}), "utf-8")
        assert CliRunner().invoke(cli, ["rejudge", str(folder)]).exit_code == code
    (folder / "load.json").write_text("[" * 100_000, "utf-8")
    assert CliRunner().invoke(cli, ["rejudge", str(folder)]).exit_code == Exit.CONFIGURATION


def texts(folder: Path) -> list[str]:
    """What stands in the files of a folder."""
    return [path.read_text("utf-8") for path in folder.iterdir()]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "say which MPP to load: --wallet FILE"),
        (("--mpp", "specimen:conforming", "--for", "1s"), "--for, --bisect and --agent are for a wallet over HTTP"),
        (("--mpp", "specimen:conforming", "--bisect"), "--for, --bisect and --agent are for a wallet over HTTP"),
        (("--mpp", "http://127.0.0.1:1"), "say which MPP to load: --wallet FILE"),
    ],
)
def test_what_does_not_go_together_is_refused(words: tuple[str, ...], told: str) -> None:
    """In words, before anything is held."""
    done = loaded(*words)
    assert (done.exit_code, told in done.output) == (Exit.USAGE, True)


@pytest.mark.parametrize("time", ["", "0", "0s", "-1s", "60 s", "1d", "s", "25h", "1e3", "٣s"])
def test_a_time_that_is_none_is_refused(wallet: Path, time: str) -> None:
    """With how to write one."""
    done = loaded("--wallet", wallet, f"--for={time}")
    assert (done.exit_code, "expected a time as 60s, 2m or 1h" in done.output) == (Exit.USAGE, True)


def test_turns_are_for_a_known_mpp(wallet: Path) -> None:
    """Nobody says whose turn it is over HTTP."""
    done = loaded("--wallet", wallet, "--turns", "1x1")
    assert (done.exit_code, "--turns is for a known MPP in this process" in done.output) == (Exit.USAGE, True)


def test_a_wallet_that_is_not_there_is_refused(wallet: Path, tmp_path: Path) -> None:
    """As by run, and no folder is left behind."""
    done = loaded("--wallet", wallet, "--reports", tmp_path / "reports")
    assert (done.exit_code, "[reach] adaptor" in done.output) == (Exit.CONFIGURATION, True)
    assert not (tmp_path / "reports").exists()


# --- open files -------------------------------------------------------------------------------------------------------


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What this machine is made to allow; the last of it holds."""
    found = [(256, 4_096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: found[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, allowed: found.append(allowed))
    return found


def test_open_files_grow_with_users(limits: list[tuple[int, int]]) -> None:
    """As far as they are needed, and never down."""
    make_room(4)
    assert limits == [(256, 4_096)]
    make_room(32)
    make_room(16)
    assert limits == [(256, 4_096), (640, 4_096)]


def test_more_users_than_open_files_are_refused(limits: list[tuple[int, int]], wallet: Path, tmp_path: Path) -> None:
    """Before anything is held, with how many can be."""
    with pytest.raises(TooFewFilesError, match="at most 248 conversations"):
        make_room(249)
    done = loaded("--wallet", wallet, "--users", 249, "--reports", tmp_path / "reports")
    assert (done.exit_code, limits) == (Exit.USAGE, [(256, 4_096)])
    assert "--users: 249 conversations at once take 4112 open files" in done.output
    make_room(248)


@pytest.mark.usefixtures("limits")
def test_a_run_is_refused_as_well_where_the_wallet_claims_more() -> None:
    """Before anybody listens."""
    with pytest.raises(TooFewFilesError, match="249 conversations at once"):
        connect(f"http:{NOWHERE}", wallet_at(parallel=249), run="many")


def test_without_a_bound_nothing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operating system may set none."""
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", lambda *_: pytest.fail("there is no need"))
    make_room(100_000)
