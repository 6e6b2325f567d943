"""The tamper matrix: what somebody may do to a bundle, and where it is found out. docs/tamper-matrix.md is made of it.

``make tampering`` writes that page; tests/bundle/test_tampering.py does each of these things to real bundles, and has
verify.py and ``mpp-conformance verify`` refuse each of them and name the place.
"""

import base64
import io
import json
import struct
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from zip_tampering import CENTRAL_FIXED, END, LOCAL_FIXED, with_entry, with_start, without

from mpp_conformance.bundle import pack, verify
from mpp_conformance.common import canonical

PAGE = Path(__file__).parents[1] / "docs/tamper-matrix.md"
Files = dict[str, bytes]
ANYBODY = "anybody"
HOLDER = "the holder of the key"


@dataclass(frozen=True, slots=True)
class Bundles:
    """A bundle to tamper with, one of another run by the same key, that key, and one that nobody knows."""

    one: bytes
    other: bytes
    key: Ed25519PrivateKey
    stranger: Ed25519PrivateKey

    @property
    def files(self) -> Files:
        """The files of the first."""
        return dict(verify.read_zip(self.one))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampering:
    """What is done, by whom (who has no key can do less), and the place that the refusal names."""

    name: str
    what: str
    named: str
    by: str = ANYBODY
    alone: bool = True  # whether verify.py, which makes no report, finds it as well
    do: Callable[[Bundles], bytes] = field(repr=False)


TAMPERINGS: list[Tampering] = []


def _tampering(what: str, named: str, *, by: str = ANYBODY) -> Callable[[Callable[[Bundles], bytes]], None]:
    def keep(do: Callable[[Bundles], bytes]) -> None:
        name = do.__name__.strip("_").replace("_", "-")
        TAMPERINGS.append(Tampering(name=name, what=what, named=named, by=by, do=do))

    return keep


# --- what can be done with any ZIP program --------------------------------------------------------------------------


def _evidence(files: Mapping[str, bytes]) -> list[str]:
    return [name for name in sorted(files) if name.startswith("evidence/")]


@_tampering("a piece of evidence is left out", "evidence/")
def _dropped(bundles: Bundles) -> bytes:
    files = bundles.files
    del files[_evidence(files)[0]]
    return pack.zip_files(files)


@_tampering("the verdict file is left out", "verdicts.json")
def _verdicts_dropped(bundles: Bundles) -> bytes:
    files = bundles.files
    del files[verify.VERDICTS]
    return pack.zip_files(files)


@_tampering("a file of a known form is put in", "evidence/added-00000000.json")
def _added(bundles: Bundles) -> bytes:
    return pack.zip_files({**bundles.files, "evidence/added-00000000.json": b"{}"})


@_tampering("a file of another name is put in", "run-me.sh")
def _stranger_added(bundles: Bundles) -> bytes:
    return pack.zip_files({**bundles.files, "run-me.sh": b"#!/bin/sh\n"})


@_tampering("a piece of evidence gets another name", "evidence/renamed-00000000.json")
def _renamed(bundles: Bundles) -> bytes:
    files = bundles.files
    files["evidence/renamed-00000000.json"] = files.pop(_evidence(files)[0])
    return pack.zip_files(files)


@_tampering("the verdict file is there twice", "verdicts.json")
def _duplicated(bundles: Bundles) -> bytes:
    return with_entry(bundles.one, verify.VERDICTS, b"{}")


@_tampering("two files have one name but for capitals", "Verdicts.json")
def _two_of_one_name(bundles: Bundles) -> bytes:
    return with_entry(bundles.one, "Verdicts.json", b"{}")


@_tampering("two pieces of evidence change places", "evidence/")
def _swapped(bundles: Bundles) -> bytes:
    files = bundles.files
    one, other = _evidence(files)[:2]
    files[one], files[other] = files[other], files[one]
    return pack.zip_files(files)


@_tampering("evidence of another run stands in for this one's", "evidence/")
def _evidence_of_another_run(bundles: Bundles) -> bytes:
    files, theirs = bundles.files, verify.read_zip(bundles.other)
    files = {name: data for name, data in files.items() if not name.startswith("evidence/")}
    return pack.zip_files({**files, **{name: theirs[name] for name in _evidence(theirs)}})


