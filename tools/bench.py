"""Measure the suite on this machine and print the figures; nothing here can fail for being slow.

Run it by ``make bench``. Short measurements are medians of several.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import bench_ratios
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mpp_conformance.protocol import messages, signature
from mpp_conformance.transport.scheduler import new_event_loop
from mpp_conformance.transport.servers.application import application
from mpp_conformance.transport.servers.http_client import http_client
from mpp_conformance.transport.servers.listener import serve_app

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "mpp_conformance.cli")
CABINET = "from mpp_conformance.trials import cabinet; cabinet.matrix()"
STARTS = 9
CABINETS = 3
RUNS = 3
BUSY = 64
NEW = 16
CALLS = 40


def main() -> None:
    """Print one line for each figure, with the target it is held against."""
    starts = [timed([*COMMAND, "--help"]) for _ in range(STARTS)]
    print(f"start       mpp-conformance --help: {statistics.median(starts):.2f} s (target 0.4), median of {STARTS}")
    cabinet = [timed([sys.executable, "-c", CABINET]) for _ in range(CABINETS)]
    print(
        f"cabinet     all specimens x all cases: {statistics.median(cabinet):.1f} s (target 20), median of {CABINETS}"
    )
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        kept, new = runner.run(waits())
    print(
        f"fairness    {BUSY} clients keep their connections busy: a call on a new one takes {new / kept:.1f} times as"
    )
    print(f"            long as one on theirs (target 4): {1000 * new:.0f} and {1000 * kept:.0f} ms, medians")
    runs = [certified(ratios=not number) for number in range(RUNS)]
    run = sorted(runs, key=lambda run: run["milliseconds"])[len(runs) // 2]
    print(f"run         {run['cases']} cases, {run['conversations']} conversations, {run['calls']} HTTP calls")
    print(f"            {run['milliseconds'] / 1000:.2f} s over loopback HTTP, signed, with Allure results", end="")
    print(f"; {run['seconds']:.1f} s with the start of both processes, median of {RUNS}")
    print(f"            {run['milliseconds'] / run['cases']:.1f} ms per judged case (target 10)")
    figures = runs[0]["ratios"]
    for one in figures:
        print(f"ratio       {one.what}: {one.found} (target {one.goal})")
    if "write" in sys.argv[1:]:
        bench_ratios.write(figures)


def timed(command: Sequence[str]) -> float:
    """The seconds that a command takes; ends this program if the command fails."""
    started = time.perf_counter()
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    if result.returncode:
        sys.exit(f"{' '.join(command)} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
    return time.perf_counter() - started


async def waits() -> tuple[float, float]:
    """The median seconds of a call on a connection that is kept busy, and of one on a new connection beside those."""
    key, kept, new = signature.generate_private_key(), list[float](), list[float]()

    async def signed(request: Request) -> Response:
        return Response(signature.sign(key, await request.body(), key_version=1))

    async def call(keep: bool, seconds: list[float], over: asyncio.Event) -> None:  # noqa: FBT001  # a benchmark
        async with http_client(timeout=60, keep=keep) as http:
            while not over.is_set() and len(seconds) < BUSY * CALLS:
                begun = time.perf_counter()
                await http.post(url, content=b"{}")
                seconds.append(time.perf_counter() - begun)

    over = asyncio.Event()
    async with serve_app(application([Route("/", signed, methods=["POST"])]), "127.0.0.1", 0) as url:
        callers = [asyncio.create_task(call(False, new, over)) for _ in range(NEW)]  # noqa: FBT003  # likewise
        await asyncio.gather(*(call(True, kept, over) for _ in range(BUSY)))  # noqa: FBT003  # likewise
        over.set()
        await asyncio.gather(*callers)
    return statistics.median(kept), statistics.median(new)


def certified(*, ratios: bool) -> dict[str, Any]:
    """One run of ``certify``, as its own verdict file and evidence tell it; ``ratios``: with those that it comes to."""
    with tempfile.TemporaryDirectory() as place:
        before = _of_children()
        seconds = timed([*COMMAND, "certify", "--reports", place, "--run", "bench"])
        used = _of_children() - before
        run = Path(place, "bench")
        verdicts = json.loads((run / "verdicts.json").read_text("utf-8"))
        calls = sum(called(json.loads(file.read_text("utf-8"))) for file in (run / "evidence").iterdir())
        found = list(bench_ratios.measured(run, used)) if ratios else []
    counts = verdicts["counts"]
    return {
        "seconds": seconds,
        "milliseconds": verdicts["milliseconds"],
        "cases": counts["cases"],
        "conversations": counts["conversations"],
        "calls": calls,
        "ratios": found,
    }


def _of_children() -> float:
    """The CPU seconds of the processes that this one has waited for."""
    used = os.times()
    return used.children_user + used.children_system


def called(evidence: dict[str, Any]) -> int:
    """How many HTTP calls a conversation took: each message is one, but for the answers within a call."""
    kinds = (messages.BY_NAME[event["type"]] for event in evidence["events"])
    return sum(not kind.is_reply for kind in kinds)


if __name__ == "__main__":
    main()
