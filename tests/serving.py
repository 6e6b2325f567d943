"""A wallet file whose wallet is a known MPP in a process of its own, and a run of it."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Final

from mpp_conformance.cli.exits import Exit
from mpp_conformance.wallet import create
from tests.commands import called

BIN: Final = Path(sys.executable).parent
COMMAND: Final = str(BIN / "mpp-conformance")
CANARIES: Final = ("canary-of-the-funded", "canary-of-the-second", "canary-of-the-unfunded")
"""The customers of a wallet that discloses nothing."""


def free_ports(count: int) -> list[int]:
    """Ports that are free now, each another."""
    with ExitStack() as stack:
        found = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in found]


def settle_ports(wallet: Path, adaptor: int, listen: int) -> None:
    """Give a new wallet file other ports, and little to wait for."""
    text = wallet.read_text("utf-8")
    text = text.replace("# mpp_server = ", "mpp_server = ").replace("127.0.0.1:9320", "127.0.0.1:9300")
    text = text.replace("127.0.0.1:9300", f"127.0.0.1:{adaptor}").replace("127.0.0.1:9400", f"127.0.0.1:{listen}")
    for key, value in {"parallel": "16", "settle": "0.05", "quiet": "0.1"}.items():
        text = re.sub(rf"^{key} = .*$", f"{key} = {value}", text, flags=re.MULTILINE)
    wallet.write_text(text, "utf-8")


@contextmanager
def served(words: list[str], place: Path) -> Iterator[None]:
    """A command that serves: it says where, goes on for the time of the context, and ends well on Ctrl-C."""
    with subprocess.Popen([BIN / words[0], *words[1:]], cwd=place, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            lines = iter(process.stdout.readline, "")
            assert next((line for line in lines if "http://127.0.0.1:" in line), "") != ""
            yield
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def certified(place: Path, *words: str) -> Path:
    """The folder of a run with a conforming MPP, all of it to be read; ``words`` choose a part of it."""
    return _held(place, {"disclose = []": 'disclose = ["customers", "pass_through_info", "other"]'}, *words)


def held_in_secret(place: Path) -> Path:
    """The folder of a run of a part of the suites with a wallet that discloses nothing; its customers are CANARIES."""
    customers = {f'"customer-{number}"': f'"{canary}"' for number, canary in enumerate(CANARIES, 1)}
    return _held(place, customers, "-k", "callback or wire")


@contextmanager
def wallet_served(
    place: Path, changes: Mapping[str, str] = MappingProxyType({}), *, mpp: str = "conforming"
) -> Iterator[Path]:
    """A wallet file in ``place`` whose wallet is a known MPP, for the time of the context; with changes to it."""
    wallet = create(place / "wallet.toml").wallet
    settle_ports(wallet, *free_ports(2))
    text = wallet.read_text("utf-8")
    for old, new in {**changes, "app_link = false": "app_link = true"}.items():
        text = text.replace(old, new)
    wallet.write_text(text, "utf-8")
    with served([COMMAND, "serve", "wallet", mpp, "--wallet", str(wallet), "--new-keys"], place):
        yield wallet


def _held(place: Path, changes: Mapping[str, str], *selection: str) -> Path:
    with wallet_served(place, changes) as wallet:
        words = ["run", "--wallet", str(wallet), "--reports", str(place), "--run", "run", *selection]
        ended = called(*words, cwd=place)
    assert ended.exit_code == (Exit.NOT_PROVEN if selection else Exit.CONFORMS), ended.output
    return place / "run"


def of_specimen(place: Path, name: str) -> Path:
    """The folder of a run of a part of the suites with a specimen in one process."""
    words = ["run", "--mpp", f"specimen:{name}", "--reports", str(place), "--run", name, "-k", "callback"]
    ended = called(*words, cwd=place)
    assert ended.exit_code in {Exit.NOT_PROVEN, Exit.FAILS}, ended.output
    return place / name
