"""Load that Locust drives: an agent that holds a conversation for each call, and the locustfile that calls it."""

import asyncio
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pytest

from mpp_conformance.cli.exits import Exit
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.transport.servers.listener import serve_app
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.load.agent import HEADER, LOOPBACK, Agent, locustfile
from mpp_conformance.trials.load.sample import Sample
from mpp_conformance.trials.load.users import Held, Users
from tests.hosting import hosted, posted
from tests.serving import COMMAND, free_ports, wallet_served

_TRAFFIC: Final = cabinet.ordinary(load(directory("suites")).cases)
_CALL: Final = {HEADER: "load"}


@asynccontextmanager
async def agent(name: str, users: int) -> AsyncIterator[tuple[str, Held]]:
    """An agent for a known MPP over HTTP; yields where it is called, and what it counts."""
    async with hosted(SPECIMENS[name], patience=2.0) as connector:
        made = Users(
            connector=connector, traffic=_TRAFFIC, seed=1, claimed=32, patience=0.1, redacted=lambda trace: trace
        )
        one = Agent(made, Held(users=users, sample=Sample(1)))
        async with serve_app(one.app, LOOPBACK, 0) as url:
            yield f"{url}/hold", one.held


def test_each_call_holds_a_conversation_and_tells_its_verdicts() -> None:
    """Another one each time, counted as any other load; only what decides is told."""

    async def hold() -> tuple[list[dict[str, Any]], Held]:
        async with agent("conforming", users=8) as (url, held):
            answers = await asyncio.gather(*(posted(url, b"", _CALL) for _ in range(8)))
            return [answer.json() for answer in answers], held

    told, held = asyncio.run(hold())
    assert sorted(one["conversation"] for one in told) == list(range(8))
    assert (held.conversations, held.broken, dict(held.errors)) == (8, set(), {})
    assert {row["verdict"] for one in told for row in one["requirements"].values()} == {"pass"}
    decides = {case.requirement.id for cases in _TRAFFIC.cases.values() for case in cases if case.requirement.decides}
    assert {name for one in told for name in one["requirements"]} <= decides
    assert all(0 < one["seconds"] < 60 for one in told)


def test_nobody_else_has_conversations_held() -> None:
    """A page in a browser cannot send the header; more users than were allowed for are refused in words."""

    async def hold() -> list[tuple[int, str]]:
        async with agent("conforming", users=0) as (url, _):
            answers = [await posted(url, b"", headers) for headers in ({}, _CALL)]
            return [(answer.status_code, answer.json()["problem"]) for answer in answers]

    (strange, _), (full, words) = asyncio.run(hold())
    assert (strange, full) == (HTTPStatus.FORBIDDEN, HTTPStatus.SERVICE_UNAVAILABLE)
    assert words == "0 conversations are held already; --users of the agent says how many"


# --- the locustfile ---------------------------------------------------------------------------------------------------


