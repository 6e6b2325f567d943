"""What long work is at: told on a terminal, and nowhere else."""

import io
import sys

import pytest

from mpp_conformance.cli.progress import Progress


class Terminal(io.StringIO):
    """Somewhere that people look at."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Terminal, True), (io.StringIO, False)])
def test_a_bar_is_for_terminals(stream: type[io.StringIO], *, shown: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step has a bar with its share; a log file has none."""
    told = stream()
    monkeypatch.setattr(sys, "stderr", told)
    with Progress() as progress:
        progress.show("reading", 0.5)
        progress.show("judging", 0.25)
        progress.show("judging", 1.0)
    text = told.getvalue()
    assert [word in text for word in ("reading", "50%", "judging", "25%", "100%")] == [shown] * 5
