"""``contracts``: what a wallet team sees of its own pacts, and how the command ends."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.pacts import states
from mpp_conformance.wallet import create
from tests.pact_files import GIVEN, STOPPED, interaction, pact

PACTS = directory("contracts") / "pacts"


def call(*arguments: str | Path) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(cli, ["contracts", *map(str, arguments)])


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Where a wallet team's pact is."""
    return tmp_path / "theirs.json"


def test_a_pact_that_is_kept_ends_well(theirs: Path) -> None:
    """Every interaction is named with its verdict, and the result counts them."""
    theirs.write_bytes(pact(interaction("first", key="W-1"), interaction("second")))
    result = call("verify", theirs)
    assert result.exit_code == Exit.CONFORMS
    assert result.output.splitlines() == [
        f"pact         {theirs}: wallet-server -> alipay-plus",
        "pass         W-1 first",
        "pass         second",
        "result       of 2 interactions 2 passed, 0 failed, 0 proved nothing",
    ]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"])
def test_a_proxy_of_the_environment_is_not_asked(name: str, theirs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Provider and verifier are both on this machine; what the environment says is the same afterwards."""
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    theirs.write_bytes(pact(interaction("first")))
    result = call("verify", theirs)
    assert (result.exit_code, os.environ[name]) == (Exit.CONFORMS, "http://127.0.0.1:9"), result.output


@pytest.mark.parametrize(
    ("made", "code", "words"),
    [
        (
            {"answer": STOPPED | {"actionForm": {"actionType": "HANDLE_BY_PSP"}}},
            Exit.FAILS,
            'answer $.actionForm.actionType: the pact expects "HANDLE_BY_PSP", Alipay+ answers "HANDLE_BY_SDK"',
        ),
        ({"request": {"codeValue": "x"}}, Exit.FAILS, "request body, customerId: expected, but it is missing"),
        ({"states": [{"name": "limits"}]}, Exit.NOT_PROVEN, 'provider state "limits": not known'),
        (
            {"states": [{"name": states.CODE.name, "params": {**GIVEN, "answer": "S"}}]},
            Exit.NOT_PROVEN,
            "answer: no such parameter; expected codeValue",
        ),
    ],
)
def test_an_interaction_that_is_not_kept_is_named(theirs: Path, made: dict[str, Any], code: Exit, words: str) -> None:
    """One bad interaction among good ones decides how the command ends, and is told below its name."""
    theirs.write_bytes(pact(interaction("good"), interaction("bad", **made)))
    result = call("verify", theirs)
    lines = result.output.splitlines()
    word = "fail" if code is Exit.FAILS else "inconclusive"
    assert (result.exit_code, lines[1], lines[2].split()) == (code, "pass         good", [word, "bad"])
    assert words in lines[3]
    assert "Traceback" not in result.output


def test_a_failure_outweighs_what_proves_nothing(theirs: Path) -> None:
    """With both in one file, the exit code is that of the failure."""
    theirs.write_bytes(pact(interaction("a", states=[]), interaction("b", states=[{"name": "unknown"}])))
    result = call("verify", theirs)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        Exit.FAILS,
        "result       of 2 interactions 0 passed, 1 failed, 1 proved nothing",
    )


def test_an_empty_pact_is_no_success(theirs: Path) -> None:
    """A pact without interactions verifies nothing, and the command says so."""
    theirs.write_bytes(pact())
    result = call("verify", theirs)
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        Exit.NOT_PROVEN,
        "result       the pact has no interaction: nothing was verified",
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (
            pact(interaction(), provider="another-gateway"),
            "provider.name: expected alipay-plus or alipay-plus-client-sdk, seen 'another-gateway'",
        ),
        (pact(interaction(), provider="\x1b[31m"), "seen '\\x1b[31m'; this contract is with another provider"),
        (b"<html>", "the file: expected JSON"),
        (b"{}", "is this a pact file?"),
        (b"\x00" * 17_000_000, "at most 16777216 bytes"),
    ],
)
def test_a_file_that_cannot_be_verified_is_refused(theirs: Path, data: bytes, words: str) -> None:
    """A broken file, or a contract with somebody else, is a mistake on the command line that names file and place."""
    theirs.write_bytes(data)
    result = call("verify", theirs)
    assert (result.exit_code, str(theirs) in result.output, words in result.output) == (Exit.USAGE, True, True)
    assert "Traceback" not in result.output


def test_no_file_at_all_is_a_usage_error(tmp_path: Path) -> None:
    """Without a file, or with one that is not there, nothing is verified."""
    assert call("verify").exit_code == Exit.USAGE
    assert call("verify", tmp_path / "nowhere.json").exit_code == Exit.USAGE
    assert call("verify", tmp_path).exit_code == Exit.USAGE


def test_a_contract_with_an_mpp_server_needs_a_wallet() -> None:
    """What Alipay+ expects of an MPP server cannot be verified without one."""
    result = call("verify", PACTS / "alipay-plus--mpp-server.json")
    assert (result.exit_code, "seen 'mpp-server'; name its wallet with --wallet" in result.output) == (Exit.USAGE, True)


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    """A wallet file that can be used, of a wallet that is not there; it says nothing of an MPP server."""
    made = create(tmp_path / "wallet.toml").wallet
    (tmp_path / "mpp-public-key.pem").write_text((tmp_path / "alipay-plus-public-key.txt").read_text("ascii"), "ascii")
    text = made.read_text("utf-8").replace("127.0.0.1:9400", "127.0.0.1:0").replace("127.0.0.1:9300", "127.0.0.1:1")
    made.write_text(re.sub(r"^(patience|quiet) = .*$", r"\1 = 0.1", text, flags=re.MULTILINE), "utf-8")
    return made


def test_a_wallet_without_an_mpp_server_is_refused(wallet: Path) -> None:
    """A wallet file that names no MPP server cannot be verified, and the field is named."""
    result = call("verify", "--wallet", wallet)
    assert (result.exit_code, "[reach] mpp_server: expected the address" in result.output) == (Exit.CONFIGURATION, True)


def test_a_wallet_that_is_not_there_proves_nothing(wallet: Path) -> None:
    """Without a PACT it is the suite's own expectations that are verified; where nobody answers, nothing is proven."""
    text = wallet.read_text("utf-8").replace("# mpp_server = ", "mpp_server = ").replace(":9320", ":1")
    wallet.write_text(text, "utf-8")
    result = call("verify", "--wallet", wallet)
    assert result.exit_code == Exit.NOT_PROVEN, result.output
    assert "alipay-plus -> mpp-server" in result.output
    assert "0 passed, 0 failed, 7 proved nothing" in result.output
    assert "the MPP server at http://127.0.0.1:1 cannot be reached" in result.output


def test_a_port_that_is_taken_is_named(wallet: Path) -> None:
    """Where something listens already at [reach] listen, that is said, and nothing else happens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = wallet.read_text("utf-8").replace("# mpp_server = ", "mpp_server = ")
        wallet.write_text(text.replace("127.0.0.1:0", f"127.0.0.1:{taken.getsockname()[1]}"), "utf-8")
        result = call("verify", "--wallet", wallet)
    assert (result.exit_code, "[reach] listen" in result.output) == (Exit.CONFIGURATION, True)


def test_one_bad_file_among_several_decides(theirs: Path, tmp_path: Path) -> None:
    """Several pacts are verified in one call; an empty one beside a good one is not forgotten."""
    theirs.write_bytes(pact(interaction()))
    empty = tmp_path / "empty.json"
    empty.write_bytes(pact())
    result = call("verify", theirs, empty)
    assert (result.exit_code, result.output.count("result ")) == (Exit.NOT_PROVEN, 2)


def test_names_in_a_pact_cannot_forge_a_line(theirs: Path) -> None:
    """What a pact is called and says of itself is printed with escapes."""
    theirs.write_bytes(pact(interaction("a\nresult       forged \x1b[2K")).replace(b"wallet-server", b"w\\u202e\\n"))
    result = call("verify", theirs)
    assert [line for line in result.output.splitlines() if not line.isprintable()] == []
    assert [line.split()[0] for line in result.output.splitlines()] == ["pact", "pass", "result"]


def test_the_verifier_does_not_write_over_the_command(theirs: Path) -> None:
    """In a process of its own the command's output is its own alone, though Pact writes to its file descriptors."""
    theirs.write_bytes(pact(interaction("good")))
    command = [sys.executable, "-m", "mpp_conformance.cli", "contracts", "verify", str(theirs)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["pact", "pass", "result"]


def test_states_are_listed_from_their_data() -> None:
    """``states`` names every provider state with every parameter."""
    output = call("states").output
    known = [*states.ALIPAY_PLUS, *states.CLIENT_SDK, *states.MPP_SERVER]
    assert [state.name for state in known] == re.findall(r"^    (\S.*)$", output, re.MULTILINE)
    named = re.findall(r"^        (\w+): ", output, re.MULTILINE)
    assert named == [parameter.name for state in known for parameter in state.parameters]


def test_contracts_of_the_suite_are_listed() -> None:
    """``list`` names each file in contracts/pacts with its parties and a count that is not nothing."""
    output = call("list").output
    assert sorted(map(str, PACTS.glob("*.json"))) == [line.strip() for line in output.splitlines()[1::2]]
    assert re.findall(r", 0 interactions", output) == []


@pytest.mark.parametrize("name", ["list", "states", "verify"])
def test_every_command_explains_itself(name: str) -> None:
    """Each command below ``contracts`` has a help text of its own."""
    result = call(name, "--help")
    assert (result.exit_code, result.output.splitlines()[0].split()[2:4]) == (0, ["contracts", name])
