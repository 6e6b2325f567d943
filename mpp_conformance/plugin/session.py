"""One run of conformance cases under pytest: from collection to the report.

pytest selects and orders; the verdict is ours. A case passes if and only if its judgement is kept here as a pass (or as
an observation): whatever else pytest, a marker or another plugin makes of an item cannot turn it green.
"""

import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from mpp_conformance import __version__
from mpp_conformance.common.text import printable
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Key, Planned
from mpp_conformance.ledger.requirements import Case, Ledger
from mpp_conformance.plugin import failure_message, setup, target_of, wallet_of
from mpp_conformance.plugin.late_messages import judge_again
from mpp_conformance.plugin.record import Record
from mpp_conformance.protocol import limits
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.languages.language import language
from mpp_conformance.report.pages import html, terminal, writer
from mpp_conformance.report.run_folder import folder, resumption
from mpp_conformance.report.verdict_file import document, folding, safety_table
from mpp_conformance.report.verdict_file.blame import blame
from mpp_conformance.report.verdict_file.folding import CaseResult, RunResult
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER
from mpp_conformance.transport.scheduler import NotHeldError

if TYPE_CHECKING:
    from mpp_conformance.transport.scheduler import Conversations

NOT_APPLICABLE: Final = "not applicable: "
_CODE_MARKERS: Final = {ENTRY: "entry_code", ORDER: "order_code", FOREIGN: "foreign_code"}
_LETTERS: Final = {Verdict.PASS: ".", Verdict.INCONCLUSIVE: "I", Verdict.FAIL: "F", Verdict.ERROR: "E"}
_ENDINGS: Final[dict[int, str]] = {
    pytest.ExitCode.INTERRUPTED: "interrupted",
    pytest.ExitCode.TESTS_FAILED: "stopped at a failure, as was asked for",
}
_TOLD = pytest.StashKey[CaseResult]()
_COLOURS: Final = {Verdict.PASS: {"green": True}, Verdict.INCONCLUSIVE: {"yellow": True}}


class NotProven(Exception):  # noqa: N818  # it carries a verdict; only some of them are errors
    """Ends an item whose verdict is INCONCLUSIVE or ERROR."""


@dataclass(slots=True)
class _Run:
    """What there is once the selected cases are about to be run."""

    record: Record
    conversations: "Conversations"
    asked: int
    clock: float
    absent: list[Planned]
    """Selected rows that do not apply."""
    allure: Path | None
    """Where Allure's results go, if they are wanted."""
    selected: int = 0
    results: list[CaseResult] = field(default_factory=list)
    items: dict[Key, pytest.Item] = field(default_factory=dict)
    closed: bool = False
    outcome: RunResult | None = None
    trouble: str = ""
    gate: Gate = NO_GATE


