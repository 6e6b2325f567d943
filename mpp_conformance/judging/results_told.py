"""Which payment results an MPP told of."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from mpp_conformance.protocol.messages import Message, NotifyPayment, ResultPage, ServerAnswer

_RESULTS: Final[Mapping[type[Message], str]] = MappingProxyType(
    {NotifyPayment: "result_status", ServerAnswer: "payment_status", ResultPage: "status"}
)


def results_told(said: Iterable[Message], *kinds: type[Message]) -> set[str | None]:
    """The payment results that the MPP told of: to anybody, or in messages of these kinds alone."""
    return {getattr(one, _RESULTS[type(one)]) for one in said if type(one) in (kinds or _RESULTS)}
