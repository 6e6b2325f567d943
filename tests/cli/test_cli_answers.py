"""``answers``: listed and tried out, and how it ends; the command that is printed tries the smallest answer again."""

import json
import shlex
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.text import printable
from mpp_conformance.generation import GenerationError
from mpp_conformance.scenarios import answers

ALL: Final = answers.packaged_corpus().answers
LEGAL: Final = answers.packaged_corpus().legal
ONE: Final = LEGAL[0].name
BY_SDK: Final = (
    '{"result":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"m"},'
    '"actionForm":{"actionType":"HANDLE_BY_SDK","sdkActionPayload":"{tag}"}}'
)


def call(*words: str) -> Result:
    """Call the command line in this process."""
    return CliRunner().invoke(cli, ["answers", *words])


def tried(specimen: str, *words: str) -> Result:
    """Try answers out with a specimen."""
    return call("try", *words, "--mpp", f"specimen:{specimen}")


# --- list ---------------------------------------------------------------------------------------------------------


def test_all_are_listed() -> None:
    """A line each, those beyond the documents with a star, illegal ones with a mark, and the seed at the end."""
    *lines, last = call("list").output.splitlines()
    legal, illegal = lines[: len(LEGAL)], lines[len(LEGAL) :]
    assert [line[2:].split()[0] for line in lines] == [row.name for row in ALL]
    assert [line[0] for line in legal] == [" " if row.within else "*" for row in LEGAL]
    assert {line[0] for line in illegal} == {"!"}
    assert (
        last == f"{len(LEGAL)} legal answers and {len(illegal)} illegal ones from seed {answers.packaged_corpus().seed}"
    )


def test_all_are_listed_for_programs() -> None:
    """The same with their bodies, as JSON in plain ASCII."""
    output = call("list", "--format", "json").output
    told = json.loads(output)
    assert (told["format"], told["seed"], output.isascii()) == ("mpp-conformance answers 1", 1, True)
    assert [row["body"] for row in (*told["answers"], *told["illegal"])] == [row.body for row in ALL]
    assert len(told["answers"]) == len(LEGAL)


