"""The observer: where the wallet's adaptor reports what its client and server do (openapi/observer.yaml)."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance import wire
from mpp_conformance.peers.router import Delivery, Router
from mpp_conformance.protocol.messages import CLIENT_SDK, CashierPage, Malformed, Message
from mpp_conformance.transport.servers.application import refusal
from mpp_conformance.transport.servers.gateway import Deliver
from mpp_conformance.transport.servers.request_bodies import answer_half, body_of, request_half

REPORTS: Final[Mapping[str, type[Message]]] = {
    operation.path.rpartition("/")[2]: kind
    for kind, operation in wire.OPERATIONS.items()
    if operation.document == "observer"
}
"""The last part of a report's address, and the message it carries."""
REPORT_ID: Final = "report-id"
"""The header that names a report, so that it can be sent again."""
_SHOWN: Final = 100
_REMEMBERED: Final = 100_000
_Report = tuple[str, str, str | None, bytes]
"""Token, the report's name, its id if it has one, and its body."""


Gone = Callable[[], Awaitable[bool]]
"""Whether the adaptor has hung up."""


async def _at_once(delivery: Delivery, gone: Gone) -> None:
    """Nothing is waited for."""


def observer_routes(
    router: Router, deliver: Deliver, confirmed: Callable[[Delivery, Gone], Awaitable[None]] = _at_once
) -> list[Route]:
    """One address per kind of report, below the token of a payment.

    ``confirmed`` comes back when the consumer is through with the cashier page: a report of one is answered then.
    """
    taken = _Taken()

    async def take(request: Request) -> Response:
        name, token = request.path_params["report"], request.path_params["token"]
        body = await body_of(request)
        report = (token, name, request.headers.get(REPORT_ID), body)
        answer = taken.answer(report)
        if answer is not None:
            return answer
        message = _message(name, body)
        known = router.knows(token)
        delivery = deliver(message, token, ())
        answer = _answer(message, name, known=known)
        delivery.heard(request_half(request, body))
        delivery.attach_reply(answer_half(request, answer))
        taken.keep(report, answer)
        if isinstance(message, CashierPage):
            await confirmed(delivery, request.is_disconnected)
        return answer

    return [Route("/o/{token}/{report}", take, methods=["POST"])]


class _Taken:
    """Reports that have an id, and their answers: one that is sent again is one. A bounded number is remembered.

    An id that comes with something else to say is another report: nothing that is reported may get lost.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, Response] = OrderedDict()

    def answer(self, report: _Report) -> Response | None:
        """The answer that the report had before; ``None`` where it is new."""
        return None if report[2] is None else self._answers.get(_digest(report))

    def keep(self, report: _Report, answer: Response) -> None:
        """Remember it, if it has an id."""
        if report[2] is not None:
            self._answers[_digest(report)] = answer
            if len(self._answers) > _REMEMBERED:
                self._answers.popitem(last=False)


def _digest(report: _Report) -> bytes:
    token, name, report_id, body = report
    parts = (token.encode(), name.encode(), (report_id or "").encode(), body)
    return sha256(b"".join(sha256(part).digest() for part in parts)).digest()


def _answer(message: Message, name: str, *, known: bool) -> Response:
    if name not in REPORTS:
        return refusal(HTTPStatus.NOT_FOUND, f"reports are {', '.join(REPORTS)}")
    if not known:
        return refusal(HTTPStatus.NOT_FOUND, "no open conversation has this token")
    if isinstance(message, Malformed):
        return refusal(HTTPStatus.BAD_REQUEST, message.problem)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _message(name: str, body: bytes) -> Message:
    kind = REPORTS.get(name)
    if kind is not None:
        return wire.decode(kind, body)
    return Malformed(where=CLIENT_SDK, operation=wire.printable(name, _SHOWN), problem="there is no such report")
