"""Mutants on trial: whether the tests of a module notice that one thing in it was changed.

A mutant is the whole module with one change, imported anew by a process that was forked with everybody else's packages
already loaded, and killed if the module's own tests fail, hang or cannot even begin.
"""

import ast
import difflib
import gc
import importlib
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from hypothesis import Phase, settings

OPTIONS = ("-x", "-q", "--noconftest", "-p", "no:cacheprovider")
SPARE_TIME = 10
"""Seconds beside ten times what the tests take with nothing changed."""
MEMORY = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change; ``change`` says where it is, what stood there and what stands there now."""

    change: str
    text: str

    @classmethod
    def of(cls, source: str, text: str) -> "Mutant":
        """The mutant that ``text`` is of the module in ``source``."""
        was, now = source.splitlines(), text.splitlines()
        matcher = difflib.SequenceMatcher(None, was, now, autojunk=False)
        changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
        first, last = changes[0], changes[-1]
        old, new = was[first[1] : last[2]], now[first[3] : last[4]]
        return cls(f"{_place(source, first[1] + 1)}: {_line(old)} => {_line(new)}", text)


def _line(lines: Iterable[str]) -> str:
    return " ".join(line.strip() for line in lines)


def _place(source: str, line: int) -> str:
    """The innermost class and function around a line."""
    names: list[str] = []
    scopes: Sequence[ast.AST] = [ast.parse(source)]
    while scopes:
        inner = [
            node
            for scope in scopes
            for node in ast.iter_child_nodes(scope)
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or 0)
        ]
        names += [node.name for node in inner if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        scopes = inner
    return ".".join(names) or "module"


class _InPlaceOf(MetaPathFinder):
    """Finds a mutant where its module is imported."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self._name, self._path = name, path
        self._loader = _Text(name, str(path), text)

    def find_spec(self, fullname: str, path: object = None, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002  # importlib's words
        if fullname != self._name:
            return None
        return spec_from_file_location(fullname, self._path, loader=self._loader)


class _Text(SourceFileLoader):
    """Loads a text instead of the file that stands there; nothing is written beside the file."""

    def __init__(self, fullname: str, path: str, text: str) -> None:
        super().__init__(fullname, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  # importlib's words
        return compile(self._text, self.path, "exec", dont_inherit=True)


def prepare(root: Path, packages: Iterable[str] = ()) -> None:
    """Load once what every mutant's process needs and no mutant changes; ``root``: the folder tests are run in."""
    os.chdir(root)
    for name in packages:
        importlib.import_module(name)
    # What fails needs no smallest example, and should fail the same way every time.
    quick = settings(
        derandomize=True, database=None, phases=[Phase.explicit, Phase.generate], report_multiple_bugs=False
    )
    settings.register_profile("mutation", quick)
    settings.load_profile("mutation")
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    gc.freeze()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The test files that are to notice what is changed in the module at ``path`` below ``root``.

    ``blocked``: pytest's plugins that the project loads by itself and these tests need not.
    """

    root: Path
    path: Path
    tests: Sequence[str]
    blocked: Sequence[str] = ()

    def survivors(self, made: Sequence[Mutant], jobs: int) -> Iterator[Mutant]:
        """The mutants that the tests do not notice; RuntimeError where the tests fail with nothing changed."""
        started = time.monotonic()
        unchanged = Mutant("nothing", self.path.read_text("utf-8"))
        if list(self._passing([unchanged], 1, 3600)) != [unchanged]:
            raise RuntimeError(f"the tests of {self.path.name} fail with nothing changed: {' '.join(self.tests)}")
        yield from self._passing(made, jobs, 10 * (time.monotonic() - started) + SPARE_TIME)

    def _passing(self, made: Iterable[Mutant], jobs: int, seconds: float) -> Iterator[Mutant]:
        running: dict[int, Mutant] = {}
        waiting = iter(made)
        while True:
            while len(running) < jobs and (mutant := next(waiting, None)) is not None:
                running[_forked(lambda text=mutant.text: self._tested(text, seconds))] = mutant
            if not running:
                return
            process, status = os.wait()
            mutant = running.pop(process)
            code = os.waitstatus_to_exitcode(status)
            if code in {pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED}:
                raise RuntimeError(f"pytest did not get to test anything: {mutant.change}")
            if code == pytest.ExitCode.OK:
                yield mutant

    def _tested(self, text: str, seconds: float) -> int:
        """What pytest says of a mutant; a signal ends what takes too long."""
        # Time of the processor, for a busy machine is no fault of the tests; and a clock, for what only waits.
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, 10 * seconds)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(silence, stream)
        name = ".".join(self.path.relative_to(self.root).with_suffix("").parts)
        sys.meta_path.insert(0, _InPlaceOf(name, self.path, text))
        blocked = [word for plugin in self.blocked for word in ("-p", f"no:{plugin}")]
        return int(pytest.main([*OPTIONS, *blocked, *self.tests]))


def _forked(work: Callable[[], int]) -> int:
    """The id of a process that does the work and ends with the code that comes of it."""
    process = os.fork()
    if process:
        return process
    code = int(pytest.ExitCode.INTERNAL_ERROR)
    try:
        code = work()
    finally:
        os._exit(code)
