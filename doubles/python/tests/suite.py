"""In the place of the suite: an observer and a device address that answer as a test says."""

import json
import queue
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mpp_doubles import Phone, TestBuild, Timing

SECONDS = 10
BROKEN = (0, "")
"""Instead of an answer: the connection breaks."""
NONE = (204, "")


@dataclass(frozen=True)
class Posted:
    """What was posted; ``what`` is the last part of the path."""

    what: str
    report_id: str | None
    body: dict[str, object]


class Suite:
    """Listens until it is closed."""

    def __init__(self) -> None:
        self.answers: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
        """How the next requests of a name are answered; those beyond as usual."""
        self.problems: queue.Queue[str] = queue.Queue()
        self._posted: queue.Queue[Posted] = queue.Queue()
        self._closed = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.observer = f"{origin}/o/1"
        self.device = f"{origin}/d/x"

    def build(self, scan: Callable[[Phone], object]) -> TestBuild:
        """A test build that does not wait long."""
        return TestBuild("w", "1", scan, self.problems.put, Timing(timeout=5.0, retry_for=2.0, pause=0.001))

    def next(self, count: int = 1, *, but: str = "") -> list[Posted]:
        """The next that were posted, but those of one name; they must come."""
        found: list[Posted] = []
        while len(found) < count:
            posted = self._posted.get(timeout=SECONDS)
            found += [posted] if posted.what != but else []
        return found

    def is_quiet(self) -> bool:
        """Whether nothing else was posted."""
        return self._posted.empty()

    def close(self) -> None:
        """Answer nobody any more."""
        self._closed.set()
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, what: str) -> tuple[int, str]:
        if self.answers[what]:
            return self.answers[what].popleft()
        if what == "calls":
            # Held back: there is no call.
            self._closed.wait(60)
            return BROKEN
        return (200, '{"client": "c"}') if what == "hello" else NONE

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        suite = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                what = self.path.rpartition("/")[2]
                text = self.rfile.read(int(self.headers["Content-Length"]))
                suite._posted.put(Posted(what, self.headers.get("Report-Id"), json.loads(text)))
                status, answer = suite._answer(what)
                if status:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer.encode())

            def log_message(self, *_: object) -> None:
                """Write no line for each request."""

        return Handler
