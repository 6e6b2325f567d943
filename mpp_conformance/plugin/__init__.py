"""The pytest plugin: conformance cases are ordinary pytest items whose outcome is our verdict.

A case is a test function marked by ``requirements.case``; its ``trace`` stands for each of its scenarios in turn.
Nothing heavy is imported, and nothing is done, until a case is collected: everything else is in ``plugin.session``,
which is registered then.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

from mpp_conformance.report.languages.language import TAGS

if TYPE_CHECKING:
    from mpp_conformance.plugin.session import ConformanceSession

TARGET: Final = "--mpp-target"
WALLET: Final = "--mpp-wallet"
WAIVERS: Final = "--mpp-waivers"
REPORTS: Final = "--mpp-reports"
RUN: Final = "--mpp-run"
LANG: Final = "--mpp-lang"
NO_PREFLIGHT: Final = "--mpp-no-preflight"
RESUME: Final = "--mpp-resume"
"""Options, all of a prefix of our own: the plugin is loaded in everybody's pytest, and other projects have options."""
TARGET_VARIABLE: Final = "MPP_CONFORMANCE_TARGET"
WALLET_VARIABLE: Final = "MPP_CONFORMANCE_WALLET"
_NAME: Final = "mpp_conformance_session"
_MARKERS: Final = {
    "must": "requirements of level MUST",
    "should": "requirements of level SHOULD",
    "stated": "requirements that the source document states",
    "documented": "requirements that another official page states",
    "derived": "requirements that we infer; observed only",
    "silent": "what no document says; observed only",
    "mpp": "duties of the MPP as a whole",
    "mpp_server": "duties of the MPP server",
    "mpp_client": "duties of the MPP client",
    "entry_code": "conversations about an entry code",
    "order_code": "conversations about an order code",
    "foreign_code": "conversations about a code that is none of Alipay+'s",
}


class _Problem:
    """What keeps the cases from being collected; said once, when collection is over."""

    def __init__(self, problem: pytest.UsageError) -> None:
        self.problem = problem

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self) -> None:
        """End the session with a sentence instead of one traceback for each case."""
        raise self.problem


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of a conformance run."""
    group = parser.getgroup("mpp-conformance", "conformance of Mobile Payment Partners")
    group.addoption(
        TARGET,
        metavar="TARGET",
        help="the MPP to judge: specimen:NAME, http:URL of its adaptor, or replay:DIR of an earlier run "
        f"(or ${TARGET_VARIABLE})",
    )
    group.addoption(WALLET, metavar="FILE", help=f"the MPP's wallet.toml (or ${WALLET_VARIABLE})")
    group.addoption(
        WAIVERS,
        metavar="FILE",
        help="the wallet's waivers (default: waivers.toml beside wallet.toml, if it is there)",
    )
    group.addoption(REPORTS, metavar="DIR", default="reports", help="where the run's folder is made (%(default)s)")
    group.addoption(RUN, metavar="NAME", help="the name of that folder (default: time and target)")
    group.addoption(LANG, choices=TAGS, default=TAGS[0], help="the language of the report (%(default)s)")
    group.addoption(
        NO_PREFLIGHT,
        action="store_true",
        help="do not hold a conversation beforehand to see whether wallet.toml is right",
    )
    group.addoption(RESUME, action="store_true", help="go on with the run in that folder, which was broken off")


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers, and refuse what cannot work before anything is collected."""
    for name, meaning in _MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    if config.getoption(TARGET) or config.getoption(WALLET):
        _refuse_xdist(config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a case's ``trace`` each of its scenarios."""
    case = getattr(metafunc.function, "conformance_case", None)
    if case is None:
        return
    session = _session(metafunc.config)
    rows = [pytest.param(None)] if session is None else session.parameters(case, metafunc.definition.path)
    metafunc.parametrize("trace", rows)


def target_of(config: pytest.Config) -> str:
    """The MPP to judge, as given; empty where nothing was."""
    return str(config.getoption(TARGET) or os.environ.get(TARGET_VARIABLE, ""))


def wallet_of(config: pytest.Config) -> str:
    """The path of the wallet file, as given; empty where nothing was."""
    return str(config.getoption(WALLET) or os.environ.get(WALLET_VARIABLE, ""))


def _session(config: pytest.Config) -> ConformanceSession | None:
    """The one session of this run, made when the first case is met; ``None`` where that is not possible."""
    from mpp_conformance.plugin.session import ConformanceSession  # noqa: PLC0415  # nothing heavy without a case

    known = config.pluginmanager.get_plugin(_NAME)
    if known is None:
        try:
            _refuse_xdist(config)
            known = ConformanceSession(config)
        except pytest.UsageError as problem:
            known = _Problem(problem)
        config.pluginmanager.register(known, _NAME)
    return known if isinstance(known, ConformanceSession) else None


def _refuse_xdist(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.getoption("numprocesses", None) or config.getoption("tx", None):
        raise pytest.UsageError(
            "conformance cases share their conversations within one process: run them without -n; "
            "[reach] parallel in wallet.toml says how many conversations are held at once"
        )
