"""The files that an audit reads, and what each of them is, so that none is left out or changed later."""

import glob
import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from mpp_conformance.common.text import printable
from mpp_conformance.trials.audit.mapping import Mapped, Read

_AT_ONCE: Final = 1 << 20
_SHOWN: Final = 200


class InputError(Exception):
    """A file of ``[[read]] files`` is not there, or cannot be read; says which."""


@dataclass(frozen=True, slots=True, order=True)
class Input:
    """A file; its name counts from ``audit.toml``.

    ``size`` in bytes, ``lines`` as `wc -l` counts them, ``sha256`` as `sha256sum` has it.
    """

    name: str
    size: int
    lines: int
    sha256: str

    def document(self) -> dict[str, object]:
        """As JSON."""
        return asdict(self)


def names(read: Read, base: Path) -> list[str]:
    """The files that one ``[[read]]`` names, each once, in order; InputError where a name or a pattern finds none."""
    found: set[str] = set()
    for pattern in read.files:
        matching = glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207  # an absolute pattern, too
        new = [name for name in matching if (base / name).is_file()]
        if not new:
            raise InputError(f"[[read]] files: there is no file {printable(repr(pattern), _SHOWN)}")
        found |= {Path(name).as_posix() for name in new}
    return sorted(found)


def read(mapped: Mapped, base: Path) -> list[Input]:
    """Every file that a mapping reads, in order; InputError where one cannot be read."""
    every = sorted({name for one in mapped.read for name in names(one, base)})
    return [_input(name, base / name) for name in every]


def _input(name: str, path: Path) -> Input:
    digest, size, lines = hashlib.sha256(), 0, 0
    try:
        for block in _blocks(path):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
    except OSError as problem:
        raise InputError(f"{printable(name, _SHOWN)}: {problem.strerror}") from None
    return Input(name, size, lines, digest.hexdigest())


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_AT_ONCE):
            yield block