@pytest.mark.slow
def test_another_seed_gives_others(shadowed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are generated anew, as many and of as many kinds, and a conforming MPP fails on none of them.

    The process that generates imports nothing from the current folder.
    """
    monkeypatch.chdir(shadowed)
    result = tried("conforming", "--seed", "2")
    names = [line.split()[1] for line in result.output.splitlines()]
    assert (result.exit_code, len(names)) == (Exit.CONFORMS, len(ALL))
    assert sorted(name[:5] for name in names[: len(LEGAL)]) == sorted(row.name[:5] for row in LEGAL)
    assert names[: len(LEGAL)] != [row.name for row in LEGAL]
    assert names[len(LEGAL) :] != [row.name for row in ALL[len(LEGAL) :]]


def test_a_generator_that_fails_is_a_fault_of_the_suite(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it said is told, without a traceback."""

    def fail(_: int) -> None:
        raise GenerationError("the generator ended with 3: no")

    monkeypatch.setattr("mpp_conformance.cli.answers.corpus", fail)
    result = call("list", "--seed", "2")
    assert (result.exit_code, "the generator ended with 3" in result.output) == (Exit.FAULT, True)


# --- try ----------------------------------------------------------------------------------------------------------


def test_a_conforming_mpp_passes_all() -> None:
    """A line each; an illegal one says what is wrong with it."""
    result = tried("conforming")
    legal = [f"{'pass':<16}{row.name}" for row in LEGAL]
    illegal = [f"{'pass':<16}{row.name}  {row.description}" for row in ALL[len(LEGAL) :]]
    assert result.exit_code == Exit.CONFORMS
    assert result.output.splitlines() == [*legal, *(printable(line) for line in illegal)]


def test_what_fails_is_printed_as_the_command_that_tries_it_again() -> None:
    """Case by case the first one; that command fails the same requirement, in a single conversation."""
    result = tried("merchant-name-missed")
    again = [line.strip() for line in result.output.splitlines() if line.strip().startswith("again ")]
    assert result.exit_code == Exit.FAILS
    assert len(again) == 2
    words = shlex.split(again[0].removeprefix("again"))
    assert words[:3] == ["mpp-conformance", "answers", "try"]
    once_more = call(*words[2:], "--conversations", "0")
    assert (once_more.exit_code, "rests on    SRV-4" in once_more.output) == (Exit.FAILS, True)
    assert len(once_more.output.splitlines()) == 4


@pytest.mark.parametrize(
    ("specimen", "name", "rests", "ending"),
    [
        ("number-for-text-hangs", "acquirerId-type", "FLT-8", Exit.NOT_PROVEN),
        ("older-reader-pays", "order-type", "FLT-2", Exit.FAILS),
    ],
)
def test_an_illegal_answer_is_printed_as_a_command_too(specimen: str, name: str, rests: str, ending: Exit) -> None:
    """The smallest is broken in the same field; that command fails the same requirement and says what is wrong."""
    result = tried(specimen, name)
    (again,) = [line.strip() for line in result.output.splitlines() if line.strip().startswith("again ")]
    assert (result.exit_code, f"rests on    {rests}" in result.output) == (ending, True)
    once_more = call(*shlex.split(again)[3:], "--conversations", "0")
    assert (once_more.exit_code, f"rests on    {rests}" in once_more.output) == (ending, True)
    assert f"given  {name.partition('-')[0]}" in once_more.output
    assert tried(specimen, name).output == result.output


def test_what_is_beyond_the_documents_is_observed() -> None:
    """It is told, and it fails nobody."""
    result = tried("unknown-fields-refused", "sdk-S-actionForm-unexpected")
    assert result.output.startswith("observed ")
    assert "rests on    ANS-1" in result.output
    assert result.exit_code == Exit.NOT_PROVEN


def test_what_cannot_be_judged_proves_nothing() -> None:
    """An MPP that asks nothing of Alipay+ fails nothing here."""
    result = tried("user-initiated-pay-never-called", ONE)
    assert (result.exit_code, result.output) == (Exit.NOT_PROVEN, f"{'inconclusive':<16}{ONE}\n")


def test_an_answer_can_be_given_as_json() -> None:
    """With the kind of code and the amount that it is for."""
    result = tried("conforming", BY_SDK, "--code", "entry", "--amount", "29")
    assert (result.exit_code, result.output) == (Exit.CONFORMS, f"{'pass':<16}given\n")


def test_shrinking_ends_where_it_is_told_to() -> None:
    """And says so."""
    result = tried("answers-above-2-kib-cut", "sdk-S-whole", "--conversations", "2")
    assert "smallest    after 2 conversations, the limit of --conversations" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nobody"], "no answer is called 'nobody'; `mpp-conformance answers list` names them all"),
        (["\x1b[31m"], "no answer is called '\\x1b[31m'"),
        (["{"], "no answer: JSONDecodeError"),
        ([BY_SDK.replace('"S"', '"U"')], "resultStatus S or F"),
        (["{}" + BY_SDK], "no answer: JSONDecodeError"),
        ([ONE, "--amount", "0"], "Invalid value for '--amount'"),
        ([ONE, "--seed", "-1"], "Invalid value for '--seed'"),
    ],
)
def test_a_wrong_command_line_is_said_so(words: list[str], told: str) -> None:
    """In words, before anything is held."""
    result = tried("conforming", *words)
    assert (result.exit_code, told in result.output) == (Exit.USAGE, True)


@pytest.mark.parametrize("words", [[], ["--mpp", "http:http://127.0.0.1:1"], ["--mpp", "replay:somewhere"]])
def test_without_a_wallet_only_a_specimen_can_be_tried(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is to be reached over HTTP needs a file that says how."""
    monkeypatch.delenv("MPP_CONFORMANCE_TARGET", raising=False)
    result = call("try", ONE, *words)
    assert (result.exit_code, "say which MPP to try" in result.output) == (Exit.USAGE, True)


def test_a_specimen_that_is_not_there_is_said_so() -> None:
    """With the name that may have been meant."""
    result = tried("confirming", ONE)
    assert (result.exit_code, "did you mean conforming?" in result.output) == (Exit.CONFIGURATION, True)


def test_a_wallet_that_cannot_be_reached_is_said_so(tmp_path: Path) -> None:
    """Nothing is held with it."""
    assert CliRunner().invoke(cli, ["init", str(tmp_path / "wallet.toml")]).exit_code == Exit.CONFORMS
    result = call("try", ONE, "--wallet", str(tmp_path / "wallet.toml"))
    assert result.exit_code == Exit.CONFIGURATION
