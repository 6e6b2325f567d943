"""What was found out about a trace is kept with it: whoever judges asks for the same again and again."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

_T = TypeVar("_T")


class Knowing(Protocol):
    """Whatever keeps what was found out about it."""

    @property
    def known(self) -> dict[object, Any]:
        """By question, and what it was asked of."""


_Known = TypeVar("_Known", bound=Knowing)


def found_once(find: Callable[[_Known, int], _T]) -> Callable[..., _T]:
    """What ``find`` makes of a payment (an index, 0 where none is given) of a trace, worked out once for each."""

    @wraps(find)
    def found(trace: _Known, payment: int = 0) -> _T:
        try:
            made: _T = trace.known[find, payment]
        except KeyError:
            made = trace.known[find, payment] = find(trace, payment)
        return made

    return found
