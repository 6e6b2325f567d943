"""The double says what it was asked, once, in order and to the letter, and what comes when it should not."""

import http.client
import json
import queue
import unittest
from collections import deque
from dataclasses import replace
from urllib.parse import urlsplit

from mpp_doubles import Callback, Listening, Phone, start_adaptor, start_pulling
from mpp_doubles.adaptor import Adaptor, NotCarriedOutError
from suite import BROKEN, SECONDS, Suite


class DoubleTest(unittest.TestCase):
    """One test build, and a suite that hears it."""

    def setUp(self) -> None:
        self.suite = Suite()
        self.addCleanup(self.suite.close)
        self.phones: queue.Queue[Phone] = queue.Queue()
        self.build = self.suite.build(self.phones.put)
        self.adaptor = Adaptor(self.build)

    def call(self, operation: str, **fields: object) -> None:
        self.adaptor.call(operation, {"observerUrl": self.suite.observer, **fields})

    def scanned(self) -> Phone:
        self.call("scan", codeValue="code", customerId="me")
        return self.phones.get(timeout=SECONDS)

    def scan(self, number: int) -> tuple[int, str]:
        """How a question for calls is answered with a scan."""
        body = {"codeValue": "c", "customerId": "me", "observerUrl": self.suite.observer}
        return 200, json.dumps({"calls": [{"number": number, "operation": "scan", "body": body}]})

    def test_payloads_come_through_to_the_letter(self) -> None:
        """U+2028 and NUL, 64 KiB, halves of pairs, the empty text and none."""
        phone = self.scanned()
        payloads = ["\u2028\u2029\0", "é" * 65_536, "\ud800 \udc00 \U0001f600 \ud83d", "", None]
        for payload in payloads:
            phone.sdk.handle_action(payload)
        assert [posted.body["sdkActionPayload"] for posted in self.suite.next(5)] == payloads

    def test_a_report_that_was_not_answered_is_sent_again(self) -> None:
        """It has the id that it had, and the next one waits for it."""
        self.suite.answers["launch"] = deque([BROKEN, (503, "")])
        phone = self.scanned()
        phone.sdk.launch("https://merchant.example", title="t")
        phone.screens.result_page("F", "NO_MONEY").result(SECONDS)
        posted = self.suite.next(4)
        assert [report.what for report in posted] == ["launch", "launch", "launch", "result-page"]
        assert len({report.report_id for report in posted}) == 2
        assert posted[0].body["url"] == "https://merchant.example"

    def test_a_report_that_was_refused_is_told_of(self) -> None:
        """It is not sent again."""
        self.suite.answers["cashier-page"] = deque([(400, "no")])
        self.scanned().screens.cashier_page().result(SECONDS)
        assert self.suite.problems.get(timeout=SECONDS) == "cashier-page: 400 no"
        assert len(self.suite.next()) == 1
        assert (self.suite.is_quiet(), self.adaptor.reports.pending) == (True, [])

    def test_each_run_of_a_callback_is_reported(self) -> None:
        """Twice and out of turn, too."""
        decoded: queue.Queue[tuple[str, Callback]] = queue.Queue()
        self.scanned().sdk.mpm_service = lambda code, callback: decoded.put((code, callback))
        for name in ("first", "second"):
            self.call("decode", codeValue=f"code of {name}", callback=name)
        callbacks = dict(decoded.get(timeout=SECONDS) for _ in range(2))
        callbacks["code of second"].on_success("p")
        callbacks["code of first"].on_failure("NO_MONEY", "not enough")
        callbacks["code of first"].on_success()
        failure = {"callback": "first", "outcome": "failure", "errorCode": "NO_MONEY", "errorMessage": "not enough"}
        expected = [
            {"callback": "second", "outcome": "success", "sdkActionPayload": "p"},
            failure,
            {"callback": "first", "outcome": "success", "sdkActionPayload": None},
        ]
        assert [posted.body for posted in self.suite.next(3)] == expected

    def test_the_error_page_is_opened_for_a_payload(self) -> None:
        """At handleAction and by the callback, where the scan brought an address; what that throws is told of."""
        opened: list[str] = []
        callbacks: list[Callback] = []

        def scan(phone: Phone) -> None:
            phone.sdk.mpm_service = lambda _, callback: callbacks.append(callback)
            phone.sdk.decode("order", "c")
            phone.sdk.handle_action(None)
            callbacks[-1].on_success()
            callbacks[-1].on_failure("NO_MONEY", "not enough")
            phone.sdk.handle_action("p")
            callbacks[-1].on_success("p").result(SECONDS)

        def open_page(url: str) -> None:
            opened.append(url)
            raise ValueError("no screen")

        adaptor = Adaptor(replace(self.suite.build(scan), open_page=open_page))
        whole = {"codeValue": "c", "customerId": "me", "observerUrl": self.suite.observer}
        for body in (whole, {**whole, "errorPageUrl": "http://suite.example/stand-in"}):
            adaptor.call("scan", body)
            self.suite.next(5)
        assert opened == ["http://suite.example/stand-in"] * 2
        assert "no screen" in self.suite.problems.get(timeout=SECONDS)

    def test_a_decode_for_which_nothing_is_registered_is_told_of(self) -> None:
        """Whatever the wallet throws is."""
        self.scanned()
        self.call("decode", codeValue="order", callback="c")
        assert "registered no mpm_service" in self.suite.problems.get(timeout=SECONDS)

    def test_what_breaks_the_interface_is_refused(self) -> None:
        """It begins nothing."""
        whole = {"codeValue": "c", "customerId": "m", "observerUrl": self.suite.observer}
        values = [{**whole, "codeValue": value} for value in (1, "", "x" * 8_193)]
        addresses = ("file:///etc/passwd", "http://a b", "http:///path", "http://h:99999", "http://h/\n")
        broken = [None, [], {}, *values, *({**whole, "observerUrl": url} for url in addresses)]
        broken += [{**whole, "errorPageUrl": url} for url in (None, "", *addresses)]
        for body in broken:
            with self.assertRaises(NotCarriedOutError):
                self.adaptor.call("scan", body)
        with self.assertRaises(NotCarriedOutError):
            self.call("decode", codeValue="o", callback="c")
        with self.assertRaises(NotCarriedOutError):
            self.call("pay")
        assert self.phones.empty()

    def asked(self, listening: Listening, method: str, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(listening.url).netloc, timeout=SECONDS)
        self.addCleanup(connection.close)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_the_adaptor_says_who_it_is_takes_calls_and_refuses_what_is_none(self) -> None:
        """Each answer comes at once."""
        listening = start_adaptor(0, self.build)
        self.addCleanup(listening.close)
        assert self.asked(listening, "GET", "/health", b"") == (200, b'{"wallet": "w", "version": "1"}')
        none = (b"", b"[]", b"{}", b"\xef\xbb\xbf{}", b'"\xff"', b"NaN", b"[" * 100_000, b"1" * 5_000, b" " * 2_000_000)
        assert {self.asked(listening, "POST", "/scan", body)[0] for body in none} == {400}
        for name, value in {"Content-Length": "-1", "Transfer-Encoding": "chunked"}.items():
            assert self.asked(listening, "POST", "/scan", b"", **{name: value})[0] == 400
        assert {self.asked(listening, method, "/elsewhere", b"{}")[0] for method in ("GET", "POST")} == {404}
        body = json.dumps({"codeValue": "\u2028", "customerId": "me", "observerUrl": self.suite.observer})
        assert self.asked(listening, "POST", "/scan", body.encode())[0] == 202
        assert self.phones.get(timeout=SECONDS).code_value == "\u2028"

    def test_a_call_that_is_fetched_twice_is_begun_once(self) -> None:
        """One call of the SDK after close is reported all the same."""
        self.suite.answers["calls"] = deque([BROKEN, self.scan(1), self.scan(1)])
        pulling = start_pulling(self.suite.device, self.build)
        asked = [posted.what for posted in self.suite.next(5, but="answers")]
        assert asked == ["hello", "calls", "calls", "calls", "calls"]
        pulling.close()
        pulling.wait()
        phone = self.phones.get(timeout=SECONDS)
        assert self.phones.empty()
        phone.sdk.handle_action(None)
        assert [posted.what for posted in self.suite.next(but="answers")] == ["handle-action"]

    def test_a_call_that_cannot_be_carried_out_is_answered_with_why(self) -> None:
        """The answer is sent until it is taken."""
        call = {"number": 7, "operation": "pay", "body": {}}
        self.suite.answers["calls"] = deque([(200, json.dumps({"calls": [call]}))])
        self.suite.answers["answers"] = deque([(503, "")])
        pulling = start_pulling(self.suite.device, self.build)
        answers = [posted for posted in self.suite.next(5) if posted.what == "answers"]
        pulling.close()
        why = "observerUrl: expected text of 1 to 2048 characters"
        assert [posted.body for posted in answers] == [{"client": "c", "number": 7, "problem": why}] * 2

    def test_what_is_still_on_its_way_is_named_when_calls_are_asked_for(self) -> None:
        """By the last part of the observer's address."""
        self.suite.answers["calls"] = deque([self.scan(1), *[(200, '{"calls": []}')] * 10_000])
        self.suite.answers["handle-action"] = deque([(503, "")] * 10_000)
        pulling = start_pulling(self.suite.device, self.suite.build(lambda phone: phone.sdk.handle_action("")))
        while (pending := self.suite.next()[0].body.get("pending", [])) == []:
            continue
        pulling.close()
        assert pending == ["1"]

    def test_after_a_lost_connection_the_same_client_asks_on(self) -> None:
        """After a new start of the suite it says hello, and it stops when another has taken its address over."""
        self.suite.answers["hello"] = deque([(200, '{"client": "a"}'), (200, '{"client": "b"}')])
        unknown = (409, '{"problem": "client: nobody of this name has said hello"}')
        self.suite.answers["calls"] = deque([BROKEN, unknown, (410, "{}")])
        start_pulling(self.suite.device, self.build).wait()
        asked = [(posted.what, posted.body.get("client")) for posted in self.suite.next(5)]
        assert asked == [("hello", None), ("calls", "a"), ("calls", "a"), ("hello", None), ("calls", "b")]
        silent, replaced = [self.suite.problems.get(timeout=SECONDS) for _ in range(2)]
        assert silent.startswith("the suite does not answer; it is asked again until it does")
        assert replaced == "calls: 410 {}"


if __name__ == "__main__":
    unittest.main()
