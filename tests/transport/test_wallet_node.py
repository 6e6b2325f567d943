"""The wallet in TypeScript: certified and held to its contract as its README says; each of its ten faults is caught.

One of each kind is; `make thorough` has the others, too.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

import pytest

from tests.commands import called

ROOT = Path(__file__).parents[2]
WALLET = Path("examples/wallet-node")
CONTRACT = ROOT / "contracts/pacts/alipay-plus--mpp-server.json"
SHELL = ("/bin/bash", "-ec")
READY = "wallet-node listens at "
PORTS = range(20_000, 32_000)
CONFORMS, FAILS = 0, 1
MAX_TOLD = 4_000
# Every kind of payment, and of payloads those that a fault here changes: a fault needs no more to be found.
ENOUGH = "entry-sdk or entry-psp or order-sdk or order-psp or at-once or single-over or json or blanks or percent"

# What each fault breaks in these, and nothing else that is a MUST.
FAULTS = {
    "payload-rebuilt": {"SRV-4"},
    "payload-percent-encoded": {"SRV-4", "SRV-8", "UX-1"},
    "payload-trimmed": {"SRV-4"},
    "status-first": {"SRV-3", "SRV-4", "SRV-8", "UX-1"},
    "body-signed-rewritten": {"WIRE-1"},
    "handle-action-twice": {"OC-16"},
    "handle-action-for-entry-code": {"EC-25"},
    "callback-before-result": {"EC-28", "SDK-1"},
    "one-decode-callback": {"EC-25"},
    "own-error-page": {"EC-25", "OC-16", "UX-1"},
}
# Each has another one of its kind beside it: of a payload, of when or where something is done.
ALIKE = {"payload-percent-encoded", "payload-trimmed", "callback-before-result", "own-error-page"}
# What is asked of a wallet that says where its MPP server is.
INQUIRED = {"INQ-1", "INQ-2", "INQ-3", "CAN-1", "CAN-2", "CAN-3", "WIRE-3", "WIRE-4", "WIRE-5"}
# Alipay+ acknowledges no notification in these, so that the wallet repeats one when they are over.
REPEATED = {(f"{code}-each-of-several-asked-about", "NotifyPayment") for code in ("entry", "order")}
# With one callback for all, it is chance whose conversation suffers beside the two that are held together on purpose.
SPREADING = {"one-decode-callback"}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("npm") is None, reason="needs Node 20 or newer with npm"),
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended, and what it says about it."""

    code: int
    told: str
    verdicts: dict[str, str]
    """Requirement id and verdict, of every MUST that was tested."""
    observed: set[str]
    """The others that were not met."""
    strays: set[tuple[str, str]]
    """The conversations that were over before the wallet was, and the messages that came too late."""


def environment() -> dict[str, str]:
    """The environment, with the commands of this installation first."""
    bin_folder = str(Path(sys.executable).parent)
    return os.environ | {"PATH": os.pathsep.join([bin_folder, os.environ.get("PATH", "")])}


def free_ports(count: int) -> list[str]:
    """Ports that nobody listens at, and that the system gives to nobody by itself while npm is still installing."""
    found: set[int] = set()
    while len(found) < count:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            found.add(port)
    return [str(port) for port in found]


def move(folder: Path) -> None:
    """Give the wallet in ``folder`` free ports in place of those that its two files name."""
    texts = {folder / name: (folder / name).read_text("utf-8") for name in ("wallet.json", "wallet.toml")}
    reach = tomllib.loads(texts[folder / "wallet.toml"])["reach"]
    named = [reach[key].rpartition(":")[2] for key in ("adaptor", "mpp_server", "listen")]
    for old, new in zip(named, free_ports(len(named)), strict=True):
        texts = {file: re.sub(rf"\b{old}\b", new, text) for file, text in texts.items()}
    for file, text in texts.items():
        file.write_text(text, encoding="utf-8")


def blocks() -> list[str]:
    """The commands of the README, block by block."""
    return re.findall(r"```console\n(.*?)```", (ROOT / WALLET / "README.md").read_text("utf-8"), re.DOTALL)


