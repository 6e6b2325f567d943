"""Verify a bundle of mpp-conformance: whole, signed, and saying of its verdicts what they come to.

    python verify.py BUNDLE [--key FINGERPRINT] [--logs FOLDER]

One file on purpose: Python 3.9 or newer, its standard library and nothing else; it opens no connection and writes no
file. Take it from where you trust it, not from the bundle that it is to judge. The conversations are judged again by
`mpp-conformance verify`, which calls this and then rejudges.

Exit codes: 0 the bundle is what the holder of the key signed; 1 refused, and why; 2 the command line is wrong;
5 not proven: whole and consistent, but signed by a key that nobody named.

What is checked, in this order, for a later check believes what an earlier one has shown: the ZIP file byte by byte,
the manifest, the signature, the statement, the verdicts, the evidence, the journal, the kill matrix. The bundle of an
audit has its outcome in the place of the verdicts, and names every log that was read; with --logs FOLDER each file
there must be one of them, unchanged, and none may be missing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import re
import struct
import sys
import zlib
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, NoReturn, Sequence, Tuple

MANIFEST = "manifest.json"
ATTESTATION = "attestation.json"
TIME_STAMP = "timestamp.tsr"
SIGNER = "signer.pub"
VERDICTS = "verdicts.json"
CLAIMS = "claims.json"
KILL_MATRIX = "kill-matrix.json"
JOURNAL = "journal.jsonl"
GATE = "gate.json"
AUDIT = "audit.json"
BESIDE_THE_MANIFEST = (MANIFEST, ATTESTATION, TIME_STAMP)
"""Not listed in the manifest: itself, what signs it, and what dates the signature."""
NEEDED = (MANIFEST, ATTESTATION, SIGNER, VERDICTS, CLAIMS, KILL_MATRIX, JOURNAL, "verify.py")
NEEDED_OF_AUDIT = (MANIFEST, ATTESTATION, SIGNER, AUDIT, "verify.py")
NAME = re.compile(
    r"(?:manifest\.json|attestation\.json|timestamp\.tsr|signer\.pub|verdicts\.json|claims\.json|kill-matrix\.json"
    r"|audit\.json|journal\.jsonl|verify\.py|gate\.json|junit\.xml|report(?:\.[a-z]{2}-[A-Z]{2})?\.(?:html|md|pdf)"
    r"|evidence/[a-z0-9][a-z0-9-]{0,80}-[0-9a-f]{8}\.json|pictures/[0-9a-f]{64}\.(?:png|jpg|webp))"
)
"""Every name that a bundle may hold."""

MANIFEST_FORMAT = "mpp-conformance bundle 1"
VERDICTS_FORMAT = "mpp-conformance verdicts 1"
JOURNAL_FORMAT = "mpp-conformance journal 1"
MATRIX_FORMAT = "mpp-conformance kill-matrix 1"
AUDIT_FORMAT = "mpp-conformance audit 1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"

MAX_BUNDLE = 512 * 1024 * 1024
MAX_FILE = 256 * 1024 * 1024
MAX_WHOLE = 1024 * 1024 * 1024
MAX_ENTRIES = 20_000
LARGEST = 2**53 - 1
NOTHING = "0" * 64
_SHOWN = 120

OK, REFUSED, USAGE, UNKNOWN_SIGNER = 0, 1, 2, 5


class Refused(Exception):  # noqa: N818  # what the bundle is
    """Why the bundle is not accepted; the text begins with the place."""


class Bundle(NamedTuple):
    """A bundle that holds together: of which run, its files, who signed it (SHA-256 of the key), and its verdict file.

    Of an audit, ``verdicts`` is its outcome, ``audit.json``.
    ``mpp_key``: the key that the MPP's messages are said to be signed with (SHA-256), empty where none was signed.
    """

    name: str
    files: Dict[str, bytes]
    signer: str
    test_key: bool
    verdicts: Dict[str, Any]
    time_stamp: bytes
    mpp_key: str


def verify_bundle(data: bytes) -> Bundle:
    """The bundle in the bytes of a file, for whoever signed it; Refused where anything about it is not as it must be.

    Whether ``signer`` is somebody to be believed is the caller's to say.
    """
    files = read_zip(data)
    for name in NEEDED_OF_AUDIT if AUDIT in files else NEEDED:
        if name not in files:
            refuse(name, "the bundle has no such file")
    manifest = _manifest(files)
    signer = hashlib.sha256(_public_key(files[SIGNER])).hexdigest()
    if _of(manifest, "signer", dict, MANIFEST).get("fingerprint") != signer:
        refuse(SIGNER, "this is not the key that the manifest names")
    statement = _statement(files)
    name = _of(manifest, "run", str, MANIFEST)
    test_key = manifest["signer"].get("test") is not False
    if AUDIT in files:
        audit = _object(files[AUDIT], AUDIT)
        check_audit(audit, files, statement)
        return Bundle(name, files, signer, test_key, audit, files.get(TIME_STAMP, b""), "")
    verdicts = _object(files[VERDICTS], VERDICTS)
    check_statement(statement, files, verdicts)
    check_verdicts(verdicts)
    check_claims(verdicts, _object(files[CLAIMS], CLAIMS))
    check_evidence(verdicts, files)
    check_pictures(verdicts, files)
    check_journal(verdicts, files[JOURNAL], files[VERDICTS])
    if GATE in files:
        check_gate(verdicts, files[GATE])
    check_kill_matrix(verdicts, json_of(files[KILL_MATRIX], KILL_MATRIX))
    return Bundle(name, files, signer, test_key, verdicts, files.get(TIME_STAMP, b""), mpp_key(verdicts))


def mpp_key(verdicts: Dict[str, Any]) -> str:
    """The key that the MPP signed with (SHA-256, hex), empty where nothing was signed; Refused where there is none."""
    layer = verdicts.get("message_layer")
    if layer is None:
        return ""
    return hashlib.sha256(_unwritten(_of(layer, "mpp_public_key", str, VERDICTS), VERDICTS)).hexdigest()


def refuse(where: str, why: str) -> NoReturn:
    """Do not accept the bundle; names come out printable and short."""
    place = where if len(where) <= _SHOWN else where[:_SHOWN] + "..."
    raise Refused("%s: %s" % (ascii(place)[1:-1], why))


# --- the ZIP file: written in one way only, so that no two readers can see two things in it -------------------------

_END = struct.Struct("<4s4H2LH")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_PLAIN_FILE = 0o100644 << 16
_FIRST_DAY = 0x21
"""1 January 1980, as ZIP writes it: the only date that an entry has."""


class Entry(NamedTuple):
    """A file in the ZIP, as the central directory says."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def read_zip(data: bytes) -> Dict[str, bytes]:
    """The files of a ZIP by name; Refused for anything that two programs could read in two ways."""
    if len(data) > MAX_BUNDLE:
        refuse("the bundle", "more than %d bytes" % MAX_BUNDLE)
    found: Dict[str, bytes] = {}
    folded: Dict[str, str] = {}
    whole = 0
    end = 0
    entries, start = _directory(data)
    for entry in entries:
        if not NAME.fullmatch(entry.name):
            refuse(entry.name, "no bundle has a file of this name")
        if entry.name in found or entry.name.lower() in folded:
            refuse(entry.name, "two files of one name")
        folded[entry.name.lower()] = entry.name
        whole += entry.size
        if entry.size > MAX_FILE or whole > MAX_WHOLE:
            refuse(entry.name, "it would unpack to more than the limit: %d bytes" % entry.size)
        if entry.offset != end:
            refuse(entry.name, "its bytes do not follow those of the file before it: something is hidden, or shared")
        found[entry.name], end = _content(data, entry, start)
    if end != start:
        refuse("the bundle", "there are bytes between its files and its directory")
    return found


