"""The whole of the suites: what they state, and which of it a wallet's claims make applicable.

The catalogue is read without any test runner, so that nobody who runs a part of it can take that part for the whole.
"""

import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Final

from mpp_conformance.common import resources
from mpp_conformance.ledger.requirements import Case, Ledger, collecting
from mpp_conformance.ledger.scans import LEFT_OUT, ScanPlan, hindrance, scan_plan
from mpp_conformance.protocol.limits import EDITIONS, Edition, Reading
from mpp_conformance.scenarios.observation import NOBODY, PERSON, POINTS
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Scenario

ENTRY_CODE: Final = "entry_code"
ORDER_CODE: Final = "order_code"
APP_LINK: Final = "app_link"
AT_ONCE: Final = "at_once"
MPP_SERVER: Final = "mpp_server"
FUZZ: Final = "fuzz"
FEATURES: Final = (ENTRY_CODE, ORDER_CODE, APP_LINK, AT_ONCE, MPP_SERVER, FUZZ)
"""What a wallet can claim in its ``wallet.toml``, and a case can need.

``mpp_server`` and ``fuzz`` are claimed in ``[reach]``, the others in ``[features]``.
"""

_FEATURE_OF_CODE: Final = {ENTRY: ENTRY_CODE, ORDER: ORDER_CODE}
_PATTERN: Final = "test_*.py"
_DECIDING: Final = frozenset({".py", ".json", ".jsonl", ".toml"})
"""How the names of modules and data end; templates and styles end otherwise."""


class CatalogueError(Exception):
    """The suites cannot be read as they stand; says which file and why."""


def load(directory: Path) -> Ledger:
    """Everything that the suite files of ``directory`` state; CatalogueError if one of them is unsound."""
    ledger = Ledger()
    with collecting(ledger):
        for path in _files(directory):
            _run(path)
    for case in ledger.cases:
        unknown = set(case.needs) - set(FEATURES)
        if unknown:
            raise CatalogueError(f"{case.module}.{case.name} needs {min(unknown)}; there are {', '.join(FEATURES)}")
        if case.requirement.id not in ledger.requirements:
            raise CatalogueError(f"{case.module}.{case.name} tests {case.requirement.id}, which no suite states")
    return ledger


