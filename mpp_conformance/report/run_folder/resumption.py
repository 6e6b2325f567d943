"""Going on with a run that was broken off: only with what it was begun with, and only if it is not over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mpp_conformance.evidence import journal
from mpp_conformance.evidence.journal import Journal, JournalError
from mpp_conformance.report.run_folder import journal_file

_SHOWN: Final = 10


class ResumptionError(ValueError):
    """A run cannot be gone on with; says why, and what to do."""


def journal_so_far(run: Path) -> Journal:
    """The journal of the run in ``run`` as far as it got; ResumptionError where there is none, or it is over."""
    try:
        known = journal_file.read(run)
    except OSError as problem:
        raise ResumptionError(f"{run} holds no run: {journal.FILE}: {problem.strerror}") from problem
    except JournalError as problem:
        raise ResumptionError(f"{run / journal.FILE} is not the journal that was written: {problem}") from problem
    if known.entries[-1].event == journal.FINISHED:
        raise ResumptionError(f"{run} is over ({known.entries[-1].told['result']}): start a new run")
    return known


def journal_to_resume(run: Path, facts: Mapping[str, Any]) -> Journal:
    """The same, if the run is gone on with the same ``facts``; ResumptionError says what has changed."""
    found = journal_so_far(run)
    changed = list(journal.differences(found.facts, facts))
    if changed:
        named = "; ".join(changed[:_SHOWN])
        raise ResumptionError(f"{run} was started with something else, so start a new run: {named}")
    return found
