"""HTTP clients that real wallets are made of, each a program of its own: their bodies are read, and they read ours."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.protocol.messages import HandleAction, UserInitiatedPay
from tests.hosting import front
from tests.transport.test_gateway import PATH, body_for, signed

CLIENTS: Final = Path(__file__).parents[1] / "clients"
_JAVA: Final = ("java", str(CLIENTS / "Call.java"))
_NODE: Final = ("node", str(CLIENTS / "call.mjs"))
_GO: Final = ("go", "run", str(CLIENTS / "call.go"))
_PYTHON: Final = (sys.executable, str(CLIENTS / "call.py"))
_CURL: Final = ("curl", "--silent", "--show-error", "--noproxy", "*", "-w", "\n%{http_code} %header{signature}\n")
_SECONDS: Final = 120
"""Go compiles its library first."""

PROGRAMS: Final = [
    pytest.param((*_JAVA, "http-client"), id="java.net.http", marks=pytest.mark.java),
    pytest.param((*_JAVA, "url-connection"), id="HttpURLConnection", marks=pytest.mark.java),
    pytest.param((*_NODE, "http"), id="node http", marks=pytest.mark.node),
    pytest.param((*_NODE, "fetch"), id="node fetch (undici)", marks=pytest.mark.node),
    pytest.param((*_GO, "plain"), id="go net/http", marks=pytest.mark.go),
    pytest.param((*_GO, "continued"), id="go net/http, 100-continue", marks=pytest.mark.go),
    *(pytest.param((*_PYTHON, name), id=f"python {name}") for name in ("requests", "aiohttp", "httpx", "urllib")),
]
pytestmark = pytest.mark.slow


async def ran(*words: str) -> str:
    """What a program prints; it must end well."""
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, timeout=_SECONDS, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_is_heard_and_reads_its_answers(program: tuple[str, ...]) -> None:
    """Twice at the gateway, signed, and twice at the observer, with one client each."""

    async def call() -> tuple[list[str], list[str], list[object]]:
        async with front() as at:
            body = body_for(at.code).decode()
            headers = [word for pair in signed(body.encode()).items() for word in pair]
            asked = await ran(*program, at.url + PATH, body, *headers)
            report = '{"sdkActionPayload": "ä€ \\u0000"}'
            json_text = ("content-type", "application/json; charset=utf-8")
            told = await ran(*program, f"{at.observer}/handle-action", report, *json_text)
            return asked.splitlines(), told.splitlines(), [event.message for event in at.heard]

    asked, told, heard = asyncio.run(call())
    answers = [line.split(" ", 2) for line in asked]
    assert [[status, signs.lower()] for status, signs, _ in answers] == [["200", "true"]] * 2
    assert [json.loads(text)["result"]["resultStatus"] for _, _, text in answers] == ["S"] * 2
    assert [line.split()[0] for line in told] == ["204", "204"]
    assert [UserInitiatedPay] * 2 + [HandleAction] * 2 == [type(message) for message in heard]
    assert [message.signature for message in heard if isinstance(message, UserInitiatedPay)] == ["valid"] * 2
    assert [HandleAction(sdk_action_payload="ä€ \0")] * 2 == heard[2:]


@pytest.mark.curl
@pytest.mark.parametrize("version", ["--http1.0", "--http1.1", "--http2"])
@pytest.mark.parametrize("further", [(), ("-H", "Expect: 100-continue"), ("-H", "Transfer-Encoding: chunked")])
def test_curl_is_heard(version: str, further: tuple[str, ...]) -> None:
    """In each version of HTTP that it begins with; with ``--http2`` it offers h2c and goes on in HTTP/1.1."""

    async def call() -> tuple[str, list[object]]:
        async with front() as at:
            body = body_for(at.code)
            headers = [word for name, value in signed(body).items() for word in ("-H", f"{name}: {value}")]
            told = await ran(*_CURL, version, *further, *headers, "-d", body.decode(), at.url + PATH)
            return told, [getattr(event.message, "signature", event.message) for event in at.heard]

    told, heard = asyncio.run(call())
    answer, status = told.rsplit("\n", 2)[:2]
    assert (
        json.loads(answer)["result"]["resultStatus"],
        status.partition("=")[0],
        heard,
    ) == ("S", "200 algorithm", ["valid"])
