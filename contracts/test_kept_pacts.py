"""The pacts that are kept speak of what the ledger speaks of."""

from pathlib import Path

import pytest

from contracts import writing
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load


@pytest.mark.parametrize("path", sorted(writing.PACTS.glob("*.json")), ids=lambda path: path.stem)
def test_each_key_names_a_requirement(path: Path) -> None:
    """An interaction's key begins with the id of a requirement of the ledger, and no two are equal."""
    known = load(directory("suites")).requirements
    keys = [one["key"] for one in writing.document(path.read_text("utf-8"))["interactions"]]
    assert keys != []
    assert [key for key in keys if key.partition("/")[0] not in known] == []
    assert len(keys) == len(set(keys))
