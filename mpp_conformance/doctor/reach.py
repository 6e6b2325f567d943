"""Whether the two sides can reach each other at all: our port, the wallet's adaptor, and the clock it goes by."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from mpp_conformance.doctor.findings import ADAPTOR, CLOCK, LISTEN, Finding
from mpp_conformance.wallet import Wallet
from mpp_conformance.wire import UnreadableBodyError, parsed, printable, problems_of

MAX_SKEW: Final = 60
"""Seconds that the clocks of wallet and suite may differ: messages bear their time, and old ones may be turned down."""
_LONGEST: Final = 5.0
_MAX_ANSWER: Final = 65_536


def reach(wallet: Wallet, adaptor: str | None = None) -> list[Finding]:
    """Whether the suite can listen, and whether the adaptor (the wallet's, or the one given) is there and sound."""
    return [_listening(wallet), *_health(adaptor or wallet.reach.adaptor, min(wallet.reach.patience, _LONGEST))]


def _listening(wallet: Wallet) -> Finding:
    host, port = wallet.reach.host, wallet.reach.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
            tried.listen()
        except OSError as problem:
            return Finding(
                LISTEN,
                ok=False,
                text=f"expected to listen at {wallet.reach.listen}; seen: {problem.strerror or problem}. "
                "Likely: something else listens there (an earlier run?), or the address is none of this machine; "
                "choose another, or end what is there",
            )
    return Finding(LISTEN, ok=True, text=f"{wallet.reach.listen} is free")


def _health(adaptor: str, patience: float) -> Iterator[Finding]:
    url = f"{adaptor}/health"
    try:
        with (
            httpx.Client(timeout=patience, trust_env=False, follow_redirects=False) as client,
            client.stream("GET", url) as answer,
        ):
            body = _bounded(answer, time.monotonic() + patience)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as problem:
        seen = printable(str(problem) or type(problem).__name__, 200).rstrip(".")
        yield _unhealthy(url, seen, "the test build is not running, or its adaptor listens elsewhere")
        return
    if not answer.is_success:
        yield _unhealthy(url, f"status {answer.status_code}", "something other than the adaptor listens there")
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
    return Finding(ADAPTOR, ok=False, text=f"expected an answer to GET {url}; seen: {seen}. Likely: {likely}")


def _bounded(answer: httpx.Response, deadline: float) -> bytes:
    body = b""
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > _MAX_ANSWER:
            raise TimeoutError(f"an answer of more than {_MAX_ANSWER} bytes")
        if time.monotonic() > deadline:
            raise TimeoutError("an answer that does not come to an end")
    return body


def _problem_of_health(body: bytes) -> str:
    try:
        wrong = problems_of("mpp-adaptor", "Health", parsed(body))
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
        yield Finding(CLOCK, ok=True, text="the adaptor's and this machine's agree")
        return
    way = "ahead of" if ahead > 0 else "behind"
    yield Finding(
        CLOCK,
        ok=False,
        text=f"expected at most {MAX_SKEW} s between the adaptor's clock and this machine's; seen: the adaptor's is "
        f"{abs(ahead)} s {way} ours. Likely: one of the two machines does not set its clock from the network",
    )
