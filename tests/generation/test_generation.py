"""Generating answers: one seed gives the same bytes wherever it is done, and what is chosen is what was asked for."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from mpp_conformance import wire
from mpp_conformance.generation import process, selection
from mpp_conformance.generation.adjustment import fit
from mpp_conformance.generation.mirror import CELLS, document
from mpp_conformance.generation.process import GenerationError
from mpp_conformance.generation.selection import Row, choose
from mpp_conformance.protocol.messages import HANDLE_BY_PSP, HANDLE_BY_SDK, NEVER, UserInitiatedPayAnswer
from mpp_conformance.scenarios import answers
from mpp_conformance.scenarios.scenario import ENTRY, MARKS, ORDER, TAG

RESULT: Final = {"resultCode": "SUCCESS", "resultStatus": "S", "resultMessage": "ok"}
EMPTY: Final[Mapping[str, Any]] = {}
FORM: Final = {"actionType": HANDLE_BY_SDK, "sdkActionPayload": "0000"}


def row(description: str, phase: str = "coverage", *, legal: bool = True, fields: Mapping[str, Any] = EMPTY) -> Row:
    """What the process would have written down."""
    body = {"result": RESULT, "actionForm": FORM, **fields}
    return Row(cell="sdk-S", phase=phase, legal=legal, description=description, body=body)


# --- the process --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_packaged_answers_are_what_their_seed_gives(tmp_path: Path) -> None:
    """In another folder and process, under another hash seed and as in CI; `make answers` mends what has drifted."""
    program = (
        "import sys; from mpp_conformance import generation; from mpp_conformance.scenarios import answers; "
        "sys.stdout.buffer.write(answers.corpus_bytes(generation.corpus(generation.DEFAULT_SEED)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1234", "CI": "true"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, check=True, timeout=300
    )
    packaged = Path(answers.__file__).with_name(answers.FILE).read_bytes()
    assert packaged.splitlines() == done.stdout.splitlines()
    assert packaged == done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_generator_that_fails_is_our_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it said is told."""
    monkeypatch.setattr(process, "document", dict)
    with pytest.raises(GenerationError, match=r"the generator ended with \d"):
        process.recorded(tmp_path, 1)


