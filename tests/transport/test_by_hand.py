"""A wallet without adaptor is certified by a person with a telephone: a program here, that uses the console only.

The miniature stands for the telephone: what is shown on it is what its screens report, to the person alone.
"""

import html
import json
import re
import signal
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

from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.evidence.pictures import name_of
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, NO_PAGE, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.transport.connectors.by_hand import mind_interrupts
from tests.bundles import matrix
from tests.miniatures import ROOT, configured, held_by_hand, up
from tests.pictures import drawn

MINI: Final = ROOT / "examples/wallet-python-mini"
COMMAND: Final = (
    *("env", f"PYTHONPATH={ROOT / 'doubles/python'}"),
    *(sys.executable, str(MINI / "wallet.py"), "wallet.json"),
)
NO_SUCH_PAGE_SECONDS: Final = 1.0
"""How long the person looks at a telephone on which nothing happens."""

PICTURE: Final = drawn()

pytestmark = pytest.mark.slow


@dataclass
class Telephone:
    """The miniature and its screen; ``adaptor`` is where its camera is."""

    adaptor: str
    screen: str = ""
    lit: threading.Event = field(default_factory=threading.Event)
    page: str = ""
    """What is open in the browser of the client SDK."""
    opened: threading.Event = field(default_factory=threading.Event)

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
        if what == "launch":
            self.page = body["url"]
            self.opened.set()
            return
        if what == "handle-action" or (what == "decode-callback" and body.get("sdkActionPayload")):
            self.screen = ALIPAY_PLUS_ERROR
        elif what == "result-page":
            self.screen = PAID_PAGE if body["status"] == "S" else UNPAID_PAGE
        else:
            return
        self.lit.set()

    def scan(self, code: str, customer: str, address: str, amount: str) -> str:
        """What stands on the screen in the end; ``amount`` is what is to be entered on the merchant page, if any."""
        self.screen = NO_PAGE
        self.lit.clear()
        self.opened.clear()
        self._calls("scan", codeValue=code, customerId=customer, observerUrl=address)
        if amount and self.opened.wait(NO_SUCH_PAGE_SECONDS):
            self._calls("decode", codeValue=self._ordered(amount), callback="mine", observerUrl=address)
        self.lit.wait(NO_SUCH_PAGE_SECONDS)
        return self.screen

    def _calls(self, operation: str, **call: str) -> None:
        assert httpx.post(f"{self.adaptor}/{operation}", json=call, trust_env=False).is_success

    def _ordered(self, amount: str) -> str:
        """The order code that the merchant page goes on to, once the right amount is entered."""
        with httpx.Client(trust_env=False, headers={"origin": self.page.partition("/m/")[0]}) as browser:
            assert 'name="amount"' in browser.get(self.page).text
            assert browser.post(self.page, data={"amount": "0"}).status_code == httpx.codes.UNPROCESSABLE_ENTITY
            page = browser.post(self.page, data={"amount": amount}).text
            return html.unescape(page.partition('id="code" href="')[2].partition('"')[0])


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
            amount = "".join(re.findall("[0-9.]+ CNY", told["amount"])).removesuffix(" CNY")
            page = self.phone.scan(told["code"], told["customer"], self.address, amount)
            if page == ALIPAY_PLUS_ERROR:
                sent = httpx.post(told["upload"], content=PICTURE, headers={"origin": "null"}, trust_env=False)
                assert sent.status_code == httpx.codes.FORBIDDEN
                self._takes_picture(told["upload"])
            answer = {"person": self.name, "page": page, "witness": "", "witness_page": ""}
            if self.doubts:
                answer |= {"witness": "Bo", "witness_page": NO_PAGE}
            assert http.post("/answers", json={"number": told["number"], **answer}).is_success
        elif told["stage"] == "reviewing":
            if self.reviewed == self.stop_after:
                assert http.post("/stop", json={}).is_success
                return
            self.troubles.append(told["trouble"])
            if self.doubts:
                self._takes_picture(told["upload"])
            again, self.doubts = self.doubts, False
            self.reviewed += 0 if again else 1
            assert http.post("/choices", json={"number": told["number"], "again": again}).is_success

    def _takes_picture(self, address: str) -> None:
        """Whatever the telephone shows looks alike here."""
        own = {"origin": address.partition("/p/")[0]}
        sent = httpx.post(address, content=PICTURE, headers=own, trust_env=False)
        assert sent.status_code == httpx.codes.CREATED


