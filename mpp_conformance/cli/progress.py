"""What long work is at, and how long it will take: on a terminal's standard error, nothing elsewhere."""

import sys
from contextlib import ExitStack
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_WHOLE: Final = 1000


class Progress:
    """A bar with an estimate for each step; a context manager that ends the last one."""

    def __init__(self) -> None:
        self._bars = ExitStack()
        self._step = ""
        self._done = 0
        self._bar: ProgressBar[int] | None = None

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the line."""
        self._bars.close()

    def show(self, step: str, done: float) -> None:
        """Say how much of a step is done, from 0 to 1."""
        if not sys.stderr.isatty():
            return
        if step != self._step or self._bar is None:
            self._bars.close()
            made: ProgressBar[int] = click.progressbar(length=_WHOLE, label=step, file=sys.stderr, show_eta=True)
            self._bar = self._bars.enter_context(made)
            self._step, self._done = step, 0
        self._bar.update(int(done * _WHOLE) - self._done)
        self._done = int(done * _WHOLE)