@_tampering("the signed statement of another run stands in for this one's", "attestation.json")
def _statement_of_another_run(bundles: Bundles) -> bytes:
    theirs = verify.read_zip(bundles.other)
    return pack.zip_files({**bundles.files, verify.ATTESTATION: theirs[verify.ATTESTATION]})


@_tampering("a verdict is edited, and every digest fixed up, but for the signature", "attestation.json")
def _verdict_edited(bundles: Bundles) -> bytes:
    files = bundles.files
    files[verify.VERDICTS] = _edited(files[verify.VERDICTS], _one_case_failed)
    return pack.zip_files({**_listed(files), verify.ATTESTATION: files[verify.ATTESTATION]})


@_tampering("everything is signed anew with another key", "signer.pub")
def _signed_by_another(bundles: Bundles) -> bytes:
    return _signed(bundles.files, bundles.stranger)


@_tampering("the signature is replaced by zeros", "attestation.json")
def _signature_blank(bundles: Bundles) -> bytes:
    files = bundles.files

    def blank(envelope: dict[str, Any]) -> None:
        envelope["signatures"][0]["sig"] = base64.b64encode(bytes(64)).decode()

    return pack.zip_files({**files, verify.ATTESTATION: _edited(files[verify.ATTESTATION], blank)})


@_tampering("the last line of the journal is cut off", "journal.jsonl")
def _journal_cut(bundles: Bundles) -> bytes:
    files = bundles.files
    return pack.zip_files({**files, verify.JOURNAL: _without_last_line(files[verify.JOURNAL])})


# --- what only whoever holds the key can do -------------------------------------------------------------------------


@_tampering("the last line of the journal is cut off, and everything signed anew", "journal.jsonl", by=HOLDER)
def _journal_cut_by_the_holder(bundles: Bundles) -> bytes:
    files = bundles.files
    return _signed({**files, verify.JOURNAL: _without_last_line(files[verify.JOURNAL])}, bundles.key)


