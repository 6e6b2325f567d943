"""Changes of texts that no conversation shows are known by name."""

from collections.abc import Iterable

from mpp_conformance.adequacy.transformations import KNOWN, invisible_changes
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.scenarios.scenario import CodeTemplates
from mpp_conformance.scenarios.transformations import CODES, PAYLOADS
from mpp_conformance.wallet import reference

_CASES = load(directory("suites")).cases


def _unshown(cases: Iterable[Case], templates: CodeTemplates) -> tuple[str, ...]:
    return invisible_changes(cases, EDITIONS[DEFAULT_EDITION], Reading(), templates)


def test_the_suite_shows_whatever_programs_do_to_a_text() -> None:
    """With the codes of init's wallet.toml nothing goes unseen."""
    assert _unshown(_CASES, reference().templates) == ()


def test_what_no_deciding_case_sends_is_named() -> None:
    """Without such cases each transformation goes unseen, for both kinds of code; of codes, what a template hides."""
    observed = [case for case in _CASES if not case.requirement.decides]
    found = _unshown(observed, CodeTemplates(entry="e{id}", order="o{id}", foreign="f{id}"))
    assert found[: 2 * len(PAYLOADS)] == tuple(
        f"payload of {code}: {made.name}" for code in ("ENTRY_CODE", "ORDER_CODE") for made in PAYLOADS
    )
    assert "code value: query-sorted" in found
    assert "code value: upper-cased" not in found
    assert 2 * len(PAYLOADS) + len(CODES) == KNOWN
