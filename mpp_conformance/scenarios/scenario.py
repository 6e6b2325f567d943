"""The world and the payments of one conversation, written down before it is held.

Scenarios are frozen, hashable and serialisable, and known when tests are collected: equal scenarios are conversed
once and judged by as many cases as like. ``label`` is for people and takes no part in equality.
"""

import base64
import functools
import hashlib
from dataclasses import dataclass, field, fields
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NewType

from mpp_conformance.protocol import limits
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.call_forms import PLAIN, Form
from mpp_conformance.scenarios.observation import EVERYTHING, Observed

ENTRY: Final = "ENTRY_CODE"
ORDER: Final = "ORDER_CODE"
SHORT: Final = {ENTRY: "entry", ORDER: "order"}
"""What labels call each."""
FOREIGN: Final = "FOREIGN_CODE"
"""A code that is none of Alipay+'s."""

FUNDED: Final = "funded"
SECOND: Final = "second"
UNFUNDED: Final = "unfunded"
"""The roles of customers; ``wallet.toml`` says who plays them. ``unfunded`` cannot pay."""

PAID: Final = "paid"
FAILED: Final = "failed"
CANCELLED: Final = "cancelled"
HANDLED_BY_SDK: Final = "handled by sdk"
"""How a past payment ended; only ``paid`` ones count towards a year's limit."""

TAG: Final = "{tag}"
"""Stands in a payload for what makes it this payment's own; without it a payload could not be told from another's."""
TAG_DIGITS: Final = "{tag-digits}"
"""Stands for the 20 digits of what :data:`TAG` stands for, in a payload that is a number."""
TAG_IN_BASE64: Final = "{tag-in-base64}"
"""Stands for 32 characters of Base64 that decode to what :data:`TAG` stands for, in a payload that is Base64."""

MARKS: Final = {
    "paymentRequestId": "{paymentRequestId}",
    "referenceOrderId": "{referenceOrderId}",
    "amount": "{amount}",
    "payToAmount": "{payToAmount}",
    "payToCurrency": "{payToCurrency}",
    "quotePrice": "{quotePrice}",
    "codeType": "{codeType}",
}
"""What stands in a body for what only the payment itself can say, beside :data:`TAG`; each inside a JSON string."""

HEALTH: Final = "health"
"""The adaptor's operation that asks nothing of it."""
OBSERVER: Final = "{observerUrl}"
"""What stands in a call of the adaptor for the address to report to."""

NOON: Final = "2025-06-15T12:00:00+08:00"
"""The virtual time of a payment where time is of no interest (China time)."""

FOR_EVER: Final = 1_000_000
"""How often, where it never changes."""

INQUIRE: Final = "inquiryPayment"
CANCEL: Final = "cancelPayment"
"""What Alipay+ asks of an MPP server by itself."""

PAYING: Final = "while it is paid"
"""Before the consumer confirms: at the cashier page or, where that is not reported, at the notification."""
NEXT: Final = "while the next one is paid"
"""As PAYING, of the payment that follows; when all are over, where that does not come to be paid."""
OVER: Final = "when it is over"
"""When all that is awaited of the payment has come."""
LAST: Final = "when all are over"
"""When all that is awaited of every payment has come: about the first payment first, one call at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Alipay+ answers to userInitiatedPay, whatever the amount.

    ``payload`` is the text of ``sdkActionPayload`` with :data:`TAG` (or :data:`TAG_DIGITS`, :data:`TAG_IN_BASE64`) in
    it, or ``None`` to leave it out.
    ``with_order``: order information stands beside ``actionForm``.
    ``body``: the whole answer as JSON text with :data:`TAG` and :data:`MARKS` in it; it is sent as it stands once these
    are filled in, and the other fields say in short what it says. Empty: the wire writes the body. With the fault
    profile ``answer-illegal`` it breaks the interface, and goes out instead of the sound answer of the other fields.
    """

    action_type: str
    result_status: str
    result_code: str
    payload: str | None
    with_order: bool
    body: str = ""

    def payload_of(self, tag: str) -> str | None:
        """The payload as one payment has it; ``tag`` as in :class:`Codes`."""
        return None if self.payload is None else own(self.payload, tag)


def own(payload: str, tag: str) -> str:
    """A payload made one payment's own; ``tag``: ``mpp-`` and 20 digits."""
    for mark, filled in (
        (TAG, tag),
        (TAG_DIGITS, tag.removeprefix("mpp-")),
        (TAG_IN_BASE64, base64.b64encode(tag.encode()).decode()),
    ):
        payload = payload.replace(mark, filled)
    return payload


