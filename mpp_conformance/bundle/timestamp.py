"""A time stamp by an authority (RFC 3161) for a bundle's signature: it shows that the signature was there by then.

It needs the extra ``tsa``. The authority is whoever the operator trusts; its certificate is given when it is verified.
"""

from datetime import datetime
from typing import Any, Final

import httpx

_TYPE: Final = "application/timestamp-query"
_SECONDS: Final = 30.0
_MAX_BYTES: Final = 262_144


class TimeStampError(ValueError):
    """No time stamp could be had, or it is not one for these bytes; says why."""


def request_time_stamp(data: bytes, authority: str) -> bytes:
    """The reply of the authority at a URL to a request for ``data``, in DER; TimeStampError where there is none."""
    client = _package()
    request = client.TimestampRequestBuilder().data(data).build()
    headers = {"content-type": _TYPE}
    try:
        with httpx.stream("POST", authority, content=request.as_bytes(), headers=headers, timeout=_SECONDS) as answer:
            reply = bytearray()
            for piece in answer.iter_bytes():
                reply += piece
                if len(reply) > _MAX_BYTES:
                    break
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise TimeStampError(f"the authority at {authority}: {type(problem).__name__}") from None
    if answer.status_code != httpx.codes.OK or len(reply) > _MAX_BYTES:
        raise TimeStampError(f"the authority at {authority}: status {answer.status_code}, {len(reply)} bytes")
    _decoded(bytes(reply))
    return bytes(reply)


def verify_time_stamp(reply: bytes, data: bytes, certificates: bytes) -> datetime:
    """When ``data`` was stamped, if a root in PEM answers for it; TimeStampError where it does not."""
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415  # only where a stamp is verified

    client = _package()
    found = _decoded(reply)
    try:
        roots = load_pem_x509_certificates(certificates)
        builder = client.VerifierBuilder()
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(found, data)
    except (ValueError, client.VerificationError) as problem:
        raise TimeStampError(f"the time stamp does not verify: {problem}") from None
    when: datetime = found.tst_info.gen_time
    return when


def _decoded(reply: bytes) -> Any:  # noqa: ANN401  # of a package that may be missing
    try:
        return _package().decode_timestamp_response(reply)
    except ValueError as problem:
        raise TimeStampError(f"the reply is no time stamp: {problem}") from None


def _package() -> Any:  # noqa: ANN401  # the module
    try:
        import rfc3161_client  # noqa: PLC0415  # an extra
    except ImportError:
        raise TimeStampError("time stamps need the extra tsa: pip install 'mpp-conformance[tsa]'") from None
    return rfc3161_client
