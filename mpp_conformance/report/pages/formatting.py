"""What the pages for people have in common: the verdict file's rows put into order, and its amounts into words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger import source
from mpp_conformance.ledger.requirements import STATED
from mpp_conformance.protocol.limits import ENTRY_CODE, IN_STORE, TRANSACTION, YEAR, cny
from mpp_conformance.protocol.messages import Message
from mpp_conformance.report.languages.language import ENGLISH, Say
from mpp_conformance.report.languages.values import moment

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = Mapping[str, Any]

_SCOPES: Final = {IN_STORE: "any in-store payment", ENTRY_CODE: "entry code payment"}
_NAMED: Final = 3
_FIELD: Final = 200
CARDS: Final = 12
"""Cards of a summary; what failed beyond is a row each."""
ROWS: Final = 25
"""Rows of a table of a summary that grows with what went wrong."""
_PERIODS: Final = {TRANSACTION: "per transaction", YEAR: "per year and individual"}


def time_performed(verdicts: Row, say: Say) -> str:
    """When the test was performed, and how long it took."""
    count, seconds = verdicts["attempts"]["count"], f"{verdicts['milliseconds'] / 1000:.1f}"
    if count == 1:
        return say("{date}, in {seconds} s", date=moment(verdicts["started"]), seconds=seconds)
    return say(
        "from {first} to {last}, in {count} attempts; the last took {seconds} s",
        first=moment(verdicts["started"]),
        last=moment(verdicts["issued"]),
        count=count,
        seconds=seconds,
    )


def attempts(verdicts: Row, say: Say) -> str:
    """How often the run was begun, and some of what was held again; the verdict file names all of it."""
    count, again = verdicts["attempts"]["count"], verdicts["attempts"]["again"]
    if not again:
        return say("attempt {count} of {count}; nothing was run again", count=count)
    more = say(" ({count} more)", count=len(again) - _NAMED) if len(again) > _NAMED else ""
    return say("attempt {count} of {count}; run again: {labels}", count=count, labels=", ".join(again[:_NAMED]) + more)


def count_verdicts(verdicts: Row) -> dict[str, int]:
    """How many cases came to each verdict, the worst last; what is only observed is no verdict."""
    cases = [case for row in verdicts["requirements"] for case in row["cases"]]
    words = [verdict.word for verdict in Verdict]
    found = {word: sum(case["verdict"] == word and not case["observed"] for case in cases) for word in words}
    found["observed"] = sum(case["observed"] for case in cases)
    return {word: count for word, count in found.items() if count}


def requirements_not_met(verdicts: Row) -> list[tuple[Row, int]]:
    """The requirements that are not met, each with its failed cases: what is about money first, then what is stated."""
    money = {row["evidence"] for row in verdicts["findings"]}
    found = []
    for row in verdicts["requirements"]:
        failed = [case for case in row["cases"] if case["verdict"] == "fail"]
        if row["counts"] and failed:
            costly = any(case["evidence"] in money for case in failed)
            found.append((not costly, row["basis"] != STATED, -len(failed), row))
    return [(row, -count) for *_, count, row in sorted(found, key=lambda each: each[:3])]


def root_causes(cases: Iterable[Row]) -> list[Sequence[Row]]:
    """Failed cases of one deviation at one message and with one likely cause together, those of most cases first."""
    found: dict[tuple[object, ...], list[Row]] = {}
    for case in cases:
        how = case["deviation"]
        if case["verdict"] == "fail" and how is not None:
            key = (how["how"], tuple(how["kinds"]), how["field"], case["hint"])
            found.setdefault(key, []).append(case)
    return sorted(found.values(), key=len, reverse=True)


def parts(requirements: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """The tested requirements under the part of the source that their first clause stands in, in its order."""
    found: dict[str, list[Row]] = {sentence.clause.part: [] for sentence in source.sentences()}
    for row in requirements:
        if not row["excluded"]:
            found.setdefault(row["clauses"][0]["part"] if row["clauses"] else "No clause", []).append(row)
    return [(part, rows) for part, rows in found.items() if rows]


def groups(cases: Iterable[Row]) -> list[Sequence[Row]]:
    """Cases that went wrong, by requirement, the worst first: one fault of a wallet often spoils many of them."""
    found: dict[str, list[Row]] = {}
    for case in sorted(cases, key=lambda case: -Verdict.from_word(case["verdict"])):
        found.setdefault(case["requirement"], []).append(case)
    return list(found.values())


def purposes(cases: Iterable[Row]) -> list[tuple[Row, Sequence[Row]]]:
    """Cases of one purpose and one verdict together, the first of them speaking for all."""
    found: dict[tuple[str, str, bool], list[Row]] = {}
    for case in cases:
        found.setdefault((case["purpose"], case["verdict"], case["observed"]), []).append(case)
    return [(group[0], group) for group in found.values()]


def alike(silences: Iterable[Row]) -> list[tuple[Row, Sequence[Row]]]:
    """What a wallet did where the documents are silent: what came out alike once, with the others of its kind."""
    found: dict[tuple[str, str, int], list[Row]] = {}
    for row in silences:
        found.setdefault((row["does"], row["reading"], row["calls"]), []).append(row)
    return [(rows[0], rows[1:]) for rows in found.values()]


def limits(boundaries: Iterable[Row], say: Say = ENGLISH) -> list[tuple[str, Sequence[Row]]]:
    """The boundary table limit by limit, each under its title."""
    found: dict[str, list[Row]] = {}
    for row in boundaries:
        scope, period = say(_SCOPES[row["scope"]]), say(_PERIODS[row["period"]])
        title = say("{scope}, {period}: {amount} CNY", scope=scope, period=period, amount=cny(row["limit"]))
        found.setdefault(title, []).append(row)
    return list(found.items())


def pictures(verdicts: Row, say: Say = ENGLISH) -> list[tuple[str, list[Sequence[Row]]]]:
    """What was seen, in words, and the pictures of it: each once, by the rows of all conversations that end with it."""
    found: dict[str, dict[str, list[Row]]] = {}
    for row in verdicts.get("pictures", ()):
        seen = say("; ").join(map(say, row["seen"])) or say("nothing was said of it")
        found.setdefault(seen, {}).setdefault(row["file"], []).append(row)
    return [(seen, list(alike.values())) for seen, alike in found.items()]


def answer_at_limit(row: Row) -> str:
    """What Alipay+ answered to the payment at a limit."""
    answer = row["answer"]
    if answer is None:
        return "nothing was asked"
    return " ".join([answer["action_type"] or "no actionForm", answer["result_status"], answer["result_code"]])


def taken_at_limit(row: Row) -> str:
    """Whether the MPP took the payment at a limit."""
    return {True: "yes", False: "no", None: "not held"}[row["paid"]]


def display_fields(message: Message) -> dict[str, str]:
    """The fields a message has, made fit to be shown and cut short."""
    return {name: printable(value, _FIELD) for name, value in _told(message)}


def _told(value: "DataclassInstance") -> Iterator[tuple[str, str]]:
    """The fields that a value has, each as text; of one that has fields itself, these."""
    for field in fields(value):
        inner = getattr(value, field.name)
        if is_dataclass(inner) and not isinstance(inner, type):
            yield field.name, f"({', '.join(f'{name} {text}' for name, text in _told(inner))})"
        elif inner is not None:
            yield field.name, str(inner)
