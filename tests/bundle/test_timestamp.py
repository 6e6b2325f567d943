"""Time stamps of bundles, by an authority of this machine's own: that it works, and no proof of any time."""

import shutil
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mpp_conformance.bundle import keys, pack, timestamp, verify
from mpp_conformance.cli import cli
from tests.bundles import PART, matrix, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of a part."""
    return run(tmp_path_factory.mktemp("runs"), "one", *PART)


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    """A key to sign with."""
    return keys.generate()


AUTHORITY = """
[tsa]
default_tsa = test
[test]
serial = {place}/serial
crypto_device = builtin
signer_cert = {place}/tsa.pem
signer_key = {place}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def openssl(*words: str, cwd: Path) -> None:
    """One command of openssl."""
    program = shutil.which("openssl")
    assert program is not None
    subprocess.run([program, *words], cwd=cwd, capture_output=True, timeout=60, check=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """A time stamp authority of this machine's own: its address, and its root certificate. It is a test, no proof."""
    place = tmp_path_factory.mktemp("tsa")
    (place / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    (place / "tsa.cnf").write_text(AUTHORITY.format(place=place))
    (place / "serial").write_text("01\n")
    new = ("req", "-newkey", "rsa:2048", "-nodes", "-days", "30")
    openssl(*new, "-x509", "-subj", "/CN=TEST root", "-keyout", "root.key", "-out", "root.pem", cwd=place)
    openssl(*new[:4], "-subj", "/CN=TEST TSA", "-keyout", "tsa.key", "-out", "tsa.csr", cwd=place)
    signing = ("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")
    openssl(*signing, "-days", "30", "-extfile", "ext", "-out", "tsa.pem", cwd=place)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (place / "query").write_bytes(self.rfile.read(int(self.headers["content-length"])))
            words = ("ts", "-reply", "-queryfile", "query", "-config", "tsa.cnf", "-out", "reply")
            openssl(*words, cwd=place)
            self.send_response(200)
            self.end_headers()
            self.wfile.write((place / "reply").read_bytes())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's word
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", place / "root.pem"
    server.shutdown()
    server.server_close()


def test_a_time_stamp_dates_the_signature(
    folder: Path, key: Ed25519PrivateKey, authority: tuple[str, Path], tmp_path: Path
) -> None:
    """The authority's word is in the bundle, verifies with its root, and is of this signature only."""
    address, root = authority
    data = pack.pack(folder, key, matrix(), stamp=lambda signed: timestamp.request_time_stamp(signed, address))
    path = tmp_path / "stamped.zip"
    path.write_bytes(data)
    words = ["verify", str(path), "--key", keys.fingerprint(key), "--authority", str(root)]
    told = CliRunner().invoke(cli, words)
    assert (told.exit_code, ", by the authority in " in told.output) == (0, True), told.output
    found = verify.verify_bundle(data)
    with pytest.raises(timestamp.TimeStampError, match="does not verify"):
        timestamp.verify_time_stamp(found.time_stamp, b"something else", root.read_bytes())


def test_a_bundle_without_a_time_stamp_is_told_so(
    folder: Path, key: Ed25519PrivateKey, authority: tuple[str, Path], tmp_path: Path
) -> None:
    """Who asks for a time stamp and finds none is refused."""
    bundle = tmp_path / "one.zip"
    bundle.write_bytes(pack.pack(folder, key, matrix()))
    told = CliRunner().invoke(cli, ["verify", str(bundle), "--authority", str(authority[1])])
    assert (told.exit_code, told.output) == (1, "REFUSED      timestamp.tsr: the bundle has none\n")


def test_an_authority_that_does_not_answer_is_told() -> None:
    """A refused connection is one sentence."""
    with pytest.raises(timestamp.TimeStampError, match="the authority at"):
        timestamp.request_time_stamp(b"x", "http://127.0.0.1:9/")


def test_what_is_no_time_stamp_is_refused() -> None:
    """Bytes of any other kind are no reply of an authority."""
    with pytest.raises(timestamp.TimeStampError, match="the reply is no time stamp"):
        timestamp.verify_time_stamp(b"nothing", b"x", b"")
