"""A wallet with a person and a telephone in the place of its adaptor."""

from typing import Any, Final

from mpp_conformance.scenarios.code_templates import as_browsers_write
from mpp_conformance.scenarios.observation import NOBODY, PERSON
from mpp_conformance.wallet import fields
from mpp_conformance.wallet.model import Wallet
from mpp_conformance.wallet.observes import Observes

MERCHANT_PAGE: Final = "/m"
"""The path below which the suite serves the merchant page."""


def by_hand(wallet: Wallet) -> Wallet:
    """What is reported of this wallet where a person scans: the gateway by the suite, pages by the person, no more.

    Whatever the file attests is attested of an adaptor's reports.
    """
    observes = Observes(user=PERSON, client_sdk=NOBODY, app_link=NOBODY)
    reach = wallet.reach.model_copy(update={"parallel": 1, "device": False, "browser": None, "fuzz": False})
    return wallet.model_copy(update={"observes": observes, "reach": reach})


def claims_by_hand(wallet: Wallet) -> dict[str, Any]:
    """What it claims, for the report: as ``Wallet.claims()``, that a person scans, and whether entry codes."""
    claimed = wallet.claims()
    page = {} if lacking_for_person(wallet) else {"merchant_page": True}
    return {**claimed, "reach": {**claimed["reach"], "by": PERSON, **page}}


def lacking_for_person(wallet: Wallet) -> str:
    """What a person wants for scanning entry codes of this wallet, in words; empty where nothing is wanting.

    An entry code is the address of the merchant page, which leads a browser to the order code.
    """
    page = f"{wallet.reach.public_url or f'http://{wallet.reach.listen}'}{MERCHANT_PAGE}/"
    if not wallet.codes.entry.startswith(page) or fields.ID not in wallet.codes.entry.partition("#")[0]:
        return f"[codes] entry must be an address below {page}, which holds {fields.ID} before any #"
    if not as_browsers_write(wallet.codes.order):
        return "[codes] order must be an address (http or https) that a browser leaves as it is"
    return ""
