"""``make mutation``: its table, its complaints, and that a test which asserts too little lets a mutant live."""

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
TOOLS: Final = ROOT / "tools"
OURS: Final = ("mutant_trials", "mutants", "mutation")
SOURCE: Final = '''"""A limit."""


class Limit:
    """One."""

    amount = 7

    def over(self, paid: int) -> bool:
        """Whether it is."""
        return paid > self.amount
'''
TESTS: Final = {
    "strong": "assert [Limit().over(paid) for paid in (6, 7, 8)] == [False, False, True]",
    "weak": "assert Limit().over(1000)",
    "empty": "pass",
    "wrong": "assert Limit().over(7)",
}
"""Tests of it, by file."""
CHANGES: Final = {
    "Limit.over: return paid > self.amount => return paid >= self.amount": ("paid >", "paid >="),
    "Limit: amount = 7 => amount = 8": ("amount = 7", "amount = 8"),
    "Limit.over: return paid > self.amount => return None": ("return paid > self.amount", "return None"),
    "Limit.over: return paid > self.amount => return paid > > self.amount": ("paid >", "paid > >"),
}
"""What a mutant is called, and the text that it has for another."""
ON_TRIAL: Final = """
import json, sys
from pathlib import Path
from mutant_trials import Mutant, Trial, prepare

root, test, made = Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])
path = root / "package" / "limit.py"
sys.path.insert(0, str(root))
prepare(root)
trial = Trial(root=root, path=path, tests=[f"test_{test}.py"])
found = trial.survivors([Mutant.of(path.read_text(), text) for text in made], 2)
print(json.dumps(sorted(mutant.change for mutant in found)))
"""


@pytest.fixture
def mutation(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The script, imported, and forgotten afterwards."""
    monkeypatch.syspath_prepend(TOOLS)
    yield import_module("mutation")
    for name in OURS:
        sys.modules.pop(name, None)


@pytest.fixture
def found(mutation: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, tuple[int, list[str]]]:
    """What each module's tests let live, instead of hours of work: mutants and survivors; a survivors' table, empty."""
    made: dict[str, tuple[int, list[str]]] = dict.fromkeys(mutation.TESTS, (10, []))
    monkeypatch.setattr(mutation, "prepare", lambda *_: None)
    monkeypatch.setattr(mutation, "tested", lambda name, _: made[name])
    monkeypatch.setattr(mutation, "TABLE", tmp_path / "survivors.toml")
    monkeypatch.setattr(mutation, "PAGE", tmp_path / "mutation.md")
    mutation.TABLE.write_text("survivors = []", "utf-8")
    return made


def reasoned(module: str, *changes: str) -> str:
    """A table of survivors with one group."""
    return f'[[survivors]]\nmodule = "{module}"\nreason = "nobody can tell"\nchanges = {list(changes)}\n'


# --- the script as it is --------------------------------------------------------------------------------------------


def test_every_module_and_every_test_file_is_there(mutation: ModuleType) -> None:
    """The modules are those of the package, and the files that test them are in tests/."""
    files = {file for name in mutation.TESTS for file in mutation.files(name)[1:]}
    assert [name for name in mutation.TESTS if not (ROOT / mutation.PACKAGE / f"{name}.py").is_file()] == []
    assert sorted(name for name in files if not (ROOT / name).is_file()) == []


def test_every_survivor_that_is_known_has_a_reason(mutation: ModuleType) -> None:
    """The table can be read, and speaks of modules that are tested."""
    known = mutation.table(mutation.TABLE.read_text("utf-8"))
    assert {name for name, _ in known} <= mutation.TESTS.keys()


def test_the_page_is_what_its_figures_and_the_reasons_give(mutation: ModuleType) -> None:
    """Nobody has written into it, and no reason was changed without it; `make mutation` writes it anew."""
    known = mutation.table(mutation.TABLE.read_text("utf-8"))
    assert mutation.page(mutation.recorded(), known) == mutation.PAGE.read_text("utf-8")


def test_what_the_page_says_of_survivors_is_what_it_explains(mutation: ModuleType) -> None:
    """Of each module as many survive as have a reason, and few enough."""
    known = Counter(name for name, _ in mutation.table(mutation.TABLE.read_text("utf-8")))
    figures = mutation.recorded()
    assert {name: found.alive for name, found in figures.items()} == {name: known[name] for name in figures}
    assert [name for name, found in figures.items() if mutation.score(found.made, found.alive) < mutation.TARGET] == []


# --- table and complaints -------------------------------------------------------------------------------------------


def test_reasons_are_given_for_groups_of_changes(mutation: ModuleType) -> None:
    """A reason holds for each change of its group."""
    expected = {("judging/oracle", "a => b"): "nobody can tell", ("judging/oracle", "a => c"): "nobody can tell"}
    assert expected == mutation.table(reasoned("judging/oracle", "a => b", "a => c"))


@pytest.mark.parametrize(
    "text",
    [
        reasoned("judging/oracle", "a => b", "a => b"),
        reasoned("judging/oracle", "a => b") + reasoned("judging/oracle", "a => b"),
        reasoned("judging/oracle", "a => b").replace("nobody can tell", " "),
    ],
)
def test_a_survivor_has_one_reason(text: str, mutation: ModuleType) -> None:
    """Without a reason, or with two, the table is refused."""
    with pytest.raises(ValueError, match="one reason"):
        mutation.table(text)


def test_all_is_well_where_nothing_survives(
    mutation: ModuleType, found: dict[str, tuple[int, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The script ends with 0, prints a line for each module and one for all, and writes the page."""
    assert mutation.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[:-2]] == list(found)
    assert lines[-1] == f"Score 100.0 %: of {10 * len(found)} mutants 0 survive."
    assert lines[-1] in mutation.PAGE.read_text("utf-8").splitlines()


