"""A run judged again from its folder alone: without the wallet, without the network, and without taking our word.

Evidence is read, its messages from their bytes and its signatures with the MPP's public key; every case is judged by
the suites that are installed; the verdict file is made once more. Whatever differs from what is kept is named by its
place. Where customers are hidden and nothing discloses them, bytes stay unread, and that is said.
"""

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpp_conformance import evidence
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import EvidenceError, disclosures, journal, strays
from mpp_conformance.evidence.journal import Journal, JournalError
from mpp_conformance.judging import oracle
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import CatalogueError, Claims, Key, Planned
from mpp_conformance.ledger.requirements import Ledger
from mpp_conformance.peers.router import Stray
from mpp_conformance.report.checks import journal_consistency
from mpp_conformance.report.checks.message_reading import MessageLayer, Readings, compare
from mpp_conformance.report.gate import decision
from mpp_conformance.report.run_folder import folder, journal_file, reading, stray_messages
from mpp_conformance.report.verdict_file import document, folding, parsing
from mpp_conformance.report.verdict_file.document import RunFacts
from mpp_conformance.report.verdict_file.folding import CaseResult
from mpp_conformance.report.verdict_file.parsing import case_name, key_of
from mpp_conformance.scenarios.scenario import Scenario


class RejudgementError(ValueError):
    """The folder holds no run that could be judged again; says why."""


@dataclass(slots=True)
class Rejudgement:
    """What judging again came to. ``differences``: each in a sentence that begins with its place; none is the proof.

    ``notes`` say what could not be looked at. ``digest`` is that of the verdicts that were derived; ``mpp_key`` the
    fingerprint (SHA-256 of X.509 SPKI DER, hex) of the key that the MPP signed with, empty where nothing was signed;
    ``other_suite`` names the build of the suite that judged the run, empty where it is this one.
    """

    run: str
    result: str = ""
    digest: str = ""
    cases: int = 0
    conversations: int = 0
    attempts: int = 1
    mpp_key: str = ""
    other_suite: str = ""
    readings: Readings = field(default_factory=Readings)
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def rejudged(run: Path) -> Rejudgement:
    """Judge the run in a folder again; RejudgementError where there is none that could be."""
    return _Rejudging(run).done()


_Rows = Mapping[Key, Mapping[str, Any]]


