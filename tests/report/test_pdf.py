"""The report for paper: the same page, every character with its glyph, and plain words where it cannot be made."""

import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # says nothing of its types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # likewise

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.report.languages.language import ENGLISH, language
from mpp_conformance.report.pages import html, pdf
from mpp_conformance.report.pages.conversations import conversations
from mpp_conformance.report.verdict_file import document
from mpp_conformance.scenarios.cells import sdk
from mpp_conformance.scenarios.scenario import ENTRY
from mpp_conformance.specimens import FAULTY
from mpp_conformance.specimens.conforming import ConformingMpp
from tests.adequacy.test_model import held
from tests.reporting import run_of, sample

CHINESE = language("zh-CN")


def short() -> dict[str, Any]:
    """A verdict file with one boundary, for pages that are quickly set."""
    made = sample()
    return {**made, "boundaries": made["boundaries"][:1]}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run that kept a verdict file alone."""
    tmp_path.joinpath("verdicts.json").write_bytes(document.dump(short()))
    return tmp_path


def printed(run: Path, *words: str) -> Result:
    """The command."""
    return CliRunner().invoke(cli, ["report", "pdf", str(run), *words])


def pages(data: bytes) -> int:
    """How many pages a PDF has."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", data, re.DOTALL)
    objects = b"".join(zlib.decompress(stream) for stream in streams if stream.startswith(b"x"))
    return len(re.findall(rb"/Type /Page\b", objects))


def test_page_for_paper_hides_nothing_and_leads_nowhere() -> None:
    """On paper every conversation is unfolded, each drawing brings its colours, and no link leads to a file."""
    traces = {"x-00000000.json": held(sdk(ENTRY, "S"))}
    page = html.render(sample(), traces, ENGLISH, form=html.Form.PAPER)
    assert re.findall("<details(?![^>]* open)[^>]*>", page) == []
    assert re.findall('href="(?!#)[^"]*"', page) == []
    (drawing,) = re.findall('<svg class="dia".*?</svg>', page, re.DOTALL)
    assert "var(" not in drawing


@pytest.mark.pango
@pytest.mark.parametrize("lang", ["en", pytest.param("zh-CN", marks=pytest.mark.chinese)])
def test_both_languages_are_set(run: Path, lang: str) -> None:
    """A PDF comes of the verdict file, page after page, with a glyph for all that is told in either language."""
    result = printed(run, "--lang", lang)
    assert (result.exit_code, result.output.splitlines()[1:]) == (0, [f"pdf          {run / pdf.FILE}"])
    data = (run / pdf.FILE).read_bytes()
    assert data.startswith(b"%PDF-")
    assert pages(data) > 3


def all_failed(verdicts: dict[str, Any]) -> dict[str, Any]:
    """The verdict file with the first of its failures in place of every case, and money lost in each."""
    failed = next(case for case in document.cases(verdicts) if case["verdict"] == "fail")
    same = {name: failed[name] for name in ("verdict", "deviation", "events", "hint", "blame", "expected", "seen")}
    rows = [
        {**row, "cases": [{**case, **same, "observed": not row["counts"]} for case in row["cases"]]}
        for row in verdicts["requirements"]
    ]
    lost = {"finding": "debited twice", "text": "x", "payment": 0, "events": [1]}
    found = [{**lost, "scenario": case["scenario"], "evidence": case["evidence"]} for case in document.cases(verdicts)]
    return {**verdicts, "requirements": rows, "findings": found, "complete": True}


@pytest.mark.pango
@pytest.mark.parametrize(
    "fails", [pytest.param(False, id="conforming", marks=pytest.mark.thorough), pytest.param(True, id="nothing-right")]
)
@pytest.mark.parametrize("lang", ["en", pytest.param("zh-CN", marks=[pytest.mark.chinese, pytest.mark.thorough])])
def test_summary_of_a_whole_run_has_at_most_40_pages(lang: str, fails: bool) -> None:  # noqa: FBT001  # a parameter
    """However much went wrong, what is printed by default can be read: the rest is in the pages for screens.

    Where nothing did it is shorter; `make thorough` sets that, and both in Chinese, too.
    """
    made, traces = run_of(FAULTY["payload-trimmed"] if fails else ConformingMpp)
    data, _ = pdf.render_pdf(
        html.render(all_failed(made) if fails else made, traces, language(lang), form=html.Form.SUMMARY)
    )
    assert 3 < pages(data) <= 40


def test_summary_has_the_result_what_failed_the_requirements_and_the_limits() -> None:
    """It leaves out each case that passed, every drawing, and what nobody judges, and says where they are.

    No link leads to what was left out.
    """
    made, traces = run_of(FAULTY["payload-trimmed"])
    page = html.render(made, traces, ENGLISH, form=html.Form.SUMMARY)
    sections = re.findall('<section id="([a-z-]+)"', page)
    assert sections == ["failures", "requirements", "limits", "excluded", "assurance", "particulars"]
    assert "<nav" not in page
    assert set(re.findall('href="#([^"]*)"', page)) - set(re.findall('id="([^"]*)"', page)) == set()
    assert ('class="dia"' in page, "report pdf --full" in page, "<h4>" in page) == (False, True, True)


@pytest.mark.pango
def test_equal_pages_are_equal_files() -> None:
    """Nothing of the time or the place gets into the file."""
    traces = {"x-00000000.json": held(sdk(ENTRY, "S"))}
    page = "".join(one.drawing for one in conversations(document.cases(short()), traces, ENGLISH, alone=True))
    assert "<svg" in page
    assert pdf.render_pdf(page) == pdf.render_pdf(page)