class ConformanceSession:
    """The part of the plugin that is there only if there are cases; UsageError where no case can be collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._setup = setup.resolve(target_of(config), wallet_of(config))
        self._waivers = setup.waivers(config.getoption("--waivers") or "", wallet_of(config), target_of(config))
        self._say = language(config.getoption("--lang"))
        self._directories: set[Path] = set()
        self._ledger = Ledger()
        self._plan: list[Planned] = []
        self._run: _Run | None = None

    # --- collection -------------------------------------------------------------------------------------------------

    def parameters(self, case: Case, path: Path) -> list[object]:
        """What stands for ``trace`` in turn: one row for each scenario, with the markers to select it by."""
        self._directories.add(path.parent)
        stated = case.requirement
        actor = stated.actor.lower().replace(" ", "_")
        self._config.addinivalue_line("markers", f"{stated.id}: {stated.text}")
        names = [stated.id, stated.level.lower(), stated.basis]
        names += [actor] if actor in {"mpp", "mpp_server", "mpp_client"} else []
        common = [getattr(pytest.mark, name) for name in names]
        rows: list[object] = []
        for planned in catalogue.plan([case], self._setup.claims):
            codes = sorted({_CODE_MARKERS[payment.code] for payment in planned.scenario.payments})
            marks = common + [getattr(pytest.mark, name) for name in codes]
            if planned.not_applicable:
                marks.append(pytest.mark.skip(reason=NOT_APPLICABLE + planned.not_applicable))
            rows.append(pytest.param(planned, id=planned.scenario.label, marks=marks))
        return rows

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Read the whole catalogue, whatever part of it is selected; every case must belong to it."""
        if len(self._directories) > 1:
            raise pytest.UsageError(f"cases of one catalogue stand in one folder, not in {_listed(self._directories)}")
        try:
            for directory in self._directories:
                self._ledger = catalogue.load(directory)
        except catalogue.CatalogueError as problem:
            raise pytest.UsageError(str(problem)) from problem
        self._plan = list(catalogue.plan(self._ledger.cases, self._setup.claims))
        known = {planned.key for planned in self._plan}
        for item in items:
            planned = _planned(item)
            if planned is not None and planned.key not in known:
                raise pytest.UsageError(f"{item.nodeid} is no part of the catalogue: its file is no test_*.py")

    # --- the run ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> None:
        """Begin the conversations that the selected cases need."""
        broken = session.testsfailed and not session.config.option.continue_on_collection_errors
        rows = [_planned(item) for item in session.items]
        selected = [planned for planned in rows if planned and not planned.not_applicable]
        if selected and not session.config.option.collectonly and not broken:
            absent = [planned for planned in rows if planned and planned.not_applicable]
            self._run = self._begin(selected, absent, self._allure() if all(rows) else None)
            self._header(len(selected))

    def _begin(self, selected: list[Planned], absent: list[Planned], allure: Path | None) -> _Run:
        if not self._setup.target:
            raise pytest.UsageError("say which MPP to judge: --mpp specimen:conforming, --mpp http:URL --wallet FILE")
        if not self._config.getoption("--no-preflight"):
            self._preflight()
        started = datetime.now(UTC)
        scenarios = list(dict.fromkeys(planned.scenario for planned in selected))
        record = self._record(started)
        try:
            conversations = self._setup.connect(record.folder.path.name, record.begun)
        except (LookupError, OSError, ValueError) as problem:
            record.close()
            raise pytest.UsageError(str(problem)) from problem
        conversations.prepare(record.start(self._facts(), scenarios, len(selected)))
        return _Run(record, conversations, len(scenarios), time.monotonic(), absent, allure, len(selected))

    def _preflight(self) -> None:
        try:
            why = self._setup.refusal()
        except ValueError as problem:
            raise pytest.UsageError(str(problem)) from problem
        if why:
            raise pytest.UsageError(why)

    def _facts(self) -> dict[str, Any]:
        """What must be the same where a run is gone on with."""
        return {
            "target": self._setup.shown,
            "claims": document.whole_numbers(self._setup.raw),
            "message_layer": self._setup.message_layer,
            "suite": {"version": __version__, "digest": self._digest()},
            "source": document.source_digest(),
        }

    def _digest(self) -> str:
        return "".join(catalogue.digest(directory) for directory in self._directories)

    def _record(self, started: datetime) -> Record:
        try:
            if self._config.getoption("--resume"):
                path = Path(self._config.getoption("--reports")) / (self._config.getoption("--run") or "")
                return Record(folder.reopen(path), self._setup.policy, resumption.known(path, self._facts()))
            return Record(self._folder(started), self._setup.policy)
        except (OSError, EvidenceError, resumption.ResumptionError) as problem:
            raise pytest.UsageError(str(problem)) from problem

    def _allure(self) -> Path | None:
        """Where allure-pytest was told to write; it makes way for the results that we write, which say more.

        It writes itself where a session holds ordinary tests too.
        """
        listener = self._config.pluginmanager.get_plugin("allure_listener")
        if listener is None:
            return None
        self._config.pluginmanager.unregister(listener)
        return Path(self._config.option.allure_report_dir)

    def _folder(self, started: datetime) -> folder.RunFolder:
        reports, name = Path(self._config.getoption("--reports")), self._config.getoption("--run")
        try:
            if name:
                return folder.create(reports, name)
            return folder.create_new(reports, f"{started:%Y%m%dT%H%M%SZ}-{folder.slug(self._setup.shown)}")
        except folder.RunFolderError as problem:
            raise pytest.UsageError(str(problem)) from problem

    def _header(self, cases: int) -> None:
        reporter = self._config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None and self._run is not None:
            named = {"target": self._setup.shown, "edition": self._setup.claims.edition.name, "cases": cases}
            told = "conformance: {target}, limits of {edition}, {cases} cases on {count} conversations"
            reporter.write_line(self._say(told, **named, count=self._run.asked))

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Judge a case instead of calling it."""
        planned = _planned(pyfuncitem)
        if planned is None or self._run is None:
            return None
        result = self._judge(pyfuncitem, planned, self._run)
        pyfuncitem.stash[_TOLD] = result
        if result.verdict is Verdict.FAIL and result.red:
            pytest.fail(self._told(pyfuncitem, result), pytrace=False)
        if result.red:
            raise NotProven(self._told(pyfuncitem, result))
        return True

    def _judge(self, item: pytest.Function, planned: Planned, run: _Run) -> CaseResult:
        try:
            kept = run.record.kept(planned.scenario, run.conversations.trace)
        except (EvidenceError, folder.RunFolderError) as problem:
            return CaseResult(planned=planned, judgement=_error("the evidence to be kept", str(problem)))
        except NotHeldError as problem:
            missing = Judgement(
                verdict=Verdict.INCONCLUSIVE, expected="a record of this conversation", seen=str(problem)
            )
            return CaseResult(planned=planned, judgement=missing)
        except Exception as problem:  # noqa: BLE001  # whatever breaks in a conversation is told as its result
            seen = f"{type(problem).__name__}: {problem}"
            return CaseResult(planned=planned, judgement=_error("the conversation to be held", seen))
        try:
            judgement = oracle.judge(item.obj, kept.trace)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # noqa: BLE001  # pytest.skip and its like are no verdicts
            seen = f"{type(problem).__name__}: {problem}"
            judgement = _error("a verdict: a case passes or fails, and is never skipped by itself", seen)
        return CaseResult(planned=planned, judgement=judgement, evidence=kept.name, digest=kept.digest)

    def _told(self, item: pytest.Item, result: CaseResult) -> str:
        run = self._run
        evidence = run.record.folder.path / folder.EVIDENCE if run else Path(folder.EVIDENCE)
        here = self._config.invocation_params.dir
        target, wallet = self._setup.shown, wallet_of(self._config)
        again, smaller = (
            failure_message.command(failure_message.node(item, here), target, wallet),
            failure_message.smaller(result, target, wallet),
        )
        trace = run.record.traces.get(result.planned.scenario) if run else None
        return failure_message.told(
            result, evidence=evidence, again=again, blame=blame(result, trace), smaller=smaller, say=self._say
        )

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Set the item's outcome from the judgement; an applicable case without one is an error."""
        report = yield
        planned = _planned(item)
        if planned is None or planned.not_applicable or self._run is None or report.when == "teardown":
            return report
        if report.when == "setup" and report.passed:
            return report
        result = item.stash.get(_TOLD, None)
        if result is None:
            seen = f"the item was {report.outcome} by something else: {report.longreprtext[-500:]}"
            result = CaseResult(planned=planned, judgement=_error("the case to be judged", seen))
        self._run.results.append(result)
        self._run.items[planned.key] = item
        self._run.record.judged(result)
        with suppress(EvidenceError, folder.RunFolderError):  # it is tried again, and told, at the end
            self._run.record.strayed(self._run.conversations.strays)
        report.outcome = "failed" if result.red else "passed"
        report.longrepr = self._told(item, result) if result.red else None
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

    # --- the end ----------------------------------------------------------------------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Fold what was judged and write the report; nothing that is not proven ends with status 0."""
        run = self._run
        if run is None:
            return
        try:
            self._close(run)
            judge_again(run.results, run.record, run.conversations)
        except Exception as problem:  # noqa: BLE001  # whatever it is, the report still says what was judged
            run.trouble = f"the run could not be closed: {type(problem).__name__}: {problem}"
        run.outcome = folding.fold(run.results, self._ledger, self._plan)
        try:
            self._write(run, run.outcome, int(exitstatus))
        except Exception as problem:  # noqa: BLE001  # whatever it is, the summary still says what was judged
            run.trouble = f"the report could not be written: {type(problem).__name__}: {problem}"
        green = run.outcome.result in {folding.Result.CONFORMS, folding.Result.PARTIAL} and not run.trouble
        if session.exitstatus == pytest.ExitCode.OK and not green:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _write(self, run: _Run, outcome: RunResult, status: int) -> None:
        run.record.strayed(run.conversations.strays)
        strays = run.record.strays(run.conversations.strays)
        facts = document.RunFacts(
            run=run.record.folder.path.name,
            target=self._setup.shown,
            started=document.whole_seconds(run.record.began),
            milliseconds=round((time.monotonic() - run.clock) * 1_000),
            issued=datetime.now(UTC).isoformat(timespec="seconds"),
            claims=self._setup.raw,
            particulars=self._setup.particulars,
            catalogue=self._digest(),
            conversations=run.asked,
            planned=self._plan,
            strays=strays,
            strays_evidence=run.record.folder.keep_strays(strays),
            traces=run.record.traces,
            message_layer=self._setup.message_layer,
            attempts=run.record.attempts,
        )
        made = document.document(outcome, facts)
        run.gate = self._gate(made, facts.issued)
        written = writer.write(run.record.folder, made, run.record.named, self._say, run.gate)
        if len(outcome.cases) < run.selected:
            run.record.aborted(_ENDINGS.get(status, f"pytest ended with {status}"))
        else:
            run.record.finished(made, written)
        if run.allure is not None:
            from mpp_conformance.report.allure.results import AllureResults  # noqa: PLC0415  # only when asked for

            kept = run.record.folder.path / folder.EVIDENCE
            written_by_us = AllureResults(run.allure, made, kept, self._say, run.gate)
            written_by_us.write(outcome.cases, run.absent, run.record.traces)

    def _gate(self, made: Mapping[str, Any], issued: str) -> Gate:
        """What the waivers make of the run at the moment of its report; nothing without a file of them."""
        return (
            NO_GATE if self._waivers is None else decision.judged(made, self._waivers, datetime.fromisoformat(issued))
        )

    def _close(self, run: _Run) -> None:
        if not run.closed:
            run.closed = True
            run.conversations.close()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what the run came to, and where the report is."""
        run = self._run
        if run is None or run.outcome is None:
            return
        if self._config.option.tbstyle == "no":
            for line in terminal.cards(run.outcome, lambda case: self._told(run.items[case.key], case), self._say):
                terminalreporter.write_line(line)
        terminalreporter.section("conformance")
        for line in self._summary(run, run.outcome):
            terminalreporter.write_line(line)

    def _summary(self, run: _Run, outcome: RunResult) -> Iterator[str]:
        newer = limits.newer_than(self._setup.claims.edition.name)
        strays = run.record.strays(run.conversations.strays)
        found = safety_table.findings(outcome.cases, run.record.traces)
        given: dict[str, Any] = {"target": self._setup.shown, "newer_edition": newer, "findings": found}
        yield from terminal.summary(outcome, strays, **given, say=self._say)
        yield from terminal.attempts(run.record.attempt, run.record.again, self._say)
        yield from terminal.gate_lines(run.gate, self._say) if run.gate else ()
        yield terminal.line(self._say("report"), str(run.record.folder.path / html.FILE))
        if run.trouble:
            yield terminal.line(self._say("trouble"), printable(run.trouble))

    def pytest_unconfigure(self) -> None:
        """Leave nothing running, however the session came to its end."""
        if self._run is not None:
            self._close(self._run)
            self._run.record.close()


def _planned(item: pytest.Item) -> Planned | None:
    """The row that an item stands for; ``None`` for an ordinary item."""
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("trace") if callspec is not None else None
    return found if isinstance(found, Planned) else None


def _error(expected: str, seen: str) -> Judgement:
    return Judgement(verdict=Verdict.ERROR, expected=expected, seen=seen)


def _listed(directories: set[Path]) -> str:
    return ", ".join(str(directory) for directory in sorted(directories))
