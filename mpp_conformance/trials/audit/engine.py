"""DuckDB, embedded: reads the logs, brings the records of each conversation together, and gives them in order.

It works in a folder, in a database file; whatever is finished there stays, and an audit that was interrupted goes on.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance import __version__
from mpp_conformance.common import canonical
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import printable
from mpp_conformance.ledger import catalogue
from mpp_conformance.trials.audit import inputs, queries
from mpp_conformance.trials.audit.fold import Fold
from mpp_conformance.trials.audit.inputs import Input, InputError
from mpp_conformance.trials.audit.logs import SAMPLED, EngineError, Watch, facts_of
from mpp_conformance.trials.audit.mapping import COLUMNS, Mapped
from mpp_conformance.trials.audit.records import Facts, Record
from mpp_conformance.trials.audit.tally import Tally, restore

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE: Final = "audit.duckdb"
"""The database file in the folder to work in; DuckDB writes others beside it whose names begin so."""
_AT_ONCE: Final = 10_000
_PART: Final = 200_000
"""Records between two times that what was judged is kept."""
_SECOND: Final = 1.0
_INTERRUPTED: Final = "Query interrupted"
"""What DuckDB makes of Ctrl-C where it heeds it."""
_TIME: Final = "epoch_us(TRY_CAST(lines.time AS TIMESTAMPTZ))"
_WORDS: Final = """
CREATE MACRO IF NOT EXISTS files() AS getvariable('files');
CREATE MACRO IF NOT EXISTS regexp_like(text, pattern) AS regexp_matches(text, pattern);
CREATE MACRO IF NOT EXISTS get_json_object(text, path) AS json_extract_string(TRY_CAST(text AS JSON), path);
CREATE VIEW IF NOT EXISTS log_lines AS
SELECT line, TRY_CAST(line AS JSON) AS json
FROM read_csv(getvariable('files'), columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '',
    escape = '', auto_detect = false, strict_mode = false, null_padding = true, max_line_size = 8388608,
    ignore_errors = true, store_rejects = true, rejects_limit = 0) WHERE trim(line) <> ''
"""
"""For the SELECT of a mapping: the file, its lines and their JSON; two functions are there since Spark has them."""
_REJECTED: Final = """
INSERT INTO records (line) SELECT left(csv_line, 1000) FROM reject_errors;
DELETE FROM reject_errors
"""
"""Lines that are no UTF-8, or too long, are in no view; DuckDB keeps them apart."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS kinds (label VARCHAR, message VARCHAR);
CREATE TABLE IF NOT EXISTS records (moment BIGINT, kind VARCHAR, label VARCHAR, body VARCHAR, code VARCHAR,
    request VARCHAR, session VARCHAR, line VARCHAR);
