"""The bundle of an audit names every log: whoever has the logs sees one that was left out or changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common import canonical

EXAMPLE = Path(__file__).parents[2] / "examples/audit"
KEY = keys.generate()
SIGNER = keys.fingerprint(KEY)


def call(*words: object) -> Result:
    """A command's exit code and output."""
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an audit of the example, and beside it its bundle."""
    place = tmp_path_factory.mktemp("audits")
    assert call("audit", EXAMPLE / "audit.toml", "--into", place / "march").exit_code == Exit.FAILS
    (place / "march.zip").write_bytes(pack.pack(place / "march", KEY, {}))
    return place / "march"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """The logs as they were handed over."""
    shutil.copytree(EXAMPLE / "faulty", tmp_path / "logs/faulty")
    return tmp_path / "logs"


def test_a_bundle_of_an_audit_is_verified_with_its_logs(
    audited: Path, logs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Outcome, evidence and page come out again, and the logs are those that were read; it certifies nothing."""
    bundle = audited.with_suffix(".zip")
    found = call("verify", bundle, "--key", SIGNER, "--logs", logs)
    assert (found.exit_code, found.output.splitlines()[1:3]) == (
        Exit.CONFORMS,
        ["audit        16 conversations, 136 records", "logs         2 files, each as it was read, and no other"],
    )
    assert "reports      report.html: made once more, the same" in found.output
    assert "result       nonconformant" in found.output
    assert verify.main([str(bundle), "--key", SIGNER, "--logs", str(logs)]) == verify.OK
    assert "each as it was read, and no other" in capsys.readouterr().out
    assert verify.main([str(bundle)]) == verify.UNKNOWN_SIGNER
    assert "not compared: name the folder that has them by --logs" in capsys.readouterr().out
    told = json.loads(call("verify", bundle, "--logs", logs, "--format", "json").output)["bundle"]
    assert (told["run"], told["wallet"], told["overall"], told["logs"]) == ("march", None, "nonconformant", 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda logs: (logs / "faulty/client.jsonl").unlink(), "faulty/client.jsonl: the audit read it, and it is not"),
        (
            lambda logs: (logs / "faulty/client.jsonl").rename(logs / "faulty/old.jsonl"),
            "faulty/old.jsonl: the audit did not read it: it was left out, or came later",
        ),
        (
            lambda logs: shutil.copy(logs / "faulty/client.jsonl", logs / "faulty/april.jsonl"),
            "faulty/april.jsonl: the audit did not read it: it was left out, or came later",
        ),
        (
            lambda logs: (logs / "faulty/server.jsonl").write_bytes((logs / "faulty/server.jsonl").read_bytes()[1:]),
            "faulty/server.jsonl: it is not what the audit read: 80 lines, ",
        ),
    ],
)
def test_a_log_that_is_left_out_or_changed_is_named(
    audited: Path, logs: Path, change: Callable[[Path], object], why: str
) -> None:
    """By verify.py and by the command alike."""
    change(logs)
    bundle = verify.verify_bundle(audited.with_suffix(".zip").read_bytes())
    with pytest.raises(verify.Refused) as refused:
        verify.check_logs(bundle, str(logs))
    assert str(refused.value).startswith(why)
    found = call("verify", audited.with_suffix(".zip"), "--logs", logs)
    assert (found.exit_code, found.output.startswith(f"REFUSED      {why}")) == (Exit.FAILS, True)


def without_input(audit: dict[str, Any]) -> None:
    """An input that the outcome does not name any more."""
    del audit["inputs"][0]


def without_breach(audit: dict[str, Any]) -> None:
    """A requirement that nobody broke."""
    next(row for row in audit["requirements"] if row["broke"])["broke"] = 0


def renamed(audit: dict[str, Any]) -> None:
    """A log that lies elsewhere on the disk of whoever verifies."""
    audit["inputs"][0]["name"] = "../../etc/hostname"


