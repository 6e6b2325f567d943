"""The known MPPs as they stand in the cabinet: named, explained, and cheap."""

import re
import subprocess
import sys

from mpp_conformance.specimens import CONFORMING, FAULTY, LOADED, SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp


def test_a_faulty_specimen_names_something_and_a_conforming_one_nothing() -> None:
    """Nobody is in the cabinet without a fault, unless it conforms."""
    silent = {name for name, found in SPECIMENS.items() if not found.breaks | found.hides | found.observed}
    assert set(CONFORMING) == silent
    assert set(FAULTY) | set(LOADED) == set(SPECIMENS) - silent
    assert set(FAULTY).isdisjoint(LOADED)


def test_specimens_are_known_by_speaking_names() -> None:
    """Names are in lower case with hyphens, one for each class; the conforming one comes first."""
    assert [name for name in SPECIMENS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|conforming", name)] == []
    assert list(SPECIMENS) == [found.name for found in SPECIMENS.values()]
    assert next(iter(SPECIMENS)) == ConformingMpp.name
    assert len(set(SPECIMENS.values())) == len(SPECIMENS)


def test_a_specimen_says_why_it_breaks_or_hides_more_than_one() -> None:
    """The first paragraph says in one sentence what goes wrong; what else that spoils, a further one explains."""
    unexplained = []
    for specimen in SPECIMENS.values():
        kin = [kind.__doc__ or "" for kind in specimen.__mro__ if issubclass(kind, ConformingMpp)][:-1]
        several = len(specimen.breaks | specimen.observed) > 1 or specimen.hides
        if several and not any("\n\n" in text for text in kin):
            unexplained.append(specimen.name)
        first = (specimen.__doc__ or "").split("\n\n")[0]
        assert len(re.findall(r"[.!?](?=\s|$)", first)) == 1, specimen.name

    assert unexplained == []


def test_specimens_are_cheap_to_import() -> None:
    """Nothing is loaded that talks, validates or tests."""
    judge = "mpp_conformance.judging.oracle mpp_conformance.judging.verdict"
    heavy = f"'pytest httpx starlette jsonschema_rs yaml pydantic {judge}'"
    program = f"import sys, mpp_conformance.specimens; print([n for n in {heavy}.split() if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"