def test_the_page_keeps_what_was_not_tested_again(
    mutation: ModuleType, found: dict[str, tuple[int, list[str]]], capsys: pytest.CaptureFixture[str]
) -> None:
    """A run of some modules replaces their figures alone, and leaves those of a module that is not in order."""
    assert mutation.main(["judging/trace", "judging/oracle"]) == 0
    found["judging/trace"] = (40, ["a => b"])
    mutation.TABLE.write_text(reasoned("judging/trace", "a => b"), "utf-8")
    assert mutation.main(["judging/trace"]) == 0
    written = mutation.PAGE.read_text("utf-8")
    assert f"| `judging/oracle` | 10 | 0 | 100.0 % | `{mutation.digest('judging/oracle')}` |\n" in written
    assert f"| `judging/trace` | 40 | 1 | 97.5 % | `{mutation.digest('judging/trace')}` |\n" in written
    assert "Score 98.0 %: of 50 mutants 1 survive." in written
    assert "`judging/trace`, nobody can tell\n\n- ``a => b``\n" in written
    found["protocol/limits"] = (10, ["a => b"])
    assert mutation.main(["protocol/limits"]) == 1
    assert mutation.PAGE.read_text("utf-8") == written
    assert "protocol/limits survives without a reason: a => b" in capsys.readouterr().out
    found["judging/oracle"] = (20, [])
    assert mutation.main(["protocol/limits", "judging/oracle"]) == 1
    assert mutation.PAGE.read_text("utf-8") == written.replace(
        "`judging/oracle` | 10", "`judging/oracle` | 20"
    ).replace("Score 98.0 %: of 50", "Score 98.3 %: of 60")


