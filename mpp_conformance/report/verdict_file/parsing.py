"""A verdict file as the values that it was made from, and where two of them part."""

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance.judging.judgement import Deviation, Judgement
from mpp_conformance.judging.text_differences import Parting
from mpp_conformance.judging.trace import Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Key, Planned
from mpp_conformance.peers.router import Stray
from mpp_conformance.report.verdict_file.document import RunFacts
from mpp_conformance.scenarios.scenario import Scenario

if TYPE_CHECKING:
    import jsonschema_rs

SCHEMA: Final = "verdicts.schema.json"
KEPT: Final = ("kept is", "derived is")
_MOST_PROBLEMS: Final = 5
_LONGEST: Final = 120
_BEFORE: Final = 20


def problems(verdicts: Mapping[str, Any]) -> list[str]:
    """Where a verdict file breaks its schema, in sentences; the first few."""
    found = []
    for error in _validator().iter_errors(dict(verdicts)):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.instance_path)
        found.append(f"{place.lstrip('.') or 'the document'}: {error.message[:_LONGEST]}")
        if len(found) == _MOST_PROBLEMS:
            break
    return found


@functools.cache
def _validator() -> "jsonschema_rs.Draft202012Validator":
    import jsonschema_rs  # noqa: PLC0415  # 15 ms that a run need not spend

    text = files("mpp_conformance.report.verdict_file").joinpath(SCHEMA).read_text("utf-8")
    return jsonschema_rs.Draft202012Validator(json.loads(text))


def judgement_of(row: Mapping[str, Any]) -> Judgement:
    """The judgement in the row of a case."""
    return Judgement(
        verdict=Verdict.from_word(row["verdict"]),
        expected=row["expected"],
        seen=row["seen"],
        hint=row["hint"],
        events=tuple(row["events"]),
        deviation=_deviation_of(row["deviation"]),
        about=row["about"],
    )


def _deviation_of(row: Mapping[str, Any] | None) -> Deviation | None:
    if row is None:
        return None
    parting = None if row["parting"] is None else Parting(**row["parting"])
    return Deviation(
        how=row["how"], kinds=tuple(row["kinds"]), payment=row["payment"], field=row["field"], parting=parting
    )


def facts_of(
    verdicts: Mapping[str, Any],
    *,
    planned: Sequence[Planned],
    strays: Sequence[Stray],
    traces: Mapping[Scenario, Trace],
    catalogue: str,
) -> RunFacts:
    """The facts of a run: what only its verdict file can know from there, the rest as it is given."""
    strayed = verdicts["strays_evidence"]
    return RunFacts(
        run=verdicts["run"],
        target=verdicts["target"],
        started=verdicts["started"],
        milliseconds=verdicts["milliseconds"],
        issued=verdicts["issued"],
        claims=verdicts["claims"],
        particulars=verdicts["particulars"],
        catalogue=catalogue,
        conversations=verdicts["counts"]["conversations"],
        planned=planned,
        strays=strays,
        strays_evidence=(strayed["evidence"], strayed["evidence_digest"]),
        message_layer=verdicts["message_layer"],
        attempts=verdicts["attempts"],
        traces=traces,
    )


def differences(kept: object, derived: object, where: str = "", said: tuple[str, str] = KEPT) -> Iterator[str]:
    """Each place where two documents differ, with what stands in both; ``said``: what the two are called."""
    if isinstance(kept, Mapping) and isinstance(derived, Mapping):
        for name in sorted(kept.keys() | derived.keys()):
            place = f"{where}.{name}" if where else name
            yield from _parting_members(kept, derived, name, place, said)
    elif isinstance(kept, list) and isinstance(derived, list):
        ours, theirs = _by_name(kept), _by_name(derived)
        for name in [*ours, *(name for name in theirs if name not in ours)]:
            yield from _parting_members(ours, theirs, name, f"{where}[{name}]", said)
        if ours.keys() == theirs.keys() and list(ours) != list(theirs):
            yield f"{where}: in another order"
    elif kept != derived or type(kept) is not type(derived):
        yield f"{where}: {said[0]} {_shown(kept, derived)}, {said[1]} {_shown(derived, kept)}"


def _parting_members(
    kept: Mapping[str, object], derived: Mapping[str, object], name: str, place: str, said: tuple[str, str]
) -> Iterator[str]:
    if name not in derived:
        yield f"{place}: {said[1]} nothing of it"
    elif name not in kept:
        yield f"{place}: {said[0]} nothing of it"
    else:
        yield from differences(kept[name], derived[name], place, said)


def _by_name(rows: Sequence[object]) -> dict[str, object]:
    """Rows by what people call them; by their place where two would be called the same."""
    names = [_name(row) for row in rows]
    unique = len(set(names)) == len(names) and all(names)
    return dict(zip(names if unique else map(str, range(len(rows))), rows, strict=True))


def _name(row: object) -> str:
    if not isinstance(row, Mapping):
        return ""
    if "case" in row:
        return f"{row['case']}[{row.get('scenario')}]"
    return str(row.get("id") or row.get("clause") or "")


def _shown(value: object, other: object) -> str:
    """A value in short, from a little before the place where it parts from the other."""
    text, known = ascii(value), ascii(other)
    same = next((place for place, pair in enumerate(zip(text, known, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - _BEFORE) if len(text) > _LONGEST else 0
    piece = text[start : start + _LONGEST]
    return ("..." if start else "") + piece + ("..." if start + _LONGEST < len(text) else "")


def key_of(row: Mapping[str, Any]) -> Key:
    """What names the row of a case in every run."""
    return row["requirement"], row["module"], row["case"], row["scenario"]


def case_name(key: Key) -> str:
    """A row of a case in words."""
    return f"{key[0]} {key[1]}.{key[2]}[{key[3]}]"
