"""leakscan: what should not be handed out is found however it is written, and a run of ours holds none of it."""

import base64
import gzip
import html
import io
import json
import lzma
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.protocol import signature
from mpp_conformance.report.checks import leak_scan
from mpp_conformance.report.checks.leak_scan import MAX_DEPTH, OPENS, Leak, Scanner
from tests.hosting import own_keys
from tests.serving import CANARIES

CANARY: Final = "canary of the coal mine"
KEY: Final = own_keys()[0]


def called(*words: str | Path) -> Result:
    """The command line."""
    return CliRunner().invoke(cli, ["leakscan", *map(str, words)])


# --- a run of a wallet that discloses nothing -------------------------------------------------------------------------


def test_a_run_names_nobody(secretive: Path, tmp_path: Path) -> None:
    """What a run writes to be handed out, in whatever form, holds no customer, no private key and no secret."""
    options = [word for canary in CANARIES for word in ("--canary", canary)]
    shutil.copytree(secretive, tmp_path / "run", ignore=shutil.ignore_patterns("disclosures"))
    result = called(tmp_path / "run", "--wallet", secretive.with_name("wallet.toml"), *options)
    assert (result.exit_code, result.output.splitlines()[-1].endswith(", no leaks")) == (Exit.CONFORMS, True)
    names = {path.name for path in secretive.iterdir()}
    assert names >= {"allure-results", "evidence", "journal.jsonl", "junit.xml", "report.html", "report.md"}


def test_what_opens_it_names_them(secretive: Path) -> None:
    """The canaries were there: what is kept apart holds them, for its owner's eyes alone."""
    kept = secretive / "disclosures"
    assert (kept.stat().st_mode & 0o777, {path.stat().st_mode & 0o777 for path in kept.iterdir()}) == (0o700, {0o600})
    assert CANARIES[0].encode() in b"".join(path.read_bytes() for path in kept.iterdir())
    result = called(kept, "--wallet", secretive.with_name("wallet.toml"))
    assert (result.exit_code, "the funded customer of wallet.toml" in result.output) == (Exit.FAILS, True)
    assert CANARIES[0] not in result.output


def test_what_opens_it_is_a_leak_wherever_it_lies(secretive: Path, tmp_path: Path) -> None:
    """What opens the evidence, in a run's folder or in an archive, is found without the wallet file."""
    opened = min((secretive / "disclosures").iterdir())
    (tmp_path / "out").mkdir()
    (tmp_path / "out/kept.zip").write_bytes(zipped(opened.read_bytes()))
    told = [called(place) for place in (secretive, tmp_path / "out")]
    assert [result.exit_code for result in told] == [Exit.FAILS, Exit.FAILS]
    assert f"leak         disclosures/{opened.name}: {OPENS}" in told[0].output
    assert f"leak         kept.zip: {OPENS} (read through the archive's 'in/side.txt')" in told[1].output


@pytest.mark.parametrize("name", ["report.html", "evidence/x.json", "allure-results/x-attachment.json"])
def test_a_planted_canary_is_found(secretive: Path, tmp_path: Path, name: str) -> None:
    """One word too many, in any file, is named by the file."""
    place = tmp_path / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"for {CANARIES[1]}, of course", "ascii")
    result = called(tmp_path, "--wallet", secretive.with_name("wallet.toml"))
    assert result.exit_code == Exit.FAILS
    assert f"leak         {name}: the second customer of wallet.toml" in result.output


def test_who_discloses_customers_may_hand_them_out(secretive: Path, tmp_path: Path) -> None:
    """What the user allowed is no leak."""
    for path in filter(Path.is_file, secretive.parent.iterdir()):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    wallet = tmp_path / "wallet.toml"
    wallet.write_text(wallet.read_text("utf-8").replace("disclose = []", 'disclose = ["customers"]'), "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out/report.md").write_text(CANARIES[0], "ascii")
    assert called(tmp_path / "out", "--wallet", wallet).exit_code == Exit.CONFORMS


