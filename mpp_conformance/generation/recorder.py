"""What the generating process runs: tests that write down what they are given, one line for each case.

pytest reads a copy of this file in a folder of its own, beside ``mirror.json``, ``adaptor.json`` and ``settings.json``.
"""

import json
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings

_HERE = Path(__file__).parent
_SETTINGS = json.loads((_HERE / "settings.json").read_text("utf-8"))
_CONFIG = {"seed": _SETTINGS["seed"], "generation": {"mode": "all"}}
_DRAWN = settings(
    max_examples=_SETTINGS["examples"], database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
_ANSWERS = schemathesis.openapi.from_path(_HERE / "mirror.json", config=schemathesis.Config.from_dict(_CONFIG))
_CALLS = schemathesis.openapi.from_path(_HERE / "adaptor.json", config=schemathesis.Config.from_dict(_CONFIG))


@_ANSWERS.parametrize()
@_DRAWN
def test_answer(case: schemathesis.Case[Any]) -> None:
    """Whatever body an answer can have is written down."""
    _record(case)


@_CALLS.parametrize()
@_DRAWN
def test_call(case: schemathesis.Case[Any]) -> None:
    """Whatever body a call of the adaptor can have is written down."""
    _record(case)


def _record(case: schemathesis.Case[Any]) -> None:
    if case.meta is None or not isinstance(case.body, dict) or case.method != "POST":
        return
    row = {
        "cell": case.operation.path.removeprefix("/"),
        "phase": case.meta.phase.name.value,
        "legal": case.meta.generation.mode.is_positive,
        "description": case.meta.phase.data.description or "",
        "body": case.body,
    }
    with (_HERE / "recorded.jsonl").open("a", encoding="ascii") as file:
        file.write(json.dumps(row) + "\n")
