"""Conversations of several payments in which Alipay+ asks about them and cancels them, and so do strangers."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Final

from mpp_conformance.scenarios.call_cells import (
    ASK,
    ASK_ABOUT_NOTHING,
    FOREIGN_KEY,
    INVALID,
    NOT_SIGNED,
    STRANGERS,
    TAKE_BACK,
    UNREADABLE,
    early,
    in_forms,
)
from mpp_conformance.scenarios.call_forms import FORMS, choose_forms
from mpp_conformance.scenarios.cells import BOTH, apart
from mpp_conformance.scenarios.scenario import (
    CANCEL,
    ENTRY,
    FUNDED,
    INQUIRE,
    LAST,
    NEXT,
    PAYING,
    SECOND,
    SHORT,
    UNFUNDED,
    Answer,
    Call,
    Payment,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
)

LAST_ASKED: Final = replace(ASK, when=LAST)
LAST_TAKEN_BACK: Final = replace(TAKE_BACK, when=LAST)
LAST_INVALID: Final = replace(INVALID, when=LAST)
LAST_FOREIGN_KEY: Final = replace(FOREIGN_KEY, when=LAST)
LAST_NOT_SIGNED: Final = replace(NOT_SIGNED, when=LAST)
LAST_UNREADABLE: Final = replace(UNREADABLE, when=LAST)
_EVERY_TRY: Final = (LAST_NOT_SIGNED, LAST_UNREADABLE, LAST_NOT_SIGNED)
LAST_ASKED_ABOUT_NOTHING: Final = replace(ASK_ABOUT_NOTHING, when=LAST)


def _around(*others: int, call: Call = TAKE_BACK) -> tuple[Call, ...]:
    """A cancellation, and these other orders asked about just before and just after it."""
    asked = tuple(Call(what=INQUIRE, when=call.when, about=other) for other in others)
    return (*asked, call, *asked)


_NOT_TAKEN: Final = 5
"""How often Alipay+ does not know whether it has a notification: an MPP that repeats it at once may get through."""
_ABOUT_EACH: Final = (
    (SECOND, 0, (LAST_ASKED, LAST_INVALID, LAST_ASKED, *_around(1, 5, 7, call=LAST_TAKEN_BACK), LAST_ASKED)),
    (UNFUNDED, _NOT_TAKEN, (ASK, LAST_ASKED, LAST_FOREIGN_KEY, LAST_ASKED)),
    (FUNDED, 0, (LAST_ASKED, *_EVERY_TRY, LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED, LAST_TAKEN_BACK)),
    (FUNDED, 0, (*early(TAKE_BACK), LAST_ASKED)),
    (FUNDED, 0, (*early(ASK, FOREIGN_KEY, ASK), LAST_ASKED, LAST_TAKEN_BACK)),
    (FUNDED, _NOT_TAKEN, (*early(ASK), ASK, LAST_ASKED)),
    (FUNDED, _NOT_TAKEN, (ASK, LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED)),
    (UNFUNDED, 0, (*early(ASK), LAST_ASKED, LAST_TAKEN_BACK, LAST_ASKED, LAST_TAKEN_BACK)),
)
"""Who pays, how often Alipay+ does not know what it was notified of, and what it asks.