def run(person: Person, *words: str) -> tuple[int, str]:
    """A run that this person holds: its exit code, and what it printed."""
    return held_by_hand(person.work, *words)


def leading_here(wallet_file: Path) -> None:
    """Have the entry codes lead to the merchant page, and from there to order codes that browsers leave alone."""
    config = json.loads((wallet_file.parent / "wallet.json").read_text())
    codes = {"entry": config["gateway"] + "/m/{id}?b=2#/Top", "order": "https://qr.example.test/order/{id}?b=2&a=%7e"}
    (wallet_file.parent / "wallet.json").write_text(json.dumps(config | {"codes": codes}))
    head, _, rest = wallet_file.read_text("utf-8").partition("entry = ")
    lines = "".join(f"{name} = {json.dumps(code)}\n" for name, code in codes.items())
    text = head + lines + "foreign = " + rest.partition("foreign = ")[2]
    # What nobody reports is waited for that long.
    wallet_file.write_text(text.replace("patience = 5.0", "patience = 2.0"), "utf-8")


def test_a_wallet_is_certified_by_hand_in_two_days(tmp_path: Path) -> None:
    """Stopped and continued by another person, with one conversation held again: it conforms, and says on whose word.

    Who judges again comes to the same.
    """
    wallet_file = configured(MINI, tmp_path / "wallet", device=False)
    leading_here(wallet_file)
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
    placed = [file for file in (reports / "r/evidence").glob("*.json") if "an order over" in file.read_text("utf-8")]
    assert placed
    words = {row["requirement"]: row["persons"] for row in verdicts["by_hand"]}
    assert (verdicts["attempts"]["count"], len(verdicts["attempts"]["again"])) == (2, 2)
    assert {name for names in words.values() for name in names} == {"Ada", "Eve"}
    assert {"SRV-1", "UX-7"} <= words.keys()
    assert "WIRE-1" not in words
    assert "Who said it" in (reports / "r/report.html").read_text("utf-8")
    shows_pictures(reports / "r", tmp_path)
    again = CliRunner().invoke(cli, ["rejudge", str(reports / "r")])
    assert (again.exit_code, "identical" in again.output) == (0, True), again.output
    checked = CliRunner().invoke(cli, ["report", "check", str(reports / "r")])
    assert checked.exit_code == 0, checked.output


def shows_pictures(made: Path, place: Path) -> None:
    """Each picture has its conversation and requirements, and is in the bundle; one that was changed is named."""
    rows = json.loads((made / "verdicts.json").read_bytes())["pictures"]
    assert {(row["file"], *row["seen"]) for row in rows} == {(f"pictures/{name_of(PICTURE)}", ALIPAY_PLUS_ERROR)}
    assert {"UX-1", "UX-8"} <= {name for row in rows for name in row["requirements"]}
    page = (made / "report.html").read_text("utf-8")
    assert page.count(f'<img src="{rows[0]["file"]}"') == 1
    told = page.partition('<section id="user-experience">')[2].partition("</section>")[0]
    assert [row["scenario"] for row in rows if row["scenario"] not in told] == []
    bundle = place / "r.zip"
    bundle.write_bytes(pack.pack(made, keys.generate(), matrix(), test_key=True))
    verified = CliRunner().invoke(cli, ["verify", str(bundle)])
    assert (verified.exit_code, "REFUSED" in verified.output) == (5, False), verified.output
    without = {
        name: data for name, data in verify.verify_bundle(bundle.read_bytes()).files.items() if name != rows[0]["file"]
    }
    with pytest.raises(verify.Refused, match=rows[0]["file"]):
        verify.check_pictures(json.loads((made / "verdicts.json").read_bytes()), without)
    kept = made / rows[0]["file"]
    kept.write_bytes(PICTURE + b".")
    changed = CliRunner().invoke(cli, ["rejudge", str(made)])
    assert (changed.exit_code, f"{rows[0]['file']}: its content" in changed.output) == (1, True), changed.output
    kept.write_bytes(PICTURE)


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
