"""What a load over HTTP has shown besides, as a part of the document for programs (docs/load.md)."""

from collections.abc import Mapping, Sequence
from typing import Any

from mpp_conformance.trials.load.latency import PERCENTS
from mpp_conformance.trials.load.timeline import Span
from mpp_conformance.trials.load.wallet_trial import Kept, Trial


def over_http(trial: Trial, kept: Sequence[Kept]) -> dict[str, Any]:
    """Times are whole milliseconds."""
    held, latency = trial.held, trial.held.latency
    percents = {f"p{percent}": latency.percentile(percent) for percent in PERCENTS}
    return {
        "latency": {"messages": latency.messages, **percents},
        "lag": round(trial.lag * 1_000),
        "lagged": held.lagged,
        "interrupted": any(one.interrupted for one in trial.tried),
        "broken_off": _reasons(held.troubles),
        "problems": _reasons(held.errors),
        "evidence": [
            {
                "conversation": one.number,
                "broke": list(one.broke),
                "shown": list(one.shown),
                "file": one.name,
                "digest": one.digest,
            }
            for one in kept
        ],
        "counterexamples": [row for one in kept for row in one.rows],
        "timeline": {"seconds": held.timeline.seconds, "spans": [_span(span) for span in held.timeline.spans]},
        "tried": [
            {"users": one.users, "conversations": one.conversations, "broke": sorted(one.broken)} for one in trial.tried
        ],
        "boundaries": [
            {"requirement": name, "breaks": found.breaks, "holds": found.holds}
            for name, found in trial.boundaries.items()
        ],
    }


def _span(span: Span) -> dict[str, int]:
    latency = {f"p{percent}": span.latency.percentile(percent) for percent in (50, 99)}
    return {"conversations": span.conversations, "broke": span.broke, "lagged": span.lagged, **latency}


def _reasons(counted: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"why": why, "conversations": count} for why, count in counted.items()]