def _directory(data: bytes) -> Tuple[List[Entry], int]:
    """The entries, and where the directory begins."""
    if len(data) < _END.size:
        refuse("the bundle", "this is no ZIP file")
    place = len(data) - _END.size
    mark, disk, first, here, count, size, start, comment = _END.unpack_from(data, place)
    if mark != b"PK\5\6" or comment:
        refuse("the bundle", "it does not end where its directory ends: cut off, or something was appended")
    if disk or first or here != count or count > MAX_ENTRIES or start + size != place:
        refuse("the bundle", "its directory is not one plain directory at its end")
    entries = []
    at = start
    for _ in range(count):
        entry, at = _entry(data, at, place)
        entries.append(entry)
    if at != place:
        refuse("the bundle", "its directory does not have the length that it states")
    return entries, start


def _entry(data: bytes, at: int, end: int) -> Tuple[Entry, int]:
    if at + _CENTRAL.size > end:
        refuse("the bundle", "its directory is cut off")
    (mark, _, _, flags, method, time, day, crc, packed, size, length, extra, comment, disk, _, mode, offset) = (
        _CENTRAL.unpack_from(data, at)
    )
    name = data[at + _CENTRAL.size : at + _CENTRAL.size + length].decode("latin-1")
    if mark != b"PK\1\2":
        refuse("the bundle", "its directory has something else in the place of an entry")
    if mode != _PLAIN_FILE:
        refuse(name, "it is no plain file: a link, a folder or a program")
    if flags or extra or comment or disk or method not in (0, 8) or (time, day) != (0, _FIRST_DAY):
        refuse(name, "its entry in the directory is not written as bundles write it")
    return Entry(name, method, crc, packed, size, offset), at + _CENTRAL.size + length


def _content(data: bytes, entry: Entry, limit: int) -> Tuple[bytes, int]:
    """What a file holds, and where its bytes end."""
    begin = entry.offset + _LOCAL.size + len(entry.name)
    if begin + entry.packed > limit:
        refuse(entry.name, "its bytes reach into the directory")
    mark, _, flags, method, time, day, crc, packed, size, length, extra = _LOCAL.unpack_from(data, entry.offset)
    name = data[entry.offset + _LOCAL.size : entry.offset + _LOCAL.size + length].decode("latin-1")
    here = (mark, flags, method, time, day, crc, packed, size, extra, name)
    there = (b"PK\3\4", 0, entry.method, 0, _FIRST_DAY, entry.crc, entry.packed, entry.size, 0, entry.name)
    if here != there:
        refuse(entry.name, "its own header says something else than the directory")
    content = data[begin : begin + entry.packed]
    if entry.method:
        content = _inflated(content, entry)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        refuse(entry.name, "its bytes do not match its checksum")
    return content, begin + entry.packed


