"""``run``, ``certify`` and ``serve``: how they end, and what they leave behind.

pytest is started in processes of their own where the whole is looked at; the rest replaces it.
"""

import itertools
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli import run as run_module
from mpp_conformance.cli.certify import NotStartedError
from mpp_conformance.cli.exits import Exit
from mpp_conformance.cli.serve_wallet import PRIVATE_KEY, PUBLIC_KEY, READY
from mpp_conformance.wallet import create

COMMAND = Path(sys.executable).with_name("mpp-conformance")


def call(*arguments: str | Path) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(cli, [str(word) for word in arguments])


def start(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Start the console script as a person would, with an environment that wants other things of pytest."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "-k nothing", "PYTEST_PLUGINS": "no_such_plugin"}
    return subprocess.run(
        [COMMAND, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    """A wallet file that can be used, whose adaptor is not there and whose port is any."""
    made = create(tmp_path / "wallet.toml")
    (tmp_path / PUBLIC_KEY).write_text(made.public_key.read_text("ascii"), "ascii")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    text = made.wallet.read_text("utf-8").replace("127.0.0.1:9300", f"127.0.0.1:{port}")
    made.wallet.write_text(text.replace("127.0.0.1:9400", "127.0.0.1:0"), "utf-8")
    return made.wallet


# --- run --------------------------------------------------------------------------------------------------------


def test_a_run_leaves_the_current_folder_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pytest leaves is another folder; what comes after it still finds what was named from here."""

    def elsewhere(*_: object, **__: object) -> int:
        os.chdir(tmp_path.parent)
        return int(pytest.ExitCode.INTERNAL_ERROR)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pytest, "main", elsewhere)
    run_module.execute("specimen:conforming", wallet=None, made=Path("one"))
    assert Path.cwd() == tmp_path


def test_conforming_mpp_is_certified_anywhere(tmp_path: Path) -> None:
    """From any directory, whatever pytest finds there: exit code 0, the report's path and the result come last."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", "ascii")
    (tmp_path / "conftest.py").write_text("raise AssertionError('not to be imported')\n", "ascii")
    result = start("run", "--mpp", "specimen:conforming", cwd=tmp_path)
    assert result.returncode == Exit.CONFORMS, result.stdout + result.stderr
    (run,) = [path for path in (tmp_path / "reports").iterdir() if not path.name.startswith(".")]
    assert result.stdout.splitlines()[-2:] == [f"report       {run / 'report.html'}", "result       conforms"]
    assert json.loads((run / "verdicts.json").read_text("utf-8"))["overall"] == "conformant"
    assert {"report.html", "verdicts.json", "evidence", "junit.xml", "allure-results"} <= {
        p.name for p in run.iterdir()
    }
    assert {path.name for path in tmp_path.iterdir()} == {"pytest.ini", "conftest.py", "reports"}


def test_faulty_mpp_fails(tmp_path: Path) -> None:
    """A faulty MPP ends with 1, and its report says so."""
    named = ("--mpp", "specimen:status-before-action-type", "-k", "single or order-psp")
    result = start("run", *named, "--reports", "here", "--run", "one", cwd=tmp_path)
    assert result.returncode == Exit.FAILS, result.stdout + result.stderr
    assert json.loads((tmp_path / "here/one/verdicts.json").read_text("utf-8"))["overall"] == "nonconformant"
    assert "Traceback" not in result.stdout + result.stderr


def test_part_that_passes_proves_nothing(tmp_path: Path) -> None:
    """A selection of cases that all pass is no certificate."""
    result = start("run", "--mpp", "specimen:conforming", "-k", "launch_is_called_once", cwd=tmp_path)
    assert (result.returncode, result.stdout.splitlines()[-1]) == (
        Exit.NOT_PROVEN,
        "result       partial run: nothing is certified",
    )


Replace = Callable[[int, dict[str, object] | None], None]


@pytest.fixture
def pytest_that(monkeypatch: pytest.MonkeyPatch) -> Replace:
    """Replaces pytest by something that ends as told and leaves the verdict file it is given."""

    def replaced(code: int, verdicts: dict[str, object] | None) -> None:
        def main(arguments: list[str], plugins: list[object]) -> int:  # noqa: ARG001  # as pytest has it
            options = dict(itertools.pairwise(arguments))
            made = Path(options["--mpp-reports"], options["--mpp-run"])
            made.mkdir(parents=True, exist_ok=True)
            if verdicts is not None:
                text = json.dumps({"format": "mpp-conformance verdicts 1", **verdicts}, sort_keys=True)
                (made / "verdicts.json").write_text(text.replace('": ', '":').replace(', "', ',"'), "ascii")
            return code

        monkeypatch.setattr(pytest, "main", main)
        monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
        monkeypatch.setattr(os, "environ", dict(os.environ))

    return replaced


@pytest.mark.parametrize(
    ("code", "overall", "expected"),
    [
        (0, "conformant", Exit.CONFORMS),
        (1, "conformant", Exit.FAULT),
        (2, "conformant", Exit.FAULT),
        (1, "nonconformant", Exit.FAILS),
        (2, "nonconformant", Exit.FAILS),
        (1, "inconclusive", Exit.NOT_PROVEN),
        (0, "inconclusive", Exit.NOT_PROVEN),
        (1, "error", Exit.FAULT),
        (0, "splendid", Exit.FAULT),
    ],
)
def test_verdict_file_decides_the_exit_code(
    pytest_that: Replace, tmp_path: Path, code: int, overall: str, expected: Exit
) -> None:
    """The verdict file is the source of the outcome; a pytest that ended badly can only make it worse."""
    pytest_that(code, {"overall": overall, "result": overall})
    assert call("run", "--mpp", "specimen:x", "--reports", tmp_path).exit_code == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (pytest.ExitCode.OK, Exit.NOT_PROVEN),
        (pytest.ExitCode.TESTS_FAILED, Exit.FAULT),
        (pytest.ExitCode.INTERRUPTED, Exit.NOT_PROVEN),
        (pytest.ExitCode.INTERNAL_ERROR, Exit.FAULT),
        (pytest.ExitCode.USAGE_ERROR, Exit.USAGE),
        (pytest.ExitCode.NO_TESTS_COLLECTED, Exit.NOT_PROVEN),
    ],
)
def test_nothing_judged_is_never_a_certificate(
    pytest_that: Replace, tmp_path: Path, code: pytest.ExitCode, expected: Exit
) -> None:
    """Without a verdict file no path leads to 0, and no folder is left behind."""
    pytest_that(code, None)
    result = call("run", "--mpp", "specimen:x", "--reports", tmp_path / "made")
    assert (result.exit_code, list((tmp_path / "made").iterdir())) == (expected, [])


def test_verdict_file_that_is_none_is_our_fault(pytest_that: Replace, tmp_path: Path) -> None:
    """A verdict file of another format is a fault of the suite."""
    pytest_that(0, {"format": "something else"})
    assert call("run", "--mpp", "specimen:x", "--reports", tmp_path).exit_code == Exit.FAULT


def test_run_is_never_written_over(pytest_that: Replace, tmp_path: Path) -> None:
    """A name that is taken is refused before anything is run, so that no old verdict can speak for a new run."""
    pytest_that(0, {"overall": "conformant"})
    (tmp_path / "old").mkdir()
    result = call("run", "--mpp", "specimen:x", "--reports", tmp_path, "--run", "old")
    assert (result.exit_code, "exists already" in result.output) == (Exit.USAGE, True)


@pytest.mark.parametrize("name", ["../up", "a/b", ".hidden", "x" * 101, "a\x1bb"])
def test_name_that_leads_elsewhere_is_refused(pytest_that: Replace, tmp_path: Path, name: str) -> None:
    """A run's name is a plain one: no path, nothing hidden, nothing that a terminal would act on."""
    pytest_that(0, {"overall": "conformant"})
    result = call("run", "--mpp", "specimen:x", "--reports", tmp_path, "--run", name)
    assert (result.exit_code, "\x1b" in result.output) == (Exit.USAGE, False)


def test_a_folder_that_cannot_be_made_is_named(pytest_that: Replace, tmp_path: Path) -> None:
    """Where no report can be written nothing is begun, and the folder is named with the option that sets it."""
    pytest_that(0, {"overall": "conformant"})
    (tmp_path / "file").write_text("", "ascii")
    result = call("run", "--mpp", "specimen:x", "--reports", tmp_path / "file/below", "--run", "one")
    assert (result.exit_code, "file/below/one cannot be made" in result.output) == (Exit.USAGE, True)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_interrupted_tells_what_was_judged(tmp_path: Path, ending: signal.Signals) -> None:
    """Ctrl-C, a cancelled CI job and a terminal that closes end a run with 5; its report says what is missing."""
    heard = tmp_path / "heard"
    os.mkfifo(heard)
    reader = os.open(heard, os.O_RDONLY | os.O_NONBLOCK)
    lines = ["import time", "def pytest_runtest_teardown():", f"    open({str(heard)!r}, 'w').close()"]
    (tmp_path / "slowly.py").write_text("\n".join([*lines, "    time.sleep(0.1)"]), "ascii")
    words: list[str | Path] = [COMMAND, "run", "--mpp", "specimen:conforming", "--run", "one", "-p", "slowly"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert select.select([reader], [], [], 60)[0]
        process.send_signal(ending)
        said, _ = process.communicate(timeout=60)
    os.close(reader)
    assert (process.returncode, said.splitlines()[-2:]) == (
        Exit.NOT_PROVEN,
        [
            "result       partial run: nothing is certified",
            f"resume       mpp-conformance run --resume {tmp_path / 'reports/one'} -p slowly",
        ],
    )
    verdicts = json.loads((tmp_path / "reports/one/verdicts.json").read_text("utf-8"))
    assert (verdicts["complete"], verdicts["counts"]["not_judged"] > 0) == (False, True)


@pytest.mark.parametrize("arguments", [[], ["--mpp", "http://127.0.0.1:1"]])
def test_run_without_a_wallet_says_what_to_give(arguments: list[str]) -> None:
    """Without a wallet file nothing but a known MPP, or an earlier run, can be judged."""
    result = call("run", *arguments)
    assert (result.exit_code, "--wallet FILE" in result.output) == (Exit.USAGE, True)


def test_wallet_that_cannot_be_reached_is_not_failed(wallet: Path, tmp_path: Path) -> None:
    """An adaptor that is not there ends a run before it begins, by its field, and without a report."""
    result = call("run", "--wallet", wallet, "--reports", tmp_path / "reports")
    assert (result.exit_code, "[reach] adaptor" in result.output) == (Exit.CONFIGURATION, True)
    assert not (tmp_path / "reports").exists()


def test_preflight_can_be_left_out(pytest_that: Replace, wallet: Path, tmp_path: Path) -> None:
    """With --no-preflight a run begins, whatever wallet.toml says of an adaptor that is not there."""
    pytest_that(1, {"overall": "inconclusive", "result": "not proven"})
    result = call("run", "--wallet", wallet, "--reports", tmp_path / "reports", "--no-preflight")
    assert (result.exit_code, "[reach] adaptor" in result.output) == (Exit.NOT_PROVEN, False)


def test_address_on_the_command_line_stands_before_the_files(wallet: Path) -> None:
    """``--mpp http:URL`` is the adaptor's address, whatever the file says."""
    result = call("run", "--wallet", wallet, "--mpp", "http:http://127.0.0.1:1/there")
    assert (result.exit_code, "http://127.0.0.1:1/there/health" in result.output) == (Exit.CONFIGURATION, True)


def test_words_for_pytest_come_after_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the command line does not know goes to pytest unchanged and in order."""
    seen: list[tuple[str, ...]] = []

    def execute(*_: object, pytest_args: tuple[str, ...], **__: object) -> Exit:
        seen.append(pytest_args)
        return Exit.CONFORMS

    monkeypatch.setattr(run_module, "execute", execute)
    call("run", "-k", "a and b", "--mpp", "specimen:x", "-x", "--reports", tmp_path, "--maxfail=2", "-m", "stated")
    assert seen == [("-k", "a and b", "-x", "--maxfail=2", "-m", "stated")]


# --- certify and serve ------------------------------------------------------------------------------------------


def test_certify_shows_what_a_process_that_ends_wrote(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If the process does not start, what it wrote is shown, and it is called our fault."""
    monkeypatch.setattr("mpp_conformance.cli.certify._MPP", "no-such-mpp")
    result = call("certify", "--reports", tmp_path)
    assert (result.exit_code, NotStartedError.__name__ in result.output) == (Exit.FAULT, True)
    assert "no known MPP is called 'no-such-mpp'" in result.output


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_served_wallet_ends_cleanly(wallet: Path, ending: signal.Signals) -> None:
    """``serve wallet`` says when it is ready and where, and an interruption is its proper end."""
    words: list[str | Path] = [
        COMMAND,
        "serve",
        "wallet",
        "conforming",
        "--wallet",
        wallet,
        "--port",
        "0",
        "--private-key",
    ]
    words += [wallet.with_name("alipay-plus-private-key.pem"), "--gateway", "http://127.0.0.1:1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if line.startswith(READY))
        process.send_signal(ending)
        said, errors = process.communicate(timeout=30)
    assert (process.returncode, said, errors) == (0, "ended\n", "")
    assert ready.startswith(f"{READY}http://127.0.0.1:")


def test_known_mpps_are_listed() -> None:
    """``serve wallet --list`` names each known MPP and says what it does."""
    lines = call("serve", "wallet", "--list").output.splitlines()
    assert " ".join(lines[0].split()) == "conforming Does what the source document asks of an MPP."
    assert len(lines) > 25


def test_unknown_mpp_gets_a_suggestion(wallet: Path) -> None:
    """A name with a slip in it is answered with the nearest one."""
    result = call("serve", "wallet", "conformin", "--wallet", wallet)
    assert (result.exit_code, "did you mean conforming?" in result.output) == (Exit.USAGE, True)


def test_missing_key_of_the_mpp_is_named(wallet: Path) -> None:
    """Without the MPP's private key the file that is missing is named, and how to get one."""
    result = call("serve", "wallet", "conforming", "--wallet", wallet, "--gateway", "http://127.0.0.1:1")
    assert (result.exit_code, PRIVATE_KEY in result.output, "--new-keys" in result.output) == (
        Exit.CONFIGURATION,
        True,
        True,
    )


def test_open_port_needs_an_address(wallet: Path) -> None:
    """A listen address with port 0 does not say where Alipay+ will be."""
    key = wallet.with_name("alipay-plus-private-key.pem")
    result = call("serve", "wallet", "conforming", "--wallet", wallet, "--private-key", key)
    assert (result.exit_code, "--gateway URL" in result.output) == (Exit.CONFIGURATION, True)


def test_new_keys_write_nothing_over(wallet: Path) -> None:
    """A key that is there already is kept."""
    before = wallet.with_name(PUBLIC_KEY).read_bytes()
    result = call("serve", "wallet", "conforming", "--wallet", wallet, "--new-keys")
    assert (result.exit_code, wallet.with_name(PUBLIC_KEY).read_bytes()) == (Exit.CONFIGURATION, before)
    assert not wallet.with_name(PRIVATE_KEY).exists()


@pytest.mark.parametrize("side", ["gateway", "wallet"])
def test_taken_port_is_named(wallet: Path, side: str) -> None:
    """A port that is taken is named with what sets it."""
    key = wallet.with_name("alipay-plus-private-key.pem")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        wallet.write_text(wallet.read_text("utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}"), "utf-8")
        words: dict[str, list[str | Path]] = {
            "gateway": ["serve", "gateway", "--wallet", wallet],
            "wallet": ["serve", "wallet", "conforming", "--wallet", wallet, "--private-key", key, "--port", port],
        }
        result = subprocess.run([COMMAND, *words[side]], capture_output=True, text=True, timeout=60, check=False)
    field = {"gateway": "[reach] listen", "wallet": "--port"}[side]
    assert (result.returncode, field in result.stderr, port in result.stderr) == (Exit.CONFIGURATION, True, True)


def test_a_run_can_begin_without_a_look_beforehand(wallet: Path, tmp_path: Path) -> None:
    """``run --no-preflight`` holds its conversations even if nobody answers, and accuses nobody."""
    words: list[str | Path] = [
        "--wallet",
        wallet,
        "--reports",
        tmp_path / "reports",
        "--run",
        "r",
        "--no-preflight",
        "-k",
        "launch_is",
    ]
    result = call("run", *words)
    assert (result.exit_code, (tmp_path / "reports/r/report.html").is_file()) == (Exit.NOT_PROVEN, True), result.output
