"""``wallet.toml``: what the wallet under test claims (ICS) and how to reach it (IXIT), with a static review.

Loading this package loads pydantic and cryptography; import it where a wallet is needed, not before.
"""

from mpp_conformance.wallet.by_hand import MERCHANT_PAGE, by_hand, claims_by_hand, lacking_for_person
from mpp_conformance.wallet.create import Created, create, template
from mpp_conformance.wallet.model import Codes, Customers, Features, Identity, Keys, Limits, Wallet, reference
from mpp_conformance.wallet.reach import Reach
from mpp_conformance.wallet.review import Problem, WalletFileError, load, parse

__all__ = [
    "MERCHANT_PAGE",
    "Codes",
    "Created",
    "Customers",
    "Features",
    "Identity",
    "Keys",
    "Limits",
    "Problem",
    "Reach",
    "Wallet",
    "WalletFileError",
    "by_hand",
    "claims_by_hand",
    "create",
    "lacking_for_person",
    "load",
    "parse",
    "reference",
    "template",
]
