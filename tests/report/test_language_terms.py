"""The words of the Chinese report are those of the glossary: one for each term, and no other."""

import re
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.report.languages.language import language

ROOT: Final = Path(__file__).parents[2]
GLOSSARY: Final = (ROOT / "docs/glossary.md").read_text("utf-8").split("## Simplified Chinese")[1]
TERMS: Final = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", GLOSSARY, re.MULTILINE)[2:]
CHINESE: Final = language("zh-CN")
SAID: Final = {**CHINESE.sentences, **CHINESE.forms}


def test_the_glossary_has_the_terms_of_the_chinese_report() -> None:
    """The table is read at all, each term stands once in it, and no two terms share a Chinese word."""
    assert len(TERMS) > 30
    assert len({english for english, _, _ in TERMS}) == len({chinese for _, chinese, _ in TERMS}) == len(TERMS)


@pytest.mark.parametrize(("english", "chinese", "others"), TERMS, ids=[english for english, _, _ in TERMS])
def test_one_english_term_has_one_chinese_word(english: str, chinese: str, others: str) -> None:
    """Wherever the English sentence has the term, the Chinese one has its word; no sentence has another for it."""
    term = re.compile(rf"(?<![{{\w]){re.escape(english)}s?(?![\w}}]|\.\w)")
    assert [said for key, said in SAID.items() if term.search(key) and chinese not in said] == []
    assert [said for said in SAID.values() for other in others.split("、") if other in said] == []