def test_a_run_that_is_broken_off_keeps_what_it_has(
    mutation: ModuleType, found: dict[str, tuple[int, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The modules before the one at which it ended are on the page."""

    def tested(name: str, _: int) -> tuple[int, list[str]]:
        if name == "judging/trace":
            raise KeyboardInterrupt
        return found[name]

    monkeypatch.setattr(mutation, "tested", tested)
    with pytest.raises(KeyboardInterrupt):
        mutation.main(["protocol/limits", "judging/trace", "judging/verdict"])
    assert mutation.recorded() == {"protocol/limits": (10, 0, mutation.digest("protocol/limits"))}


def test_figures_hold_while_module_and_tests_stay_as_they_are(
    mutation: ModuleType,
    found: dict[str, tuple[int, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A further run tests what changed since, what has other reasons, and what is named; it ends as the first one."""

    def run(*names: str) -> list[str]:
        assert mutation.main(names) == 0
        rows = [row for row in capsys.readouterr().out.splitlines() if " mutants " in row and "Score" not in row]
        return [row.split()[0] for row in rows if not row.endswith(" as before")]

    assert run() == list(found)
    assert run() == []
    assert run("judging/trace") == ["judging/trace"]
    digest = mutation.digest
    monkeypatch.setattr(mutation, "digest", lambda name: "0" if name == "protocol/limits" else digest(name))
    assert run() == ["protocol/limits"]
    found["judging/oracle"] = (40, ["a => b"])
    mutation.TABLE.write_text(reasoned("judging/oracle", "a => b"), "utf-8")
    assert run() == ["judging/oracle"]
    assert "`judging/oracle`, nobody can tell" in mutation.PAGE.read_text("utf-8")


def test_the_digest_is_another_when_module_tests_or_tools_change(
    mutation: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One byte in any of them is enough, and it is of no consequence where the folder is."""
    read = [*mutation.files("protocol/signature"), *(f"tools/{name}" for name in mutation.TOOLS)]
    for name in read:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    expected = mutation.digest("protocol/signature")
    monkeypatch.setattr(mutation, "ROOT", tmp_path)
    monkeypatch.setattr(mutation, "__file__", str(tmp_path / "tools" / "mutation.py"))
    assert mutation.digest("protocol/signature") == expected
    seen = {expected}
    for name in read:
        with (tmp_path / name).open("ab") as file:
            file.write(b"\n")
        seen.add(mutation.digest("protocol/signature"))
    assert len(seen) == 1 + len(read)


def test_the_page_forgets_modules_that_are_gone(mutation: ModuleType, found: dict[str, tuple[int, list[str]]]) -> None:
    """Only modules that there are count."""
    mutation.PAGE.write_text("| `gone` | 10 | 10 | 0.0 % | `0` |\n", "utf-8")
    assert mutation.main(list(found)) == 0
    assert "gone" not in mutation.PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("alive", "known", "troubles"),
    [
        (["a => b"], "", ["judging/trace survives without a reason: a => b"]),
        (["a => b"], reasoned("judging/trace", "a => b"), []),
        (
            [],
            reasoned("judging/trace", "a => b"),
            ["survivors.toml explains what no longer survives: judging/trace: a => b"],
        ),
        ([], reasoned("judging/oracle", "a => b"), []),
        (
            ["a => b", "a => c", "a => d"],
            reasoned("judging/trace", "a => b", "a => c", "a => d"),
            ["the score is below 95 %"],
        ),
    ],
)
def test_what_is_not_in_order_is_named(
    *,
    alive: list[str],
    known: str,
    troubles: list[str],
    mutation: ModuleType,
    found: dict[str, tuple[int, list[str]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A low score, a survivor without a reason and a reason without a survivor end the script with 1.

    Reasons that belong to a module not tested this time are not asked for.
    """
    found["judging/trace"] = (40, alive)
    mutation.TABLE.write_text(known or "survivors = []", "utf-8")
    code = mutation.main(["judging/trace"])
    rows = capsys.readouterr().out.splitlines()
    printed = [row for row in rows if not re.search(r" mutants |^[0-9.]+ minutes$", row)]
    assert (code, printed) == (1 if troubles else 0, troubles)


def test_an_unknown_module_is_a_wrong_command_line(mutation: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is tested, and the modules that there are stand in the help."""
    with pytest.raises(SystemExit) as ended:
        mutation.main(["judging/trace", "nothing"])
    assert (ended.value.code, "no such module: nothing" in capsys.readouterr().err) == (2, True)


# --- mutants on trial -----------------------------------------------------------------------------------------------


def on_trial(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Put the mutants of a small module on trial before one of its tests, in a process that may fork."""
    package = folder / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "limit.py").write_text(SOURCE, "utf-8")
    for name, body in TESTS.items():
        text = f"from package.limit import Limit\n\ndef test_it():\n    {body}\n"
        (folder / f"test_{name}.py").write_text(text, "utf-8")
    made = json.dumps([SOURCE.replace(*change, 1) for change in CHANGES.values()])
    return subprocess.run(
        [sys.executable, "-c", ON_TRIAL, folder, test, made],
        cwd=folder,
        env={"PYTHONPATH": str(TOOLS)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("test", "alive"),
    [("strong", []), ("weak", list(CHANGES)[:2]), ("empty", list(CHANGES)[:3])],
)
def test_a_weak_test_lets_mutants_live(test: str, alive: list[str], tmp_path: Path) -> None:
    """Mutants die by a test that asserts enough, and live where it asserts little, or nothing; each says what it is.

    Only what cannot be imported any more dies by a test without an assertion.
    """
    ended = on_trial(tmp_path, test)
    assert ended.returncode == 0, ended.stderr
    assert sorted(alive) == json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("test", "words"), [("wrong", "fail with nothing changed"), ("missing", "did not get to test anything")]
)
def test_a_test_that_is_red_anyway_kills_nobody(test: str, words: str, tmp_path: Path) -> None:
    """Where a test fails with nothing changed, or is not there at all, no mutant counts as noticed."""
    ended = on_trial(tmp_path, test)
    assert (ended.returncode, words in ended.stderr) == (1, True), ended.stderr
