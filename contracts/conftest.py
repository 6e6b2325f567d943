"""The option that writes pacts, and Pact kept from telling its makers of it."""

import os

import pytest

os.environ["PACT_DO_NOT_TRACK"] = "true"


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--write-pacts``: what the consumer halves write is kept, in place of being compared with what is there."""
    parser.addoption("--write-pacts", action="store_true", help="keep the pacts that are written anew")
