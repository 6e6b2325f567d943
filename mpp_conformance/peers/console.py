"""What a person with a telephone is asked, and what may be answered when: a machine without a screen.

One thing is open at a time, and it has a number. Whatever names another number is out of turn, changes nothing, and is
told so: two browsers, or a click that comes twice, do no harm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from mpp_conformance.protocol.messages import GATEWAY, PAGES, Malformed, Message, ResultPage, Sighting
from mpp_conformance.protocol.messages.wallet import PAID_PAGE, UNPAID_PAGE

WAITING: Final = "waiting"
SCANNING: Final = "scanning"
REVIEWING: Final = "reviewing"
STOPPED: Final = "stopped"
OVER: Final = "over"
ENDS: Final = (STOPPED, OVER)
"""The stages after which nothing more is asked."""

MAX_NAME: Final = 100
_MOST_LINES: Final = 50
_SHOWN_FIELDS: Final = ("customer_id", "action_type", "result_status", "result_code")
_STATUS: Final[Mapping[str, str]] = {PAID_PAGE: "S", UNPAID_PAGE: "F"}


class OutOfTurnError(ValueError):
    """What is said belongs to nothing that is open now; says what is."""


class UnusableAnswerError(ValueError):
    """What is said is no answer; says what one looks like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A code to be scanned. ``payment`` counts from 1, ``payments`` is how many the conversation has.

    ``amount``: what is to be entered on the merchant page, in CNY; empty where the code leads to none.
    """

    conversation: str
    payment: int
    payments: int
    code_value: str
    customer: str
    amount: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What happens at Alipay+, as it is shown at once; ``stray``: a message that fits no open conversation."""

    name: str
    fields: tuple[tuple[str, str], ...]
    stray: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person saw, one of PAGES, and what a second person beside them saw; empty where there is none."""

    person: str
    page: str
    witness: str = ""
    witness_page: str = ""

    def __post_init__(self) -> None:
        for name in (self.person, *([self.witness] if self.witness or self.witness_page else [])):
            if not name.strip() or name != name.strip() or len(name) > MAX_NAME or not name.isprintable():
                raise UnusableAnswerError(f"say who you are: a name of 1 to {MAX_NAME} characters")
        for page in (self.page, *([self.witness_page] if self.witness else [])):
            if page not in PAGES:
                raise UnusableAnswerError(f"say what was seen: one of {', '.join(PAGES)}")
        if self.witness == self.person:
            raise UnusableAnswerError("the witness must be somebody else")

    @property
    def contradiction(self) -> str:
        """In words, where the two saw different pages; empty where nobody contradicts."""
        if not self.witness or self.page == self.witness_page:
            return ""
        return f"one person saw: {self.page}; a second one saw: {self.witness_page}"

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is to be recorded of it, in order: a result page, and who saw what."""
        status = _STATUS.get(self.page)
        sightings = [Sighting(page=self.page, person=self.person)]
        if self.witness:
            sightings.append(Sighting(page=self.witness_page, person=self.witness))
        return (*([ResultPage(status=status)] if status else []), *sightings)


@dataclass(slots=True)
class Console:
    """``total``: how many scans there are to do; ``number`` is that of what is open, or was last."""

    total: int = 0
    done: int = 0
    stage: str = WAITING
    number: int = 0
    task: Task | None = None
    trouble: str = ""
    """What hindered the conversation that is under review, in words."""
    lines: list[Line] = field(default_factory=list)
    pictures: int = 0
    """How many were taken of what is open, or was last."""
    upload: str = ""
    """The address that takes the next picture; empty where none does."""
    left_out: int = 0
    """Messages for which there was no room any more."""
    answers: dict[int, Answer] = field(default_factory=dict)
    choices: dict[int, bool] = field(default_factory=dict)
    """Of each review, whether the conversation is held again."""

    def ask(self, task: Task) -> int:
        """Have a code scanned; the number of this task."""
        if task.payment == 1:
            self.lines, self.left_out = [], 0
        return self._open(SCANNING, task)

    def saw(self, message: Message, *, stray: bool = False) -> None:
        """A message has crossed the gateway."""
        point = message.where if isinstance(message, Malformed) else message.point
        if point != GATEWAY:
            return
        told = ((name, getattr(message, name, None)) for name in _SHOWN_FIELDS)
        fields = tuple((name, value) for name, value in told if isinstance(value, str) and value)
        name = message.operation if isinstance(message, Malformed) else message.name
        self.show(Line(name=name, fields=fields, stray=stray))

    def show(self, line: Line) -> None:
        """Something has happened at Alipay+."""
        if len(self.lines) < _MOST_LINES:
            self.lines.append(line)
        else:
            self.left_out += 1

    def answer(self, number: int, answer: Answer) -> None:
        """A person says what was seen; OutOfTurnError where that is not asked."""
        self._in_turn(number, SCANNING)
        self.answers[number] = answer
        self.stage, self.done = WAITING, self.done + 1

    def review(self, trouble: str) -> int:
        """The conversation is over: is it to stand? The number of this question."""
        self.trouble = trouble
        return self._open(REVIEWING, self.task)

    def choose(self, number: int, *, again: bool) -> None:
        """It stands, or is held again; OutOfTurnError where that is not asked."""
        self._in_turn(number, REVIEWING)
        self.choices[number] = again
        if again and self.task is not None:
            self.done -= self.task.payment
        self.stage, self.trouble = WAITING, ""

    def end(self, stage: str) -> bool:
        """Nothing more is asked, for ``stage``, one of ENDS; false where that was so before."""
        if self.stage in ENDS:
            return False
        self.stage, self.task = stage, None
        return True

    def _open(self, stage: str, task: Task | None) -> int:
        """Something is open now, unless nothing is any more."""
        self.number += 1
        if self.stage not in ENDS:
            self.stage, self.task = stage, task
        return self.number

    def _in_turn(self, number: int, stage: str) -> None:
        if self.stage != stage or number != self.number:
            raise OutOfTurnError(f"that was number {number}; now the console is {self.stage} at number {self.number}")
