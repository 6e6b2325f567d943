"""Answers of Alipay+ that nobody wrote: a corpus of generated bodies, each with what its generator says of it.

The corpus that travels with the package is a file, so that a run loads no generator; ``generation`` makes another one
from another seed. A body is JSON text with marks for what only a payment can say (see ``scenario``).
"""

import functools
import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from importlib import resources
from typing import Any, Final

from mpp_conformance.common import canonical
from mpp_conformance.common.canonical import NotCanonicalError
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK
from mpp_conformance.scenarios.scenario import (
    MARKS,
    ORDER,
    PLAIN_PAYLOAD,
    SHORT,
    Answer,
    Payment,
    Probe,
    Scenario,
    handle_by_psp,
    handle_by_sdk,
    one,
)

FILE: Final = "generated_answers.jsonl"
"""In the package, and in the folder of a run whose answers were generated anew."""
FORMAT: Final = "mpp-conformance answers 1"
MAX_BYTES: Final = 8 * 1024 * 1024
MAX_AMOUNT: Final = 100_000
"""Fen: below every limit per transaction of an order code."""
_MAX_ANSWERS: Final = 1_000
_BREAKS: Final = "answer-illegal"
"""The fault profile of an Alipay+ that gives an illegal answer."""
_GENERATED: Final = "-generated-"
"""In the label of a conversation: what follows is the answer's name."""


class AnswersError(ValueError):
    """A file that holds no corpus, or a body that is no answer; says where and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """A legal answer.

    ``description``: what the generator says of it. ``within``: it holds nothing but what documents name, at lengths
    they give. ``code``: the kind of code that gets it; ``amount``: what the order is about, in fen.
    """

    name: str
    description: str
    within: bool
    code: str
    amount: int
    body: str

    @property
    def answer(self) -> Answer:
        """As a scenario holds it; AnswersError where the body is no answer."""
        return answer(self.body)

    @property
    def scenario(self) -> Scenario:
        """A conversation in which Alipay+ gives this answer.

        Where it goes beyond the documents, the usual one to the same effect comes before it: what is done with that is
        what is to be done with this.
        """
        payment = Payment(code=self.code, amount=self.amount, answer=self.answer)
        label = f"{SHORT[self.code]}{_GENERATED}{self.name}"
        if self.within:
            return one(label, payment)
        return Scenario(label=label, payments=(replace(payment, answer=_usual(self.answer)), payment))


@dataclass(frozen=True, slots=True, kw_only=True)
class Illegal:
    """An answer that breaks the interface in the way that ``description`` says; ``code``, ``amount`` as `Generated`."""

    name: str
    description: str
    code: str
    amount: int
    body: str

    @property
    def answer(self) -> Answer:
        """As a scenario holds it."""
        return interpret(self.body)

    @property
    def scenario(self) -> Scenario:
        """A conversation in which Alipay+ gives this answer, whenever it is asked."""
        payment = Payment(code=self.code, amount=self.amount, answer=self.answer, fault=_BREAKS)
        return one(f"{SHORT[self.code]}{_GENERATED}{self.name}", payment)


Found = Generated | Illegal
"""An answer that nobody wrote, legal or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenCall:
    """A call of the adaptor that breaks its interface in the way that ``description`` says (see ``scenario.Probe``)."""

    name: str
    description: str
    operation: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """What was generated from ``seed``; the same seed gives the same bytes."""

    seed: int
    legal: tuple[Generated, ...]
    illegal: tuple[Illegal, ...]
    calls: tuple[BrokenCall, ...] = ()

    @property
    def answers(self) -> tuple[Found, ...]:
        """All answers, the legal ones first."""
        return (*self.legal, *self.illegal)


class FromCorpus(ABC):
    """Conversations that are known once it is known which corpus is taken."""

    @abstractmethod
    def scenarios(self, corpus: Corpus) -> list[Scenario]:
        """The conversations to hold, in the order of the corpus."""

    def takes(self, found: Found) -> bool:  # noqa: ARG002  # whoever takes any says which
        """Whether it judges this answer in a conversation of its own."""
        return False


