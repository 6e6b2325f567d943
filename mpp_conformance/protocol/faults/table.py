"""All fault profiles, family by family."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from mpp_conformance.protocol.faults.profile import (
    ANSWER,
    BAD,
    BLANKS,
    CHUNKED,
    DRIP,
    FOREIGN_KEY,
    GZIP,
    MESSAGE,
    MISSING,
    MIXED_CASE,
    REORDERED,
    RESET,
    SILENT,
    STALE,
    TIME,
    TRANSPORT,
    TRUNCATED,
    UPPER_CASE,
    Fault,
)

_SDK_DOCS: Final = "Alipay+ client SDK documentation, samples of decode and handleAction"
_SIGNATURE_DOCS: Final = "Alipay+ API documentation, message signature"
_OVERVIEW_DOCS: Final = "Alipay+ API documentation, message structure"
_PAY_DOCS: Final = "Alipay+ API documentation, userInitiatedPay"
_UPGRADE: Final = "the upgrade's page, highlights for the MPP server"

_NO_SDK: Final = "It calls the client SDK for HANDLE_BY_SDK and for nothing else, and pays nothing without an order."
_AS_BEFORE: Final = "It handles the payment itself, as before the upgrade, and does not call the client SDK."
_NOT_PAID: Final = "It pays nothing, makes up no payload, and tells the consumer that the payment failed."
_NO_ANSWER: Final = "It treats this as no answer: it asks again a few times, and then tells the consumer of a failure."
_NOT_VERIFIED: Final = (
    "It acts on nothing in the answer: it asks again a few times, and then tells the consumer of a failure."
)
_AS_ALWAYS: Final = "It accepts the answer, which is sound, and acts on it as on any other."
_ONCE: Final = "It asks again with the same code and customer, acts on the answer it gets then, and pays once."

_ANSWERS: Final = (
    Fault(
        name="action-type-unknown",
        family=ANSWER,
        does="It answers with an actionType that no document knows.",
        careful=_NO_SDK,
        basis="derived",
        source=_SDK_DOCS,
    ),
    Fault(
        name="action-type-in-lower-case",
        family=ANSWER,
        does="It writes the actionType in lower case.",
        careful=_NO_SDK,
        basis="derived",
        source=_SDK_DOCS,
    ),
    Fault(
        name="action-form-missing",
        family=ANSWER,
        does="It leaves out the actionForm.",
        careful=_AS_BEFORE,
        basis="derived",
        source=_SDK_DOCS,
    ),
    Fault(
        name="action-form-null",
        family=ANSWER,
        does="It gives null for the actionForm.",
        careful=_AS_BEFORE,
        basis="derived",
        source=_SDK_DOCS,
    ),
    Fault(
        name="action-form-empty",
        family=ANSWER,
        does="It gives an actionForm with nothing in it.",
        careful=_AS_BEFORE,
        basis="derived",
        source=_SDK_DOCS,
        legible=True,
    ),
    Fault(
        name="payload-missing",
        family=ANSWER,
        does="It answers HANDLE_BY_SDK and leaves out the payload.",
        careful=_NOT_PAID,
        basis="stated",
        source=_UPGRADE,
    ),
    Fault(
        name="payload-null",
        family=ANSWER,
        does="It answers HANDLE_BY_SDK and gives null for the payload.",
        careful=_NOT_PAID,
        basis="stated",
        source=_UPGRADE,
    ),
    Fault(
        name="payload-empty",
        family=ANSWER,
        does="It answers HANDLE_BY_SDK and gives an empty text for the payload.",
        careful=_NOT_PAID,
        basis="stated",
        source=_UPGRADE,
    ),
    Fault(
        name="payload-as-number",
        family=ANSWER,
        does="It answers HANDLE_BY_SDK and writes a JSON number where the payload's text should be.",
        careful=_NOT_PAID,
        basis="stated",
        source=_UPGRADE,
    ),
    Fault(
        name="amounts-as-numbers",
        family=ANSWER,
        does="It writes amounts as JSON numbers instead of strings.",
        careful="It pays exactly these minor units, or treats this as no answer and pays nothing.",
        legible=True,
    ),
    Fault(
        name="action-form-twice",
        family=ANSWER,
        does="It writes the actionForm twice, first with HANDLE_BY_PSP and then with HANDLE_BY_SDK.",
        careful="It treats this as no answer, since JSON parsers differ in which of the two they see.",
        legible=True,
    ),
    Fault(
        name="answer-illegal",
        family=ANSWER,
        does="A generator wrote the answer, and one field of it breaks the interface.",
        careful="It acts on what it can read, or treats this as no answer; it does not break down, nor guess a sum.",
        given=True,
        legible=True,
    ),
    Fault(
        name="byte-order-mark",
        family=ANSWER,
        does="It puts a byte order mark before the body.",
        careful="It reads past the mark, or treats this as no answer; it does not break down.",
        legible=True,
    ),
    Fault(
        name="result-unknown",
        family=ANSWER,
        does="It answers U, and gives an order and HANDLE_BY_PSP all the same.",
        careful="It asks again a few times, and pays nothing while the result is unknown.",
        basis="derived",
        source=_PAY_DOCS,
    ),
)

_MESSAGES: Final = (
    Fault(
        name="signature-missing",
        family=MESSAGE,
        does="It does not sign its answer.",
        careful=_NOT_VERIFIED,
        basis="derived",
        source=_SIGNATURE_DOCS,
        signature=MISSING,
    ),
    Fault(
        name="signature-bad",
        family=MESSAGE,
        does="Its signature is over other bytes than those of the body.",
        careful=_NOT_VERIFIED,
        basis="documented",
        source=_SIGNATURE_DOCS,
        signature=BAD,
    ),
    Fault(
        name="signature-foreign",
        family=MESSAGE,
        does="Its signature is made with a key that is not Alipay+'s.",
        careful=_NOT_VERIFIED,
        basis="documented",
        source=_SIGNATURE_DOCS,
        signature=FOREIGN_KEY,
    ),
    Fault(
        name="signature-stale",
        family=MESSAGE,
        does="Its signature was made at another time than the answer names.",
        careful=_NOT_VERIFIED,
        basis="documented",
        source=_SIGNATURE_DOCS,
        signature=STALE,
    ),
    Fault(
        name="answer-replayed",
        family=MESSAGE,
        does="It repeats its answer to the payment before, validly signed a day ago.",
        careful="It recognises the order as one that was paid, and does not pay it again.",
        instead=True,
        age=86_400,
    ),
    Fault(
        name="answer-of-another-customer",
        family=MESSAGE,
        does="It gives the answer that another customer's payment got.",
        careful="It recognises the order as another customer's, pays nothing, and tells the consumer of a failure.",
        instead=True,
    ),
    Fault(
        name="headers-in-upper-case",
        family=MESSAGE,
        does="It writes the names of its headers in upper case.",
        careful=_AS_ALWAYS,
        basis="documented",
        source=_OVERVIEW_DOCS,
        spelling=UPPER_CASE,
    ),
    Fault(
        name="headers-in-mixed-case",
        family=MESSAGE,
        does="It writes the names of its headers with capital letters.",
        careful=_AS_ALWAYS,
        basis="documented",
        source=_OVERVIEW_DOCS,
        spelling=MIXED_CASE,
    ),
    Fault(
        name="signature-with-blanks",
        family=MESSAGE,
        does="It puts blanks after the commas of its Signature header.",
        careful=_AS_ALWAYS,
        basis="documented",
        source=_OVERVIEW_DOCS,
        spelling=BLANKS,
    ),
    Fault(
        name="signature-in-other-order",
        family=MESSAGE,
        does="It writes the parts of its Signature header in another order.",
        careful=_AS_ALWAYS,
        spelling=REORDERED,
    ),
    Fault(
        name="body-with-blanks",
        family=MESSAGE,
        does="It writes the body with line feeds and blanks, and signs it as it is.",
        careful="It verifies the signature over the bytes that came, and acts on the answer as on any other.",
        basis="documented",
        source=_SIGNATURE_DOCS,
    ),
)

_HTML: Final = "text/html; charset=UTF-8"
_TRANSPORTS: Final = (
    Fault(
        name="html-with-200",
        family=TRANSPORT,
        does="A proxy before it answers with an HTML page, unsigned, under status 200.",
        careful=_NO_ANSWER,
        content_type=_HTML,
        signature=MISSING,
    ),
    Fault(
        name="status-500",
        family=TRANSPORT,
        does="It gives its answer, signed and whole, under status 500.",
        careful=_NO_ANSWER,
        status=500,
    ),
    Fault(
        name="status-503",
        family=TRANSPORT,
        does="A proxy before it answers with an HTML page under status 503.",
        careful=_NO_ANSWER,
        status=503,
        content_type=_HTML,
        signature=MISSING,
    ),
    Fault(
        name="body-truncated",
        family=TRANSPORT,
        does="It stops in the middle of the body and closes the connection.",
        careful=_NO_ANSWER,
        delivery=TRUNCATED,
    ),
    Fault(
        name="reset-before-answer",
        family=TRANSPORT,
        does="The connection is reset before it has decided anything.",
        careful=_NO_ANSWER,
        delivery=RESET,
        undecided=True,
    ),
    Fault(
        name="reset-after-answer",
        family=TRANSPORT,
        does="It places the order, but the connection is reset before its first answer is out.",
        careful=_ONCE,
        basis="derived",
        source=_PAY_DOCS,
        delivery=RESET,
        first=1,
    ),
    Fault(
        name="redirected",
        family=TRANSPORT,
        does="It redirects the MPP to another address with status 307.",
        careful="It does not follow the redirect: whoever answers there is a stranger. It treats this as no answer.",
        status=307,
        content_type=_HTML,
        location=True,
        signature=MISSING,
    ),
    Fault(
        name="gzip",
        family=TRANSPORT,
        does="It compresses the body although nobody asked for that; the signature is over the body as it was before.",
        careful="It reads the body, or treats this as no answer; it does not break down.",
        delivery=GZIP,
    ),
    Fault(
        name="chunked",
        family=TRANSPORT,
        does="It sends the body in chunks, without its length.",
        careful=_AS_ALWAYS,
        basis="derived",
        source=_OVERVIEW_DOCS,
        delivery=CHUNKED,
    ),
    Fault(
        name="oversized",
        family=TRANSPORT,
        does="It pads the body of its first answer with 1.5 MiB of blanks.",
        careful="It reads the body, or treats this as no answer and asks again; it does not break down.",
        first=1,
        legible=True,
    ),
)

_TIMES: Final = (
    Fault(
        name="slow-drip",
        family=TIME,
        does="It sends the body piece by piece, with a pause before each.",
        careful="It waits for the end, or gives up and asks again; it does not break down, and pays once.",
        delivery=DRIP,
    ),
    Fault(
        name="silent-at-first",
        family=TIME,
        does="It places the order but does not answer the first call; it answers the next one.",
        careful=_ONCE,
        basis="derived",
        source=_PAY_DOCS,
        delivery=SILENT,
        first=1,
    ),
    Fault(
        name="status-503-at-first",
        family=TIME,
        does="A proxy before it answers the first call with status 503; it answers the next one itself.",
        careful=_ONCE,
        basis="derived",
        source=_PAY_DOCS,
        status=503,
        content_type=_HTML,
        signature=MISSING,
        first=1,
    ),
)

_LATE: Final = tuple(
    Fault(
        name=f"late-by-{seconds}-s",
        family=TIME,
        does=does,
        careful="Its server and app wait for the answer, or it asks again; it acts on what comes, and pays once.",
        delay=seconds,
        first=1,
        legible=True,
    )
    for seconds, does in (
        (1, "It takes 1 second to answer the first call."),
        (3, "It takes 3 seconds to answer the first call."),
        (8, "It takes 8 seconds to answer the first call."),
    )
)


def _by_name(faults: Iterable[Fault]) -> MappingProxyType[str, Fault]:
    return MappingProxyType({fault.name: fault for fault in faults})


FAULTS: Final = _by_name((*_ANSWERS, *_MESSAGES, *_TRANSPORTS, *_TIMES, *_LATE))
"""All profiles by name, family by family."""
