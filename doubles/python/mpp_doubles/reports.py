"""Reports to the observer (openapi/observer.yaml): one at a time, in order, each sent until it is taken."""

import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from http import HTTPStatus

from .http import post

MAX_WORDS = 300


@dataclass(frozen=True)
class Timing:
    """In seconds.

    ``timeout``: that an answer may take; the observer holds that of a cashier page back for a while. ``retry_for``:
    for which a report is sent again and again. ``pause``: between two attempts.
    """

    timeout: float = 60.0
    retry_for: float = 120.0
    pause: float = 0.25


@dataclass(frozen=True)
class _Waiting:
    """A report that is not done: its name, its JSON text, and who is told that it is."""

    name: str
    text: str
    sent: Future[None] = field(default_factory=Future)


class Reports:
    """The reports of one test build that are on their way, whichever payments they are about."""

    def __init__(self, problem: Callable[[str], None], timing: Timing) -> None:
        self._problem = problem
        self._timing = timing
        self._lock = threading.Lock()
        self._lines: dict[str, deque[_Waiting]] = {}
        """By observer address; what is being sent is the first of its line."""

    @property
    def pending(self) -> list[str]:
        """The observer addresses to which one is on its way, or will be sent again."""
        with self._lock:
            return list(self._lines)

    def report(self, observer_url: str, name: str, body: Mapping[str, str | None]) -> Future[None]:
        """Never throws, and does not wait."""
        # Escapes keep half of a surrogate pair, which has no bytes in UTF-8.
        waiting = _Waiting(name, json.dumps(body, ensure_ascii=True))
        with self._lock:
            line = self._lines.setdefault(observer_url, deque())
            line.append(waiting)
            is_alone = len(line) == 1
        if is_alone:
            threading.Thread(target=self._bring_all, args=(observer_url, waiting), daemon=True).start()
        return waiting.sent

    def _bring_all(self, observer_url: str, first: _Waiting) -> None:
        following: _Waiting | None = first
        while following is not None:
            brought = following
            self._bring(observer_url, brought)
            with self._lock:
                line = self._lines[observer_url]
                line.popleft()
                following = line[0] if line else None
                if not line:
                    del self._lines[observer_url]
            brought.sent.set_result(None)

    def _bring(self, observer_url: str, report: _Waiting) -> None:
        report_id = secrets.token_hex(16)
        end = time.monotonic() + self._timing.retry_for
        while True:
            status, words = self._attempt(f"{observer_url}/{report.name}", report.text, report_id)
            if HTTPStatus(200) <= status < HTTPStatus.MULTIPLE_CHOICES:
                return
            is_refused = HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
            if is_refused or time.monotonic() >= end:
                self._problem(f"{report.name}: {words}")
                return
            time.sleep(self._timing.pause)

    def _attempt(self, url: str, text: str, report_id: str) -> tuple[int, str]:
        """The status, and what to say of it; no status where no answer came."""
        try:
            status, answer = post(url, text, self._timing.timeout, {"Report-Id": report_id})
        except OSError as problem:
            return 0, repr(problem)
        return status, f"{status} {answer[:MAX_WORDS]}"
