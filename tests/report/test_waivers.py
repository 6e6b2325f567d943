"""Waivers open the gate of a pipeline, for one observation and for a while; they never make a wallet conform."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.bundle import keys
from mpp_conformance.cli import cli
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.judging.oracle import judge
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.report.gate import decision as gates
from mpp_conformance.report.gate import waivers
from mpp_conformance.report.gate.outcome import Gate
from mpp_conformance.report.gate.waivers import WaiverFileError
from mpp_conformance.report.pages import terminal
from mpp_conformance.report.verdict_file import document
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.connectors.direct import DirectConnector
from mpp_conformance.wallet import reference
from tests.reporting import M1, M2, O3, facts, folded, judged, row

KEY, STRANGER = keys.generate(), keys.generate()
PUBLIC = keys.public_text(KEY).strip()
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIELDS = {
    "requirement": "R-2",
    "case": "",
    "owner": "alice",
    "reason": "is being mended",
    "ticket": "PAY-1",
    "expires": "2026-12-31T00:00:00+08:00",
    "seen": "s",
}


def verdicts(*found: Verdict, missing: bool = False) -> dict[str, Any]:
    """A run in which R-1 passed, and R-2 came to these verdicts, one conversation each."""
    first, second = (replace(stated, id=name) for stated, name in ((M1, "R-1"), (M2, "R-2")))
    results = [judged(row(first, "a"), Verdict.PASS)]
    results += [judged(row(second, f"b{number}"), verdict) for number, verdict in enumerate(found)]
    results.append(judged(row(O3, "c"), Verdict.FAIL))
    more = [row(first, "unjudged")] if missing else []
    return document.document(folded(results, *more), facts([result.planned for result in results]))


def signed(key: Any = KEY, **changes: str) -> waivers.WaiverFile:  # noqa: ANN401  # a private key
    """A file with one waiver, signed with a key."""
    waiver = waivers.Waiver(**{**FIELDS, **changes}, signature="")
    signature = base64.b64encode(key.sign(waiver.signed)).decode()
    return waivers.WaiverFile({"alice": KEY.public_key()}, (replace(waiver, signature=signature),))


def gate(given: waivers.WaiverFile, *found: Verdict, **options: bool) -> Mapping[str, Any]:
    """What comes of a run by these waivers."""
    return judged_gate(given, *found, **options).told


def judged_gate(given: waivers.WaiverFile, *found: Verdict, **options: bool) -> Gate:
    """The gate of a run by these waivers."""
    return gates.decide(verdicts(*found, **options), given, NOW)


def observed(name: str, run: str) -> dict[tuple[str, str, str], str]:
    """What the cases see of a known MPP in a run of this name, wherever it is not what was asked."""
    specimen, profile = SPECIMENS[name], reference().profile
    found: dict[tuple[str, str, str], str] = {}
    for case in load(directory("suites")).cases:
        for scenario in case.scenarios(EDITIONS[DEFAULT_EDITION], Reading()):
            if scenario.label in TELLING:
                trace = DirectConnector(specimen(profile), profile, run).converse(scenario)
                found[case.requirement.id, case.name, scenario.label] = judge(case.judge, trace).seen
    return found


NONE = waivers.WaiverFile({}, ())
TELLING = ("order-blanks-at-both-ends", "order-silent-at-first", "entry-twice-in-turn", "order-twice-in-turn")
"""Conversations in which texts part at the beginning, in an id that the MPP makes, and within digits of ours."""


def test_a_run_that_conforms_needs_no_waiver() -> None:
    """What is only observed keeps no gate closed."""
    assert (gate(NONE, Verdict.PASS)["before"], gate(NONE, Verdict.PASS)["after"]) == ("conformant", "open")


def test_a_failure_closes_the_gate_and_a_waiver_opens_it() -> None:
    """Before stays what it was; every case that came out as the waiver says is excused."""
    closed, opened = gate(NONE, Verdict.FAIL, Verdict.FAIL), gate(signed(), Verdict.FAIL, Verdict.FAIL)
    assert ([row["verdict"] for row in closed["left"]], closed["after"]) == (["fail", "fail"], "closed")
    assert (opened["left"], opened["before"], opened["after"]) == ([], "nonconformant", "open")


def test_a_waiver_for_one_conversation_excuses_no_other() -> None:
    """What stays in the way is named."""
    made = gate(signed(case="test_m::test_n[b0]"), Verdict.FAIL, Verdict.FAIL)
    assert ([row["case"] for row in made["left"]], made["after"]) == (["test_m::test_n[b1]"], "closed")


@pytest.mark.parametrize(
    ("given", "trouble"),
    [
        (signed(expires="2026-05-31T00:00:00+08:00"), "it expired at 2026-05-31T00:00:00+08:00"),
        (signed(expires="2026-06-01T08:00:00+08:00"), "it expired at"),
        (signed(seen="something else"), "it is stale"),
        (signed(requirement="R-1"), "it is stale"),
        (signed(STRANGER), "it is not signed by alice"),
        (signed(owner="bob"), "bob is no owner"),
        (replace(signed(), waivers=(replace(signed().waivers[0], expires="2099-01-01T00:00:00+08:00"),)), "not signed"),
        (replace(signed(), waivers=(replace(signed().waivers[0], signature="x"),)), "not signed"),
    ],
    ids=["expired", "expires-now", "other-observation", "passes-now", "stranger", "no-owner", "prolonged", "garbled"],
)
def test_a_waiver_that_is_not_sound_closes_the_gate(given: waivers.WaiverFile, trouble: str) -> None:
    """It excuses nothing, and is named; even a run that conforms does not pass with it."""
    made = gate(given, Verdict.FAIL)
    assert (made["after"], len(made["left"])) == ("closed", 1)
    assert trouble in made["waivers"][0]["trouble"]
    assert gate(given, Verdict.PASS)["after"] == "closed"


SHOWN = "A with {} (first difference at byte {}: expected {}, seen {})"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("A with p 'mpp-26422344752401952545'", "A with p 'mpp-09851175970555085120'", True),
        ('A with p \'{"unused":"mpp-349659323\'...', 'A with p \'{"unused":"mpp-708832925\'...', True),
        ('A with p "it\'s mpp-26422344752401952545"', 'A with p "it\'s mpp-09851175970555085120"', True),
        (SHOWN.format("x", 13, "'26588'...", "'40815'..."), SHOWN.format("x", 14, "'6588'...", "'0815'..."), True),
        (SHOWN.format("x", 13, "'26588'...", "''"), SHOWN.format("x", 14, "'26588'...", "''"), False),
        ("N with payment_id 'mpp-8664ed'", 'N with payment_id "p\'s" (first difference at byte 3: ...)', True),
        ("N with payment_id 'mpp-8664ed'", "N with payment_id absent", False),
        ("N with payment_amount '700001'", "N with payment_amount '500001'", False),
        ("A with action_type 'HANDLE_BY_SDK'", "A with action_type 'HANDLE_BY_PSP'", False),
        ("A with p 'mpp-26422344752401952545'", "B with p 'mpp-26422344752401952545'", False),
        ("A with p 'mpp-26422344752401952545'", "A with q 'mpp-26422344752401952545'", False),
        ("2 x DecodeCallback", "3 x DecodeCallback", False),
    ],
)
def test_what_is_new_in_every_run_is_the_same_to_a_waiver(one: str, other: str, alike: bool) -> None:  # noqa: FBT001
    """Message, field, number and place are not."""
    assert (waivers.lasting(one) == waivers.lasting(other)) is alike


@pytest.mark.parametrize("name", ["payload-trimmed", "each-call-paid", "answer-of-anybody-before"])
def test_a_waiver_from_one_run_excuses_the_same_fault_in_another(name: str) -> None:
    """What the cases see of an MPP holds other digits in each run, and comes out alike for a waiver."""
    before, after = observed(name, "monday"), observed(name, "tuesday")
    assert [case for case in before if before[case] != after[case]] != []
    assert {case: waivers.lasting(seen) for case, seen in before.items()} == {
        case: waivers.lasting(seen) for case, seen in after.items()
    }


def test_a_fault_of_the_suite_cannot_be_waived() -> None:
    """It is nobody's to excuse; proof that is missing is."""
    made = gate(signed(), Verdict.ERROR)
    assert (made["after"], made["waivers"][0]["trouble"]) == ("closed", "a fault of the suite cannot be excused")
    assert gate(signed(), Verdict.INCONCLUSIVE)["after"] == "open"


