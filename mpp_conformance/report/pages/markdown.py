"""The report to read in two minutes, as Markdown; made from a verdict file.

Every text from the file is escaped: shown as it is, it can make no link, no picture, no HTML and no row of a table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.evidence import pictures
from mpp_conformance.protocol.limits import cny
from mpp_conformance.report.gate.outcome import NO_GATE, Gate
from mpp_conformance.report.languages.language import ENGLISH, Say
from mpp_conformance.report.pages import figures, formatting, iso_17025, statement
from mpp_conformance.report.pages.diagram.wording import difference
from mpp_conformance.report.verdict_file import document, rerun_command
from mpp_conformance.report.verdict_file.document import VerdictFileError

FILE: Final = "report.md"
_LONGEST: Final = 300
_OWN: Final = 1_000
"""Characters of a sentence of ours that may be long."""
_STRAYS: Final = 10
_SPECIAL: Final = re.compile(
    r"(?<![!\]\\])\[[a-z_]+\](?![(\[:])|[\\`*\[\]<>&|~$#!]|(?<![a-z0-9])_|_(?![a-z0-9])|(?<=\w):(?=//)|(?<=www)\.",
    re.IGNORECASE,
)
"""What begins something in Markdown, or in GitHub's: an address, too, would become a link.

A plain word in brackets comes first, for that begins nothing by itself: a link takes more behind it, or a definition,
which begins with what stands here.
"""
_REFERENCE: Final = re.compile(r"[@#!~&](?=\w)|\bGH-(?=[0-9])", re.IGNORECASE)
"""What calls a person, or leads to an issue or into a mail program, whatever stands before it: escapes do not help."""
_JOINER: Final = "\u2060"
"""Has no width and breaks no line."""
_WORD: Final = re.compile(r"\[[a-z_]+\]", re.IGNORECASE)
_PICTURE: Final = re.compile(rf"{pictures.DIRECTORY}/{pictures.NAME.pattern}")
_BACKTICKS: Final = re.compile("`+")

Row = Mapping[str, Any]


def render(verdicts: Row, say: Say = ENGLISH, gate: Gate = NO_GATE) -> str:
    """The page for a verdict file and its gate; VerdictFileError where the file lacks what the page shows."""
    try:
        cases = list(document.cases(verdicts))
        told = _Cases(verdicts, say, gate)
        lines = [
            *_head(verdicts, say),
            *_gate(verdicts, say, gate),
            *_findings(verdicts["findings"], say),
            *_unmet(verdicts, say),
            *_root_causes(cases, say),
            *told.section("What did not pass", [c for c in cases if c["verdict"] != "pass" and not c["observed"]]),
            *_requirements(verdicts["requirements"], say, gate),
            *_pictures(verdicts, say),
            *_limits(verdicts, say),
            *_untested(verdicts, say),
            *told.section("Observations", [case for case in cases if case["observed"]]),
            *_silences(verdicts["silences"], say),
            *_strays(verdicts["strays"], say),
        ]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem!r}") from problem
    return "\n".join(lines) + "\n"


def escaped(text: str, limit: int = _LONGEST) -> str:
    """``text`` on one line, meaning in Markdown, and in a table there, nothing but itself."""
    return _REFERENCE.sub(f"\\g<0>{_JOINER}", _SPECIAL.sub(_kept_or_escaped, printable(text, limit)))


def _kept_or_escaped(match: re.Match[str]) -> str:
    found = match.group()
    return found if _WORD.fullmatch(found) else "\\" + found


def code(text: str) -> str:
    """``text`` on one line as code, to be copied as it stands; not for a table, where a bar would end the cell."""
    shown_text = printable(text, _OWN)
    fence = "`" * (1 + max(map(len, _BACKTICKS.findall(shown_text)), default=0))
    blank = " " if len(fence) > 1 or shown_text != shown_text.strip() else ""
    return f"{fence}{blank}{shown_text}{blank}{fence}"


def _head(verdicts: Row, say: Say) -> Iterator[str]:
    wallet = verdicts["wallet"]
    yield f"# {escaped(say(verdicts['result']))}"
    yield ""
    yield escaped(say("{wallet}, version {version}", wallet=wallet["name"], version=wallet["version"]))
    yield ""
    yield escaped(statement.statement(verdicts, say), _OWN)
    yield ""
    yield escaped(iso_17025.witness_statement(verdicts, say), _OWN)
    yield ""
    for title, text in _facts(verdicts, say):
        yield f"- {_pair(title, text, say)}"
        if title == say("Reading"):
            yield f"- {_command('Target', verdicts['target'], say)}"
    if not verdicts["complete"]:
        yield ""
        yield f"**{say('A part of the catalogue was not run. Nothing is certified by this report.')}**"


def _facts(verdicts: Row, say: Say) -> Iterator[tuple[str, str]]:
    limits = verdicts["limits"]
    for figure in (figures.conformity(verdicts, say), figures.extent(verdicts, say)):
        yield figure.title, say("{value}. {words}", value=figure.value, words=figures.in_words(figure, say))
    yield (
        say("Cases"),
        say(", ").join(f"{count} {say(word)}" for word, count in formatting.count_verdicts(verdicts).items()),
    )
    yield say("Attempts"), formatting.attempts(verdicts, say)
    edition, newer = limits["edition"], limits["newer"]
    known = statement.newer_edition(edition, newer, say) if newer else say("no newer edition is known")
    yield say("Limits"), say("{edition}; {newer}", edition=edition, newer=known)
    inclusive, calendar = limits["reading"]["inclusive"], limits["reading"]["year"] == "calendar"
    equal = (
        say("an amount equal to a limit is within it") if inclusive else say("an amount equal to a limit is over it")
    )
    yield say("Reading"), equal + say("; ") + (say("calendar year") if calendar else say("rolling year"))
    yield say("Performed"), formatting.time_performed(verdicts, say)
    yield say("Run"), verdicts["run"]
    yield say("Suite"), f"{verdicts['suite']['name']} {verdicts['suite']['version']}"
    yield say("Specification"), say(verdicts["source"]["title"])


def _pair(title: str, text: str, say: Say) -> str:
    return escaped(say("{name}: {what}", name=title, what=text), _OWN)


def _command(title: str, text: str, say: Say) -> str:
    """What is for a command line, under a title of ours."""
    return say("{name}: {what}", name=say(title), what=code(text))


def _gate(verdicts: Row, say: Say, gate: Gate) -> Iterator[str]:
    """What the waivers come to; the result above stays what it is."""
    if not gate:
        return
    yield from ("", f"## {say('Gate and waivers')}", "")
    yield escaped(gate.statement(verdicts, say), _OWN)
    if not gate.told["waivers"]:
        return
    names = ("Requirement", "Case", "Owner", "Ticket", "Reason", "Expires", "Excuses", "Before", "After")
    yield from ("", f"| {' | '.join(map(say, names))} |", f"| {' | '.join(['---'] * len(names))} |")
    for row in gate.told["waivers"]:
        yield _table_row(
            row["requirement"],
            row["case"] or say("any case"),
            *(row[name] for name in ("owner", "ticket", "reason", "expires")),
            say.tell(row["seen"]),
            *gate.fate(row, say),
        )


def _findings(findings: Iterable[Row], say: Say) -> Iterator[str]:
    """What nobody may overlook, before anything else."""
    rows = list(findings)
    if not rows:
        return
    yield from ("", f"## {say('Money: look at this first')}", "")
    for kind in dict.fromkeys(row["finding"] for row in rows):
        found = [row for row in rows if row["finding"] == kind]
        first = found[0]
        place = escaped(say(", ") + first["scenario"]) + _more(found, say)
        yield f"- **{escaped(say(kind))}**{place}: {escaped(say(first['text']))}"
        yield f"  - {_pair(say('Evidence'), 'evidence/' + first['evidence'], say)}"


def _unmet(verdicts: Row, say: Say) -> Iterator[str]:
    """The requirements that are not met, in words."""
    found = formatting.requirements_not_met(verdicts)
    if not found:
        return
    yield from ("", f"## {say('Not met, the gravest first')}", "")
    for row, count in found:
        words = say("{name}: {what}", name=row["id"], what=say(row["text"]))
        basis = say("{level}, {basis}", level=say(row["level"]), basis=say(row["basis"]))
        yield f"- {escaped(words, _OWN)} {escaped(basis + say('; ') + say('{count} cases', count=count))}"


def _root_causes(cases: Iterable[Row], say: Say) -> Iterator[str]:
    """What failed in one way, once."""
    found = formatting.root_causes(case for case in cases if not case["observed"])
    if not found:
        return
    yield from ("", f"## {say('Failures by likely cause')}", "")
    yield f"| {' | '.join(map(say, ('Likely cause', 'Where it shows', 'Requirements', 'Cases')))} |"
    yield "| --- | --- | --- | ---: |"
    for alike in found:
        first, names = alike[0], dict.fromkeys(case["requirement"] for case in alike)
        cause = say.tell(first["hint"]) if first["hint"] else say("no known slip explains it")
        yield _table_row(cause, difference(first["deviation"], say), ", ".join(names), str(len(alike)))


def _more(found: Sequence[Row], say: Say) -> str:
    return escaped(say(" ({count} more)", count=len(found) - 1)) if len(found) > 1 else ""


def _silences(silences: Iterable[Row], say: Say) -> Iterator[str]:
    """How the wallet met faults that no document speaks of, what needs a look first; what came out alike is a row."""
    alike = formatting.alike(silences)
    if not alike:
        return
    yield from ("", f"## {say('How this wallet behaves where the documents are silent')}", "")
    yield say(
        "Each row is an Alipay+ with one defect. None of them counts against the wallet; those at the top are worth a "
        "look."
    )
    heads = ("What Alipay+ did", "Conversation", "What the wallet did", "Calls")
    yield from ("", f"| {' | '.join(map(say, heads))} |", "| --- | --- | --- | ---: |")
    for row, others in alike:
        reading = say(row["reading"])
        told = say("{reading} (look at this)", reading=reading) if row["unsafe"] else reading
        more = say(" ({count} more)", count=len(others)) if others else ""
        yield _table_row(say(row["does"]), row["scenario"] + more, told, str(row["calls"]))


class _Cases:
    """The cases that did not pass, told requirement by requirement."""

    def __init__(self, verdicts: Row, say: Say, gate: Gate) -> None:
        self._target = verdicts["target"]
        self._say = say
        self._gate = gate

    def section(self, title: str, cases: Iterable[Row]) -> Iterator[str]:
        """The first case of each requirement; the others by number."""
        groups, say = formatting.groups(cases), self._say
        if not groups:
            return
        yield from ("", f"## {say(title)}", "")
        for group in groups:
            first = group[0]
            name = f"{say(first['verdict'])} {first['requirement']}{say(', ')}{first['scenario']}"
            purpose = escaped(say("{name}: {what}", name="", what=say(first["purpose"])))
            yield f"- {escaped(name)}{_more(group, say)}{purpose}"
            yield from (f"  - {_pair(label, text, say)}" for label, text in self._told(first) if text)
            yield f"  - {_command('Run it again', rerun_command.command(self._target, first), say)}"

    def _told(self, case: Row) -> Iterator[tuple[str, str]]:
        say = self._say
        yield say("Expected"), say.tell(case["expected"])
        yield say("Seen"), say.tell(case["seen"])
        yield say("Likely cause"), say.tell(case["hint"])
        yield say("Look first at"), say(case["blame"])
        yield say("Waiver"), self._gate.words(case, say)
        yield say("Evidence"), f"evidence/{case['evidence']}" if case["evidence"] else ""


def _requirements(requirements: Iterable[Row], say: Say, gate: Gate) -> Iterator[str]:
    heads = ("Requirement", "Clause", "Level, basis", "Cases", "Verdict")
    yield from (
        "",
        f"## {say('Requirements')}",
        "",
        f"| {' | '.join(map(say, heads))} |",
        "| --- | --- | --- | --- | --- |",
    )
    for _, rows in formatting.parts(requirements):
        for row in rows:
            verdict = [say(row["verdict"]) if row["tested"] else say("not applicable")]
            verdict += [say("observed only")] if row["tested"] and not row["counts"] else []
            verdict += [say("{count} waived", count=gate.waived(row["id"]))] if gate.waived(row["id"]) else []
            yield _table_row(
                row["id"],
                say("; ").join(_clause(clause, say) for clause in row["clauses"]),
                say("{level}, {basis}", level=say(row["level"]), basis=say(row["basis"])),
                say("{judged} of {applicable} judged", judged=row["judged"], applicable=row["applicable"]),
                say(", ").join(verdict),
            )


def _pictures(verdicts: Row, say: Say) -> Iterator[str]:
    """One of each kind of page that was seen; report.html has all of them."""
    found = formatting.pictures(verdicts, say)
    if not found:
        return
    yield from ("", f"## {say('User experience: what was on the telephone')}")
    for seen, groups in found:
        row, others = groups[0][0], sum(map(len, groups)) - 1
        if not _PICTURE.fullmatch(row["file"]):
            raise VerdictFileError(f"{row['file']!a} is no picture of a run")
        more = say(" ({count} more)", count=others) if others else ""
        payment = say("payment {number}", number=row["payment"])
        yield from ("", f"![{escaped(seen)}]({row['file']})")
        yield from ("", _pair(seen, say(", ").join([row["scenario"], payment, *row["requirements"]]) + more, say))


def _clause(clause: Row, say: Say) -> str:
    return say("{part}, {place}", part=say(clause["part"]), place=say.tell(clause["place"]))


def _limits(verdicts: Row, say: Say) -> Iterator[str]:
    yield from ("", f"## {say('At the limits')}", "")
    yield say("The limits are Alipay+'s to apply; the MPP is judged for what it does with the answer. Amounts in CNY.")
    heads = (
        "Conversation",
        "Paid before",
        "Payment",
        "Within or over",
        "Alipay+ answered",
        "Taken by the MPP",
        "Verdict",
    )
    for row in verdicts["own_limits"]:
        yield from ("", escaped(f"{say.tell(row['text'])} ({row['scenario']}, [customers] {row['customer']})"))
    for title, rows in formatting.limits(verdicts["boundaries"], say):
        yield from ("", f"### {escaped(title)}", "", f"| {' | '.join(map(say, heads))} |")
        yield "| --- | ---: | ---: | --- | --- | --- | --- |"
        for row in rows:
            yield _table_row(
                row["scenario"],
                cny(row["past"]),
                cny(row["amount"]),
                say("over") if row["over"] else say("within"),
                say.tell(formatting.answer_at_limit(row)),
                say(formatting.taken_at_limit(row)),
                say(row["verdict"]),
            )


def _untested(verdicts: Row, say: Say) -> Iterator[str]:
    """What was not tested, by the reason."""
    reasons: dict[str, list[str]] = {}
    for row in verdicts["requirements"]:
        if row["excluded"]:
            reasons.setdefault(row["excluded"], []).append(row["id"])
    yield from ("", f"## {say('What is not tested, and why')}", "")
    for reason, names in reasons.items():
        yield f"- {_pair(say(reason), ', '.join(names), say)}"
    absent: dict[str, list[str]] = {}
    for row in verdicts["not_applicable"]:
        absent.setdefault(row["reason"], []).append(row["requirement"])
    if verdicts["not_judged"]:
        absent["not run"] = [row["requirement"] for row in verdicts["not_judged"]]
    for reason, names in absent.items():
        told = say("{count} cases of {names}", count=len(names), names=", ".join(dict.fromkeys(names)))
        yield f"- {_pair(say.tell(reason), told, say)}"


def _strays(strays: list[Row], say: Say) -> Iterator[str]:
    if not strays:
        return
    yield from ("", f"## {say('Strays')} ({len(strays)})", "")
    for stray in strays[:_STRAYS]:
        late = (
            say("too late for {conversation}", conversation=stray["conversation"])
            if stray["conversation"]
            else say("none")
        )
        yield f"- {escaped(late)}: {escaped(stray['message'])}"
    if len(strays) > _STRAYS:
        yield f"- {escaped(say('and {count} more in verdicts.json', count=len(strays) - _STRAYS))}"


def _table_row(*cells: str) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
