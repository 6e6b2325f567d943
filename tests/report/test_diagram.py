"""Sequence diagrams: they show what was seen, what was judged, and nothing else; hostile text stays text."""

import re
from dataclasses import asdict, replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from mpp_conformance.adequacy.model.arrows import PARTIES
from mpp_conformance.common.resources import directory
from mpp_conformance.judging import oracle
from mpp_conformance.judging.text_differences import parting_of
from mpp_conformance.judging.trace import ENDED, Event, Trace
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.protocol.limits import DEFAULT_EDITION, EDITIONS, Reading
from mpp_conformance.protocol.messages import DecodeCallback, Launch, Malformed, Message, UserInitiatedPay
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages.diagram import marks, svg
from mpp_conformance.report.pages.diagram.marks import Mark, Marks
from mpp_conformance.report.pages.diagram.picture import ABSENT, LINES, SEEN, UNSEEN, Line, Picture, picture
from mpp_conformance.report.pages.diagram.wording import deviation_note, line_sentence, whole
from mpp_conformance.report.verdict_file import document
from mpp_conformance.scenarios.scenario import Scenario
from mpp_conformance.specimens import FAULTY
from mpp_conformance.specimens.conforming import ConformingMpp
from tests.adequacy.test_model import held
from tests.reporting import HOSTILE

CASES = load(directory("suites")).cases
ASKED = [(case, case.scenarios(EDITIONS[DEFAULT_EDITION], Reading())) for case in CASES]
SCENARIOS = {scenario.label: scenario for _, scenarios in ASKED for scenario in scenarios}


def rows(trace: Trace) -> list[dict[str, Any]]:
    """What the cases of the suites say of a conversation, as a verdict file has it."""
    return [_row(case, trace) for case, scenarios in ASKED if trace.scenario in scenarios]


def _row(case: Case, trace: Trace) -> dict[str, Any]:
    judgement = oracle.judge(case.judge, trace)
    red = judgement.verdict.word in {"fail", "inconclusive"}
    return {
        "requirement": case.requirement.id,
        "verdict": judgement.verdict.word,
        "observed": red and not case.requirement.decides,
        "events": list(judgement.events),
        "deviation": document.deviation_row(judgement.deviation),
    }


def drawn(label: str, specimen: type[ConformingMpp] = ConformingMpp) -> Picture:
    """The picture of a conversation with a specimen."""
    trace = held(SCENARIOS[label], specimen)
    return picture(trace, marks.marks(rows(trace)))


def texts(shape: str) -> list[str]:
    """The texts of a drawing."""
    return ["".join(found.itertext()) for found in ET.fromstring(shape).iter() if found.tag.endswith("text")]  # noqa: S314  # our own


def only(*messages: Message, scenario: Scenario = SCENARIOS["entry-sdk-S"]) -> Trace:
    """A conversation in which only these messages crossed."""
    trace = held(scenario)
    events = tuple(Event(number=number, payment=0, message=message) for number, message in enumerate(messages, start=1))
    return replace(trace, events=events, ending=ENDED)


def test_a_conforming_conversation_bears_no_mark() -> None:
    """Every message is there with its step, in the order of the record; nothing is missing and nothing is marked."""
    found = drawn("entry-sdk-S")
    seen = [(line.number, line.steps, line.label) for line in found.lines if line.kind == SEEN]
    assert seen == [
        (1, "1-2", "Scan"),
        (2, "4-5", "IdentityAnswer"),
        (3, "6", "Launch"),
        (4, "15", "Decode"),
        (5, "17-18", "UserInitiatedPay"),
        (6, "23", "UserInitiatedPayAnswer"),
        (7, "24", "ServerAnswer"),
        (8, "25-26", "DecodeCallback"),
    ]
    assert [line for line in found.lines if line.marks or line.kind == ABSENT] == []


