"""Apache Spark: the same outcome as DuckDB's from the same logs, here and on workers of its own."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.trials.audit import engine, mapping, spark
from mpp_conformance.trials.audit.fold import prepare_fold
from mpp_conformance.trials.audit.logs import EngineError, Logs
from tests.serving import free_ports

pytestmark = [pytest.mark.spark, pytest.mark.slow]

EXAMPLES: Final = Path(__file__).parents[2] / "examples/audit"
LOOPBACK: Final = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable, "SPARK_NO_DAEMONIZE": "1"}


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Spark in a process on this machine, with another time zone than the audit's."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  # there is none where these tests are left out

    with pytest.MonkeyPatch.context() as patch:
        for name, value in LOOPBACK.items():
            patch.setenv(name, value)
        told = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "3", "spark.driver.host": "127.0.0.1"}
        told |= {"spark.sql.session.timeZone": "Asia/Shanghai", "spark.ui.showConsoleProgress": "false"}
        made = SparkSession.builder.master("local[2]").config(map=told).getOrCreate()
        yield made
        made.stop()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of the example."""
    shutil.copytree(EXAMPLES, tmp_path / "audit")
    return tmp_path / "audit"


def outcome(logs: Logs, name: Path) -> tuple[Any, ...]:
    """All that an audit says of logs."""
    tally = logs.tally(prepare_fold(mapping.load(name), logs.facts))
    return tally.digest, tally, logs.facts, dict(logs.skipped), sorted(logs.samples())


def by_duckdb(file: Path) -> tuple[Any, ...]:
    """What DuckDB has of the logs of a file."""
    work = file.parent / "work"
    work.mkdir()
    with engine.open_logs(mapping.load(file), file.parent, work) as logs:
        return outcome(logs, file)


def by_spark(file: Path, session: Any) -> tuple[Any, ...]:  # noqa: ANN401  # of an extra
    """What Spark has of them."""
    with spark.open_logs(mapping.load(file), file.parent, session) as logs:
        return outcome(logs, file)


def test_spark_has_what_duckdb_has(place: Path, session: Any) -> None:  # noqa: ANN401  # of an extra
    """Of whole logs, and of the same lines shuffled into other files with bad ones among them; the session stays."""
    file = place / "audit.toml"
    assert by_spark(file, session) == by_duckdb(file)
    shutil.rmtree(place / "work")
    logs = [place / f"faulty/{name}.jsonl" for name in ("server", "client")]
    lines = [line for path in logs for line in path.read_text("utf-8").splitlines()]
    lines += ['{"at": "2026-03-02T01:0', '"\\ud800"', '{"at": "never", "event": "Scan", "body": "{}", "session": "1"}']
    lines += ["", '{"at": "2026-03-02T00:00:01Z", "event": "Ping"}']
    random.Random(1).shuffle(lines)  # noqa: S311  # no secret
    for number in range(3):
        (place / f"faulty/{number}.jsonl").write_text("\n".join(lines[number::3]) + "\n", "utf-8")
    file.write_text(
        file.read_text().replace("faulty/server.jsonl", "faulty/[0-2].jsonl").replace(', "faulty/client.jsonl"', "")
    )
    found = by_spark(file, session)
    assert found == by_duckdb(file)
    assert found[3] == {"cannot be read": 3, "of no kind in [kinds]": 1, "without a key": 0}
    assert session.conf.get("spark.sql.session.timeZone") == "Asia/Shanghai"


def test_the_command_takes_the_session_that_is_there(place: Path, session: Any) -> None:  # noqa: ANN401  # of an extra
    """It ends with 1, as with DuckDB, and stops nobody's session."""
    words = ["audit", str(place / "audit.toml"), "--format", "json"]
    found, same = (CliRunner().invoke(cli, [*words, "--engine", name]) for name in ("spark", "duckdb"))
    assert (found.exit_code, same.exit_code) == (Exit.FAILS, Exit.FAILS)
    told, expected = (json.loads(one.stdout) for one in (found, same))
    names = ("digest", "inputs", "requirements", "skipped", "mapping", "suites")
    assert {name: told[name] for name in names} == {name: expected[name] for name in names}
    assert len(told["counterexamples"]) == len(expected["counterexamples"])
    assert session.range(3).count() == 3


def test_a_select_that_spark_cannot_read_is_refused(place: Path, session: Any) -> None:  # noqa: ANN401  # of an extra
    """In Spark's own words."""
    file = place / "audit.toml"
    file.write_text(file.read_text().replace("get_json_object", "no_such_function"))
    with pytest.raises(EngineError, match="no_such_function"), spark.open_logs(mapping.load(file), place, session):
        pass


def started(stack: ExitStack, words: list[str], awaited: str) -> None:
    """A process of Spark's that has said so much; it ends with the stack."""
    import pyspark  # noqa: PLC0415  # likewise

    program = Path(pyspark.__file__).parent / "bin/spark-class"
    process = stack.enter_context(
        subprocess.Popen([program, *words], env={**os.environ, **LOOPBACK}, stderr=subprocess.PIPE, text=True)
    )
    stack.callback(process.terminate)
    assert process.stderr is not None
    assert any(awaited in line for line in process.stderr)


@pytest.mark.thorough
def test_a_cluster_of_two_workers_has_what_duckdb_has(place: Path) -> None:
    """Standalone, on loopback, by `spark-submit`, as the documentation says."""
    import pyspark  # noqa: PLC0415  # likewise

    expected = by_duckdb(place / "audit.toml")[0]
    package = "org.apache.spark.deploy"
    port, *pages = free_ports(4)
    master = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        address = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(pages[0])]
        started(stack, [f"{package}.master.Master", *address], "I have been elected leader")
        for number, page in enumerate(pages[1:]):
            words = [f"{package}.worker.Worker", master, "--host", "127.0.0.1", "--webui-port", str(page)]
            words += ["--cores", "1", "--memory", "1g", "--work-dir", str(place / f"worker-{number}")]
            started(stack, words, "Successfully registered with master")
        submit: list[str | Path] = [Path(pyspark.__file__).parent / "bin/spark-submit", "--master", master]
        submit += ["--conf", "spark.executor.cores=1", "--conf", "spark.driver.host=127.0.0.1"]
        submit += ["--conf", "spark.sql.shuffle.partitions=4", EXAMPLES / "submit.py"]
        submit += ["audit", "--engine", "spark", "--format", "json", place / "audit.toml"]
        done = subprocess.run(submit, env={**os.environ, **LOOPBACK}, capture_output=True, text=True, check=False)
    assert done.returncode == Exit.FAILS, done.stderr
    assert json.loads(done.stdout)["digest"] == expected
    assert [len(list((place / f"worker-{number}").glob("app-*/*"))) for number in (0, 1)] == [1, 1]