# --- however it is written --------------------------------------------------------------------------------------------


def zipped(data: bytes) -> bytes:
    """An archive with one file."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/side.txt", data)
    return whole.getvalue()


def tarred(data: bytes) -> bytes:
    """An archive of the other kind."""
    whole, entry = io.BytesIO(), tarfile.TarInfo("in/side.txt")
    entry.size = len(data)
    with tarfile.open(fileobj=whole, mode="w") as archive:
        archive.addfile(entry, io.BytesIO(data))
    return whole.getvalue()


WAYS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "as it is": lambda data: data,
    "in JSON": lambda data: json.dumps({"a": data.decode()}).encode(),
    "in JSON, escaped": lambda data: b"".join(b"\\u%04x" % byte for byte in data),
    "in HTML": lambda data: b"".join(b"&#%d;" % byte for byte in data),
    "in an address": lambda data: b"".join(b"%%%02x" % byte for byte in data),
    "in an address in HTML": lambda data: html.escape(quote(data)).encode(),
    "in Base64": lambda data: b"x: " + base64.b64encode(data) + b";",
    "in Base64URL": lambda data: base64.urlsafe_b64encode(data).rstrip(b"="),
    "in lines of Base64": lambda data: base64.encodebytes((data + b" ") * 9),
    "in lines of Base64 in JSON": lambda data: json.dumps(base64.encodebytes((data + b" ") * 9).decode()).encode(),
    "in UTF-16": lambda data: data.decode().encode("utf-16"),
    "packed": gzip.compress,
    "in an archive": zipped,
    "in an archive in an archive": lambda data: zipped(zipped(data)),
    "in an archive of tar": tarred,
    "in a packed archive of tar": lambda data: gzip.compress(tarred(data)),
    "in a packed archive of tar in an archive": lambda data: zipped(gzip.compress(tarred(data))),
    "in a PDF": lambda data: b"%PDF obj\nstream\r\n" + zlib.compress(data) + b"\nendstream",
    "in Base64 in JSON in Base64": lambda data: base64.b64encode(json.dumps(base64.b64encode(data).decode()).encode()),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_text_is_found_however_it_is_written(way: str) -> None:
    """Whoever can read it finds it, so we do."""
    found = Scanner({"canary": CANARY}).leaks("f", WAYS[way](CANARY.encode()))
    assert {leak.what for leak in found} == {"canary"}
    assert [leak for leak in found if CANARY in str(leak)] == []


@pytest.mark.parametrize("way", WAYS)
def test_a_scanner_that_has_seen_much_finds_as_much(way: str) -> None:
    """What files have in common is a leak in each of them, in whatever order and company it comes."""
    once, clean = WAYS[way](CANARY.encode()), WAYS[way](b"nothing that anybody keeps back")
    pieces = [clean, once, once + b"\n" + clean, b"a: " + base64.b64encode(once), once, clean, zipped(once), clean]
    scanner = Scanner({"canary": CANARY})
    alone = [Scanner({"canary": CANARY}).leaks("f", piece) for piece in pieces]
    assert [scanner.leaks("f", piece) for piece in pieces] == alone
    assert alone[0] == []


DER: Final = KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PKCS1: Final = KEY.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
KEYS: Final[dict[str, bytes]] = {
    "PEM": signature.private_key_text(KEY).encode(),
    "PEM in JSON": json.dumps(signature.private_key_text(KEY)).encode(),
    "PEM of PKCS#1": KEY.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "Base64 of DER": b'{"key":"' + base64.b64encode(DER) + b'"}',
    "DER": DER,
    "Base64 of PKCS#1": base64.b64encode(PKCS1),
    "Ed25519": Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    "Ed25519 in DER": Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
}


@pytest.mark.parametrize("form", KEYS)
def test_any_private_key_is_found(form: str) -> None:
    """A private key is one whoever's it is, and no wallet file is needed to know it."""
    assert "a private key" in {leak.what for leak in Scanner({}).leaks("f", KEYS[form])}


