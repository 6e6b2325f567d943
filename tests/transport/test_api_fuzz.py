"""Gateway, observer and device address are fuzzed from openapi/: nothing breaks, nothing undocumented comes back.

Every phase of Schemathesis, sound and broken data, the same cases each time; requests are signed by a hook
(api_hooks.py). A server with a defect in each operation shows that every check can fail.
"""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import pytest
from starlette.requests import Request
from starlette.responses import Response

from mpp_conformance import wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.trace import ENDED
from mpp_conformance.peers.alipay_plus import payment_request_id
from mpp_conformance.protocol import signature
from mpp_conformance.protocol.messages import NotifyPaymentAnswer, UserInitiatedPayAnswer
from tests.hosting import CLIENT_ID, Front, front, own_keys

ROOT: Final = Path(__file__).parents[2]
CONFIG: Final = """
[checks]
negative_data_rejection.expected-statuses = [200, 400, 404, 405, 409]
missing_required_header.expected-statuses = [200]
positive_data_acceptance.expected-statuses = ["2xx", 404, 409]
"""
"""Alipay+ refuses with status 200, and api_hooks.py has a check for that; the observer knows one token, and a device
address one client."""
FIXED: Final = ("--seed", "1", "--generation-database", "none", "--continue-on-failure", "--no-shrink")
Report = dict[str, Any]
Answering = Callable[[Request], Awaitable[Response]]


@contextmanager
def served(manner: Callable[[Request, Answering], Awaitable[Response]] | None = None) -> Iterator[Front]:
    """The gateway, the observer and a device address with one open conversation, in a thread of their own."""
    ready: Future[tuple[Front, Callable[[], object]]] = Future()

    async def serve() -> None:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        async with front(manner=manner) as at:
            ready.set_result((at, lambda: loop.call_soon_threadsafe(over.set)))
            await over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    at, stop = ready.result(10)
    try:
        yield at
    finally:
        stop()
        thread.join(10)