The latest payment has another end than most, and so has each cancelled.
"""


def _about_each(code: str) -> Scenario:
    """Payments one after the other, and when all are over each is asked about: a server must not take the latest."""
    label = f"{SHORT[code]}-each-of-several-asked-about"
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = (
        Payment(
            code=code,
            customer=who,
            answer=handle_by_psp(),
            notice_unknown=unsure,
            calls=(*in_forms(calls, forms), LAST_ASKED_ABOUT_NOTHING),
        )
        for who, unsure, calls in _ABOUT_EACH
    )
    return Scenario(label=label, payments=apart(payments))


EACH: Final = tuple(map(_about_each, BOTH))


def _stop(number: int, status: str) -> Answer:
    return handle_by_sdk(status, payload=f'{{"page":"{number}","tag":"{{tag}}"}}', with_order=status == "S")


_TO_PAY: Final = handle_by_psp()
_NOT_DECODED: Final = handle_by_psp("F")
_AMONG: Final = (
    (FUNDED, _TO_PAY, 0, 0, (TAKE_BACK, ASK)),
    (FUNDED, _TO_PAY, 0, 0, (ASK, ASK)),
    (UNFUNDED, _TO_PAY, 0, 0, (ASK, TAKE_BACK)),
    (SECOND, _NOT_DECODED, 1, 0, ()),
    (SECOND, _NOT_DECODED, 0, 0, ()),
    (FUNDED, _stop(6, "S"), 0, 0, ()),
    (FUNDED, _TO_PAY, 0, 0, (*early(TAKE_BACK), ASK)),
    (UNFUNDED, _TO_PAY, 0, 1, (*early(ASK), ASK)),
    (UNFUNDED, _TO_PAY, 1, 0, (ASK, LAST_TAKEN_BACK, LAST_ASKED, LAST_TAKEN_BACK)),
    (UNFUNDED, _stop(10, "F"), 1, 0, ()),
    (SECOND, _TO_PAY, 2, 0, (*early(ASK), ASK)),
    (FUNDED, _TO_PAY, 0, 1, (*early(ASK, FOREIGN_KEY, ASK), ASK, INVALID, ASK, *_around(-4, -1), ASK)),
    (SECOND, _stop(13, "S"), 1, 0, ()),
    (UNFUNDED, _NOT_DECODED, 0, 0, ()),
    (FUNDED, _NOT_DECODED, 2, 0, ()),
    (FUNDED, _TO_PAY, 1, 0, ()),
)
"""Customer, decision, how often Alipay+ does not know first what to answer and what it was notified of, and its calls.

After each call there is every kind of payment, and there is one of every kind after a failure.
"""
_FEN: Final = {5: 57, 7: 83, 15: 9}
"""Amounts below one yuan, by the place of the payment."""


def _among_calls(first: str) -> Scenario:
    """Payments of three customers in turn, after some of which Alipay+ asks, cancels, or a stranger does."""
    label = f"{SHORT[first]}-code-first-among-calls"
    codes = (first, *(code for code in BOTH if code != first))
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = apart(
        Payment(
            code=codes[at % 2],
            customer=who,
            answer=told,
            unknown=unknown,
            notice_unknown=unsure,
            calls=in_forms((*calls, ASK_ABOUT_NOTHING, LAST_ASKED), forms) if calls else (),
        )
        for at, (who, told, unknown, unsure, calls) in enumerate(_AMONG)
    )
    worth = (replace(payment, amount=_FEN.get(at, payment.amount)) for at, payment in enumerate(payments))
    return Scenario(label=label, payments=tuple(worth))


AMONG_CALLS: Final = tuple(map(_among_calls, BOTH))
"""What an MPP owes of any payment it owes of one that comes after a call, too, and so it does of each call."""


_CANCEL_NOTHING: Final = Call(what=CANCEL, strange=True)
_UNCOLLECTED: Final = (
    (FUNDED, _TO_PAY, (ASK, ASK_ABOUT_NOTHING, _CANCEL_NOTHING, TAKE_BACK, _CANCEL_NOTHING)),
    (SECOND, _stop(2, "S"), (ASK, ASK_ABOUT_NOTHING, ASK)),
    (FUNDED, _NOT_DECODED, (_CANCEL_NOTHING, ASK)),
    (FUNDED, _stop(4, "F"), (ASK, TAKE_BACK, ASK)),
    (SECOND, _TO_PAY, (ASK, ASK_ABOUT_NOTHING)),
    (UNFUNDED, _stop(6, "S"), (TAKE_BACK, ASK, ASK_ABOUT_NOTHING)),
)
"""Who scans, what Alipay+ decides, and what it asks about the order, and about one that nobody placed."""


def _uncollected(first: str) -> Scenario:
    """Alipay+ calls about orders that were never the MPP's to collect, among others that were."""
    label = f"{SHORT[first]}-code-first-called-about-what-was-not-collected"
    codes = (first, *(code for code in BOTH if code != first))
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = (
        Payment(code=codes[at % 2], customer=who, answer=told, calls=in_forms(calls, forms))
        for at, (who, told, calls) in enumerate(_UNCOLLECTED)
    )
    return Scenario(label=label, payments=apart(payments))


UNCOLLECTED: Final = tuple(map(_uncollected, BOTH))


def _strangers(*tries: Call) -> tuple[Call, ...]:
    """Each of them asks and cancels, and Alipay+ asks after that."""
    return (*(call for stranger in tries for call in (replace(stranger, what=INQUIRE), stranger)), ASK)