def test_a_run_of_a_part_opens_no_gate() -> None:
    """Whatever passed in it."""
    made = judged_gate(NONE, Verdict.PASS, missing=True)
    assert [made.told[name] for name in ("after", "complete", "left")] == ["closed", False, []]
    assert "in the way   a part of the catalogue was not run" in list(terminal.gate_lines(made))


def test_a_draft_is_a_waiver_once_its_owner_has_filled_it_in(tmp_path: Path) -> None:
    """One of each thing that went wrong, for a case or one conversation of it; nothing that is observed or passed."""
    (tmp_path / "verdicts.json").write_bytes(canonical.dump(verdicts(Verdict.FAIL, Verdict.FAIL, Verdict.PASS)))

    def call(*words: str) -> Result:
        return CliRunner().invoke(cli, ["waive", *words])

    told = call("--from", str(tmp_path))
    assert (told.exit_code, told.output.count("[[waiver]]")) == (0, 1)
    assert 'case = "test_m::test_n"' in told.output
    with pytest.raises(WaiverFileError, match="owner must not be empty"):
        waivers.read(f'[owners]\nalice = "{PUBLIC}"\n{told.output}'.encode())
    filled = {"owner": "alice", "reason": "r", "ticket": "t", "expires": FIELDS["expires"]}
    text = told.output
    for name, value in filled.items():
        text = text.replace(f'{name} = ""', f'{name} = "{value}"')
    (waiver,) = waivers.read(f'[owners]\nalice = "{PUBLIC}"\n{text}'.encode()).waivers
    assert (
        gate(signed(**{name: value for name, value in waiver.told.items() if name != "signature"}), Verdict.FAIL)[
            "after"
        ]
        == "open"
    )
    assert call("--from", str(tmp_path), "test_m::test_n[b1]").output.count('case = "test_m::test_n[b1]"') == 1
    refused = call("--from", str(tmp_path), "R-1")
    assert (refused.exit_code, "nothing that a waiver can excuse went wrong with R-1" in refused.output) == (3, True)


