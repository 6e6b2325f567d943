"""What a launched address leads to, as far as it can be told from the address."""

import re
from typing import Final

from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import Launch

PAGE_LAUNCHED: Final = "the launched address to be that of a code"
"""An address that is none of a code's may lead anywhere, to the right page too."""


def names_a_page(trace: Trace, payment: int) -> bool:
    """Whether a launched address holds that of an entry code, whichever it is, or the digits of one in this trace."""
    own = trace.codes[payment]
    before, _, after = own.scanned.partition(own.page_id)
    page = re.compile(f"{re.escape(before)}[0-9]{{{len(own.page_id)}}}{re.escape(after)}")
    urls = [event.message.url for event in trace.of(payment) if isinstance(event.message, Launch)]
    return any(page.search(url) or any(codes.page_id in url for codes in trace.codes) for url in urls)
