"""The web double: its own tests pass, and a miniature wallet with it is certified, called and by fetching its calls.

With a fault the same wallet fails, and by the requirement that the fault breaks alone.
"""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.protocol import signature
from mpp_conformance.wallet.create import PLATFORMS, starter

ROOT: Final = Path(__file__).parents[2]
DOUBLE: Final = Path("doubles/web")
MINI: Final = Path("examples/wallet-web-mini")
READY: Final = b"wallet-web-mini is ready\n"
PORTS: Final = range(20_000, 32_000)
NPM: Final = shutil.which("npm") or ""
SUITE: Final = str(Path(sys.executable).with_name("mpp-conformance"))
CONFORMS, FAILS = 0, 1
ENOUGH: Final = "entry-sdk or entry-psp or order-sdk or order-psp or single-over"
"""Every kind of conversation: a fault needs no more to be found."""
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
FAULTS: Final = {
    "callback-twice": {"EC-25", "EC-28"},
    "handle-action-for-entry-code": {"EC-25"},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NPM, reason="needs Node 20 or newer with npm"),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, what it says, and which requirements it saw as which verdict."""

    code: int
    told: str
    verdicts: dict[str, str]

    @property
    def failed(self) -> set[str]:
        """The deciding requirements that were not met."""
        return {row for row, verdict in self.verdicts.items() if verdict == "fail"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The double and the miniature as they are handed out, with the double built."""
    root = tmp_path_factory.mktemp("checkout")
    made = shutil.ignore_patterns("node_modules", "dist", "keys")
    for folder in (DOUBLE, MINI):
        shutil.copytree(ROOT / folder, root / folder, ignore=made)
    told = npm(root, "ci") + npm(root, "run", "build")
    assert (root / DOUBLE / "dist/src/node.js").is_file(), told
    return root


def npm(root: Path, *words: str) -> str:
    """What a command of npm says in the double's folder; it must succeed."""
    done = subprocess.run([NPM, *words], cwd=root / DOUBLE, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def free_port() -> int:
    """A port that nobody listens at, and that the system gives to nobody by itself."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def configured(folder: Path, *, device: bool) -> Path:
    """Both files of the miniature, with keys and ports of their own; the wallet file."""
    folder.mkdir()
    alipay_plus, mpp = signature.generate_private_key(), signature.generate_private_key()
    (folder / "mpp-private-key.pem").write_text(signature.private_key_text(mpp), "ascii")
    (folder / "mpp-public-key.pem").write_text(signature.public_key_text(mpp.public_key()), "ascii")
    (folder / "alipay-plus-private-key.pem").write_text(signature.private_key_text(alipay_plus), "ascii")
    (folder / "alipay-plus-public-key.txt").write_text(signature.public_key_text(alipay_plus.public_key()), "ascii")
    adaptor, listen = free_port(), free_port()
    text = (ROOT / MINI / "wallet.toml").read_text("utf-8")
    changes = {"9330": str(adaptor), "9430": str(listen), "device = false": f"device = {str(device).lower()}"}
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "wallet.toml").write_text(text, "utf-8")
    config = json.loads((ROOT / MINI / "wallet.json").read_text("utf-8"))
    config |= {"adaptorPort": adaptor, "gateway": f"http://127.0.0.1:{listen}"}
    if device:
        config["device"] = wallet.load(folder / "wallet.toml").device_address
    (folder / "wallet.json").write_text(json.dumps(config), "utf-8")
    return folder / "wallet.toml"


@contextmanager
def up(root: Path, folder: Path, *fault: str) -> Iterator[None]:
    """The miniature, from its ready line until the end of the block."""
    command = ["node", str(root / MINI / "wallet.mjs"), "wallet.json", *fault]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == READY
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def certified(wallet_file: Path, *words: str) -> Outcome:
    """What a run comes to; it leaves exactly one folder."""
    done = subprocess.run(
        [SUITE, "run", "--wallet", str(wallet_file), *words],
        cwd=wallet_file.parent,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    told = (done.stdout + done.stderr)[-4_000:]
    (found,) = wallet_file.parent.glob("reports/*/verdicts.json")
    rows = json.loads(found.read_bytes())["requirements"]
    verdicts = {row["id"]: row["verdict"] for row in rows if row["tested"] and row["level"] == "MUST"}
    return Outcome(done.returncode, told, verdicts)


def test_the_doubles_own_tests_pass(checkout: Path) -> None:
    """Payloads to the letter, retries without repeats, callbacks that come twice or late: on Node, with nobody else."""
    assert "# fail 0" in npm(checkout, "test")


@pytest.mark.parametrize("device", [False, True], ids=["push", "pull"])
def test_the_miniature_is_certified(checkout: Path, tmp_path: Path, *, device: bool) -> None:
    """With the double a wallet passes whatever decides, whether it can be called or not."""
    wallet_file = configured(tmp_path / "wallet", device=device)
    with up(checkout, wallet_file.parent):
        outcome = certified(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told


@pytest.mark.parametrize("device", [False, True], ids=["push", "pull"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_fails_what_it_breaks(checkout: Path, tmp_path: Path, fault: str, *, device: bool) -> None:
    """The double keeps nothing back: what the wallet does wrong is seen, and nothing else is."""
    wallet_file = configured(tmp_path / "wallet", device=device)
    with up(checkout, wallet_file.parent, fault):
        outcome = certified(wallet_file, "-k", ENOUGH)
    assert (FAILS, FAULTS[fault]) == (outcome.code, outcome.failed), outcome.told


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_lines_to_paste_compile(checkout: Path, tmp_path: Path, platform: str) -> None:
    """What ``init --for`` writes fits the double, with the wallet's own parts as it names them."""
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "mpp-doubles-web").symlink_to(checkout / DOUBLE)
    (tmp_path / "build.ts").write_text(starter(platform), "utf-8")
    (tmp_path / "app.ts").write_text(APP, "utf-8")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    tsc = checkout / DOUBLE / "node_modules/.bin/tsc"
    options = ("--strict", "--noEmit", "--module", "esnext", "--target", "es2022", "--moduleResolution", "bundler")
    types = ("--types", "node", "--typeRoots", str(checkout / DOUBLE / "node_modules/@types"))
    command = [str(tsc), *options, *types, "build.ts", "app.ts"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_miniature_is_one() -> None:
    """Whoever reads it has read it in ten minutes."""
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in (ROOT / MINI).glob("*.mjs"))
    assert lines <= MOST_LINES


@pytest.mark.parametrize("folder", [DOUBLE])
def test_no_host_stands_in_the_lock_file(folder: Path) -> None:
    """The lock file says what is installed, by digest, and not from where; nothing is needed to run."""
    lock = json.loads((ROOT / folder / "package-lock.json").read_bytes())
    installed = [package for place, package in lock["packages"].items() if place]
    assert [package for package in installed if "resolved" in package or not package.get("integrity")] == []
    assert "dependencies" not in lock["packages"][""]
