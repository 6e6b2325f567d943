"""The cases that pytest has collected: each on its conversations, as parts of one catalogue."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.ledger import catalogue
from mpp_conformance.ledger.catalogue import Claims, Planned
from mpp_conformance.ledger.requirements import Case, Ledger
from mpp_conformance.scenarios.scenario import ENTRY, FOREIGN, ORDER, Scenario

NOT_APPLICABLE: Final = "not applicable: "
_CODE_MARKERS: Final = {ENTRY: "entry_code", ORDER: "order_code", FOREIGN: "foreign_code"}


class Collection:
    """What is collected for a wallet of these claims."""

    def __init__(self, config: pytest.Config, claims: Claims) -> None:
        self._config = config
        self._claims = claims
        self._directories: set[Path] = set()
        self._scans: frozenset[Scenario] | None = None
        self.ledger = Ledger()
        self.plan: list[Planned] = []
        """Every case of the catalogue on each of its conversations, whatever part of it is selected."""

    def parameters(self, case: Case, path: Path) -> list[object]:
        """What stands for ``trace`` in turn: one row for each scenario, with the markers to select it by."""
        self._directories.add(path.parent)
        stated = case.requirement
        actor = stated.actor.lower().replace(" ", "_")
        self._config.addinivalue_line("markers", f"{stated.id}: {stated.text}")
        names = [stated.id, stated.level.lower(), stated.basis]
        names += [actor] if actor in {"mpp", "mpp_server", "mpp_client"} else []
        common = [getattr(pytest.mark, name) for name in names]
        rows: list[object] = []
        for planned in catalogue.plan([case], self._claims, scans=self._scanned(path.parent)):
            codes = sorted({_CODE_MARKERS[payment.code] for payment in planned.scenario.payments})
            marks = common + [getattr(pytest.mark, name) for name in codes]
            if planned.not_applicable:
                marks.append(pytest.mark.skip(reason=NOT_APPLICABLE + planned.not_applicable))
            rows.append(pytest.param(planned, id=planned.scenario.label, marks=marks))
        return rows

    def _scanned(self, directory: Path) -> frozenset[Scenario] | None:
        """What a person is to scan, which hangs on all cases of the catalogue; nothing where nobody scans by hand."""
        if self._claims.by_hand and self._scans is None:
            self.ledger = _loaded(directory)
            self._scans = catalogue.scanned_by_hand(self.ledger.cases, self._claims)
        return self._scans

    def read(self, items: Iterable[pytest.Item]) -> None:
        """Read the whole catalogue; UsageError where a case does not belong to it."""
        if len(self._directories) > 1:
            raise pytest.UsageError(f"cases of one catalogue stand in one folder, not in {_listed(self._directories)}")
        for directory in self._directories:
            self.ledger = _loaded(directory)
        self.plan = list(catalogue.plan(self.ledger.cases, self._claims, scans=self._scans))
        known = {planned.key for planned in self.plan}
        for item in items:
            planned = planned_of(item)
            if planned is not None and planned.key not in known:
                raise pytest.UsageError(f"{item.nodeid} is no part of the catalogue: its file is no test_*.py")

    def digest(self) -> str:
        """What names this very suite; empty where nothing was collected."""
        return "".join(catalogue.digest(directory) for directory in self._directories)


def planned_of(item: pytest.Item) -> Planned | None:
    """The row that an item stands for; ``None`` for an ordinary item."""
    callspec = getattr(item, "callspec", None)
    found = callspec.params.get("trace") if callspec is not None else None
    return found if isinstance(found, Planned) else None


def _loaded(directory: Path) -> Ledger:
    try:
        return catalogue.load(directory)
    except catalogue.CatalogueError as problem:
        raise pytest.UsageError(str(problem)) from problem


def _listed(directories: set[Path]) -> str:
    return ", ".join(str(directory) for directory in sorted(directories))