class _Rejudging:
    """One run, judged again."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._suites = directory("suites")
        self._found = Rejudgement(run=run.name)
        self._traces: dict[str, Trace] = {}
        """The conversations that could be read, by the name of their evidence file."""

    def done(self) -> Rejudgement:
        """Do it."""
        found = self._found
        try:
            ledger = catalogue.load(self._suites)
            if not (self._run / document.FILE).exists() and (self._run / journal.FILE).exists():
                return self._broken_off(journal_file.read(self._run), ledger)
            verdicts = reading.verdicts(self._run)
        except (reading.KeptError, CatalogueError, JournalError, OSError) as problem:
            raise RejudgementError(str(problem)) from problem
        found.differences += [f"{document.FILE}: {problem}" for problem in parsing.problems(verdicts)]
        if found.differences:
            return found
        found.result, found.attempts = verdicts["result"], verdicts["attempts"]["count"]
        rows = {key_of(row): row for row in document.cases(verdicts)}
        self._read(verdicts["message_layer"], reading.names(verdicts))
        self._chain(verdicts)
        self._derive(verdicts, rows, ledger)
        self._gate(verdicts)
        self._pictures(verdicts)
        found.differences[:0] = found.readings.differences
        return found

    def _broken_off(self, known: Journal, ledger: Ledger) -> Rejudgement:
        """Judge what was judged before a run was broken off; there is no verdict file yet."""
        found = self._found
        found.result, found.attempts = "broken off: nothing is certified", known.attempts
        signers = _signers(known.facts)
        rows = {key_of(entry.told): entry for entry in known.of(journal.JUDGED)}
        judged = {entry.told["evidence"]: entry.told["digest"] for entry in rows.values() if entry.told["evidence"]}
        self._read(signers, {**dict(known.conversed.values()), **judged})
        plan = {row.key: row for row in catalogue.plan(ledger.cases, _claims(known.facts))}
        for key, entry in rows.items():
            if not entry.told["evidence"] and entry.told["verdict"] == Verdict.ERROR.word:
                continue
            planned, trace = plan.get(key), self._traces.get(entry.told["evidence"])
            if planned is None or trace is None or trace.scenario != planned.scenario:
                found.differences.append(
                    f"{journal.FILE}, line {entry.number}: {case_name(key)} cannot be judged again"
                )
                continue
            found.cases += 1
            word = oracle.judge(planned.case.judge, trace).verdict.word
            if word != entry.told["verdict"]:
                told = f"{case_name(key)}: kept is {entry.told['verdict']}, derived is {word}"
                found.differences.append(f"{journal.FILE}, line {entry.number}: {told}")
        self._strayed(known)
        found.differences[:0] = found.readings.differences
        return found

    # --- evidence ---------------------------------------------------------------------------------------------------

    def _read(self, signers: Mapping[str, str] | None, names: Mapping[str, str]) -> None:
        found = self._found
        try:
            layer = None if signers is None else MessageLayer.of(signers)
        except ValueError as problem:
            found.differences.append(f"message_layer: {problem}")
            return
        found.mpp_key = "" if signers is None else fingerprint(signers["mpp_public_key"])
        for name, digest in names.items():
            where = f"{folder.EVIDENCE}/{name}"
            try:
                trace = evidence.read(reading.evidence_file(self._run, name, digest))
                whole = self._opened(name, trace)
            except EvidenceError as problem:
                found.differences.append(f"{folder.EVIDENCE}/{problem}")
                continue
            compare(whole, layer, where, found.readings)
            self._traces[name] = trace.without_bytes()
        found.conversations = len(self._traces)
        found.notes += found.readings.notes

    def _opened(self, name: str, trace: Trace) -> Trace:
        """The conversation with what is disclosed of it, where its owner has kept that."""
        path = self._run / folder.DISCLOSURES / name
        try:
            data = reading.plain_file(path, disclosures.MAX_BYTES)
        except OSError:
            return trace
        try:
            return disclosures.reveal(trace, disclosures.read(data))
        except EvidenceError as problem:
            raise EvidenceError(f"{name}: {folder.DISCLOSURES}/{name}: {problem}") from problem

    # --- the journal ------------------------------------------------------------------------------------------------

    def _chain(self, verdicts: Mapping[str, Any]) -> None:
        try:
            known = journal_file.read(self._run)
        except OSError as problem:
            self._found.differences.append(f"{journal.FILE}: {problem.strerror}")
        except JournalError as problem:
            self._found.differences.append(f"{journal.FILE}, {problem}")
        else:
            told = journal_consistency.differences(known, verdicts, self._run)
            self._found.differences += [f"{journal.FILE}{sentence}" for sentence in told]
            self._strayed(known)

    def _strayed(self, known: Journal) -> None:
        """Whether what strayed is there as it was written."""
        try:
            stray_messages.all_strays(self._run, known)
        except EvidenceError as problem:
            self._found.differences.append(f"{folder.EVIDENCE}/{problem}")

    def _gate(self, verdicts: Mapping[str, Any]) -> None:
        """Waivers change no verdict; what is told of them must follow from them."""
        try:
            reading.gate_of(self._run, verdicts)
        except reading.KeptError as problem:
            self._found.differences.append(f"{decision.FILE}: {problem.__cause__}")

    def _pictures(self, verdicts: Mapping[str, Any]) -> None:
        """Whether each picture is there as it was taken."""
        for row in verdicts.get("pictures", ()):
            try:
                reading.picture(self._run, row["file"], row["digest"])
            except EvidenceError as problem:
                self._found.differences.append(str(problem))

    # --- verdicts ---------------------------------------------------------------------------------------------------

    def _derive(self, verdicts: Mapping[str, Any], rows: _Rows, ledger: Ledger) -> None:
        found = self._found
        claims = _claims(verdicts)
        plan = list(catalogue.plan(ledger.cases, claims))
        derived = [self._result(planned, rows[planned.key]) for planned in plan if planned.key in rows]
        derived = folding.weigh(derived, self._by_scenario(derived))
        for key in rows.keys() - {planned.key for planned in plan if not planned.not_applicable}:
            found.differences.append(
                f"{document.FILE}, {case_name(key)}: these suites ask no such thing of this wallet"
            )
            derived = [result for result in derived if result.key != key]
        outcome = folding.fold(derived, ledger, plan)
        made = document.document(outcome, self._facts(verdicts, plan, outcome.cases))
        found.cases, found.digest = len(outcome.cases), str(made["digest"])
        judged_by = verdicts["suite"]
        if judged_by != made["suite"]:
            found.other_suite = f"{judged_by['version']}, {judged_by['digest'][:12]}"
            told = f"the run was judged by another build of the suite ({found.other_suite}) than this one"
            found.notes.append(f"{told}, which may be the reason for differences")
        found.differences += [f"{document.FILE}, {told}" for told in parsing.differences(verdicts, made)]

    def _result(self, planned: Planned, row: Mapping[str, Any]) -> CaseResult:
        """A case on its conversation; as it was kept where there is no evidence to derive it from."""
        trace = self._traces.get(row["evidence"])
        judgement = parsing.judgement_of(row)
        if trace is None:
            if not row["evidence"] and judgement.verdict is not Verdict.ERROR:
                self._found.differences.append(f"{document.FILE}, {case_name(planned.key)}: a verdict without evidence")
        elif trace.scenario != planned.scenario:
            told = f"{folder.EVIDENCE}/{row['evidence']}: its scenario is not the one of {case_name(planned.key)}"
            self._found.differences.append(told)
        else:
            judgement = oracle.judge(planned.case.judge, trace)
        return CaseResult(planned=planned, judgement=judgement, evidence=row["evidence"], digest=row["evidence_digest"])

    def _facts(self, verdicts: Mapping[str, Any], plan: list[Planned], cases: Iterable[CaseResult]) -> RunFacts:
        traces = self._by_scenario(cases)
        digest = catalogue.digest(self._suites)
        return parsing.facts_of(verdicts, planned=plan, strays=self._strays(verdicts), traces=traces, catalogue=digest)

    def _by_scenario(self, cases: Iterable[CaseResult]) -> dict[Scenario, Trace]:
        return {case.planned.scenario: self._traces[case.evidence] for case in cases if case.evidence in self._traces}

    def _strays(self, verdicts: Mapping[str, Any]) -> tuple[Stray, ...]:
        name, digest = verdicts["strays_evidence"]["evidence"], verdicts["strays_evidence"]["evidence_digest"]
        if not name:
            return ()
        try:
            return strays.read(reading.evidence_file(self._run, name, digest))
        except EvidenceError as problem:
            self._found.differences.append(f"{folder.EVIDENCE}/{problem}")
            return ()


def _claims(told: Mapping[str, Any]) -> Claims:
    try:
        return Claims.of(told["claims"])
    except (KeyError, TypeError, AttributeError, ValueError) as problem:
        raise RejudgementError(f"what the wallet claimed cannot be read: {problem!r}") from problem


def _signers(facts: Mapping[str, Any]) -> Mapping[str, str] | None:
    signers = facts.get("message_layer")
    names = ("client_id", "mpp_public_key", "alipay_plus_public_key")
    if signers is not None and not (
        isinstance(signers, Mapping) and all(isinstance(signers.get(n), str) for n in names)
    ):
        raise RejudgementError(f"{journal.FILE}, line 1: message_layer names no keys")
    return signers


def fingerprint(public_key: str) -> str:
    """The SHA-256 (hex) of a public key in Base64 of X.509 SPKI DER, by which people compare keys."""
    return hashlib.sha256(base64.b64decode(public_key)).hexdigest()
