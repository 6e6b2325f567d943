"""What a provider says in one interaction of a pact."""

from dataclasses import dataclass, field

from mpp_conformance.protocol.messages import Message


@dataclass(frozen=True, slots=True)
class Told:
    """Messages in order, and what is wrong with them in words.

    ``unproven``: why the interaction proves nothing, whatever came of it.
    """

    said: list[Message] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
