"""Standard output and error of a command: they outlive their reader, know no encoding's limits, and command nobody.

Whoever reads may end early (``| head``, a closed terminal): that is nobody's verdict, and what is done is done to its
end. What a CI server would take out of a log and carry out (``##vso[...]``) is defused here, whoever printed it.
"""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from mpp_conformance.common.text import harmless

_GONE: Final = (BrokenPipeError, ConnectionResetError)


class _Descriptor(io.FileIO):
    """A descriptor to write to; from the first failure on whatever is written is dropped, and ``problem`` says why."""

    problem: OSError | None = None

    def write(self, data: object) -> int:
        """Write all or some of it, or nothing that anybody would read."""
        size = memoryview(data).nbytes  # type: ignore[arg-type]  # whatever bytes a buffer hands down
        if self.problem is None:
            try:
                return super().write(data) or 0  # type: ignore[arg-type]  # likewise
            except OSError as problem:
                self.problem = problem
        return size


class Output(io.TextIOWrapper):
    """A text stream over the descriptor of another one, in that one's encoding, with escapes for what it lacks."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream  # whose descriptor it would close if it went
        self._descriptor = _Descriptor(stream.fileno(), "wb", closefd=False)
        self._at_start = True
        self._commanding = False
        # click would go around a stream in ASCII: this one is called UTF-8, and holds nothing but ASCII.
        self._in_ascii = codecs.lookup(stream.encoding).name == "ascii"
        encoding = "utf-8" if self._in_ascii else stream.encoding
        super().__init__(io.BufferedWriter(self._descriptor), encoding, errors="backslashreplace", line_buffering=True)

    @property
    def lost(self) -> OSError | None:
        """Why something that somebody could have read was not written: no space, say."""
        problem = self._descriptor.problem
        return None if isinstance(problem, _GONE) or self.isatty() else problem

    def write(self, text: str) -> int:
        """Write text in which a CI server finds no command."""
        written = text if self._commanding else harmless(text, at_start=self._at_start)
        super().write(written.encode("ascii", "backslashreplace").decode() if self._in_ascii else written)
        self._at_start = text.endswith("\n") if text else self._at_start
        return len(text)

    @contextmanager
    def own_commands(self) -> Iterator[None]:
        """What is printed within are commands of ours, in which text from outside was made harmless before."""
        self._commanding = True
        try:
            yield
        finally:
            self._commanding = False


def install() -> None:
    """Put an :class:`Output` in the place of either stream of this process; a stream that is closed leads nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            stream = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # no path; open for good
        if sys.platform == "win32" and stream.isatty():
            stream.reconfigure(errors="backslashreplace")  # a console takes no bytes, and no pipe reads it
        else:
            setattr(sys, name, Output(stream))


@contextmanager
def commands() -> Iterator[None]:
    """Within, standard output carries commands for a CI server."""
    if isinstance(sys.stdout, Output):
        with sys.stdout.own_commands():
            yield
    else:
        yield


def loss() -> OSError | None:
    """Why standard output lacks something that it should hold; ``None`` where it does not, or nobody reads it."""
    if not isinstance(sys.stdout, Output):
        return None
    sys.stdout.flush()
    return sys.stdout.lost
