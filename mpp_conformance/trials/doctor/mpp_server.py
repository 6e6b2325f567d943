"""Whether the MPP server answers Alipay+ where ``[reach] mpp_server`` says.

It is asked how an order has ended that nobody has placed. Whatever an MPP server makes of such a question, no money
moves; a cancellation might be taken for one of another order.
"""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from typing import Final
from uuid import uuid4

from mpp_conformance import wire
from mpp_conformance.judging.trace import Half
from mpp_conformance.protocol.messages import InquiryPayment, Malformed
from mpp_conformance.scenarios.scenario import INQUIRE
from mpp_conformance.transport.connectors.mpp_server import (
    ELSEWHERE,
    NOWHERE,
    Answer,
    MppServer,
    MppServerUnreachableError,
    NoAnswerError,
    TooLateError,
)
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.trials.doctor.findings import INQUIRY_PATH, MPP_KEY, MPP_SERVER, OUR_KEY, PATIENCE, Finding
from mpp_conformance.wallet import Keys, Wallet

NOT_BELIEVED: Final = "INVALID_SIGNATURE"
"""What an MPP server answers to a call whose signature does not verify."""
_SHOWN: Final = 200
_ANOTHER: Final = (
    "something other than the MPP server listens at this address (the adaptor?), or in front of the MPP server"
)
_HANGS_UP: Final = "your MPP server closes the connection on this call, or is still starting"
_NONE: Final = f"if it answers no calls of Alipay+, leave {MPP_SERVER} out: the cases that need it then do not apply"
_SLIPS: Final = {
    "missing": "your test build signs its calls to Alipay+, but not its answers",
    "unreadable": "the Signature header is not written as openapi/mpp-server.yaml says",
    "invalid": "your MPP server signs other bytes than it sends, or another path than the one that was called, for "
    "instance because a proxy changes the path",
    "foreign": f"your MPP server signs its answers with a key that does not belong to {MPP_KEY}, or for another "
    "Client-Id",
}


def inquiry_findings(wallet: Wallet) -> list[Finding]:
    """What an inquiry about an order of nobody's shows; nothing where the file names no MPP server.

    It takes up to the wallet's patience.
    """
    if wallet.reach.mpp_server is None or wallet.keys is None:
        return []
    return [asyncio.run(_asked(wallet, wallet.keys))]


async def _asked(wallet: Wallet, keys: Keys) -> Finding:
    url = wallet.reach.address(INQUIRE)
    expected = f"an answer to POST {url}"
    inquiry = InquiryPayment(payment_request_id=f"2025061519{uuid4().int % 10**20:020d}")
    try:
        async with http_client(timeout=wallet.reach.patience) as http:
            answer, half = await MppServer.of(wallet.reach, keys, http).ask(inquiry, lambda _: None)
    except MppServerUnreachableError as problem:
        likely = f"the MPP server is not running, or listens elsewhere; {_NONE}"
        return Finding.wrong(MPP_SERVER, expected, problem.seen, likely)
    except TooLateError as problem:
        likely = f"your MPP server waits for another system before it answers; or {PATIENCE} is too short for it"
        return Finding.wrong(MPP_SERVER, expected, problem.seen, likely, judged=True)
    except NoAnswerError as problem:
        # Whoever hangs up may be an MPP server that dies of the question.
        return Finding.wrong(MPP_SERVER, expected, problem.seen, f"{_ANOTHER}; or {_HANGS_UP}", judged=True)
    return _read(keys, url, answer, half)


def _read(keys: Keys, url: str, answer: Answer, half: Half) -> Finding:
    """What an answer shows; one that the MPP server has signed is its own, and so is what is wrong with it."""
    outcome, notes = wire.verify_signature(half, keys.mpp_public_key, keys.client_id)
    own = outcome == "valid"
    if half.status in NOWHERE:
        likely = f"your MPP server serves inquiryPayment at another path: write that path here; or {_ANOTHER}; {_NONE}"
        judged = own or _is_an_answer(half.body)
        return Finding.wrong(INQUIRY_PATH, f"an answer to POST {url}", f"status {half.status}", likely, judged=judged)
    if half.status != HTTPStatus.OK:
        likely = (
            f"{_ANOTHER}; or your MPP server reports an error of its own by a status, but every answer must have 200"
        )
        seen, judged = f"status {half.status}", own or half.status not in ELSEWHERE
        return Finding.wrong(MPP_SERVER, f"status 200 of POST {url}", seen, likely, judged=judged)
    if isinstance(answer, Malformed):
        expected = f"an answer to POST {url} as openapi/mpp-server.yaml describes it"
        seen = wire.printable(answer.problem, _SHOWN)
        if _is_json(half.body):
            return Finding.wrong(MPP_SERVER, expected, seen, "a mistake in the answer of your MPP server", judged=True)
        return Finding.wrong(MPP_SERVER, expected, seen, _ANOTHER, judged=own)
    if not own:
        seen = wire.printable(dict(notes).get("signature-detail", "") or f"a signature that is {outcome}", _SHOWN)
        expected = f"a signature of the answer to POST {url} that verifies"
        # Where the key in the file is another one, the MPP server's own calls do not verify either.
        return Finding.wrong(MPP_SERVER, expected, seen, _SLIPS[outcome], judged=True)
    return _said(url, wire.printable(answer.result_code, _SHOWN))


def _said(url: str, code: str) -> Finding:
    """What a sound answer says of the call; whether that is right is for a run to judge."""
    if code == NOT_BELIEVED:
        likely = (
            f"your MPP server does not know the public half of {OUR_KEY} as the public key of Alipay+; or it verifies "
            "other bytes than those that arrive, or another path than the one that was called"
        )
        return Finding.wrong(
            MPP_SERVER, f"POST {url} to take our signature for valid", NOT_BELIEVED, likely, judged=True
        )
    return Finding(
        MPP_SERVER, ok=True, text=f"{url} answers an inquiry about an order that does not exist, signed: {code}"
    )


def is_there(found: Iterable[Finding]) -> bool:
    """Whether an MPP server has answered, rightly or wrongly, or is only slow."""
    return not any(finding.where == MPP_SERVER and (finding.refuses or _HANGS_UP in finding.text) for finding in found)


def believes(found: Iterable[Finding]) -> bool | None:
    """Whether the MPP server was seen to believe our signature; ``None`` where nothing shows it."""
    for finding in found:
        if finding.ok:
            return True
        if NOT_BELIEVED in finding.text:
            return False
    return None


def _is_json(body: bytes) -> bool:
    try:
        wire.parse_object(body)
    except wire.UnreadableBodyError:
        return False
    return True


def _is_an_answer(body: bytes) -> bool:
    """Whether a body has the form of an answer to Alipay+, whatever its status."""
    return _is_json(body) and "result" in wire.parse_object(body)
