"""rejudge: a run comes out again as it was; whatever was changed in it is caught, and named by its place."""

import json
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner, Result

from mpp_conformance import __version__
from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.protocol import signature
from mpp_conformance.report.checks import rejudgement
from mpp_conformance.report.checks.rejudgement import RejudgementError
from mpp_conformance.report.verdict_file import document, parsing
from tests import serving
from tests.forging import Forger, copied, message, rewritten
from tests.serving import of_specimen

COMMAND: Final = Path(sys.executable).with_name("mpp-conformance")
KINDS: Final = "entry-sdk or entry-psp or order-sdk or order-psp or order-type or inquired"
ENTRY: Final = "entry-sdk-s"
PAID: Final = "order-psp-s"


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of every kind of conversation over HTTP, which discloses everything."""
    return serving.certified(tmp_path_factory.mktemp("part"), "-k", KINDS)


@pytest.fixture
def run(part: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return copied(part, tmp_path)


@pytest.fixture(scope="module")
def of_specimens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of a part of the suites, in one process: of a conforming MPP, and of a faulty one."""
    place = tmp_path_factory.mktemp("specimens")
    for name in ("conforming", "payload-callback-twice"):
        of_specimen(place, name)
    return place


@pytest.fixture
def small(of_specimens: Path, tmp_path: Path) -> Path:
    """A run without a wire, to be changed."""
    return copied(of_specimens / "conforming", tmp_path)


def differences(run: Path) -> list[str]:
    """What judging again finds to be other than it is kept."""
    return rejudgement.rejudged(run).differences


def called(*words: str | Path) -> Result:
    """The command line."""
    return CliRunner().invoke(cli, ["rejudge", *map(str, words)])


# --- nothing was changed ----------------------------------------------------------------------------------------------


def test_a_run_comes_out_again(certified: Path) -> None:
    """Nothing differs: equal digest, every message read from its bytes, every signature verified."""
    result = called(certified)
    kept = json.loads((certified / document.FILE).read_bytes())
    assert (result.exit_code, result.output.splitlines()[-1]) == (Exit.CONFORMS, "result       identical")
    found = json.loads(called(certified, "--format", "json").output)
    assert (found["digest"], found["identical"]) == (kept["digest"], True)
    assert (found["cases"], found["notes"]) == (kept["counts"]["cases"], [])
    assert (found["messages"]["hidden"], found["messages"]["read"] > 500) == (0, True)
    assert set(found["messages"]["signatures"]) == {"valid"}
    assert f"digest {kept['digest']}" in result.output


def test_what_the_mpp_server_says_is_noted_as_verified(certified: Path) -> None:
    """Beside each of its calls and answers stands what its signature came to, and how it was written."""
    files = (json.loads(path.read_bytes()) for path in (certified / "evidence").glob("*.json"))
    events = [event for made in files for event in made.get("events", ())]
    signed = [event for event in events if event["point"] == "GATEWAY" and event["direction"] == "received"]
    noted = {
        (event["type"], *(dict(event["notes"]).get(name) for name in ("signature", "encoding"))) for event in signed
    }
    names = {name for name, *_ in noted} - {"RedirectFollowed"}
    assert names >= {"UserInitiatedPay", "NotifyPayment", "InquiryPaymentAnswer", "CancelPaymentAnswer"}
    assert noted == {(name, "valid", "percent-encoded base64") for name in names}


def test_the_key_is_compared_with_the_one_that_is_known(certified: Path, tmp_path: Path) -> None:
    """Whoever knows the MPP's key can ask whether it signed; another key is named."""
    kept = json.loads((certified / document.FILE).read_bytes())
    right, wrong = tmp_path / "right.txt", tmp_path / "wrong.txt"
    right.write_text(kept["message_layer"]["mpp_public_key"], "ascii")
    wrong.write_text(kept["message_layer"]["alipay_plus_public_key"], "ascii")
    assert called(certified, "--mpp-key", right).exit_code == Exit.CONFORMS
    result = called(certified, "--mpp-key", wrong)
    assert (result.exit_code, "message_layer: the MPP signed with the key" in result.output) == (Exit.FAILS, True)
    (tmp_path / "none.txt").write_text("no key", "ascii")
    assert called(certified, "--mpp-key", tmp_path / "none.txt").exit_code == Exit.CONFIGURATION