@pytest.mark.pango
def test_nothing_is_loaded(tmp_path: Path) -> None:
    """Whatever a page asks for, from disk or from elsewhere, is not fetched."""
    style = tmp_path / "s.css"
    style.write_text("p { display: none }", "ascii")
    plain = "<p>A</p>"
    asking = f'<link rel="stylesheet" href="{style.as_uri()}">{plain}<img src="{style.as_uri()}">'
    inside = f"<style>{style.read_text('ascii')}</style>{plain}"
    assert pdf.render_pdf(asking) == pdf.render_pdf(plain)
    assert pdf.render_pdf(inside) != pdf.render_pdf(plain)


@pytest.mark.pango
def test_character_without_a_glyph_is_counted() -> None:
    """A payload may hold what no font has: it is an empty box, and said to be one."""
    assert pdf.render_pdf("<p>A</p>")[1] == 0
    assert pdf.render_pdf("<p>A \U0010fffd</p>")[1] == 1


def latin_font(file: Path) -> None:
    """Write a font that has printable ASCII, each character an empty box, and nothing else."""
    pen = TTGlyphPen(None)
    for place, point in enumerate([(50, 0), (50, 700), (450, 700), (450, 0)]):
        pen.lineTo(point) if place else pen.moveTo(point)
    pen.closePath()
    box, codes = pen.glyph(), range(0x20, 0x7F)
    names = [".notdef", *(f"u{code:04X}" for code in codes)]
    font = FontBuilder(1000)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({code: f"u{code:04X}" for code in codes})
    font.setupGlyf(dict.fromkeys(names, box))
    font.setupHorizontalMetrics(dict.fromkeys(names, (500, 50)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupOS2()
    font.setupNameTable({"familyName": "Latin alone", "styleName": "Regular"})
    font.setupPost()
    font.save(file)


@pytest.mark.pango
def test_chinese_without_a_chinese_font_is_refused(run: Path, tmp_path: Path) -> None:
    """Empty boxes are no report: without a font for Chinese it is said what brings one, and no PDF is made."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>", "ascii")
    latin_font(tmp_path / "latin.ttf")
    command = [sys.executable, "-m", "mpp_conformance.cli", "report", "pdf", str(run), "--lang", "zh-CN"]
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, "fonts-wqy-microhei" in ended.stderr) == (Exit.CONFIGURATION, True)
    assert not (run / pdf.FILE).exists()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("raise ModuleNotFoundError('No module', name='weasyprint')", "pip install 'mpp-conformance[pdf]'"),
        ("raise OSError(\"cannot load library 'libpango-1.0-0'\\nand more\")", "apt-get install libpango-1.0-0"),
    ],
)
def test_what_is_missing_is_named(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, words: str
) -> None:
    """Without WeasyPrint, or without Pango, it is said what brings it; nothing is written and nothing is a fault."""
    (tmp_path / "weasyprint.py").write_text(module, "ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = printed(run)
    assert (result.exit_code, words in result.output, "and more" in result.output) == (Exit.CONFIGURATION, True, False)
    assert not (run / pdf.FILE).exists()


@pytest.mark.parametrize(
    ("module", "how"),
    [
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "broke down 2 times (SIGSEGV)"),
        ("import os\nos._exit(9)", "broke down 2 times (status 9)"),
    ],
)
def test_crash_below_is_told_in_words(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, how: str
) -> None:
    """A crash of the libraries takes nothing with it: the command says so and what to do instead."""
    (tmp_path / "weasyprint.py").write_text(module, "ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    result = printed(run)
    assert (result.exit_code, how in result.output) == (Exit.CONFIGURATION, True)
    assert not (run / pdf.FILE).exists()


@pytest.mark.pango
def test_crash_that_does_not_come_again_is_got_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is set at the second try is the page."""
    once = f"""
import os, pathlib, signal, sys
been = pathlib.Path({str(tmp_path / "been")!r})
if not been.exists():
    been.touch()
    os.kill(os.getpid(), signal.SIGSEGV)
sys.path.remove({str(tmp_path)!r})
del sys.modules["weasyprint"]
import weasyprint
sys.modules["weasyprint"] = weasyprint
"""
    (tmp_path / "weasyprint.py").write_text(once, "ascii")
    expected = pdf.render_pdf("<p>A</p>")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert pdf.render_pdf("<p>A</p>") == expected
    assert (tmp_path / "been").exists()


def test_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a page is bounded in time."""
    (tmp_path / "weasyprint.py").write_text("import signal\nsignal.pause()", "ascii")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(pdf, "_LONGEST", 0.5)
    with pytest.raises(pdf.PdfError, match=r"has not set the page in 0\.5 seconds"):
        pdf.render_pdf("<p>A</p>")


def test_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    """Nothing is set where there is no verdict file."""
    result = printed(tmp_path)
    assert (result.exit_code, "verdicts.json" in result.output) == (Exit.CONFIGURATION, True)


@pytest.mark.parametrize(("words", "form"), [((), html.Form.SUMMARY), (("--full",), html.Form.PAPER)])
def test_what_is_set_is_the_page_in_its_language(
    run: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], form: html.Form
) -> None:
    """What goes to be set is the summary, or with --full the whole page, from the same verdict file."""
    given: list[str] = []

    def made(page: str) -> tuple[bytes, int]:
        given.append(page)
        return b"%PDF-", 2

    monkeypatch.setattr(pdf, "render_pdf", made)
    result = printed(run, "--lang", "zh-CN", *words)
    verdicts: dict[str, Any] = document.read((run / "verdicts.json").read_bytes())
    assert given == [html.render(verdicts, {}, CHINESE, form=form)]
    assert "no font on this machine has a glyph for 2 characters that the wallet was sent" in result.output
