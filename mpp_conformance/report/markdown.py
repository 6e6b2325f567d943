"""The report to read in two minutes, as Markdown; made from a verdict file.

Every text from the file is escaped: shown as it is, it can make no link, no picture, no HTML and no row of a table.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from mpp_conformance.report import document, shown
from mpp_conformance.report.document import VerdictFileError
from mpp_conformance.report.text import printable

FILE: Final = "report.md"
_LONGEST: Final = 300
_STRAYS: Final = 10
_SPECIAL: Final = re.compile(
    r"[\\`*\[\]<>&|~$#!]|(?<![a-z0-9])_|_(?![a-z0-9])|(?<=\w):(?=//)|(?<=www)\.", re.IGNORECASE
)
"""What begins something in Markdown, or in GitHub's: an address, too, would become a link."""

Row = Mapping[str, Any]


def render(verdicts: Row) -> str:
    """The page for a verdict file; VerdictFileError where the file lacks what the page shows."""
    try:
        cases = list(document.cases(verdicts))
        lines = [
            *_head(verdicts),
            *_findings(verdicts["findings"]),
            *_cases("What stands in the way", [c for c in cases if c["verdict"] != "pass" and not c["observed"]]),
            *_requirements(verdicts["requirements"]),
            *_limits(verdicts["boundaries"]),
            *_untested(verdicts),
            *_cases("Observations (none counts against the wallet)", [case for case in cases if case["observed"]]),
            *_silences(verdicts["silences"]),
            *_strays(verdicts["strays"]),
        ]
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as problem:
        raise VerdictFileError(f"this verdict file lacks what a report shows: {problem!r}") from problem
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """``text`` on one line, meaning in Markdown, and in a table there, nothing but itself."""
    return _SPECIAL.sub(r"\\\g<0>", printable(text, _LONGEST))


def _head(verdicts: Row) -> Iterator[str]:
    limits, counts, wallet = verdicts["limits"], verdicts["counts"], verdicts["wallet"]
    newer = f"**a newer edition is known: {escaped(limits['newer'])}**" if limits["newer"] else "no newer one is known"
    equal = "within" if limits["reading"]["inclusive"] else "over"
    found = ", ".join(f"{count} {escaped(word)}" for word, count in counts["verdicts"].items() if count) or "none"
    left = [f"{counts[name]} {name.replace('_', ' ')}" for name in ("not_judged", "not_applicable") if counts[name]]
    yield f"# {escaped(verdicts['result'])}"
    yield ""
    yield f"{escaped(wallet['name'])}, version {escaped(wallet['version'])}"
    yield ""
    yield f"- requirements: {counts['requirements_conforming']} of {counts['requirements']} tested are conforming"
    yield f"- cases: {', '.join([found, *left])}, on {counts['conversations']} conversations"
    again = ", ".join(escaped(label) for label in verdicts["attempts"]["again"]) or "nothing"
    count = verdicts["attempts"]["count"]
    yield f"- attempt {count} of {count}; held again: {again}"
    yield f"- limits: edition {escaped(limits['edition'])}; {newer}"
    yield f"- reading: an amount equal to a limit is {equal} it; {escaped(limits['reading']['year'])} year"
    yield f"- target: {escaped(verdicts['target'])}"
    yield f"- date: {escaped(verdicts['started'])}, run {escaped(verdicts['run'])}"
    yield f"- suite: {escaped(verdicts['suite']['name'])} {escaped(verdicts['suite']['version'])}"
    yield f"- source: {escaped(verdicts['source']['title'])}"
    if not verdicts["complete"]:
        yield ""
        yield "**A part of the catalogue was not run. Nothing is certified by this report.**"


def _findings(findings: Iterable[Row]) -> Iterator[str]:
    """What nobody may overlook, before anything else."""
    rows = list(findings)
    if not rows:
        return
    yield from ("", "## Money: look at this first", "")
    for kind in dict.fromkeys(row["finding"] for row in rows):
        found = [row for row in rows if row["finding"] == kind]
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        yield f"- **{escaped(kind)}**, {escaped(found[0]['scenario'])}{more}: {escaped(found[0]['text'])}"
        yield f"  - evidence: evidence/{escaped(found[0]['evidence'])}"


