"""Whatever is done to a bundle is refused, and the place is named: by verify.py and by ``mpp-conformance verify``."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from tests.bundles import PART, matrix, run
from tests.tools import tool

tampering, zip_tampering = tool("tampering"), tool("zip_tampering")
BY_NAME = {row.name: row for row in tampering.TAMPERINGS}


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401  # of a script
    """Bundles of two runs, signed with one key."""
    place = tmp_path_factory.mktemp("runs")
    key, stranger = keys.generate(), keys.generate()
    one, other = run(place, "one", *PART), run(place, "other", *PART, mpp="no-app-link")
    return tampering.Bundles(pack.pack(one, key, matrix()), pack.pack(other, key, matrix()), key, stranger)


def refusal(data: bytes) -> str:
    """Why a bundle is refused."""
    with pytest.raises(verify.Refused) as refused:
        verify.verify_bundle(data)
    return str(refused.value)


def test_what_is_not_tampered_with_is_accepted(bundles: Any) -> None:  # noqa: ANN401  # of a script
    """Both bundles hold together, and name the key that signed them."""
    signer = keys.fingerprint(bundles.key)
    assert [verify.verify_bundle(data).signer for data in (bundles.one, bundles.other)] == [signer, signer]


@pytest.mark.parametrize("name", BY_NAME)
def test_tampering_is_refused(
    bundles: Any,  # noqa: ANN401  # of a script
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The refusal begins with the place; verify.py accepts what it takes a report to find, and says what it leaves."""
    data = BY_NAME[name].do(bundles)
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    signer = keys.fingerprint(bundles.key)
    code = verify.main([str(path), "--key", signer])
    told = capsys.readouterr().out
    ours = CliRunner().invoke(cli, ["verify", str(path), "--key", signer])
    expected = f"REFUSED      {BY_NAME[name].named}"
    assert (ours.exit_code, ours.output.startswith(expected)) == (1, True), ours.output
    if BY_NAME[name].alone:
        assert (code, told) == (verify.REFUSED, ours.output)
    else:
        left = (
            "reports      as signed; `mpp-conformance verify` makes them anew and compares them, this program does not"
        )
        assert (code, left in told.splitlines()) == (verify.OK, True), told


def test_a_bit_turned_in_any_file_is_named(bundles: Any) -> None:  # noqa: ANN401  # of a script
    """Every file of a bundle, as its bytes stand there."""
    told = {name: refusal(zip_tampering.flipped(bundles.one, name)) for name in bundles.files}
    assert {name: text for name, text in told.items() if not text.startswith(f"{name}: ")} == {}


def test_a_byte_changed_in_any_file_is_named(bundles: Any) -> None:  # noqa: ANN401  # of a script
    """Every file of a bundle, packed anew with a right checksum; what a changed manifest says is true of no file."""
    told = {name: refusal(zip_tampering.changed(bundles.one, name)) for name in set(bundles.files) - {verify.MANIFEST}}
    of_the_manifest = refusal(zip_tampering.changed(bundles.one, verify.MANIFEST, b'"sha256":"'))
    assert {name: text for name, text in told.items() if not text.startswith(f"{name}: ")} == {}
    assert of_the_manifest.endswith("its bytes do not match its size and digest in the manifest")


def test_the_page_is_made_of_the_table() -> None:
    """docs/tamper-matrix.md says what tools/tampering.py does; no two ways bear one name."""
    assert tampering.PAGE.read_text("utf-8") == tampering.page()
    assert len(BY_NAME) == len(tampering.TAMPERINGS)


def test_what_is_asked_for_is_in_the_table() -> None:
    """The ways that an auditor asks about first, by their names."""
    asked = "dropped|added|renamed|duplicated|evidence-of-another-run|verdict-edited|signed-by-another|bomb|symlink"
    asked += "|edition-rolled-back|journal-cut|path-traversal|two-names|second-directory|two-of-one-name"
    assert [name for name in asked.split("|") if not any(re.fullmatch(name, row) for row in BY_NAME)] == []
