"""What a wallet claims when a person scans its codes, and when that goes for entry codes as well."""

import pytest

from mpp_conformance import wallet
from mpp_conformance.wallet import Codes, Wallet

HERE = "http://127.0.0.1:9400/m/{id}"
THERE = "https://q.example.test/o/{id}"


def of(entry: str, order: str, public_url: str | None = None) -> Wallet:
    """A wallet with these codes, which the suite waits for at the usual place, or at another one."""
    known = wallet.reference()
    codes = Codes(entry=entry, order=order, foreign="https://elsewhere.example.test/{id}")
    return known.model_copy(update={"codes": codes, "reach": known.reach.model_copy(update={"public_url": public_url})})


@pytest.mark.parametrize(
    ("entry", "public_url"),
    [(HERE, None), (f"{HERE}/?a=1#/Top", None), ("https://suite.test/x/m/s?c={id}", "https://suite.test/x")],
)
def test_entry_codes_that_lead_to_the_merchant_page_are_scanned(entry: str, public_url: str | None) -> None:
    """The claims say so, for the plan follows from them."""
    claimed = wallet.claims_by_hand(of(entry, THERE, public_url))["reach"]
    assert (claimed["by"], claimed["merchant_page"]) == ("person", True)


@pytest.mark.parametrize(
    ("entry", "order", "said"),
    [
        ("https://q.example.test/m/{id}", THERE, "[codes] entry must be an address below http://127.0.0.1:9400/m/"),
        ("http://127.0.0.1:9400/x/{id}", THERE, "[codes] entry must be"),
        ("http://127.0.0.1:9400/m/#{id}", THERE, "which holds {id} before any #"),
        (HERE, "http://q.example.test:80/{id}", "[codes] order must be an address (http or https) that a browser"),
        (HERE, "O{id}", "[codes] order must be"),
    ],
)
def test_others_are_left_out_and_it_is_said_why(entry: str, order: str, said: str) -> None:
    """Nobody could place an order, or a browser would change its code on the way."""
    asked = of(entry, order)
    assert said in wallet.lacking_for_person(asked)
    assert "merchant_page" not in wallet.claims_by_hand(asked)["reach"]