def test_a_bundle_is_for_another_command(tmp_path: Path) -> None:
    """A file is no run's folder; the command that takes it is named."""
    (tmp_path / "b.zip").touch()
    result = called(tmp_path / "b.zip")
    assert (result.exit_code, "use `mpp-conformance verify` for a bundle" in result.output) == (Exit.USAGE, True)


@pytest.mark.parametrize("name", ["conforming", "payload-callback-twice"])
def test_runs_in_one_process_come_out_again_too(name: str, of_specimens: Path) -> None:
    """A specimen's run has no bytes and no signatures; a run that does not conform comes out again like any other."""
    found = rejudgement.rejudged(of_specimens / name)
    assert (found.differences, found.readings.read, found.mpp_key) == ([], 0, "")
    assert found.cases > 20


# --- something was changed --------------------------------------------------------------------------------------------


def test_an_edited_verdict_is_named(run: Path) -> None:
    """A verdict that was changed is not what was written, not what was judged, and not what is derived."""
    kept = json.loads((run / document.FILE).read_bytes())
    place, row = next((place, row) for place, row in enumerate(kept["requirements"]) if row["cases"])
    case = row["cases"][0]
    rewritten(run / document.FILE, lambda made: made["requirements"][place]["cases"][0].update(verdict="fail"))
    named = f"{row['id']}].cases[{case['case']}[{case['scenario']}]].verdict: kept is 'fail'"
    told = differences(run)
    assert any(sentence.startswith("verdicts.json, requirements[") and named in sentence for sentence in told)
    assert any("the verdict file is not the one that was written" in sentence for sentence in told)
    assert any("was judged pass, and the verdict file says fail" in sentence for sentence in told)


def test_a_verdict_is_derived_whatever_was_set_right(run: Path) -> None:
    """With journal and digests set right, one difference is left: the verdict itself."""
    forger = Forger(run)
    name = next(row["evidence"] for row in forger.rows() if row["evidence"].startswith(PAID))
    case = forger.rows(name)[0]["case"]
    forger.verdict(name, case, "inconclusive")
    forger.saved()
    told = differences(run)
    assert all(sentence.startswith("verdicts.json, ") for sentence in told)
    assert any(f"{case}[" in sentence and "derived is 'pass'" in sentence for sentence in told)


def test_an_edited_message_is_another_file(run: Path) -> None:
    """Evidence that was changed is no longer what the verdict file names."""
    path = next((run / "evidence").glob(f"{ENTRY}-????????.json"))
    rewritten(path, lambda made: message(made, "Launch")["fields"].update(url="https://x"))
    assert f"evidence/{path.name}: its content is not what was written" in differences(run)


def test_an_edited_message_is_not_what_its_bytes_say(run: Path) -> None:
    """With every digest set right, the bytes still say what was said."""
    forger = Forger(run)
    name = forger.evidence(ENTRY, lambda made: message(made, "UserInitiatedPay")["fields"].update(code_value="other"))
    forger.saved()
    (told,) = [sentence for sentence in differences(run) if "its bytes say" in sentence]
    assert told.startswith(f"evidence/{name}, message 5 (UserInitiatedPay): its bytes say code_value 'http://QR.")


def test_edited_bytes_are_not_what_was_signed(run: Path) -> None:
    """With its bytes changed too, the signature of the MPP is gone; and nobody else can make another."""

    def change(made: Any) -> None:  # noqa: ANN401  # a document
        asked = message(made, "UserInitiatedPay")
        body = asked["http"][0]["body"]
        body["text"] = body["text"].replace(asked["fields"]["code_value"], "other")
        asked["fields"]["code_value"] = "other"

    forger = Forger(run)
    name = forger.evidence(ENTRY, change)
    forger.saved()
    place = f"evidence/{name}, message 5 (UserInitiatedPay): "
    told = [sentence for sentence in differences(run) if sentence.startswith(place)]
    assert told == [
        f"{place}what is noted of its signature is not what verifying it comes to",
        f"{place}its bytes say signature 'invalid', not 'valid'",
    ]


