"""What stands beside the results for Allure: our verdicts as its categories, the environment, the executor."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance.common.text import printable
from mpp_conformance.report.gate.outcome import Gate

OBSERVATION: Final = "observation"
NOT_APPLICABLE: Final = "not applicable"
CATEGORIES: Final = (
    ("FAIL: the MPP broke a requirement", "fail", "failed"),
    ("INCONCLUSIVE: proof is missing", "inconclusive", "broken"),
    ("ERROR: the suite is at fault", "error", "broken"),
    ("OBSERVATION: does not count against the wallet", OBSERVATION, "passed"),
    ("NOT APPLICABLE: the wallet does not claim it", NOT_APPLICABLE, "skipped"),
)
"""Title, the word in the label ``verdict``, and the status that stands for it in Allure."""


def beside(verdicts: Mapping[str, Any], gate: Gate) -> Mapping[str, str]:
    """The files beside the results, by name, for a verdict file and its gate."""
    title = f"{verdicts['result']}: {verdicts['wallet']['name']} {verdicts['wallet']['version']}"
    executor = {
        "name": "mpp-conformance",
        "type": "mpp-conformance",
        "buildName": verdicts["run"],
        "reportName": title,
    }
    environment = (
        f"{name}={_property(value)}\n" for name, value in (_environment(verdicts) | dict(_of_gate(gate))).items()
    )
    return {
        "environment.properties": "".join(environment),
        "executor.json": json.dumps(executor),
        "categories.json": json.dumps(_categories()),
    }


def rules() -> list[dict[str, Any]]:
    """The categories for Allure 3, which takes them from its own configuration."""
    return [
        {"id": word.replace(" ", "-"), "name": title, "matchers": {"labels": {"verdict": f"^{word}$"}}}
        for title, word, _ in CATEGORIES
    ]


def message(word: str, requirement: str, reason: str) -> str:
    """What a result says for itself; it begins with the word that its category is known by."""
    return f"{word.upper()} {requirement}: {reason}"


def _categories() -> list[dict[str, Any]]:
    """The categories for Allure 2, which takes them from beside the results and knows no labels there."""
    return [
        {"name": title, "matchedStatuses": [status], "messageRegex": f"{word.upper()} .*"}
        for title, word, status in CATEGORIES
    ]


def _environment(verdicts: Mapping[str, Any]) -> dict[str, str]:
    limits = verdicts["limits"]
    return {
        "result": verdicts["result"],
        "target": verdicts["target"],
        "wallet": f"{verdicts['wallet']['name']} {verdicts['wallet']['version']}",
        "limits.edition": limits["edition"],
        "limits.newer_edition": limits["newer"] or "none known",
        "limits.inclusive": "yes" if limits["reading"]["inclusive"] else "no",
        "limits.year": limits["reading"]["year"],
        "source": verdicts["source"]["title"],
        "source.digest": verdicts["source"]["digest"],
        "suite": f"{verdicts['suite']['name']} {verdicts['suite']['version']}",
        "suite.digest": verdicts["suite"]["digest"],
        "verdicts.digest": verdicts["digest"],
    }


def _of_gate(gate: Gate) -> Iterator[tuple[str, str]]:
    for name in ("at", "before", "after") if gate else ():
        yield f"gate.{name}", gate.told[name]
    for number, row in enumerate(gate.told.get("waivers", ()), start=1):
        yield f"gate.waiver.{number}", Gate.told_in_short(row)


def _property(value: str) -> str:
    return printable(value).replace("\\", "\\\\")