def _inflated(packed: bytes, entry: Entry) -> bytes:
    machine = zlib.decompressobj(-15)
    try:
        content = machine.decompress(packed, entry.size + 1)
    except zlib.error:
        refuse(entry.name, "its bytes cannot be unpacked")
    if len(content) > entry.size or not machine.eof or machine.unused_data:
        refuse(entry.name, "it does not unpack to the size that its entry states")
    return content


# --- canonical JSON (RFC 8785, of text, whole numbers, true, false, null, arrays and objects) -----------------------


def json_of(data: bytes, where: str) -> Any:  # noqa: ANN401  # whatever JSON has
    """The document in ``data``; Refused for anything that two programs could read in two ways."""
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_int=_whole,
            parse_float=_no_number,
            parse_constant=_no_number,
            object_pairs_hook=_each_name_once,
        )
    except Refused:
        raise
    except (ValueError, RecursionError):
        refuse(where, "it is not JSON that can be read in only one way")


def canonical(document: Any) -> bytes:  # noqa: ANN401  # whatever JSON has
    """The one way to write a document."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def _object(data: bytes, where: str) -> Dict[str, Any]:
    found = json_of(data, where)
    if not isinstance(found, dict) or canonical(found) != data:
        refuse(where, "not in canonical form")
    return found


def _whole(text: str) -> int:
    number = int(text) if len(text) <= len(str(-LARGEST)) else LARGEST + 1
    if abs(number) > LARGEST:
        raise ValueError(text[:20])
    return number


def _no_number(text: str) -> NoReturn:
    raise ValueError(text[:20])


def _each_name_once(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("twice")
    return made


def _of(holder: Any, name: str, kind: type, where: str) -> Any:  # noqa: ANN401  # of the kind asked for
    """A member of an object, of a kind."""
    found = holder.get(name) if isinstance(holder, dict) else None
    if type(found) is not kind:
        refuse(where, "%s is missing, or of another kind" % name)
    return found


# --- manifest and Merkle root ---------------------------------------------------------------------------------------


def _manifest(files: Dict[str, bytes]) -> Dict[str, Any]:
    manifest = _object(files[MANIFEST], MANIFEST)
    if manifest.get("format") != MANIFEST_FORMAT:
        refuse(MANIFEST, "its format is not %s" % MANIFEST_FORMAT)
    rows = _of(manifest, "files", list, MANIFEST)
    listed = [_of(row, "name", str, MANIFEST) for row in rows]
    if listed != sorted(set(listed)):
        refuse(MANIFEST, "its files are not in order, each once")
    for name in sorted(set(files) - set(listed) - set(BESIDE_THE_MANIFEST)):
        refuse(name, "the manifest does not name it: it was added, or renamed")
    for row in rows:
        if row["name"] not in files or row["name"] in BESIDE_THE_MANIFEST:
            refuse(row["name"], "the manifest names it, and the bundle does not have it: it was dropped, or renamed")
        content = files[row["name"]]
        if row != {"name": row["name"], "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}:
            refuse(row["name"], "its bytes do not match its size and digest in the manifest")
    if manifest.get("merkle_root") != merkle_root([canonical(row) for row in rows]):
        refuse(MANIFEST, "its Merkle root is not that of its files")
    return manifest


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The root of the tree over the leaves, as RFC 6962 makes it (SHA-256, hex)."""
    return _node(leaves).hex()


def _node(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + _node(leaves[:half]) + _node(leaves[half:])).digest()


# --- the signature: Ed25519 (RFC 8032) over a DSSE envelope ---------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
_Point = Tuple[int, int, int, int]
_KEY_LENGTH = 32


def ed25519_verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a signature of 64 bytes over a message is the key's (32 bytes)."""
    if len(key) != _KEY_LENGTH or len(signature) != 2 * _KEY_LENGTH:
        return False
    public = _point(key)
    scalar = int.from_bytes(signature[_KEY_LENGTH:], "little")
    if public is None or scalar >= _L:
        return False
    challenge = hashlib.sha512(signature[:_KEY_LENGTH] + key + message).digest()
    minus = (_P - public[0], public[1], public[2], _P - public[3])
    found = _sum(_times(scalar, _BASE), _times(int.from_bytes(challenge, "little") % _L, minus))
    return hmac.compare_digest(_written(found), signature[:_KEY_LENGTH])


