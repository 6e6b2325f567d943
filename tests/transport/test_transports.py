"""A conversation over HTTP is the conversation that is held without a wire, whatever the MPP does in it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from mpp_conformance.judging.trace import ENDED, WAITED, Trace
from mpp_conformance.protocol.messages import AdaptorCall, IdentifyCode, IdentityAnswer, NotifyPayment, UserInitiatedPay
from mpp_conformance.scenarios.answers import BrokenCalls, packaged_corpus
from mpp_conformance.scenarios.cells import psp, sdk
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FOREIGN,
    INQUIRE,
    NEXT,
    ORDER,
    PAYING,
    SECOND,
    UNFUNDED,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.specimens.gateway_variants import AsksAboutCodes, KeepsRules
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.hosting import hosted

CELLS: Final = (
    *(sdk(code, status) for code in (ENTRY, ORDER) for status in "SF"),
    *(psp(code, status) for code in (ENTRY, ORDER) for status in "SF"),
    *(psp(code, customer=UNFUNDED) for code in (ENTRY, ORDER)),
)
FEW: Final = (sdk(ENTRY, "F"), sdk(ORDER, "S"), psp(ENTRY), psp(ORDER, customer=UNFUNDED))
IN_TURN: Final = Scenario(label="in turn", payments=(Payment(code=ENTRY), Payment(code=ORDER), Payment(code=ENTRY)))
TOGETHER: Final = Scenario(
    label="together",
    payments=tuple(
        Payment(code=code, customer=who, answer=answer)
        for code in (ENTRY, ORDER)
        for who, answer in (("funded", handle_by_sdk("F")), (SECOND, None))
    ),
    together=True,
)
MIXED_UP: Final = ("one-callback-for-all", "first-payload-for-ever")
"""What these say depends on the conversations before."""
SPREAD: Final = (
    "no-app-link",
    "notification-after-result-page",
    "user-initiated-pay-repeated",
    "requests-unsigned",
    "requests-signed-wrongly",
    "signatures-unreadable",
    "customer-id-empty",
    "customer-id-as-number",
    "page-status-reported-in-words",
    "handle-action-reported-as-object",
    *MIXED_UP,
)


def without_a_wire(specimen: type[ConformingMpp], scenarios: Sequence[Scenario]) -> list[Trace]:
    """The conversations as they are held in this process."""
    profile = replace(reference().profile, app_link=specimen.app_link)
    connector = DirectConnector(specimen(profile), profile, "transport")
    return [connector.converse(scenario) for scenario in scenarios]


def over_http(specimen: type[ConformingMpp], scenarios: Sequence[Scenario], *, parallel: int = 1) -> list[Trace]:
    """The same conversations over HTTP, ``parallel`` at a time; nothing may stray."""

    async def hold() -> list[Trace]:
        places = asyncio.Semaphore(parallel)
        async with hosted(specimen, patience=1.0, quiet=0.5) as connector:

            async def converse(scenario: Scenario) -> Trace:
                async with places:
                    return await connector.converse(scenario)

            traces = await asyncio.gather(*map(converse, scenarios))
            assert connector.strays == []
            return traces

    return asyncio.run(hold())


def test_every_cell_is_the_same() -> None:
    """Both codes, both actions, both statuses, and a payment that fails in the MPP: equal traces, all at an end."""
    traces = over_http(ConformingMpp, CELLS, parallel=len(CELLS))
    assert without_a_wire(ConformingMpp, CELLS) == traces
    assert {ENDED} == {trace.ending for trace in traces}


@pytest.mark.parametrize("name", SPREAD)
def test_every_kind_of_mpp_is_the_same(name: str) -> None:
    """Conforming and faulty MPPs say over HTTP what they say without it, signed well, wrongly or not at all."""
    specimen = SPECIMENS[name]
    assert without_a_wire(specimen, FEW) == over_http(specimen, FEW, parallel=1 if name in MIXED_UP else len(FEW))


_ASKED: Final = Call(what=INQUIRE)
_CANCELLED: Final = Call(what=CANCEL)
_CALLS: Final = (
    (Payment(code=ORDER), (replace(_ASKED, when=PAYING), _ASKED, replace(_ASKED, strange=True))),
    (Payment(code=ORDER, customer=UNFUNDED), (_ASKED, _CANCELLED, _ASKED)),
    (Payment(code=ENTRY), (_CANCELLED, _ASKED, _CANCELLED)),
    (Payment(code=ENTRY), (replace(_CANCELLED, when=PAYING), replace(_ASKED, when=PAYING), _ASKED)),
    (Payment(code=ORDER), (replace(_CANCELLED, signature="invalid"), replace(_CANCELLED, signature="missing"))),
    (Payment(code=ORDER, unknown=2), ()),
    (Payment(code=ORDER, expired=True, notice_unknown=1), ()),
)
REMOTE: Final = [name for name, found in SPECIMENS.items() if issubclass(found, AsksAboutCodes | KeepsRules)]
"""Those that have Alipay+ tell codes apart."""


@pytest.mark.parametrize("name", REMOTE)
def test_codes_that_alipay_plus_tells_apart_are_the_same(name: str) -> None:
    """Each kind of code, the foreign one as well, is asked about, or looked up in rules that were fetched once."""
    scenarios = [one("foreign", Payment(code=FOREIGN)), sdk(ENTRY, "S"), sdk(ORDER, "F"), psp(ORDER)]
    traces = over_http(SPECIMENS[name], scenarios)
    assert without_a_wire(SPECIMENS[name], scenarios) == traces
    asked = {getattr(event.message, "operation", event.message.name) for event in traces[0].events}
    assert (IdentifyCode.__name__ in asked) == issubclass(SPECIMENS[name], AsksAboutCodes)


CALLED: Final = tuple(
    one(f"called {number}", replace(payment, calls=calls)) for number, (payment, calls) in enumerate(_CALLS)
)
_MEANWHILE: Final = (replace(_CANCELLED, when=NEXT), replace(_ASKED, when=NEXT, about=1))
BETWEEN: Final = Scenario(
    label="between two",
    payments=(Payment(code=ORDER, calls=_MEANWHILE), Payment(code=ENTRY, calls=(replace(_ASKED, about=-1),))),
)
TWICE: Final = tuple(
    Scenario(label=f"twice, {who}", payments=(Payment(code=ORDER), Payment(code=ORDER, again=True, customer=who)))
    for who in ("funded", SECOND)
)


def test_what_alipay_plus_asks_by_itself_is_the_same() -> None:
    """Inquiries and cancellations come in their moment, signed well or not, and are answered and signed."""
    called = (*CALLED, BETWEEN)
    traces = over_http(ConformingMpp, called, parallel=len(called))
    assert without_a_wire(ConformingMpp, called) == traces
    assert {ENDED} == {trace.ending for trace in traces}


def test_a_code_scanned_twice_is_the_same() -> None:
    """Whoever scans it again, what is said of the code belongs to the payment at hand."""
    assert without_a_wire(ConformingMpp, TWICE) == over_http(ConformingMpp, TWICE, parallel=len(TWICE))


def test_payloads_pass_unchanged() -> None:
    """Payloads with quotes, line separators, blanks, emoji and 64 KiB come through byte by byte."""
    scenarios = [
        one(name, Payment(code=ORDER, answer=handle_by_sdk("F", payload=text))) for name, text in HURTFUL.items()
    ]
    assert without_a_wire(ConformingMpp, scenarios) == over_http(ConformingMpp, scenarios, parallel=8)


def test_a_given_body_is_the_same() -> None:
    """An answer that a scenario gives whole comes to the MPP and into the record as it does without a wire."""
    body = (
        '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"ok"},"actionForm":{"actionType":'
        '"HANDLE_BY_PSP"},"paymentRequestId":"{paymentRequestId}","paymentAmount":{"currency":"CNY","value":"{amount}"},'
        '"payToAmount":{"currency":"{payToCurrency}","value":"{payToAmount}"},"more":"\\u4e2d",'
        '"paymentNotifyUrl":"http://127.0.0.1/aps/api/v1/payments/notifyPayment"}'
    )
    given = one("given", Payment(code=ORDER, answer=replace(handle_by_psp(), body=body)))
    (trace,) = over_http(ConformingMpp, [given])
    assert without_a_wire(ConformingMpp, [given]) == [trace]
    assert trace.ending == ENDED


@pytest.mark.parametrize(
    "name", ["conforming", "broken-calls-crash-adaptor", "broken-calls-taken", "adaptor-unwell-after-broken-call"]
)
def test_broken_calls_of_the_adaptor_are_the_same(name: str) -> None:
    """What an adaptor makes of calls that break its interface is recorded alike, and a payment follows them."""
    scenarios = BrokenCalls().scenarios(packaged_corpus())
    (trace,) = over_http(SPECIMENS[name], scenarios)
    assert without_a_wire(SPECIMENS[name], scenarios) == [trace]
    calls = [event for event in trace.events if isinstance(event.message, AdaptorCall)]
    assert [len(event.http) for event in calls] == [2] * len(scenarios[0].probes)


def test_payments_in_turn_are_the_same() -> None:
    """Each payment of a conversation begins when the one before has ended, over HTTP too."""
    assert without_a_wire(ConformingMpp, [IN_TURN]) == over_http(ConformingMpp, [IN_TURN])


def test_payments_held_together_are_each_the_same() -> None:
    """Payments begun at once may overtake each other; what is said in each of them is the same, in its order."""
    (expected,), (seen,) = without_a_wire(ConformingMpp, [TOGETHER]), over_http(ConformingMpp, [TOGETHER])
    for payment in range(len(TOGETHER.payments)):
        assert [event.message for event in expected.of(payment)] == [event.message for event in seen.of(payment)]


def test_silence_is_waited_for() -> None:
    """Where nothing may come, the conversation ends when nothing has come for a while, and what came is there."""
    foreign = one("foreign", Payment(code=FOREIGN))
    (trace,) = over_http(ConformingMpp, [foreign])
    assert ([IdentityAnswer], ENDED) == ([type(event.message) for event in trace.events[1:]], trace.ending)


class Forgetful(ConformingMpp):
    """Never notifies, so that there is something to wait for in vain."""

    def notice(self, *_: object) -> NotifyPayment:
        """Nothing."""
        raise LookupError("forgotten")


def test_patience_runs_out() -> None:
    """A wallet that leaves off is waited for as long as patience lasts; what it said before is in the trace."""

    async def hold() -> Trace:
        async with hosted(Forgetful, patience=0.3) as connector:
            return await connector.converse(psp(ORDER))

    trace = asyncio.run(hold())
    assert (trace.ending, trace.trouble) == (WAITED, "")
    assert any(isinstance(event.message, UserInitiatedPay) for event in trace.events)


def test_overlapping_conversations_never_mix() -> None:
    """64 conversations at once with one wallet: each trace is what it is when it is held alone."""
    scenarios = [
        one(f"{number}", Payment(code=(ENTRY, ORDER)[number % 2], amount=1_000 + number, answer=answer))
        for number in range(64)
        for answer in [(None, handle_by_sdk("F"))[number % 3 == 0]]
    ]
    assert without_a_wire(ConformingMpp, scenarios) == over_http(ConformingMpp, scenarios, parallel=64)
