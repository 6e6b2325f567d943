"""What stands between an MPP server and us, seen by what it changed of a message before anybody judged it.

A message that would verify over another path, or whose body was lost, says nothing of its sender: a proxy, or our own
HTTP, had it first.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol import signature
from mpp_conformance.wire.operations import OPERATIONS
from mpp_conformance.wire.parsing import MAX_BODY, printable
from mpp_conformance.wire.verification import verify_signature

CHANGED: Final = "changed on its way"
"""How what is said of such a message begins."""
_ORIGINAL: Final = ("x-forwarded-uri", "x-original-uri", "x-original-url", "x-rewrite-url", "x-envoy-original-path")
"""Headers in which proxies keep the target that they were asked for."""
_PREFIX: Final = "x-forwarded-prefix"
_SLASHES: Final = re.compile(r"/{2,}")
_REPORT: Final = re.compile(r"/o/[0-9a-f]{32}/[a-z-]{1,40}$")
_DIGITS: Final = re.compile(r"[0-9]{1,12}")
_GZIP: Final = 31
"""What zlib calls a gzip member."""
_MOST_PATHS: Final = 16
_MAX_PATH: Final = 2_048
_SHOWN: Final = 200
_SERVED: Final = tuple(operation.path for operation in OPERATIONS.values() if operation.document == "alipay-plus")


def describe_change(half: Half, key: RSAPublicKey, client_id: str, *, prefix: str = "") -> str:
    """What a hop changed of a message that is signed, in words; empty where nothing shows that one did.

    ``prefix``: the path that stands before ours in the address that the sender was given.
    """
    if half.header("signature") is None or verify_signature(half, key, client_id)[0] in {
        "valid",
        "missing",
        "unreadable",
    }:
        return ""
    lost = _lost(half)
    if lost:
        return lost
    for path in _paths(half, prefix):
        if verify_signature(replace(half, target=path), key, client_id)[0] == "valid":
            seen = f"the signature verifies over {printable(path, _SHOWN)}, and {printable(half.target, _SHOWN)} came"
            return f"{CHANGED}: {seen}"
    for what, body in _bodies(half):
        if verify_signature(replace(half, body=body), key, client_id)[0] == "valid":
            return f"{CHANGED}: the signature verifies over {what}"
    return ""


def intended_path(target: str) -> str:
    """The path of ours that a request to another one was meant for; empty where it is none of a slip in an address."""
    path = target.partition("?")[0].rstrip("/")
    report = _REPORT.search(path)
    return report[0] if report else next((served for served in _SERVED if path.endswith(served)), "")


def other_target(half: Half, key: RSAPublicKey, client_id: str, prefix: str) -> str:
    """The target that a request was signed for, with or without ``prefix``; its own where that verifies, or neither.

    An ingress may strip what stands before our paths in the address that the MPP was given, and an MPP may sign the
    path of the interface alone.
    """
    if not prefix:
        return half.target
    other = half.target.removeprefix(prefix) if half.target.startswith(f"{prefix}/") else f"{prefix}{half.target}"
    signed = verify_signature(replace(half, target=other), key, client_id)[0] == "valid"
    return other if signed and verify_signature(half, key, client_id)[0] != "valid" else half.target


def _lost(half: Half) -> str:
    """What says that the body did not come as it was sent."""
    said = half.header("content-length") or ""
    announced = int(said) if _DIGITS.fullmatch(said) and half.header("transfer-encoding") is None else None
    if announced is not None and announced != len(half.body) and len(half.body) <= MAX_BODY:
        return f"{CHANGED}: Content-Length says that the body has {announced} bytes, and {len(half.body)} came"
    return "" if half.body else f"{CHANGED}: it has no body, and was signed over one"


def _paths(half: Half, prefix: str) -> Iterator[str]:
    """Targets that may have stood in the message before a hop had it."""
    target, before = half.target, half.header(_PREFIX) or ""
    # What a hop strips from a call of ours it strips for whoever signs the answer.
    segments = [] if half.status is None else target.split("/")
    found = [
        f"/{target}",
        f"{target}/",
        _SLASHES.sub("/", target),
        f"{prefix}{target}",
        f"{before.rstrip('/')}{target}",
        *(half.header(name) or "" for name in _ORIGINAL),
        *("/" + "/".join(segments[place:]) for place in range(2, min(len(segments), _MOST_PATHS))),
    ]
    for path in dict.fromkeys(signature.path_of(path) for path in found if path):
        if path != target and len(path) <= _MAX_PATH and path.isprintable():
            yield path


def _bodies(half: Half) -> Iterator[tuple[str, bytes]]:
    """Bodies that may have been sent before a hop had them."""
    if half.body[:2] == b"\x1f\x8b":
        unpacker = zlib.decompressobj(_GZIP)
        try:
            yield "the body before it was compressed", unpacker.decompress(half.body, MAX_BODY)
        except zlib.error:
            return