PLAIN_PAYLOAD: Final = '{"page":"limit","tag":"{tag}"}'


def handle_by_sdk(
    status: str = "F", *, payload: str = PLAIN_PAYLOAD, with_order: bool = False, code: str | None = None
) -> Answer:
    """An answer that leaves the next step to the client SDK."""
    default = "SUCCESS" if status == "S" else "PAYMENT_AMOUNT_EXCEED_LIMIT"
    return Answer(
        action_type=HANDLE_BY_SDK,
        result_status=status,
        result_code=code or default,
        payload=payload,
        with_order=with_order,
    )


def handle_by_psp(status: str = "S", *, payload: str | None = None, code: str | None = None) -> Answer:
    """An answer that leaves the next step to the MPP; decoding that failed (``F``) brings no order."""
    default = "SUCCESS" if status == "S" else "ORDER_IS_CLOSED"
    return Answer(
        action_type=HANDLE_BY_PSP,
        result_status=status,
        result_code=code or default,
        payload=payload,
        with_order=status == "S",
    )


Offset = NewType("Offset", int)
"""How many payments later in the conversation; negative: earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What Alipay+ asks the MPP server by itself about a payment: INQUIRE or CANCEL, at PAYING, OVER, NEXT or LAST.

    ``about``: where the payment is that it is about, if it is an inquiry, seen from its own; ``strange``: about an
    order that nobody placed; ``signature``: what verifying it will come to; ``form``: how it is written.
    """

    what: str
    when: str = OVER
    about: Offset = Offset(0)
    strange: bool = False
    signature: str = "valid"
    form: Form = PLAIN

    @property
    def is_own(self) -> bool:
        """Whether it is Alipay+'s, about the payment's own order."""
        return self.signature == "valid" and not self.strange and not self.about

    @property
    def cancels_early(self) -> bool:
        """Whether Alipay+ cancels the payment by it before the consumer confirms."""
        return self.is_own and self.what == CANCEL and self.when == PAYING


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One scan and what follows. ``amount`` in fen; ``answer`` ``None``: the limits decide; ``at``: virtual time.

    ``again``: the code of the payment before is scanned once more; with an entry code the merchant places a new order.
    ``expired``: the order that Alipay+ tells of was to be paid earlier. ``unknown``, ``notice_unknown``: how often
    Alipay+ answers userInitiatedPay and notifyPayment with ``U`` before it decides. ``fault``: the fault profile that
    it answers userInitiatedPay with (a name in ``faults``), or, of a code that is none of Alipay+'s, identifyCode.
    ``calls``: what it asks the MPP server by itself, one after the other. ``rounding``: how Alipay+ rounds what the MPP
    owes it, a mode of ``decimal``. ``zone``: unless 0, the order can be paid for some hours yet, until a time that
    is written with this offset from UTC, in minutes.
    """

    code: str
    amount: int = 1_000
    customer: str = FUNDED
    answer: Answer | None = None
    at: str = NOON
    again: bool = False
    expired: bool = False
    unknown: int = 0
    notice_unknown: int = 0
    fault: str = ""
    calls: tuple[Call, ...] = ()
    rounding: str = ROUND_HALF_UP
    zone: Offset = Offset(0)

    @property
    def cancelled(self) -> bool:
        """Whether Alipay+ itself cancels it, sooner or later."""
        return any(call.is_own and call.what == CANCEL for call in self.calls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A call that breaks the adaptor's interface: its operationId, and its body with :data:`OBSERVER` in it."""

    operation: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PastPayment:
    """A payment Alipay+ remembers from before the conversation (``amount`` in fen, ``at`` ISO 8601 with offset)."""

    amount: int
    by_entry_code: bool
    at: str
    customer: str = FUNDED
    outcome: str = PAID


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One conversation.

    ``together``: all payments are begun at once; otherwise each begins when the one before has ended.
    ``breach_status``: the result status Alipay+ gives when the limits decide against a payment; ``breach_with_order``:
    the order information stands beside it. ``probes``: what the adaptor is asked before the first scan, and whether it
    is in good health after that.
    """

    payments: tuple[Payment, ...]
    past: tuple[PastPayment, ...] = ()
    edition: str = limits.DEFAULT_EDITION
    reading: limits.Reading = limits.Reading()
    together: bool = False
    breach_status: str = "F"
    breach_with_order: bool = False
    probes: tuple[Probe, ...] = ()
    label: str = field(default="", compare=False)

    def placed(self, payment: int) -> int:
        """The payment whose order this one is about: itself, or an earlier one whose order code it scans again."""
        return payment if self.payments[payment].code == ENTRY else self.shown(payment)

    def shown(self, payment: int) -> int:
        """The payment that was the first to scan the code which this one scans."""
        while self.payments[payment].again and payment:
            payment -= 1
        return payment

    @property
    def probing(self) -> tuple[Probe, ...]:
        """The probes, and after them the question for the adaptor's health."""
        return (*self.probes, Probe(operation=HEALTH, body="")) if self.probes else ()

    @property
    def turns(self) -> int:
        """How many payments come one after the other, which is about how long a conversation takes."""
        return 1 if self.together else len(self.payments)

    @property
    def digest(self) -> str:
        """A name for this scenario that is the same in every run (hex, 64 digits)."""
        return _digest(self)