class BrokenCalls(FromCorpus):
    """One conversation, in which the adaptor is sent all calls that break its interface before it is asked anything."""

    def scenarios(self, corpus: Corpus) -> list[Scenario]:
        """The one; none where the corpus has no such calls."""
        probes = tuple(Probe(operation=call.operation, body=call.body) for call in corpus.calls)
        payment = Payment(code=ORDER, answer=handle_by_sdk())
        return [Scenario(label="broken-calls-of-the-adaptor", payments=(payment,), probes=probes)] if probes else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(FromCorpus):
    """Which of a corpus's answers a case judges: those with this actionType, and this result status where one is given.

    ``code`` and ``within`` choose further; ``None``: whatever it is.
    """

    action: str | None = None
    status: str | None = None
    code: str | None = None
    within: bool | None = True

    def scenarios(self, corpus: Corpus) -> list[Scenario]:
        """The conversations to hold, in the order of the corpus."""
        return [found.scenario for found in corpus.legal if self.takes(found)]

    def takes(self, found: Found) -> bool:
        """Whether an answer is one of those that were chosen."""
        if isinstance(found, Illegal):
            return False
        made = found.answer
        pairs = (
            (self.action, made.action_type),
            (self.status, made.result_status),
            (self.code, found.code),
            (self.within, found.within),
        )
        return all(wanted in {None, seen} for wanted, seen in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken(FromCorpus):
    """Which of a corpus's illegal answers a case judges: all, or those that come to this actionType (see `meant`).

    ``with_payload``: only those with a payload that can be read.
    """

    action: str | None = None
    with_payload: bool = False

    def scenarios(self, corpus: Corpus) -> list[Scenario]:
        """The conversations to hold, in the order of the corpus."""
        return [found.scenario for found in corpus.illegal if self.takes(found)]

    def takes(self, found: Found) -> bool:
        """Whether an answer is one of those that were chosen."""
        if not isinstance(found, Illegal):
            return False
        bears_payload = found.answer.payload is not None or not self.with_payload
        return bears_payload and self.action in {None, found.answer.action_type}


def _usual(made: Answer) -> Answer:
    """What Alipay+ usually answers to the same effect."""
    if made.action_type == HANDLE_BY_SDK:
        payload = made.payload or PLAIN_PAYLOAD
        return handle_by_sdk(made.result_status, payload=payload, with_order=made.with_order)
    return handle_by_psp(made.result_status, payload=made.payload)


@functools.lru_cache(maxsize=1_024)
def answer(body: str) -> Answer:
    """An answer with this body, told in short by what it says; AnswersError where it is none.

    Whether it is a legal one is for the wire to say.
    """
    try:
        told = json.loads(body)
        result, form = told["result"], told["actionForm"]
        made = Answer(
            action_type=form["actionType"],
            result_status=result["resultStatus"],
            result_code=result["resultCode"],
            payload=form.get("sdkActionPayload"),
            with_order=told.get("paymentRequestId") is not None,
            body=body,
        )
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as problem:
        raise AnswersError(f"no answer with a result and an actionForm: {problem!r}") from problem
    if made.action_type not in {HANDLE_BY_SDK, HANDLE_BY_PSP} or made.result_status not in {"S", "F"}:
        raise AnswersError("actionType is HANDLE_BY_SDK or HANDLE_BY_PSP, and resultStatus S or F")
    return made


@functools.lru_cache(maxsize=1_024)
def interpret(body: str) -> Answer:
    """What an illegal answer with this body comes to, as far as it can be read; AnswersError where it is no object.

    HANDLE_BY_SDK is left to the SDK whatever else is wrong. There is something to pay with HANDLE_BY_PSP, ``S``, and
    the sum of this payment's own order; else there is nothing.
    """
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise AnswersError(f"no answer: {problem!r}") from problem
    if not isinstance(told, dict):
        raise AnswersError("no answer: expected a JSON object")
    form, result, amount = (_object(told.get(name)) for name in ("actionForm", "result", "paymentAmount"))
    status = "S" if result.get("resultStatus") == "S" else "F"
    if form.get("actionType") == HANDLE_BY_SDK:
        payload = form.get("sdkActionPayload")
        made = handle_by_sdk(status)
        return replace(made, payload=payload if isinstance(payload, str) else None, body=body)
    order = (told.get("paymentRequestId"), amount.get("value"), amount.get("currency"))
    to_pay = form.get("actionType") == HANDLE_BY_PSP and order == (MARKS["paymentRequestId"], MARKS["amount"], "CNY")
    return replace(handle_by_psp(status if to_pay else "F"), body=body)


def _object(value: object) -> Mapping[str, Any]:
    """What stands in an object; nothing where there is none."""
    return value if isinstance(value, dict) else {}


_ROWS: Final[Mapping[str, type[Any]]] = {"legal": Generated, "illegal": Illegal, "calls": BrokenCall}
"""The parts of a corpus, each with what a row of it is."""


@functools.cache
def packaged_corpus() -> Corpus:
    """The corpus that travels with the package."""
    return read(resources.files("mpp_conformance.scenarios").joinpath(FILE).read_bytes())


def name_in(label: str) -> str:
    """The name of the answer that a conversation's label names; empty where it names none."""
    return label.partition(_GENERATED)[2]


def corpus_bytes(corpus: Corpus) -> bytes:
    """A corpus as the bytes of its file: a line for the whole, and a line for each answer."""
    head = {"format": FORMAT, "seed": corpus.seed}
    rows = [{kind: asdict(row)} for kind in _ROWS for row in getattr(corpus, kind)]
    return b"".join(canonical.dump(line) + b"\n" for line in (head, *rows))


def read(data: bytes) -> Corpus:
    """The corpus that a file holds; AnswersError, in words, for anything else."""
    if len(data) > MAX_BYTES:
        raise AnswersError(f"{len(data)} bytes are more than the {MAX_BYTES} that are read")
    head, *lines = data.removesuffix(b"\n").split(b"\n")[: _MAX_ANSWERS + 1]
    told = _line(head)
    if told.get("format") != FORMAT or type(told.get("seed")) is not int:
        raise AnswersError(f"the first line: expected format {FORMAT!r} and a seed")
    rows = [_line(line) for line in lines]
    found = {kind: tuple(_value(made, row[kind]) for row in rows if kind in row) for kind, made in _ROWS.items()}
    made = Corpus(seed=told["seed"], **found)
    for answered in made.answers:
        _check(answered)
    return made


def _line(data: bytes) -> Mapping[str, Any]:
    try:
        found = canonical.parse(data, limit=MAX_BYTES)
    except NotCanonicalError as problem:
        raise AnswersError(str(problem)) from problem
    if not isinstance(found, dict):
        raise AnswersError("a line that is no object")
    return found


def _value(kind: type[Any], found: object) -> Any:  # noqa: ANN401  # a value of ``kind``
    kinds = {field.name: field.type for field in fields(kind)}
    if not isinstance(found, dict) or found.keys() != kinds.keys():
        raise AnswersError(f"an answer has {', '.join(kinds)}")
    wrong = [name for name, value in found.items() if type(value) is not kinds[name]]
    if wrong:
        raise AnswersError(f"{wrong[0]} of an answer is of another type")
    return kind(**found)


def _check(found: Found) -> None:
    if found.code not in SHORT or not 0 < found.amount <= MAX_AMOUNT:
        raise AnswersError(f"an answer is to one of {', '.join(SHORT)}, for 1 to {MAX_AMOUNT} fen")
    _ = found.answer
