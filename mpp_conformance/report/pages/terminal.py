"""A run in a few lines, for the terminal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from mpp_conformance.common.text import column, printable
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import STATED
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.limits import newer_than
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.languages.language import ENGLISH, Say
from mpp_conformance.report.pages import statement
from mpp_conformance.report.verdict_file.folding import CaseResult, RunResult

_SHOWN: Final = 10
_WIDTH: Final = 200
_LABEL: Final = 13
_LONG: Final = 400


def line(label: str, text: str) -> str:
    """One line: what it is about, and what is said of that."""
    return column(label, _LABEL) + text


def summary(
    outcome: RunResult,
    strays: Sequence[Stray],
    *,
    target: str,
    edition: str,
    findings: Sequence[Mapping[str, Any]] = (),
    say: Say = ENGLISH,
) -> Iterator[str]:
    """The lines to print after a run, money first and the result last.

    ``edition``: that of the limits; ``findings``: as the verdict file has them.
    """
    for kind in dict.fromkeys(row["finding"] for row in findings):
        shown = [row["scenario"] for row in findings if row["finding"] == kind]
        words = say("{kind}, in {count} conversations, {name} for one", kind=say(kind), count=len(shown), name=shown[0])
        yield line(say("MONEY"), printable(words, _WIDTH))
    yield line(say("target"), printable(target, _WIDTH))
    newer = newer_than(edition)
    if newer is not None:
        yield line(say("edition"), statement.newer_edition(edition, newer, say))
    yield line(say("cases"), _counted(outcome, say))
    counting = [row for row in outcome.requirements if row.counts and row.judged]
    conforming = sum(row.verdict is Verdict.PASS and row.judged == row.applicable for row in counting)
    proven = say("{part} conforming of {whole} tested", part=conforming, whole=len(counting))
    yield line(say("requirements"), proven)
    yield from _unmet(outcome, findings, say)
    harmless = say("none of them counts against the wallet")
    yield from _listed(say("observations"), harmless, [_observed(case, say) for case in outcome.observations], say)
    unfit = say("messages that fitted no open conversation")
    yield from _listed(say("strays"), unfit, [_strayed(stray, say) for stray in strays], say)
    yield line(say("result"), say(outcome.result.value))


def own_limits(rows: Sequence[Mapping[str, Any]], say: Say = ENGLISH) -> Iterator[str]:
    """What the MPP declined by itself, as the verdict file has it."""
    for row in rows:
        text = f"{say.tell(row['text'])} ({row['scenario']}, [customers] {row['customer']})"
        yield line(say("own limit"), printable(text, _LONG))


def cards(outcome: RunResult, told: Callable[[CaseResult], str], say: Say = ENGLISH) -> Iterator[str]:
    """For each requirement that was not shown to be met: its worst case, as ``told`` tells it, and how many more."""
    for row in outcome.requirements:
        name = row.requirement.id
        red = [case for case in outcome.cases if case.red and case.planned.case.requirement.id == name]
        if red:
            worst = max(red, key=lambda case: case.verdict)
            yield ""
            yield f"{say(worst.verdict.word).upper()} {name} {printable(worst.planned.scenario.label, _WIDTH)}"
            yield told(worst)
            if len(red) > 1:
                more = say(
                    "{count} more of the cases of {name} did not pass: see the report", count=len(red) - 1, name=name
                )
                yield f"{'':<10}{more}"


def attempts(count: int, again: Sequence[str], say: Say = ENGLISH) -> Iterator[str]:
    """How often the run was begun, and what was held again, where there is anything to tell."""
    if count > 1 or again:
        labels = ", ".join(printable(label, _WIDTH) for label in again) or say("none")
        yield line(say("attempt"), say("{count} of {count}; held again: {labels}", count=count, labels=labels))


def gate_lines(gate: Gate, say: Say = ENGLISH) -> Iterator[str]:
    """The waivers and the gate for a terminal, to stand below the result."""
    made = gate.told
    for row in made["waivers"]:
        values = {name: row[name] for name in ("expires", "owner", "ticket")}
        fate = say.tell(row["trouble"]) or say("excused until {expires} by {owner}, {ticket}", **values)
        what = f"{row['requirement']} {row['case'] or say('(any case)')}"
        yield line(say("waiver"), say("{name}: {what}", name=what, what=fate))
    alike: dict[tuple[str, str, str], list[str]] = {}
    for row in made["left"]:
        alike.setdefault((row["requirement"], row["verdict"], row["seen"]), []).append(row["case"])
    for (requirement, verdict, seen), cases in alike.items():
        more = say(" ({count} more)", count=len(cases) - 1) if len(cases) > 1 else ""
        fate = say(verdict) + say(", ") + say.tell(seen)
        what = f"{requirement} {cases[0]}{more}"
        yield line(say("in the way"), say("{name}: {what}", name=what, what=fate))
    if not made["complete"]:
        yield line(say("in the way"), say("a part of the catalogue was not run"))
    yield line(say("gate"), say(made["after"]))


def _unmet(outcome: RunResult, findings: Sequence[Mapping[str, Any]], say: Say) -> Iterator[str]:
    """One line for each requirement that is not met, in the order of the report's first page."""
    money = {row["evidence"] for row in findings}
    found = []
    for row in outcome.requirements:
        failed = [case for case in outcome.cases if case.planned.case.requirement is row.requirement and case.failed]
        if row.counts and failed:
            costly = any(case.evidence in money for case in failed)
            found.append((not costly, row.requirement.basis != STATED, -len(failed), row.requirement))
    for _, _, count, stated in sorted(found, key=lambda each: each[:3]):
        words = say("{name}: {what}", name=stated.id, what=say(stated.text))
        yield line(say("not met"), printable(f"{words} ({say('{count} cases', count=-count)})", _LONG))


def _counted(outcome: RunResult, say: Say) -> str:
    observed = [case.verdict for case in outcome.observations]
    counted = {verdict.word: count - observed.count(verdict) for verdict, count in outcome.verdicts.items()}
    counted["observed"] = len(observed)
    parts = [f"{count} {say(word)}" for word, count in counted.items() if count]
    parts += [f"{len(outcome.missing)} {say('not judged')}"] if outcome.missing else []
    parts += [f"{outcome.not_applicable} {say('not applicable')}"] if outcome.not_applicable else []
    return say(", ").join(parts) or say("none")


def _listed(title: str, what: str, lines: Sequence[str], say: Say) -> Iterator[str]:
    if not lines:
        return
    yield say("{title} ({count}, {what})", title=title, count=len(lines), what=what)
    yield from (f"  {told}" for told in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  {say('and {count} more in the report', count=len(lines) - _SHOWN)}"


def _observed(case: CaseResult, say: Say) -> str:
    stated, judgement = case.planned.case.requirement, case.judgement
    basis = say("{level}, {basis}", level=say(stated.level), basis=say(stated.basis))
    expected, seen = say.tell(printable(judgement.expected)), say.tell(printable(judgement.seen))
    words = say("expected {expected}; seen {seen}", expected=expected, seen=seen)
    return f"{stated.id} ({basis}) {case.planned.scenario.label}: {printable(words, _WIDTH)}"


def _strayed(stray: Stray, say: Say) -> str:
    known = stray.conversation
    late = say("too late for {conversation}", conversation=known) if known else say("fits no conversation")
    return f"{stray.message.name} {printable(late, _WIDTH)}"
