"""The kill matrix as a document for programs and as a page for people; the page is made from the document alone."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from mpp_conformance.adequacy.matrix import Examined, Matrix, Outcome, Row, UnderLoad
from mpp_conformance.adequacy.transformations import KNOWN
from mpp_conformance.report.pages.html import template

FORMAT: Final = "mpp-conformance kill-matrix 1"
JSON_FILE: Final = "kill-matrix.json"
HTML_FILE: Final = "kill-matrix.html"
_TEMPLATE: Final = "kill-matrix.html.j2"


def document(matrix: Matrix, *, version: str, edition: str, suites: str) -> dict[str, Any]:
    """The whole matrix in JSON's terms (docs/kill-matrix-json.md); ``suites``: the digest of the suite."""
    return {
        "format": FORMAT,
        "version": version,
        "edition": edition,
        "suites": suites,
        "sound": matrix.sound,
        "counts": _counts(matrix),
        "survivors": [_fate(specimen) for specimen in matrix.faulty if not specimen.killed],
        "wrongly_killed": [_fate(specimen) for specimen in matrix.conforming if specimen.wrongly_killed],
        "misnamed": [{"specimen": name, "how": how} for name, how in matrix.misnamed.items()],
        "kinds": [
            {"kind": kind, "faulty": len(found), "killed": sum(specimen.killed for specimen in found)}
            for kind, found in matrix.kinds.items()
        ],
        "wrong_causes": [
            {"specimen": name, "requirement": row.requirement, "scenario": row.scenario, "cause": row.cause}
            for name, row in matrix.wrong_causes
        ],
        "unexplained": [
            {"specimen": name, "requirement": requirement, "cards": cards}
            for (name, requirement), cards in matrix.unexplained.items()
        ],
        "unharmed": list(matrix.unharmed),
        "loaded": [_loaded(one) for one in matrix.loaded],
        "toothless": list(matrix.toothless),
        "unneeded": [{"case": case, "reason": matrix.kept.get(case)} for case in matrix.unneeded],
        "stale": list(matrix.stale),
        "unshown": list(matrix.unshown),
        "passing_refused": [{"case": case, "decides": decides} for case, decides in matrix.refused.items()],
        "idle_rows": [{"case": case, "scenario": scenario} for case, scenario in matrix.idle_rows],
        "cases": [
            {
                "case": case,
                "requirement": requirement,
                "failing": list(matrix.failing[case]),
                "alone": list(matrix.alone[case]),
            }
            for case, requirement in matrix.cases.items()
        ],
        "specimens": [_specimen(specimen) for specimen in matrix.specimens],
    }


def page(made: Mapping[str, Any]) -> str:
    """The page for a document of :func:`document`."""
    requirements = dict.fromkeys(case["requirement"] for case in made["cases"])
    kills = {
        specimen["name"]: {kill["requirement"]: kill for kill in specimen["kills"]} for specimen in made["specimens"]
    }
    reasons = {row["case"]: row["reason"] for row in made["unneeded"]}
    return template(_TEMPLATE).render(m=made, requirements=list(requirements), kills=kills, reasons=reasons)


def _counts(matrix: Matrix) -> dict[str, int]:
    killed = [specimen.outcome for specimen in matrix.faulty if specimen.killed]
    return {
        "faulty": len(matrix.faulty),
        "killed": len(killed),
        "killed_by_failing": killed.count(Outcome.FAILS),
        "killed_by_lack_of_proof": killed.count(Outcome.NOT_PROVEN),
        "killed_by_observation": killed.count(Outcome.OBSERVED),
        "conforming": len(matrix.conforming),
        "loaded": len(matrix.loaded),
        "loaded_killed": len(matrix.loaded) - len(matrix.unharmed),
        "cases": len(matrix.cases),
        "transformations": KNOWN,
        "rows": max((len(specimen.rows) for specimen in matrix.specimens), default=0),
        "cards": matrix.cards(),
        "cards_explained": matrix.cards(right=True),
        "deciding_cards": matrix.cards(deciding=True),
        "deciding_cards_explained": matrix.cards(right=True, deciding=True),
    }


def _fate(specimen: Examined) -> dict[str, str]:
    return {"specimen": specimen.name, "due": specimen.due.word, "outcome": specimen.outcome.word}


def _specimen(specimen: Examined) -> dict[str, Any]:
    return {
        "name": specimen.name,
        "faulty": specimen.faulty,
        "kind": specimen.kind,
        "due": specimen.due.word,
        "outcome": specimen.outcome.word,
        "breaks": sorted(specimen.breaks),
        "hides": sorted(specimen.hides),
        "observed": sorted(specimen.observed),
        "kills": _kills(specimen.killing),
    }


def _loaded(one: UnderLoad) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": one.kind,
        "breaks": sorted(one.breaks),
        "alone": one.alone.word,
        "conversations": one.conversations,
        "seeds": one.seeds,
        "broke": [{"requirement": name, "conversations": count} for name, count in sorted(one.broke.items())],
    }


def _kills(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Requirement by requirement, the cases that speak against an MPP and in which conversations they do."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for row in rows:
        cases = found.setdefault((row.requirement, row.verdict.word), {})
        cases.setdefault(row.case, []).append(row.scenario)
    return [
        {
            "requirement": requirement,
            "verdict": verdict,
            "cases": [{"case": case, "scenarios": scenarios} for case, scenarios in cases.items()],
        }
        for (requirement, verdict), cases in found.items()
    ]