@contextmanager
def wallet_up(command: Sequence[str], cwd: Path) -> Iterator[None]:
    """The wallet as a process of its own, from its ready line until the end of the block."""
    with subprocess.Popen(
        command, cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        late = Timer(120, end, [process])
        late.start()
        try:
            assert process.stdout is not None
            wait_for_ready_line(process.stdout)
            yield
        finally:
            late.cancel()
            end(process)


def wait_for_ready_line(stdout: IO[bytes]) -> None:
    """Read until the wallet says that it listens."""
    said = []
    for line in stdout:
        said.append(line.decode())
        if said[-1].startswith(READY):
            return
    pytest.fail("the wallet has ended without a ready line:\n" + "".join(said))


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and those that it started: npm starts others."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)


def shell(commands: str, cwd: Path, *, timeout: float) -> subprocess.CompletedProcess[str]:
    """What ``commands`` come to, within so many seconds."""
    return subprocess.run(
        [*SHELL, commands], cwd=cwd, env=environment(), capture_output=True, text=True, timeout=timeout, check=False
    )


def certify(commands: str, reports: Path, cwd: Path) -> Outcome:
    """Run the suite by ``commands``, which leave exactly one run in ``reports``."""
    done = shell(commands, cwd, timeout=180)
    return outcome_of(done.returncode, done.stdout + done.stderr, reports)


def outcome_of(code: int, told: str, reports: Path) -> Outcome:
    """What a command has come to that left exactly one run in ``reports``, by its exit code and what it printed."""
    found = list(reports.glob("*/verdicts.json"))
    assert len(found) == 1, told
    said = json.loads(found[0].read_bytes())
    rows = said["requirements"]
    verdicts = {row["id"]: row["verdict"] for row in rows if row["tested"] and row["level"] == "MUST"}
    observed = {row["id"] for row in rows if row["tested"] and row["level"] != "MUST" and row["verdict"] != "pass"}
    strays = {(stray["conversation"], json.loads(stray["message"])["type"]) for stray in said["strays"]}
    return Outcome(code, told[-MAX_TOLD:], verdicts, observed, strays)


@dataclass(frozen=True, slots=True)
class Followed:
    """A checkout in which the README was followed to the letter, but for the ports."""

    root: Path
    run: Outcome
    contract: subprocess.CompletedProcess[str]
    """What the verification of its contract came to."""


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The README's commands, in their order, while the wallet runs."""
    root = tmp_path_factory.mktemp("checkout")
    made = shutil.ignore_patterns("node_modules", "dist", "keys", "reports")
    shutil.copytree(ROOT / WALLET, root / WALLET, ignore=made)
    move(root / WALLET)
    start, run, contract = blocks()[:3]
    with wallet_up([*SHELL, start], root):
        outcome = certify(run, root / "reports", root)
        return Followed(root, outcome, shell(contract, root, timeout=60))


def held_with(fault: str, built: Path, folder: Path) -> Outcome:
    """How a run in this process ends against the wallet with a fault; ``built``: where the wallet is."""
    shutil.copytree(built / "keys", folder / "keys")
    for name in ("wallet.json", "wallet.toml"):
        shutil.copy(built / name, folder)
    move(folder)
    command = ["node", str(built / "dist/main.js"), "--config", "wallet.json", "--fault", fault]
    with wallet_up(command, folder):
        done = called("run", "--wallet", "wallet.toml", "-k", ENOUGH, cwd=folder)
    return outcome_of(done.exit_code, done.output, folder / "reports")


def test_the_wallet_conforms_as_its_readme_says(certified: Followed) -> None:
    """The commands of the README start the wallet and certify it without a finding, and each message has its place.

    A notification that nobody acknowledges may come once more when its conversation is over.
    """
    outcome = certified.run
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told
    assert (set(), set()) == (outcome.observed, outcome.strays - REPEATED), outcome.told
    assert outcome.verdicts.keys() >= INQUIRED


def test_the_wallet_keeps_its_contract_with_alipay_plus(certified: Followed) -> None:
    """Every interaction that Alipay+ expects of an MPP server passes, none is left unproven."""
    told = certified.contract.stdout
    expected = len(json.loads(CONTRACT.read_bytes())["interactions"])
    assert certified.contract.returncode == CONFORMS, told + certified.contract.stderr
    assert f"of {expected} interactions {expected} passed, 0 failed, 0 proved nothing" in told


def test_the_wallets_own_tests_pass(certified: Followed) -> None:
    """The fourth command of the README tests what the suite does not ask."""
    tested = shell(blocks()[3], certified.root, timeout=60)
    assert tested.returncode == 0, tested.stdout[-MAX_TOLD:]


def test_the_faults_are_those_that_the_wallet_lists(certified: Followed) -> None:
    """The last command of the README lists the faults that are tried here."""
    listed = shell(blocks()[-1], certified.root, timeout=60)
    assert set(FAULTS) == set(re.findall(r"^([a-z-]+)  +\w", listed.stdout, re.MULTILINE))


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[pytest.mark.thorough] if fault in ALIKE else []) for fault in FAULTS]
)
def test_each_fault_is_caught(fault: str, certified: Followed, tmp_path: Path) -> None:
    """A fault breaks the requirements that are its own, and the run says that the wallet does not conform."""
    outcome = held_with(fault, certified.root / WALLET, tmp_path)
    failed = {row for row, verdict in outcome.verdicts.items() if verdict == "fail"}
    seen = failed & FAULTS[fault] if fault in SPREADING else failed
    assert (FAILS, FAULTS[fault]) == (outcome.code, seen), outcome.told


def test_no_host_stands_in_the_lock_file() -> None:
    """The lock file says what is installed, by digest, and not from where."""
    lock = json.loads((ROOT / WALLET / "package-lock.json").read_bytes())
    installed = [package for place, package in lock["packages"].items() if place]
    assert [package for package in installed if "resolved" in package or not package.get("integrity")] == []
