"""What wallets do to texts that are to pass through them unchanged: by their languages, libraries, bridges and columns.

All of them, ``PAYLOADS``, may befall ``sdkActionPayload``; ``CODES`` are those that an address in ASCII shows, as code
values are. Pure functions of a text. None is of half a surrogate pair: no UTF-8 holds one.
"""

from typing import Final

from mpp_conformance.scenarios.transformations.addresses import ADDRESSES, CODES
from mpp_conformance.scenarios.transformations.characters import CHARACTERS, ENDS
from mpp_conformance.scenarios.transformations.documents import DOCUMENTS
from mpp_conformance.scenarios.transformations.encodings import CUTS, ENCODINGS
from mpp_conformance.scenarios.transformations.escapes import ESCAPES
from mpp_conformance.scenarios.transformations.transformation import Transformation

PAYLOADS: Final = (*ENDS, *DOCUMENTS, *ESCAPES, *CHARACTERS, *ADDRESSES, *ENCODINGS, *CUTS)
"""Where several make the same of a text, the first is the one to tell."""

__all__ = ["CODES", "PAYLOADS", "Transformation"]