def _point(data: bytes) -> _Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if x * x % _P != square:
        x = x * _ROOT % _P
    if x * x % _P != square or (not x and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _sum(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(scalar: int, point: _Point) -> _Point:
    found = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            found = _sum(found, point)
        point = _sum(point, point)
        scalar >>= 1
    return found


def _written(point: _Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(_KEY_LENGTH, "little")


_BASE = _point((4 * pow(5, _P - 2, _P) % _P).to_bytes(_KEY_LENGTH, "little")) or (0, 1, 1, 0)


def pre_authentication(kind: str, payload: bytes) -> bytes:
    """What a DSSE envelope signs (its PAE)."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def _public_key(data: bytes) -> bytes:
    key = _unwritten(data.decode("latin-1").rstrip("\n"), SIGNER)
    if len(key) != _KEY_LENGTH:
        refuse(SIGNER, "no public key of Ed25519 (32 bytes in Base64)")
    return key


def _unwritten(text: str, where: str) -> bytes:
    try:
        found = base64.b64decode(text.encode("latin-1"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        refuse(where, "not Base64")
    if base64.b64encode(found).decode() != text:
        refuse(where, "Base64 that is not written in the one right way")
    return found


def _statement(files: Dict[str, bytes]) -> Dict[str, Any]:
    """What was signed, once the signature is seen to verify."""
    envelope = _object(files[ATTESTATION], ATTESTATION)
    signatures = _of(envelope, "signatures", list, ATTESTATION)
    if set(envelope) != {"payload", "payloadType", "signatures"} or len(signatures) != 1:
        refuse(ATTESTATION, "no DSSE envelope with one signature")
    payload = _unwritten(_of(envelope, "payload", str, ATTESTATION), ATTESTATION)
    key = _public_key(files[SIGNER])
    made = _unwritten(_of(signatures[0], "sig", str, ATTESTATION), ATTESTATION)
    if envelope["payloadType"] != PAYLOAD_TYPE or signatures[0].get("keyid") != hashlib.sha256(key).hexdigest():
        refuse(ATTESTATION, "it is of another kind, or names another key")
    if not ed25519_verifies(key, made, pre_authentication(PAYLOAD_TYPE, payload)):
        refuse(ATTESTATION, "its signature does not verify")
    return _object(payload, ATTESTATION)


# --- the statement (in-toto, test result) ---------------------------------------------------------------------------

RESULTS = {"conformant": "PASSED", "nonconformant": "FAILED", "inconclusive": "FAILED", "error": "FAILED"}
"""What each overall result is in the statement's words; PASSED becomes WARNED where something was observed."""


def statement_of(manifest: bytes, claims: bytes, verdict_file: bytes, verdicts: Dict[str, Any]) -> Dict[str, Any]:
    """The statement that these files bear: what it is about, with what it was tested, and how it went.

    ``pass`` is passed. What was observed without counting is warned of. ``fail`` and ``inconclusive`` that count, and
    every ``error``, are failed: a certificate needs proof.
    """
    tests: Dict[str, List[str]] = {"passedTests": [], "warnedTests": [], "failedTests": []}
    for requirement, case in cases_of(verdicts):
        name = "%s/%s::%s[%s]" % (requirement["id"], case["module"], case["case"], case["scenario"])
        passed = case["verdict"] == "pass"
        tests["passedTests" if passed else "warnedTests" if case["observed"] else "failedTests"].append(name)
    result = RESULTS.get(verdicts["overall"], "FAILED")
    if result == "PASSED" and tests["warnedTests"]:
        result = "WARNED"
    wallet, suite, limits = verdicts["wallet"], verdicts["suite"], verdicts["limits"]
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": "wallet %s %s" % (wallet["name"], wallet["version"]), "digest": _digest(claims)},
            {"name": MANIFEST, "digest": _digest(manifest)},
            {"name": VERDICTS, "digest": _digest(verdict_file)},
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": result,
            "configuration": [
                {"name": "%s %s" % (suite["name"], suite["version"]), "digest": {"sha256": suite["digest"]}},
                {"name": verdicts["source"]["title"], "digest": {"sha256": verdicts["source"]["digest"]}},
                {"name": "limits of %s" % limits["edition"], "digest": _digest(canonical(limits))},
            ],
            **tests,
        },
    }


def _digest(data: bytes) -> Dict[str, str]:
    return {"sha256": hashlib.sha256(data).hexdigest()}


def cases_of(verdicts: Dict[str, Any]) -> Iterator[Tuple[Dict[str, Any], Dict[str, Any]]]:
    """Every case of a verdict file with the requirement it tests."""
    for requirement in verdicts["requirements"]:
        for case in requirement["cases"]:
            yield requirement, case


def check_statement(statement: Dict[str, Any], files: Dict[str, bytes], verdicts: Dict[str, Any]) -> None:
    """What was signed is about these very files, and says of them what they say."""
    if verdicts.get("format") != VERDICTS_FORMAT:
        refuse(VERDICTS, "its format is not %s" % VERDICTS_FORMAT)
    try:
        expected = statement_of(files[MANIFEST], files[CLAIMS], files[VERDICTS], verdicts)
    except (KeyError, TypeError, AttributeError):
        refuse(VERDICTS, "it lacks a member that a verdict file must have")
    if statement.get("subject") != expected["subject"]:
        refuse(ATTESTATION, "its statement is about other files than these")
    if statement != expected:
        refuse(ATTESTATION, "its statement says something else than the verdict file")


# --- the verdicts, counted again ------------------------------------------------------------------------------------

_ORDER = ("none", "pass", "inconclusive", "fail", "error")
_OVERALL = {
    "conforms": "conformant",
    "does not conform": "nonconformant",
    "not proven": "inconclusive",
    "partial run: nothing is certified": "inconclusive",
    "error": "error",
}


def check_verdicts(verdicts: Dict[str, Any]) -> None:
    """Requirement by requirement the worst verdict of its cases, of those the result, and the digest of all."""
    try:
        _check_verdicts(verdicts)
    except (KeyError, TypeError, AttributeError, ValueError):
        refuse(VERDICTS, "it lacks a member that a verdict file must have")


def _check_verdicts(verdicts: Dict[str, Any]) -> None:
    for row in verdicts["requirements"]:
        worst = _worst(case["verdict"] for case in row["cases"])
        tested = row["excluded"] is None and (row["applicable"] > 0 or row["not_applicable"] == 0)
        counts = tested and row["level"] == "MUST" and row["basis"] in ("stated", "documented")
        if (row["verdict"], row["judged"], row["counts"]) != (worst, len(row["cases"]), counts):
            refuse(VERDICTS, "%s does not follow from its cases" % row["id"])
        for case in row["cases"]:
            observed = case["verdict"] in ("fail", "inconclusive") and not _decides(row)
            if case["observed"] != observed:
                refuse(VERDICTS, "%s: whether a case is only observed does not follow from the requirement" % row["id"])
    missing = sum(row["applicable"] - row["judged"] for row in verdicts["requirements"])
    if missing != len(verdicts["not_judged"]) or verdicts["complete"] != (not missing):
        refuse(VERDICTS, "its list of what was not judged does not agree with its requirements")
    result = _result(verdicts)
    if (verdicts["result"], verdicts["overall"]) != (result, _OVERALL[result]):
        refuse(VERDICTS, "its result does not follow from its requirements")
    tally = dict.fromkeys(_ORDER[1:], 0)
    rows = []
    for row, case in cases_of(verdicts):
        tally[case["verdict"]] += 1
        rows.append([row["id"], case["module"], case["case"], case["scenario"], case["verdict"]])
    counts = verdicts["counts"]
    if counts["verdicts"] != tally or counts["cases"] != len(rows):
        refuse(VERDICTS, "its counts are not those of its cases")
    if verdicts["digest"] != hashlib.sha256(canonical(sorted(rows))).hexdigest():
        refuse(VERDICTS, "its digest is not that of its cases")


def _decides(row: Dict[str, Any]) -> bool:
    return row["level"] == "MUST" and row["basis"] in ("stated", "documented")


def _worst(verdicts: Iterable[str]) -> str:
    return max(verdicts, key=_ORDER.index, default="none")


def _result(verdicts: Dict[str, Any]) -> str:
    counting = [row["verdict"] for row in verdicts["requirements"] if row["counts"]]
    judged = [case["verdict"] for _, case in cases_of(verdicts)]
    if "error" in judged:
        return "error"
    if "fail" in counting:
        return "does not conform"
    if not judged or not counting or "inconclusive" in counting:
        return "not proven"
    if verdicts["not_judged"]:
        return "partial run: nothing is certified"
    return "conforms" if set(counting) == {"pass"} else "not proven"


def check_claims(verdicts: Dict[str, Any], claims: Dict[str, Any]) -> None:
    """The wallet's claims are those that it was judged by, the edition of the limits among them."""
    if claims != {"claims": verdicts.get("claims"), "suite": verdicts.get("suite")}:
        refuse(CLAIMS, "these are not the claims, or not the suite, that the verdict file names")
    claimed = _of(_of(claims, "claims", dict, CLAIMS), "limits", dict, CLAIMS).get("edition")
    if _of(verdicts, "limits", dict, VERDICTS).get("edition") != claimed:
        refuse(VERDICTS, "the edition of the limits is not the one that the wallet was judged by")


# --- evidence, journal, kill matrix ---------------------------------------------------------------------------------


def check_evidence(verdicts: Dict[str, Any], files: Dict[str, bytes]) -> None:
    """Every case rests on a file that is there, and every file is what a case rests on, or what the journal tells of.

    The latter is what was heard before a conversation was held again, or before more of it was heard.
    """
    named: Dict[str, str] = {}
    for row, case in cases_of(verdicts):
        _name_evidence(named, case, "%s %s" % (VERDICTS, row["id"]), needed=case["verdict"] != "error")
    strays = verdicts.get("strays_evidence")
    if isinstance(strays, dict):
        _name_evidence(named, strays, VERDICTS, needed=False)
    entries = _chain(files[JOURNAL])
    for entry in entries:
        if entry.get("event") == "strayed":
            _name_evidence(named, {**entry, "evidence_digest": entry.get("digest")}, JOURNAL, needed=True)
    told = {(entry.get("evidence"), entry.get("digest")) for entry in entries}
    kept = {name[len("evidence/") :]: data for name, data in files.items() if name.startswith("evidence/")}
    for name in sorted(set(kept) - set(named)):
        if (name, hashlib.sha256(kept[name]).hexdigest()) not in told:
            refuse("evidence/" + name, "neither a case nor the journal refers to it")
    for name, digest in sorted(named.items()):
        _check_named(name, digest, kept)
    _check_editions(verdicts, kept)


def check_pictures(verdicts: Dict[str, Any], files: Dict[str, bytes]) -> None:
    """Every picture that the report shows is there, and shows what it did; there is no other one."""
    rows = _of(verdicts, "pictures", list, VERDICTS) if "pictures" in verdicts else []
    named = {_of(row, "file", str, VERDICTS): _of(row, "digest", str, VERDICTS) for row in rows}
    for name in sorted(name for name in files if name.startswith("pictures/")):
        if name not in named:
            refuse(name, "the verdict file does not refer to it")
    for name, digest in sorted(named.items()):
        if name not in files or not name.startswith("pictures/"):
            refuse(name, "the verdict file refers to it, and the bundle does not have it")
        if hashlib.sha256(files[name]).hexdigest() != digest:
            refuse(name, "its digest is not the one that the verdict file names")


def _check_named(name: str, digest: str, kept: Dict[str, bytes]) -> None:
    if name not in kept:
        refuse("evidence/" + name, "a case or the journal refers to it, and the bundle does not have it")
    if hashlib.sha256(kept[name]).hexdigest() != digest:
        refuse("evidence/" + name, "its digest is not the one that the verdict file or the journal names")
    _object(kept[name], "evidence/" + name)


def _check_editions(verdicts: Dict[str, Any], kept: Dict[str, bytes]) -> None:
    """What the report says of the limits was held under the edition that it names."""
    edition = verdicts["limits"]["edition"]
    for boundary in _of(verdicts, "boundaries", list, VERDICTS):
        name = boundary.get("evidence", "")
        if name in kept and _object(kept[name], "evidence/" + name)["scenario"]["edition"] != edition:
            refuse("evidence/" + name, "its conversation was held under another edition of the limits")


def _name_evidence(named: Dict[str, str], row: Dict[str, Any], where: str, *, needed: bool) -> None:
    name, digest = _of(row, "evidence", str, where), _of(row, "evidence_digest", str, where)
    if not name and needed:
        refuse(where, "a case without evidence")
    if name and named.setdefault(name, digest) != digest:
        refuse(where, "two digests for one file: %s" % name)


def check_gate(verdicts: Dict[str, Any], data: bytes) -> None:
    """What the waivers come to is told of this run, and follows from the cases that they excuse.

    Whether each waiver is signed, in time and for these cases is for ``mpp-conformance verify`` to say.
    """
    told = json_of(data, GATE)
    if not isinstance(told, dict):
        refuse(GATE, "it is no object")
    kept = {"run": "run", "digest": "digest", "complete": "complete", "before": "overall"}
    for name, same in kept.items():
        if told.get(name) != verdicts.get(same):
            refuse(GATE, "its %s is not that of the verdict file" % name)
    waivers = _of(told, "waivers", list, GATE)
    excused = {
        (_of(row, "requirement", str, GATE), str(name))
        for row in waivers
        for name in (_of(row, "cases", list, GATE) if not _of(row, "trouble", str, GATE) else [])
    }
    red = {
        (row["id"], "%s::%s[%s]" % (case["module"], case["case"], case["scenario"]))
        for row, case in cases_of(verdicts)
        if case["verdict"] != "pass" and not case["observed"]
    }
    left = {(_of(row, "requirement", str, GATE), _of(row, "case", str, GATE)) for row in _of(told, "left", list, GATE)}
    if left != red - excused:
        refuse(GATE, "it does not list the cases that keep the gate closed")
    is_open = told["complete"] and not left and not any(row["trouble"] for row in waivers)
    if told.get("after") != ("open" if is_open else "closed"):
        refuse(GATE, "its result does not follow from its waivers")


def check_journal(verdicts: Dict[str, Any], data: bytes, verdict_file: bytes) -> None:
    """The chain is whole, ends with this verdict file, and tells of each case the verdict that stands there."""
    entries = _chain(data)
    last, before = entries[-1], data[:-1].rpartition(b"\n")[0].rpartition(b"\n")[2]
    if last.get("event") != "finished" or last.get("verdicts") != hashlib.sha256(verdict_file).hexdigest():
        refuse(JOURNAL, "it does not end with this verdict file: cut off, or of another run")
    attempts = _of(verdicts, "attempts", dict, VERDICTS)
    stood = {"entries": len(entries) - 1, "head": hashlib.sha256(before).hexdigest()}
    if attempts.get("journal") != stood or attempts.get("count") != last.get("attempt"):
        refuse(JOURNAL, "it is not the one that the verdict file names")
    held = {(entry.get("evidence"), entry.get("digest")) for entry in entries if entry.get("event") == "conversed"}
    judged = {_case(entry): entry for entry in entries if entry.get("event") in {"judged", "weighed"}}
    for row, case in cases_of(verdicts):
        entry = judged.pop(_case({"requirement": row["id"], **case}), {})
        if entry.get("verdict") != case["verdict"] or entry.get("digest") != case["evidence_digest"]:
            refuse(JOURNAL, "it has another verdict for %s, or none" % row["id"])
        if case["evidence"] and (case["evidence"], case["evidence_digest"]) not in held:
            refuse(JOURNAL, "it has no entry for the conversation in %s" % case["evidence"])
    if judged:
        refuse(JOURNAL, "it has a case that the verdict file does not have")


def _chain(data: bytes) -> List[Dict[str, Any]]:
    """The lines of a journal, each after the one that it was written after."""
    if not data.endswith(b"\n"):
        refuse(JOURNAL, "its last line is cut off")
    previous = NOTHING
    entries = []
    for number, line in enumerate(data[:-1].split(b"\n"), 1):
        entry = _object(line, "%s line %d" % (JOURNAL, number))
        if entry.get("number") != number or entry.get("previous") != previous:
            refuse(
                "%s line %d" % (JOURNAL, number),
                "it does not follow the line before it: a line was changed, removed or inserted",
            )
        previous = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    if entries[0].get("event") != "started" or entries[0].get("format") != JOURNAL_FORMAT:
        refuse(JOURNAL, "it does not begin with the start of a run")
    return entries


def _case(row: Dict[str, Any]) -> Tuple[Any, ...]:
    return tuple(row.get(name) for name in ("requirement", "module", "case", "scenario"))


def check_kill_matrix(verdicts: Dict[str, Any], matrix: Any) -> None:  # noqa: ANN401  # whatever JSON has
    """The suite has shown that it can fail: this very suite, every known fault, and nobody wrongly."""
    if _of(matrix, "format", str, KILL_MATRIX) != MATRIX_FORMAT:
        refuse(KILL_MATRIX, "its format is not %s" % MATRIX_FORMAT)
    if (matrix.get("suites"), matrix.get("version")) != (verdicts["suite"]["digest"], verdicts["suite"]["version"]):
        refuse(KILL_MATRIX, "it belongs to another suite than the one that judged")
    if matrix.get("sound") is not True:
        refuse(KILL_MATRIX, "it does not show that the suite that judged can fail an MPP")


# --- an audit: its outcome, and the logs that it read ---------------------------------------------------------------


def audit_statement(manifest: bytes, outcome: bytes, audit: Dict[str, Any]) -> Dict[str, Any]:
    """The statement that an audit bears: it certifies nothing, so it never passed."""
    broken = [row["id"] for row in audit["requirements"] if row["broke"]]
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": MANIFEST, "digest": _digest(manifest)}, {"name": AUDIT, "digest": _digest(outcome)}],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": "FAILED" if broken else "WARNED",
            "configuration": [
                {"name": "mpp-conformance %s" % audit["version"], "digest": {"sha256": audit["suites"]}},
                {"name": "audit.toml", "digest": {"sha256": audit["mapping"]}},
            ],
            "passedTests": [],
            "warnedTests": [],
            "failedTests": broken,
        },
    }


