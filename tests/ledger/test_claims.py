"""What a wallet claims decides what is judged, and a wallet that claims nothing is not judged at all."""

from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Claims
from mpp_conformance.wallet import WalletFileError

_REFERENCE: Final = wallet.reference().claims()


def _claims(**features: bool) -> Claims:
    """The reference wallet's claims with other features."""
    return Claims.of({**_REFERENCE, "features": {**_REFERENCE["features"], **features}})


def test_two_payments_at_once_are_held_only_with_who_claims_to_bear_them() -> None:
    """A test build of one phone is not failed for what it cannot do; a wallet that claims it is tested on all."""
    cases = catalogue.load(directory("suites")).cases
    reasons = {row.not_applicable: row.scenario.together for row in catalogue.plan(cases, _claims(at_once=False))}
    assert reasons == {"": False, "the wallet does not claim at_once": True}
    assert not any(row.not_applicable for row in catalogue.plan(cases, _claims()))


def test_a_wallet_without_any_code_cannot_be_judged() -> None:
    """Claims of neither kind of code are refused: nothing would be left that could fail."""
    with pytest.raises(ValueError, match="neither kind of code is claimed"):
        _claims(entry_code=False, order_code=False)


def test_a_wallet_file_that_claims_no_code_is_wrong(tmp_path: Path) -> None:
    """A wallet claims entry codes, order codes or both; without either a run would certify it for nothing."""
    made = wallet.create(tmp_path / "wallet.toml")
    text = made.wallet.read_text("utf-8").replace("mpp-public-key.pem", made.public_key.name)
    entry, order = "entry_code = true", "order_code = true"
    for left in (entry, order):
        wallet.parse(text.replace(left, left.replace("true", "false")), tmp_path)
    with pytest.raises(WalletFileError) as refused:
        wallet.parse(text.replace(entry, "entry_code = false").replace(order, "order_code = false"), tmp_path)
    words = "wallet.toml: [features] order_code must be true or false; found false: entry_code is false too"
    assert str(refused.value).startswith(words)


def test_specimens_have_a_wallet_in_memory() -> None:
    """The reference wallet claims every feature, and signs nothing."""
    found = wallet.reference()
    expected = dict.fromkeys(("entry_code", "order_code", "app_link", "at_once"), True)
    assert expected == found.features.model_dump()
    assert found.keys is None
    assert found == wallet.reference()
