"""The Python double: its own tests pass, and a miniature wallet with it is certified, called or not.

With a fault the same wallet fails, and by the requirement that the fault breaks alone.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.wallet.create import starter
from tests.miniatures import CONFORMS, ENOUGH, FAILS, FAULTS, NOT_PROVEN, PART, ROOT, certified, configured, up

DOUBLE: Final = ROOT / "doubles/python"
MINI: Final = ROOT / "examples/wallet-python-mini"
COMMAND: Final = ("env", f"PYTHONPATH={DOUBLE}", sys.executable, str(MINI / "wallet.py"), "wallet.json")
MOST_LINES: Final = 150
APP: Final = """
class App:
    def __init__(self, customer_id, sdk):
        self.customer_id = customer_id

    def decode(self, code_value, callback):
        callback.on_failure("NO_MONEY", code_value)

    def scan(self, code_value):
        self.on_cashier_page()

    def confirm_payment(self):
        self.on_result_page("F", "NO_MONEY")
"""
"""What a wallet has of its own, as the lines to paste name it."""

pytestmark = pytest.mark.slow


def python(cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a program that has the double at hand, and none of its warnings is let pass, comes to."""
    environment = {**os.environ, "PYTHONPATH": str(DOUBLE)}
    command = [sys.executable, "-W", "error", *words]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_the_doubles_own_tests_pass() -> None:
    """Payloads to the letter, retries without repeats, callbacks that come twice or late; both ways of being called."""
    done = python(DOUBLE, "-m", "unittest", "discover", "-s", "tests")
    assert (done.returncode, "\nOK\n" in done.stderr) == (0, True), done.stderr


def test_the_double_needs_nothing_else(tmp_path: Path) -> None:
    """Without whatever is installed it can be imported all the same."""
    done = python(tmp_path, "-S", "-c", "import mpp_doubles")
    assert (done.returncode, done.stderr) == (0, "")


DEVICE: Final = pytest.mark.parametrize("device", [pytest.param(True, id="pull"), pytest.param(False, id="push")])


@pytest.mark.thorough
@DEVICE
def test_the_miniature_is_certified(tmp_path: Path, *, device: bool) -> None:
    """With the double a wallet passes whatever decides, whether it can be called or not."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up(COMMAND, wallet_file):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@DEVICE
def test_the_miniature_fails_nothing(tmp_path: Path, *, device: bool) -> None:
    """Every kind of conversation passes, whether the wallet can be called or not; `make thorough` holds them all."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up(COMMAND, wallet_file):
        outcome = certified(wallet_file, "-k", PART)
    assert (NOT_PROVEN, {"pass", "none"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize(("fault", "device"), [*zip(FAULTS, [True, False], strict=True)])
def test_a_fault_fails_what_it_breaks(tmp_path: Path, fault: str, *, device: bool) -> None:
    """The double keeps nothing back: what the wallet does wrong is seen, and nothing else is."""
    wallet_file = configured(MINI, tmp_path / "wallet", device=device)
    with up([*COMMAND, fault], wallet_file):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told


def test_the_lines_to_paste_run(tmp_path: Path) -> None:
    """What ``init --for`` writes fits the double, with the wallet's own parts as it names them."""
    (tmp_path / "build.py").write_text(starter("python"), "utf-8")
    (tmp_path / "app.py").write_text(APP, "utf-8")
    scan = """
import build
class Page:
    def result(self): print("cashier page")
class Phone:
    code_value, customer_id = "code", "me"
    class sdk: mpm_service = None
    class screens:
        cashier_page = Page
        result_page = print
build.scan(Phone)
"""
    done = python(tmp_path, "-c", scan)
    assert (done.returncode, done.stdout, done.stderr) == (0, "cashier page\nF NO_MONEY\n", "")


def test_the_miniature_is_one() -> None:
    """Whoever reads the client, without its server, has read it in ten minutes."""
    assert len((MINI / "wallet.py").read_text("utf-8").splitlines()) <= MOST_LINES
