"""One run of conformance cases under pytest: the hooks, and what each of them is given to do.

pytest selects and orders; the verdict is ours. A case passes if and only if its judgement is kept here as a pass (or as
an observation): whatever else pytest, a marker or another plugin makes of an item cannot turn it green. What is
collected is in `collection`, how it is judged in `execution`, and what is made of it in `conclusion`.
"""

from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.common.text import harmless
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.plugin import LANG, WAIVERS, setup, target_of, wallet_of
from mpp_conformance.plugin.collection import Collection, planned_row
from mpp_conformance.plugin.conclusion import conclude, summary
from mpp_conformance.plugin.execution import Execution, begin, error
from mpp_conformance.report.languages.language import language
from mpp_conformance.report.pages import terminal
from mpp_conformance.report.verdict_file.folding import CaseResult, Result

_LETTERS: Final = {Verdict.PASS: ".", Verdict.INCONCLUSIVE: "I", Verdict.FAIL: "F", Verdict.ERROR: "E"}
_TOLD = pytest.StashKey[CaseResult]()
_COLOURS: Final = {Verdict.PASS: {"green": True}, Verdict.INCONCLUSIVE: {"yellow": True}}


class NotProven(Exception):  # noqa: N818  # it carries a verdict; only some of them are errors
    """Ends an item whose verdict is INCONCLUSIVE or ERROR."""


class ConformanceSession:
    """The part of the plugin that is there only if there are cases; UsageError where no case can be collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._setup = setup.resolve(target_of(config), wallet_of(config))
        self._waivers = setup.waivers(config.getoption(WAIVERS) or "", wallet_of(config), target_of(config))
        self._say = language(config.getoption(LANG))
        self._collection = Collection(config, self._setup.claims)
        self._run: Execution | None = None

    def parameters(self, case: Case, path: Path) -> list[object]:
        """What stands for ``trace`` in turn: one row for each scenario, with the markers to select it by."""
        return self._collection.parameters(case, path)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the whole catalogue, whatever part of it is selected; every case must belong to it."""
        self._collection.read(items)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Begin the conversations that the selected cases need."""
        broken = session.testsfailed and not session.config.option.continue_on_collection_errors
        rows = [planned_row(item) for item in session.items]
        selected = [planned for planned in rows if planned and not planned.not_applicable]
        if not selected or session.config.option.collectonly or broken:
            return
        allure = self._allure() if all(rows) else None
        self._run = begin(self._config, self._setup, self._collection, self._say, selected)
        self._run.absent = [planned for planned in rows if planned and planned.not_applicable]
        self._run.allure = allure
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(harmless(self._run.header))

    def _allure(self) -> Path | None:
        """Where allure-pytest was told to write; it makes way for the results that we write, which say more.

        It writes itself where a session holds ordinary tests too.
        """
        listener = self._config.pluginmanager.get_plugin("allure_listener")
        if listener is None:
            return None
        self._config.pluginmanager.unregister(listener)
        return Path(self._config.option.allure_report_dir)

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge a case instead of calling it."""
        planned = planned_row(pyfuncitem)
        if planned is None or self._run is None:
            return None
        result = self._run.judge(planned)
        pyfuncitem.stash[_TOLD] = result
        if result.verdict is Verdict.FAIL and result.red:
            pytest.fail(self._run.told(pyfuncitem, result), pytrace=False)
        if result.red:
            raise NotProven(self._run.told(pyfuncitem, result))
        return True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Set the item's outcome from the judgement; an applicable case without one is an error."""
        report = yield
        planned = planned_row(item)
        if planned is None or planned.not_applicable or self._run is None or report.when == "teardown":
            return report
        if report.when == "setup" and report.passed:
            return report
        result = item.stash.get(_TOLD, None)
        if result is None:
            seen = f"the item was {report.outcome} by something else: {report.longreprtext[-500:]}"
            result = CaseResult(planned=planned, judgement=error("the case to be judged", seen))
        self._run.add(item, result)
        report.outcome = "failed" if result.red else "passed"
        report.longrepr = self._run.told(item, result) if result.red else None
        report.__dict__.pop("wasxfail", None)
        report.conformance = result.verdict if result.red else Verdict.PASS  # type: ignore[attr-defined]  # ours to read
        return report

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, object] | None:
        """Each verdict has its own letter and word."""
        verdict = getattr(report, "conformance", None)
        if verdict is None:
            return None
        category = "passed" if verdict is Verdict.PASS else "failed"
        return category, _LETTERS[verdict], (verdict.name, _COLOURS.get(verdict, {"red": True}))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold what was judged and write the report; the status is that of the command `run`.

        Where an ordinary test has failed as well, or pytest was broken off, pytest's own status stays.
        """
        if self._run is None:
            return
        red = sum(result.red for result in self._run.results)
        outcome = conclude(self._run, self._collection, self._waivers, int(exitstatus))
        if session.exitstatus == pytest.ExitCode.OK or (
            session.exitstatus == pytest.ExitCode.TESTS_FAILED and session.testsfailed <= red
        ):
            session.exitstatus = (Result.ERROR if self._run.trouble else outcome).status

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the run came to, and where the report is."""
        run = self._run
        if run is None or run.outcome is None:
            return
        if self._config.option.tbstyle == "no":
            for line in terminal.cards(run.outcome, lambda case: run.told(run.items[case.key], case), self._say):
                terminalreporter.write_line(harmless(line))
        terminalreporter.section("conformance")
        for line in summary(run, run.outcome):
            terminalreporter.write_line(harmless(line))

    def pytest_unconfigure(self) -> None:
        """Leave nothing running, however the session came to its end."""
        if self._run is not None:
            self._run.close()
            self._run.record.close()
