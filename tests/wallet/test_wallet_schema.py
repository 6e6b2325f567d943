"""The JSON Schema of ``wallet.toml`` refuses nothing that the review takes, and what it can of what that refuses."""

import json
import tomllib
from datetime import date, time
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpp_conformance import wallet
from mpp_conformance.cli import cli
from mpp_conformance.protocol.limits import EDITIONS
from mpp_conformance.wallet import WalletFileError
from mpp_conformance.wallet.model import SECTIONS
from tests import wallets

SCHEMA: Final = json.loads(CliRunner().invoke(cli, ["schema", "wallet"]).output)
VALIDATOR: Final = jsonschema.Draft202012Validator(SCHEMA)


def takes(text: str) -> bool:
    """Whether the schema takes a file; a date is a text to it, as it is to editors."""
    return VALIDATOR.is_valid(_as_json(tomllib.loads(text)))


def _as_json(value: Any) -> Any:  # noqa: ANN401  # whatever TOML has
    if isinstance(value, dict):
        return {name: _as_json(inner) for name, inner in value.items()}
    if isinstance(value, date | time):
        return str(value)
    # jsonschema spells out the number that it refuses, which Python does up to 4,300 digits.
    return min(value, 10**18) if type(value) is int else value


def test_it_takes_the_files_that_come_with_the_project() -> None:
    """The template, filled in or not, and the wallet file of the example."""
    example = Path(__file__).parents[2] / "examples/wallet-node/wallet.toml"
    assert [takes(text) for text in (wallet.template(), example.read_text("utf-8"), wallets.text())] == [True] * 3


def test_every_section_and_key_is_in_it_and_described() -> None:
    """What an editor completes, and what it says of it, is what the review knows and says."""
    found = {}
    for name, place in SCHEMA["properties"].items():
        section = SCHEMA["$defs"][place["$ref"].rpartition("/")[2]]
        found[name] = {key: told.get("description", "") for key, told in section["properties"].items()}
        assert (section["additionalProperties"], section["type"]) == (False, "object")
    assert found == {
        name: {key: field.description or "" for key, field in model.model_fields.items()}
        for name, model in SECTIONS.items()
    }
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["$defs"]["Limits"]["properties"]["edition"]["enum"] == list(EDITIONS)


_UNSAID: Final = {
    ("wallet__name", '"W\\u007f"'): "that a character cannot be printed",
    ("wallet__version", "2026-01-01"): "that a date is no text",
    ("reach__adaptor", '"http://10.0.0.1:9300"'): "that an address is near",
    ("reach__adaptor", '"http://a$b:1"'): "what names of hosts are made of",
    ("reach__adaptor", '"http://-a:1"'): "",
    ("reach__adaptor", '"http://localhost.evil:1"'): "",
    ("reach__listen", '"0.0.0.0:9400"'): "",
    ("reach__adaptor", '"http://[::1"'): "that a host or port can be",
    ("reach__adaptor", '"http://localhost:99999"'): "",
    ("reach__listen", '"[127.0.0.1]:1"'): "",
    ("reach__listen", '"127.0.0.1:70000"'): "",
    ("keys__mpp_public_key", '"no.pem"'): "that a key file is there",
    ("keys__mpp_public_key", '"a\\u0000b"'): "",
    ("keys__mpp_public_key", f'"{"a" * 5_000}"'): "",
    ("keys__mpp_public_key", '"."'): "",
    ("codes__entry", '"{id}{id}"'): "that something stands there once",
    ("codes__order", '"e{id}"'): "that two values differ",
    ("codes__foreign", '"o{id}"'): "",
    ("customers__second", '"1"'): "",
    ("customers__unfunded", '"2"'): "",
    ("reach__settle", "nan"): "that a number is one",
}
"""What no schema can say, or none that can be read: for the review to say."""


@pytest.mark.parametrize(("place", "value"), [(place, value) for place, value, _ in wallets.WRONG])
def test_it_refuses_a_wrong_value_where_a_schema_can(place: str, value: str | None) -> None:
    """Each wrong value that the review names is refused, but for those that no schema can tell."""
    text = wallets.text(**{place: value})
    with pytest.raises(WalletFileError):
        wallet.parse(text, Path())
    assert takes(text) is ((place, value) in _UNSAID)


@pytest.mark.parametrize("text", ["", "reach = 3", "[[reach]]", "[reech]", 'adaptor = "x"', "zzz = 1"])
def test_it_refuses_a_wrong_section(text: str) -> None:
    """Sections that are missing, unknown, or no sections."""
    assert not takes(text)


_TEXTS: Final = st.text(max_size=12) | st.sampled_from(
    [
        "http://localhost:1",
        "HTTPS://[::1]:9/a@b",
        "http://127.0.0.1:1/",
        "[::1]:0",
        "localhost:1",
        "/a?b",
        "a{id}",
        "x y",
    ]
)
_VALUES: Final = (
    _TEXTS
    | st.booleans()
    | st.integers(-2, 70)
    | st.floats(0, 700)
    | st.lists(st.sampled_from(["customers", "other", "all"]), max_size=2)
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from(
        [f"{name}__{key}" for name, model in SECTIONS.items() for key in model.model_fields if name != "keys"]
        + ["keys__client_id", "keys__key_version"]
    ),
    value=_VALUES,
)
def test_what_the_review_takes_it_takes(place: str, value: Any) -> None:  # noqa: ANN401  # any value at all
    """No editor marks a value that the review lets pass."""
    text = wallets.text(**{place: wallets.toml(value)})
    try:
        wallet.parse(text, Path())
    except WalletFileError:
        return
    assert takes(text)