def _by_strangers(code: str) -> Scenario:
    """Strangers ask about payments in each state, and cancel them, with each signature that does not verify.

    While a consumer waits at the cashier page there are few calls at a time: they take as long as the server takes.
    """
    label = f"{SHORT[code]}-codes-asked-about-by-strangers"
    forms = cycle(choose_forms(label, len(FORMS)))
    each = (ASK, *(call for stranger in STRANGERS for call in _strangers(stranger)))
    called = (
        (FUNDED, (ASK,)),
        (UNFUNDED, (*each, LAST_TAKEN_BACK)),
        (FUNDED, (*early(ASK, *_strangers(*STRANGERS[:2])), ASK, LAST_TAKEN_BACK)),
        (FUNDED, (*early(ASK, *_strangers(*STRANGERS[2:])), ASK, LAST_TAKEN_BACK)),
        (SECOND, (*each, TAKE_BACK, *STRANGERS, ASK)),
        (FUNDED, (ASK,)),
    )
    payments = (
        Payment(code=code, customer=who, answer=handle_by_psp(), calls=in_forms((*calls, ASK_ABOUT_NOTHING), forms))
        for who, calls in called
    )
    return Scenario(label=label, payments=apart(payments))


BY_STRANGERS: Final = tuple(map(_by_strangers, BOTH))


_NEXT_TAKEN_BACK: Final = replace(TAKE_BACK, when=NEXT)
_EARLY_TAKEN_BACK: Final = replace(TAKE_BACK, when=PAYING)
_AMONG_OTHERS: Final = (
    (FUNDED, _around(1, 2, 3, 15, call=LAST_TAKEN_BACK)),
    (UNFUNDED, ()),
    (FUNDED, ()),
    (SECOND, ()),
    (UNFUNDED, (*_around(-4, -3, -1), *_around(-3, -2, 4, 11, call=LAST_TAKEN_BACK))),
    (SECOND, _around(-4, -2, call=_EARLY_TAKEN_BACK)),
    (FUNDED, _around(-6, -5, -3)),
    (FUNDED, _around(-6, 1, call=_NEXT_TAKEN_BACK)),
    (FUNDED, ()),
    (FUNDED, _around(1, call=_NEXT_TAKEN_BACK)),
    (SECOND, ()),
    (UNFUNDED, _around(-10, 1, call=_NEXT_TAKEN_BACK)),
    (FUNDED, (*_around(-12, -4, call=_EARLY_TAKEN_BACK), *_around(1, call=_NEXT_TAKEN_BACK))),
    (UNFUNDED, _around(1, call=_NEXT_TAKEN_BACK)),
    (UNFUNDED, _around(-13, -6, call=_EARLY_TAKEN_BACK)),
    (FUNDED, ()),
)
"""Who pays, and what is cancelled there, between questions about others: payments in each state, earlier and later."""
_BEHIND_ONE_CODE: Final = (
    (UNFUNDED, ()),
    (SECOND, (*_around(-1), ASK)),
    (FUNDED, _around(1, call=LAST_TAKEN_BACK)),
    (FUNDED, ()),
    (FUNDED, _around(-1)),
)
"""The last three are orders behind one entry code. An app may pass over a code that was scanned before."""


def _cancelled_among(
    label: str, codes: Sequence[str], called: Sequence[tuple[str, tuple[Call, ...]]], again: range = range(0)
) -> Scenario:
    """With these kinds of code in turn; ``again``: the payments that scan the code of the one before."""
    forms = cycle(choose_forms(label, len(FORMS)))
    payments = (
        Payment(
            code=codes[at % len(codes)],
            customer=who,
            answer=handle_by_psp(),
            again=at in again,
            calls=in_forms((*calls, ASK_ABOUT_NOTHING, LAST_ASKED), forms),
        )
        for at, (who, calls) in enumerate(called)
    )
    return Scenario(label=label, payments=apart(payments))


AMONG_OTHERS: Final = _cancelled_among("either-code-cancelled-among-others", BOTH, _AMONG_OTHERS)
OTHERS_KEPT: Final = (
    AMONG_OTHERS,
    _cancelled_among("entry-code-cancelled-behind-one-code", [ENTRY], _BEHIND_ONE_CODE, range(3, 5)),
)
SEVERAL: Final = (*EACH, *AMONG_CALLS, *BY_STRANGERS, *OTHERS_KEPT)
"""Those of several payments."""


def several(about: Callable[[Payment], bool]) -> tuple[Scenario, ...]:
    """The conversations of several payments with one of which this holds."""
    return tuple(scenario for scenario in SEVERAL if any(map(about, scenario.payments)))
