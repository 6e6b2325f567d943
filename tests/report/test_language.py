"""The report in another language: every sentence has its words, none is left over, and no wallet's text is touched."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.text import printable
from mpp_conformance.judging.attestation import SUITE_LATE, UNATTESTED
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.peers.router import Stray
from mpp_conformance.protocol.messages import BY_NAME, PAGES, Launch
from mpp_conformance.report.languages.language import ENGLISH, TAGS, Language, language
from mpp_conformance.report.pages import html, markdown, terminal
from mpp_conformance.scenarios.transformations import PAYLOADS
from mpp_conformance.specimens import FAULTY, SPECIMENS
from mpp_conformance.trials import cabinet
from tests.commands import called
from tests.reporting import HOSTILE, M1, M2, O3, folded, run_of, sample
from tests.reporting import judged as judged_row
from tests.reporting import row as planned

ROOT: Final = Path(__file__).parents[2]
CHINESE: Final = language("zh-CN")
OWN: Final = tomllib.loads((ROOT / "mpp_conformance/report/languages/zh-CN.toml").read_text("utf-8"))
STATED: Final = tomllib.loads((ROOT / "suites/zh-CN.toml").read_text("utf-8"))
LEDGER: Final = load(ROOT / "suites")
_QUOTED: Final = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
_NAMES: Final = re.compile(
    r"\[[a-z]+\]( (app_link( = true)?|funded|second|unfunded|entry|order|listen))?"
    r"|[A-Z][A-Z_0-9]+|[a-z]+_[a-z_]+|[a-z]+[A-Z][A-Za-z]*"
)
_PROBLEM: Final = re.compile("(?<=无法读取).*", re.DOTALL)
"""What a parser said of a wallet's message stays as the parser said it."""


def english_left(told: str) -> list[str]:
    """The English words in a sentence that are no names of messages, fields, codes or products."""
    bare = _NAMES.sub("", _PROBLEM.sub("", _QUOTED.sub("", told)))
    known = {*BY_NAME, "MPP", "Alipay", "SDK", "CNY", "JSON", "URL", "HTML", "Unicode", "NFC", "NFKC", "ASCII", "RSA"}
    known |= {
        "launch",
        "decode",
        "scan",
        "health",
        "url",
        "callback",
        "signature",
        "where",
        "operation",
        "action",
        "status",
        "outcome",
        "message",
    }
    known |= {"JavaScript", "Python", "Gson", "Java", "Base", "Latin", "Windows", "Punycode", "shell", "dict", "Map"}
    known |= {"Signature", "Content", "Type", "null", "http", "https", "script"}
    return [word for word in re.findall("[A-Za-z]{3,}", bare) if word not in known]


class Listening(Language):
    """Chinese that keeps what it was asked for and has no words for."""

    def __init__(self) -> None:
        super().__init__(CHINESE.tag, CHINESE.sentences, CHINESE.forms)
        self.lacking: set[str] = set()

    def __call__(self, text: str, /, **values: object) -> str:
        """The sentence, noted if there is none."""
        if text not in self.sentences:
            self.lacking.add(text)
        return super().__call__(text, **values)

    def told(self, text: str) -> str:
        """The sentence, noted if English is left in it."""
        told = CHINESE.tell(text)
        if english_left(told):
            self.lacking.add(text)
        return told


# --- what a language does ---------------------------------------------------------------------------------------


MADE = Language(
    "x",
    {"the {a} of {b}": "{b}'s {a}", "sun": "SUN", "absent": "AWAY", "some text": "SOME"},
    {
        "no {what} before {kind}": "{kind} first, without {what}",
        "no {what}": "without {what}",
        "{kind} with {fields}": "{kind} ({fields})",
        "{field} {value} and {fields}": "{field} {value}; {fields}",
        "{field} {value}": "{field} {value}",
        "{count} x {kind}": "{kind} times {count}",
    },
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sun", "SUN"),
        ("no sun", "without SUN"),
        ("no sun before Launch", "Launch first, without SUN"),
        ("2 x Launch", "Launch times 2"),
        ("Launch with url absent", "Launch (url AWAY)"),
        ("Launch with url 'a' and title some text", "Launch (url 'a'; title SOME)"),
        ("no Launch with url ' and no sun before Launch'", "without Launch (url ' and no sun before Launch')"),
        ('no Launch with url "it\'s"...', 'without Launch (url "it\'s"...)'),
        ("rain and snow", "rain and snow"),
        ("no \ue0000\ue001", "no \ue0000\ue001"),
        ("no sun" + " " * 999, "no sun" + " " * 999),
    ],
)
def test_a_sentence_is_told_by_its_form(text: str, expected: str) -> None:
    """Forms take in each other; what stands between quotes is a wallet's, and stays; what has no form stays English."""
    assert MADE.tell(text) == expected


