"""The selected cases on their conversations: begun, held, judged, and told."""

import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from mpp_conformance import __version__
from mpp_conformance.evidence import EvidenceError
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Key, Planned
from mpp_conformance.plugin import NO_PREFLIGHT, REPORTS, RESUME, RUN, TARGET, WALLET, failure_message, wallet_of
from mpp_conformance.plugin.collection import Collection
from mpp_conformance.plugin.record import Record
from mpp_conformance.plugin.setup import Setup
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.languages.language import Language
from mpp_conformance.report.run_folder import folder, resumption
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.blame import blame
from mpp_conformance.report.verdict_file.folding import CaseResult, RunResult
from mpp_conformance.transport.scheduler import NotHeldError

if TYPE_CHECKING:
    from mpp_conformance.transport.scheduler import Conversations


@dataclass(slots=True)
class Execution:
    """What there is once the selected cases are about to be run."""

    config: pytest.Config
    setup: Setup
    say: Language
    record: Record
    conversations: "Conversations"
    asked: int
    clock: float
    selected: int
    absent: list[Planned] = field(default_factory=list)
    """Selected rows that do not apply."""
    allure: Path | None = None
    """Where Allure's results go, if they are wanted."""
    results: list[CaseResult] = field(default_factory=list)
    items: dict[Key, pytest.Item] = field(default_factory=dict)
    closed: bool = False
    outcome: RunResult | None = None
    trouble: str = ""
    gate: Gate = NO_GATE

    @property
    def header(self) -> str:
        """What is begun, in a line."""
        named = {"target": self.setup.shown, "edition": self.setup.claims.edition.name, "cases": self.selected}
        told = "conformance: {target}, limits of {edition}, {cases} cases on {count} conversations"
        return self.say(told, **named, count=self.asked)

    def judge(self, planned: Planned) -> CaseResult:
        """What a case comes to on its conversation, which is held by then, or never."""
        try:
            kept = self.record.conversation(planned.scenario, self.conversations.trace)
        except (EvidenceError, folder.RunFolderError) as problem:
            return CaseResult(planned=planned, judgement=error("the evidence to be kept", str(problem)))
        except NotHeldError as problem:
            missing = Judgement(
                verdict=Verdict.INCONCLUSIVE, expected="a record of this conversation", seen=str(problem)
            )
            return CaseResult(planned=planned, judgement=missing)
        except Exception as problem:  # noqa: BLE001  # whatever breaks in a conversation is told as its result
            seen = f"{type(problem).__name__}: {problem}"
            return CaseResult(planned=planned, judgement=error("the conversation to be held", seen))
        try:
            judgement = oracle.judge(planned.case.judge, kept.trace)
        except KeyboardInterrupt:
            raise
        except BaseException as problem:  # noqa: BLE001  # pytest.skip and its like are no verdicts
            seen = f"{type(problem).__name__}: {problem}"
            judgement = error("a verdict: a case passes or fails, and is never skipped by itself", seen)
        return CaseResult(planned=planned, judgement=judgement, evidence=kept.name, digest=kept.digest)

    def told(self, item: pytest.Item, result: CaseResult) -> str:
        """What a case that did not pass says for itself."""
        evidence, here = self.record.folder.path / folder.EVIDENCE, Path.cwd()
        target, wallet = self.setup.shown, wallet_of(self.config)
        again, shrink = (
            failure_message.command(failure_message.node(item, here), target, wallet),
            failure_message.shrink_command(result, target, wallet),
        )
        trace = self.record.traces.get(result.planned.scenario)
        return failure_message.failure_text(
            result, evidence=evidence, again=again, blame=blame(result, trace), shrink=shrink, say=self.say
        )

    def add(self, item: pytest.Item, result: CaseResult) -> None:
        """Keep what a case came to, and write it down."""
        self.results.append(result)
        self.items[result.planned.key] = item
        try:
            self.record.judged(result)
        except OSError as problem:
            stop(problem)
        with suppress(EvidenceError, folder.RunFolderError):  # it is tried again, and told, at the end
            self.record.strayed(self.conversations.strays)

    def close(self) -> None:
        """Hold no more conversations."""
        if not self.closed:
            self.closed = True
            self.conversations.close()


def begin(
    config: pytest.Config, given: Setup, collection: Collection, say: Language, selected: list[Planned]
) -> Execution:
    """Begin the conversations of the ``selected`` cases; UsageError where that cannot be."""
    if not given.target:
        raise pytest.UsageError(f"say which MPP to judge: {TARGET} specimen:conforming, or {WALLET} FILE")
    if not config.getoption(NO_PREFLIGHT):
        _preflight(given)
    started = datetime.now(UTC)
    scenarios = list(dict.fromkeys(planned.scenario for planned in selected))
    record = _record(config, given, collection, started)
    try:
        conversations = given.connect(record.folder.path.name, record.begun, record.folder.keep_picture)
    except (LookupError, OSError, ValueError) as problem:
        record.close()
        raise pytest.UsageError(str(problem)) from problem
    try:
        left = record.start(facts(given, collection), scenarios, len(selected))
        conversations.prepare(left)
    except OSError as problem:
        record.close()
        conversations.close()
        stop(problem)
    return Execution(
        config=config,
        setup=given,
        say=say,
        record=record,
        conversations=conversations,
        asked=len(scenarios),
        clock=time.monotonic(),
        selected=len(selected),
    )


def _preflight(given: Setup) -> None:
    try:
        why = given.refusal()
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from problem
    if why:
        raise pytest.UsageError(why)


def facts(given: Setup, collection: Collection) -> dict[str, Any]:
    """What must be the same where a run is gone on with."""
    return {
        "target": given.shown,
        "claims": document.whole_numbers(given.raw),
        "message_layer": given.message_layer,
        "suite": {"version": __version__, "digest": collection.digest()},
        "source": document.source_digest(),
    }


def _record(config: pytest.Config, given: Setup, collection: Collection, started: datetime) -> Record:
    try:
        if config.getoption(RESUME):
            path = Path(config.getoption(REPORTS)) / (config.getoption(RUN) or "")
            return Record(
                folder.reopen(path), given.policy, resumption.journal_to_resume(path, facts(given, collection))
            )
        return Record(_folder(config, given, started), given.policy)
    except (OSError, EvidenceError, resumption.ResumptionError) as problem:
        raise pytest.UsageError(str(problem)) from problem


def _folder(config: pytest.Config, given: Setup, started: datetime) -> folder.RunFolder:
    reports, name = Path(config.getoption(REPORTS)), config.getoption(RUN)
    try:
        if name:
            return folder.create(reports, name)
        return folder.create_new(reports, f"{started:%Y%m%dT%H%M%SZ}-{folder.slug(given.shown)}")
    except folder.RunFolderError as problem:
        raise pytest.UsageError(str(problem)) from problem


def stop(problem: OSError) -> NoReturn:
    """End the session: what is done cannot be written down any more."""
    pytest.exit(f"the journal cannot be written: {problem.strerror}", returncode=pytest.ExitCode.INTERNAL_ERROR)


def error(expected: str, seen: str) -> Judgement:
    """A case that could not be judged, through a fault of the suite."""
    return Judgement(verdict=Verdict.ERROR, expected=expected, seen=seen)