def check_audit(audit: Dict[str, Any], files: Dict[str, bytes], statement: Dict[str, Any]) -> None:
    """What was signed is this outcome, every log has its row, and every counter-example its evidence."""
    if audit.get("format") != AUDIT_FORMAT:
        refuse(AUDIT, "its format is not %s" % AUDIT_FORMAT)
    try:
        expected = audit_statement(files[MANIFEST], files[AUDIT], audit)
    except (KeyError, TypeError, AttributeError):
        refuse(AUDIT, "it lacks a member that an audit must have")
    if statement != expected:
        refuse(ATTESTATION, "its statement is about another audit than this")
    rows = _of(audit, "inputs", list, AUDIT)
    names = [_of(row, "name", str, AUDIT) for row in rows]
    if not names or names != sorted(set(names)):
        refuse(AUDIT, "its inputs are not in order, each once")
    for row in rows:
        _of(row, "size", int, AUDIT)
        _of(row, "lines", int, AUDIT)
        _of(row, "sha256", str, AUDIT)
    _check_counterexamples(audit, files)


def _check_counterexamples(audit: Dict[str, Any], files: Dict[str, bytes]) -> None:
    named: Dict[str, str] = {}
    rows = _of(audit, "counterexamples", list, AUDIT)
    for row in rows:
        _name_evidence(named, row, AUDIT, needed=True)
    shown = {_of(row, "requirement", str, AUDIT) for row in rows}
    if shown != {row["id"] for row in audit["requirements"] if row["broke"]}:
        refuse(AUDIT, "its counter-examples are not of the requirements that were broken")
    kept = {name[len("evidence/") :]: data for name, data in files.items() if name.startswith("evidence/")}
    for name in sorted(set(kept) - set(named)):
        refuse("evidence/" + name, "no counter-example refers to it")
    for name, digest in sorted(named.items()):
        _check_named(name, digest, kept)