def test_another_key_needs_another_name(run: Path, tmp_path: Path) -> None:
    """Whoever signs all of it anew has to put a key of their own in the place of the MPP's, and that is seen."""
    made = signature.generate_private_key()
    known = Forger(run).verdicts["message_layer"]["mpp_public_key"]
    forger = Forger(run)
    forger.verdicts["message_layer"]["mpp_public_key"] = signature.public_key_text(made.public_key())
    forger.lines[0]["facts"]["message_layer"] = forger.verdicts["message_layer"]

    def signed(document: Any) -> None:  # noqa: ANN401  # a document
        for event in document["events"]:
            if event["type"] in {"UserInitiatedPay", "NotifyPayment"}:
                half = event["http"][0]
                headers = dict(half["headers"])
                content = signature.content(
                    half["method"],
                    half["target"],
                    headers["client-id"],
                    headers["request-time"],
                    half["body"]["text"].encode(),
                )
                headers["signature"] = signature.sign(made, content)
                half["headers"] = [[name, value] for name, value in headers.items()]

    names = {forger.evidence(prefix, signed) for prefix in (ENTRY, PAID)}
    forger.saved()
    told = differences(run)
    assert [sentence for sentence in told if any(f"evidence/{name}," in sentence for name in names)] == []
    assert len([sentence for sentence in told if "its bytes say signature 'foreign', not 'valid'" in sentence]) > 100
    (tmp_path / "key.txt").write_text(known, "ascii")
    assert "message_layer: the MPP signed with the key" in called(run, "--mpp-key", tmp_path / "key.txt").output


def test_a_message_without_bytes_is_named(run: Path) -> None:
    """What was never carried was never said."""
    forger = Forger(run)
    forger.evidence(ENTRY, lambda made: message(made, "DecodeCallback").update(http=[]))
    forger.saved()
    assert [told.partition(": ")[2] for told in differences(run)] == ["no bytes are kept of it"]


def test_an_answer_of_alipay_plus_is_read_too(run: Path) -> None:
    """What the suite said is held to its bytes, and to its own signature."""

    def change(made: Any) -> None:  # noqa: ANN401  # a document
        answer = message(made, "UserInitiatedPayAnswer")
        answer["http"][0]["body"]["text"] += " "

    forger = Forger(run)
    forger.evidence(ENTRY, change)
    forger.saved()
    assert [told.partition(": ")[2] for told in differences(run)] == [
        "the signature of Alipay+ is invalid, and should be valid"
    ]


SOUND_AMOUNT: Final = '"orderAmount":{"currency":"CNY","value":"1000"}'


def test_a_broken_answer_that_is_none_is_named(run: Path) -> None:
    """A fault that was applied has its defect in its bytes: a sound answer is none."""

    def change(made: Any) -> None:  # noqa: ANN401  # a document
        body = next(half["body"] for half in message(made, "FaultApplied")["http"] if half["status"])
        body["text"] = body["text"].replace('"orderAmount":0', SOUND_AMOUNT)

    forger = Forger(run)
    name = forger.evidence("entry-generated-order-type", change)
    forger.saved()
    told = [sentence for sentence in differences(run) if "message" in sentence]
    assert [sentence.partition(" (FaultApplied): ")[2] for sentence in told] == [
        "its bytes keep the interface that they were to break"
    ]
    assert told[0].startswith(f"evidence/{name}, message ")


def test_an_edited_scenario_is_named(run: Path) -> None:
    """A conversation about something else proves nothing of what was asked."""
    forger = Forger(run)
    name = forger.evidence(ENTRY, lambda made: made["scenario"]["payments"][0].update(amount=1))
    forger.saved()
    told = differences(run)
    assert told[0].startswith(f"evidence/{name}: its scenario is not the one of ")
    assert len(told) == len(forger.rows(name))


def test_evidence_of_another_conversation_is_named(run: Path) -> None:
    """Two conversations cannot stand for each other."""
    forger = Forger(run)
    paid = next(row for row in forger.rows() if row["evidence"].startswith(PAID))
    for row in forger.rows():
        if row["evidence"].startswith(f"{ENTRY}-"):
            row["evidence"], row["evidence_digest"] = paid["evidence"], paid["evidence_digest"]
    forger.saved()
    assert any(": its scenario is not the one of " in told for told in differences(run))


def test_missing_evidence_is_named(run: Path) -> None:
    """What is gone cannot be judged again."""
    path = next((run / "evidence").glob(f"{ENTRY}-????????.json"))
    path.unlink()
    assert differences(run) == [f"evidence/{path.name}: there is no such plain file"]


MEMBERS: Final = sorted(json.loads(Path(parsing.__file__).with_name(parsing.SCHEMA).read_bytes())["required"])


