"""A headless Chromium that opens one page and tells what the page asked for, over its debugging pipe.

The protocol is Chromium's own, messages of JSON ended by a zero byte: no package is needed for it. Every wait is
bounded, and no name is resolved: what a page asks for is counted and goes nowhere.
"""

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PROGRAM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
_SECONDS: Final = 60.0
_OPTIONS: Final = (
    "--headless=new",
    "--no-sandbox",  # continuous integration runs as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--window-size=1280,1600",
    "--remote-debugging-pipe",
)
_KEYS: Final = {"Tab": ("Tab", 9, ""), "Enter": ("Enter", 13, "\r"), "Space": (" ", 32, " ")}
_WITH_PIPES: Final = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for number, end in zip((3, 4), ends):
    os.dup2(end, number)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes Chromium, which listens at 3 and speaks at 4, whatever numbers the pipes have (a shell takes only 0 to 9)."""


class Page:
    """A page in the browser; ``requests`` are the addresses that it asked for, blocked ones too."""

    def __init__(self, said: int, heard: int) -> None:
        self._said, self._heard = said, heard
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self._answers: dict[int, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._loaded = False
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def open(self, file: Path) -> None:
        """Open a file from disk and wait until it is loaded."""
        self.visit(file.absolute().as_uri())

    def visit(self, url: str) -> None:
        """Open an address and wait until it is loaded."""
        self.led_on(lambda: self._call("Page.navigate", url=url))

    def led_on(self, act: Callable[[], object]) -> None:
        """Do what leads to another page, and wait until that is loaded."""
        self._loaded = False
        act()
        self._wait(lambda: self._loaded, "the page to be loaded")

    def press(self, code: str) -> None:
        """Press a key, one of _KEYS."""
        key, number, text = _KEYS[code]
        pressed = {"code": code, "key": key, "windowsVirtualKeyCode": number}
        self._call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **pressed)
        self._call("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def write(self, text: str) -> None:
        """Write a text where the cursor is."""
        self._call("Input.insertText", text=text)

    def ask(self, script: str) -> Any:  # noqa: ANN401  # whatever JavaScript has
        """The value of a JavaScript expression."""
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until a JavaScript expression is true."""
        poll = f"new Promise(done => {{ const look = () => ({script}) ? done(true) : setTimeout(look, 50); look() }})"
        assert self.ask(poll) is True

    def requested(self, url: str) -> None:
        """Wait until the page has asked for an address."""
        self._wait(lambda: url in self.requests, url)

    @property
    def outside(self) -> list[str]:
        """The addresses asked for that are neither the file's nor within it."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]

    def narrow(self, width: int) -> None:
        """Make the screen that of a phone, ``width`` CSS pixels wide."""
        self._call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)

    def picture(self, *, dark: bool = False) -> bytes:
        """What the page looks like, from top to end, as a PNG."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        taken: str = self._call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        return base64.b64decode(taken)

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._said, data) :]
        self._wait(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + _SECONDS
        while not done():
            for said in self._read(end, what):
                self._note(said)

    def _read(self, end: float, what: str) -> Iterator[dict[str, Any]]:
        ready, _, _ = select.select([self._heard], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"Chromium was silent while waiting for {what}"
        piece = os.read(self._heard, 1 << 20)
        assert piece, f"Chromium ended while waiting for {what}"
        *whole, self._buffer = (self._buffer + piece).split(b"\0")
        return (json.loads(text) for text in whole)

    def _note(self, said: dict[str, Any]) -> None:
        if "id" in said:
            self._answers[said["id"]] = said
        params = said.get("params", {})
        match said.get("method"):
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.loadEventFired":
                self._loaded = True
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(params["exceptionDetails"])[:500])
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(params["entry"]["text"])


@contextmanager
def page() -> Iterator[Page]:
    """A new page in a browser of its own, which ends with the context."""
    assert PROGRAM is not None, "there is no chromium on PATH"
    (to_read, said), (heard, to_write) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [PROGRAM, *_OPTIONS, f"--user-data-dir={profile}"]
        command = [sys.executable, "-c", _WITH_PIPES, str(to_read), str(to_write), *words]
        with subprocess.Popen(command, pass_fds=(to_read, to_write), stderr=subprocess.DEVNULL) as process:
            os.close(to_read)
            os.close(to_write)
            try:
                yield Page(said, heard)
            finally:
                process.kill()
                os.close(said)
                os.close(heard)