def check_logs(bundle: Bundle, folder: str) -> None:
    """The folder holds the logs that an audit read, and no other file; Refused names the first that differs."""
    if AUDIT not in bundle.files:
        refuse(VERDICTS, "this is the bundle of a run, which read no logs")
    rows = {row["name"]: row for row in bundle.verdicts["inputs"]}
    for name in rows:
        if os.path.isabs(name) or ".." in name.replace("\\", "/").split("/"):  # noqa: PTH117  # one way for names
            refuse(name, "it does not lie below the folder of the audit: nothing here can be compared with it")
    found = set()
    for place, _, files in os.walk(folder):
        found |= {os.path.relpath(os.path.join(place, name), folder).replace(os.sep, "/") for name in files}  # noqa: PTH118  # likewise
    for name in sorted(found - set(rows)):
        refuse(name, "the audit did not read it: it was left out, or came later")
    for name, row in sorted(rows.items()):
        if name not in found:
            refuse(name, "the audit read it, and it is not there")
        if row != _log(name, os.path.join(folder, name)):  # noqa: PTH118  # likewise
            refuse(name, "it is not what the audit read: %d lines, %d bytes" % (row["lines"], row["size"]))


def _log(name: str, path: str) -> Dict[str, Any]:
    digest, size, lines = hashlib.sha256(), 0, 0
    if not os.path.isfile(path):  # noqa: PTH113  # likewise
        refuse(name, "it is no plain file")
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # likewise
            for block in iter(lambda: file.read(1 << 20), b""):
                digest.update(block)
                size += len(block)
                lines += block.count(b"\n")
    except OSError as problem:
        refuse(name, "it cannot be read: %s" % problem.strerror)
    return {"name": name, "size": size, "lines": lines, "sha256": digest.hexdigest()}