def test_what_took_place_unseen_stands_where_it_took_place() -> None:
    """Steps between two parties that no message shows stand before the message that shows that they took place."""
    lines = drawn("entry-sdk-S").lines
    unseen = [(line.steps, line.sender, line.receiver) for line in lines if line.kind == UNSEEN]
    assert unseen == [
        ("3", "MPP client", "MPP server"),
        ("7-12", "merchant", "Alipay+"),
        ("13-14", "merchant", "client SDK"),
        ("16", "MPP client", "MPP server"),
    ]
    labels = [line.label if line.kind == SEEN else line.steps for line in lines]
    assert labels[1:3] == ["3", "IdentityAnswer"]
    assert labels[4:7] == ["7-12", "13-14", "Decode"]


@pytest.mark.parametrize(
    ("label", "specimen", "expected"),
    [
        ("entry-sdk-F", "payload-callback-never", {("DecodeCallback", ABSENT, "missing", "EC-25")}),
        ("order-sdk-S", "handle-action-never", {("HandleAction", ABSENT, "missing", "OC-16")}),
        ("entry-sdk-S", "payload-callback-twice", {("DecodeCallback", SEEN, "repeated", "EC-25")}),
        (
            "order-psp-S",
            "handle-action-with-result",
            {("HandleAction", SEEN, "unexpected", "OC-19")},
        ),
        ("entry-sdk-F", "own-error-page-beside", {("ResultPage", SEEN, "unexpected", "UX-8")}),
        ("entry-blanks-at-both-ends", "payload-trimmed", {("ServerAnswer", SEEN, "different", "SRV-4")}),
        (
            "entry-psp-S",
            "callback-foresees-result",
            {
                ("DecodeCallback", SEEN, "out of order", "EC-28"),
                ("ServerAnswer", SEEN, "out of order", "EC-28"),
            },
        ),
    ],
)
def test_marks_are_what_the_cases_judged(label: str, specimen: str, expected: set[tuple[str, str, str, str]]) -> None:
    """What a case found missing, repeated, unexpected, different or out of order is marked so, by its requirement."""
    lines = drawn(label, FAULTY[specimen]).lines
    found = {(line.label, line.kind, mark.how, mark.requirement) for line in lines for mark in line.marks}
    assert found == expected


def test_a_missing_message_stands_in_its_turn() -> None:
    """What never came stands behind what comes before it in the workflow, between its two parties."""
    *_, before, line = drawn("entry-sdk-F", FAULTY["payload-callback-never"]).lines
    assert (before.label, line.sender, line.receiver, line.steps) == ("ServerAnswer", "MPP client", "client SDK", "")


def test_the_byte_where_a_payload_parts_is_told() -> None:
    """A payload that differs says from which byte on, in the drawing and in the sentences."""
    found = drawn("entry-blanks-at-both-ends", FAULTY["payload-trimmed"])
    (mark,) = [mark for line in found.lines for mark in line.marks]
    assert deviation_note(mark, ENGLISH) == "SRV-4: differs from byte 0"
    assert "SRV-4: differs from byte 0" in texts(svg.svg(found, ENGLISH, title="t"))


def test_what_is_observed_has_a_tone_of_its_own() -> None:
    """An observation is marked, and never as a failure."""
    found = drawn("entry-sdk-F", FAULTY["own-error-page-beside"])
    assert {mark.tone for line in found.lines for mark in line.marks} == {"observed"}
    shape = svg.svg(found, ENGLISH, title="t")
    assert 'class="observed"' in shape
    assert 'class="fail"' not in shape


def test_proof_that_is_missing_accuses_nobody() -> None:
    """A stimulus that never came is drawn as missing, in the tone of what is not proven."""
    found = drawn("order-sdk-F", FAULTY["user-initiated-pay-never-called"])
    marked = {(line.label, line.kind, mark.tone) for line in found.lines for mark in line.marks}
    assert ("UserInitiatedPayAnswer", ABSENT, "inconclusive") in marked
    assert ("UserInitiatedPayAnswer", ABSENT, "fail") not in marked
    assert 'class="missing inconclusive"' in svg.svg(found, ENGLISH, title="t")


