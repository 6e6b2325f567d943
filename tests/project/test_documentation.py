"""The documentation: a site without dead links, pages that the program itself writes, and a licence."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

import pytest
import yaml
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from tests.tools import tool

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
SITE: Final = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The script that writes docs/reference/."""
    return tool("reference")


@pytest.fixture(scope="module")
def made(reference: ModuleType) -> dict[str, str]:
    """What it writes today."""
    pages: dict[str, str] = reference.pages()
    return pages


def test_the_reference_is_what_the_program_says(made: dict[str, str]) -> None:
    """No page of docs/reference/ was written by hand, and none is missing; `make reference` writes them anew."""
    place = DOCS / "reference"
    there = {path.relative_to(place).as_posix(): path.read_text("utf-8") for path in place.rglob("*.md")}
    assert sorted(made) == sorted(there)
    assert {name: there[name] for name in made if made[name] != there[name]} == {
        name: text for name, text in made.items() if text != there[name]
    }


def test_every_requirement_has_a_page_of_its_own(made: dict[str, str]) -> None:
    """Tested or not, each row of the ledger is explained; what is tested says what a conforming MPP does."""
    rows = load(directory("suites")).requirements.values()
    assert {name for name in made if name.startswith("requirements/")} == {
        "requirements/index.md",
        *(f"requirements/{row.id}.md" for row in rows),
    }
    tested = [row.id for row in rows if not row.excluded]
    parts = ("## What a conforming MPP does", "## When it fails", "## Cases")
    assert [name for name in tested for part in parts if part not in made[f"requirements/{name}.md"]] == []


def test_a_page_of_a_requirement_that_decides_names_mistakes_and_an_example(made: dict[str, str]) -> None:
    """Whoever's MPP fails it reads what others got wrong, and what is right on the wire."""
    deciding = [row.id for row in load(directory("suites")).requirements.values() if row.decides and not row.excluded]
    parts = ("## Known mistakes", "## A right example")
    assert [name for name in deciding if parts[0] not in made[f"requirements/{name}.md"]] == []
    assert len([name for name in deciding if parts[1] in made[f"requirements/{name}.md"]]) > len(deciding) / 2


def test_every_key_of_the_template_is_explained(made: dict[str, str]) -> None:
    """The page of wallet.toml has each key that may stand in the file, as its schema names them."""
    found = json.loads(CliRunner().invoke(cli, ["schema", "wallet"]).output)
    named = re.findall(r"^\| `([a-z_]+)` \|", made["wallet-toml.md"], re.MULTILINE)
    keys = [key for table in found["$defs"].values() for key in table["properties"]]
    assert sorted(named) == sorted(keys)


def pages_of(nav: list[object]) -> list[str]:
    """The pages that the site's menu leads to."""
    found: list[str] = []
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            found += pages_of(value) if isinstance(value, list) else [str(value)]
    return found


def test_the_menu_leads_to_every_page() -> None:
    """No page of docs/ is found by accident alone; those of single requirements are reached from their index."""
    written = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")}
    single = {name for name in written if name.startswith("reference/requirements/") and "index" not in name}
    assert sorted(pages_of(SITE["nav"])) == sorted(written - single)


@pytest.mark.slow
def test_the_site_builds_without_a_dead_link(tmp_path: Path) -> None:
    """`make docs` is strict: a link that leads nowhere ends it; nothing is loaded from outside by a page."""
    shutil.copytree(DOCS, tmp_path / "docs")
    (tmp_path / "mkdocs.yml").write_text(yaml.safe_dump({**SITE, "site_dir": "site"}), "utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(tmp_path / "mkdocs.yml")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > len(list(DOCS.rglob("*.md")))
    loaded = re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=\"?https?://(?!www\.w3\.org)[^>]*>")
    assert sorted({found for page in pages for found in loaded.findall(page.read_text("utf-8"))}) == []


def test_links_of_the_front_door_lead_somewhere() -> None:
    """README.md, CONTRIBUTING.md and SECURITY.md link only to what is there."""
    dead = []
    for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"):
        targets = re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / name).read_text("utf-8"))
        dead += [(name, target) for target in targets if not (ROOT / target).exists()]
    assert dead == []


def test_the_licence_is_whole() -> None:
    """The licence that pyproject.toml names is the text in LICENSE."""
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text.splitlines()[1]
    assert "END OF TERMS AND CONDITIONS" in text


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    """One word for one thing: the rows of both tables are sorted, and none stands twice."""
    tables = (DOCS / "glossary.md").read_text("utf-8").split("## Simplified Chinese")
    terms, chinese = (re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)[2:] for table in tables)
    assert terms == sorted(set(terms), key=str.lower)
    assert chinese == sorted(set(chinese), key=str.lower)
    assert len(terms) > 40