# --- the command ----------------------------------------------------------------------------------------------------


def describe(bundle: Bundle, key: str, logs: str = "") -> List[str]:
    """What is said of a bundle that holds together. ``logs``: the folder that was compared."""
    tested = "a test key, which vouches for nobody" if bundle.test_key else "a key of the operator's"
    lines = ["files        %d, each as the manifest names it" % len(bundle.files)]
    lines += _of_audit(bundle.verdicts, logs) if AUDIT in bundle.files else _of_run(bundle.verdicts)
    lines.append("signed by    %s (%s)" % (bundle.signer, tested))
    if bundle.mpp_key:
        lines.append("MPP's key    %s: compare it with the key that the MPP names" % bundle.mpp_key)
    if bundle.time_stamp:
        lines.append("time stamp   there; `mpp-conformance verify --authority FILE` verifies it, this program does not")
    if not key:
        lines.append("signer       unknown: name the key you expect by --key, as its holder told you")
    lines.append("result       %s" % overall(bundle))
    return lines


def _of_run(verdicts: Dict[str, Any]) -> List[str]:
    return [
        "wallet       %s %s" % (ascii(verdicts["wallet"]["name"]), ascii(verdicts["wallet"]["version"])),
        "limits       edition %s" % ascii(verdicts["limits"]["edition"]),
        "cases        %d, counted again" % verdicts["counts"]["cases"],
    ]


