"""Apache Spark: the same queries and the same fold, on as many machines as the session has.

Every conversation comes to one call of the fold, in order; what the calls come to is merged in any order.
"""

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mpp_conformance.trials.audit import inputs, queries
from mpp_conformance.trials.audit.fold import Fold, prepare_fold
from mpp_conformance.trials.audit.inputs import Input, InputError
from mpp_conformance.trials.audit.logs import SAMPLED, EngineError, facts_of
from mpp_conformance.trials.audit.mapping import COLUMNS, Mapped
from mpp_conformance.trials.audit.records import Facts, Record
from mpp_conformance.trials.audit.tally import Tally, restore

if TYPE_CHECKING:
    from pyarrow import RecordBatch
    from pyspark.sql import DataFrame, SparkSession

_TIME: Final = "unix_micros(try_cast(lines.time AS TIMESTAMP))"
_LINES: Final = "log_lines"


class Logs:
    """As :class:`mpp_conformance.trials.audit.logs.Logs`; :func:`open_logs` gives them."""

    def __init__(self, session: "SparkSession", mapped: Mapped, files: Sequence[Input]) -> None:
        self._session, self._mapped = session, mapped
        self.inputs = files
        self.facts = self._facts()
        self.skipped = self._skipped()

    def tally(self, fold: Fold) -> Tally:
        """What the records come to; ``fold`` says what judges here, and each worker prepares one like it."""
        whole = Tally()
        for (part,) in self._judged(fold.facts).collect():
            whole = whole.merge(restore(part))
        return whole

    def samples(self) -> list[str]:
        """Some of the lines that could not be read, as they stand."""
        query = f"SELECT line FROM records WHERE {queries.BAD} LIMIT {SAMPLED}"  # noqa: S608  # constants
        return [line for (line,) in self._session.sql(query).collect() if line]

    def _judged(self, facts: Facts) -> "DataFrame":
        mapped = self._mapped.model_dump_json()

        def judged(batches: "Iterable[RecordBatch]") -> "Iterator[RecordBatch]":
            return _judged(batches, mapped, facts)

        together = self._session.table("resolved").repartition("conversation")
        return together.sortWithinPartitions(*queries.ORDER).mapInArrow(judged, "tally string")

    def _facts(self) -> Facts:
        begin, end = self._session.sql("SELECT coalesce(min(moment), 0), coalesce(max(moment), 0) FROM records").first()
        return facts_of(begin, end, self._kinds)

    def _kinds(self, where: str) -> list[str | None]:
        found = self._session.sql(f"SELECT DISTINCT kind FROM records WHERE {where}").collect()  # noqa: S608  # constants
        return [kind for (kind,) in found]

    def _skipped(self) -> Mapping[str, int]:
        counts = ", ".join(f"count_if({where})" for where in queries.SKIPPED.values())
        row = self._session.sql(f"SELECT {counts} FROM records").first()  # noqa: S608  # constants
        return dict(zip(queries.SKIPPED, row, strict=True))


def _judged(batches: "Iterable[RecordBatch]", mapped: str, facts: Facts) -> "Iterator[RecordBatch]":
    """On a worker: what the conversations of one part come to."""
    import pyarrow as pa  # noqa: PLC0415  # an extra

    fold = prepare_fold(Mapped.model_validate_json(mapped), facts)
    records = (
        Record._make(row)
        for batch in batches
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)
    )
    yield pa.RecordBatch.from_pydict({"tally": [fold.of(records).dump()]})


def session() -> "SparkSession":
    """The session that this process was given, by ``spark-submit`` or by its own program; else one on this machine.

    EngineError where there is no Spark.
    """
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415  # an extra
    except ImportError:
        raise EngineError("pyspark is not installed: pip install 'mpp-conformance[spark]'") from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    return SparkSession.builder.appName("mpp-conformance audit").getOrCreate()


@contextmanager
def open_logs(mapped: Mapped, base: Path, given: "SparkSession") -> Iterator[Logs]:
    """The logs that a mapping reads; names of files count from ``base``. EngineError where they cannot be read.

    ``given``: the session; what is set in it stays as it is. Its workers read the files by their names on this machine.
    """
    from pyspark.errors import PySparkException  # noqa: PLC0415  # an extra

    try:
        files = inputs.read(mapped, base)
        own = given.newSession()
        own.conf.set("spark.sql.session.timeZone", "UTC")
        records = _records(own, mapped, base).persist()
    except (InputError, PySparkException) as problem:
        raise EngineError.of(problem) from None
    try:
        records.createOrReplaceTempView("records")
        for name, query in queries.LINKS.items():
            own.sql(query).createOrReplaceTempView(name)
        yield Logs(own, mapped, files)
    except PySparkException as problem:
        raise EngineError.of(problem) from None
    finally:
        records.unpersist()


def _records(session: "SparkSession", mapped: Mapped, base: Path) -> "DataFrame":
    kinds = session.createDataFrame(list(mapped.kinds.items()), "label string, message string")
    kinds.createOrReplaceTempView("kinds")
    columns = ", ".join(COLUMNS)
    static = {"static": queries.static(mapped.keys.static)}
    found = []
    for read in mapped.read:
        paths = [(base / name).absolute().as_uri() for name in inputs.names(read, base)]
        lines = session.read.text(paths, lineSep="\n").selectExpr("value AS line").where("trim(line) <> ''")
        lines.createOrReplaceTempView(_LINES)
        select = f"SELECT {columns} FROM ({read.sql.strip().rstrip(';')}) AS log"  # noqa: S608  # the user's own
        found.append(session.sql(queries.records(select, _TIME).replace("$static", ":static"), static))
    whole, *others = found
    for other in others:
        whole = whole.unionAll(other)
    return whole
