"""The house: folders that show the floors, and arrows between them that go round in no circle."""

import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import grimp
import pytest

from tests.tools import tool

ROOT: Final = Path(__file__).parents[2]
CONTRACTS: Final = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.fixture(scope="module")
def house() -> ModuleType:
    """The script, imported."""
    return tool("house")


@pytest.fixture(scope="module")
def graph(house: ModuleType) -> grimp.ImportGraph:
    """Every import of the package."""
    return grimp.build_graph(house.PACKAGE, cache_dir=None)


def layers(container: str) -> list[list[str]]:
    """The floors of a package from the top down, each with its rooms, as the import contracts have them."""
    found: dict[str, Any] = next(contract for contract in CONTRACTS if container in contract.get("containers", ()))
    return [layer.split(" | ") for layer in found["layers"]]


def test_nothing_stands_loose_at_the_root(house: ModuleType) -> None:
    """Whoever opens the package sees folders, and no module without a room."""
    assert house.loose() == []


@pytest.mark.parametrize("package", ["mpp_conformance", "mpp_conformance.report"])
def test_arrows_between_folders_go_round_in_no_circle(
    house: ModuleType, graph: grimp.ImportGraph, package: str
) -> None:
    """No two folders reach each other."""
    made = house.arrows(graph, package)
    assert len(made) > 20
    assert list(house.circles(made)) == []


@pytest.mark.parametrize("package", ["mpp_conformance", "mpp_conformance.report"])
def test_every_arrow_points_down(house: ModuleType, graph: grimp.ImportGraph, package: str) -> None:
    """The floors of the import contracts hold for the arrows that are drawn here."""
    floor = {room: number for number, rooms in enumerate(layers(package)) for room in rooms}
    assert [arrow for arrow in house.arrows(graph, package) if floor[arrow[0]] >= floor[arrow[1]]] == []


def test_the_contracts_name_every_folder(house: ModuleType) -> None:
    """A folder without a floor is none of the house."""
    assert sorted(room for rooms in layers(house.PACKAGE) for room in rooms) == house.folders()


def test_tests_have_a_folder_for_each_room(house: ModuleType) -> None:
    """The tests of a module are found without a search; beside them stand those of the project itself."""
    rooms = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}
    assert sorted(rooms - {"project"}) == house.folders()


@pytest.mark.parametrize(
    ("arrows", "expected"),
    [
        ({("a", "b"): 1, ("b", "c"): 2}, []),
        ({("a", "b"): 1, ("b", "a"): 1}, [["a", "b", "a"]]),
        ({("a", "b"): 1, ("b", "c"): 1, ("c", "a"): 1, ("c", "d"): 1}, [["a", "b", "c", "a"]]),
    ],
)
def test_a_circle_is_named(house: ModuleType, arrows: dict[tuple[str, str], int], expected: list[list[str]]) -> None:
    """Each circle is told once, as the way round."""
    assert list(house.circles(arrows)) == expected


def test_a_circle_ends_the_command_with_1(house: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """`make house` is red where the house is not in order."""
    assert house.main() == 0
    monkeypatch.setattr(house, "arrows", lambda *_: {("a", "b"): 1, ("b", "a"): 1})
    assert house.main() == 1
    monkeypatch.undo()
    monkeypatch.setattr(house, "loose", lambda: ["stray.py"])
    assert house.main() == 1
