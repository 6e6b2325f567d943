"""The doctor on templates of codes: what a run could not see is said, and a better one is proposed."""

import json

from mpp_conformance.scenarios.code_templates import hidden
from mpp_conformance.scenarios.transformations import CODES
from mpp_conformance.trials.doctor.templates import hidden_changes
from mpp_conformance.wallet import Wallet, reference


def _of(order: str) -> Wallet:
    known = reference()
    return known.model_copy(update={"codes": known.codes.model_copy(update={"order": order})})


def test_templates_that_hide_nothing_are_well() -> None:
    """Nothing is proposed."""
    finding = hidden_changes(reference())
    assert (finding.where, finding.ok) == ("[codes] order", True)
    assert "order =" not in finding.text


def test_what_a_template_hides_is_named_and_a_better_one_proposed() -> None:
    """It is advice: nothing is wrong with the file."""
    plain = "https://qr.example.test/order/{id}"
    finding = hidden_changes(_of(plain))
    proposed = json.loads(finding.text.partition("order = ")[2])
    assert finding.ok
    assert finding.text.startswith(f"{len(hidden(plain))} of {len(CODES)} alterations")
    assert all(name in finding.text for name in ("query-sorted", "plus-to-blank", "cut-after-50-characters or more"))
    assert len(hidden(proposed)) < len(hidden(plain))


def test_nothing_is_proposed_for_codes_that_are_no_addresses() -> None:
    """Only what they hide is said."""
    finding = hidden_changes(_of("ORDER{id}"))
    assert (finding.ok, "order =" in finding.text, "query-sorted" in finding.text) == (True, False, True)
