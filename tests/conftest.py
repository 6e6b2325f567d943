"""What all tests share: no browser, no tests that need one; and a project with one suite, run inside this process.

Its fixture ``bench`` needs ``pytest_plugins = ["pytester"]`` in the test module.
"""

from __future__ import annotations

import gc
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from ctypes.util import find_library
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mpp_conformance import wallet
from mpp_conformance.cli import GARBAGE
from mpp_conformance.judging.trace import Event
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ENTRY, Scenario
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport import connectors
from mpp_conformance.transport.connectors.direct import DirectConnector
from tests import browser, serving, sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from xdist.remote import Producer  # type: ignore[import-untyped]  # says nothing of its types

    from mpp_conformance.judging.trace import Trace
    from mpp_conformance.peers.router import Stray
    from mpp_conformance.protocol.messages import Message

gc.set_threshold(*GARBAGE)

_WANTED: Final = {
    "npm": "that make a page with Allure's generator, which npm or Chromium is missing for",
    "chromium": "that open pages in Chromium, for there is none on PATH",
    "chinese": "that set Chinese pages, for the system has no font for them",
    "registry": "that install from the package registry, which cannot be reached",
    "maven": "that build the Android double, for Maven, a compiler for Java, or Maven's repository is missing",
    "robolectric": "that run the Android double on Android's own classes, which `make android` has to fetch first",
    "gnustep": "that build the iOS double, for clang, make, or the headers of GNUstep's base library are missing",
    "spark": "that audit with Apache Spark, for pyspark (the extra `spark`) or Java is missing",
    "pango": "that set pages with WeasyPrint, for the system has no Pango",
    **{name: f"that call with the HTTP client of {name}, for PATH has none" for name in ("curl", "go", "java", "node")},
}
_HERE: Final = Path(__file__).parent
_OTHERS: Final = ("schemathesis", "pact", "hypothesispytest", "anyio")


def _has_gnustep() -> bool:
    """Whether Objective-C with blocks can be compiled, and run."""
    headers = (Path("/usr/include/GNUstep/Foundation/Foundation.h"), Path("/usr/include/Block.h"))
    return None not in (shutil.which("clang"), shutil.which("make")) and all(file.is_file() for file in headers)


def _has_chinese_font() -> bool:
    """Whether fontconfig knows a font for Simplified Chinese."""
    program = shutil.which("fc-list")
    command = [program or "fc-list", ":lang=zh-cn", "family"]
    return program is not None and bool(subprocess.run(command, capture_output=True, timeout=60, check=False).stdout)


def _reaches_registry() -> bool:
    """Whether pip finds a package, which would be installed, in the registry that it is configured for."""
    command = [sys.executable, "-m", "pip", "--retries", "0", "--timeout", "10", "install", "-q", "--dry-run"]
    command += ["--no-deps", "--ignore-installed", "--only-binary", ":all:", "pipx"]
    try:
        return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


