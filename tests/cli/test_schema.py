"""The schemas of what a run writes down: what was written keeps them, and what no reader of ours takes breaks them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
import jsonschema
import jsonschema_rs
import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.cli.schema import SCHEMAS
from mpp_conformance.common.shapes import DIALECT
from mpp_conformance.evidence import strays
from mpp_conformance.judging.trace import Half
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Launch

ROOT: Final = Path(__file__).parents[2]


def schema(name: str) -> Any:  # noqa: ANN401  # a schema
    """A schema, as it is printed."""
    return json.loads(CliRunner().invoke(cli, ["schema", name]).output)


def check(name: str, documents: list[Any]) -> None:
    """Two validators find nothing wrong; the slow one is shown the shortest document."""
    quick = jsonschema_rs.Draft202012Validator(schema(name))
    assert [error.message for document in documents for error in quick.iter_errors(document)] == []
    slow = jsonschema.Draft202012Validator(schema(name))
    assert [error.message for error in slow.iter_errors(min(documents, key=lambda made: len(str(made))))] == []


def read(folder: Path) -> list[Any]:
    """The documents in a folder."""
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_a_schema(name: str) -> None:
    """It keeps the meta-schema, says what it is of, and has its row in the docs."""
    made = schema(name)
    jsonschema.Draft202012Validator.check_schema(made)
    assert (made["$schema"], made["title"] != "") == (DIALECT, True)
    assert f"\n| `{name}` | {SCHEMAS[name][0]} |" in (ROOT / "docs/schemas.md").read_text("utf-8")


def test_they_are_listed_and_no_other_is_known() -> None:
    """Without a name all are named; another name is a wrong command line."""
    listed = CliRunner().invoke(cli, ["schema"]).output
    assert [line.split()[0] for line in listed.splitlines()] == list(SCHEMAS)
    assert CliRunner().invoke(cli, ["schema", "other"]).exit_code == Exit.USAGE


def printing(group: click.Group) -> set[str]:
    """The commands that print JSON if asked to; those of a group by the name of the group."""
    found = set()
    for name in group.list_commands(click.Context(group)):
        made = group.get_command(click.Context(group), name)
        if isinstance(made, click.Group):
            found |= {name} if printing(made) else set()
        elif made is not None and any("json" in getattr(option.type, "choices", ()) for option in made.params):
            found.add(name)
    return found


def test_whatever_prints_json_has_one() -> None:
    """No command has ``--format json`` without a schema of what it prints."""
    found = printing(cli)
    assert {"answers", "doctor", "list", "rejudge", "verify"} < found
    assert found - SCHEMAS.keys() == set()


@pytest.mark.parametrize("run", ["certified", "secretive"])
def test_what_a_run_writes_keeps_them(run: str, request: pytest.FixtureRequest) -> None:
    """Everything a run writes, hidden parts or not, keeps its schema."""
    folder: Path = request.getfixturevalue(run)
    check("evidence", [made for made in read(folder / "evidence") if "events" in made])
    check("verdicts", [json.loads((folder / "verdicts.json").read_bytes())])
    check("journal", [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()])
    if run == "secretive":
        check("disclosures", read(folder / "disclosures"))


def test_strays_keep_theirs() -> None:
    """What fitted no conversation is written down in a form of its own."""
    stray = Stray(message=Launch(url="x"), conversation="c", http=(Half(method="POST", target="/", body=b"\xff"),))
    check("strays", [json.loads(strays.encode([stray, Stray(message=Launch(url="y"))]))])


def without(*path: str | int) -> Callable[[Any], None]:
    """Leave a member out."""

    def change(document: Any) -> None:  # noqa: ANN401  # a document
        *steps, last = path
        for step in steps:
            document = document[step]
        del document[last]

    return change


def with_value(value: object, *path: str | int) -> Callable[[Any], None]:
    """Put another value in a place."""

    def change(document: Any) -> None:  # noqa: ANN401  # a document
        *steps, last = path
        for step in steps:
            document = document[step]
        document[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        with_value("mpp-conformance evidence 1", "format"),
        with_value(1, "more"),
        without("events", 0, "http"),
        with_value("received", "events", 0, "direction"),
        with_value("GATEWAY", "events", 0, "point"),
        with_value("Shout", "events", 0, "type"),
        with_value(0, "events", 0, "number"),
        with_value(7, "events", 0, "fields", "code_value"),
        with_value(["no part is hidden"], "events", 0, "fields", "code_value"),
        with_value([{"digest": "0", "name": "n"}], "events", 0, "fields", "code_value"),
        without("events", 0, "fields", "customer_id"),
        with_value({"text": "x", "base64": "eA=="}, "events", 0, "http", 0, "body"),
        with_value("over", "ending"),
        with_value([], "codes"),
        with_value("1", "scenario", "payments", 0, "amount"),
    ],
    ids=range(15),
)
def test_what_no_reader_takes_breaks_the_schema(certified: Path, change: Callable[[Any], None]) -> None:
    """Documents that are refused on reading are refused by both validators, too."""
    shortest = min((certified / "evidence").glob("*.json"), key=lambda path: path.stat().st_size)
    made = json.loads(shortest.read_bytes())
    change(made)
    assert not jsonschema_rs.Draft202012Validator(schema("evidence")).is_valid(made)
    assert not jsonschema.Draft202012Validator(schema("evidence")).is_valid(made)
