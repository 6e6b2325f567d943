"""The double says what it was asked, once, in order and to the letter, and what comes when it should not.

The program ``PROBE`` is a test build with the double; the suite is played by that of doubles/python/tests.
"""

import http.client
import json
import os
import queue
import socket
import subprocess
import threading
import unittest
from collections import deque
from urllib.parse import urlsplit

from suite import BROKEN, SECONDS, Suite

HALVES = "\ud800 \udc00 \U0001f600 \ud83d"


class Probe:
    """The program, and what it says."""

    def __init__(self, *words: str) -> None:
        command = [os.environ["PROBE"], *words]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.said: queue.Queue[tuple[str, str]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        for line in self.process.stdout:
            self.said.put(tuple(json.loads(line)))

    def hears(self, what: str) -> str:
        """The next words about one thing, whatever else it says before."""
        while True:
            found, words = self.said.get(timeout=SECONDS)
            if found == what:
                return words

    def enter(self) -> None:
        """Have it close what it has started."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()

    def close(self) -> None:
        """End it; it must not have ended by itself."""
        assert self.process.poll() is None
        self.process.kill()
        self.process.communicate()


class DoubleTest(unittest.TestCase):
    """One test build, and a suite that hears it."""

    def setUp(self) -> None:
        self.suite = Suite()
        self.addCleanup(self.suite.close)

    def probe(self, *words: str) -> Probe:
        probe = Probe(*words)
        self.addCleanup(probe.close)
        return probe

    def called(self) -> Probe:
        """A test build that is called."""
        probe = self.probe()
        self.address = urlsplit(probe.hears("url"))
        return probe

    def post(self, path: str, body: object) -> int:
        """The status that a call is answered with; bytes are sent as they are."""
        connection = http.client.HTTPConnection(self.address.netloc, timeout=SECONDS)
        connection.request("POST", path, body if isinstance(body, bytes) else json.dumps(body).encode())
        status = connection.getresponse().status
        connection.close()
        return status

    def scan(self, *steps: list[object]) -> int:
        """Have the test build do these things."""
        body = {"codeValue": json.dumps(steps), "customerId": "me", "observerUrl": self.suite.observer}
        return self.post("/scan", body)

    def calls(self, number: int, *steps: list[object], operation: str = "scan") -> tuple[int, str]:
        """How a question for calls is answered with one."""
        body = {"codeValue": json.dumps(steps), "customerId": "me", "observerUrl": self.suite.observer}
        return 200, json.dumps({"calls": [{"number": number, "operation": operation, "body": body}]})

    def test_payloads_come_through_to_the_letter(self) -> None:
        """U+2028 and NUL, 64 KiB, halves of pairs, the empty text and none."""
        self.called()
        payloads = ['\u2028\u2029\0"\\\ufeff', "\ufeff\uffff", HALVES, "", None]
        for payload in payloads:
            self.scan(["handle-action", payload])
            assert self.suite.next()[0].body.get("sdkActionPayload") == payload
        self.scan(["handle-action", "\u00e9", 65_536])
        assert self.suite.next()[0].body == {"sdkActionPayload": "\u00e9" * 65_536}

    def test_a_report_that_was_not_answered_is_sent_again(self) -> None:
        """It has the id that it had, and the next one waits for it; launch calls back when it was taken."""
        self.suite.answers["launch"] = deque([BROKEN, (503, "")])
        probe = self.called()
        self.scan(["launch", "https://merchant.example"], ["result-page", "F", "NO_MONEY"])
        posted = self.suite.next(4)
        assert [report.what for report in posted] == ["launch", "launch", "launch", "result-page"]
        assert len({report.report_id for report in posted}) == 2
        assert posted[0].body == {"url": "https://merchant.example"}
        assert probe.hears("launched") == "whole"

    def test_a_report_that_was_refused_is_told_of(self) -> None:
        """It is not sent again; what waits for it runs, and what that throws is told of."""
        self.suite.answers["cashier-page"] = deque([(400, "no")])
        probe = self.called()
        self.scan(["cashier-page"])
        assert probe.hears("problem") == "cashier-page: 400 no"
        assert probe.hears("confirmed") == "me"
        assert "no thumb" in probe.hears("problem")
        assert [report.what for report in self.suite.next()] == ["cashier-page"]
        assert self.suite.is_quiet()

    def test_each_run_of_a_callback_is_reported(self) -> None:
        """Twice, out of turn, and long after the decode it belongs to."""
        probe = self.called()
        self.scan(["register"])
        probe.hears("registered")
        for name in ("first", "second"):
            body = {"codeValue": f"code of {name}", "callback": name, "observerUrl": self.suite.observer}
            assert self.post("/decode", body) == 202
            assert probe.hears("decode") == f"code of {name}"
        first = "code of first"
        self.scan(["call-back", "code of second", "p"], ["call-back", first, "7", "not enough"], ["call-back", first])
        assert [report.body for report in self.suite.next(3)] == [
            {"callback": "second", "outcome": "success", "sdkActionPayload": "p"},
            {"callback": "first", "outcome": "failure", "errorCode": "7", "errorMessage": "not enough"},
            {"callback": "first", "outcome": "success"},
        ]

    def test_the_error_page_is_opened_for_a_payload(self) -> None:
        """At handleAction and by the callback, where the scan brought an address; what that throws is told of."""
        probe = self.called()
        page = "http://suite.example/stand-in"
        for address in ({}, {"errorPageUrl": page}):
            whole = {"customerId": "me", "observerUrl": self.suite.observer, **address}
            self.post("/scan", {"codeValue": '[["register"]]', **whole})
            probe.hears("registered")
            name = f"order {len(address)}"
            self.post("/decode", {"codeValue": name, "callback": "c", "observerUrl": self.suite.observer})
            assert probe.hears("decode") == name
            handed = [["handle-action", None], ["call-back", name], ["call-back", name, "7", "no"]]
            steps = [*handed, ["handle-action", "p"], ["call-back", name, "p"], ["throw"]]
            self.post("/scan", {"codeValue": json.dumps(steps), **whole})
            self.suite.next(5)
            for _ in range(2 * len(address)):
                assert probe.hears("opened") == page
                assert "no screen" in probe.hears("problem")
            assert "no camera" in probe.hears("problem")
            assert "opened" not in [what for what, _ in probe.said.queue]

    def test_a_wallet_that_throws_is_told_of(self) -> None:
        """So is a decode for which nothing is registered; the test build goes on."""
        probe = self.called()
        self.scan(["throw"])
        assert "no camera" in probe.hears("problem")
        self.post("/decode", {"codeValue": "o", "callback": "c", "observerUrl": self.suite.observer})
        assert "registered no mpmService" in probe.hears("problem")

    def test_what_breaks_the_interface_is_refused(self) -> None:
        """Nothing is begun, and the next call is taken; characters are counted, not halves of them."""
        probe = self.called()
        whole = {"codeValue": "[]", "customerId": "me", "observerUrl": self.suite.observer}
        texts = [b"", b"\xef\xbb\xbf{}", b"{}{}", b"{'a':1}", b"[01]", b'"\t"', b"[1,]", b"[tru]", b'{"a":}']
        texts += [b'"\xff"', b'"\xc0\xaf"', b'"\xed\xa0\x80"', b'"\\ud8"', b'"', b"[" * 100_000, b"1" * 2_000_000]
        bodies = [*texts, [], {}, {**whole, "customerId": None}, {**whole, "codeValue": 1}, {**whole, "codeValue": ""}]
        bodies += [{**whole, "codeValue": "x" * 8_193}, {**whole, "observerUrl": "x" * 2_049}]
        hosts = ("file:///x", "https://h", "http://a b", "http:///x", "http://h:0", "http://h:70000", "http://u@h")
        bodies += [{**whole, name: url} for url in hosts for name in ("observerUrl", "errorPageUrl")]
        bodies += [{**whole, "errorPageUrl": url} for url in (None, "", 7)]
        for body in bodies:
            assert self.post("/scan", body) == 400, body[:20] if isinstance(body, bytes) else body
        early = {"codeValue": "o", "callback": "c", "observerUrl": self.suite.observer}
        assert self.post("/decode", early) == 400
        assert self.post("/elsewhere", {}) == 404
        assert self.post("/scan", {**whole, "codeValue": "\U0001f600" * 8_192}) == 202
        assert probe.hears("scan") == "\U0001f600" * 8_192

    def raw(self, request: bytes) -> bytes:
        """What comes back for bytes that a client would not send."""
        with socket.create_connection((self.address.hostname, self.address.port), SECONDS) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4_096), b""))

    def test_the_adaptor_bounds_what_it_reads(self) -> None:
        """It goes on, says who it is, has its port alone, and is not there once it is closed."""
        probe = self.called()
        assert probe.hears("twice") == "NSPOSIXErrorDomain"
        post = b"POST /scan HTTP/1.1\r\n"
        lengths = [b"-1", b"99999999999", b"1\r\nContent-Length: 2", b"99999999"]
        for head in [*(b"Content-Length: " + length for length in lengths), b"Transfer-Encoding: chunked"]:
            assert self.raw(post + head + b"\r\n\r\n").startswith(b"HTTP/1.1 400 "), head
        assert self.raw(b"\r\n\r\n").startswith(b"HTTP/1.1 400 ")
        assert self.raw(post) == b""
        answer = self.raw(b"GET /health HTTP/1.1\r\n\r\n")
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"wallet": "w", "version": "1"}
        probe.enter()
        with self.assertRaises(ConnectionError):
            while True:
                self.raw(b"GET /health HTTP/1.1\r\n\r\n")

    def test_a_call_that_is_fetched_twice_is_begun_once(self) -> None:
        """A lost connection is no new client; what happens after close is reported all the same."""
        scan = self.calls(1, ["launch", "u"])
        self.suite.answers["calls"] = deque([BROKEN, scan, scan])
        self.suite.answers["launch"] = deque([BROKEN] * 3)
        probe = self.probe(self.suite.device)
        asked = self.suite.next(5, but="launch")
        assert [request.what for request in asked if request.what != "answers"][:4] == ["hello", *["calls"] * 3]
        probe.enter()
        assert probe.hears("launched") == "whole"
        assert "scan" not in [what for what, _ in probe.said.queue]

    def test_a_call_that_cannot_be_carried_out_is_answered_with_why(self) -> None:
        """Again and again, until that is taken."""
        self.suite.answers["calls"] = deque([self.calls(7, operation="pay")])
        self.suite.answers["answers"] = deque([(503, "")])
        self.probe(self.suite.device)
        answers = [request for request in self.suite.next(5) if request.what == "answers"]
        expected = {"client": "c", "number": 7, "problem": "there is no operation pay"}
        assert [answer.body for answer in answers] == [expected, expected]

    def test_what_is_still_on_its_way_is_named(self) -> None:
        """Whoever asks for calls says for which payments there are reports."""
        self.suite.answers["calls"] = deque([self.calls(1, ["handle-action", "p"]), *[(200, '{"calls": []}')] * 10_000])
        self.suite.answers["handle-action"] = deque([(503, "")] * 10_000)
        self.probe(self.suite.device)
        while (request := self.suite.next()[0]).body.get("pending") in (None, []):
            pass
        assert request.body["pending"] == ["1"]

    def test_after_a_new_start_of_the_suite_it_says_hello(self) -> None:
        """It ends when another test build has taken the address over."""
        self.suite.answers["hello"] = deque([(200, '{"client": "a"}'), (200, '{"client": "b"}')])
        unknown = (409, '{"problem": "client: nobody of this name has said hello"}')
        self.suite.answers["calls"] = deque([BROKEN, unknown, (410, "{}")])
        probe = self.probe(self.suite.device)
        asked = [(request.what, request.body.get("client")) for request in self.suite.next(5)]
        assert asked == [("hello", None), ("calls", "a"), ("calls", "a"), ("hello", None), ("calls", "b")]
        assert probe.hears("problem") == "calls: the suite does not answer; it is asked again until it does"
        assert probe.hears("problem") == "calls: 410 {}"
        assert self.suite.is_quiet()
