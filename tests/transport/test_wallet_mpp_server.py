"""Where Alipay+ finds the MPP server, as ``wallet.toml`` says it."""

from pathlib import Path
from typing import Final

import pytest

from mpp_conformance import wallet, wire
from mpp_conformance.protocol.messages import CancelPayment, InquiryPayment
from mpp_conformance.scenarios.scenario import CANCEL, INQUIRE
from mpp_conformance.wallet import Reach, WalletFileError

_FAR: Final = "this is not a loopback address; if you intend that, set allow_remote = true"
_NO_PATH: Final = "it must begin with a slash, and contain no blank, no # and no character outside ASCII"


def test_without_an_address_nothing_is_served() -> None:
    """Alipay+ calls nobody; the paths are those of openapi/mpp-server.yaml."""
    paths = [wire.OPERATIONS[kind].path for kind in (InquiryPayment, CancelPayment)]
    assert (None, *paths) == (Reach().mpp_server, Reach().inquiry_path, Reach().cancel_path)
    assert [Reach().address(operation) for operation in (INQUIRE, CANCEL)] == ["", ""]


def test_its_operations_may_stand_at_paths_of_its_own() -> None:
    """A slash at the end of the address is dropped, and a query stays in the path."""
    reach = Reach(mpp_server="http://localhost:1/", cancel_path="/cancel?v=1")
    expected = ["http://localhost:1/aps/api/v1/payments/inquiryPayment", "http://localhost:1/cancel?v=1"]
    assert expected == [reach.address(operation) for operation in (INQUIRE, CANCEL)]


def test_the_address_is_the_claim() -> None:
    """A report says that the MPP server can be called, and not where."""
    claims = wallet.reference().claims()
    assert claims["features"]["mpp_server"]
    assert "mpp_server" not in claims["reach"]


@pytest.mark.parametrize(
    ("key", "value", "slip"),
    [
        ("mpp_server", "http://10.0.0.1:1", _FAR),
        ("inquiry_path", "inquiry", _NO_PATH),
        ("cancel_path", "/a b", _NO_PATH),
    ],
)
def test_an_address_is_reviewed(key: str, value: str, slip: str) -> None:
    """It is near, and a path is one."""
    with pytest.raises(WalletFileError) as caught:
        wallet.parse(f'[reach]\n{key} = "{value}"\n', Path())
    (found,) = (str(problem) for problem in caught.value.problems if problem.where.startswith("[reach]"))
    assert found.startswith(f"[reach] {key} must be ")
    assert found.endswith(slip)
