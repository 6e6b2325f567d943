"""A wallet without adaptor is certified by a person with a telephone: a program here, that uses the console only.

The miniature stands for the telephone: what is shown on it is what its screens report, to the person alone.
"""

import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, NO_PAGE, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.transport.connectors.by_hand import mind_interrupts
from tests.miniatures import ROOT, SUITE, configured, up

MINI: Final = ROOT / "examples/wallet-python-mini"
COMMAND: Final = (
    *("env", f"PYTHONPATH={ROOT / 'doubles/python'}"),
    *(sys.executable, str(MINI / "wallet.py"), "wallet.json"),
)
NO_SUCH_PAGE_SECONDS: Final = 1.0
"""How long the person looks at a telephone on which nothing happens."""

pytestmark = pytest.mark.slow


@dataclass
class Telephone:
    """The miniature and its screen; ``adaptor`` is where its camera is."""

    adaptor: str
    screen: str = ""
    lit: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def seen(self) -> Iterator[str]:
        """An address at which the screens of the app can be watched."""
        phone = self

        class Watching(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
                self.send_response(204)
                self.end_headers()
                phone.shows(self.path.rpartition("/")[2], body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # as the library names it
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Watching) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/o/me"
            server.shutdown()

    def shows(self, what: str, body: dict[str, Any]) -> None:
        """A screen comes up."""
        if what == "handle-action":
            self.screen = ALIPAY_PLUS_ERROR
        elif what == "result-page":
            self.screen = PAID_PAGE if body["status"] == "S" else UNPAID_PAGE
        else:
            return
        self.lit.set()

    def scan(self, code: str, customer: str, address: str) -> str:
        """What stands on the screen in the end."""
        self.screen = NO_PAGE
        self.lit.clear()
        call = {"codeValue": code, "customerId": customer, "observerUrl": address}
        assert httpx.post(f"{self.adaptor}/scan", json=call, trust_env=False).is_success
        self.lit.wait(NO_SUCH_PAGE_SECONDS)
        return self.screen


@dataclass
class Person:
    """Whoever has the console open: does what it says, and stops after so many conversations."""

    name: str
    phone: Telephone
    address: str
    stop_after: int = 1_000
    doubts: bool = False
    """A second person sees something else once, and the conversation is held again."""
    reviewed: int = 0
    troubles: list[str] = field(default_factory=list)

    def work(self, invitation: str) -> None:
        """Follow the console until it says that it is over."""
        base = invitation.partition("/pair/")[0]
        with httpx.Client(base_url=base, headers={"origin": base}, trust_env=False, timeout=60) as http:
            assert http.get(invitation).status_code == httpx.codes.SEE_OTHER
            assert http.get(invitation).status_code == httpx.codes.FORBIDDEN
            known = 0
            with http.stream("GET", "/events?lang=en") as events:
                for line in events.iter_lines():
                    told = json.loads(line.removeprefix("data: ")) if line.startswith("data: ") else {"number": known}
                    if told["number"] != known:
                        known = told["number"]
                        self._do(told, http)

    def _do(self, told: dict[str, Any], http: httpx.Client) -> None:
        if told["stage"] == "scanning":
            assert http.get(f"/qr/{told['number']}.svg").headers["content-type"] == "image/svg+xml"
            page = self.phone.scan(told["code"], told["customer"], self.address)
            answer = {"person": self.name, "page": page, "witness": "", "witness_page": ""}
            if self.doubts:
                answer |= {"witness": "Bo", "witness_page": NO_PAGE}
            assert http.post("/answers", json={"number": told["number"], **answer}).is_success
        elif told["stage"] == "reviewing":
            if self.reviewed == self.stop_after:
                assert http.post("/stop", json={}).is_success
                return
            self.troubles.append(told["trouble"])
            again, self.doubts = self.doubts, False
            self.reviewed += 0 if again else 1
            assert http.post("/choices", json={"number": told["number"], "again": again}).is_success


def run(person: Person, *words: str) -> tuple[int, str]:
    """A run that this person holds: its exit code, and what it printed."""
    command = [SUITE, "run", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            invited = re.match(r"console +(\S+)", line)
            if invited:
                person.work(invited[1])
        return process.wait(60), printed


def test_a_wallet_is_certified_by_hand_in_two_days(tmp_path: Path) -> None:
    """Stopped and continued by another person, with one conversation held again: it conforms, and says on whose word.

    Who judges again comes to the same.
    """
    wallet_file = configured(MINI, tmp_path / "wallet", device=False)
    text = wallet_file.read_text("utf-8")  # what nobody reports is waited for that long
    wallet_file.write_text(text.replace("patience = 5.0", "patience = 2.0"), "utf-8")
    port = json.loads((wallet_file.parent / "wallet.json").read_text())["adaptorPort"]
    phone = Telephone(f"http://127.0.0.1:{port}")
    reports = tmp_path / "reports"
    with up(COMMAND, wallet_file), phone.seen() as address:
        ada, eve = Person("Ada", phone, address, stop_after=3, doubts=True), Person("Eve", phone, address)
        code, printed = run(
            ada, *("--wallet", str(wallet_file), "--by", "person", "--reports", str(reports), "--run", "r")
        )
        assert (code, "resume " in printed) == (5, True), printed
        code, printed = run(eve, "--wallet", str(wallet_file), "--resume", str(reports / "r"))
    assert (code, eve.troubles.count("")) == (0, len(eve.troubles)), printed
    assert re.search("[0-9]+ of the [0-9]+ requirements that decide. Not judged: ", printed)
    assert [bool(trouble) for trouble in ada.troubles] == [True, False, False, False]
    assert "one person saw" in ada.troubles[0]

    verdicts = json.loads((reports / "r/verdicts.json").read_bytes())
    words = {row["requirement"]: row["persons"] for row in verdicts["by_hand"]}
    assert (verdicts["attempts"]["count"], len(verdicts["attempts"]["again"])) == (2, 2)
    assert {name for names in words.values() for name in names} == {"Ada", "Eve"}
    assert {"SRV-1", "UX-7"} <= words.keys()
    assert "WIRE-1" not in words
    assert "Who said it" in (reports / "r/report.html").read_text("utf-8")
    again = CliRunner().invoke(cli, ["rejudge", str(reports / "r")])
    assert (again.exit_code, "identical" in again.output) == (0, True), again.output
    checked = CliRunner().invoke(cli, ["report", "check", str(reports / "r")])
    assert checked.exit_code == 0, checked.output


def test_stop_is_heard_by_a_program_in_the_background() -> None:
    """A shell may have it ignore Ctrl-C; where it does not, nothing is changed."""
    given = signal.getsignal(signal.SIGINT)
    try:
        heard = []
        for before in (signal.SIG_IGN, given):
            signal.signal(signal.SIGINT, before)
            mind_interrupts()
            heard.append(signal.getsignal(signal.SIGINT))
        assert heard == [signal.default_int_handler, given if given is not signal.SIG_IGN else heard[0]]
    finally:
        signal.signal(signal.SIGINT, given)