@pytest.fixture
def locust(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """As much of Locust as a locustfile names."""
    made = ModuleType("locust")
    quitting = SimpleNamespace(add_listener=lambda listener: listener)
    parts = {"User": object, "constant": lambda _: None, "task": lambda done: done}
    vars(made).update(**parts, events=SimpleNamespace(quitting=quitting))
    monkeypatch.setitem(sys.modules, "locust", made)
    return made


def driven(port: int) -> dict[str, Any]:
    """What a locustfile for the agent at this port defines."""
    names: dict[str, Any] = {}
    exec(compile(locustfile(port), "locustfile.py", "exec"), names)  # noqa: S102  # our own
    return names


def fired(names: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Type, name and problem of each row that one task adds to Locust's statistics."""
    rows: list[tuple[str, str, str]] = []

    def fire(*, request_type: str, name: str, exception: Exception | None, **_: object) -> None:
        rows.append((request_type, name, str(exception or "")))

    user = names["Consumer"]()
    user.environment = SimpleNamespace(events=SimpleNamespace(request=SimpleNamespace(fire=fire)))
    user.conversation()
    return rows


@pytest.mark.usefixtures("locust")
def test_a_failure_is_named_by_its_requirement() -> None:
    """Each conversation is a row, and each requirement that it was judged by is one, with what it broke."""

    async def hold() -> None:
        async with agent("callback-by-customer", users=8) as (url, _):
            names, broke = driven(int(url.rpartition(":")[2].partition("/")[0])), set[str]()
            # Whether two of eight meet in one place is the machine's to say: it is tried until two do.
            while "EC-25" not in broke:
                held = await asyncio.gather(*(asyncio.to_thread(fired, names) for _ in range(8)))
                rows = list(itertools.chain.from_iterable(held))
                assert [row for row in rows if row[0] == "conversation"] == [("conversation", "all", "")] * 8
                broke |= {name for kind, name, problem in rows if kind == "requirement" and problem}
            assert broke <= SPECIMENS["callback-by-customer"].breaks

    asyncio.run(asyncio.wait_for(hold(), timeout=120))


@pytest.mark.usefixtures("locust")
def test_an_agent_that_is_not_there_is_no_fault_of_the_wallet() -> None:
    """It is told as one of the agent, with where it was sought."""
    ((kind, name, problem),) = fired(driven(1))
    assert (kind, name, "no agent answers at http://127.0.0.1:1" in problem) == ("agent", "hold", True)


@pytest.mark.usefixtures("locust")
@pytest.mark.parametrize(
    ("kinds", "code"),
    [((), Exit.NOT_PROVEN), (("requirement",), Exit.FAILS), (("requirement", "agent"), Exit.FAULT)],
)
def test_exit_codes_are_those_of_load(kinds: tuple[str, ...], code: Exit) -> None:
    """It certifies nothing, so that it never ends with 0."""
    errors = {str(place): SimpleNamespace(method=kind) for place, kind in enumerate(kinds)}
    environment = SimpleNamespace(stats=SimpleNamespace(errors=errors), process_exit_code=None)
    driven(1)["end"](environment)
    assert environment.process_exit_code == code


# --- Locust itself ----------------------------------------------------------------------------------------------------


@pytest.mark.thorough
@pytest.mark.parametrize(("mpp", "code"), [("conforming", Exit.NOT_PROVEN), ("callback-by-customer", Exit.FAILS)])
def test_a_master_and_two_workers_drive_an_agent(tmp_path: Path, mpp: str, code: Exit) -> None:
    """The exit code of the master is load's, its failures are named by requirement, and the agent keeps evidence."""
    program = shutil.which("locust")
    if program is None:
        pytest.skip("the program locust (the extra load) is not here")
    port, master = free_ports(2)
    env = {**os.environ, "PYTHONPATH": ""}
    changes = {"parallel = 16": "parallel = 32", "patience = 10.0": "patience = 2.0"}
    with wallet_served(tmp_path, changes, mpp=mpp) as wallet, ExitStack() as running:
        words = ["load", "--wallet", wallet, "--users", "16", "--agent", port, "--locustfile", "locustfile.py"]
        serving = running.enter_context(
            subprocess.Popen(
                [COMMAND, *map(str, words), "--format", "json"],
                cwd=tmp_path,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        assert serving.stderr is not None
        assert next(line for line in serving.stderr if line.startswith("agent "))
        common = [program, "-f", "locustfile.py", "--headless"]
        for _ in range(2):
            joins = [*common, "--worker", "--master-host", LOOPBACK, "--master-port", str(master)]
            running.enter_context(subprocess.Popen(joins, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL))
        leads = ["--master", "--master-bind-host", LOOPBACK, "--master-bind-port", str(master), "--expect-workers", "2"]
        runs = ["--users", "8", "--spawn-rate", "8", "--run-time", "6s", "--stop-timeout", "30", "--csv", "out"]
        done = subprocess.run(
            [*common, *leads, *runs], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        serving.send_signal(signal.SIGINT)
        out, _ = serving.communicate(timeout=60)
    assert (done.returncode, serving.returncode) == (code, code), done.stderr + out
    found = json.loads(out)
    broke = {row["requirement"] for row in found["requirements"] if row["broke"] and row["decides"]}
    failures = (tmp_path / "out_failures.csv").read_text("utf-8").splitlines()[1:]
    assert {row.split(",")[1] for row in failures} == broke
    assert found["conversations"] >= 8
    assert (Path(tmp_path, found["over_http"]["folder"]) / "report.html").exists()