def _of_audit(audit: Dict[str, Any], logs: str) -> List[str]:
    compared = "each as it was read, and no other" if logs else "not compared: name the folder that has them by --logs"
    return [
        "audit        %d conversations, %d records" % (audit["conversations"], audit["records"]),
        "logs         %d files, %s" % (len(audit["inputs"]), compared),
    ]


def overall(bundle: Bundle) -> str:
    """What it comes to: in the words of a run, an audit never conforms."""
    if AUDIT not in bundle.files:
        return str(bundle.verdicts["overall"])
    return "nonconformant" if any(row["broke"] for row in bundle.verdicts["requirements"]) else "inconclusive"


def _option(rest: List[str], name: str) -> str:
    """Take an option with its value out of the words of a command line; empty where it is not there."""
    if name not in rest[:-1]:
        return ""
    place = rest.index(name)
    value = rest[place + 1]
    del rest[place : place + 2]
    return value


def main(arguments: Sequence[str]) -> int:
    """Verify the bundle that the command line names; the exit code."""
    rest = list(arguments)
    key, logs = _option(rest, "--key").lower(), _option(rest, "--logs")
    if len(rest) != 1 or rest[0].startswith("-") or (key and not re.fullmatch("[0-9a-f]{64}", key)):
        usage = "usage: python verify.py BUNDLE [--key FINGERPRINT] [--logs FOLDER]   (64 hexadecimal digits)"
        print(usage, file=sys.stderr)
        return USAGE
    try:
        with open(rest[0], "rb") as file:  # noqa: PTH123  # one call of the plainest kind
            bundle = verify_bundle(file.read(MAX_BUNDLE + 1))
        if key and key != bundle.signer:
            refuse(SIGNER, "signed by %s, but %s is expected" % (bundle.signer, key))
        if logs:
            check_logs(bundle, logs)
    except OSError as problem:
        print("%s cannot be read: %s" % (ascii(rest[0]), problem.strerror), file=sys.stderr)
        return USAGE
    except Refused as problem:
        print("REFUSED      %s" % problem)
        return REFUSED
    print("\n".join(describe(bundle, key, logs)))
    print("reports      as signed; `mpp-conformance verify` makes them anew and compares them, this program does not")
    print("verified     %s" % ("this is what the holder of that key signed" if key else "except for who signed it"))
    return OK if key else UNKNOWN_SIGNER


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
