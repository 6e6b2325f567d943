"""What README.md and docs/ tell people to type does what they say.

Every command in a ``console`` block is run, in the order of the text, in one directory, as a newcomer would run it;
only the ports are others, load takes one second of five, a run of the wallet is one of a part, and what ends by itself
is called in this process: tests/cli/ has that in a process of its own. ``make`` is not: `make test` would run this test
once more. For each target it is checked that it is there and what it calls; that is run by tests/cli/ (certify) and by
every start of this test (test), and tests/project/test_bench.py has the parts of bench.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.pacts.states import ALIPAY_PLUS, CLIENT_SDK, MPP_SERVER
from tests.commands import called
from tests.serving import free_ports, served, settle_ports

ROOT = Path(__file__).parents[2]
CONTRACTS = "contracts/README.md"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / CONTRACTS]
TEXT = {page.relative_to(ROOT).as_posix().removeprefix("docs/"): page.read_text("utf-8") for page in PAGES}
BIN = Path(sys.executable).parent
EXPECTED_EXITS = {
    "specimen:result-by-customer": Exit.FAILS,
    "-k": Exit.NOT_PROVEN,
    "-m": Exit.NOT_PROVEN,
    "audit": Exit.NOT_PROVEN,
    "load": Exit.NOT_PROVEN,
}
EXPECTED_EXITS |= {"reports/first.zip": Exit.NOT_PROVEN, "leakscan": Exit.FAILS}
"""A run of a part certifies nothing; a report whose operator has said nothing lacks items; nobody named the signer, and
the run's folder still holds what opens hidden evidence; load certifies nothing, whatever it finds.
"""
RUN_OF_THE_WALLET = "mpp-conformance run --wallet wallet.toml"
PART = ("-k", "limit or json")
"""Of a run over HTTP: certify, which tests/cli/test_surroundings.py calls, holds a whole one, and that takes long."""
TARGETS = {
    "certify": "mpp-conformance certify",
    "test": "pytest tests",
    "bench": "tools/bench.py",
    "figures": "tools/figures.py",
    "mutation": "tools/mutation.py",
    "docs": "zensical build --clean --strict",
    "house": "tools/house.py",
    "reference": "tools/reference.py",
    "tampering": "tools/tampering.py",
    "pacts": "_consumer.py -q --write-pacts",
    "wheel": "hatchling build",
}


def commands(page: str) -> list[str]:
    """What a page tells people to type, in order."""
    blocks = re.findall(r"^ *```console\n(.*?)^ *```", TEXT[page], re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


ALL = [command for page in TEXT for command in commands(page)]
CHAPTERS = [
    "README.md",
    *(f"{name}.md" for name in ("get-started", "wallet", "ci", "report", "auditors", "contracts")),
    *(f"{name}.md" for name in ("load", "contributing", "adequacy")),
]
TOLD = [command for page in CHAPTERS for command in commands(page) if not command.startswith("make ")]
STORY = list(dict.fromkeys(TOLD))
"""What a newcomer types who reads the pages in their order; what two pages tell is typed once."""


def test_every_command_is_of_a_kind_that_is_checked() -> None:
    """Nothing stands in a console block that no test looks at."""
    known = (*(f"make {target}" for target in TARGETS), "mpp-conformance ", "pytest suites ")
    assert [command for command in ALL if not command.startswith(known)] == []
    assert [command for command in ALL if not command.startswith("make ") and command not in STORY] == [
        "pytest suites --mpp-target specimen:conforming -k handle_action"
    ]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|\$ )make ([a-z]+)", "\n".join(TEXT.values())))))
def test_make_targets_are_there(target: str) -> None:
    """Each target that is spoken of is in the Makefile and calls what is said of it."""
    program = shutil.which("make")
    assert program is not None
    told = subprocess.run([program, "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (told.returncode, TARGETS.get(target, "") in told.stdout) == (0, True), told.stdout + told.stderr


def test_exit_codes_are_those_of_the_command() -> None:
    """The table of exit codes says what ``--help`` says."""
    rows = re.findall(r"^\| ([0-9]) \| (.*) \|$", TEXT["README.md"], re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == [(code.value, code.meaning) for code in Exit]


def test_every_file_that_is_spoken_of_is_there() -> None:
    """Paths of the project in the pages lead somewhere."""
    named = re.findall(
        r"`((?:docs|openapi|suites|tests|tools|examples|contracts|mpp_conformance)/[\w./-]*)`", "".join(TEXT.values())
    )
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_front_door_is_short() -> None:
    """README.md says what it is, how to begin and where to read on, in at most 150 lines."""
    assert len(TEXT["README.md"].splitlines()) <= 150


def test_the_folder_of_runs_says_what_lands_there() -> None:
    """A checkout has the folder before anything was run."""
    assert "`report.html`" in (ROOT / "reports/README.md").read_text("utf-8")


def test_document_of_list_names_every_field() -> None:
    """docs/list-json.md has each field that ``list --format json`` prints, and its format."""
    found = json.loads(CliRunner().invoke(cli, ["list", "--format", "json"]).output)
    rows = (found, found["requirements"][0], found["cases"][0], found["cases"][0]["scenarios"][0])
    names = {name for row in rows for name in row} | {found["format"]}
    assert [name for name in sorted(names) if f"`{name}`" not in TEXT["list-json.md"]] == []


def test_page_of_contracts_names_what_there_is() -> None:
    """contracts/README.md has each pact that is kept, and each provider state with its parameters."""
    rows = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", TEXT[CONTRACTS], re.MULTILINE))
    pacts = {path.name for path in (ROOT / "contracts/pacts").glob("*.json")}
    states = (*ALIPAY_PLUS, *CLIENT_SDK, *MPP_SERVER)
    parameters = {state.name: {one.name for one in state.parameters} for state in states}
    assert {name for name in rows if name.endswith(".json")} == pacts
    assert {name: set(re.findall(r"`(\w+)`", row)) for name, row in rows.items() if name not in pacts} == parameters


def run_of_the_wallet(place: Path, words: list[str]) -> Path:
    """The first run of the wallet; for ``--resume`` one that looks as if it had been killed before its last line."""
    known, made = min(place.glob("reports/*/disclosures")).parent, place / "reports/broken-off"
    if "--resume" not in words:
        return known
    shutil.copytree(known, made)
    lines = (made / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (made / "journal.jsonl").write_bytes(b"".join(lines[:-1]))
    (made / "report.html").unlink()
    return made


def typed(words: list[str], place: Path) -> tuple[int, str]:
    """How a command ends that is typed in the current folder, ``place``, and what it prints."""
    if words[0] == "mpp-conformance":
        told = called(*words[1:], cwd=place)
        return told.exit_code, told.output
    ended = subprocess.run(
        [BIN / words[0], *words[1:]], cwd=place, capture_output=True, text=True, timeout=300, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


def expected_exit(command: str) -> Exit:
    """The exit code that the pages speak of."""
    if command.startswith(RUN_OF_THE_WALLET):
        return Exit.NOT_PROVEN
    return next((code for word, code in EXPECTED_EXITS.items() if word in shlex.split(command)), Exit.CONFORMS)


@pytest.mark.slow
def test_the_story_of_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newcomer who types what the pages say, in their order, gets the exit codes that they speak of."""
    for folder in ("suites", "contracts"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    adaptor, listen = free_ports(2)
    ended: dict[str, int] = {}
    with ExitStack() as stack:
        for command in STORY:
            words = shlex.split(command)
            if words[1] == "serve" and "--list" not in words:
                # The stand-in for the wallet stays; nothing else needs the gateway afterwards.
                context = served(words, tmp_path)
                if words[2] == "wallet":
                    stack.enter_context(context)
                else:
                    with context:
                        pass
                ended[command] = 0
                continue
            if "reports/<run>" in words:
                words[words.index("reports/<run>")] = str(run_of_the_wallet(tmp_path, words))
            words = ["1s" if word == "5s" else word for word in words]
            if command.startswith(RUN_OF_THE_WALLET) and not {"-k", "-m"} & {*words}:
                words += PART
            ended[command], printed = typed(words, tmp_path)
            assert "Traceback" not in printed, f"{command}\n{printed}"
            if words[1] == "init":
                settle_ports(tmp_path / "wallet.toml", adaptor, listen)
    of_ours = {command: code for command, code in ended.items() if not command.startswith("pytest")}
    assert of_ours == {command: expected_exit(command) for command in of_ours}
    assert {code for command, code in ended.items() if command.startswith("pytest")} == {Exit.NOT_PROVEN}
    table = TEXT["report.md"].partition("| file | what it is |")[2].partition("\n\n")[0]
    named = {name.rstrip("/") for name in re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)}
    assert named - {path.name for path in tmp_path.glob("reports/*/*")} == {"pictures"}, "only a person takes some"
    reporting = [command for command in of_ours if " run " in command or " load --wallet " in command]
    assert len(list(tmp_path.glob("reports/*/report.html"))) == len(reporting) + 1