def test_each_payment_has_its_own_marks() -> None:
    """Of two payments at once, only the messages of the one that went wrong are marked."""
    found = drawn("entry-two-at-once", FAULTY["one-callback-for-all"])
    assert found.payments == 2
    assert {line.payment for line in found.lines} == {0, 1}
    shape = svg.svg(found, ENGLISH, title="t")
    assert texts(shape).count("payment") == 1


# --- the drawing ------------------------------------------------------------------------------------------------


def test_the_drawing_has_every_party_and_every_arrow() -> None:
    """Six lanes by name, and an arrow for each line."""
    found = drawn("order-psp-S")
    shape = svg.svg(found, ENGLISH, title="order-psp-S")
    assert [text for text in texts(shape) if text in PARTIES] == list(PARTIES)
    arrows = re.findall(r"M[0-9]+ [0-9]+H", shape)
    assert len(arrows) == len(found.lines)
    assert "UserInitiatedPayAnswer S HANDLE_BY_PSP" in texts(shape)


def test_a_missing_arrow_is_dashed_and_said_in_words() -> None:
    """Colour is never the only sign."""
    shape = svg.svg(drawn("order-sdk-F", FAULTY["handle-action-never"]), ENGLISH, title="t")
    assert 'class="missing fail"' in shape
    assert {"HandleAction is missing", "OC-16: missing"} <= set(texts(shape))
    assert ".dia .missing{stroke-dasharray:" in svg.STYLE


def test_hostile_text_stays_text() -> None:
    """Whatever a wallet sends makes no element, no control character and no turned text; it is bounded."""
    trace = only(
        Launch(url=HOSTILE),
        DecodeCallback(callback="c", outcome=HOSTILE, error_code=HOSTILE * 999),
        Malformed(where="USER", operation=HOSTILE, problem=HOSTILE),
    )
    found = picture(trace, Marks())
    shape = svg.svg(found, ENGLISH, title=HOSTILE, alone=True)
    assert {found.tag.rpartition("}")[2] for found in ET.fromstring(shape).iter()} == {  # noqa: S314  # our own
        "svg",
        "title",
        "style",
        "text",
        "path",
    }
    assert not re.search("[\x00-\x08\x0b-\x1f\u202e]", shape)
    assert max(map(len, texts(shape))) < 100
    assert all(len(line_sentence(line, ENGLISH)) < 2_000 for line in found.lines)


def test_a_title_that_cannot_be_shown_is_escaped() -> None:
    """A drawing's name is text from a verdict file, too."""
    found = ET.fromstring(svg.svg(Picture(lines=(), payments=1, left_out=0), ENGLISH, title='"><x'))  # noqa: S314  # our own
    assert (found.get("aria-label"), found[0].text) == ('"><x', '"><x')


def test_an_endless_conversation_makes_a_bounded_drawing() -> None:
    """The first messages are drawn, and those that bear a mark wherever they stand; the rest is counted."""
    call = UserInitiatedPay(code_value="c", customer_id="u")
    trace = only(*[call] * 2_000)
    mark = Mark(requirement="R", how="unexpected", tone="fail")
    found = picture(trace, Marks(events={number: [mark] for number in range(1_000, 2_001)}))
    assert (len(found.lines), found.left_out) == (LINES + 50, 2_000 - LINES - 50)
    assert found.lines[-1].number == 1_049
    shape = svg.svg(found, ENGLISH, title="t")
    assert len(shape) < 80_000
    assert "1800 messages more: see the evidence" in texts(shape)


def test_a_drawing_alone_has_its_own_colours() -> None:
    """Without a page around it every variable is a colour, by day and by night."""
    shape = svg.svg(drawn("order-sdk-F"), ENGLISH, title="t", alone=True)
    assert "var(" not in shape
    assert "prefers-color-scheme:dark" in shape
    assert svg.LIGHT.keys() == svg.DARK.keys() == set(re.findall(r"var\(--([a-z]+)\)", svg.STYLE))


