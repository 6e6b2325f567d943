"""The pacts that are kept speak of what the ledger speaks of."""

from pathlib import Path

import pytest

from contracts import writing
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol import result_codes


@pytest.mark.parametrize("path", sorted(writing.PACTS.glob("*.json")), ids=lambda path: path.stem)
def test_each_key_names_a_requirement(path: Path) -> None:
    """An interaction's key begins with the id of a requirement of the ledger, and no two are equal."""
    known = load(directory("suites")).requirements
    keys = [one["key"] for one in writing.document(path.read_text("utf-8"))["interactions"]]
    assert keys != []
    assert [key for key in keys if key.partition("/")[0] not in known] == []
    assert len(keys) == len(set(keys))


def test_the_answers_to_user_initiated_pay_have_named_result_codes() -> None:
    """A consumer that keeps an enumeration of the documented ones understands every answer of the pact."""
    pact = writing.document((writing.PACTS / "mpp-server--alipay-plus.json").read_text("utf-8"))
    results = [
        one["response"]["body"]["content"]["result"]
        for one in pact["interactions"]
        if one["request"]["path"].endswith("/userInitiatedPay")
    ]
    given = {(result["resultStatus"], result["resultCode"]) for result in results}
    named = {(status, code) for status, codes in result_codes.NAMED.items() for code in codes}
    assert {status for status, _ in given} == set(result_codes.NAMED)
    assert given - named == set()
