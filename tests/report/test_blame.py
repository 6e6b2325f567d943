"""Where to look first when a case did not pass."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from mpp_conformance.judging.trace import BROKEN, Event, Trace
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.requirements import DERIVED, DOCUMENTED, MUST, SHOULD, SILENT, STATED
from mpp_conformance.protocol.messages import CLIENT_SDK, GATEWAY, Malformed
from mpp_conformance.report.verdict_file.blame import BLAMES, blame
from mpp_conformance.report.verdict_file.document import cases
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ORDER
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.specimens.conforming import ConformingMpp
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.reporting import judged, row, run_of, sample, stated

PROFILE = reference().profile
HELD = DirectConnector(ConformingMpp(PROFILE), PROFILE).converse(sdk(ORDER, "F"))
SILENT_WALLET = replace(HELD, events=tuple(event for event in HELD.events if event.message.by_suite))


def told(
    verdict: Verdict, trace: Trace | None = HELD, *, basis: str = STATED, level: str = MUST, hint: str = ""
) -> str:
    """What is blamed for a case of this verdict."""
    return blame(judged(row(stated("R1", basis=basis, level=level)), verdict, hint=hint), trace)


def reporting(where: str) -> Trace:
    """A conversation with a message that cannot be read."""
    message = Malformed(where=where, operation="ResultPage", problem="status: expected S or F")
    event = Event(number=len(HELD.events) + 1, payment=0, message=message)
    return replace(HELD, events=(*HELD.events, event))


def test_a_pass_blames_nobody() -> None:
    """There is nothing to look for."""
    assert told(Verdict.PASS) == ""


def test_a_failure_is_the_mpps_where_a_sentence_stands_behind_it() -> None:
    """A stated and a documented requirement blame the MPP, a SHOULD as well."""
    found = [told(Verdict.FAIL, basis=basis, level=level) for basis in (STATED, DOCUMENTED) for level in (MUST, SHOULD)]
    assert found == ["MPP"] * 4


HALVES = {
    "payload-callback-twice": {"MPP client"},
    "handle-action-never": {"MPP client"},
    "result-page-always-says-paid": {"MPP client"},
    "status-before-action-type": {"MPP server"},
    "payload-dropped": {"MPP server"},
    "no-error-code": {"MPP server"},
    "failed-decoding-left-to-sdk": {"MPP server"},
    "results-kept-from-client": {"MPP server"},
    "codes-url-encoded": {"MPP"},
    "never-launched": {"MPP"},
}


@pytest.mark.parametrize("name", HALVES)
def test_a_wallet_that_reports_its_app_link_is_told_which_half_to_look_at(name: str) -> None:
    """Whoever did other than it was told; a client that only did as it was led is not blamed."""
    verdicts, _ = run_of(SPECIMENS[name])
    failed = [case for case in cases(verdicts) if case["verdict"] == "fail" and case["blame"] != "silent document"]
    assert HALVES[name] == {case["blame"] for case in failed if case["deviation"]["payment"] == 0}


def test_without_the_app_link_nobody_knows_which_half_it_was() -> None:
    """Then the MPP is to be looked at."""
    verdicts, _ = run_of(SPECIMENS["merchant-name-missed-for-order-code"])
    assert {case["blame"] for case in cases(verdicts) if case["verdict"] == "fail"} <= {"MPP", "silent document"}


@pytest.mark.parametrize("basis", [DERIVED, SILENT])
@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.INCONCLUSIVE])
def test_what_no_sentence_says_is_the_documents_silence(basis: str, verdict: Verdict) -> None:
    """Nobody can be blamed for what is written nowhere."""
    assert told(verdict, basis=basis) == "silent document"


def test_an_error_is_the_suites() -> None:
    """Whatever it is about."""
    assert [told(Verdict.ERROR), told(Verdict.ERROR, None), told(Verdict.ERROR, basis=SILENT)] == ["harness"] * 3


def test_a_wallet_that_cannot_be_spoken_to_is_the_networks() -> None:
    """A conversation that broke, that was never held, or in which nothing was ever heard."""
    broken = replace(HELD, ending=BROKEN)
    found = [told(Verdict.INCONCLUSIVE, trace) for trace in (broken, None, SILENT_WALLET)]
    assert found == ["network"] * 3


def test_what_wallet_toml_can_mend_is_configuration() -> None:
    """A hint that names a section, or a report of the adaptor's that cannot be read."""
    hint = "set [features] app_link = true"
    assert told(Verdict.INCONCLUSIVE, hint=hint) == "configuration"
    assert told(Verdict.INCONCLUSIVE, reporting(CLIENT_SDK)) == "configuration"
    assert told(Verdict.INCONCLUSIVE, reporting(GATEWAY)) == "MPP"


def test_a_stimulus_that_never_came_is_the_mpps() -> None:
    """It spoke, and did not get as far as the duty that is asked about."""
    assert told(Verdict.INCONCLUSIVE) == "MPP"


def test_reports_and_the_schema_know_the_same_words() -> None:
    """Every case that did not pass has its blame in the verdict file."""
    schema = json.loads(
        files("mpp_conformance.report.verdict_file").joinpath("verdicts.schema.json").read_text("utf-8")
    )
    assert schema["$defs"]["case"]["properties"]["blame"]["enum"] == ["", *BLAMES]
    blamed = {case["verdict"]: case["blame"] for row in sample()["requirements"][:2] for case in row["cases"]}
    assert blamed == {"pass": "", "fail": "MPP"}
