"""Every format that examples/audit/ has a mapping for says the same of the same log."""

from pathlib import Path

import pytest

from mpp_conformance.trials.audit import engine, mapping
from mpp_conformance.trials.audit.fold import prepare_fold
from mpp_conformance.trials.audit.records import Record
from mpp_conformance.trials.audit.tally import Tally
from tests.tools import tool

formats = tool("audit_formats")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The log in every format."""
    made = tmp_path_factory.mktemp("formats")
    formats.write(made)
    return made


def audited(place: Path, name: str) -> tuple[list[Record], Tally]:
    """The records of a log in a format, and what they come to."""
    mapped = mapping.load(place / f"{name}.toml")
    work = place / f"{name}-work"
    work.mkdir(exist_ok=True)
    with engine.open_logs(mapped, place, work) as logs:
        assert set(logs.skipped.values()) == {0}
        return list(logs.records()), logs.tally(prepare_fold(mapped, logs.facts))


@pytest.mark.parametrize("name", formats.FORMATS)
def test_a_format_says_what_json_lines_say(place: Path, name: str) -> None:
    """Bodies are equal to the byte, half a surrogate pair among them; so are times, keys, verdicts and digest."""
    records, tally = audited(place, "jsonl")
    found, same = audited(place, name)
    assert found == records
    assert any(r"noodles \ud83c" in record.body for record in found)
    assert (same.digest, sorted(same.broke)) == (tally.digest, ["EC-29", "OC-20"])


def test_there_is_a_test_for_every_mapping() -> None:
    """A mapping among the examples is one of these formats, or of JSON lines."""
    found = {path.stem for path in formats.EXAMPLES.glob("*.toml")}
    assert found == {*formats.FORMATS, "audit", "conforming"}
