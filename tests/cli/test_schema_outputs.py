"""Files of a run, and what commands print with ``--format json``, keep their schemas, and nothing less does."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import jsonschema
import jsonschema_rs
import pytest
from click.testing import CliRunner

from mpp_conformance.adequacy.matrix import REFUSING, Examined, Matrix, Outcome, Row, UnderLoad
from mpp_conformance.bundle import keys, pack, verify
from mpp_conformance.cli import cli
from mpp_conformance.cli.schema import SCHEMAS
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import strays
from mpp_conformance.judging.trace import Half
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import Launch
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file.document import cases
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.audit import worth
from tests.bundles import matrix as sound
from tests.serving import free_ports, of_specimen, settle_ports
from tests.tools import tool

DOCS: Final = Path(__file__).parents[2] / "docs"
KINDS: Final = [name for name in SCHEMAS if name != "wallet"]
"""All that is JSON; wallet.toml is looked at elsewhere."""
_NAMED: Final = {"only_by_case", "only_by_conversation", "signatures", "owners", "unasked", "skipped", "attested"}
"""Members that hold others of any name."""


def schema(name: str) -> Any:  # noqa: ANN401  # a schema
    """A schema, as it is printed."""
    return json.loads(CliRunner().invoke(cli, ["schema", name]).output)


def printed(*words: object) -> Any:  # noqa: ANN401  # whatever JSON has
    """What a command prints in JSON."""
    told = CliRunner().invoke(cli, [*map(str, words), "--format", "json"])
    assert told.stderr == "", told.stderr
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a part of the suites that fails."""
    return of_specimen(tmp_path_factory.mktemp("failing"), "callback-url-decodes-payload")