def test_waive_says_which_of_its_two_forms_is_meant(tmp_path: Path) -> None:
    """A draft or a signature; of no run there is neither."""
    key = str(tmp_path / "k.pem")
    for words in ([], ["--from", str(tmp_path), "--key", key], ["--key", key], ["EC-25", "--key", key]):
        assert CliRunner().invoke(cli, ["waive", *words]).exit_code == 2
    assert CliRunner().invoke(cli, ["waive", "--from", str(tmp_path)]).exit_code == 3


# --- the file ---


def text(**changes: str) -> str:
    """A file with one waiver, its fields as TOML."""
    values = {name: json.dumps(value) for name, value in FIELDS.items() if name != "expires"}
    values |= {"expires": "2026-12-31T00:00:00+08:00", **changes}
    lines = [f"{name} = {value}" for name, value in values.items() if value]
    return f'[owners]\nalice = "{PUBLIC}"\n\n[[waiver]]\n' + "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (text(requirement='"*"'), "[[waiver]] 1 requirement must be the id of one requirement"),
        (text(requirement='"EC"'), "a waiver for more is too wide"),
        (text(case='"test_entry_code"'), "[[waiver]] 1 case must name one case"),
        (text(case='"test_a::test_b[*]"'), "no pattern"),
        (text(reason='" "'), "[[waiver]] 1 reason must not be empty"),
        (text(ticket=""), "[[waiver]] 1 ticket is missing"),
        (text(expires="2026-12-31T00:00:00"), "expires must be a date and time with an offset"),
        (text(expires="2026-12-31"), "expires must be text"),
        (text(expires='"soon"'), "expires must be a date and time with an offset"),
        (text(colour='"red"'), "[[waiver]] 1 colour is not known"),
        (text(seen=json.dumps("x" * 1_001)), "seen must be text of 1 to 1000 characters"),
        (text().replace(PUBLIC, "short"), "[owners] alice must be a public key"),
        ("[owners]\n", "[owners] must name each person who may give a waiver"),
        (text() + "[more]\n", "[more] is not a section"),
        ("waiver = 3\n", "[[waiver]] must be a section written for each waiver"),
        ("x = ", "it is not TOML"),
        ("#" * 262_145, "it is longer than"),
    ],
    ids=[str(number) for number in range(17)],
)
def test_a_wrong_file_is_refused_in_its_own_words(content: str, told: str) -> None:
    """Field and place are named, with what they must be."""
    with pytest.raises(WaiverFileError, match=re.escape(told)):
        waivers.read(content.encode())