@pytest.mark.parametrize("name", "dpq")
@pytest.mark.parametrize("write", [str, "{:x}".format, "{:X}".format], ids=["decimal", "hex", "HEX"])
def test_numbers_of_the_key_are_found(name: str, write: Callable[[int], str]) -> None:
    """Each secret number of the wallet file's key is enough to have the key."""
    numbers = KEY.private_numbers()
    number = {"d": numbers.d, "p": numbers.p, "q": numbers.q}[name]
    found = Scanner({}, KEY).leaks("f", f"n = {write(number)};".encode())
    assert [leak.what for leak in found] == [f"the number {name} of the private key"]


def test_public_keys_and_signatures_are_no_leaks() -> None:
    """What everybody may know is not cried over."""
    public = signature.public_key_text(KEY.public_key()).encode()
    signed = signature.sign(KEY, b"content").encode()
    assert Scanner({}, KEY).leaks("f", public + b" " + signed) == []


def test_what_only_looks_alike_is_no_leak() -> None:
    """A text that goes on is another text; one that is too short is not looked for, and that is said."""
    scanner = Scanner({"long": "customer-1", "short": "c1"})
    assert scanner.leaks("f", b"customer-12 xcustomer-1 c1") == []
    assert scanner.unsearched == ["short"]
    assert Scanner({"long": "customer-1"}).leaks("f", b"<customer-1>") == [Leak("f", "long")]


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(b"\0" * 3_000_000),
        zipped(b"\0" * 3_000_000),
        b"PK\x03\x04 no archive",
        b"stream\n" + zlib.compress(b"\0" * 3_000_000) + b"endstream",
        b"x" * 2_000_001,
    ],
    ids=range(5),
)
def test_what_cannot_be_looked_through_is_said(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """A bomb, or an archive that is none, is no clean file."""
    monkeypatch.setattr(leak_scan._Look, "__init__", limited)
    (leak,) = Scanner({}).leaks("f", data)
    assert leak.what.endswith("not all of it was looked at")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (lzma.compress(b"x"), "packed with xz"),
        (b"7z\xbc\xaf\x27\x1c", "packed with 7z"),
        (b"BZh9", "packed with bzip2"),
    ],
)
def test_what_is_packed_otherwise_is_said(data: bytes, told: str) -> None:
    """What is not unpacked is named, also inside an archive: nothing is passed over in silence."""
    for way in (data, zipped(data)):
        (leak,) = Scanner({}).leaks("f", way)
        assert leak.what == f"{told}: what is in it was not looked at"


def test_an_archive_too_deep_is_said() -> None:
    """As deep as is looked, and no deeper."""
    data = CANARY.encode()
    for _ in range(MAX_DEPTH + 1):
        data = zipped(data)
    (leak,) = Scanner({"canary": CANARY}).leaks("f", data)
    assert leak.what == f"an archive {MAX_DEPTH} levels deep: what is in it was not looked at"


def limited(look: leak_scan._Look, file: str, found: dict[Leak, None]) -> None:
    """A look with room for two million bytes."""
    look.file, look.found, look.seen, look.left = file, found, set(), 2_000_000


def test_links_lead_elsewhere(tmp_path: Path) -> None:
    """A link is not followed, and not passed over."""
    (tmp_path / "out").mkdir()
    (tmp_path / "secret").write_text("x", "ascii")
    (tmp_path / "out/link").symlink_to(tmp_path / "secret")
    assert "leak         link: a link, which leads elsewhere" in called(tmp_path / "out").output


def test_a_bundle_is_looked_through(tmp_path: Path) -> None:
    """One file is looked at like a folder of them."""
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(zipped(CANARY.encode()))
    result = called(bundle, "--canary", CANARY)
    assert "leak         bundle.zip: canary 1 (read through the archive's 'in/side.txt')" in result.output
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        Exit.FAILS,
        "result       1 file and 1 inside, 1 leak",
    )
    assert called(bundle).exit_code == Exit.CONFORMS
