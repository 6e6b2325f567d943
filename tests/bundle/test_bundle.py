"""The bundle: keys, what is signed, what is accepted, and by whom it can be verified."""

import ast
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from tests.bundles import PART, matrix, run

# RFC 8032, section 7.1: secret key, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of a part."""
    return run(tmp_path_factory.mktemp("runs"), "one", *PART)


@pytest.fixture(scope="module")
def key() -> Ed25519PrivateKey:
    """A key to sign with."""
    return keys.generate()


# --- Ed25519 without a library ---


@pytest.mark.parametrize(("secret", "message", "signature"), VECTORS)
def test_published_signatures_verify(secret: str, message: str, signature: str) -> None:
    """Signatures of RFC 8032 verify, and no other message bears them."""
    public = keys.public_bytes(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    made, data = bytes.fromhex(signature), bytes.fromhex(message)
    assert verify.ed25519_verifies(public, made, data)
    assert not verify.ed25519_verifies(public, made, data + b"x")


@settings(max_examples=25, deadline=None, derandomize=True, database=None)
@given(secret=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), place=st.integers(0, 511))
def test_signatures_of_the_library_verify_and_changed_ones_do_not(secret: bytes, message: bytes, place: int) -> None:
    """What cryptography signs is verified; with any one bit of the signature turned it is not."""
    private = Ed25519PrivateKey.from_private_bytes(secret)
    signature = private.sign(message)
    turned = bytearray(signature)
    turned[place // 8] ^= 1 << place % 8
    public = keys.public_bytes(private)
    found = [verify.ed25519_verifies(public, made, message) for made in (signature, bytes(turned))]
    assert found == [True, False]


def test_what_is_no_key_and_no_signature_verifies_nothing() -> None:
    """Wrong lengths, a point that is not on the curve, and a scalar that is too large are no signature."""
    private = keys.generate()
    public, signature = keys.public_bytes(private), private.sign(b"m")
    too_large = signature[:32] + (int.from_bytes(signature[32:], "little") + 2**252).to_bytes(32, "little")
    assert not verify.ed25519_verifies(public[:31], signature, b"m")
    assert not verify.ed25519_verifies(public, signature[:63], b"m")
    assert not verify.ed25519_verifies(b"\xff" * 32, signature, b"m")
    assert not verify.ed25519_verifies((2).to_bytes(32, "little"), signature, b"m")
    assert not verify.ed25519_verifies(public, too_large, b"m")


def test_the_envelope_signs_kind_and_payload() -> None:
    """The pre-authentication encoding is that of the DSSE specification's own example."""
    encoded = verify.pre_authentication("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8])
def test_the_root_is_that_of_a_certificate_log(count: int) -> None:
    """The Merkle root is split at the largest power of two below the count, as RFC 6962 says."""

    def node(leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\x00" + leaves[0]).digest()
        half = max(power for power in (1, 2, 4, 8) if power < len(leaves))
        return hashlib.sha256(b"\x01" + node(leaves[:half]) + node(leaves[half:])).digest()

    leaves = [f"leaf {number}".encode() for number in range(count)]
    expected = node(leaves) if leaves else hashlib.sha256(b"").digest()
    assert verify.merkle_root(leaves) == expected.hex()


# --- keys ---


def test_keygen_writes_a_key_for_its_owner_alone(tmp_path: Path) -> None:
    """The file can be read by its owner only, and the fingerprint that is said is the key's."""
    path = tmp_path / "signing-key.pem"
    said = CliRunner().invoke(cli, ["keygen", str(path)])
    assert (said.exit_code, path.stat().st_mode & 0o777) == (0, 0o600)
    assert f"fingerprint  {keys.fingerprint(keys.load(path))}\n" in said.output
    assert "PRIVATE" not in said.output


def test_keygen_keeps_a_key_that_is_there(tmp_path: Path) -> None:
    """A key is never overwritten."""
    path = tmp_path / "signing-key.pem"
    path.write_text("kept")
    said = CliRunner().invoke(cli, ["keygen", str(path)])
    assert (said.exit_code, "already exists" in said.output, path.read_text()) == (3, True, "kept")


def _rsa() -> bytes:
    return generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("make", "mode", "told"),
    [
        (lambda: b"nothing", 0o600, "must hold a private key"),
        (_rsa, 0o600, "a key of another kind"),
        (lambda: b"", 0o644, "can be read by others"),
    ],
    ids=["no-key", "rsa", "readable-by-others"],
)
def test_unfit_keys_are_refused(tmp_path: Path, make: Callable[[], bytes], mode: int, told: str) -> None:
    """What cannot sign, and what others could have read, signs nothing."""
    path = tmp_path / "key.pem"
    path.write_bytes(make())
    path.chmod(mode)
    with pytest.raises(keys.SigningKeyError, match=told):
        keys.load(path)


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    """The message names the command."""
    with pytest.raises(keys.SigningKeyError, match="`mpp-conformance keygen` makes a key"):
        keys.load(tmp_path / "none.pem")


# --- what is in a bundle ---


def test_equal_runs_and_keys_make_equal_bytes(folder: Path, key: Ed25519PrivateKey) -> None:
    """Nothing of the time or the place of packing is in a bundle."""
    assert pack.pack(folder, key, matrix()) == pack.pack(folder, key, matrix())


def test_a_bundle_holds_the_run_and_nothing_else_of_its_folder(folder: Path, key: Ed25519PrivateKey) -> None:
    """Verdicts, evidence, journal, claims, kill matrix and verifier are in it; what is beside them is not."""
    (folder / "notes.txt").write_text("secret")
    (folder / "disclosures").mkdir(exist_ok=True)
    (folder / "disclosures/x-00000000.json").write_text("{}")
    files = verify.verify_bundle(pack.pack(folder, key, matrix())).files
    assert set(verify.NEEDED) <= set(files)
    assert [name for name in files if "notes" in name or "disclosures" in name] == []
    kept = {f"evidence/{path.name}" for path in (folder / "evidence").iterdir()}
    assert {name for name in files if name.startswith("evidence/")} == kept


def test_the_statement_has_the_words_of_in_toto(folder: Path, key: Ed25519PrivateKey) -> None:
    """Five verdicts become three words, as docs/bundle.md says; every case stands in one of the three lists."""
    bundle = verify.verify_bundle(pack.pack(folder, key, matrix()))
    envelope = json.loads(bundle.files[verify.ATTESTATION])
    statement = json.loads(base64.b64decode(envelope["payload"]))
    found = statement["predicate"]
    cases = [case for _, case in verify.cases_of(bundle.verdicts)]
    passed, red = [case["verdict"] == "pass" for case in cases], [case["observed"] for case in cases]
    assert (statement["_type"], statement["predicateType"]) == (verify.STATEMENT_TYPE, verify.PREDICATE_TYPE)
    assert found["result"] == "FAILED"
    assert (len(found["passedTests"]), len(found["warnedTests"])) == (sum(passed), sum(red))
    assert sum(len(found[name]) for name in ("passedTests", "warnedTests", "failedTests")) == len(cases)


@pytest.mark.parametrize(
    ("overall", "observed", "expected"),
    [
        ("conformant", False, "PASSED"),
        ("conformant", True, "WARNED"),
        ("nonconformant", False, "FAILED"),
        ("inconclusive", False, "FAILED"),
        ("error", True, "FAILED"),
    ],
)
def test_results_are_mapped(overall: str, observed: bool, expected: str) -> None:  # noqa: FBT001  # a parameter
    """Only what conforms passes, and what was observed is warned of."""
    case = {
        "module": "m",
        "case": "c",
        "scenario": "s",
        "verdict": "fail" if observed else "pass",
        "observed": observed,
    }
    verdicts = {
        "overall": overall,
        "requirements": [{"id": "R1", "cases": [case]}],
        "wallet": {"name": "w", "version": "1"},
        "suite": {"name": "s", "version": "1", "digest": "d"},
        "source": {"title": "t", "digest": "d"},
        "limits": {"edition": "e"},
    }
    statement = verify.statement_of(b"", b"", b"", verdicts)
    assert statement["predicate"]["result"] == expected


def test_a_run_that_is_not_over_makes_no_bundle(folder: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """A journal without an end, or without a file, is told in words."""
    broken = tmp_path / "run"
    shutil.copytree(folder, broken)
    journal = broken / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(pack.PackError, match=r"journal\.jsonl: it does not end with this verdict file"):
        pack.pack(broken, key, matrix())
    journal.unlink()
    with pytest.raises(pack.PackError, match=r"journal\.jsonl cannot be read"):
        pack.pack(broken, key, matrix())


# --- whoever verifies it ---


@pytest.fixture
def bundle(folder: Path, key: Ed25519PrivateKey, tmp_path: Path) -> Path:
    """A bundle on disk."""
    path = tmp_path / "one.zip"
    path.write_bytes(pack.pack(folder, key, matrix()))
    return path


def alone(*arguments: str, cwd: Path, prefix: tuple[str, ...] = (), python: str = sys.executable) -> tuple[int, str]:
    """How verify.py ends, and what it prints, on a Python that sees nothing of ours."""
    command = [*prefix, python, "-I", "-S", *arguments]
    done = subprocess.run(command, cwd=cwd, env={}, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_file_alone_verifies_a_bundle(bundle: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """The verifier of the package, copied into an empty folder, needs nothing else."""
    place = tmp_path / "empty"
    place.mkdir()
    shutil.copy(Path(verify.__file__), place / "verify.py")
    shutil.copy(bundle, place)
    signer = keys.fingerprint(key)
    code, told = alone("verify.py", "one.zip", "--key", signer, cwd=place)
    assert (code, told.splitlines()[-1]) == (0, "verified     this is what the holder of that key signed"), told
    code, told = alone("verify.py", "one.zip", cwd=place)
    assert (code, "signer       unknown" in told) == (5, True), told
    code, told = alone("verify.py", "one.zip", "--key", "0" * 64, cwd=place)
    assert (code, told.startswith("REFUSED      signer.pub: signed by ")) == (1, True), told


def test_no_network_is_needed(bundle: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """The verifier out of the bundle itself verifies it where there is no network at all."""
    program = shutil.which("unshare")
    tried = [program or "false", "-n", "true"]
    if subprocess.run(tried, capture_output=True, timeout=30, check=False).returncode:
        pytest.skip("the kernel lets nobody here take the network away (unshare -n)")
    place = tmp_path / "empty"
    place.mkdir()
    shutil.copy(bundle, place)
    with zipfile.ZipFile(bundle) as archive:
        (place / "verify.py").write_bytes(archive.read("verify.py"))
    words = ("verify.py", "one.zip", "--key", keys.fingerprint(key))
    code, told = alone(*words, cwd=place, prefix=(str(program), "-n"))
    assert (code, told.splitlines()[-1]) == (0, "verified     this is what the holder of that key signed"), told


def old_python() -> str:
    """A Python 3.9, on PATH or one that pyenv keeps; empty where there is none."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [shutil.which("python3.9"), *sorted(map(str, root.glob("versions/3.9.*/bin/python3.9")))]
    ask = ["-I", "-S", "-c", "import sys; print(sys.version_info[:2])"]
    for python in filter(None, found):
        told = subprocess.run([python, *ask], capture_output=True, text=True, timeout=30, check=False)
        if told.stdout.strip() == "(3, 9)":
            return python
    return ""


def test_the_file_runs_on_the_oldest_python(bundle: Path, key: Ed25519PrivateKey, tmp_path: Path) -> None:
    """A Python 3.9 accepts what we accept, and refuses what was tampered with."""
    python = old_python()
    if not python:
        pytest.skip("there is no Python 3.9 here")
    shutil.copy(verify.__file__, tmp_path / "verify.py")
    words = ("--key", keys.fingerprint(key))
    code, told = alone("verify.py", str(bundle), *words, cwd=tmp_path, python=python)
    assert (code, told.splitlines()[-1]) == (0, "verified     this is what the holder of that key signed"), told
    (tmp_path / "cut.zip").write_bytes(bundle.read_bytes()[:-1])
    code, told = alone("verify.py", "cut.zip", *words, cwd=tmp_path, python=python)
    assert (code, told.startswith("REFUSED      the bundle: ")) == (1, True), told


@pytest.mark.parametrize("words", [[], ["a", "b"], ["--key"], ["x.zip", "--key", "short"], ["none.zip"]])
def test_a_wrong_command_line_is_not_a_verdict(words: list[str], tmp_path: Path) -> None:
    """Usage, and a file that is not there, end with 2."""
    code, told = alone(verify.__file__, *words, cwd=tmp_path)
    assert (code, "Traceback" in told) == (2, False)


def test_the_file_stands_alone_on_an_old_python() -> None:
    """It has the grammar of Python 3.9 and imports the standard library only."""
    text = Path(verify.__file__).read_text("utf-8")
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} - set(sys.stdlib_module_names) == set()
    # What came after 3.9: unions and type parameters of built-ins are for the annotations alone, which nobody runs.
    assert re.findall(r"\bmatch \w+:|strict=|bit_count|removeprefix|\bslots=|tomllib|itertools\.pairwise", text) == []


def test_verify_judges_again(bundle: Path, key: Ed25519PrivateKey) -> None:
    """The command says the same as the file, and that the evidence comes to the same verdicts."""
    told = CliRunner().invoke(cli, ["verify", str(bundle), "--key", keys.fingerprint(key)])
    assert (told.exit_code, "cases from evidence alone, the same verdicts" in told.output) == (0, True), told.output
    told = CliRunner().invoke(cli, ["verify", str(bundle)])
    assert (told.exit_code, "signer       unknown" in told.output) == (5, True), told.output


def test_another_build_of_the_suite_judges_again(
    bundle: Path, key: Ed25519PrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it comes to the same, that is enough; where it does not, nothing is proven, and nobody is accused."""
    words = ["verify", str(bundle), "--key", keys.fingerprint(key)]
    monkeypatch.setattr(catalogue, "digest", lambda _: "f" * 64)
    told = CliRunner().invoke(cli, words)
    assert (told.exit_code, "the same verdicts" in told.output) == (0, True), told.output
    assert "note         the run was judged by another build of the suite (0.1.0, " in told.output
    broken = Judgement(verdict=Verdict.ERROR, expected="e", seen="s")
    monkeypatch.setattr(oracle, "judge", lambda *_: broken)
    told = CliRunner().invoke(cli, words)
    assert (told.exit_code, "REFUSED" in told.output) == (5, False), told.output
    assert "rejudged     no: only the build of the suite that judged can do that (0.1.0, " in told.output
    monkeypatch.undo()
    monkeypatch.setattr(oracle, "judge", lambda *_: broken)
    told = CliRunner().invoke(cli, words)
    assert (told.exit_code, told.output.startswith("REFUSED      verdicts.json: judged again, it differs: ")) == (
        1,
        True,
    )


def test_bundle_writes_beside_the_folder(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RUN.zip stands beside RUN; without a key, and with one that does not sign, nothing is written."""
    here = tmp_path / "runs/one"
    shutil.copytree(folder, here)
    path = tmp_path / "key.pem"
    keys.write_new(keys.generate(), path)
    monkeypatch.setattr("mpp_conformance.cli.matrix.of_this_suite", lambda _: matrix())
    assert CliRunner().invoke(cli, ["bundle", str(here)]).exit_code == 2
    assert CliRunner().invoke(cli, ["bundle", str(here), "--key", str(tmp_path / "none")]).exit_code == 3
    told = CliRunner().invoke(cli, ["bundle", str(here), "--key", str(path)])
    assert (told.exit_code, f"bundle       {here}.zip" in told.output) == (0, True), told.output
    assert verify.verify_bundle((tmp_path / "runs/one.zip").read_bytes()).test_key is False
