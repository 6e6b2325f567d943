"""What a report states: conformity, and to what."""

from collections.abc import Mapping
from typing import Any, Final

from mpp_conformance.ledger.catalogue import APP_LINK, ENTRY_CODE, ORDER_CODE
from mpp_conformance.report.languages.language import Say

_NAMED: Final = 12

Row = Mapping[str, Any]


def statement(verdicts: Row, say: Say) -> str:
    """What is stated of the wallet, in a sentence."""
    overall, counting = verdicts["overall"], [row for row in verdicts["requirements"] if row["counts"]]
    if overall == "conformant":
        return say("Every requirement that applies to this wallet and decides was judged on evidence, and is met.")
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