def edited(audited: Path, change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
    """The files of the bundle, with an outcome that says something else."""
    files = dict(verify.read_zip(audited.with_suffix(".zip").read_bytes()))
    audit = json.loads(files[verify.AUDIT])
    change(audit)
    return {**files, verify.AUDIT: canonical.dump(audit)}


@pytest.mark.parametrize("change", [without_input, without_breach, renamed])
def test_whoever_has_no_key_changes_nothing(audited: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """The manifest names another digest; once that is put right, the signature is of another statement."""
    files = edited(audited, change)
    with pytest.raises(verify.Refused, match=r"^audit\.json: its bytes do not match"):
        verify.verify_bundle(pack.zip_files(files))
    files[verify.MANIFEST] = pack.manifest("march", listed(files), SIGNER, test_key=False)
    with pytest.raises(verify.Refused, match=r"^attestation\.json: its statement is about another audit"):
        verify.verify_bundle(pack.zip_files(files))


def listed(files: dict[str, bytes]) -> dict[str, bytes]:
    """What a manifest names."""
    return {name: data for name, data in files.items() if name not in verify.BESIDE_THE_MANIFEST}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without_input, r"^faulty/client\.jsonl: the audit did not read it"),
        (without_breach, r"^audit\.json: its counter-examples are not of the requirements that were broken"),
        (renamed, r"^\.\./\.\./etc/hostname: it does not lie below the folder of the audit"),
    ],
)
def test_what_the_holder_of_the_key_leaves_out_is_seen(
    audited: Path, logs: Path, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    """Even signed anew: by what it says itself, or by the logs."""
    files = listed(edited(audited, change))
    made = pack.zip_files(pack.sign_files("march", files, json.loads(files[verify.AUDIT]), KEY, test_key=False))
    with pytest.raises(verify.Refused, match=why):
        verify.check_logs(verify.verify_bundle(made), str(logs))


def test_evidence_that_is_dropped_or_added_is_named(audited: Path) -> None:
    """Also by the holder of the key."""
    whole = listed(dict(verify.read_zip(audited.with_suffix(".zip").read_bytes())))
    told = json.loads(whole[verify.AUDIT])
    name = next(name for name in whole if name.startswith("evidence/"))
    dropped = {key: data for key, data in whole.items() if key != name}
    added = {**whole, "evidence/added-00000000.json": whole[name]}
    for files, place in ((dropped, name), (added, "evidence/added-00000000.json")):
        with pytest.raises(verify.Refused) as refused:
            verify.verify_bundle(pack.zip_files(pack.sign_files("march", files, told, KEY, test_key=False)))
        assert str(refused.value).startswith(place)


def test_an_audit_whose_page_was_edited_is_not_signed(audited: Path, tmp_path: Path) -> None:
    """Nothing is signed that people read otherwise."""
    shutil.copytree(audited, tmp_path / "march")
    page = tmp_path / "march/report.html"
    page.write_text(page.read_text("utf-8").replace("broke a requirement", "kept all"), "utf-8")
    with pytest.raises(pack.PackError, match=r"report\.html: it says something else than audit\.json"):
        pack.pack(tmp_path / "march", KEY, {})


def test_the_command_makes_the_bundle(audited: Path, tmp_path: Path) -> None:
    """Without a kill matrix, which an audit does not need."""
    shutil.copytree(audited, tmp_path / "march")
    keys.write_new(KEY, tmp_path / "key.pem")
    found = call("bundle", tmp_path / "march", "--key", tmp_path / "key.pem")
    assert (found.exit_code, (tmp_path / "march.zip").read_bytes()) == (0, audited.with_suffix(".zip").read_bytes())


def test_a_run_has_no_logs_to_compare(logs: Path) -> None:
    """Its bundle is refused where logs are named."""
    run = verify.Bundle("one", {}, "", False, {}, b"", "")  # noqa: FBT003  # a test key or not
    with pytest.raises(verify.Refused, match="read no logs"):
        verify.check_logs(run, str(logs))
