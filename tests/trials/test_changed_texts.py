"""MPPs that change a text on its way, one for each known transformation: the right requirement fails each."""

from typing import Final

import pytest

from mpp_conformance.common.resources import directory
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.scenarios.cells import BOTH, payloads, psp
from mpp_conformance.scenarios.payloads import HURTFUL
from mpp_conformance.scenarios.scenario import Scenario, own
from mpp_conformance.scenarios.transformations import CODES, PAYLOADS, Transformation
from mpp_conformance.specimens import Specimen
from mpp_conformance.specimens.codes import changing_mpp as changing_codes
from mpp_conformance.specimens.payload import ChangedByClient, ChangedByServer, changing_mpp
from mpp_conformance.trials import cabinet

_HELD: Final = cabinet.conversations(load(directory("suites")).cases)
_SENT: Final = [own(text, "mpp-01234567890123456789") for text in HURTFUL.values()]


def failed(specimen: Specimen, scenario: Scenario) -> set[str]:
    """The requirements that decide and that a conversation with the specimen fails."""
    rows = cabinet.judged(specimen, {scenario: _HELD[scenario]})
    return {row.requirement for row in rows if row.decides and row.verdict is Verdict.FAIL}


def shortest(made: Transformation) -> int:
    """Which payload to send: the shortest that is changed, if possible not to nothing."""
    shown = [place for place, text in enumerate(_SENT) if made(text) != text]
    return min(shown, key=lambda place: (not made(_SENT[place]), len(_SENT[place])))


@pytest.mark.parametrize("made", PAYLOADS, ids=lambda made: made.name)
def test_a_payload_that_is_changed_fails_who_changed_it(made: Transformation) -> None:
    """Server and client are told apart, and the client by the way that the kind of code asks for."""
    scenarios = [payloads(code)[shortest(made)] for code in BOTH]
    by_server, by_client = (
        changing_mpp(ChangedByServer, "server-", made),
        changing_mpp(ChangedByClient, "client-", made),
    )
    assert [failed(by_server, scenario) for scenario in scenarios] == [{"SRV-4"}, {"SRV-4"}]
    assert [failed(by_client, scenario) for scenario in scenarios] == [{"EC-25"}, {"OC-16"}]


@pytest.mark.parametrize("made", CODES, ids=lambda made: made.name)
def test_a_code_value_that_is_changed_fails_who_changed_it(made: Transformation) -> None:
    """What Alipay+ is asked about is no longer what was scanned, or what the client SDK gave."""
    assert [failed(changing_codes(made), psp(code)) for code in BOTH] == [{"EC-16"}, {"OC-5"}]
