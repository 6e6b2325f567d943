"""The command line: what its commands print, and how they end."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from mpp_conformance import __version__
from mpp_conformance.cli import cli
from mpp_conformance.cli.commands import DEBUG
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.wallet import create

COMMANDS = cli.list_commands(click.Context(cli))


def call(*arguments: str | Path, **environment: str) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(cli, [str(word) for word in arguments], env=environment)


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    """A wallet file that can be used: what ``init`` writes, with a key for the MPP server."""
    made = create(tmp_path / "wallet.toml")
    (tmp_path / "mpp-public-key.pem").write_text(made.public_key.read_text("ascii"), "ascii")
    return made.wallet


def test_help_lists_commands_and_exit_codes() -> None:
    """``--help`` names every command and says what each exit code means."""
    result = call("--help")
    assert result.exit_code == 0
    assert [name for name in COMMANDS if f"\n  {name} " not in result.output] == []
    assert [code.name for code in Exit if f"  {code.value}  {code.meaning}" not in result.output] == []


def test_help_imports_no_command() -> None:
    """``--help`` costs what click costs: no command, and nothing that a command needs, is imported."""
    script = (
        "import sys; sys.argv[1:] = ['--help']\n"
        "from mpp_conformance.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'pytest', 'pydantic', 'httpx', 'cryptography', 'yaml', 'allure'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    """Each command has a help text of its own."""
    result = call(name, "--help")
    assert (result.exit_code, result.output.splitlines()[0].split()[:3]) == (0, ["Usage:", "mpp-conformance", name])


def test_version_is_printed() -> None:
    """``--version`` prints name and version."""
    assert call("--version").output == f"mpp-conformance {__version__}\n"


def test_unknown_command_is_a_usage_error() -> None:
    """A command that there is not ends with the code for usage and names it."""
    result = call("certfy")
    assert (result.exit_code, "certfy" in result.output) == (Exit.USAGE, True)


def test_fault_of_ours_is_said_to_be_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What escapes a command is called a fault of the suite, without a traceback and with its own exit code."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("half a \x1b[31mthought")

    monkeypatch.setattr("mpp_conformance.cli.listing.load", broken)
    result = call("list")
    assert result.exit_code == Exit.FAULT
    assert result.output.splitlines() == [
        "Error: this is a fault of the suite, not of the wallet: ZeroDivisionError: half a \\x1b[31mthought",
        f"Set {DEBUG}=1 to see where it arose.",
    ]
    assert "Traceback" in call("list", **{DEBUG: "1"}).output


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, click.Abort])
def test_interruption_proves_nothing(monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]) -> None:
    """Ctrl-C ends a command without a traceback, and never with the code for an MPP that fails or conforms."""

    def interrupted(*_: object) -> None:
        raise interruption

    monkeypatch.setattr("mpp_conformance.cli.listing.load", interrupted)
    result = call("list")
    assert (result.exit_code, result.output.strip()) == (Exit.NOT_PROVEN, "interrupted")


# --- init -------------------------------------------------------------------------------------------------------


def test_init_writes_wallet_and_keys(tmp_path: Path) -> None:
    """``init DIR`` makes the directory, and in it a wallet file and a key pair that only the user can read."""
    result = call("init", tmp_path / "made")
    assert (result.exit_code, result.output.count(str(tmp_path / "made"))) == (0, 4)
    files = {file.name: file.stat().st_mode & 0o777 for file in (tmp_path / "made").iterdir()}
    assert files == {
        "wallet.toml": 0o644,
        "alipay-plus-private-key.pem": 0o600,
        "alipay-plus-public-key.txt": 0o644,
    }


@pytest.mark.parametrize(("words", "edition"), [((), "2023-12"), (("--edition", "2024-03"), "2024-03")])
def test_init_chooses_the_edition_of_the_limits(tmp_path: Path, words: tuple[str, ...], edition: str) -> None:
    """The new file names the edition that was asked for, else that of the source document."""
    assert call("init", tmp_path, *words).exit_code == 0
    made = tomllib.loads((tmp_path / "wallet.toml").read_text("utf-8"))
    assert made["limits"]["edition"] == edition


def test_init_with_an_unknown_edition(tmp_path: Path) -> None:
    """An edition that nobody knows is a wrong command line, and the known ones are named."""
    result = call("init", tmp_path, "--edition", "1999-01")
    assert (result.exit_code, "2024-03" in result.output, list(tmp_path.iterdir())) == (Exit.USAGE, True, [])


@pytest.mark.parametrize(
    ("platform", "written", "device"),
    [
        ("android", "test-build.kt", "true"),
        ("ios", "test-build.m", "true"),
        ("node", "test-build.ts", "false"),
        ("python", "test-build.py", "false"),
        ("web", "test-build.ts", "true"),
    ],
)
def test_init_for_a_platform_writes_the_lines_of_its_test_build(
    tmp_path: Path, platform: str, written: str, device: str
) -> None:
    """``init --for`` writes at most 20 lines that say what to replace, and a wallet file that goes with them."""
    result = call("init", tmp_path, "--for", platform)
    lines = (tmp_path / written).read_text("utf-8").splitlines()
    assert (result.exit_code, written in result.output, len(lines) <= 20) == (0, True, True)
    assert "Replace:" in "\n".join(lines[:2])
    assert f"\ndevice = {device}\n" in (tmp_path / "wallet.toml").read_text("utf-8")


def test_init_keeps_what_is_there(wallet: Path) -> None:
    """A second ``init`` refuses, names what is there, and changes nothing."""
    before = wallet.read_bytes()
    result = call("init", wallet)
    assert (result.exit_code, wallet.read_bytes()) == (Exit.CONFIGURATION, before)
    assert "wallet.toml: exists already, as do" in result.output


def test_init_in_a_place_that_is_a_file(tmp_path: Path) -> None:
    """A directory that cannot be made is named."""
    (tmp_path / "taken").touch()
    result = call("init", tmp_path / "taken" / "below")
    assert (result.exit_code, "cannot be made a directory" in result.output) == (Exit.CONFIGURATION, True)


# --- list -------------------------------------------------------------------------------------------------------


def test_list_as_json_is_the_whole_ledger() -> None:
    """``list --format json`` has every requirement and every case, and names its format."""
    ledger = load(directory("suites"))
    found = json.loads(call("list", "--format", "json").output)
    assert found["format"] == "mpp-conformance list 1"
    assert [row["id"] for row in found["requirements"]] == list(ledger.requirements)
    assert [(row["module"], row["name"]) for row in found["cases"]] == [(c.module, c.name) for c in ledger.cases]
    assert set(found["requirements"][0]) == {
        *("id", "level", "basis", "actor", "clauses", "text", "excluded", "cases"),
    }
    assert set(found["cases"][0]) == {"requirement", "module", "name", "purpose", "needs", "scenarios"}


def test_list_without_a_wallet_leaves_nothing_out() -> None:
    """Without a wallet every case applies."""
    found = json.loads(call("list", "--format", "json").output)
    assert found["wallet"] is None
    assert [s for case in found["cases"] for s in case["scenarios"] if not s["applies"]] == []


def test_list_says_what_is_not_applicable_and_why(wallet: Path) -> None:
    """A case that needs what the wallet does not claim is listed with the reason."""
    wallet.write_text(wallet.read_text("utf-8").replace("\nentry_code = true", "\nentry_code = false"), "utf-8")
    found = json.loads(call("list", "--wallet", wallet, "--format", "json").output)
    rows = [(case, row) for case in found["cases"] for row in case["scenarios"] if not row["applies"]]
    assert {"test_launch_is_called_once"} <= {case["name"] for case, _ in rows}
    assert {row["reason"] for _, row in rows} >= {"the wallet does not claim entry_code"}
    assert found["wallet"] == {"name": "My wallet", "version": "1.0"}


def test_list_as_text_shows_requirement_case_and_reason(wallet: Path) -> None:
    """The text for people has requirements with clause, cases, why a row is excluded, and what does not apply."""
    wallet.write_text(wallet.read_text("utf-8").replace("\nentry_code = true", "\nentry_code = false"), "utf-8")
    lines = call("list", "--wallet", wallet).output.splitlines()
    assert "EC-6  MUST, stated, MPP client" in lines
    assert "    clause: Workflow, Entry code, step 6" in lines
    assert "    not tested: the client SDK's inner step" in lines
    not_applicable = (
        "    test_entry_code::test_launch_is_called_once: not applicable (the wallet does not claim entry_code)"
    )
    assert [line for line in lines if line.startswith(not_applicable)] != []


def test_wallet_can_be_named_by_the_environment(wallet: Path) -> None:
    """``MPP_CONFORMANCE_WALLET`` stands in for ``--wallet``."""
    found = json.loads(call("list", "--format", "json", MPP_CONFORMANCE_WALLET=str(wallet)).output)
    assert found["wallet"]["name"] == "My wallet"


def test_wallet_file_that_is_wrong_names_its_fields(tmp_path: Path) -> None:
    """What is wrong with wallet.toml is told all at once, by field, with the code for configuration."""
    made = create(tmp_path / "wallet.toml")
    text = made.wallet.read_text("utf-8").replace("\nparallel = ", "\nparallel = -").replace("\nquiet =", "\nquite =")
    made.wallet.write_text(text, "utf-8")
    result = call("list", "--wallet", made.wallet)
    assert result.exit_code == Exit.CONFIGURATION
    assert [
        word for word in ("[reach] parallel", "[reach] quite", "quiet?", "mpp_public_key") if word not in result.output
    ] == []
    assert "Traceback" not in result.output


def test_console_script_works_elsewhere(tmp_path: Path) -> None:
    """The installed command works from any directory, and leaves nothing there."""
    script = Path(sys.executable).with_name("mpp-conformance")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MPP_CONFORMANCE")}
    result = subprocess.run(
        [script, "list"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr, list(tmp_path.iterdir())) == (0, "", [])
