"""Slips in wallet.toml accuse nobody: each, in a whole run of an MPP that conforms, ends without a failure.

What the doctor and the preflight refuse is looked at in the tests of the doctor; here nothing is refused beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pytest

from mpp_conformance import wallet, wire
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.set_up import SetUp
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.messages import GATEWAY, CashierPage, Message, Order
from mpp_conformance.scenarios.scenario import Profile
from mpp_conformance.specimens.conforming import ConformingMpp, Handed, Say, Session
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.trials import cabinet
from mpp_conformance.wallet.model import SECTIONS

TRUTH: Final = wallet.reference().profile
NOBODY: Final = "nobody"


class HangsForStrangers(ConformingMpp):
    """Knows its own customers; for anybody else's payment it throws, and nobody hears of it."""

    def pay(self, session: Session, order: Order) -> Iterator[Message]:
        """Whoever is known."""
        if session.customer != NOBODY:
            yield from super().pay(session, order)


class IgnoresStrangers(ConformingMpp):
    """Nobody who is not known can scan anything."""

    def scanned(self, session: Session) -> Iterator[Message]:
        """Whoever is known."""
        if session.customer != NOBODY:
            yield from super().scanned(session)


class DeclinesStrangers(ConformingMpp):
    """A payment of somebody who is not known fails."""

    def debit(self, session: Session) -> Handed:
        """Whoever is known."""
        return (
            Handed(payment_status="F", error_code="USER_NOT_EXIST")
            if session.customer == NOBODY
            else super().debit(session)
        )


class NeverConfirmed(ConformingMpp):
    """Its adaptor shows the cashier page, and leaves it at that."""

    def pay(self, session: Session, order: Order) -> Iterator[Message]:  # noqa: ARG002  # not paid
        """The cashier page."""
        yield CashierPage()


class Unheard(ConformingMpp):
    """Its adaptor cannot reach the observer."""

    def hear(self, session: str, message: Message) -> Iterator[Say]:
        """Only Alipay+ hears of it."""
        return (say for say in super().hear(session, message) if say.message.point == GATEWAY)

    def receive(self, session: str, asked: wire.Call, received: wire.Received) -> Iterator[Say]:
        """Likewise."""
        return (say for say in super().receive(session, asked, received) if say.message.point == GATEWAY)


class CallsElsewhere(ConformingMpp):
    """Its MPP server is configured with another address of Alipay+."""

    def ask(self, session: Session, code_value: str) -> Iterator[Message]:  # noqa: ARG002  # nobody hears it
        """Nobody hears it."""
        return iter(())


@dataclass(frozen=True, kw_only=True)
class Slip:
    """``names``: the key of wallet.toml that is to be named; empty where nothing is lost by the slip."""

    names: str = ""
    mpp: type[ConformingMpp] = ConformingMpp
    customers: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    settlement: Mapping[str, Any] = field(default_factory=dict)


FUNDED, SECOND, UNFUNDED = (TRUTH.customer(role) for role in ("funded", "second", "unfunded"))
WRONG: Final = "https://wrong.example.test/{id}"
T: Final = TRUTH.templates
SLIPS: Final = {
    **{
        f"{role} is {mpp.__name__}": Slip(names=f"[customers] {role}", mpp=mpp, customers={role: NOBODY})
        for role in ("funded", "second", "unfunded")
        for mpp in (HangsForStrangers, IgnoresStrangers)
    },
    "funded is declined": Slip(names="[customers] funded", mpp=DeclinesStrangers, customers={"funded": NOBODY}),
    "unfunded can pay": Slip(names="[customers] unfunded", customers={"unfunded": "rich"}),
    "funded and second swapped": Slip(customers={"funded": SECOND, "second": FUNDED}),
    "funded and unfunded swapped": Slip(names="[customers] funded", customers={"funded": UNFUNDED, "unfunded": FUNDED}),
    "second and unfunded swapped": Slip(names="[customers]", customers={"second": UNFUNDED, "unfunded": SECOND}),
    "entry unknown": Slip(names="[codes] entry", codes={"entry": WRONG}),
    "order unknown": Slip(names="[codes] order", codes={"order": WRONG}),
    "foreign another": Slip(codes={"foreign": WRONG}),
    "entry and order swapped": Slip(names="[codes] entry", codes={"entry": T.order, "order": T.entry}),
    "entry and foreign swapped": Slip(names="[codes] entry", codes={"entry": T.foreign, "foreign": T.entry}),
    "order and foreign swapped": Slip(names="[codes] order", codes={"order": T.foreign, "foreign": T.order}),
    "cashier page never confirmed": Slip(names="[customers] funded", mpp=NeverConfirmed),
    "observer out of reach": Slip(names="[reach] public_url", mpp=Unheard),
    "Alipay+ out of reach": Slip(names="[reach] listen", mpp=CallsElsewhere),
    "settlement of another currency": Slip(
        settlement={"settlement_currency": "XXX", "settlement_digits": 0, "quote_price": "9"}
    ),
}
ELSEWHERE: Final = {
    "wallet": "names, which only reports print",
    "reach": "addresses are refused beforehand (test_doctor); waits are judged as late (test_oracle_late)",
    "keys": "keys are refused beforehand (test_preflight); another key proves nothing (test_wire_verification)",
    "features": "a claim that does not hold: codes that are not known, a link that is not reported (test_doctor)",
    "observes": "who says that a message was seen (tests of [observes])",
    "limits": "Alipay+ applies them, and tells the wallet",
    "evidence": "what is hidden is no part of a verdict (test_redaction)",
    "report": "words about the test",
}
"""The sections whose slips are no matter of a conversation, or are looked at in another place."""


def run(slip: Slip, *, link: bool) -> list[tuple[str, Judgement]]:
    """What a run comes to for each case, by its requirement, where the file has this slip."""
    made = replace(
        TRUTH,
        app_link=link,
        customers=tuple({**dict(TRUTH.customers), **slip.customers}.items()),
        templates=replace(T, **slip.codes),
        **slip.settlement,
    )
    held = cabinet.conversations(load(directory("suites")).cases)
    mpp = type(slip.mpp.__name__, (slip.mpp,), {"app_link": link})
    traces = {scenario: DirectConnector(mpp(_true(link)), made).converse(scenario) for scenario in held}
    set_up = SetUp.of(traces.values())
    return [
        (case.requirement.id, set_up.weigh(oracle.judge(case.judge, traces[scenario]), traces[scenario]))
        for scenario, cases in held.items()
        for case, _ in cases
        if case.requirement.decides
    ]


def _true(link: bool) -> Profile:  # noqa: FBT001  # one question
    return replace(TRUTH, app_link=link)


@pytest.mark.parametrize("link", [True, False], ids=["app-link", "no-app-link"])
@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_accuses_nobody(name: str, *, link: bool) -> None:
    """No case that decides fails; what cannot be judged names the key, or nothing is lost."""
    slip, found = SLIPS[name], run(SLIPS[name], link=link)
    assert [told for told in found if told[1].verdict in {Verdict.FAIL, Verdict.ERROR}] == []
    open_ones = [judgement for _, judgement in found if judgement.verdict is Verdict.INCONCLUSIVE]
    assert bool(open_ones) == bool(slip.names)
    assert not slip.names or any(slip.names in f"{told.expected} {told.hint}" for told in open_ones)


def test_every_section_is_thought_of() -> None:
    """A section of wallet.toml has slips here, or a reason why they are looked at elsewhere."""
    assert set(SECTIONS) == {"customers", "codes", "settlement", *ELSEWHERE}