def _silences(silences: Iterable[Row]) -> Iterator[str]:
    """How the wallet met faults that no document speaks of, what needs a look first."""
    rows = list(silences)
    if not rows:
        return
    yield from ("", "## How this wallet behaves where the documents are silent", "")
    yield "Each row is an Alipay+ with one defect. None of them counts against the wallet."
    yield from ("", "| what Alipay+ did | conversation | what the wallet did | calls |", "| --- | --- | --- | ---: |")
    for row in rows:
        told = f"{row['reading']}{' (look at this)' if row['unsafe'] else ''}"
        yield _table_row(row["does"], row["scenario"], told, str(row["calls"]))


def _cases(title: str, cases: Iterable[Row]) -> Iterator[str]:
    """The first case of each requirement; the others by number."""
    groups = shown.groups(cases)
    if not groups:
        return
    yield from ("", f"## {title}", "")
    for group in groups:
        first = group[0]
        more = f" ({len(group) - 1} more)" if len(group) > 1 else ""
        yield f"- {first['verdict']} {escaped(first['requirement'])}, {escaped(first['scenario'])}{more}: " + escaped(
            first["purpose"]
        )
        yield f"  - expected: {escaped(first['expected'])}"
        yield f"  - seen: {escaped(first['seen'])}"
        if first["hint"]:
            yield f"  - likely: {escaped(first['hint'])}"
        yield f"  - blame: {escaped(first['blame'])}"
        if first["evidence"]:
            yield f"  - evidence: evidence/{escaped(first['evidence'])}"


def _requirements(requirements: Iterable[Row]) -> Iterator[str]:
    yield from (
        "",
        "## Requirements",
        "",
        "| id | clause | level, basis | cases | verdict |",
        "| --- | --- | --- | --- | --- |",
    )
    for _, rows in shown.parts(requirements):
        for row in rows:
            verdict = row["verdict"] if row["tested"] else "not applicable"
            told = f"{verdict}, observed only" if row["tested"] and not row["counts"] else verdict
            yield _table_row(
                row["id"],
                row["clause"],
                f"{row['level']}, {row['basis']}",
                f"{row['judged']}/{row['applicable']}",
                told,
            )


def _limits(boundaries: Iterable[Row]) -> Iterator[str]:
    yield from ("", "## At the limits", "")
    yield "The limits are Alipay+'s to apply; the MPP is judged for what it does with the answer. Amounts in CNY."
    for title, rows in shown.limits(boundaries):
        yield from ("", f"### {escaped(title)}", "")
        yield "| conversation | paid before | payment | stands | Alipay+ answered | taken by the MPP | verdict |"
        yield "| --- | ---: | ---: | --- | --- | --- | --- |"
        for row in rows:
            yield _table_row(
                row["scenario"],
                shown.cny(row["past"]),
                shown.cny(row["amount"]),
                "over" if row["over"] else "within",
                shown.answered(row),
                shown.taken(row),
                row["verdict"],
            )


def _untested(verdicts: Row) -> Iterator[str]:
    """What was not tested, by the reason."""
    reasons: dict[str, list[str]] = {}
    for row in verdicts["requirements"]:
        if row["excluded"]:
            reasons.setdefault(row["excluded"], []).append(row["id"])
    yield from ("", "## What was not tested, and why", "")
    for reason, names in reasons.items():
        yield f"- {escaped(reason)}: {', '.join(map(escaped, names))}"
    absent: dict[str, list[str]] = {}
    for row in verdicts["not_applicable"]:
        absent.setdefault(row["reason"], []).append(row["requirement"])
    for reason, names in absent.items():
        yield f"- {escaped(reason)}: {len(names)} cases of {', '.join(map(escaped, dict.fromkeys(names)))}"
    missing = dict.fromkeys(row["requirement"] for row in verdicts["not_judged"])
    if missing:
        yield f"- not run: {len(verdicts['not_judged'])} cases of {', '.join(map(escaped, missing))}"


def _strays(strays: list[Row]) -> Iterator[str]:
    if not strays:
        return
    yield from ("", f"## Strays ({len(strays)}: messages that fitted no open conversation)", "")
    for stray in strays[:_STRAYS]:
        late = f"too late for {stray['conversation']}" if stray["conversation"] else "fits no conversation"
        yield f"- {escaped(late)}: {escaped(stray['message'])}"
    if len(strays) > _STRAYS:
        yield f"- and {len(strays) - _STRAYS} more in verdicts.json"


def _table_row(*cells: str) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"
