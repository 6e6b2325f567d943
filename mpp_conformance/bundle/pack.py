"""A run's folder as a bundle: what it holds of the known names, listed, signed, in a ZIP file of one form only.

Equal files and an equal key make equal bytes: names are in order, times are fixed, Ed25519 has no chance in it.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mpp_conformance.bundle import keys, verify
from mpp_conformance.common import canonical
from mpp_conformance.evidence import journal
from mpp_conformance.evidence.journal import JournalError
from mpp_conformance.report.checks import audit_rejudgement, reproduction
from mpp_conformance.report.checks.rejudgement import RejudgementError
from mpp_conformance.report.pages import html
from mpp_conformance.report.run_folder import folder, journal_file, reading
from mpp_conformance.report.verdict_file import document

Stamp = Callable[[bytes], bytes]
"""Gets a time stamp (RFC 3161) for bytes: the reply of an authority, in DER."""

_REPORTS: Final = ("report*.html", "report*.md", "report*.pdf", "junit.xml", "gate.json")
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE: Final = 0o100644 << 16
_UNIX: Final = 3


class PackError(ValueError):
    """A run that no bundle can be made of; says why."""


def pack(
    run: Path, key: Ed25519PrivateKey, matrix: Mapping[str, Any], *, test_key: bool = False, stamp: Stamp | None = None
) -> bytes:
    """The bundle of the run, or of the audit, in a folder, as ``verify`` accepts it; PackError where it would not.

    ``matrix``: the suite's own kill matrix, which a run needs; ``test_key``: the key vouches for nobody.
    """
    if (run / verify.AUDIT).exists():
        name, told, files = run.name, *_of_audit(run)
    else:
        told = _verdicts(run)
        _faithful(run)
        name, files = str(told["run"]), dict(_kept(run, told))
        files[verify.CLAIMS] = canonical.dump({"claims": told["claims"], "suite": told["suite"]})
        files[verify.KILL_MATRIX] = canonical.dump(dict(matrix))
    files["verify.py"] = Path(verify.__file__).read_bytes()
    files = sign_files(name, files, told, key, test_key=test_key)
    if stamp is not None:
        files[verify.TIME_STAMP] = stamp(files[verify.ATTESTATION])
    packed = zip_files(files)
    try:
        verify.verify_bundle(packed)
    except verify.Refused as problem:
        raise PackError(f"`verify` would refuse the bundle of {run}: {problem}") from problem
    return packed


def _of_audit(run: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The outcome of an audit, and the files that are kept of it; nothing is signed that its page has otherwise."""
    names = [run / verify.AUDIT, run / html.FILE, *sorted((run / folder.EVIDENCE).glob("*.json"))]
    files = {path.relative_to(run).as_posix(): _content(path) for path in names}
    try:
        told = canonical.parse(files[verify.AUDIT], limit=verify.MAX_FILE)
        wrong = [f"{name}: {why}" for name, why in audit_rejudgement.differences(run) if why]
    except (canonical.NotCanonicalError, RejudgementError) as problem:
        raise PackError(f"{run / verify.AUDIT}: {problem}") from problem
    if not isinstance(told, dict) or wrong:
        raise PackError(f"{run}: {', '.join(wrong) or verify.AUDIT}")
    return told, files


def _faithful(run: Path) -> None:
    """Nothing is signed that people read otherwise than the verdict file has it; PackError names the form."""
    try:
        wrong = [(name, why) for name, why in reproduction.differences(run) if why and verify.NAME.fullmatch(name)]
    except (reading.KeptError, document.VerdictFileError, OSError) as problem:
        raise PackError(str(problem)) from problem
    for name, why in wrong:
        raise PackError(f"{run / name}: {why}. {reproduction.advice(name, run)}")


def sign_files(
    run: str, files: Mapping[str, bytes], verdicts: dict[str, Any], key: Ed25519PrivateKey, *, test_key: bool
) -> dict[str, bytes]:
    """The files of a run, or of an audit, with the key, the manifest and the signed statement beside them."""
    made = {**files, verify.SIGNER: keys.public_text(key).encode()}
    made[verify.MANIFEST] = manifest(run, made, keys.fingerprint(key), test_key=test_key)
    made[verify.ATTESTATION] = _attestation(made, verdicts, key)
    return made


def _kept(run: Path, verdicts: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    """The files of a run by their names in the bundle; those of other names stay where they are."""
    told = _told(run, verdicts)
    wanted = [run / verify.VERDICTS, run / verify.JOURNAL]
    wanted += [path for pattern in _REPORTS for path in sorted(run.glob(pattern))]
    wanted += [path for path in sorted((run / folder.EVIDENCE).glob("*.json")) if path.name in told]
    wanted += [run / row["file"] for row in verdicts.get("pictures", ())]
    for path in dict.fromkeys(wanted):
        name = path.relative_to(run).as_posix()
        if verify.NAME.fullmatch(name):
            yield name, _content(path)


def _told(run: Path, verdicts: Mapping[str, Any]) -> set[str]:
    """The evidence that the verdict file or the journal tells of; a run that was killed can have left more."""
    try:
        named = {*reading.names(verdicts), str(verdicts["strays_evidence"]["evidence"])}
        known = journal_file.read(run)
    except OSError as problem:
        raise PackError(f"{run / journal.FILE} cannot be read: {problem.strerror}") from problem
    except JournalError as problem:
        raise PackError(f"{run / journal.FILE}: {problem}") from problem
    except (reading.KeptError, KeyError, TypeError) as problem:
        raise PackError(f"{run / verify.VERDICTS} cannot be read: {problem!r}") from problem
    return named | {entry.told["evidence"] for entry in known.of(journal.CONVERSED, journal.STRAYED)}


def _content(path: Path) -> bytes:
    try:
        return reading.plain_file(path, verify.MAX_FILE)
    except OSError as problem:
        raise PackError(f"{path} cannot be read: {problem.strerror}") from problem


def _verdicts(run: Path) -> dict[str, Any]:
    try:
        return reading.verdicts(run)
    except reading.KeptError as problem:
        raise PackError(str(problem)) from problem


def manifest(run: str, files: Mapping[str, bytes], signer: str, *, test_key: bool) -> bytes:
    """The list of all files, with the root of the tree over its rows."""
    rows: list[dict[str, object]] = [
        {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(files.items())
    ]
    return canonical.dump(
        {
            "format": verify.MANIFEST_FORMAT,
            "run": run,
            "signer": {"fingerprint": signer, "test": test_key},
            "files": rows,
            "merkle_root": verify.merkle_root([canonical.dump(row) for row in rows]),
        }
    )


def _attestation(files: Mapping[str, bytes], verdicts: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    listed = files[verify.MANIFEST]
    if verify.AUDIT in files:
        stated = verify.audit_statement(listed, files[verify.AUDIT], verdicts)
    else:
        stated = verify.statement_of(listed, files[verify.CLAIMS], files[document.FILE], verdicts)
    payload = canonical.dump(stated)
    signature = key.sign(verify.pre_authentication(verify.PAYLOAD_TYPE, payload))
    return canonical.dump(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": verify.PAYLOAD_TYPE,
            "signatures": [{"keyid": keys.fingerprint(key), "sig": base64.b64encode(signature).decode()}],
        }
    )


def zip_files(files: Mapping[str, bytes]) -> bytes:
    """The files as a ZIP file: the same bytes for the same files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.create_system, entry.external_attr = _UNIX, _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return whole.getvalue()
