"""A wallet in a page is certified by hand, in Chromium: one context is the console's, the other is the telephone.

What the console shows is scanned from its picture, and what it asks is answered by what stands on the telephone.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import zxingcpp
from PIL import Image

from mpp_conformance import wallet
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, OWN_ERROR, PAID_PAGE, UNPAID_PAGE
from mpp_conformance.transport.servers.merchant_page import STAND_IN
from mpp_conformance.trials.doctor.live import live
from tests import browser
from tests.browser import Page
from tests.miniatures import CONFORMS, NOT_PROVEN, NPM, ROOT, configured, held_by_hand, up, with_web_double
from tests.miniatures import certified as pulled

MINI: Final = Path("examples/wallet-web-mini")
WALLET: Final = Path("examples/wallet-web-page")
MOST_LINES: Final = 150
NARROW: Final = 390
EVERY_KIND: Final = "entry-sdk-F or entry-single-under or order-sdk-S or order-single-under or order-psp-F"
"""Both codes with both business scenarios, and an order that Alipay+ does not decode."""
SCREENS: Final = {"refused": OWN_ERROR, "paid": PAID_PAGE, "unpaid": UNPAID_PAGE, "stand-in": ALIPAY_PLUS_ERROR}
"""What the telephone shows in the end, as a person says it."""
SCREEN: Final = f"""(() => {{
  const frame = document.querySelector('#mpp-doubles-webview iframe');
  if (frame) return frame.src.endsWith('{STAND_IN}') ? 'stand-in' : 'merchant';
  return document.querySelector('main').dataset.screen;
}})()"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.chromium,
    pytest.mark.skipif(not NPM, reason="needs Node 20 or newer with npm"),
]


@dataclass
class Telephone:
    """The wallet's page, in a context of its own; ``suite`` is where merchant page and stand-in come from."""

    page: Page
    suite: str

    def scan(self, code: str, customer: str, amount: str) -> str:
        """What stands on the screen in the end; ``amount`` is what is to be entered on the merchant page, if any."""
        self._choose(code, customer)
        screen = self._after("")
        if screen == "merchant":
            self._buy(amount)
            screen = self._after("merchant")
        if screen == "cashier":
            self.page.ask("document.getElementById('confirm').click()")
            screen = self._after("cashier")
        if screen == "stand-in":
            address = f"{self.suite}{STAND_IN}"
            self.page.framed(address)
            assert "belongs to the test suite" in self.page.within(address, "document.body.innerText")
        return SCREENS[screen]

    def _choose(self, code: str, customer: str) -> None:
        # The frame of the scan before is closed, as one goes back on a telephone.
        self.page.ask("document.querySelector('#mpp-doubles-webview button')?.click()")
        self.page.ask("document.querySelector('main').dataset.screen = ''")
        self.page.ask(f"document.getElementById('customer').value = {json.dumps(customer)}")
        self.page.ask("document.getElementById('code').value = ''; document.getElementById('code').focus()")
        self.page.write(code)
        self.page.press("Enter")

    def _after(self, screen: str) -> str:
        """The screen that follows this one."""
        self.page.until(f"!['', '{screen}'].includes({SCREEN})")
        return str(self.page.ask(SCREEN))

    def _buy(self, amount: str) -> None:
        shop = f"{self.suite}/m/"
        self.page.framed(shop)
        self.page.within(shop, "document.getElementById('amount').focus()")
        self.page.write(amount)
        self.page.press("Enter")