@functools.lru_cache(maxsize=1_024)
def _digest(scenario: Scenario) -> str:
    """Over all that makes scenarios unequal; it is asked for again and again."""
    facts = tuple(getattr(scenario, made.name) for made in fields(scenario) if made.compare)
    return hashlib.sha256(repr(facts).encode("utf-8", "backslashreplace")).hexdigest()


def one(label: str, payment: Payment, **world: object) -> Scenario:
    """A conversation of a single payment."""
    return Scenario(label=label, payments=(payment,), **world)  # type: ignore[arg-type]  # forwards fields by name


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeTemplates:
    """How the wallet's codes look; ``{id}`` stands for 20 decimal digits that make a code unique."""

    entry: str
    order: str
    foreign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a conversation must know of the wallet, from ``wallet.toml``.

    ``customers``: role (FUNDED, SECOND, UNFUNDED) and the customer id that plays it.
    ``quote_price``: units of the settlement currency for one CNY, a decimal text; ``settlement_digits``: how many
    digits that currency's minor unit has. ``app_link``: the wallet reports what its server hands its client.
    ``observes``: who reports what crosses each point. ``by_hand``: a person does what the consumer does.
    """

    templates: CodeTemplates
    customers: tuple[tuple[str, str], ...]
    settlement_currency: str = "MYR"
    settlement_digits: int = 2
    quote_price: str = "0.643"
    app_link: bool = False
    observes: Observed = EVERYTHING
    by_hand: bool = False

    def customer(self, role: str) -> str:
        """The customer id that plays ``role``; KeyError for an unknown one."""
        return dict(self.customers)[role]

    def settlement_amount(self, fen: int, rounding: str = ROUND_HALF_UP) -> str:
        """An amount of CNY as the wallet owes it: minor units of the settlement currency, at least one.

        ``rounding``: one of the modes of ``decimal``.
        """
        exact = Decimal(fen) * Decimal(self.quote_price) * Decimal(10) ** (self.settlement_digits - 2)
        return str(max(1, int(exact.to_integral_value(rounding))))

    @property
    def price(self) -> str | None:
        """What Alipay+ quotes for one CNY; ``None`` where the wallet settles in CNY."""
        return None if self.settlement_currency == "CNY" else self.quote_price


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The code values of one payment, unique for a conversation of a run.

    ``scanned`` is what the consumer scans; ``decoded`` the order code that the client SDK intercepts (entry code
    only; equal to ``scanned`` for an order code); ``page_id`` the digits that the merchant page is known by.
    """

    scanned: str
    decoded: str
    page_id: str
    order_id: str
    tag: str

    @property
    def forged_url(self) -> str:
        """Where a forger wants this payment's code to lead: an address that nothing else names."""
        return f"https://forged.example.test/{self.tag}"


@functools.lru_cache(maxsize=1_024)
def codes_for(scenario: Scenario, index: int, *, run: str, templates: CodeTemplates) -> Codes:
    """The code values of payment ``index`` in the run ``run``."""
    shown, index = scenario.shown(index), scenario.placed(index)

    def digits(use: str) -> str:
        place = f"{run}/{scenario.digest}/{shown if use == 'scanned' else index}"
        seed = hashlib.sha256(f"{place}/{use}".encode()).hexdigest()
        return f"{int(seed, 16) % 10**20:020d}"

    code = scenario.payments[index].code
    template = {ENTRY: templates.entry, ORDER: templates.order, FOREIGN: templates.foreign}[code]
    scanned = template.replace("{id}", digits("scanned"))
    decoded = templates.order.replace("{id}", digits("decoded")) if code == ENTRY else scanned
    return Codes(
        scanned=scanned,
        decoded=decoded,
        page_id=digits("scanned"),
        order_id=digits("decoded" if code == ENTRY else "scanned"),
        tag=f"mpp-{digits('tag')}",
    )