def test_the_example_of_the_page_is_sound_but_for_its_keys() -> None:
    """docs/waivers.md shows a file that can be read, and names each field."""
    page = (Path(__file__).parents[2] / "docs/waivers.md").read_text("utf-8")
    example = page.partition("```toml\n")[2].partition("```")[0]
    found = waivers.read(re.sub(r'alice = "[^"]+"', f'alice = "{PUBLIC}"', example).encode())
    assert (found.waivers[0].requirement, found.waivers[0].expires) == ("EC-25", "2027-01-31T18:00:00+08:00")
    assert [name for name in waivers.Waiver.__dataclass_fields__ if f"`{name}`" not in page] == []


def test_only_the_wallet_itself_has_the_waivers_beside_its_file(tmp_path: Path) -> None:
    """A known MPP that borrows its claims has none, unless they are named."""
    (tmp_path / "waivers.toml").touch()
    wallet = str(tmp_path / "wallet.toml")
    found = [waivers.place("", wallet, target) for target in ("", "http:http://x", "specimen:x", "replay:x")]
    assert [path is not None for path in found] == [True, True, False, False]
    assert (waivers.place("w", wallet, "specimen:x"), waivers.place("", "", "")) == (Path("w"), None)


def test_waive_and_gate_play_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waive prints makes the waiver sound; gate says so, keeps it, and leaves the verdict file alone."""
    monkeypatch.chdir(tmp_path)
    run = tmp_path / "run"
    run.mkdir()
    (run / "verdicts.json").write_bytes(canonical.dump(verdicts(Verdict.FAIL)))
    keys.write_new(KEY, tmp_path / "alice.pem")
    keys.write_new(STRANGER, tmp_path / "bob.pem")
    file = tmp_path / "waivers.toml"
    file.write_text(text(expires="2999-12-31T00:00:00+08:00"))

    def call(*words: str) -> Result:
        return CliRunner().invoke(cli, list(words))

    assert call("gate", "run").exit_code == 1
    assert call("waive", "1", "--key", "bob.pem").exit_code == 3
    assert call("waive", "2", "--key", "alice.pem").exit_code == 2
    line = call("waive", "1", "--key", "alice.pem").output
    file.write_text(file.read_text() + line)
    told = call("gate", "run")
    assert (told.exit_code, told.output.splitlines()[-1]) == (0, "gate         open")
    assert json.loads((run / "gate.json").read_text())["before"] == "nonconformant"
    assert json.loads((run / "verdicts.json").read_text())["overall"] == "nonconformant"


def test_gate_without_a_run_or_with_a_wrong_file_says_so(tmp_path: Path) -> None:
    """No traceback, and exit code 3."""
    assert CliRunner().invoke(cli, ["gate", str(tmp_path)]).exit_code == 3
    (tmp_path / "verdicts.json").write_bytes(canonical.dump(verdicts(Verdict.PASS)))
    (tmp_path / "w.toml").write_text("x = ")
    told = CliRunner().invoke(cli, ["gate", str(tmp_path), "--waivers", str(tmp_path / "w.toml")])
    assert (told.exit_code, "w.toml: it is not TOML" in told.output) == (3, True)
