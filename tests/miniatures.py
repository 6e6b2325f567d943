"""A miniature wallet of ``examples/``: configured with keys and ports of its own, started, and certified over HTTP."""

import json
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mpp_conformance import wallet
from mpp_conformance.protocol import signature
from tests.commands import called

ROOT: Final = Path(__file__).parents[1]
PORTS: Final = range(20_000, 32_000)
SUITE: Final = str(Path(sys.executable).with_name("mpp-conformance"))
CONFORMS, FAILS, NOT_PROVEN = 0, 1, 5
ENOUGH: Final = "entry-sdk or entry-psp or order-sdk or order-psp or single-over"
"""Every kind of conversation: a fault needs no more to be found."""
PART: Final = f"{ENOUGH} or at-once or json or percent or inquired or cancelled"
"""For the way of being called that the miniature is not held to wholly: every kind, and payloads of every kind."""
FAULTS: Final = {
    "callback-twice": {"EC-25", "EC-28"},
    "handle-action-for-entry-code": {"EC-25"},
}
"""Of each miniature, with the requirements that it breaks."""


WEB_DOUBLE: Final = Path("doubles/web")
NPM: Final = shutil.which("npm") or ""


def with_web_double(root: Path, *examples: Path) -> Path:
    """These examples as they are handed out, in a new root beside the web double, which is built."""
    made = shutil.ignore_patterns("node_modules", "dist", "keys")
    for folder in (WEB_DOUBLE, *examples):
        shutil.copytree(ROOT / folder, root / folder, ignore=made)
    told = npm(root, "ci") + npm(root, "run", "build")
    assert (root / WEB_DOUBLE / "dist/src/node.js").is_file(), told
    return root


def npm(root: Path, *words: str) -> str:
    """What a command of npm says in the web double's folder; it must succeed."""
    place = root / WEB_DOUBLE
    done = subprocess.run([NPM, *words], cwd=place, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


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


def free_port() -> int:
    """A port that nobody listens at, and that the system gives to nobody by itself."""
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def configured(mini: Path, folder: Path, *, device: bool) -> Path:
    """Both files of the miniature in a new folder, with keys and ports of their own; the wallet file."""
    folder.mkdir()
    alipay_plus, mpp = signature.generate_private_key(), signature.generate_private_key()
    (folder / "mpp-private-key.pem").write_text(signature.private_key_text(mpp), "ascii")
    (folder / "mpp-public-key.pem").write_text(signature.public_key_text(mpp.public_key()), "ascii")
    (folder / "alipay-plus-private-key.pem").write_text(signature.private_key_text(alipay_plus), "ascii")
    (folder / "alipay-plus-public-key.txt").write_text(signature.public_key_text(alipay_plus.public_key()), "ascii")
    config = json.loads((mini / "wallet.json").read_text("utf-8"))
    adaptor, listen = free_port(), free_port()
    text = (mini / "wallet.toml").read_text("utf-8")
    changes = {
        f":{config['adaptorPort']}": f":{adaptor}",
        config["gateway"].removeprefix("http://"): f"127.0.0.1:{listen}",
        "device = false": f"device = {str(device).lower()}",
    }
    assert all(old in text for old in changes)
    (folder / "wallet.toml").write_text(_replaced(text, changes), "utf-8")
    # What leads to the wallet's page or to the suite has their ports.
    config["codes"] = {name: _replaced(code, changes) for name, code in config["codes"].items()}
    config |= {"adaptorPort": adaptor, "gateway": f"http://127.0.0.1:{listen}"}
    if device:
        config["device"] = wallet.load(folder / "wallet.toml").device_address
    (folder / "wallet.json").write_text(json.dumps(config), "utf-8")
    return folder / "wallet.toml"


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


@contextmanager
def up(command: Sequence[str], wallet_file: Path) -> Iterator[None]:
    """The miniature that was configured there, from its ready line until the end of the block."""
    with subprocess.Popen(
        command, cwd=wallet_file.parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().endswith(b" is ready\n")
            yield
        finally:
            process.send_signal(signal.SIGTERM)


def certified(wallet_file: Path, *words: str) -> Outcome:
    """What a run in this process comes to; it leaves exactly one folder."""
    done = called("run", "--wallet", str(wallet_file), *words, cwd=wallet_file.parent)
    (found,) = wallet_file.parent.glob("reports/*/verdicts.json")
    rows = json.loads(found.read_bytes())["requirements"]
    verdicts = {row["id"]: row["verdict"] for row in rows if row["tested"] and row["level"] == "MUST"}
    return Outcome(done.exit_code, done.output[-4_000:], verdicts)


def held_by_hand(work: Callable[[str], object], *words: str) -> tuple[int, str]:
    """A run by hand: its exit code, and what it printed. ``work`` is given the address of its console."""
    command = [SUITE, "run", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            invited = re.match(r"console +(\S+)", line)
            if invited:
                work(invited[1])
        return process.wait(60), printed
