"""rejudge, where a run is not whole: broken off, no run at all, or with parts that are hidden."""

import json
import re
import shutil
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common import canonical
from mpp_conformance.report.checks import rejudgement
from mpp_conformance.report.verdict_file import document
from tests.bundles import matrix
from tests.forging import Forger, copied, message, rewritten
from tests.serving import of_specimen

ENTRY: Final = "entry-sdk-s"


@pytest.fixture(scope="module")
def of_specimens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a part of the suites, in one process."""
    return of_specimen(tmp_path_factory.mktemp("specimens"), "conforming")


@pytest.fixture
def small(of_specimens: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copied(of_specimens, tmp_path)


def differences(run: Path) -> list[str]:
    """What judging again finds to be other than it is kept."""
    return rejudgement.rejudged(run).differences


def called(*words: str | Path) -> Result:
    """The command line."""
    return CliRunner().invoke(cli, ["rejudge", *map(str, words)])


@pytest.fixture
def broken_off(small: Path) -> Path:
    """A run that was killed before its verdict file was written."""
    lines = (small / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (small / "journal.jsonl").write_bytes(b"".join(lines[: len(lines) // 2]) + b"torn")
    (small / document.FILE).unlink()
    return small


def test_a_run_that_was_broken_off_is_judged_as_far_as_it_got(broken_off: Path) -> None:
    """What was judged is derived again, and nothing is certified."""
    result = called(broken_off)
    assert (result.exit_code, "broken off: nothing is certified" in result.output) == (Exit.NOT_PROVEN, True)
    assert result.output.splitlines()[-1].endswith("identical, up to where the run was interrupted")


def test_a_changed_verdict_of_a_run_that_was_broken_off_is_named(broken_off: Path) -> None:
    """The journal is all there is, and it is held to the evidence."""
    lines = [json.loads(line) for line in (broken_off / "journal.jsonl").read_bytes().splitlines()[:-1]]
    judged = next(line for line in lines if line["event"] == "judged")
    judged["verdict"] = "fail"
    previous = lines[0]["previous"]
    with (broken_off / "journal.jsonl").open("wb") as file:
        for line in lines:
            data = canonical.dump({**line, "previous": previous})
            previous = canonical.digest(data)
            file.write(data + b"\n")
    result = called(broken_off)
    assert result.exit_code == Exit.FAILS
    assert f"line {judged['number']}: {judged['requirement']} " in result.output
    assert "kept is fail, derived is pass" in result.output


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({}, "verdicts.json cannot be read"),
        ({"verdicts.json": b"\xff"}, "this is not a verdict file"),
        ({"verdicts.json": b"{}"}, "this is not a verdict file"),
        ({"journal.jsonl": b"x\n"}, "line 1: not JSON"),
        ({"journal.jsonl": b""}, "line 1 is missing"),
    ],
)
def test_what_is_no_run_is_refused(tmp_path: Path, files: dict[str, bytes], told: str) -> None:
    """A folder without a run, or with garbage, is refused in words."""
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    result = called(tmp_path)
    assert (result.exit_code, told in result.output) == (Exit.CONFIGURATION, True), result.output


def test_a_verdict_file_of_another_form_is_named(small: Path) -> None:
    """What the schema does not allow is told by its place, and nothing is guessed."""
    rewritten(small / document.FILE, lambda made: made["counts"] and made.update(attempts={"count": 0}))
    assert differences(small)[0].startswith("verdicts.json: attempts: ")


# --- what is hidden ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hidden(secretive: Path, tmp_path: Path) -> Path:
    """A run of a wallet that discloses nothing, to be changed."""
    return copied(secretive, tmp_path)


def test_with_what_is_kept_apart_everything_is_read(hidden: Path) -> None:
    """The run's owner has every byte read, and every signature verified."""
    found = rejudgement.rejudged(hidden)
    assert (found.differences, found.notes, found.readings.hidden) == ([], [], 0)
    assert found.readings.signed["valid"] > 30


def test_without_it_the_verdicts_are_the_same(hidden: Path) -> None:
    """Whoever gets the evidence alone derives the same verdicts, and is told what could not be read."""
    shutil.rmtree(hidden / "disclosures")
    found = rejudgement.rejudged(hidden)
    assert (found.differences, found.digest) == ([], json.loads((hidden / document.FILE).read_bytes())["digest"])
    assert found.readings.hidden > 50
    assert found.notes[0].startswith(f"{found.readings.hidden} messages are hidden, and nothing that was found")


def test_a_changed_disclosure_opens_nothing(hidden: Path) -> None:
    """What is kept apart must fit what stands for it."""
    path = min((hidden / "disclosures").iterdir())
    rewritten(path, lambda made: made["disclosures"][0].__setitem__(0, "0" * 32))
    (told,) = differences(hidden)
    assert told.startswith(f"evidence/{path.name}: disclosures/{path.name}: a disclosure opens nothing: <")


def test_a_hidden_value_that_was_changed_is_opened_by_nothing(hidden: Path) -> None:
    """Another commitment in the place of one has nothing that opens it, and what opened the first is left over."""
    forger = Forger(hidden)
    forger.evidence(ENTRY, lambda made: message(made, "Scan")["fields"]["customer_id"][0].update(digest="0" * 64))
    forger.saved()
    (told,) = differences(hidden)
    assert told.endswith("customer_id is hidden, and what was found opens it not, although it opens its bytes")


def test_verify_says_whose_key_it_was_and_what_is_hidden(secretive: Path, tmp_path: Path) -> None:
    """The MPP's key is told once, as rejudge tells it; hidden messages stand beside the result."""
    bundle, key = tmp_path / "b.zip", keys.generate()
    bundle.write_bytes(pack.pack(secretive, key, matrix()))
    told = CliRunner().invoke(cli, ["verify", str(bundle), "--key", keys.fingerprint(key)]).output.splitlines()
    found = rejudgement.rejudged(secretive)
    (line,) = (line for line in told if line.startswith("MPP's key    "))
    assert line == f"MPP's key    {found.mpp_key}: compare it with the key that the MPP names"
    assert line in verify.describe(verify.verify_bundle(bundle.read_bytes()), "")
    (result,) = (line for line in told if line.startswith("result "))
    assert re.fullmatch(r"result +\w+; [1-9][0-9]* messages are hidden, and their signatures not verified", result)


@pytest.mark.parametrize("layer", [{}, {"mpp_public_key": 3}, {"mpp_public_key": "no Base64!"}, []])
def test_a_bundle_that_names_no_key_that_can_be_read_is_refused(layer: object) -> None:
    """Whoever signed it; there is no traceback."""
    with pytest.raises(verify.Refused, match=r"^verdicts\.json: "):
        verify.mpp_key({"message_layer": layer})
