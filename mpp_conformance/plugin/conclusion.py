"""The end of a run: what was judged is folded and written, and said in a few lines."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from mpp_conformance.common.text import printable
from mpp_conformance.plugin.collection import Collection
from mpp_conformance.plugin.execution import Execution
from mpp_conformance.plugin.late_messages import judge_again
from mpp_conformance.plugin.second_attempts import hold_again
from mpp_conformance.report.gate import decision
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.pages import html, terminal, writer
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.verdict_file import document, folding, limits_table, safety_table
from mpp_conformance.report.verdict_file.folding import RunResult

if TYPE_CHECKING:
    from mpp_conformance.report.gate.waivers import WaiverFile

_ENDINGS: Final[dict[int, str]] = {
    pytest.ExitCode.INTERRUPTED: "interrupted",
    pytest.ExitCode.TESTS_FAILED: "stopped at a failure, as was asked for",
}


def conclude(run: Execution, collection: Collection, waivers: "WaiverFile | None", status: int) -> folding.Result:
    """Fold what was judged and write the report; what it comes to. ``status``: pytest's."""
    try:
        if len(run.results) == run.selected:
            hold_again(run)
        run.close()
        judge_again(run.results, run.record, run.conversations)
        _weigh(run)
    except Exception as problem:  # noqa: BLE001  # whatever it is, the report still says what was judged
        run.trouble = f"the run could not be closed: {type(problem).__name__}: {problem}"
    run.outcome = folding.fold(run.results, collection.ledger, collection.plan)
    try:
        _write(run, run.outcome, collection, waivers, status)
    except folder.RunFolderError as problem:
        run.trouble = f"the report could not be written: {problem}"
    except Exception as problem:  # noqa: BLE001  # whatever it is, the summary still says what was judged
        run.trouble = f"the report could not be written: {type(problem).__name__}: {problem}"
    return run.outcome.result


def _weigh(run: Execution) -> None:
    """Put other results in the place of those that hang on what the run has never shown of its set-up."""
    whole = folding.weigh(run.results, run.record.traces)
    for before, after in zip(run.results, whole, strict=True):
        if after.verdict is not before.verdict:
            run.record.weighed(after)
    run.results[:] = whole


def _write(
    run: Execution, outcome: RunResult, collection: Collection, waivers: "WaiverFile | None", status: int
) -> None:
    run.record.strayed(run.conversations.strays)
    strays = run.record.strays(run.conversations.strays)
    facts = document.RunFacts(
        run=run.record.folder.path.name,
        target=run.setup.shown,
        started=document.whole_seconds(run.record.began),
        milliseconds=round((time.monotonic() - run.clock) * 1_000),
        issued=datetime.now(UTC).isoformat(timespec="seconds"),
        claims=run.setup.raw,
        particulars=run.setup.particulars,
        catalogue=collection.digest(),
        conversations=run.asked,
        planned=collection.plan,
        strays=strays,
        strays_evidence=run.record.folder.keep_strays(strays),
        traces=run.record.traces,
        message_layer=run.setup.message_layer,
        attempts=run.record.attempts,
    )
    made = document.document(outcome, facts)
    run.gate = _gate(made, waivers, facts.issued)
    written = writer.write(run.record.folder, made, run.record.named, run.say, run.gate)
    if len(outcome.cases) < run.selected:
        run.record.aborted(_ENDINGS.get(status, f"pytest ended with {status}"))
    else:
        run.record.finished(made, written)
    if run.allure is not None:
        from mpp_conformance.report.allure.results import AllureResults  # noqa: PLC0415  # only when asked for

        kept = run.record.folder.path / folder.EVIDENCE
        written_by_us = AllureResults(run.allure, made, kept, run.say, run.gate)
        written_by_us.write(outcome.cases, run.absent, run.record.traces)


def _gate(made: Mapping[str, Any], waivers: "WaiverFile | None", issued: str) -> Gate:
    """What the waivers make of the run at the moment of its report; nothing without a file of them."""
    return NO_GATE if waivers is None else decision.decide(made, waivers, datetime.fromisoformat(issued))


def summary(run: Execution, outcome: RunResult) -> Iterator[str]:
    """The lines to print after a run."""
    strays = run.record.strays(run.conversations.strays)
    found = safety_table.findings(outcome.cases, run.record.traces)
    given: dict[str, Any] = {"target": run.setup.shown, "edition": run.setup.claims.edition.name, "findings": found}
    *told, result = terminal.summary(outcome, strays, **given, say=run.say)
    yield from told
    yield from terminal.own_limits(limits_table.own_limits(outcome.cases, run.record.traces), run.say)
    # What could not be written down comes to nothing.
    yield terminal.line(run.say("result"), run.say("nothing is certified")) if run.trouble else result
    yield from terminal.attempts(run.record.attempt, run.record.again, run.say)
    yield from terminal.gate_lines(run.gate, run.say) if run.gate else ()
    if (run.record.folder.path / html.FILE).exists():
        yield terminal.line(run.say("report"), str(run.record.folder.path / html.FILE))
    if run.trouble:
        yield terminal.line(run.say("trouble"), printable(run.trouble))
