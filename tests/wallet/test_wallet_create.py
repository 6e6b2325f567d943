"""What ``init`` writes: the commented template, and a pair of keys beside it."""

import json
import re
import stat
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.protocol import signature
from mpp_conformance.wallet import Created, Wallet, WalletFileError
from mpp_conformance.wallet.model import SECTIONS
from mpp_conformance.wallet.section import Section

_VECTORS: Final = json.loads((Path(__file__).parents[1] / "data" / "signature-vectors.json").read_text("utf-8"))
_PUBLIC: Final = _VECTORS["keys"]["mpp"]["public_spki_der_base64"]


def _template_wallet(tmp_path: Path) -> Wallet:
    created = wallet.create(tmp_path / "wallet.toml")
    (tmp_path / "mpp-public-key.pem").write_text(_PUBLIC, "ascii")
    return wallet.load(created.wallet)


def test_the_template_says_the_defaults(tmp_path: Path) -> None:
    """Every optional key of the template holds the value that counts without it."""
    found = _template_wallet(tmp_path)
    for name, model in SECTIONS.items():
        section = getattr(found, "identity" if name == "wallet" else name)
        defaults = {key: field.default for key, field in model.model_fields.items() if not field.is_required()}
        assert defaults == {key: getattr(section, key) for key in defaults}


@pytest.mark.parametrize(("name", "model"), SECTIONS.items())
def test_the_template_explains_every_key(name: str, model: type[Section]) -> None:
    """Under its section, each key of the model stands on a line of its own, right after a comment about it."""
    section = wallet.template().partition(f"\n[{name}]\n")[2].partition("\n[")[0]
    explained = re.findall(r"^# [^\n]*[.:)]\n(?:# )?([a-z_]+) = ", section, re.MULTILINE)
    assert sorted(model.model_fields) == sorted(explained)


def test_the_template_names_no_section_twice_and_none_too_many() -> None:
    """The sections of the template are those of the model, in its order."""
    assert list(SECTIONS) == re.findall(r"^\[(.*)\]$", wallet.template(), re.MULTILINE)
    assert list(SECTIONS) == [field.alias or name for name, field in Wallet.model_fields.items()]


def test_a_new_wallet_comes_with_a_key_pair(tmp_path: Path) -> None:
    """The private key is for the user alone, its public half ready to be given away, and both belong together."""
    found = wallet.create(tmp_path / "my.toml")
    expected = Created(
        wallet=tmp_path / "my.toml",
        private_key=tmp_path / "alipay-plus-private-key.pem",
        public_key=tmp_path / "alipay-plus-public-key.txt",
    )
    assert expected == found
    key = signature.load_private_key(found.private_key.read_text("ascii"))
    assert signature.public_key_text(key.public_key()) == found.public_key.read_text("ascii").strip()
    assert stat.S_IMODE(found.private_key.stat().st_mode) == 0o600
    assert wallet.template() == found.wallet.read_text("utf-8")


def test_a_new_wallet_says_only_that_the_public_key_is_wanting(tmp_path: Path) -> None:
    """What ``init`` wrote needs nothing but the MPP server's public key to be read."""
    with pytest.raises(WalletFileError) as caught:
        wallet.load(wallet.create(tmp_path / "wallet.toml").wallet)
    assert [problem.where for problem in caught.value.problems] == ["[keys] mpp_public_key"]


@pytest.mark.parametrize("name", ["wallet.toml", "alipay-plus-private-key.pem", "alipay-plus-public-key.txt"])
def test_nothing_that_is_there_is_written_over(tmp_path: Path, name: str) -> None:
    """A file that is there already is kept and named, and no other one is written."""
    (tmp_path / name).symlink_to("nowhere")
    with pytest.raises(WalletFileError) as caught:
        wallet.create(tmp_path / "wallet.toml")
    assert str(caught.value) == f"{tmp_path / name}: exists already; nothing was written"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_everything_that_is_there_is_named_at_once(tmp_path: Path) -> None:
    """A second ``init`` names the file that it was asked for, and the keys beside it."""
    wallet.create(tmp_path / "my.toml")
    with pytest.raises(WalletFileError) as caught:
        wallet.create(tmp_path / "my.toml")
    keys = "as do alipay-plus-private-key.pem and alipay-plus-public-key.txt"
    assert str(caught.value) == f"{tmp_path / 'my.toml'}: exists already, {keys}; nothing was written"


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Where nothing can be written, the error says why."""
    with pytest.raises(WalletFileError, match=r"cannot be written \(No such file or directory\)"):
        wallet.create(tmp_path / "none" / "wallet.toml")