@pytest.mark.parametrize("name", MEMBERS)
def test_every_member_of_the_verdict_file_is_held(small: Path, name: str) -> None:
    """Whatever is changed in the verdict file, something differs."""

    def change(made: Any) -> None:  # noqa: ANN401  # a document
        value = made[name]
        if isinstance(value, bool):
            made[name] = not value
        elif isinstance(value, int):
            made[name] = value + 1
        elif isinstance(value, list):
            made[name] = value[1:] if value else [{}]
        elif isinstance(value, dict):
            value["title" if "title" in value else next(iter(value))] = "x"
        else:
            made[name] = "nonconformant" if name == "overall" else f"{value}x"

    if name == "format":
        rewritten(small / document.FILE, change)
        with pytest.raises(RejudgementError, match="this is not a verdict file"):
            differences(small)
        return
    rewritten(small / document.FILE, change)
    assert differences(small) != []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda lines: lines[:-1], "journal.jsonl: it does not say that the run is over"),
        (lambda lines: lines[:-2], "journal.jsonl: its line "),
        (lambda lines: [lines[0], *lines[2:]], "journal.jsonl, line 2: it has the number 3"),
        (lambda lines: [*lines[:-1], lines[-1].replace(b'"finished"', b'"danced"')], "journal.jsonl, line "),
        (lambda lines: [*lines, b"torn"], "journal.jsonl: it does not say that the run is over"),
        (lambda _: [], "journal.jsonl, line 1 is missing"),
    ],
    ids=range(6),
)
def test_a_changed_journal_is_named(small: Path, change: Any, told: str) -> None:  # noqa: ANN401  # a change of lines
    """Lines that are missing, changed or not whole are told by their number."""
    lines = (small / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (small / "journal.jsonl").write_bytes(b"".join(change(lines)))
    assert any(sentence.startswith(told) for sentence in differences(small))


def test_a_missing_journal_is_named(small: Path) -> None:
    """A run without a journal does not say how it came about."""
    (small / "journal.jsonl").unlink()
    assert differences(small) == ["journal.jsonl: there is no such plain file"]


def test_a_rewritten_journal_tells_another_tale(small: Path) -> None:
    """Where the whole chain is made anew, its lines must still say what the verdict file says."""
    forger = Forger(small)
    forger.lines = [line for line in forger.lines if line.get("case") != forger.rows()[0]["case"]]
    forger.verdicts["attempts"]["journal"]["entries"] = len(forger.lines) - 1
    forger.lines[0]["facts"]["claims"]["wallet"]["name"] = "another"
    forger.saved()
    told = differences(small)
    assert told[0] == (
        "journal.jsonl, line 1: the run was begun otherwise: claims.wallet.name: there it was 'another', "
        "the verdict file says 'specimen:conforming'"
    )
    assert any(sentence.startswith("journal.jsonl: nothing says that ") for sentence in told)


def test_a_run_is_as_old_as_its_first_attempt(small: Path) -> None:
    """The verdict file cannot make a run younger than its journal."""
    forger = Forger(small)
    forger.verdicts["started"] = "2030-01-01T00:00:00+00:00"
    forger.saved()
    (told,) = differences(small)
    assert told.endswith("; the verdict file says '2030-01-01T00:00:00+00:00'")
    assert told.startswith("journal.jsonl, line 1: the run began at ")


def test_other_suites_are_a_reason(small: Path) -> None:
    """Where other suites judge, that is said."""
    forger = Forger(small)
    forger.verdicts["suite"]["digest"] = "0" * 64
    forger.saved()
    found = rejudgement.rejudged(small)
    assert (found.other_suite, len(found.notes)) == (f"{__version__}, {'0' * 12}", 1)
    assert found.notes[0].startswith(f"the run was judged by another build of the suite ({found.other_suite}) than")
    assert [told.partition(":")[0] for told in found.differences] == ["verdicts.json, suite.digest"]


def test_a_case_that_nobody_knows_is_named(small: Path) -> None:
    """A row that no suite asks for is no verdict."""
    forger = Forger(small)
    row = forger.rows()[0]
    forger.verdicts["requirements"][0]["cases"].append({**row, "case": "test_invented"})
    forger.saved()
    assert any("these suites ask no such thing of this wallet" in told for told in differences(small))
