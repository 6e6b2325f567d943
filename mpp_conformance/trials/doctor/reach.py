"""Whether the two sides can reach each other at all: our port, the wallet's adaptor, and the clock it goes by."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import ListenError, bound
from mpp_conformance.trials.doctor.findings import ADAPTOR, CLOCK, LISTEN, Finding
from mpp_conformance.wallet import Wallet
from mpp_conformance.wire import UnreadableBodyError, parse_object, printable, problems_of

MAX_SKEW: Final = 60
"""Seconds that the clocks of wallet and suite may differ: messages bear their time, and old ones may be turned down."""
_LONGEST: Final = 5.0
_PLAIN: Final = "it answers plain http: write http://"
_SLIPS_OF_TLS: Final = {
    "WRONG_VERSION_NUMBER": _PLAIN,
    "RECORD_LAYER_FAILURE": _PLAIN,
    "HTTP_REQUEST": _PLAIN,
    "CERTIFICATE_VERIFY_FAILED": "this machine does not know the authority of its certificate: name the "
    "authority's file (PEM) in the environment variable SSL_CERT_FILE, for the run as well",
}
"""What TLS says of an answer that is none of its own, or of one that it does not trust."""
_PATHS: Final = ("/scan", "/decode", "/health")
_NOT_THERE: Final = "the test build is not running, or its adaptor listens elsewhere"
_ANOTHER: Final = "something other than the adaptor listens there"
_MAX_ANSWER: Final = 65_536


def reach(wallet: Wallet, adaptor: str | None = None) -> list[Finding]:
    """Whether the suite can listen, and whether the adaptor (the wallet's, or the one given) is there and sound."""
    if adaptor is None and wallet.reach.device:
        return [_listening(wallet)]
    return [_listening(wallet), *_health(adaptor or wallet.reach.adaptor, min(wallet.reach.patience, _LONGEST))]


def _listening(wallet: Wallet) -> Finding:
    host, port = wallet.reach.host, wallet.reach.port
    try:
        for tried in bound(host, port):
            tried.close()
    except ListenError as problem:
        likely = (
            "another program listens there (an earlier run?): end it, or choose another port; or the address does not "
            "belong to this machine: choose one that does"
        )
        return Finding.wrong(LISTEN, f"to listen at {wallet.reach.listen}", str(problem).rpartition(": ")[2], likely)
    return Finding(LISTEN, ok=True, text=f"{wallet.reach.listen} is free")


def _health(adaptor: str, patience: float) -> Iterator[Finding]:
    url = f"{adaptor}/health"
    try:
        answer, body = asyncio.run(_asked(url, patience))
    except (TimeoutError, httpx.TimeoutException):
        late = f"no answer within {patience:g} s"
        yield _unhealthy(url, late, "the test build hangs, or something other than its adaptor listens there")
        return
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        seen = printable(str(problem) or type(problem).__name__, 200)
        likely = next((slip for sign, slip in _SLIPS_OF_TLS.items() if sign in seen), _NOT_THERE)
        yield _unhealthy(url, seen, likely)
        return
    if not answer.is_success:
        path = next((path for path in _PATHS if adaptor.endswith(path)), "")
        likely = f"the suite appends the path of each operation: leave {path} off" if path else _ANOTHER
        yield _unhealthy(url, f"status {answer.status_code}", likely)
        return
    wrong = _problem_of_health(body)
    if wrong:
        yield _unhealthy(url, wrong, "something other than the adaptor listens there, see openapi/mpp-adaptor.yaml")
        return
    said: dict[str, Any] = json.loads(body)
    name = printable(f"{said['wallet']} {said['version']}", 200)
    yield Finding(ADAPTOR, ok=True, text=f"{adaptor} is there: {name}")
    yield from _clock(answer.headers.get("date"), datetime.now(UTC))


def _unhealthy(url: str, seen: str, likely: str) -> Finding:
    return Finding.wrong(ADAPTOR, f"an answer to GET {url}", seen, likely)


async def _asked(url: str, patience: float) -> tuple[httpx.Response, bytes]:
    """An answer and the beginning of its body; TimeoutError where it has not come to its end in time."""
    async with (
        asyncio.timeout(patience),
        http_client(timeout=patience) as client,
        client.stream("GET", url) as answer,
    ):
        body = b""
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > _MAX_ANSWER:
                break
        return answer, body


def _problem_of_health(body: bytes) -> str:
    try:
        wrong = problems_of("mpp-adaptor", "Health", parse_object(body, limit=_MAX_ANSWER))
    except UnreadableBodyError as problem:
        return str(problem)
    return "; ".join(wrong)


def _clock(date: str | None, now: datetime) -> Iterator[Finding]:
    if date is None:
        return
    try:
        theirs = parsedate_to_datetime(date)
        ahead = round((theirs - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return
    if abs(ahead) <= MAX_SKEW:
        yield Finding(CLOCK, ok=True, text="the clocks of the adaptor and of this machine agree")
        return
    way = "ahead of" if ahead > 0 else "behind"
    seen = f"the adaptor's clock is {abs(ahead)} s {way} this machine's"
    expected = f"at most {MAX_SKEW} s between the adaptor's clock and this machine's"
    yield Finding.wrong(CLOCK, expected, seen, "one of the two machines does not set its clock from the network")