@dataclass
class Person:
    """Whoever reads the console, scans what it shows, and says what the telephone shows."""

    console: Page
    telephone: Telephone

    def work(self, invitation: str) -> None:
        """Until the console says that it is over."""
        self.console.visit(invitation)
        known = 0
        while True:
            self.console.until(f"state.number > {known} || ['stopped', 'over'].includes(state.stage)")
            told = self.console.ask("state")
            known = told["number"]
            if told["stage"] == "scanning":
                self._scan(told)
            elif told["stage"] == "reviewing":
                assert told["trouble"] == ""
                self.console.ask("document.getElementById('next').click()")
            else:
                return

    def _scan(self, told: dict[str, Any]) -> None:
        drawn = f"at('qr').src.endsWith('/{told['number']}.svg') && at('qr').complete && at('qr').naturalWidth > 100"
        self.console.until(drawn)
        (code,) = zxingcpp.read_barcodes(Image.open(BytesIO(self.console.picture())))
        amount = "".join(re.findall("[0-9.]+(?= CNY)", told["amount"]))
        seen = self.telephone.scan(code.text, told["customer"], amount)
        if seen == ALIPAY_PLUS_ERROR:
            own = {"origin": told["upload"].partition("/p/")[0]}
            sent = httpx.post(told["upload"], content=self.telephone.page.picture(), headers=own, trust_env=False)
            assert sent.status_code == httpx.codes.CREATED
        self.console.ask("at('person').value = 'Ada'")
        self.console.ask(f"document.querySelector('[name=page][value={json.dumps(seen)}]').click()")
        self.console.ask("document.querySelector('#answer button').click()")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The double and the wallet as they are handed out, with the double built."""
    return with_web_double(tmp_path_factory.mktemp("checkout"), MINI, WALLET)


@pytest.fixture(scope="module")
def contexts() -> Iterator[tuple[Page, Page]]:
    """A page for the console, and one that is as narrow as a telephone."""
    with browser.page() as console:
        telephone = console.beside()
        telephone.narrow(NARROW)
        yield console, telephone


def certified(checkout: Path, place: Path, contexts: tuple[Page, Page], *words: str) -> tuple[int, Path, str]:
    """A run that a person holds with the wallet in the page: its exit code, its folder, and what it printed."""
    console, page = contexts
    wallet_file = configured(ROOT / WALLET, place / "wallet", device=False)
    config = json.loads((wallet_file.parent / "wallet.json").read_bytes())
    made = place / "reports/r"
    named = ("--wallet", str(wallet_file), "--by", "person", "--reports", str(made.parent), "--run", made.name)
    with up(["node", str(checkout / WALLET / "host.mjs"), "wallet.json"], wallet_file):
        page.visit(f"http://127.0.0.1:{config['adaptorPort']}/")
        page.until("document.querySelectorAll('option').length === 3")
        person = Person(console, Telephone(page, config["gateway"]))
        code, printed = held_by_hand(person.work, *named, *words)
    assert page.errors == []
    return code, made, printed


def test_every_kind_of_scan_is_held_by_hand(checkout: Path, tmp_path: Path, contexts: tuple[Page, Page]) -> None:
    """Codes are scanned from the console's picture, and the stand-in of the error page is in the report's pictures."""
    code, made, printed = certified(checkout, tmp_path, contexts, "-k", EVERY_KIND)
    verdicts = json.loads((made / "verdicts.json").read_bytes())
    judged = {row["verdict"] for row in verdicts["requirements"] if row["tested"] and row["level"] == "MUST"}
    assert (code, judged) == (NOT_PROVEN, {"pass", "none"}), printed
    assert {tuple(row["seen"]) for row in verdicts["pictures"]} == {(ALIPAY_PLUS_ERROR,)}
    assert {"entry-sdk-F", "order-sdk-S"} == {row["scenario"] for row in verdicts["pictures"]}


def in_browser(place: Path) -> Path:
    """The wallet configured so that the suite opens its page, which fetches its calls; the wallet file."""
    wallet_file = configured(ROOT / WALLET, place / "wallet", device=True)
    port = json.loads((wallet_file.parent / "wallet.json").read_bytes())["adaptorPort"]
    text = wallet_file.read_text("utf-8")
    opened = f'device = true\nbrowser = "http://127.0.0.1:{port}/"'
    wallet_file.write_text(text.replace("device = true", opened), "utf-8")
    return wallet_file


def test_the_suite_pictures_the_page_in_a_browser(checkout: Path, tmp_path: Path) -> None:
    """It opens the wallet's page, which fetches its calls, and keeps what stands there at the end of a conversation."""
    wallet_file = in_browser(tmp_path)
    with up(["node", str(checkout / WALLET / "host.mjs"), "wallet.json"], wallet_file):
        examined = live(wallet.load(wallet_file))
        outcome = pulled(wallet_file, "-k", EVERY_KIND)
    assert [str(finding) for finding in examined if not finding.ok] == []
    assert "[codes] entry" in {finding.where for finding in examined}
    assert (NOT_PROVEN, {"pass", "none"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told
    (file,) = wallet_file.parent.glob("reports/*/verdicts.json")
    rows = json.loads(file.read_bytes())["pictures"]
    seen = {row["scenario"]: (row["file"], *row["seen"]) for row in rows}
    error, also = seen["entry-sdk-F"], seen["order-sdk-S"]
    # The same page, to the byte, which is not the wallet's own.
    assert error == also == (error[0], ALIPAY_PLUS_ERROR)
    assert (seen["order-single-under"][1], seen["order-psp-F"][1]) == (PAID_PAGE, UNPAID_PAGE)
    assert len({seen[name][0] for name in ("entry-sdk-F", "order-single-under", "order-psp-F")}) == 3
    assert len(list(file.parent.glob("allure-results/*-picture-1-attachment.png"))) > 2
    with Image.open(file.parent / error[0]) as picture:
        assert picture.width == NARROW


@pytest.mark.thorough
def test_the_wallet_is_certified_in_a_browser(checkout: Path, tmp_path: Path) -> None:
    """Every conversation is held with the page in Chromium, and has its picture."""
    wallet_file = in_browser(tmp_path)
    with up(["node", str(checkout / WALLET / "host.mjs"), "wallet.json"], wallet_file):
        outcome = pulled(wallet_file)
    assert (CONFORMS, {"pass"}) == (outcome.code, set(outcome.verdicts.values())), outcome.told
    (file,) = wallet_file.parent.glob("reports/*/verdicts.json")
    pictured = {row["scenario"] for row in json.loads(file.read_bytes())["pictures"]}
    assert {"entry-sdk-F", "order-sdk-S", "order-single-under"} <= pictured


@pytest.mark.thorough
def test_the_wallet_is_certified_by_hand(checkout: Path, tmp_path: Path, contexts: tuple[Page, Page]) -> None:
    """The whole plan, with nobody typing a line of code."""
    code, _, printed = certified(checkout, tmp_path, contexts)
    assert code == CONFORMS, printed


def test_the_miniature_is_one() -> None:
    """Whoever reads the page and its host, without its MPP server, has read it in ten minutes."""
    lines = sum(len(file.read_text("utf-8").splitlines()) for file in (ROOT / WALLET).glob("*.mjs"))
    assert lines <= MOST_LINES