CREATE TABLE IF NOT EXISTS begun (audit VARCHAR);
CREATE TABLE IF NOT EXISTS finished (read INTEGER, file VARCHAR);
CREATE TABLE IF NOT EXISTS judged (records BIGINT, tally VARCHAR)
"""


class Logs:
    """As :class:`mpp_conformance.trials.audit.logs.Logs`; :func:`open_logs` gives them."""

    def __init__(self, connection: "DuckDBPyConnection", files: Sequence[Input], watch: Watch) -> None:
        self._connection, self._watch = connection, watch
        self.inputs = files
        self.facts = self._facts()
        self.skipped = self._skipped()

    def records(self, begin: int = 0, end: int | None = None) -> Iterator[Record]:
        """Every record that belongs to a conversation, by conversation and time; some, by their places there."""
        end = self._count() if end is None else end
        for start in range(begin, end, _AT_ONCE):
            query = "SELECT * FROM sorted WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
            rows = self._connection.execute(query, [start, min(start + _AT_ONCE, end)]).fetchall()
            yield from map(Record._make, rows)

    def tally(self, fold: Fold) -> Tally:
        """What the records come to. What was judged before an interruption is not judged again."""
        kept = self._connection.execute("SELECT records, tally FROM judged").fetchall()
        done, tally = (kept[0][0], restore(kept[0][1])) if kept else (0, Tally())
        count = self._count()
        while done < count:
            self._watch("judging", done / count)
            end = self._end(done + _PART, count)
            tally = tally.merge(fold.of(self.records(done, end)))
            done = end
            self._keep(done, tally)
        return tally

    def samples(self) -> list[str]:
        """Some of the lines that could not be read, as they stand."""
        query = f"SELECT line FROM records WHERE {queries.BAD} LIMIT {SAMPLED}"  # noqa: S608  # constants
        return [line for (line,) in self._connection.execute(query).fetchall() if line]

    def _count(self) -> int:
        return int(self._row("SELECT count(*) FROM sorted")[0])

    def _end(self, at: int, count: int) -> int:
        """The end of the conversation that a place is in."""
        if at >= count:
            return count
        (name,) = self._row(f"SELECT conversation FROM sorted WHERE rowid = {at - 1}")  # noqa: S608  # a number
        query = "SELECT rowid FROM sorted WHERE rowid >= ? AND conversation <> ? LIMIT 1"
        after = self._connection.execute(query, [at, name]).fetchall()
        return int(after[0][0]) if after else count

    def _keep(self, done: int, tally: Tally) -> None:
        self._connection.execute("BEGIN; DELETE FROM judged")
        self._connection.execute("INSERT INTO judged VALUES (?, ?)", [done, tally.dump()])
        self._connection.execute("COMMIT")

    def _facts(self) -> Facts:
        begin, end = self._row("SELECT coalesce(min(moment), 0), coalesce(max(moment), 0) FROM records")
        return facts_of(begin, end, self._kinds)

    def _kinds(self, where: str) -> list[str | None]:
        found = self._connection.execute(f"SELECT DISTINCT kind FROM records WHERE {where}").fetchall()  # noqa: S608  # constants
        return [kind for (kind,) in found]

    def _skipped(self) -> Mapping[str, int]:
        return {
            why: self._row(f"SELECT count(*) FROM records WHERE {where}")[0]  # noqa: S608  # constants
            for why, where in queries.SKIPPED.items()
        }

    def _row(self, query: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._connection.execute(query).fetchall()[0]
        return found


def _unwatched(_step: str, _done: float) -> None:
    pass


@contextmanager
def open_logs(
    mapped: Mapped, base: Path, place: Path, *, memory: str = "1GB", threads: int = 1, watch: Watch = _unwatched
) -> Iterator[Logs]:
    """The logs that a mapping reads; names of files count from ``base``. EngineError where they cannot be read.

    ``place``: the folder to work in; what an audit of the same files left there is taken up. ``memory``: what DuckDB
    may take, in its own words (``2GB``).
    """
    try:
        import duckdb  # noqa: PLC0415  # an extra: whoever audits nothing does without it
    except ImportError:
        raise EngineError("DuckDB is not installed: pip install 'mpp-conformance[audit]'") from None
    try:
        files = inputs.read(mapped, base)
        connection = duckdb.connect(str(place / FILE))
    except (InputError, duckdb.Error) as problem:
        raise EngineError.of(problem) from None
    try:
        _prepare(connection, [base / one.name for one in files], memory, threads, place)
        _begin(connection, mapped, files)
        _read(connection, mapped, base, watch)
        _unchanged(files, base)
        logs = Logs(connection, files, watch)
    except (InputError, duckdb.Error, OSError) as problem:
        connection.close()
        raise EngineError.of(problem) from None
    except BaseException as problem:
        connection.close()
        if str(problem) == _INTERRUPTED:
            raise KeyboardInterrupt from None
        raise
    try:
        yield logs
    except duckdb.Error as problem:
        raise EngineError.of(problem) from None
    except RuntimeError as problem:
        if str(problem) == _INTERRUPTED:
            raise KeyboardInterrupt from None
        raise
    finally:
        connection.close()


def _prepare(connection: "DuckDBPyConnection", files: Sequence[Path], memory: str, threads: int, place: Path) -> None:
    settings = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": str(place),
        "preserve_insertion_order": False,
        "disabled_optimizers": "join_order,build_side_probe_side",  # bodies belong to the side that is streamed
        "TimeZone": "UTC",
        "enable_progress_bar": True,
        "enable_progress_bar_print": False,
    }
    for name, value in settings.items():
        connection.execute(f"SET {name} = {_quoted(str(value))}")
    _show(connection, files[0])
    connection.execute(_WORDS)
    connection.execute(_TABLES)
    connection.execute(f"SET allowed_paths = [{', '.join(_quoted(str(path.absolute())) for path in files)}]")
    connection.execute("SET enable_external_access = false")  # a SELECT reads these files, and nothing else


def _show(connection: "DuckDBPyConnection", file: Path) -> None:
    """Let the words for the SELECT mean this file."""
    connection.execute(f"SET VARIABLE files = [{_quoted(str(file.absolute()))}]")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _begin(connection: "DuckDBPyConnection", mapped: Mapped, files: Sequence[Input]) -> None:
    """Begin in this folder, or see that the very same audit was begun there; EngineError where it was another one."""
    suites = catalogue.digest(directory("suites"))
    told = [__version__, suites, mapped.digest, [one.document() for one in files]]
    audit = hashlib.sha256(canonical.dump(told)).hexdigest()
    before = connection.execute("SELECT audit FROM begun").fetchall()
    if before and before != [(audit,)]:
        raise EngineError("the folder of --work holds an audit of other logs, or of these logs before they changed")
    if not before:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO kinds VALUES (?, ?)", [list(row) for row in mapped.kinds.items()])
        connection.execute("INSERT INTO begun VALUES (?)", [audit])
        connection.execute("COMMIT")


def _read(connection: "DuckDBPyConnection", mapped: Mapped, base: Path, watch: Watch) -> None:
    todo = [(number, name) for number, one in enumerate(mapped.read) for name in inputs.names(one, base)]
    done = set(connection.execute("SELECT read, file FROM finished").fetchall())
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    static = {"static": queries.static(mapped.keys.static)}
    for place, (number, name) in enumerate(todo):
        if (number, name) in done:
            continue
        select = f"SELECT {columns} FROM ({mapped.read[number].sql.strip().rstrip(';')}) AS log"  # noqa: S608  # the user's own
        step = f"reading {printable(name, 60)} ({place + 1} of {len(todo)})"
        _show(connection, base / name)
        connection.execute("BEGIN")
        _watched(connection, f"INSERT INTO records {queries.records(select, _TIME)}", step, watch, static)
        if connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'reject_errors'").fetchall():
            connection.execute(_REJECTED)
        connection.execute("INSERT INTO finished VALUES (?, ?)", [number, name])
        connection.execute("COMMIT")
    for name, query in queries.LINKS.items():
        _watched(connection, f"CREATE TABLE IF NOT EXISTS {name} AS {query}", "linking records", watch)
    connection.execute("SET preserve_insertion_order = true")  # without it an ORDER BY does not stay one
    order = ", ".join(queries.ORDER)
    _watched(
        connection,
        f"CREATE TABLE IF NOT EXISTS sorted AS SELECT * FROM resolved ORDER BY {order}",  # noqa: S608  # constants
        "sorting records",
        watch,
    )


def _unchanged(files: Sequence[Input], base: Path) -> None:
    for one in files:
        if (base / one.name).stat().st_size != one.size:
            raise InputError(f"{printable(one.name, 200)} was written to while it was read: audit a copy of it")


def _watched(
    connection: "DuckDBPyConnection", query: str, step: str, watch: Watch, values: Mapping[str, str] | None = None
) -> None:
    """Run a query in another thread, for DuckDB does not heed Ctrl-C while this one waits for it."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(connection.execute, query, values)
        try:
            while wait([running], timeout=_SECOND).not_done:
                watch(step, max(0.0, connection.query_progress()) / 100)
        except BaseException:
            connection.interrupt()
            raise
        running.result()