def fuzzed(document: str, at: Front, place: Path, *options: str) -> Report:
    """What Schemathesis reports of a server, as JSON."""
    (place / "schemathesis.toml").write_text(CONFIG, "ascii")
    facts = {
        "private_key": signature.private_key_text(own_keys()[1]),
        "client_id": CLIENT_ID,
        "code_value": at.code,
        "payment_request_id": payment_request_id(at.world.codes[0]),
        "token": at.world.token(0),
        "device": "device",
        "hello": f"{at.url}/d/device/hello",
    }
    (place / "facts.json").write_text(json.dumps(facts), "ascii")
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(directory("openapi") / f"{document}.yaml")]
    report = ("--report", "json", "--report-json-path", "report.json")
    done = subprocess.run(
        [*command, "--url", at.url, *FIXED, *report, *options],
        cwd=place,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.api_hooks", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (place / "report.json").is_file(), done.stdout + done.stderr
    found: Report = json.loads((place / "report.json").read_text("utf-8"))
    return found


def failures(report: Report) -> set[tuple[str, str]]:
    """Operation and check of everything that failed."""
    return {(name.rpartition("/")[2], row["type"]) for row in report["failures"] for name in row["operations"]}


def test_the_gateway_keeps_its_document(tmp_path: Path) -> None:
    """Alipay+ answers whatever it is asked as openapi/ says, refuses what is broken, and pays what is sound."""
    with served() as at:
        report = fuzzed("alipay-plus", at, tmp_path, "--max-examples", "10")
        said = [event.message for event in at.world.trace(ENDED).events if event.message.by_suite]
    assert (report["failures"], report["errors"]) == ([], [])
    assert {"success"} == {phase["status"] for phase in report["phases"].values()}
    assert report["test_cases"]["generated"] > 200
    assert any(isinstance(message, UserInitiatedPayAnswer) and message.order for message in said)
    assert any(isinstance(message, NotifyPaymentAnswer) and message.result_status == "S" for message in said)


def test_the_observer_keeps_its_document(tmp_path: Path) -> None:
    """Reports are taken, refused or not known, each with the status and the words that openapi/ says."""
    with served() as at:
        report = fuzzed("observer", at, tmp_path, "--max-examples", "6")
        heard = {type(event.message) for event in at.heard}
    assert (report["failures"], report["errors"]) == ([], [])
    phases = {name: phase["status"] for name, phase in report["phases"].items()}
    assert phases == {"examples": "success", "coverage": "success", "fuzzing": "success", "stateful": "skip"}
    assert report["test_cases"]["generated"] > 200
    assert {kind for kind, found in wire.OPERATIONS.items() if found.document == "observer"} <= heard


def test_the_device_address_keeps_its_document(tmp_path: Path) -> None:
    """Calls are asked for and answered, refused or not known, each with the status and the words that openapi/ says."""
    with served() as at:
        report = fuzzed("device", at, tmp_path, "--max-examples", "10")
    assert (report["failures"], report["errors"]) == ([], [])
    phases = {name: phase["status"] for name, phase in report["phases"].items()}
    assert phases == {"examples": "success", "coverage": "success", "fuzzing": "success", "stateful": "skip"}
    assert report["test_cases"]["generated"] > 100


def test_the_same_cases_come_each_time(tmp_path: Path) -> None:
    """What is drawn at random is drawn anew from the same seed, and nothing is remembered."""
    heard = []
    for _ in range(2):
        with served() as at:
            fuzzed("observer", at, tmp_path, "--phases", "fuzzing", "--include-operation-id", "launch", "-n", "5")
            heard.append([event.message for event in at.heard])
    assert heard[0] == heard[1] != []


async def _careless(request: Request, answering: Answering) -> Response:
    """A defect in the answer of each operation."""
    response = await answering(request)
    body = b"".join([piece async for piece in response.body_iterator])  # type: ignore[attr-defined]  # a streamed one
    status, headers = response.status_code, dict(response.headers)
    name, refused = request.url.path.rpartition("/")[2], status == HTTPStatus.BAD_REQUEST
    if name == "userInitiatedPay" and b"PARAM_ILLEGAL" in body:
        body = body.replace(b"PARAM_ILLEGAL", b"SUCCESS").replace(b'"F"', b'"S"')
    elif name == "notifyPayment":
        del headers["signature"]
    elif name == "launch":
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    elif name == "decode-callback":
        status = HTTPStatus.IM_A_TEAPOT
    elif name == "handle-action" and refused:
        body = b'{"problem":7}'
    elif name == "result-page" and refused:
        headers["content-type"] = "text/plain"
    elif name == "hello" and not refused:
        status = HTTPStatus.INTERNAL_SERVER_ERROR
    elif name == "calls" and refused:
        body = b'{"problem":7}'
    elif name in {"answers", "server-answer"} and refused:
        status, body = HTTPStatus.NO_CONTENT, b""
    headers.pop("content-length", None)
    return Response(body, status, headers)


DEFECTS: Final = {
    ("userInitiatedPay", "CustomFailure"),
    ("notifyPayment", "MissingHeaders"),
    ("launch", "ServerError"),
    ("decode-callback", "UndefinedStatusCode"),
    ("handle-action", "JsonSchemaError"),
    ("result-page", "UndefinedContentType"),
    ("server-answer", "AcceptedNegativeData"),
    ("hello", "ServerError"),
    ("calls", "JsonSchemaError"),
    ("answers", "AcceptedNegativeData"),
}
"""Each operation, and the check that finds its defect."""


@pytest.mark.parametrize("document", ["alipay-plus", "observer", "device"])
def test_every_check_can_fail(document: str, tmp_path: Path) -> None:
    """A defect that is planted in an operation is found by the check for it."""
    with served(_careless) as at:
        report = fuzzed(document, at, tmp_path, "--max-examples", "5", "--phases", "coverage")
    named = {path.rpartition("/")[2] for path in wire.document(document)["paths"]}
    assert {(name, check) for name, check in DEFECTS if name in named} <= failures(report)
