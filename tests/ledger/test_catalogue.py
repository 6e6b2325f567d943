"""The catalogue: the whole of the suites, read without a test runner."""

from pathlib import Path

import pytest

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import CatalogueError, Claims, Planned
from mpp_conformance.ledger.requirements import Case

INLINE = (Path(__file__).parents[1] / "data/suite.txt").read_text(encoding="utf-8")
CLAIMS = wallet.reference().claims()


def claims(**features: bool) -> Claims:
    """The reference wallet's claims with other features."""
    return Claims.of({**CLAIMS, "features": {**CLAIMS["features"], **features}})


def suites(folder: Path, *texts: str) -> Path:
    """A folder with these suite files."""
    for number, text in enumerate(texts):
        folder.joinpath(f"test_{number}.py").write_text(text, encoding="utf-8")
    return folder


def planned(folder: Path, which: Claims) -> list[Planned]:
    """The rows of a folder's catalogue."""
    return list(catalogue.plan(catalogue.load(folder).cases, which))


def test_own_suites_are_sound() -> None:
    """Our own suites load, every row of them has a name of its own, and twice the same."""
    first = catalogue.load(directory("suites"))
    rows = list(catalogue.plan(first.cases, claims()))
    assert len({row.key for row in rows}) == len(rows)
    assert catalogue.load(directory("suites")) == first


def test_everything_stated_is_in_the_ledger(tmp_path: Path) -> None:
    """Requirements, exclusions and cases of all files are there, in their order."""
    ledger = catalogue.load(suites(tmp_path, INLINE))
    assert list(ledger.requirements) == ["EC-25", "OC-16", "OBS-1", "EX-1"]
    assert [(case.module, case.name) for case in ledger.cases] == [
        ("test_0", "test_callback"),
        ("test_0", "test_action"),
    ]


def test_rows_are_scenarios_of_cases(tmp_path: Path) -> None:
    """Each case gives one row for each of its scenarios; a row's text is short and stable."""
    rows = planned(suites(tmp_path, INLINE), claims())
    assert [repr(row) for row in rows] == [
        "test_0.test_callback[entry-sdk-S]",
        "test_0.test_callback[entry-sdk-F]",
        "test_0.test_action[order-sdk-S]",
    ]


def test_what_is_not_claimed_is_not_applicable(tmp_path: Path) -> None:
    """A row that needs a feature, or is about a code type, that the wallet does not claim says so."""
    rows = planned(suites(tmp_path, INLINE), claims(order_code=False))
    reasons = ["", "", "the wallet does not claim order_code"]
    assert [row.not_applicable for row in rows] == reasons


def test_a_need_is_told_with_the_code_type(tmp_path: Path) -> None:
    """Every feature that is missing is named."""
    suite = suites(tmp_path, INLINE.replace('needs=("entry_code",)', 'needs=("app_link",)'))
    reasons = {row.not_applicable for row in planned(suite, claims(entry_code=False, app_link=False))}
    assert reasons == {"the wallet does not claim app_link, entry_code", ""}


def test_a_test_runner_changes_nothing(tmp_path: Path) -> None:
    """A suite that is imported outside of a collection keeps its cases and fills no ledger."""
    scope: dict[str, object] = {"__file__": "test_0.py"}
    exec(compile(INLINE, "test_0.py", "exec"), scope)  # noqa: S102  # as a test runner would import it
    outside = getattr(scope["test_action"], "conformance_case", None)
    assert isinstance(outside, Case)
    assert outside in catalogue.load(suites(tmp_path, INLINE)).cases


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ((), "no suite files (test_*.py) in "),
        (("1 / 0",), "test_0.py: ZeroDivisionError: division by zero"),
        (("def",), "test_0.py: SyntaxError: "),
        (
            (INLINE, INLINE.replace("By the callback.", "Otherwise.")),
            "test_1.py: ValueError: two requirements bear the id",
        ),
        ((INLINE + INLINE[INLINE.index("@case(OC") :],), "test_0.py: ValueError: two cases of test_0 bear the name"),
        ((INLINE.replace("entry_code", "entry_cod"),), "test_0.test_callback needs entry_cod; there are entry_code,"),
        (
            (INLINE.replace('    """The SDK receives the payload through handleAction."""\n', ""),),
            "test_0.py: ValueError: ",
        ),
    ],
)
def test_unsound_suites_are_refused(tmp_path: Path, texts: tuple[str, ...], told: str) -> None:
    """A catalogue that cannot be whole is refused, with the file and the reason."""
    with pytest.raises(CatalogueError) as refused:
        catalogue.load(suites(tmp_path, *texts))
    assert str(refused.value).startswith(told)


def test_digest_names_the_suites(tmp_path: Path) -> None:
    """The digest changes with any content, and only with it."""
    first = catalogue.digest(suites(tmp_path, INLINE))
    assert catalogue.digest(tmp_path) == first
    assert catalogue.digest(suites(tmp_path, INLINE + "\n")) != first


@pytest.mark.parametrize(
    ("file", "names_another"),
    [
        ("package/oracle.py", True),
        ("package/report/results.py", True),
        ("package/sentences.json", True),
        ("package/more.py", True),
        ("openapi/alipay-plus.yaml", True),
        ("package/report/report.css", False),
        ("package/__pycache__/oracle.cpython-311.pyc", False),
        ("package/_data/suites/test_0.py", False),
    ],
)
def test_digest_names_whatever_judges(tmp_path: Path, file: str, *, names_another: bool) -> None:
    """Another judge is another suite; another style is not, nor is what a wheel carries along beside its modules."""
    stand = tmp_path / "package/report"
    stand.mkdir(parents=True)
    (tmp_path / "openapi").mkdir()
    for name in (
        "package/oracle.py",
        "package/sentences.json",
        "package/report/results.py",
        "openapi/alipay-plus.yaml",
    ):
        (tmp_path / name).write_text("1", "utf-8")
    directory = suites(tmp_path, INLINE)
    first = catalogue.digest(directory, package=tmp_path / "package")
    changed = tmp_path / file
    changed.parent.mkdir(parents=True, exist_ok=True)
    changed.write_text("2", "utf-8")
    if "_data" in file:
        (tmp_path / "package/_data/openapi").symlink_to(tmp_path / "openapi")
    assert (catalogue.digest(directory, package=tmp_path / "package") != first) is names_another


def test_features_are_those_of_the_wallet_file() -> None:
    """What a case can need is what wallet.toml lets a wallet claim."""
    assert set(catalogue.FEATURES) == set(wallet.reference().claims()["features"])