def test_values_are_put_into_a_sentence() -> None:
    """A sentence with names takes values, whatever is in them; a plain one is told as it stands."""
    assert MADE("the {a} of {b}", a="x{y}", b="z") == "z's x{y}"
    assert ENGLISH("the {a} of {b}", a="x", b="z") == "the x of z"
    assert (MADE("{odd}"), ENGLISH.tell("no {sun}")) == ("{odd}", "no {sun}")


def test_an_unknown_language_is_none() -> None:
    """Only languages that there are can be had."""
    assert [language(tag).tag for tag in TAGS] == ["en", "zh-CN"]
    with pytest.raises(KeyError):
        language("../../x")


# --- every sentence has its words -------------------------------------------------------------------------------


def stated() -> Iterator[str]:
    """What the suites state, in the order of the ledger."""
    for row in LEDGER.requirements.values():
        yield row.text
        yield from [row.excluded] if row.excluded else []
        yield from (case.purpose for case in LEDGER.cases_of(row))


def places() -> set[str]:
    """Where in the documents requirements stand."""
    return {clause.place for row in LEDGER.requirements.values() for clause in row.clauses}


def preconditions() -> set[str]:
    """What the cases say must hold, as far as it stands in their files as text."""
    found = set[str]()
    for path in sorted((ROOT / "suites").glob("test_*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        named = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "given":
                words = node.args[1]
                text = named.get(words.id) if isinstance(words, ast.Name) else getattr(words, "value", None)
                found |= {text} if isinstance(text, str) else set()
    return found


def test_everything_the_suites_state_is_said_in_chinese() -> None:
    """Requirement, reason and purpose have their Chinese; these are the lines that suites/zh-CN.toml lacks."""
    wanted = dict.fromkeys([*stated(), *sorted(preconditions())])
    assert [f'"{text}" = ""' for text in wanted if text not in CHINESE.sentences] == []
    assert [place for place in sorted(places()) if english_left(CHINESE.tell(place))] == []


@pytest.mark.parametrize("specimen", ["conforming", "status-before-action-type", "launched-twice"])
def test_no_sentence_of_a_report_is_left_in_english(specimen: str) -> None:
    """Whatever came out, page and short report have every sentence in Chinese."""
    listening = Listening()
    verdicts, traces = run_of(SPECIMENS[specimen])
    html.render(verdicts, traces, listening)
    markdown.render(verdicts, listening)
    assert sorted(listening.lacking) == []


def variants() -> Iterator[dict[str, Any]]:
    """Verdict files with everything that can be said."""
    made = sample()
    for overall, result in (("conformant", "conforms"), ("inconclusive", "not proven"), ("error", "error")):
        yield {**made, "overall": overall, "result": result}
    said = dict.fromkeys(made["particulars"], "x")
    limits = {**made["limits"], "newer": None, "reading": {"inclusive": False, "year": "rolling"}}
    again = {"count": 2, "again": ["x"], "journal": None}
    yield {**made, "particulars": said, "target": "replay:x", "complete": True, "limits": limits, "attempts": again}


@pytest.mark.parametrize("verdicts", list(variants()), ids=lambda made: made["result"])
def test_no_sentence_of_any_outcome_is_left_in_english(verdicts: dict[str, Any]) -> None:
    """Each result, a replay, a witness, another reading of the limits: all of it has its Chinese."""
    listening = Listening()
    html.render(verdicts, {}, listening)
    markdown.render(verdicts, listening)
    made_up = {"Do R1.", "Do R2.", "Do R3.", "Do R4.", "Do R5.", "Does a.", "Does b.", "Does c.", "not ours"}
    assert sorted(listening.lacking - made_up - {printable(HOSTILE), "the wallet does not claim it", "e"}) == []


@pytest.mark.parametrize("text", ["calls", "templates"])
def test_every_sentence_in_the_code_has_its_chinese(text: str) -> None:
    """What a template or a module of the report says, on whatever condition, stands in the table."""
    said = set(_said_by_modules()) if text == "calls" else set(_said_by_templates())
    assert len(said) > 30
    assert sorted(said - CHINESE.sentences.keys()) == []


def _said_by_templates() -> Iterator[str]:
    for path in sorted((ROOT / "mpp_conformance/report/pages/templates").glob("*.j2")):
        yield from re.findall(r"""_\("((?:[^"\\]|\\.)*)\"""", path.read_text("utf-8"))


def _said_by_modules() -> Iterator[str]:
    modules = [path.read_text("utf-8") for path in sorted((ROOT / "mpp_conformance/report").rglob("*.py"))]
    for module in modules:
        for node in ast.walk(ast.parse(module if "languages.language import" in module else "")):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                yield from [str(node.args[0].value)] if isinstance(node.args[0], ast.Constant) else []


@cache
def judged() -> list[tuple[Verdict, str, str, str]]:
    """What every case says of every known MPP, and of some that do not report their app link."""
    silent = [
        "conforming",
        "callback-foresees-result",
        "handle-action-never",
        "result-page-never",
        "no-error-code",
        "payload-dropped",
    ]
    held = cabinet.conversations(LEDGER.cases)
    rows = [row for examined in cabinet.matrix().specimens for row in examined.rows]
    rows += [row for name in silent for row in cabinet.judged(SPECIMENS[name], held, app_link=False)]
    return sorted({(row.verdict, row.expected, row.seen, row.hint) for row in rows})


def test_whatever_a_judgement_says_is_told() -> None:
    """What was expected, seen and guessed of every known MPP has no English left, but for what a parser said."""
    said = {text for verdict, *texts in judged() for text in texts if verdict is not Verdict.PASS}
    assert len(said) > 500
    assert [(text, CHINESE.tell(text)) for text in sorted(said) if english_left(CHINESE.tell(text))] == []


# --- none is left over ------------------------------------------------------------------------------------------


def constants() -> set[str]:
    """Every text in the package and in the templates."""
    found = set(_said_by_templates())
    for path in sorted((ROOT / "mpp_conformance").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


def test_whatever_programs_do_to_a_text_is_told() -> None:
    """Each transformation that can be named as the likely cause has its Chinese."""
    said = [f"it was {made.words}" for made in PAYLOADS]
    assert [text for text in said if CHINESE.tell(text) == text or english_left(CHINESE.tell(text))] == []


def test_no_sentence_of_the_report_is_left_over() -> None:
    """Each key of the report's table is said somewhere in the code."""
    guesses = {f"it was {made.words}" for made in PAYLOADS}
    assert sorted(OWN["sentences"].keys() - constants() - guesses) == []


def test_no_sentence_of_the_suites_is_left_over() -> None:
    """Each key of the suites' table is stated by a suite."""
    assert sorted(STATED["sentences"].keys() - set(stated()) - places() - preconditions()) == []


def test_no_form_is_left_over() -> None:
    """Each form is had by something that a judgement, a place or a reason says."""
    said = {text for _, *texts in judged() for text in texts} | places()
    said |= {text.format(point="USER") for text in UNATTESTED.values()} | {"nobody reports USER"}
    said |= {
        SUITE_LATE.format(time="0.30 s"),
        "the wallet does not claim app_link",
        "no actionForm F X",
        "both Launch and Scan",
    }
    said |= {"it expired at x", "it is not signed by x, or was changed since", "x is no owner in [owners]"}
    said |= {"it was cut off after 4 units of UTF-16"}
    said |= {f"one person saw: {PAGES[0]}; a second one saw: {PAGES[1]}"}
    said |= {"Launch, before which no Scan may come", "a report of the adaptor could not be read: x"}
    numbered = {key: f"<{number}>{' '.join(_names(key))}" for number, key in enumerate(CHINESE.forms)}
    noting = Language("x", CHINESE.sentences, numbered)
    used = {int(number) for text in said for number in re.findall("<([0-9]+)>", noting.tell(text))}
    assert [key for number, key in enumerate(CHINESE.forms) if number not in used] == []


def _names(key: str) -> list[str]:
    return re.findall(r"\{[a-z]+\}", key)


@pytest.mark.parametrize("table", [OWN["sentences"], OWN["forms"], STATED["sentences"], STATED["forms"]])
def test_both_languages_name_the_same_values(table: dict[str, str]) -> None:
    """A sentence in Chinese has every value that the English one has, each once, and no other."""
    assert [key for key, told in table.items() if sorted(_names(key)) != sorted(_names(told))] == []
    assert [key for key, told in table.items() if not told.strip()] == []


# --- the commands -----------------------------------------------------------------------------------------------


def test_both_languages_are_made_from_one_verdict_file(tmp_path: Path) -> None:
    """``--lang`` on a run, and once more on its folder: the page changes, and the verdict file does not."""
    words = ["run", "--mpp", "specimen:conforming", "--reports", str(tmp_path), "--run", "r", "--lang", "zh-CN"]
    assert CliRunner().invoke(cli, [*words, "-k", "launch_is_called"]).exit_code == Exit.NOT_PROVEN
    page, verdicts = tmp_path / "r/report.html", tmp_path / "r/verdicts.json"
    chinese, before = page.read_text("utf-8"), verdicts.read_bytes()
    assert '<html lang="zh-CN">' in chinese
    short = tmp_path / "r/report.md"
    assert short.read_text("utf-8").startswith("# 仅运行了部分用例")
    assert CliRunner().invoke(cli, ["report", "markdown", str(tmp_path / "r")]).exit_code == 0
    assert short.read_text("utf-8").startswith("# partial run: nothing is certified\n")
    assert "<strong>仅运行了部分用例" in chinese
    assert CliRunner().invoke(cli, ["report", "html", str(tmp_path / "r")]).exit_code == 0
    assert "<strong>partial run: nothing is certified</strong>" in page.read_text("utf-8")
    assert CliRunner().invoke(cli, ["report", "html", str(tmp_path / "r"), "--lang", "zh-CN"]).exit_code == 0
    assert (page.read_text("utf-8"), verdicts.read_bytes()) == (chinese, before)


def test_the_terminal_speaks_the_reports_language(tmp_path: Path) -> None:
    """Cards, summary and result are in Chinese, and every column begins where the one above it does."""
    words = ["run", "--mpp", "specimen:handle-action-never", "--reports", str(tmp_path), "--run", "r"]
    told = called(*words, "--lang", "zh-CN", "-k", "single or handle_action", cwd=tmp_path).output
    for words_told in ("未通过 OC-16 ", "实际      没有 HandleAction", "首先检查  MPP", "结论         不符合"):
        assert words_told in told
    assert [label for label in ("expected ", "seen ", "rests on", "blame", "result ") if f"\n{label}" in told] == []


def test_what_the_terminal_says_of_anything_has_its_chinese() -> None:
    """Observations, strays, attempts, money and waivers: nothing of the summary is left in English."""
    listening = Listening()
    results = [judged_row(planned(O3, f"o{number}"), Verdict.FAIL, "nothing") for number in range(12)]
    strays = [Stray(message=Launch(url="x"), conversation=name) for name in ("c", "")]
    findings = [{"finding": "debited twice", "scenario": "x", "evidence": "x"}]
    outcome = folded([*results, judged_row(planned(M2), Verdict.FAIL)], planned(M1, "unjudged"))
    lines = list(terminal.summary(outcome, strays, target="t", edition="2023-12", findings=findings, say=listening))
    lines += [*terminal.attempts(2, [], listening), *terminal.cards(outcome, lambda case: case.evidence, listening)]
    assert sorted(listening.lacking - {"e", "s", "Do R2."}) == []
    assert len(lines) > 20


def test_a_drawing_is_told_in_the_reports_language() -> None:
    """Lanes, marks and sentences of a diagram are in Chinese, names of messages as they are."""
    page = html.render(*run_of(FAULTY["handle-action-never"]), CHINESE)
    for words in ("MPP 客户端", "缺少 HandleAction", "步骤 7-8"):
        assert words in page


def test_a_language_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """The refusal names those that there are."""
    result = CliRunner().invoke(cli, ["report", "html", str(tmp_path), "--lang", "de"])
    assert (result.exit_code, "zh-CN" in result.output) == (2, True)
