"""The web double: its own tests pass, and a miniature wallet with it is certified, called and by fetching its calls.

With a fault the same wallet fails, and by the requirement that the fault breaks alone.
"""

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.wallet.create import starter
from tests.miniatures import (
    CONFORMS,
    ENOUGH,
    FAILS,
    FAULTS,
    NOT_PROVEN,
    NPM,
    PART,
    ROOT,
    WEB_DOUBLE,
    certified,
    configured,
    npm,
    up,
    with_web_double,
)

MINI: Final = Path("examples/wallet-web-mini")
MOST_LINES: Final = 150
APP: Final = """
import type { AlipayPlusClientMPM, MPMService } from 'mpp-doubles-web';
declare global { const DEVICE_ADDRESS: string; }
export declare class App implements MPMService {
  constructor(phone: { customerId: string; sdk: AlipayPlusClientMPM });
  decode: MPMService['decode'];
  onCashierPage: () => Promise<void>;
  onResultPage: (status: 'S' | 'F', errorCode?: string) => Promise<void>;
  confirmPayment(): Promise<void>;
  scan(codeValue: string): Promise<void>;
}
"""
"""What a wallet has of its own, as the lines to paste name it."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NPM, reason="needs Node 20 or newer with npm"),
]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The double and the miniature as they are handed out, with the double built."""
    return with_web_double(tmp_path_factory.mktemp("checkout"), MINI)


def command(root: Path, *fault: str) -> list[str]:
    """What starts the miniature."""
    return ["node", str(root / MINI / "wallet.mjs"), "wallet.json", *fault]


def test_the_doubles_own_tests_pass(checkout: Path) -> None:
    """Payloads to the letter, retries without repeats, callbacks that come twice or late: on Node, with nobody else."""
    assert "# fail 0" in npm(checkout, "test")


DEVICE: Final = pytest.mark.parametrize("device", [pytest.param(True, id="pull"), pytest.param(False, id="push")])


@pytest.mark.thorough
@DEVICE
def test_the_miniature_is_certified(checkout: Path, tmp_path: Path, *, device: bool) -> None:
    """With the double a wallet passes whatever decides, whether it can be called or not."""
    wallet_file = configured(ROOT / MINI, tmp_path / "wallet", device=device)
    with up(command(checkout), wallet_file):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@DEVICE
def test_the_miniature_fails_nothing(checkout: Path, tmp_path: Path, *, device: bool) -> None:
    """Every kind of conversation passes, whether the wallet can be called or not; `make thorough` holds them all."""
    wallet_file = configured(ROOT / MINI, tmp_path / "wallet", device=device)
    with up(command(checkout), wallet_file):
        outcome = certified(wallet_file, "-k", PART)
    assert (NOT_PROVEN, {"pass", "none"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize(("fault", "device"), [*zip(FAULTS, [True, False], strict=True)])
def test_a_fault_fails_what_it_breaks(checkout: Path, tmp_path: Path, fault: str, *, device: bool) -> None:
    """The double keeps nothing back: what the wallet does wrong is seen, and nothing else is."""
    wallet_file = configured(ROOT / MINI, tmp_path / "wallet", device=device)
    with up(command(checkout, fault), wallet_file):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told


@pytest.mark.parametrize("platform", ["web", "node"])
def test_the_lines_to_paste_compile(checkout: Path, tmp_path: Path, platform: str) -> None:
    """What ``init --for`` writes fits the double, with the wallet's own parts as it names them."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "mpp-doubles-web").symlink_to(checkout / WEB_DOUBLE)
    (tmp_path / "build.ts").write_text(starter(platform), "utf-8")
    (tmp_path / "app.ts").write_text(APP, "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    tsc = checkout / WEB_DOUBLE / "node_modules/.bin/tsc"
    options = ("--strict", "--noEmit", "--module", "esnext", "--target", "es2022", "--moduleResolution", "bundler")
    types = ("--types", "node", "--typeRoots", str(checkout / WEB_DOUBLE / "node_modules/@types"))
    command = [str(tsc), *options, *types, "build.ts", "app.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_miniature_is_one() -> None:
    """Whoever reads it has read it in ten minutes."""
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in (ROOT / MINI).glob("*.mjs"))
    assert lines <= MOST_LINES


@pytest.mark.parametrize("folder", [WEB_DOUBLE])
def test_no_host_stands_in_the_lock_file(folder: Path) -> None:
    """The lock file says what is installed, by digest, and not from where; nothing is needed to run."""
    lock = json.loads((ROOT / folder / "package-lock.json").read_bytes())
    installed = [package for place, package in lock["packages"].items() if place]
    assert [package for package in installed if "resolved" in package or not package.get("integrity")] == []
    assert "dependencies" not in lock["packages"][""]
