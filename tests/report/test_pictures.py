"""The pictures of a run in each form of its report: once each, with all conversations that ended so."""

import base64
import re
from pathlib import Path
from typing import Any, Final

import pytest

from mpp_conformance.evidence.pictures import name_of
from mpp_conformance.protocol.messages.wallet import ALIPAY_PLUS_ERROR, PAID_PAGE
from mpp_conformance.report.languages.language import ENGLISH
from mpp_conformance.report.pages import html, markdown, pdf
from mpp_conformance.report.run_folder import reading
from mpp_conformance.report.verdict_file.document import VerdictFileError
from tests.pictures import drawn
from tests.reporting import sample

ERROR, PAID, ALSO_PAID = drawn(), drawn("JPEG", shade=7), drawn("WEBP", shade=8)
IMAGE: Final = re.compile(r'<img src="([^"]+)"')


def row(data: bytes, seen: str, scenario: str) -> dict[str, Any]:
    """What a verdict file says of a picture."""
    name = name_of(data)
    return {
        "scenario": scenario,
        "payment": 1,
        "evidence": "x-00000000.json",
        "file": f"pictures/{name}",
        "digest": name[:64],
        "seen": [seen],
        "requirements": ["UX-6"],
    }


ROWS: Final = [
    row(ERROR, ALIPAY_PLUS_ERROR, "first"),
    row(PAID, PAID_PAGE, "second"),
    row(ERROR, ALIPAY_PLUS_ERROR, "third"),
    row(ALSO_PAID, PAID_PAGE, "fourth"),
]
VERDICTS: Final = {**sample(), "pictures": ROWS}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a run with these pictures."""
    (tmp_path / "pictures").mkdir()
    for data in (ERROR, PAID, ALSO_PAID):
        (tmp_path / "pictures" / name_of(data)).write_bytes(data)
    return tmp_path


def section(page: str) -> str:
    """That on user experience."""
    return page.partition('<section id="user-experience">')[2].partition("</section>")[0]


def test_a_picture_is_shown_once() -> None:
    """Beside what was seen, with each conversation that ended so."""
    told = section(html.render(VERDICTS))
    assert IMAGE.findall(told) == [ROWS[0]["file"], ROWS[1]["file"], ROWS[3]["file"]]
    assert [told.count(each["scenario"]) > 0 for each in ROWS] == [True] * 4


def test_paper_bears_its_pictures(run: Path) -> None:
    """A summary has one of each kind of page that was seen, and what is not there is named."""
    images = reading.images(run, VERDICTS)
    whole = html.render(VERDICTS, form=html.Form.PAPER, images=images)
    kinds = [("png", ERROR), ("jpeg", PAID), ("webp", ALSO_PAID)]
    expected = [f"data:image/{kind};base64,{base64.b64encode(data).decode()}" for kind, data in kinds]
    assert (IMAGE.findall(section(whole)), "img-src data:" in whole) == (expected, True)
    short = section(html.render(VERDICTS, form=html.Form.SUMMARY, images=images))
    assert IMAGE.findall(short) == expected[:2]
    bare = section(html.render(VERDICTS, form=html.Form.PAPER))
    assert (IMAGE.findall(bare), ROWS[0]["file"] in bare) == ([], True)


def test_only_sound_pictures_of_the_run_are_read(run: Path) -> None:
    """One that was changed, one that is large, and one that lies elsewhere are left out."""
    large = ERROR + bytes(1024 * 1024)
    (run / "pictures" / name_of(large)).write_bytes(large)
    (run / ROWS[1]["file"]).write_bytes(b"another")
    elsewhere = {**ROWS[3], "file": f"evidence/{name_of(ALSO_PAID)}"}
    named = [ROWS[0], ROWS[1], elsewhere, row(large, PAID_PAGE, "large"), {}, None, {**ROWS[0], "file": 7}]
    assert reading.images(run, {"pictures": named}) == {ROWS[0]["file"]: ERROR}


def test_the_short_report_has_one_of_each_page() -> None:
    """Any other text in the place of a file makes no link."""
    page = markdown.render(VERDICTS)
    assert [f"({each['file']})" in page for each in ROWS] == [True, True, True, False]
    assert "error page of Alipay+: first, payment 1, UX-6 (1 more)" in page
    with pytest.raises(VerdictFileError, match="no picture of a run"):
        markdown.render({**VERDICTS, "pictures": [{**ROWS[0], "file": "https://e.test/x.png"}]}, ENGLISH)


@pytest.mark.pango
def test_a_pdf_holds_the_picture_in_its_page() -> None:
    """And nothing that would have to be loaded."""
    address = f"data:image/png;base64,{base64.b64encode(ERROR).decode()}"
    page = f'<img src="{address}"><img src="{Path(__file__).as_uri()}"><img src="http://127.0.0.1:9/x.png">'
    data, _ = pdf.render_pdf(page)
    assert data.count(b"/Subtype /Image") == 1