def digest(directory: Path, *, package: Path = Path(__file__).parents[1]) -> str:
    """A name for these very suites and for whatever holds conversations and judges by them (SHA-256, hex).

    It is over names and contents: suite files, openapi/, and all modules and data of the package. Only what dresses a
    page is left out; a line drawn any closer would one day leave out what decides a verdict.
    """
    named = {f"suites/{path.name}": path for path in _files(directory)}
    named |= {f"openapi/{path.name}": path for path in resources.directory("openapi", package=package).iterdir()}
    for path in package.rglob("*"):
        name = path.relative_to(package)
        if path.suffix in _DECIDING and name.parts[0] != resources.CARRIED:
            named[f"package/{name.as_posix()}"] = path
    whole = hashlib.sha256()
    for written, path in sorted(named.items()):
        whole.update(f"{written} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _files(directory: Path) -> list[Path]:
    found = sorted(directory.glob(_PATTERN))
    if not found:
        raise CatalogueError(f"no suite files ({_PATTERN}) in {directory}")
    return found


def _run(path: Path) -> None:
    name = f"mpp_conformance_suite_{path.stem}"
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise CatalogueError(f"{path} cannot be imported")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as problem:
        raise CatalogueError(f"{path.name}: {type(problem).__name__}: {problem}") from problem
    finally:
        del sys.modules[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a wallet claims, as far as it decides what is judged and how: see ``wallet.toml``."""

    wallet: str
    version: str
    features: frozenset[str]
    edition: Edition
    reading: Reading
    nobodys: frozenset[str] = frozenset()
    """The points that nobody reports."""
    by_hand: bool = False
    """A person does what the consumer does: what is judged is the plan for a person."""
    merchant_page: bool = False
    """Entry codes lead to the merchant page of the suite, so that a person can scan them."""

    @classmethod
    def of(cls, claims: Mapping[str, Mapping[str, object]]) -> "Claims":
        """The claims as ``Wallet.claims()`` gives them and a report keeps them.

        KeyError, TypeError or ValueError where they do not have that form, or claim neither kind of code.
        """
        limits = claims["limits"]
        features = frozenset(name for name in FEATURES if claims["features"][name] is True)
        if features.isdisjoint(_FEATURE_OF_CODE.values()):
            raise ValueError("neither kind of code is claimed, so that there is nothing to be tested")
        return cls(
            wallet=str(claims["wallet"]["name"]),
            version=str(claims["wallet"]["version"]),
            features=features,
            edition=EDITIONS[str(limits["edition"])],
            reading=Reading(inclusive=limits["inclusive"] is True, year=str(limits["year"])),
            nobodys=frozenset(point for point in POINTS if _witness(claims, point)["by"] == NOBODY),
            by_hand=claims["reach"].get("by") == PERSON,
            merchant_page=claims["reach"].get("merchant_page") is True,
        )


def _witness(claims: Mapping[str, Mapping[str, object]], point: str) -> Mapping[str, object]:
    found = claims["observes"][point.lower()]
    if not isinstance(found, Mapping):
        raise TypeError(f"[observes] {point.lower()} is no table")
    return found


Key = tuple[str, str, str, str]
"""A row of the results: requirement id, suite file, case, scenario label."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Planned:
    """One case on one conversation; ``not_applicable`` says why it does not apply, and is empty where it does."""

    case: Case
    scenario: Scenario
    not_applicable: str = ""

    @property
    def key(self) -> Key:
        """What names this row in every run."""
        return (self.case.requirement.id, self.case.module, self.case.name, self.scenario.label)

    def __repr__(self) -> str:
        # Short, and the same in every process: test runners print it and make ids of it.
        return f"{self.case.module}.{self.case.name}[{self.scenario.label}]"


def plan(cases: Sequence[Case], claims: Claims, *, scans: frozenset[Scenario] | None = None) -> Iterator[Planned]:
    """The cases on each of their conversations, in order; ValueError for a case without sound scenarios.

    ``scans``: what a person is to scan of the whole catalogue, where ``cases`` are a part of it; none: what is scanned
    of ``cases``.
    """
    if claims.by_hand and scans is None:
        scans = scanned_by_hand(cases, claims)
    for case, scenario in _rows(cases, claims):
        reason = not_applicable(case, scenario, claims)
        if not reason and claims.by_hand and scans is not None and scenario not in scans:
            reason = hindrance(scenario, merchant_page=claims.merchant_page) or LEFT_OUT
        yield Planned(case=case, scenario=scenario, not_applicable=reason)


def for_a_person(cases: Sequence[Case], claims: Claims) -> ScanPlan:
    """What a person is to scan, of a whole catalogue."""
    rows = (row for row in _rows(cases, claims) if not not_applicable(*row, claims))
    return scan_plan(cases, rows, merchant_page=claims.merchant_page)


def scanned_by_hand(cases: Sequence[Case], claims: Claims) -> frozenset[Scenario]:
    """The conversations that a person holds, of a whole catalogue."""
    return frozenset(for_a_person(cases, claims).scenarios)


def _rows(cases: Iterable[Case], claims: Claims) -> Iterator[tuple[Case, Scenario]]:
    for case in cases:
        for scenario in case.scenarios(claims.edition, claims.reading):
            yield case, scenario


def not_applicable(case: Case, scenario: Scenario, claims: Claims) -> str:
    """Why a case does not apply to a wallet on this conversation, in words; empty where it does."""
    missing = [feature for feature in _needed(case, scenario) if feature not in claims.features]
    if missing:
        return f"the wallet does not claim {', '.join(missing)}"
    unseen = sorted(claims.nobodys & case.points)
    return f"nobody reports {', '.join(unseen)}" if unseen else ""


def _needed(case: Case, scenario: Scenario) -> list[str]:
    of_codes = (_FEATURE_OF_CODE[payment.code] for payment in scenario.payments if payment.code in _FEATURE_OF_CODE)
    called = [MPP_SERVER] if any(payment.calls for payment in scenario.payments) else []
    at_once = [AT_ONCE] if scenario.together else []
    return sorted({*case.needs, *of_codes, *called, *at_once})