@_tampering("a line is taken out of the middle of the journal, and everything signed anew", "journal.jsonl", by=HOLDER)
def _journal_thinned_by_the_holder(bundles: Bundles) -> bytes:
    files = bundles.files
    lines = files[verify.JOURNAL].splitlines(keepends=True)
    del lines[len(lines) // 2]
    return _signed({**files, verify.JOURNAL: b"".join(lines)}, bundles.key)


@_tampering("a requirement's verdict is edited, and everything signed anew", "verdicts.json", by=HOLDER)
def _verdict_edited_by_the_holder(bundles: Bundles) -> bytes:
    def better(found: dict[str, Any]) -> None:
        row = next(row for row in found["requirements"] if row["cases"])
        row["verdict"] = "fail" if row["verdict"] == "pass" else "pass"

    files = bundles.files
    return _signed({**files, verify.VERDICTS: _edited(files[verify.VERDICTS], better)}, bundles.key)


@_tampering("a case's verdict is edited, everything recounted and signed anew", "journal.jsonl", by=HOLDER)
def _case_edited_by_the_holder(bundles: Bundles) -> bytes:
    files = bundles.files
    return _signed({**files, verify.VERDICTS: _edited(files[verify.VERDICTS], _one_case_failed)}, bundles.key)


@_tampering("the edition of the limits is rolled back in the verdict file alone", "claims.json", by=HOLDER)
def _edition_rolled_back(bundles: Bundles) -> bytes:
    def back(found: dict[str, Any]) -> None:
        found["claims"]["limits"]["edition"] = found["limits"]["edition"] = "2021-01"

    files = bundles.files
    return _signed({**files, verify.VERDICTS: _edited(files[verify.VERDICTS], back)}, bundles.key)


@_tampering("the edition of the limits is rolled back wherever it is claimed", "evidence/", by=HOLDER)
def _edition_rolled_back_everywhere(bundles: Bundles) -> bytes:
    def back(found: dict[str, Any]) -> None:
        found["claims"]["limits"]["edition"] = "2021-01"
        if "limits" in found:
            found["limits"]["edition"] = "2021-01"

    files = bundles.files
    both = {name: _edited(files[name], back) for name in (verify.VERDICTS, verify.CLAIMS)}
    return _signed({**files, **both}, bundles.key)


@_tampering("evidence is left out, and everything signed anew", "evidence/", by=HOLDER)
def _dropped_by_the_holder(bundles: Bundles) -> bytes:
    files = bundles.files
    del files[_evidence(files)[0]]
    return _signed(files, bundles.key)


@_tampering("evidence that no journal tells of is put in, and everything signed anew", "evidence/", by=HOLDER)
def _added_by_the_holder(bundles: Bundles) -> bytes:
    return _signed({**bundles.files, "evidence/added-00000000.json": b"{}"}, bundles.key)


@_tampering("the kill matrix is one of a suite that lets a fault go", "kill-matrix.json", by=HOLDER)
def _toothless(bundles: Bundles) -> bytes:
    files = bundles.files
    worse = _edited(files[verify.KILL_MATRIX], lambda found: found.update(sound=False))
    return _signed({**files, verify.KILL_MATRIX: worse}, bundles.key)


@_tampering("the kill matrix is one of another build of the suite", "kill-matrix.json", by=HOLDER)
def _kill_matrix_of_another_build(bundles: Bundles) -> bytes:
    files = bundles.files
    other = _edited(files[verify.KILL_MATRIX], lambda found: found.update(suites="0" * 64))
    return _signed({**files, verify.KILL_MATRIX: other}, bundles.key)


def _forged(form: str, old: bytes, new: bytes) -> None:
    def do(bundles: Bundles) -> bytes:
        return _signed({**bundles.files, form: bundles.files[form].replace(old, new, 1)}, bundles.key)

    name, what = form.replace(".", "-") + "-edited", f"{form} says something else, and everything is signed anew"
    TAMPERINGS.append(Tampering(name=name, what=what, named=form, by=HOLDER, alone=False, do=do))


_forged("report.html", b"<strong>", b"<strong>conforms: ")
_forged("report.md", b" pass |", b" fail |")
_forged("junit.xml", b"MUST", b"MAY")


# --- what is done to the ZIP file itself ----------------------------------------------------------------------------


@_tampering("a file unpacks to far more than it says", "report.md")
def _bomb(bundles: Bundles) -> bytes:
    return with_entry(without(bundles.one, "report.md"), "report.md", bytes(64 * 1024 * 1024), said=1_000)


@_tampering("a file says that it unpacks to more than anybody reads", "report.md")
def _giant(bundles: Bundles) -> bytes:
    return with_entry(without(bundles.one, "report.md"), "report.md", b"x", said=4_000_000_000)


@_tampering("a name leads out of the folder", "../../escaped.json")
def _path_traversal(bundles: Bundles) -> bytes:
    return with_entry(bundles.one, "../../escaped.json", b"{}")


@_tampering("a name begins at the root", "/etc/cron.d/run")
def _absolute_path(bundles: Bundles) -> bytes:
    return with_entry(bundles.one, "/etc/cron.d/run", b"x")


@_tampering("a file is a symbolic link", "report.md")
def _symlink(bundles: Bundles) -> bytes:
    return with_entry(without(bundles.one, "report.md"), "report.md", b"/etc/passwd", mode=0o120777)


@_tampering("a file's own header has another name than the directory", "verdicts.json")
def _two_names(bundles: Bundles) -> bytes:
    at = zipfile.ZipFile(io.BytesIO(bundles.one)).getinfo(verify.VERDICTS).header_offset + LOCAL_FIXED
    return bundles.one[:at] + b"Verdicts.json" + bundles.one[at + len(verify.VERDICTS) :]


@_tampering("the directory names one file's bytes for two files", "signer.pub")
def _shared_bytes(bundles: Bundles) -> bytes:
    data = bytearray(bundles.one)
    info = zipfile.ZipFile(io.BytesIO(bundles.one)).getinfo("report.md")
    place = bundles.one.rindex(b"signer.pub") - CENTRAL_FIXED + 42
    data[place : place + 4] = struct.pack("<L", info.header_offset)
    return bytes(data)


@_tampering("a program stands before the first file", "the bundle")
def _prepended(bundles: Bundles) -> bytes:
    return b"#!/bin/sh\nexit 0\n" + bundles.one


@_tampering("something is appended behind the directory", "the bundle")
def _appended(bundles: Bundles) -> bytes:
    return bundles.one + b"more"


@_tampering("a second directory, with an end of its own, is appended", "the bundle")
def _second_directory(bundles: Bundles) -> bytes:
    return bundles.one + pack.zip_files({"report.md": b"all is well"})


@_tampering("a comment hides behind the directory", "the bundle")
def _comment(bundles: Bundles) -> bytes:
    return bundles.one[:-2] + struct.pack("<H", 4) + b"note"


@_tampering("bytes hide between the files and the directory", "the bundle")
def _gap(bundles: Bundles) -> bytes:
    start = END.unpack_from(bundles.one, len(bundles.one) - END.size)[6]
    moved = bundles.one[:start] + b"hidden" + bundles.one[start:]
    return with_start(moved, start + 6)


@_tampering("the file is cut off", "the bundle")
def _cut_off(bundles: Bundles) -> bytes:
    return bundles.one[:-40]


# --- how it is done -------------------------------------------------------------------------------------------------


def _edited(data: bytes, edit: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(data)
    edit(found)
    return canonical.dump(found)


def _one_case_failed(found: dict[str, Any]) -> None:
    """One case that passed is made one that failed, and all that follows from it is made to fit."""
    rows = [row for row in found["requirements"] if row["counts"] and row["verdict"] == "pass"]
    rows[0]["cases"][0]["verdict"] = rows[0]["verdict"] = "fail"
    found["result"], found["overall"] = "does not conform", "nonconformant"
    tally = found["counts"]["verdicts"]
    tally["pass"], tally["fail"] = tally["pass"] - 1, tally["fail"] + 1
    told = [
        [row["id"], case["module"], case["case"], case["scenario"], case["verdict"]]
        for row, case in verify.cases_of(found)
    ]
    found["digest"] = canonical.digest(canonical.dump(sorted(told)))


def _without_last_line(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


def _listed(files: Files) -> Files:
    signer = json.loads(files[verify.MANIFEST])["signer"]
    run = json.loads(files[verify.MANIFEST])["run"]
    kept = {name: data for name, data in files.items() if name not in verify.BESIDE_THE_MANIFEST}
    return {**kept, verify.MANIFEST: pack.manifest(run, kept, signer["fingerprint"], test_key=signer["test"])}


def _signed(files: Files, key: Ed25519PrivateKey) -> bytes:
    kept = {name: data for name, data in files.items() if name not in verify.BESIDE_THE_MANIFEST}
    run = json.loads(files[verify.MANIFEST])["run"]
    return pack.zip_files(pack.sign_files(run, kept, json.loads(files[verify.VERDICTS]), key, test_key=False))


# --- the page -------------------------------------------------------------------------------------------------------


def page() -> str:
    """docs/tamper-matrix.md."""
    by = {True: "both", False: "`mpp-conformance verify`"}
    rows = "\n".join(f"| `{r.name}` | {r.what} | {r.by} | `{r.named}` | {by[r.alone]} |" for r in TAMPERINGS)
    return f"""# What a bundle withstands

Made by `make tampering` from `tools/tampering.py`. `tests/bundle/test_tampering.py` does each of these to a real
bundle. `mpp-conformance verify` refuses each of them and names the place; `verify.py` does so too, unless the reports
must be made again to see it. The tests also turn a bit in every single file of a bundle, and change a byte in each
and correct its checksum.

| name | what is done | who can do it | the refusal names | refused by |
| --- | --- | --- | --- | --- |
{rows}

A `report.pdf` is not in the table: no two machines set a page alike, so nothing compares it. The holder of the key can
sign another one; `mpp-conformance verify` says so for each bundle that has one. Rely on `report.html`.

The holder of the key can sign anything, but cannot make evidence of the MPP's own requests: these have the MPP's
signature, and `mpp-conformance rejudge` verifies it again.
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} is written: {len(TAMPERINGS)} ways")
