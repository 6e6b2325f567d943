"""``certify``: the reference MPP as a process of its own, certified over HTTP like any wallet."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from mpp_conformance import __version__
from mpp_conformance.cli import bundle
from mpp_conformance.cli.exits import exit_codes_help
from mpp_conformance.cli.run import allure_option, execute, free_name, lang_option, new_folder
from mpp_conformance.cli.serve_wallet import PRIVATE_KEY, READY
from mpp_conformance.common.scratch import scratch
from mpp_conformance.protocol import signature
from mpp_conformance.scenarios.code_templates import TELLING, TELLING_ENTRY

PARALLEL: Final = 16
_START: Final = 30.0
"""Seconds that the process gets to start."""
_GOODBYE: Final = 5.0
_MPP: Final = "conforming"
_SHOWN: Final = 4_000

_WALLET: Final = """\
[wallet]
name = "reference MPP"
version = "{version}"
[reach]
adaptor = "http://127.0.0.1:{adaptor}"
mpp_server = "http://127.0.0.1:{adaptor}"
listen = "127.0.0.1:{port}"
fuzz = true
parallel = {parallel}
[keys]
client_id = "SANDBOX_5Y0000000000EXAMPLE"
mpp_public_key = "{mpp_public_key}"
alipay_plus_private_key = "alipay-plus-private-key.pem"
[codes]
entry = {entry}
order = {order}
foreign = "https://elsewhere.example.test/{{id}}"
[customers]
funded = "customer-1"
second = "customer-2"
unfunded = "customer-3"
[features]
app_link = true
at_once = true
[evidence]
disclose = ["customers", "pass_through_info", "other"]
"""


class NotStartedError(Exception):
    """The reference MPP's process cannot be called; says what it wrote."""


@click.command("certify", epilog=exit_codes_help())
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Where the run's folder is made.",
)
@click.option("--run", "name", metavar="NAME", help="The name of that folder.  [default: time and target]")
@lang_option
@allure_option
@bundle.sign_option
def command(*, reports: Path, name: str | None, lang: str, allure: bool, sign: Path | None) -> None:
    """Start the reference MPP that comes with the suite in its own process, and certify it over signed HTTP.

    This shows that everything works on this machine, and what a report and a signed bundle look like. Without --sign,
    a new key signs the bundle and is then thrown away: such a signature vouches for nobody.
    """
    key = bundle.load_key(sign) if sign is not None else None
    with scratch(beside=reports) as place:
        wallet = _prepared(Path(place))
        with _reference_mpp(wallet) as adaptor:
            name = name or free_name(reports, "reference MPP")
            made = new_folder(reports, name)
            code = execute(f"http:{adaptor}", wallet=wallet, made=made, allure=allure, lang=lang)
    bundle.attempt(made, key)
    click.get_current_context().exit(code)


def _prepared(place: Path) -> Path:
    """A wallet file for this one run, with keys of its own."""
    ours, theirs = signature.generate_private_key(), signature.generate_private_key()
    wallet = place / "wallet.toml"
    adaptor, port = _free_ports(2)
    texts = {
        place / "alipay-plus-private-key.pem": signature.private_key_text(ours),
        place / PRIVATE_KEY: signature.private_key_text(theirs),
        wallet: _WALLET.format(
            version=__version__,
            adaptor=adaptor,
            port=port,
            parallel=PARALLEL,
            entry=json.dumps(TELLING_ENTRY),
            order=json.dumps(TELLING),
            mpp_public_key=signature.public_key_text(theirs.public_key()),
        ),
    }
    for file, text in texts.items():
        file.write_text(text, "ascii")
    return wallet


def _free_ports(count: int) -> list[int]:
    """Ports that are free now: each side must be told where the other is before anybody listens there."""
    with ExitStack() as exits:
        found = [exits.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [server.getsockname()[1] for server in found]


@contextmanager
def _reference_mpp(wallet: Path) -> Iterator[str]:
    """The address of its adaptor; the process ends with the context, whatever happened in it.

    It ends with this process, too, even if that is killed: its standard input ends then.
    """
    # -P: without the current folder, whose files may be named like modules.
    command = [sys.executable, "-P", "-m", "mpp_conformance.cli", "serve", "wallet", _MPP, "--wallet", str(wallet)]
    command.append("--until-input-ends")
    written = wallet.with_name("stderr.txt")
    with (
        written.open("wb") as errors,
        subprocess.Popen(  # noqa: S603  # our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            address = _address(process)
            if not address:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(1)
                raise NotStartedError(f"the reference MPP did not start within {_START:g} s")
            click.echo(f"reference MPP  process {process.pid}, adaptor at {address}")
            yield address
        finally:
            _end(process, written)


def _address(process: "subprocess.Popen[str]") -> str:
    """What the process says on its line for this; empty if it does not say it in time."""
    found: list[str] = []

    def read() -> None:
        lines = process.stdout or ()
        found.extend(next(([line.removeprefix(READY).strip()] for line in lines if line.startswith(READY)), []))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(_START)
    return found[0] if found else ""


def _end(process: "subprocess.Popen[str]", written: Path) -> None:
    """End the process; if it had ended by itself, show what it wrote."""
    if process.poll() is not None:
        text = written.read_bytes()[-_SHOWN:].decode("utf-8", "backslashreplace")
        click.echo(
            f"the reference MPP's process ended by itself with {process.returncode}; it wrote:\n{text}", err=True
        )
        return
    process.terminate()
    try:
        process.wait(_GOODBYE)
    except subprocess.TimeoutExpired:
        process.kill()