@pytest.fixture(scope="module")
def bundle(certified: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of a run."""
    path = tmp_path_factory.mktemp("bundle") / "one.zip"
    (certified / "report.pdf").write_bytes(b"as it was set")
    path.write_bytes(pack.pack(certified, keys.generate(), sound()))
    return path


@pytest.fixture(scope="module")
def documents(
    certified: Path, secretive: Path, failing: Path, bundle: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Any]]:
    """At least one real document of each kind, with something in every list of it."""
    place = tmp_path_factory.mktemp("documents")
    wallet = place / "wallet.toml"
    assert CliRunner().invoke(cli, ["init", str(wallet)]).exit_code == 0
    settle_ports(wallet, *free_ports(2))
    (place / "mpp-public-key.pem").write_bytes((place / "alipay-plus-public-key.txt").read_bytes())
    spoilt = place / "spoilt.zip"
    spoilt.write_bytes(bundle.read_bytes()[:-1])
    files = verify.read_zip(bundle.read_bytes())
    lines = (json.loads(line) for line in (certified / "journal.jsonl").read_bytes().splitlines())
    nobodys = Stray(message=Launch(url="x"), http=(Half(method="POST", target="/", body=b"x", headers=(("a", "b"),)),))
    return {
        "verdicts": [json.loads((run / "verdicts.json").read_bytes()) for run in (failing, certified)],
        "evidence": [
            json.loads(path.read_bytes()) for run in (certified, secretive) for path in _some(run / "evidence")
        ],
        "strays": [json.loads(strays.encode([nobodys]))],
        "disclosures": [json.loads(path.read_bytes()) for path in _some(secretive / "disclosures")],
        "journal": list({line["event"]: line for line in lines}.values()),
        "list": [printed("list"), printed("list", "--wallet", wallet)],
        "coverage": [printed("coverage", "--wallet", wallet), printed("coverage")],
        "faults": [printed("faults")],
        "answers": [printed("answers", "list")],
        "audit": [_audited(place / "logs"), _worth()],
        "load": [printed("load", "--mpp", "specimen:callback-by-customer", "--users", "24")],
        "matrix": _matrices(place),
        "diff": [printed("diff", certified, failing), printed("diff", certified, certified)],
        "rejudge": _rejudged(certified, place),
        "gate": _gated(failing, place),
        "doctor": [printed("doctor", "--wallet", wallet)],
        "verify": [printed("verify", bundle), printed("verify", spoilt, "--key", "0" * 64)],
        "manifest": [json.loads(files["manifest.json"])],
        "claims": [json.loads(files["claims.json"])],
    }


def _audited(place: Path) -> Any:  # noqa: ANN401  # whatever JSON has
    """An audit of logs in which a message is missing, and another one came twice."""
    planted = ["--plant", "result-page-never=2", "--plant", "payload-callback-twice=2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["audit_example.py", str(place), "--conversations", "40", *planted])
        tool("audit_example").main()
    text = (DOCS.parent / "examples/audit/audit.toml").read_text("utf-8").replace("faulty/", "")
    (place / "audit.toml").write_text(text, "utf-8")
    return printed("audit", place / "audit.toml")


def _worth() -> Any:  # noqa: ANN401  # whatever JSON has
    """What an audit is worth, as if two MPPs were known."""
    with pytest.MonkeyPatch.context() as patch:
        found = cabinet.Visibility(conforming=("a",), faulty=("b",), accused=("a",), named=("b",))
        patch.setattr(worth, "detection", lambda _: found)
        return printed("audit", DOCS.parent / "examples/audit/audit.toml", "--detects")


def _some(place: Path) -> list[Path]:
    """Some files of a folder, the shortest ones."""
    return sorted(place.glob("*.json"), key=lambda path: path.stat().st_size)[:3]


def _matrices(place: Path) -> list[Any]:
    """Two kill matrices: of a few known MPPs before the real cases, and of a suite that everything is wrong with."""
    held = cabinet.conversations(load(directory("suites")).cases[:3])
    few = tuple(cabinet.examined(specimen, held) for specimen in list(SPECIMENS.values())[:2])
    rows = {name: _row(name, verdict) for name, verdict in (("a::1", Verdict.FAIL), ("a::2", Verdict.PASS))}
    met = {"breaks": frozenset({"A"}), "hides": frozenset({"H"}), "observed": frozenset({"O"})}
    sly = Examined(name="sly", faulty=True, kind="payload lost", rows=(rows["a::2"],), **met)
    nothing: dict[str, frozenset[str]] = {name: frozenset() for name in met}
    good = Examined(name="good", faulty=False, kind="", rows=tuple(rows.values()), **nothing)
    blamed = replace(rows["a::1"], scenario="t", cause="signature missing")
    bad = Examined(name="bad", faulty=True, kind="payload lost", rows=(rows["a::1"], blamed), **met)
    refused = replace(rows["a::2"], case="a::4", called=True)
    mute = Examined(name=REFUSING, faulty=True, kind="payload lost", rows=(refused,), **met)
    tame = UnderLoad(
        name="tame",
        kind="payload lost",
        breaks=frozenset({"A"}),
        alone=Outcome.CONFORMS,
        conversations=2,
        seeds=10,
        broke={"B": 1},
    )
    made = []
    with pytest.MonkeyPatch.context() as patch:
        for matrix in (
            Matrix(specimens=few, kept={}),
            Matrix(specimens=(sly, good, bad, mute), kept={"a::3": "it was there"}, loaded=(tame,), unshown=("u",)),
        ):
            patch.setattr(cabinet, "matrix", lambda matrix=matrix: matrix)
            made.append(printed("matrix", "--out", place / "matrix"))
    return made


def _row(case: str, verdict: Verdict) -> Row:
    return Row(requirement="A", decides=True, case=case, scenario="s", verdict=verdict)


def _rejudged(run: Path, place: Path) -> list[Any]:
    """A run as it was, and one in which something was changed."""
    changed = place / "changed"
    shutil.copytree(run, changed)
    evidence = next(iter(sorted((changed / "evidence").iterdir())))
    evidence.write_bytes(evidence.read_bytes() + b" ")
    return [printed("rejudge", changed), printed("rejudge", run)]


def _gated(run: Path, place: Path) -> list[Any]:
    """What the gate keeps of a run that fails, with a waiver that is not signed, and without any."""
    copied = place / "gated"
    shutil.copytree(run, copied)
    waivers = place / "waivers.toml"
    red = next(case for case in cases(reading.verdicts(run)) if case["verdict"] == "fail")
    fields = {"owner": "alice", "reason": "r", "ticket": "t", **{name: red[name] for name in ("requirement", "seen")}}
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    owner = keys.public_text(keys.generate()).strip()
    waivers.write_text(
        "\n".join(["[owners]", f'alice = "{owner}"', "[[waiver]]", *lines, "expires = 2099-01-01T00:00:00Z"]), "utf-8"
    )
    made = []
    for file in (waivers, place / "none.toml"):
        assert CliRunner().invoke(cli, ["gate", str(copied), "--waivers", str(file)]).exit_code == 1
        made.append(json.loads((copied / "gate.json").read_bytes()))
    return made


@pytest.mark.parametrize("name", KINDS)
def test_what_a_command_prints_keeps_its_schema(documents: dict[str, list[Any]], name: str) -> None:
    """Two validators find nothing wrong with what a real command has printed or written."""
    quick = jsonschema_rs.Draft202012Validator(schema(name))
    assert [error.message for made in documents[name] for error in quick.iter_errors(made)] == []
    slow = jsonschema.Draft202012Validator(schema(name))
    assert [error.message for error in slow.iter_errors(documents[name][-1])] == []


def spoilt(document: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401  # whatever JSON has
    """The document with one thing wrong: a member missing, an unknown one, a value of another type; what was done."""
    for path in places(document, ()):
        name = "/".join(map(str, path))
        if path:
            yield f"{name} of another type", changed(document, path, lambda holder, last: _put(holder, last, [0.5]))
        if path and isinstance(path[-1], str) and not _NAMED & set(path[:-1]):
            yield f"{name} missing", changed(document, path, lambda holder, last: holder.pop(last))
        if isinstance(found(document, path), dict):
            yield (
                f"{name} with one more",
                changed(document, (*path, "more"), lambda holder, last: _put(holder, last, 0.5)),
            )


def places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:  # noqa: ANN401  # any JSON
    """Every place in a document, of lists and of members of any name the first one."""
    yield path
    steps: list[Any] = list(value) if isinstance(value, dict) else [0] if isinstance(value, list) and value else []
    for step in steps[:1] if path and path[-1] in _NAMED else steps:
        yield from places(value[step], (*path, step))


def found(document: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401  # whatever JSON has
    """What stands in a place."""
    for step in path:
        document = document[step]
    return document


def changed(document: Any, path: tuple[str | int, ...], change: Callable[[Any, Any], object]) -> Any:  # noqa: ANN401
    """A copy of the document in which that was done to one place."""
    made = deepcopy(document)
    change(found(made, path[:-1]), path[-1])
    return made


def _put(holder: Any, last: Any, value: object) -> None:  # noqa: ANN401  # a place in JSON
    holder[last] = value


@pytest.mark.parametrize("name", KINDS)
def test_a_schema_refuses_whatever_is_not_as_it_says(documents: dict[str, list[Any]], name: str) -> None:
    """Member by member of a real document: a missing one, an unknown one, and a value of another type break it."""
    validator = jsonschema_rs.Draft202012Validator(schema(name))
    rows = [row for document in documents[name] for row in spoilt(_short(document))]
    assert len(rows) > 8
    assert [what for what, made in rows if validator.is_valid(made)] == []


def _short(value: Any) -> Any:  # noqa: ANN401  # whatever JSON has
    """A document with two items of each list: enough to spoil, and quick to copy."""
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return [_short(inner) for inner in value[:2]] if isinstance(value, list) else value


def test_every_list_has_something_in_it(documents: dict[str, list[Any]]) -> None:
    """What commands printed shows each part at least once, but for what is missing or hidden: nothing is."""
    full: dict[str, bool] = {}
    for kind, made in documents.items():
        if kind in {"verdicts", "evidence"}:
            continue
        for name, filled in (row for document in made for row in lists(document, kind)):
            full[name] = full.get(name, False) or filled
    empty = {name for name, filled in full.items() if not filled}
    assert empty == {"coverage/transitions/missing", "coverage/pairs/missing", "rejudge/notes", "verify/bundle/notes"}


def lists(value: Any, name: str) -> Iterator[tuple[str, bool]]:  # noqa: ANN401  # whatever JSON has
    """Every list in a document by the members that lead to it, and whether it has something in it."""
    if isinstance(value, list):
        yield name, bool(value)
        for item in value:
            yield from lists(item, name)
    elif isinstance(value, dict):
        for member, inner in value.items():
            yield from lists(inner, f"{name}/{member}")


@pytest.mark.parametrize(
    "name", ["matrix", "list", "coverage", "faults", "answers", "doctor", "rejudge", "verify", "diff", "load"]
)
def test_the_page_on_it_names_every_member(name: str) -> None:
    """The page that docs/schemas.md leads to says what each member means."""
    pages = (DOCS / "schemas.md").read_text("utf-8")
    row = re.search(rf"^\| `{name}` \| .* \| (.*) \|$", pages, re.MULTILINE)
    assert row is not None
    leads = re.search(r"\((.*)\)", row[1])
    text = (DOCS / leads[1]).read_text("utf-8") if leads else pages.partition("\n## wallet.toml")[2]
    assert sorted(member for member in members(schema(name)) if f"`{member}`" not in text) == []


def members(made: Any) -> set[str]:  # noqa: ANN401  # a schema, or a part of one
    """The names of all members that a schema speaks of."""
    if isinstance(made, list):
        return {name for part in made for name in members(part)}
    if not isinstance(made, dict):
        return set()
    own = set(made["properties"]) if isinstance(made.get("properties"), dict) else set()
    return own.union(*(members(part) for part in made.values()))


def test_a_wallet_that_cannot_be_reached_is_told_in_json(documents: dict[str, list[Any]]) -> None:
    """The doctor's findings for programs are those for people."""
    (made,) = documents["doctor"]
    assert (made["well"], [row["where"] for row in made["findings"] if not row["ok"]]) == (
        False,
        ["[reach] adaptor", "[reach] mpp_server"],
    )


def test_a_bundle_that_is_refused_is_told_in_json(documents: dict[str, list[Any]]) -> None:
    """Why stands there, and nothing is said of what is in it."""
    accepted, refused = documents["verify"]
    assert (accepted["refused"], accepted["key_named"], accepted["bundle"]["overall"]) == (None, False, "conformant")
    assert (refused["refused"].partition(":")[0], refused["key_named"], refused["bundle"]) == ("the bundle", True, None)