_NEEDED: Final[dict[str, Callable[[], bool]]] = {
    "chromium": lambda: browser.PROGRAM is not None,
    "pango": lambda: find_library("pango-1.0") is not None,
    "chinese": _has_chinese_font,
    "spark": lambda: importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None,
    "registry": _reaches_registry,
    "curl": lambda: shutil.which("curl") is not None,
    "go": lambda: shutil.which("go") is not None,
    "gnustep": _has_gnustep,
    "java": lambda: shutil.which("java") is not None,
    "maven": lambda: None not in (shutil.which("mvn"), shutil.which("javac")),
    "node": lambda: shutil.which("node") is not None,
    "robolectric": (_HERE.parent / "doubles/android/robolectric/target/lib/r8.jar").is_file,
}
"""What tests with a marker of this name need of the system, and whether it is here."""
_SHADOWED: Final = ("secrets", "yaml", "json", "click", "pytest", "asyncio", "cryptography", "suites")
"""Modules that a run imports, and the folder of its cases."""
QUICK: Final = [word for plugin in _OTHERS for word in ("-p", f"no:{plugin}")]
"""Other people's plugins, which only cost time here."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are processors: what talks to servers waits for a third of its time."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> sharing.GroupScheduling | None:
    """Files that share something expensive are one worker's."""
    return sharing.GroupScheduling(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; and leave out what needs a browser, a font or a registry where there is none.

    The summary says so.
    """
    items.sort(key=lambda item: sharing.rank(item.nodeid))
    for name, is_here in _NEEDED.items():
        needing = [item for item in items if item.get_closest_marker(name)]
        if needing and not is_here():
            for item in needing:
                item.add_marker(pytest.mark.skip(reason=f"there is no {name} here"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say plainly what was left out for want of a browser, of Allure's generator, or of Pango."""
    left_out = Counter(
        next((what for marker, what in _WANTED.items() if marker in report.keywords), "")
        for report in terminalreporter.stats.get("skipped", [])
    )
    for what, count in left_out.items():
        if what:
            terminalreporter.write_line(f"NOT RUN: {count} tests {what}")


def with_late(trace: Trace, *messages: Message) -> Trace:
    """A conversation in which these came after its end."""
    first = len(trace.events) + 1
    late = tuple(Event(number=number, payment=0, message=said) for number, said in enumerate(messages, start=first))
    return replace(trace, events=trace.events + late, late=len(late))


class Held:
    """Holds conversations when they are asked for, each once."""

    def __init__(
        self, specimen: type[ConformingMpp], chosen: wallet.Wallet, run: str, begun: Callable[[Scenario], None]
    ) -> None:
        self.begun = begun
        self.connector = DirectConnector(specimen(chosen.profile), chosen.profile, run)
        self.prepared: list[Scenario] = []
        self.traces: dict[Scenario, Trace] = {}
        self.held = 0
        self.broken = ""
        self.closed = 0
        self.strays: list[Stray] = []
        self.late: tuple[Message, ...] = ()

    @property
    def prolonged(self) -> Mapping[Scenario, Trace]:
        """The traces with what came too late, for those conversations in which something did."""
        return {scenario: with_late(trace, *self.late) for scenario, trace in self.traces.items() if self.late}

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Remember what will be asked for."""
        self.prepared += scenarios

    def trace(self, scenario: Scenario) -> Trace:
        """Hold the conversation, unless it was held before."""
        if self.broken and self.broken in scenario.label:
            message = "the line is \x1b[31mdead"
            raise ConnectionError(message)
        if scenario not in self.traces:
            self.held += 1
            self.begun(scenario)
            self.traces[scenario] = self.connector.converse(scenario)
        return self.traces[scenario]

    def close(self) -> None:
        """Count how often."""
        self.closed += 1


class Bench:
    """A project with one suite, run in this process against a specimen."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self.specimen: type[ConformingMpp] = ConformingMpp
        self.broken = ""
        self.strays: list[Stray] = []
        self.late: tuple[Message, ...] = ()
        self.held: Held | None = None
        monkeypatch.setattr(connectors, "connect", self.connect)
        monkeypatch.delenv("MPP_CONFORMANCE_TARGET", raising=False)
        monkeypatch.delenv("MPP_CONFORMANCE_WALLET", raising=False)

    def connect(
        self,
        target: str,
        chosen: wallet.Wallet,
        *,
        run: str,
        begun: Callable[[Scenario], None],
        invite: Callable[[str], None],  # noqa: ARG002  # as the real one
        keep: Callable[[str, bytes], object],  # noqa: ARG002  # likewise
    ) -> Held:
        """Stand in for the connectors."""
        if target == "specimen:unknown":
            message = "no specimen is called unknown"
            raise LookupError(message)
        self.held = Held(self.specimen, chosen, run, begun)
        self.held.broken, self.held.strays, self.held.late = self.broken, self.strays, self.late
        return self.held

    def run(self, suite: str, *options: str, target: str = "specimen:x") -> pytest.RunResult:
        """Run pytest on the suite."""
        suites = self.pytester.path / "suites"
        suites.mkdir(exist_ok=True)
        suites.joinpath("test_inline.py").write_text(suite, encoding="utf-8")
        given = ["--mpp-target", target] if target else []
        fixed = ["suites", "--import-mode=importlib", "--strict-markers", *QUICK]
        return self.pytester.runpytest_inprocess(*fixed, *given, *options)

    def verdicts(self, name: str = "") -> Any:  # noqa: ANN401  # a document
        """The verdict file of the only run, or of the one named."""
        (found,) = (self.pytester.path / "reports").glob(f"{name or '*'}/verdicts.json")
        return json.loads(found.read_bytes())


@pytest.fixture(autouse=True, scope="module")
def _what_is_kept_is_left_alone() -> None:
    """Kill matrices are kept from module to module: looking for garbage in them would stop a server for a second."""
    gc.freeze()


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run of the reference MPP over HTTP, which discloses everything; not to be changed."""
    return serving.certified(tmp_path_factory.mktemp("certified"))


@pytest.fixture(scope="session")
def secretive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of a wallet that discloses nothing, below its wallet.toml; not to be changed."""
    return serving.held_in_secret(tmp_path_factory.mktemp("secretive"))


@pytest.fixture(scope="session")
def loaded() -> None:
    """Load what a run loads: what is first loaded inside a run under test is forgotten after it."""
    importlib.import_module("mpp_conformance.plugin.session")  # the next run would take its cases for another's
    importlib.import_module("httpcore")  # httpx does so when it is first used
    importlib.import_module("yaml")  # half of it is no Python, and is not loaded anew
    profile = wallet.reference().profile
    DirectConnector(ConformingMpp(profile), profile).converse(sdk(ENTRY, "S"))


@pytest.fixture
def bench(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, loaded: None) -> Bench:  # noqa: ARG001  # wanted for what it does
    """A project to run suites in."""
    return Bench(pytester, monkeypatch)


@pytest.fixture
def shadowed(tmp_path: Path) -> Path:
    """A folder whose files are named like modules, and of which none may be imported."""
    for name in (*_SHADOWED, "mpp_conformance"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current folder')\n", "ascii")
    (tmp_path / "conftest.py").write_text("raise SystemExit('conftest was imported')\n", "ascii")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", "ascii")
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('sitecustomize was imported')\n", "ascii")
    return tmp_path
