"""What a report states: conformity, and to what."""

from collections.abc import Mapping
from typing import Any, Final

from mpp_conformance.ledger.catalogue import APP_LINK, ENTRY_CODE, ORDER_CODE
from mpp_conformance.ledger.requirements import DOCUMENTED, MUST, STATED
from mpp_conformance.report.languages.language import Say

_NAMED: Final = 12

Row = Mapping[str, Any]


def statement(verdicts: Row, say: Say) -> str:
    """What is stated of the wallet, in a sentence."""
    overall, counting = verdicts["overall"], [row for row in verdicts["requirements"] if row["counts"]]
    if overall == "conformant":
        met = say("Every requirement that applies to this wallet and decides was judged on evidence, and is met.")
        return f"{met} {by_hand(verdicts, say)}".strip()
    if overall == "nonconformant":
        return say("These requirements are not met: {names}.", names=_names(counting, "fail"))
    if overall == "error":
        return say("The suite itself is at fault, so that nothing is stated about the wallet.")
    unproven = _names(counting, "inconclusive")
    if unproven:
        return say("Nothing is certified: proof is missing for {names}.", names=unproven)
    return say("Nothing is certified: not everything that applies was judged.")


def scope(verdicts: Row, say: Say) -> str:
    """What the statement is about, by what the wallet claims."""
    features = verdicts["claims"]["features"]
    codes = say(", ").join(say(words) for name, words in _CODES.items() if features[name])
    apart = say(_APART) if features[APP_LINK] else say(_TOGETHER)
    return say("{mode}: {codes}; {apart}", mode=say(_MODE), codes=codes, apart=apart)


def by_hand(verdicts: Row, say: Say) -> str:
    """What a person with a telephone has left out, in a sentence; empty where none scanned."""
    if "by_hand" not in verdicts:
        return ""
    counting = [row["id"] for row in verdicts["requirements"] if row["counts"]]
    deciding = [row for row in verdicts["requirements"] if not row["excluded"] and decides(row)]
    left = [row["id"] for row in deciding if row["id"] not in counting]
    return say(
        "A person scanned the codes, as few as judge each requirement once: {judged} of the {all} requirements that "
        "decide. Not judged: {left}.",
        judged=len(counting),
        all=len(deciding),
        left=", ".join(left) or say("none"),
    )


def decides(row: Row) -> bool:
    """Whether breaking a requirement fails a wallet to which it applies."""
    return bool(row["level"] == MUST and row["basis"] in {STATED, DOCUMENTED})


def newer_edition(used: str, newer: str, say: Say) -> str:
    """What it means that a newer edition of the limits is known than the one used, and how to change to it."""
    return say(
        "a newer edition of the limits is known, {newer}: in this run the simulated Alipay+ applied the amounts of "
        '{edition}; to test with the newer ones, set edition = "{newer}" under [limits] in wallet.toml',
        edition=used,
        newer=newer,
    )


def _names(rows: list[Row], verdict: str) -> str:
    names = [str(row["id"]) for row in rows if row["verdict"] == verdict]
    more = [] if len(names) <= _NAMED else ["..."]
    return ", ".join(names[:_NAMED] + more)


_MODE: Final = "in-store payments in the Chinese mainland, merchant-presented mode, after the upgrade"
_CODES: Final = {ENTRY_CODE: "entry codes", ORDER_CODE: "order codes"}
_APART: Final = "MPP server and MPP client are judged apart"
_TOGETHER: Final = "MPP server and MPP client are judged by what comes out of both"
