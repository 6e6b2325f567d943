"""The kill matrix that bundles carry is made once for each build of the suite and kept."""

from mpp_conformance.cli import matrix


def test_what_is_kept_is_what_is_made() -> None:
    """Whoever asks for the matrix of this build has the one that would be made now, and finds it there next time."""
    told = list[str]()
    kept = matrix.of_this_suite(told.append)
    assert (matrix.of_this_suite(told.append), len(told) <= 1) == (kept, True)
    assert matrix._made() == kept
