"""``audit.toml``: how logs are read, which record is which message, what links them, what is attested."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from mpp_conformance.common import canonical
from mpp_conformance.common.text import decode_text, printable
from mpp_conformance.protocol.messages import BY_NAME, Message
from mpp_conformance.scenarios.observation import LOG, NOBODY, POINTS, Observed, Witness
from mpp_conformance.wire import OPERATIONS

MAX_FILE: Final = 262_144
"""Bytes of ``audit.toml`` that are read."""
COLUMNS: Final = ("time", "kind", "body", "code", "request", "session", "line")
"""What each SELECT brings, all of it text or a time: ``kind`` is a label of ``[kinds]``, ``line`` the raw record."""
_SHOWN: Final = 60
_KINDS: Final = {kind.__name__ for kind in OPERATIONS}
_POINTS: Final = 'a list of "USER", "GATEWAY", "CLIENT_SDK" and "APP_LINK"'
Points = tuple[Literal["USER", "GATEWAY", "CLIENT_SDK", "APP_LINK"], ...]


class AuditFileError(ValueError):
    """An ``audit.toml`` that cannot be used; ``problems`` holds all that is wrong with it."""

    def __init__(self, file: str, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{file}: {problem}" for problem in self.problems))


def _known(name: str) -> str:
    if name not in _KINDS:
        raise ValueError(f"there are {', '.join(sorted(_KINDS))}")
    return name


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Read(_Part):
    """``[[read]]``: one SELECT over the readers of the engine, which brings :data:`COLUMNS` of each of ``files``."""

    files: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        strict=False, min_length=1, description="a list of one file, or pattern of files, or more"
    )
    sql: str = Field(min_length=1, description="a SELECT, as text")


class Keys(_Part):
    """``[keys]``: ``static`` matches whole codes that many payments share, which therefore link nothing."""

    static: str = Field(default="", description="a regular expression (RE2), as text")


class Attested(_Part):
    """``[attested]``: of which points every message is logged, none twice, and all in the order of one clock.

    ``settle``: seconds at either end of the logs within which a conversation may be cut off.
    """

    complete: Points = Field(default=(), strict=False, description=_POINTS)
    counted: Points = Field(default=(), strict=False, description=_POINTS)
    ordered: Points = Field(default=(), strict=False, description=_POINTS)
    settle: float = Field(default=3600.0, ge=0, le=10**7, description="a number of seconds from 0 to 10000000")


class Mapped(_Part):
    """The whole file."""

    read: tuple[Read, ...] = Field(strict=False, min_length=1, description="one [[read]] or more")
    kinds: dict[str, Annotated[str, AfterValidator(_known)]] = Field(
        min_length=1, description="a table: what stands in the column kind = the name of a message"
    )
    keys: Keys = Field(default_factory=Keys, description="a section")
    attested: Attested = Field(default_factory=Attested, description="a section")

    @property
    def digest(self) -> str:
        """A name for what it says (SHA-256, hex)."""
        return canonical.digest(self.model_dump_json().encode("utf-8", "surrogatepass"))

    @property
    def messages(self) -> frozenset[type[Message]]:
        """The types of message that the logs have."""
        return frozenset(BY_NAME[name] for name in self.kinds.values())

    @property
    def observes(self) -> Observed:
        """What the logs are worth at each point; a point of which they have nothing is reported by nobody."""
        logged = {kind.point for kind in self.messages}
        return Observed(**{point.lower(): self._witness(point, logged) for point in POINTS})

    def _witness(self, point: str, logged: set[str]) -> Witness:
        if point not in logged:
            return Witness.of(NOBODY)
        told = self.attested
        return Witness(
            by=LOG, complete=point in told.complete, counted=point in told.counted, ordered=point in told.ordered
        )


def load(path: Path) -> Mapped:
    """Read and review the file at ``path``; AuditFileError, in the words of the file, if it cannot be used."""
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
        if len(content) > MAX_FILE:
            raise AuditFileError(name, [f"is longer than {MAX_FILE} bytes"])
        return parse(decode_text(content), file=name)
    except FileNotFoundError:
        raise AuditFileError(name, ["there is no such file; examples/audit/ has one to begin with"]) from None
    except OSError as problem:
        raise AuditFileError(name, [f"cannot be read ({problem.strerror})"]) from None
    except UnicodeError as problem:
        raise AuditFileError(name, [str(problem)]) from None


def parse(text: str, *, file: str = "audit.toml") -> Mapped:
    """Review the text of a file, which problems name ``file``."""
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise AuditFileError(file, [f"is not TOML: {printable(str(problem), 200)}"]) from None
    try:
        return Mapped.model_validate(data)
    except ValidationError as found:
        raise AuditFileError(file, [_problem(error) for error in found.errors(include_url=False)]) from None


def _problem(error: Mapping[str, Any]) -> str:
    place = [part for part in error["loc"] if isinstance(part, str)]
    where = f"[{place[0]}] {' '.join(place[1:])}".strip() if len(place) > 1 else f"[{place[0]}]"
    where = printable(where, _SHOWN)
    if error["type"] == "missing":
        return f"{where} is missing{_must(place)}"
    if error["type"] == "extra_forbidden":
        return f"{where} is not known"
    slip = f": {error['ctx']['error']}" if error["type"] == "value_error" else ""
    return f"{where} must be {_description(place)}; found {printable(repr(error['input']), _SHOWN)}{slip}"


def _must(place: list[str]) -> str:
    return f"; it must be {_description(place)}"


_PARTS: Final[Mapping[str, type[BaseModel]]] = {"read": Read, "keys": Keys, "attested": Attested}


def _description(place: list[str]) -> str:
    """What stands in the file there, as the model describes it."""
    if place[0] == "kinds" and len(place) > 1:
        return "the name of a message"
    model: type[BaseModel] | None = Mapped
    told = "something else"
    for name in place:
        field = None if model is None else model.model_fields.get(name)
        if field is None:
            break
        told = field.description or told
        model = _PARTS.get(name)
    return told
