"""Every text file that a user writes is read in one way, whoever reads it."""

import codecs
import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mpp_conformance.bundle import keys
from mpp_conformance.cli import cli
from mpp_conformance.cli.serve_wallet import PRIVATE_KEY, PUBLIC_KEY
from mpp_conformance.common.resources import directory
from mpp_conformance.pacts import document
from mpp_conformance.protocol import signature
from mpp_conformance.report.gate import waivers
from mpp_conformance.wallet import WalletFileError, create, load

FILES = ["wallet.toml", PUBLIC_KEY, "alipay-plus-private-key.pem", "waivers.toml", "pact.json", "signing-key.pem"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with one of each."""
    made = create(tmp_path / "wallet.toml")
    shutil.copy(made.public_key, tmp_path / PUBLIC_KEY)
    key = keys.generate()
    owner = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    (tmp_path / "waivers.toml").write_text(f'[owners]\nann = "{codecs.encode(owner, "base64").decode().strip()}"\n')
    shutil.copy(directory("contracts") / "pacts/mpp-server--alipay-plus.json", tmp_path / "pact.json")
    keys.write_new(key, tmp_path / "signing-key.pem")
    return tmp_path


def read(place: Path) -> None:
    """Read each of them; ValueError where one cannot be."""
    load(place / "wallet.toml")
    waivers.load(place / "waivers.toml")
    document.read((place / "pact.json").read_bytes())
    keys.load(place / "signing-key.pem")


@pytest.mark.parametrize("name", FILES)
def test_a_byte_order_mark_is_no_text(place: Path, name: str) -> None:
    """What Notepad and PowerShell put before a text is left out of it."""
    read(place)
    (place / name).write_bytes(codecs.BOM_UTF8 + (place / name).read_bytes())
    read(place)


@pytest.mark.parametrize("name", FILES)
def test_another_encoding_is_named(place: Path, name: str) -> None:
    """A file that was saved as UTF-16 is called one."""
    (place / name).write_bytes((place / name).read_text("utf-8").encode("utf-16"))
    with pytest.raises(ValueError, match=r"UTF-16; save the file as UTF-8|must hold a private key in PEM"):
        read(place)


def test_a_key_out_of_a_variable_is_told_from_none(place: Path) -> None:
    """A key whose ends of lines are two characters each is the slip that is named."""
    file = place / "alipay-plus-private-key.pem"
    file.write_text(file.read_text("ascii").replace("\n", r"\n"), "ascii")
    with pytest.raises(WalletFileError, match=r"it holds \\n, two characters, where its lines end"):
        load(place / "wallet.toml")


def test_no_reader_decodes_by_itself() -> None:
    """Whoever reads a file of a user's asks the one function; ours are UTF-8, and read as such."""
    package = Path(cli.__class__.__module__.replace(".", "/")).parts[0]
    root = Path(sys.modules[package].__file__ or "").parent
    assert [
        path.relative_to(root).as_posix()
        for path in sorted(root.rglob("*.py"))
        if "utf-8-sig" in path.read_text("utf-8") or 'read_text("ascii")' in path.read_text("utf-8")
    ] == ["common/text.py", "generation/process.py", "specimens/conforming_variants.py"]


def test_keys_on_the_command_line_are_read_alike(place: Path) -> None:
    """``serve wallet`` and ``rejudge`` take a key file with a mark, too."""
    key = signature.generate_private_key()
    file = place / PRIVATE_KEY
    file.write_bytes(codecs.BOM_UTF8 + signature.private_key_text(key).encode())
    text = (place / "wallet.toml").read_text("utf-8").replace("127.0.0.1:9400", "127.0.0.1:0")
    (place / "wallet.toml").write_text(text, "utf-8")
    told = CliRunner().invoke(cli, ["serve", "wallet", "conforming", "--wallet", str(place / "wallet.toml")])
    assert "[reach] listen names no fixed port" in told.output


@pytest.mark.parametrize("version", [None, "4.0"])
def test_a_pact_without_a_version_is_of_the_one_that_it_looks_like(place: Path, version: str | None) -> None:
    """Pact's own readers take a version that is null; the verifier is told which one it is."""
    whole = json.loads((place / "pact.json").read_bytes())
    whole["metadata"]["pactSpecification"] = {"version": version}
    found = document.read(json.dumps(whole).encode())
    replayed = json.loads(found.with_interactions(iter(found.interactions)))
    assert replayed["metadata"]["pactSpecification"] == {"version": "4.0"}
    assert {one.kind for one in found.interactions} == {document.HTTP}