def test_the_sentences_say_what_the_drawing_shows() -> None:
    """Each arrow has its sentence, with the fields that the message had."""
    lines = [line_sentence(line, ENGLISH) for line in drawn("order-sdk-F", FAULTY["handle-action-never"]).lines]
    assert lines[0] == "merchant to Alipay+: the merchant gets a code for the order"
    assert lines[1].startswith("consumer to MPP client: Scan (code_value http://QR.xn--fiqs8s.example.test:80/Order/")
    assert lines[-1] == "MPP client to client SDK: HandleAction is missing"


def test_marks_of_a_foreign_file_are_bounded() -> None:
    """A verdict file may be anybody's: unknown types of message are left out, and what is missing has an end."""
    deviation = {"how": "missing", "kinds": ["NoSuchThing"], "payment": 0, "field": "", "parting": None}
    case = {"requirement": "R", "verdict": "fail", "observed": False, "events": [], "deviation": deviation}
    many = [{**case, "deviation": {**deviation, "kinds": ["Launch"], "payment": at}} for at in range(99)]
    assert marks.marks([case]).absent == {}
    assert len(marks.marks(many).absent) == 20
    assert [line for line in picture(only(), marks.marks(many)).lines if line.kind == ABSENT] == [
        Line(
            kind=ABSENT,
            sender="MPP client",
            receiver="client SDK",
            label="Launch",
            payment=0,
            steps="6",
            marks=(Mark(requirement="R", how="missing", tone="fail"),),
        )
    ]


@pytest.mark.parametrize(
    ("expected", "seen", "told"),
    [
        ("success", "failure", ("'success'", "'failure'")),
        ("HANDLE_BY_SDK", "HANDLE_BY_PSP", ("'HANDLE_BY_SDK'", "'HANDLE_BY_PSP'")),
        ("S", "", ("'S'", "''")),
        ("https://a.test/x", "https://a.test/y", None),
        (" mpp", "mpp", None),
        ("a" * 40 + "b", "a" * 40 + "c", None),
        ("a" * 40, "b" * 40, None),
    ],
)
def test_plain_words_that_part_are_told_in_whole(expected: str, seen: str, told: tuple[str, str] | None) -> None:
    """Of two values of an enumeration no byte need be named; of any other text the place is."""
    assert whole(asdict(parting_of(expected, seen))) == told


@pytest.mark.parametrize("specimen", [ConformingMpp, FAULTY["handle-action-never"]])
def test_a_drawing_keeps_its_meaning_without_a_style(specimen: type[ConformingMpp]) -> None:
    """A CI server may take a page's style away: attributes then say colour, dashes and where a text stands."""
    found = drawn("order-sdk-F", specimen)
    shape = svg.svg(found, ENGLISH, title="t")
    root = ET.fromstring(shape)  # noqa: S314  # our own
    assert "style" not in shape
    assert (root.get("text-anchor"), root.get("fill")) == ("middle", svg.LIGHT["ink"])
    colours = {"fail": svg.LIGHT["bad"], "inconclusive": svg.LIGHT["open"], "observed": svg.LIGHT["note"]}
    colours |= {UNSEEN: svg.LIGHT["faint"]}
    (plain,) = [one for one in root.findall("path") if one.get("class") is None]
    assert (plain.get("fill"), plain.get("stroke")) == ("none", svg.LIGHT["ink"])
    others = [line for line in found.lines if line.kind != SEEN or line.marks]
    assert str(plain.get("d")).count("L") == len(found.lines) - len(others)
    assert [(one.get("fill"), one.get("stroke"), one[0].get("stroke-dasharray")) for one in root.findall("g")] == [
        (
            "none",
            colours.get(marks.gravest(line.marks) or line.kind, svg.LIGHT["ink"]),
            {UNSEEN: "2 3", ABSENT: "7 4"}.get(line.kind),
        )
        for line in others
    ]
    anchored = {text.get("class"): text.get("text-anchor") for text in root.findall("text")}
    assert {name: anchored[name] for name in ("n", "s")} == {"n": "start", "s": "start"}
