"""The fault profiles: ways in which Alipay+ can misbehave when it answers userInitiatedPay, one defect each.

A scenario names a profile by its name (``Payment.fault``). What is done to the body of an answer is in
``wire.spoiling``, under the same name; how an answer travels is said here. Nothing here judges: what a wallet is to do
is the business of the requirements, and ``careful`` only tells people what is safe.
"""

from mpp_conformance.protocol.faults.profile import FAMILIES, Fault
from mpp_conformance.protocol.faults.table import FAULTS

__all__ = ["FAMILIES", "FAULTS", "Fault"]
