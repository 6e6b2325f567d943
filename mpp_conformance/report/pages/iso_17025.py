"""What a test report must contain (ISO/IEC 17025, 7.8.2.1 and 7.8.6), item by item, as this run's verdict file has it.

An item is there if everything that it is made of stands in the verdict file and is not empty. What only the operator
knows is said in ``[report]`` of wallet.toml.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mpp_conformance.report.languages.language import Say
from mpp_conformance.report.languages.values import moment
from mpp_conformance.report.pages import formatting, statement

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item of the list: its place in the standard, what it asks for, and what the report has; empty: missing.

    ``field``: where in wallet.toml it can be said; empty where the suite itself knows it.
    """

    clause: str
    asked: str
    found: str
    field: str = ""


def items(verdicts: Row, say: Say) -> list[Item]:
    """The whole list; KeyError or TypeError for a file that is no verdict file."""
    return [
        Item(
            clause=clause,
            asked=say(asked),
            found=find(verdicts, say) if all(_there(verdicts, name) for name in needed) else "",
            field=_FIELDS.get(clause, ""),
        )
        for clause, asked, needed, find in _LIST
    ]


def _there(verdicts: Row, name: str) -> bool:
    """Whether something stands at a place such as ``wallet.name``: a text that is not blank, a list that has rows."""
    found: Any = verdicts
    for part in name.split("."):
        found = found[part]
    return bool(found.strip()) if isinstance(found, str) else found not in ([], None)


def witness_statement(verdicts: Row, say: Say) -> str:
    """Who watched the test, in a sentence; without a witness it says that nobody did."""
    witness = verdicts["particulars"]["witness"]
    if not witness:
        return say(
            "Self-test: whoever operates the wallet performed it, and nobody independent witnessed it. It is no "
            "certificate of Alipay+ or of an accredited body."
        )
    return say(
        "Witnessed, as the operator states, by {witness}. This report cannot prove it; a signature of the witness can.",
        witness=witness,
    )


def _particular(name: str) -> tuple[tuple[str, ...], Callable[[Row, Say], str]]:
    return (f"particulars.{name}",), lambda verdicts, _: str(verdicts["particulars"][name])


def _identity(verdicts: Row, say: Say) -> str:
    return say(
        "run {run}, verdicts {digest}; it ends with the line that says so",
        run=verdicts["run"],
        digest=verdicts["digest"],
    )


def _method(verdicts: Row, say: Say) -> str:
    suite, source = verdicts["suite"], verdicts["source"]
    return say(
        "{suite} {version}, suites {digest}; against: {title}, {source}",
        suite=suite["name"],
        version=suite["version"],
        digest=suite["digest"],
        title=say(source["title"]),
        source=source["digest"],
    )


def _item(verdicts: Row, say: Say) -> str:
    wallet = verdicts["wallet"]
    return say(
        "{wallet}, version {version}, reached as {target}",
        wallet=wallet["name"],
        version=wallet["version"],
        target=verdicts["target"],
    )


def _received(verdicts: Row, say: Say) -> str:
    return say("tested where it runs, as it was found on {date}", date=moment(verdicts["started"]))


def _performed(verdicts: Row, say: Say) -> str:
    return formatting.time_performed(verdicts, say)


def _issued(verdicts: Row, _: Say) -> str:
    return moment(verdicts["issued"])


def _sampling(verdicts: Row, say: Say) -> str:
    if verdicts["complete"]:
        return say("none: every case that applies was judged")
    return say("a part was run: {count} cases that apply were not judged", count=verdicts["counts"]["not_judged"])


def _only(verdicts: Row, say: Say) -> str:
    wallet = verdicts["wallet"]
    return say(
        "the results are about {wallet}, version {version}, as it was then, and about nothing else",
        wallet=wallet["name"],
        version=wallet["version"],
    )


def _results(verdicts: Row, say: Say) -> str:
    counts = verdicts["counts"]
    return say(
        "{cases} verdicts on {requirements} requirements that decide; amounts in CNY, times in seconds",
        cases=counts["cases"],
        requirements=counts["requirements"],
    )


def _exclusions(verdicts: Row, say: Say) -> str:
    counts = verdicts["counts"]
    return say(
        "{excluded} rows of the ledger are not tested, {absent} cases do not apply, each with its reason; nothing was "
        "added",
        excluded=counts["requirements_excluded"],
        absent=counts["not_applicable"],
    )


def _external(verdicts: Row, say: Say) -> str:
    target = verdicts["target"]
    if target.startswith("replay:"):
        return say("the conversations are those of an earlier run, judged again: {target}", target=target)
    return say("none: every result is this run's own")


def _rule(verdicts: Row, say: Say) -> str:
    return say(verdicts["decision_rule"])


def _applies(verdicts: Row, say: Say) -> str:
    counting = sum(row["counts"] for row in verdicts["requirements"])
    return say("to the verdicts on {count} requirements that decide, and not to what is observed", count=counting)


def _met(verdicts: Row, say: Say) -> str:
    words = [clause["verdict"] for clause in verdicts["clauses"]]
    return say(
        "{statement} By clause: {met} of {all} clauses tested are met; see the requirements",
        statement=statement.statement(verdicts, say),
        met=words.count("pass"),
        all=len(words),
    )


_FIELDS: Final = {
    "7.8.2.1 b": "laboratory",
    "7.8.2.1 c": "location",
    "7.8.2.1 e": "customer",
    "7.8.2.1 o": "authorised_by",
}
_LIST: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[Row, Say], str]], ...]] = (
    ("7.8.2.1 a", "title", ("title",), lambda verdicts, say: say(verdicts["title"])),
    ("7.8.2.1 b", "who performed the test: name and address", *_particular("laboratory")),
    ("7.8.2.1 c", "where it was performed", *_particular("location")),
    ("7.8.2.1 d", "what identifies the report, and its end", ("run", "digest"), _identity),
    ("7.8.2.1 e", "for whom it was performed", *_particular("customer")),
    ("7.8.2.1 f", "method", ("suite.version", "suite.digest", "source.title", "source.digest"), _method),
    ("7.8.2.1 g", "what was tested", ("wallet.name", "wallet.version", "target"), _item),
    ("7.8.2.1 h", "when it was received", ("started",), _received),
    ("7.8.2.1 i", "when the test was performed", ("started", "milliseconds"), _performed),
    ("7.8.2.1 j", "when the report was issued", ("issued",), _issued),
    ("7.8.2.1 k", "sampling", ("complete",), _sampling),
    ("7.8.2.1 l", "that the results are about the item tested alone", ("wallet.name", "wallet.version"), _only),
    ("7.8.2.1 m", "results, with their units", ("requirements", "boundaries"), _results),
    ("7.8.2.1 n", "what was added to the method, or left out of it", ("requirements",), _exclusions),
    ("7.8.2.1 o", "who answers for the report", *_particular("authorised_by")),
    ("7.8.2.1 p", "results of others", ("target",), _external),
    ("7.8.6.1", "decision rule", ("decision_rule",), _rule),
    ("7.8.6.2 a", "to which results the statement of conformity applies", ("overall", "requirements"), _applies),
    ("7.8.6.2 b", "what is met and what is not", ("overall", "clauses"), _met),
    ("7.8.6.2 c", "decision rule that was applied", ("decision_rule",), _rule),
)
"""Place in the standard, what it asks for, what of the verdict file it is made of, and how it is said."""
