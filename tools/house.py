"""Print what a newcomer meets first: the lines of README.md, the folders of the package, and the arrows between them.

An arrow is drawn from one folder to another where a module of the first imports one of the second. Ends with 1 where
arrows go round in a circle, or a module stands loose at the package's root.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGE = "mpp_conformance"
NESTED = (PACKAGE, f"{PACKAGE}.report")
"""The packages whose folders are rooms."""
LOOSE = {"__init__.py", "py.typed"}
"""What may stand at the package's root beside folders."""

Arrows = Mapping[tuple[str, str], int]
"""From one folder to another: how many imports."""


def main() -> int:
    """Print the figures; 1 where the house is not in order."""
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    print(f"README.md             {len((ROOT / 'README.md').read_text('utf-8').splitlines())} lines")
    print(f"{PACKAGE}/      {len(folders())} folders, {len(loose())} loose modules")
    sound = not loose()
    for package in NESTED:
        made = arrows(graph, package)
        found = list(circles(made))
        rooms = {room for arrow in made for room in arrow}
        name = f"{package.replace('.', '/')}/"
        print(f"{name:<21} {len(rooms)} rooms, {len(made)} arrows, {len(found)} circles")
        for circle in found:
            print(f"  circle: {' -> '.join(circle)}")
        sound = sound and not found
    return 0 if sound else 1


def folders() -> list[str]:
    """The folders of the package that hold modules."""
    return sorted(path.parent.name for path in (ROOT / PACKAGE).glob("*/__init__.py"))


def loose() -> list[str]:
    """Files at the package's root that should stand in a folder."""
    return sorted(path.name for path in (ROOT / PACKAGE).iterdir() if path.is_file() and path.name not in LOOSE)


def arrows(graph: grimp.ImportGraph, package: str) -> Arrows:
    """The arrows between the folders of one package."""
    found: dict[tuple[str, str], int] = {}
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            pair = (_room(module, package), _room(imported, package))
            if all(pair) and pair[0] != pair[1]:
                found[pair] = found.get(pair, 0) + 1
    return found


def _room(module: str, package: str) -> str:
    """The folder of a module below ``package``; empty where it stands elsewhere."""
    return module.removeprefix(f"{package}.").split(".")[0] if module.startswith(f"{package}.") else ""


def circles(made: Arrows) -> Iterator[list[str]]:
    """One way round for each pair of folders that reach each other."""
    to: dict[str, list[str]] = {}
    for start, end in sorted(made):
        to.setdefault(start, []).append(end)
    seen: set[frozenset[str]] = set()
    for start, end in sorted(made):
        back = _way(to, end, start)
        if back and frozenset(back) not in seen:
            seen.add(frozenset(back))
            yield [start, *back]


def _way(to: Mapping[str, list[str]], start: str, end: str) -> list[str]:
    """The shortest way along arrows, both ends with it; empty where there is none."""
    ways = [[start]]
    known = {start}
    for way in ways:
        if way[-1] == end:
            return way
        following = [room for room in to.get(way[-1], []) if room not in known]
        known.update(following)
        ways.extend([*way, room] for room in following)
    return []


if __name__ == "__main__":
    sys.exit(main())
