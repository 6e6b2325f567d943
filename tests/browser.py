"""A headless Chromium that opens pages and tells what each asked for, over its debugging pipe.

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


class _Pipe:
    """What is said to the browser, and what is heard of it; ``pages`` by the names of their sessions."""

    def __init__(self, said: int, heard: int) -> None:
        self._said, self._heard = said, heard
        self._buffer = b""
        self._number = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self.pages: dict[str, Page] = {}

    def call(self, method: str, session: str | None = None, **params: object) -> dict[str, Any]:
        """The answer to a call, which must succeed."""
        self._number += 1
        number = self._number
        message: dict[str, object] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._said, data) :]
        self.wait(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def wait(self, done: Callable[[], bool], what: str) -> None:
        """Listen until it is done."""
        end = time.monotonic() + _SECONDS
        while not done():
            for said in self._read(end, what):
                if "id" in said:
                    self._answers[said["id"]] = said
                elif said.get("sessionId") in self.pages:
                    self.pages[said["sessionId"]].note(said["method"], said.get("params", {}))

    def _read(self, end: float, what: str) -> Iterator[dict[str, Any]]:
        ready, _, _ = select.select([self._heard], [], [], max(0.0, end - time.monotonic()))
        assert ready, f"Chromium was silent while waiting for {what}"
        piece = os.read(self._heard, 1 << 20)
        assert piece, f"Chromium ended while waiting for {what}"
        *whole, self._buffer = (self._buffer + piece).split(b"\0")
        return (json.loads(text) for text in whole)


class Page:
    """A page in the browser; ``requests`` are the addresses that it asked for, blocked ones too.

    It has a context of its own: no other page's cookies, and no other page's storage.
    """

    def __init__(self, pipe: _Pipe) -> None:
        self._pipe = pipe
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._loaded = False
        self._frames: dict[str, str] = {}
        """The frames in the page that are loaded, and from where."""
        self._coming: dict[str, str] = {}
        """Likewise, those that are not."""
        context = pipe.call("Target.createBrowserContext")["browserContextId"]
        target = pipe.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        self._session = str(pipe.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        pipe.pages[self._session] = self
        for domain in ("Page", "Network", "Runtime", "Log"):
            self._call(f"{domain}.enable")

    def beside(self) -> "Page":
        """Another page, in another context."""
        return Page(self._pipe)

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

    def framed(self, url: str) -> None:
        """Wait until a frame in the page is loaded from an address that begins so."""
        self._wait(lambda: self._frame(url) is not None, url)

    def within(self, url: str, script: str) -> Any:  # noqa: ANN401  # whatever JavaScript has
        """The value of a JavaScript expression in the frame that is loaded from an address that begins so."""
        world = self._call("Page.createIsolatedWorld", frameId=self._frame(url))["executionContextId"]
        answer = self._call("Runtime.evaluate", expression=script, returnByValue=True, contextId=world)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

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

    def _frame(self, url: str) -> str | None:
        return next((name for name, at in self._frames.items() if at.startswith(url)), None)

    def _call(self, method: str, **params: object) -> dict[str, Any]:
        return self._pipe.call(method, self._session, **params)

    def _wait(self, done: Callable[[], bool], what: str) -> None:
        self._pipe.wait(done, what)

    def note(self, method: str, params: dict[str, Any]) -> None:
        """What the browser says of this page."""
        match method:
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.loadEventFired":
                self._loaded = True
            case "Page.frameNavigated" if "parentId" in params["frame"]:
                self._frames.pop(params["frame"]["id"], None)
                self._coming[params["frame"]["id"]] = params["frame"]["url"]
            case "Page.frameStoppedLoading" if params["frameId"] in self._coming:
                self._frames[params["frameId"]] = self._coming.pop(params["frameId"])
            case "Page.frameDetached":
                self._frames.pop(params["frameId"], None)
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
                yield Page(_Pipe(said, heard))
            finally:
                process.kill()
                os.close(said)
                os.close(heard)
