"""Fetches the suite's calls from a device address (openapi/device.yaml): for what nobody can call."""

import json
import threading
import time
from collections.abc import Mapping
from http import HTTPStatus

from .adaptor import Adaptor, NotCarriedOutError, TestBuild
from .http import post
from .reports import MAX_WORDS

_POLL = 30.0
"""Seconds: longer than the suite holds an answer back."""


class Pulling:
    """A test build that asks for its calls."""

    def __init__(self, device: "_Device") -> None:
        self._device = device

    def close(self) -> None:
        """Ask no more. What is still reported goes to the suite all the same."""
        self._device.ended.set()

    def wait(self) -> None:
        """Come back when nothing is asked any more: closed, or another test build has taken the address over."""
        self._device.ended.wait()


def start_pulling(device_url: str, build: TestBuild) -> Pulling:
    """Play ``build`` for the suite at ``device_url``, from now on, however often the connection breaks."""
    device = _Device(device_url.rstrip("/"), Adaptor(build))
    threading.Thread(target=device.run, daemon=True).start()
    return Pulling(device)


class _Device:
    def __init__(self, url: str, adaptor: Adaptor) -> None:
        self.ended = threading.Event()
        self._url = url
        self._adaptor = adaptor
        self._timing = adaptor.build.timing
        self._client = ""
        """As the last hello was answered."""
        self._after = 0
        self._told = ""

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                if self._client:
                    self._fetch(self._client)
                else:
                    self._hello()
                self._told = ""
            except (OSError, ValueError, LookupError) as problem:
                self._complain(problem)
                time.sleep(self._timing.pause)

    def _hello(self) -> None:
        build = self._adaptor.build
        self._client = str(self._say("hello", {"wallet": build.wallet, "version": build.version})["client"])
        self._after = 0

    def _fetch(self, client: str) -> None:
        pending = [url.rpartition("/")[2] for url in self._adaptor.reports.pending]
        answer = self._say("calls", {"client": client, "after": self._after, "pending": pending})
        calls = answer.get("calls")
        for call in calls if isinstance(calls, list) else []:
            match call:
                case {"number": int(number), "operation": str(operation), "body": body} if number > self._after:
                    self._take(client, number, operation, body)

    def _take(self, client: str, number: int, operation: str, body: object) -> None:
        if self.ended.is_set():
            return  # The question was still open when close was called: its answer is not read.
        # Fetched: it must not be begun twice, whatever becomes of the answer.
        self._after = number
        answer = {"client": client, "number": number, **self._begin(operation, body)}
        threading.Thread(target=self._answer, args=(client, answer), daemon=True).start()

    def _begin(self, operation: str, body: object) -> dict[str, str]:
        """Why it could not be begun, as the answer says it; nothing where it was."""
        try:
            self._adaptor.call(operation, body)
        except NotCarriedOutError as problem:
            return {"problem": str(problem)}
        return {}

    def _answer(self, client: str, body: Mapping[str, object]) -> None:
        end = time.monotonic() + self._timing.retry_for
        while time.monotonic() < end and self._client == client:
            try:
                self._say("answers", body)
            except (OSError, ValueError) as problem:
                self._complain(problem)
                time.sleep(self._timing.pause)
            else:
                return

    def _say(self, what: str, body: Mapping[str, object]) -> Mapping[str, object]:
        try:
            status, text = post(f"{self._url}/{what}", json.dumps(body), _POLL, {})
        except OSError as problem:
            words = f"the suite does not answer; it is asked again until it does ({problem!r})"
            raise ConnectionError(words) from problem
        if status == HTTPStatus.GONE:
            self.ended.set()
        if status == HTTPStatus.CONFLICT and "has said hello" in text:
            self._client = ""  # Another run has begun: hello is said to it.
            return {}
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise ConnectionError(f"{what}: {status} {text[:MAX_WORDS]}")
        found = json.loads(text) if text else {}
        return found if isinstance(found, dict) else {}

    def _complain(self, problem: Exception) -> None:
        """Once for each trouble in a row: a suite that is not there yet is asked again and again."""
        words = str(problem) if isinstance(problem, ConnectionError) else repr(problem)
        if words != self._told:
            self._told = words
            self._adaptor.problem(words)
