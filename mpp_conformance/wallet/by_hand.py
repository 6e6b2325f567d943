"""A wallet with a person and a telephone in the place of its adaptor."""

from typing import Any

from mpp_conformance.scenarios.observation import NOBODY, PERSON
from mpp_conformance.wallet.model import Wallet
from mpp_conformance.wallet.observes import Observes


def by_hand(wallet: Wallet) -> Wallet:
    """What is reported of this wallet where a person scans: the gateway by the suite, pages by the person, no more.

    Whatever the file attests is attested of an adaptor's reports.
    """
    observes = Observes(user=PERSON, client_sdk=NOBODY, app_link=NOBODY)
    reach = wallet.reach.model_copy(update={"parallel": 1, "device": False, "fuzz": False})
    return wallet.model_copy(update={"observes": observes, "reach": reach})


def claims_by_hand(wallet: Wallet) -> dict[str, Any]:
    """What it claims, for the report: as ``Wallet.claims()``, and that a person scans."""
    claimed = wallet.claims()
    return {**claimed, "reach": {**claimed["reach"], "by": PERSON}}
