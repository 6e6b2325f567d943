"""The payload texts: each is one payment's own and legal, and nothing that programs do to texts spares them all."""

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Final

import pytest
import yaml

from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import HANDLE_BY_SDK
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, TAG, TAG_DIGITS, TAG_IN_BASE64, own
from mpp_conformance.scenarios.transformations import PAYLOADS
from mpp_conformance.scenarios.transformations.encodings import LONGEST

_FIRST, _SECOND = "mpp-01234567890123456789", "mpp-98765432109876543210"
_WORD: Final = "the-word-null"
_OWN: Final = {name: own(text, _FIRST) for name, text in HURTFUL.items()}


def _deciding() -> Mapping[tuple[str, str], set[str]]:
    """The payloads of the conversations that each requirement which decides is judged by, for each kind of code."""
    found: dict[tuple[str, str], set[str]] = {}
    for case in load(directory("suites")).cases:
        for scenario in case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()) if case.requirement.decides else ():
            for payment in scenario.payments:
                answer = payment.answer
                if answer is not None and answer.action_type == HANDLE_BY_SDK and answer.payload is not None:
                    found.setdefault((case.requirement.id, payment.code), set()).add(own(answer.payload, _FIRST))
    return found


@pytest.mark.parametrize(
    ("requirement", "code"), [("EC-25", ENTRY), ("OC-16", ORDER), ("SRV-4", ENTRY), ("SRV-4", ORDER)]
)
def test_whatever_programs_do_to_a_text_changes_a_payload_that_decides(requirement: str, code: str) -> None:
    """For each transformation known, client and server are given a payload of each kind of code that it changes."""
    payloads = _deciding()[requirement, code]
    assert [made.name for made in PAYLOADS if not any(made(text) != text for text in payloads)] == []


def test_no_payload_could_go() -> None:
    """Each payload shows something that no other one shows, but for one of the length that many columns have."""
    alone = set()
    for made in PAYLOADS:
        changed = [name for name, text in _OWN.items() if made(text) != text]
        alone |= set(changed) if len(changed) == 1 else set()
    assert sorted(_OWN.keys() - alone) == ["5000-characters"]


@pytest.mark.parametrize("name", sorted(HURTFUL.keys() - {_WORD}))
def test_a_payload_is_one_payments_own(name: str) -> None:
    """One mark stands in it once, and so that the payload can be told from another payment's."""
    assert sum(HURTFUL[name].count(mark) for mark in (TAG, TAG_DIGITS, TAG_IN_BASE64)) == 1
    assert _OWN[name] != own(HURTFUL[name], _SECOND)
    assert TAG not in HURTFUL[name] or re.findall("mpp-[0-9]{20}", _OWN[name]) == [_FIRST]


def test_a_word_that_programs_take_for_nothing_is_nobodys_own() -> None:
    """With a mark in it, it would be another word."""
    assert _OWN[_WORD] == "null"


@pytest.mark.parametrize("name", sorted(HURTFUL))
def test_a_payload_is_legal_text(name: str) -> None:
    """It survives UTF-8 and JSON; control characters but tab and line ends are in a payload of their own."""
    text = _OWN[name]
    control = {char for char in text if unicodedata.category(char) == "Cc"}

    assert text == json.loads(json.dumps(text).encode("utf-8"))
    assert text == text.encode("utf-8").decode("utf-8")
    assert control <= set("\t\n\r") or name == "control-characters"


def test_the_longest_payload_is_as_long_as_the_interface_lets_it_be() -> None:
    """What no document bounds is bounded by openapi/alipay-plus.yaml, and repeats no piece."""
    interface = yaml.safe_load((directory("openapi") / "alipay-plus.yaml").read_text("utf-8"))
    form = interface["components"]["schemas"]["ActionForm"]["properties"]["sdkActionPayload"]
    pieces = re.findall("[0-9]{5}[.]", _OWN["longest"].removeprefix(_FIRST))

    assert (form["maxLength"], LONGEST) == (LONGEST, len(_OWN["longest"]))
    assert len(_OWN["5000-characters"]) == 5_000
    assert len(pieces) == len(set(pieces))