def test_a_generator_that_does_not_end_is_our_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is not waited for without end."""
    monkeypatch.setattr(process, "SECONDS", 0.01)
    with pytest.raises(GenerationError, match="the generator could not be run"):
        process.recorded(tmp_path, 1)


def test_loading_the_package_loads_no_generator() -> None:
    """A run with the packaged answers pays for no Schemathesis."""
    script = "import sys, mpp_conformance.generation; print(sorted({'schemathesis', 'hypothesis'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


# --- the mirror ---------------------------------------------------------------------------------------------------


def test_the_mirror_asks_for_answers() -> None:
    """An operation for each business scenario; nothing of the interface's answer is left out of its request."""
    schemas = wire.document("alipay-plus")["components"]["schemas"]
    mirror = document()
    assert {f"/{cell}" for cell in CELLS} == set(mirror["paths"])
    for path in mirror["paths"].values():
        asked = path["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schemas["UserInitiatedPayAnswer"]["properties"].keys() == asked["properties"].keys()
        assert asked["additionalProperties"] is False


def test_the_mirror_leaves_the_interface_as_it_is() -> None:
    """It is made of copies."""
    before = json.dumps(wire.document("alipay-plus"))
    document()
    assert json.dumps(wire.document("alipay-plus")) == before


# --- fitting ------------------------------------------------------------------------------------------------------


def test_what_means_something_gets_a_meaning() -> None:
    """Ids, amounts, times and flags are the payment's; what is null stays null, what is missing stays missing."""
    body = {
        "actionForm": {"actionType": HANDLE_BY_PSP},
        "paymentRequestId": "\x00",
        "paymentAmount": {"currency": "AAA", "value": "7", "more": "\x01"},
        "payToAmount": None,
        "paymentExpiryTime": "2000-01-01T00:00:00Z",
        "paymentFactor": {"needSurcharge": "true", "isCashierPayment": None},
        "order": {"goods": [{"goodsUnitAmount": {"currency": "AAA", "value": "0"}}]},
    }
    assert fit(body) == {
        "actionForm": {"actionType": HANDLE_BY_PSP},
        "paymentRequestId": MARKS["paymentRequestId"],
        "paymentAmount": {"currency": "CNY", "value": MARKS["amount"], "more": "Z"},
        "payToAmount": None,
        "paymentExpiryTime": NEVER,
        "paymentFactor": {"needSurcharge": "false", "isCashierPayment": None},
        "order": {"goods": [{"goodsUnitAmount": {"currency": "CNY", "value": MARKS["amount"]}}]},
    }


@pytest.mark.parametrize("text", ["", "0" * 4096, "\x00\x1b\u2028\ud800\U000e0001", "e\u0301 \U0001f35c", "\n\t\r"])
def test_a_text_keeps_its_length(text: str) -> None:
    """Its characters become such as people write; lines are kept in a payload alone."""
    made = fit({"passThroughInfo": None, "acquirerName": text, "actionForm": {"sdkActionPayload": text}})
    assert len(made["acquirerName"]) == len(text)
    assert made["acquirerName"].isprintable()
    payload = made["actionForm"]["sdkActionPayload"].replace(TAG, "")
    assert len(payload) == len(text)
    assert all(char.isprintable() or char in "\n\t\r" for char in payload)


def test_what_is_spelled_is_spelled() -> None:
    """Ids and codes are plain, an address leads nowhere, data of the acquirer is JSON, numbers are plain ones."""
    made = fit(
        {
            "pspId": "\u4e2d\x00",
            "result": {"resultCode": "no code\n"},
            "paymentRedirectUrl": "x" * 100,
            "passThroughInfo": '"\\' + "x" * 100,
            "unknown": [1.5e300, 10**30, True, None],
        }
    )
    assert made["pspId"].isascii()
    assert made["result"]["resultCode"].isalnum()
    assert made["paymentRedirectUrl"] == "https://merchant.example/result?o=".ljust(100, "0")
    assert json.loads(made["passThroughInfo"]).keys() == {"d"}
    assert made["unknown"] == [0.25, 0, True, None]


def test_a_tag_stands_in_the_middle_of_a_payload() -> None:
    """A payload of its own for each payment, and nothing for one that is not there."""
    assert fit({"actionForm": FORM})["actionForm"]["sdkActionPayload"] == f"00{TAG}00"
    assert fit({"actionForm": {"sdkActionPayload": None}})["actionForm"]["sdkActionPayload"] is None
    assert fit({"actionForm": 5}) == {"actionForm": 5}


# --- choosing -----------------------------------------------------------------------------------------------------


def test_the_seed_decides_what_is_taken() -> None:
    """The same rows in any order and the same seed give the same corpus; another seed another one."""
    words = "Object with valid '{}' value: Value null value"
    rows = [row(words.format(name), fields={name: None}) for name in ("order", "pspId", "codeType")]
    assert answers.corpus_bytes(choose(rows, 1)) == answers.corpus_bytes(choose(rows[::-1], 1))
    assert len({choose(rows, seed).legal[0].name for seed in range(20)}) == len(rows)


def test_as_many_are_taken_as_there_are_to_be_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each about an outermost field of its own, and no body twice."""
    monkeypatch.setattr(selection, "WITHIN", {"null": 3})
    fields = ("order", "pspId", "acquirerId", "codeType")
    rows = [row(f"Object with valid '{name}' value: Value null value", fields={name: None}) for name in fields]
    made = choose(rows, 1).legal
    assert len(made) == len({json.dumps(sorted(json.loads(found.body))) for found in made}) == 3


def test_what_goes_beyond_the_documents_says_so() -> None:
    """What breaks the mirror alone is a legal answer beyond them; what breaks the interface as well is illegal."""
    rows = [
        row("actionForm: Object with unexpected properties", legal=False, fields={"actionForm": {**FORM, "more": 1}}),
        row("pspId: Incorrect type", legal=False, fields={"pspId": []}),
        row("Object with only required properties"),
    ]
    made = choose(rows, 1)
    assert [(found.name, found.within) for found in made.legal] == [
        ("sdk-S-required", True),
        ("sdk-S-actionForm-unexpected", False),
    ]
    assert [(found.name, found.description) for found in made.illegal] == [("pspId-type", "pspId: Incorrect type")]


def test_what_is_mended_by_fitting_is_left_broken() -> None:
    """A body that is illegal for a value that every payment sets is not made a payment's own."""
    made = choose(
        [row("paymentExpiryTime: String larger than maxLength", legal=False, fields={"paymentExpiryTime": "x" * 41})], 1
    )
    (found,) = made.illegal
    assert json.loads(found.body)["paymentExpiryTime"] == "x" * 41
    assert wire.problems(UserInitiatedPayAnswer, json.loads(found.body))


def test_only_the_broken_field_is_left_as_it_was() -> None:
    """All else of an illegal answer is the payment's own; what is missing stays missing."""
    amount, order = {"currency": "AAA", "value": 7}, {"orderAmount": {"currency": "AAA", "value": "7"}}
    rows = [
        row("paymentAmount -> value: Incorrect type", legal=False, fields={"paymentAmount": amount, "order": order}),
        row("Missing required property: result", legal=False, fields={"pspId": "p"}),
    ]
    del rows[1]["body"]["result"]
    wrong, missing = sorted(choose(rows, 1).illegal, key=lambda found: found.name)
    assert json.loads(wrong.body)["paymentAmount"] == {"currency": "CNY", "value": 7}
    assert json.loads(wrong.body)["order"]["orderAmount"] == {"currency": "CNY", "value": MARKS["amount"]}
    assert "result" not in json.loads(missing.body)


def test_a_broken_call_of_the_adaptor_is_no_answer() -> None:
    """It is among the calls, and not among the illegal answers."""
    call = {"codeValue": "c", "observerUrl": "http://127.0.0.1/o/0"}
    rows = [Row(cell="scan", phase="coverage", legal=False, description="Missing required property: c", body=call)]
    # Whoever opens no error page cannot refuse its address.
    unread = {**call, "customerId": "me", "errorPageUrl": ""}
    rows += [Row(cell="scan", phase="coverage", legal=False, description="errorPageUrl: Incorrect type", body=unread)]
    made = choose(rows, 1)
    assert (made.illegal, len(made.calls)) == ((), 1)


def test_codes_and_amounts_are_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The two kinds of code take turns; amounts to be paid are such as no fraction in binary keeps."""
    monkeypatch.setattr(selection, "WITHIN", {"drawn": 2})
    drawn = {"pspId": None, "order": None, "codeType": None}
    rows = [row("Positive", "fuzzing", fields={**drawn, "acquirerId": number}) for number in "12"]
    assert [(found.code, found.amount) for found in choose(rows, 1).legal] == [(ENTRY, 1_000), (ORDER, 1_000)]
    amounts = {found.amount for found in answers.packaged_corpus().legal if found.name.startswith("psp-S")}
    assert [fen for fen in amounts if int(fen / 100 * 100) == fen] == []


@pytest.mark.parametrize(
    ("description", "path"),
    [
        ("Object with valid 'order' value: Object with valid 'env' value: Value null value", ["order", "env"]),
        ("order -> goods -> Array with invalid items: goodsName: Incorrect type", ["order", "goods", "goodsName"]),
        ("payToAmount -> Missing required property: value", ["payToAmount", "value"]),
        ("Missing required property: result", ["result"]),
        ("pspId: Incorrect type", ["pspId"]),
        ("Object with only required properties", []),
    ],
)
def test_the_generators_words_name_fields(description: str, path: list[str]) -> None:
    """The outermost first; this is what breaks if another edition of it words things anew."""
    assert selection._path(row(description)) == path
