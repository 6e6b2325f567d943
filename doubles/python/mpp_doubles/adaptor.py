"""What the suite asks of a test build (openapi/mpp-adaptor.yaml), whichever way it comes."""

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .reports import Reports, Timing
from .sdk import AlipayPlusClientMPM, Screens, Sent

_MAX_PHONES = 10_000


@dataclass(frozen=True)
class Phone:
    """A code in front of the camera of a phone; each scan has a phone of its own.

    ``customer_id``: who is logged in. ``sdk``: in the place of the Alipay+ client SDK.
    """

    code_value: str
    customer_id: str
    sdk: AlipayPlusClientMPM
    screens: Screens


def _log(problem: str) -> None:
    sys.stderr.write(f"test build: {problem}\n")


@dataclass(frozen=True)
class TestBuild:
    """A wallet and its version.

    ``scan`` does what the app does with a code in front of its camera; it runs in a thread of its own, which it may
    block. ``on_problem`` is told of what goes wrong in the test build. ``open_page`` opens an address: that of what
    stands for Alipay+'s error page, where the client SDK would open this.
    """

    wallet: str
    version: str
    scan: Callable[[Phone], object]
    on_problem: Callable[[str], object] = _log
    timing: Timing = field(default_factory=Timing)
    open_page: Callable[[str], object] | None = None


class NotCarriedOutError(Exception):
    """A call could not be carried out, which proves nothing about the wallet."""


class Adaptor:
    """Acts on one test build."""

    def __init__(self, build: TestBuild) -> None:
        self.build = build
        self.reports = Reports(self.problem, build.timing)
        self._lock = threading.Lock()
        self._phones: dict[str, Phone] = {}

    def problem(self, words: str) -> None:
        """Tell the test build of it; whatever comes of that, go on."""
        try:
            self.build.on_problem(words)
        except Exception as problem:  # noqa: BLE001 - whatever the test build throws
            _log(f"{words} ({problem!r})")

    def call(self, operation: str, body: object) -> None:
        """Begin what is asked, and do not wait for its end. NotCarriedOutError says why it cannot be."""
        asked = body if isinstance(body, dict) else {}
        observer_url = _address(asked, "observerUrl").rstrip("/")
        if operation == "scan":
            error_page = _address(asked, "errorPageUrl") if "errorPageUrl" in asked else ""
            self._scan(_text(asked, "codeValue", 8192), _text(asked, "customerId", 64), observer_url, error_page)
        elif operation == "decode":
            self._decode(_text(asked, "codeValue", 512), _text(asked, "callback", 128), observer_url)
        else:
            raise NotCarriedOutError(f"there is no operation {operation[:100]}")

    def _scan(self, code_value: str, customer_id: str, observer_url: str, error_page: str) -> None:
        def report(name: str, body: Mapping[str, str | None]) -> Sent:
            return self.reports.report(observer_url, name, body)

        def open_error_page(payload: str | None) -> None:
            if payload and error_page:
                self._open(error_page)

        phone = Phone(code_value, customer_id, AlipayPlusClientMPM(report, open_error_page), Screens(report))
        with self._lock:
            if len(self._phones) >= _MAX_PHONES:
                del self._phones[next(iter(self._phones))]
            self._phones[observer_url] = phone
        self._begin("scan", lambda: self.build.scan(phone))

    def _decode(self, code_value: str, callback: str, observer_url: str) -> None:
        with self._lock:
            phone = self._phones.get(observer_url)
        if phone is None:
            raise NotCarriedOutError("no scan came with this observerUrl")
        self._begin("decode", lambda: phone.sdk.decode(code_value, callback))

    def _open(self, url: str) -> None:
        """What the wallet asked for goes on, whatever becomes of the page."""
        try:
            if self.build.open_page is not None:
                self.build.open_page(url)
        except Exception as problem:  # noqa: BLE001 - whatever the test build throws
            self.problem(f"{url}: {problem!r}")

    def _begin(self, what: str, act: Callable[[], object]) -> None:
        """Act in a thread of its own: whatever the wallet does, the call was understood."""

        def run() -> None:
            try:
                act()
            except Exception as problem:  # noqa: BLE001 - whatever the wallet throws
                self.problem(f"{what}: {problem!r}")

        threading.Thread(target=run, daemon=True).start()


def _is_http(url: str) -> bool:
    """Whether something can be sent there: an address without blanks, with a host and a port that can be one."""
    try:
        parts = urlsplit(url)
        is_plain = url.isascii() and url.isprintable() and " " not in url
        return is_plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _address(body: Mapping[str, object], name: str) -> str:
    value = _text(body, name, 2048)
    if not _is_http(value):
        raise NotCarriedOutError(f"{name}: expected an http or https address")
    return value


def _text(body: Mapping[str, object], name: str, max_length: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= max_length:
        raise NotCarriedOutError(f"{name}: expected text of 1 to {max_length} characters")
    return value
