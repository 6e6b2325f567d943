"""The doctor's patience with a test build that is still starting."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli import doctor as front
from mpp_conformance.trials.doctor.waiting import wait_until_ready
from mpp_conformance.wallet import Wallet
from tests.hosting import HOST, NOWHERE, wallet_at

HEALTHY = json.dumps({"wallet": "W", "version": "1"}).encode()


@dataclass
class TestBuild:
    """A test build whose parts do not answer until it was waited for so often; only waiting moves the clock."""

    __test__ = False
    adaptor_after: int = 0
    server_after: int = 0
    pauses: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Seconds."""
        return sum(self.pauses)

    def pause(self, seconds: float) -> None:
        """Time goes by."""
        self.pauses.append(seconds)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Its address, for adaptor and MPP server alike."""
        build = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.say(200 if len(build.pauses) >= build.adaptor_after else 503, HEALTHY)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                if len(build.pauses) >= build.server_after:
                    self.say(500, b"")

            def say(self, status: int, body: bytes) -> None:
                self.send_response_only(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer((HOST, 0), Handler) as server:
            thread = Thread(target=server.serve_forever, args=(0.01,))
            thread.start()
            try:
                yield f"http://{HOST}:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()


@pytest.mark.parametrize(("adaptor_after", "server_after", "expected"), [(0, 0, 0), (3, 0, 3), (0, 2, 2), (1, 4, 4)])
def test_both_parts_are_waited_for(adaptor_after: int, server_after: int, expected: int) -> None:
    """It waits until adaptor and MPP server answer, and no longer; an MPP server's own mistake is an answer."""
    build = TestBuild(adaptor_after, server_after)
    with build.served() as url:
        wait_until_ready(wallet_at(url), 60, now=build.now, pause=build.pause)
    assert len(build.pauses) == expected


def test_an_mpp_server_that_the_file_does_not_name_is_not_waited_for() -> None:
    """Without ``mpp_server`` the adaptor alone counts."""
    build = TestBuild(server_after=100)
    with build.served() as url:
        wait_until_ready(wallet_at(url, mpp_server=None), 60, now=build.now, pause=build.pause)
    assert build.pauses == []


def test_the_wait_is_bounded() -> None:
    """Where nobody ever listens it ends when the seconds are over."""
    build = TestBuild()
    wait_until_ready(wallet_at(NOWHERE), 2, now=build.now, pause=build.pause)
    assert build.now() == 2


@pytest.mark.parametrize(("words", "expected"), [([], []), (["--wait", "7"], [7])])
def test_doctor_waits_only_if_it_is_told_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], expected: list[int]
) -> None:
    """``--wait`` comes before everything that is tried out; without it nothing is waited for."""
    waited: list[int] = []

    def awaited(_: Wallet, seconds: int) -> None:
        waited.append(seconds)

    monkeypatch.setattr(front, "wait_until_ready", awaited)
    monkeypatch.setattr(front, "load_wallet", lambda _: wallet_at(NOWHERE, mpp_server=None))
    told = CliRunner().invoke(cli, ["doctor", "--wallet", str(tmp_path), *words])
    assert (told.exit_code, waited) == (3, expected)
    assert "[reach] adaptor" in told.output.splitlines()[-1]
