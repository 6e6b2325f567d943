"""DuckDB, embedded: reads the logs, brings the records of each conversation together, and gives them in order.

Three small queries on a database file (records, links, resolved), since one for all of it fails where memory is bound.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from mpp_conformance.protocol.messages import BY_NAME
from mpp_conformance.scenarios.observation import POINTS
from mpp_conformance.trials.audit.mapping import COLUMNS, Mapped
from mpp_conformance.trials.audit.records import Facts, Record

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_AT_ONCE: Final = 10_000
_SAMPLED: Final = 5
_REASON: Final = 300
_UNREADABLE: Final = "kind IS NULL OR moment IS NULL OR body IS NULL"
_LINES: Final = """
CREATE MACRO log_lines(files) AS TABLE
SELECT line, CASE WHEN json_valid(line) THEN line::JSON END AS json
FROM read_csv(files, columns = {'line': 'VARCHAR'}, header = false, delim = '\x01', quote = '', escape = '',
    auto_detect = false, strict_mode = false, null_padding = true, max_line_size = 8388608)
"""
"""For the SELECT of a mapping: each line of text files, and its JSON where it is JSON."""
_BAD: Final = f"label IS NULL OR (kind IS NOT NULL AND ({_UNREADABLE}))"
_RECORDS: Final = f"""
CREATE TABLE records AS SELECT * REPLACE (CASE WHEN {_BAD} THEN line END AS line) FROM (
SELECT epoch_us(TRY_CAST(lines.time AS TIMESTAMPTZ)) AS moment, kinds.message AS kind,
    CAST(lines.kind AS VARCHAR) AS label, CAST(lines.body AS VARCHAR) AS body,
    CASE WHEN ? <> '' AND regexp_full_match(CAST(lines.code AS VARCHAR), ?) THEN NULL
        ELSE nullif(CAST(lines.code AS VARCHAR), '') END AS code,
    nullif(CAST(lines.request AS VARCHAR), '') AS request, nullif(CAST(lines.session AS VARCHAR), '') AS session,
    CAST(lines.line AS VARCHAR) AS line
FROM ({{read}}) AS lines LEFT JOIN kinds ON kinds.label = CAST(lines.kind AS VARCHAR))
"""  # noqa: S608  # constants
_LINKS: Final = """
CREATE TABLE requests AS SELECT request, min(code) AS code, count(DISTINCT code) AS codes FROM records
WHERE code IS NOT NULL AND request IS NOT NULL GROUP BY request;
CREATE TABLE sessions AS SELECT session, min(coalesce(records.code, requests.code)) AS code,
    count(DISTINCT coalesce(records.code, requests.code)) AS codes
FROM records LEFT JOIN requests USING (request)
WHERE session IS NOT NULL AND coalesce(records.code, requests.code) IS NOT NULL GROUP BY session;
CREATE TABLE several AS
SELECT DISTINCT records.code FROM records JOIN requests USING (request) WHERE requests.codes > 1
UNION SELECT DISTINCT coalesce(records.code, requests.code) FROM records LEFT JOIN requests USING (request)
    JOIN sessions USING (session) WHERE sessions.codes > 1
"""
_RESOLVED: Final = f"""
CREATE TABLE resolved AS
SELECT coalesce('code ' || coalesce(records.code, requests.code, sessions.code), 'request ' || request,
        'session ' || session) AS conversation, moment, kind, body,
    coalesce(request, '') AS request, coalesce(session, '') AS session, several.code IS NOT NULL AS several
FROM records LEFT JOIN requests USING (request) LEFT JOIN sessions USING (session)
    LEFT JOIN several ON several.code = coalesce(records.code, requests.code, sessions.code)
WHERE NOT ({_UNREADABLE}) AND coalesce(records.code, request, session) IS NOT NULL
"""  # noqa: S608  # constants
_SORTED: Final = "CREATE TABLE sorted AS SELECT * FROM resolved ORDER BY conversation, moment, kind, body"


class EngineError(Exception):
    """The logs cannot be read as ``audit.toml`` says, or DuckDB is not there; says why."""


class Logs:
    """Logs that were read, as :func:`opened` gives them. ``skipped``: counts of what is no record, by why."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection
        self.facts = self._facts()
        self.skipped = self._skipped()

    def records(self) -> Iterator[Record]:
        """Every record that belongs to a conversation, by conversation and time."""
        (count,) = self._row("SELECT count(*) FROM sorted")
        for start in range(0, count, _AT_ONCE):
            query = "SELECT * FROM sorted WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
            for row in self._connection.execute(query, [start, start + _AT_ONCE]).fetchall():
                names = ("conversation", "at", "kind", "body", "request", "session", "several")
                yield Record(**dict(zip(names, row, strict=True)))

    def samples(self) -> list[str]:
        """Some of the lines that could not be read, as they stand."""
        query = f"SELECT line FROM records WHERE {_BAD} LIMIT {_SAMPLED}"  # noqa: S608  # constants
        return [line for (line,) in self._connection.execute(query).fetchall() if line]

    def _facts(self) -> Facts:
        begin, end = self._row("SELECT coalesce(min(moment), 0), coalesce(max(moment), 0) FROM records")
        lost = f"(label IS NULL OR kind IS NOT NULL) AND ({_UNREADABLE} OR coalesce(code, request, session) IS NULL)"
        lossy = self._kinds(lost)
        return Facts(
            begin=begin,
            end=end,
            by_session=frozenset(_points(self._kinds("code IS NULL AND request IS NULL AND session IS NOT NULL"))),
            by_request=frozenset(_points(self._kinds("code IS NULL AND request IS NOT NULL"))),
            lossy=frozenset(POINTS if None in lossy else _points(lossy)),
        )

    def _kinds(self, where: str) -> list[str | None]:
        found = self._connection.execute(f"SELECT DISTINCT kind FROM records WHERE {where}").fetchall()  # noqa: S608  # constants
        return [kind for (kind,) in found]

    def _skipped(self) -> Mapping[str, int]:
        queries = {
            "cannot be read": _BAD,
            "of no kind in [kinds]": "label IS NOT NULL AND kind IS NULL",
            "without a key": f"NOT ({_UNREADABLE}) AND coalesce(code, request, session) IS NULL",
        }
        return {
            why: self._row(f"SELECT count(*) FROM records WHERE {where}")[0]  # noqa: S608  # constants
            for why, where in queries.items()
        }

    def _row(self, query: str) -> tuple[Any, ...]:
        found: tuple[Any, ...] = self._connection.execute(query).fetchall()[0]
        return found


def _points(kinds: list[str | None]) -> Iterator[str]:
    return (BY_NAME[kind].point for kind in kinds if kind is not None)


@contextmanager
def opened(mapped: Mapped, base: Path, *, memory: str = "1GB", threads: int = 1) -> Iterator[Logs]:
    """The logs that a mapping reads; paths in it count from ``base``. EngineError where they cannot be read.

    ``memory``: what DuckDB may take, in its own words (``2GB``). What it keeps on disk is gone afterwards.
    """
    try:
        import duckdb  # noqa: PLC0415  # an extra: whoever audits nothing does without it
    except ImportError:
        raise EngineError("DuckDB is not installed: pip install 'mpp-conformance[audit]'") from None
    with tempfile.TemporaryDirectory(prefix="mpp-audit-") as place:
        connection = duckdb.connect(str(Path(place, "audit.duckdb")))
        try:
            _prepare(connection, base, memory, threads, place)
            _read(connection, mapped)
            logs = Logs(connection)
        except duckdb.Error as problem:
            connection.close()
            raise EngineError(" ".join(str(problem).split())[:_REASON]) from None
        try:
            yield logs
        finally:
            connection.close()


def _prepare(connection: "DuckDBPyConnection", base: Path, memory: str, threads: int, place: str) -> None:
    settings = {
        "memory_limit": memory,
        "threads": threads,
        "temp_directory": place,
        "file_search_path": str(base.absolute()),
        "preserve_insertion_order": False,
        "disabled_optimizers": "join_order,build_side_probe_side",  # bodies belong to the side that is streamed
        "TimeZone": "UTC",
    }
    for name, value in settings.items():
        written = str(value).replace("'", "''")
        connection.execute(f"SET {name} = '{written}'")
    connection.execute(_LINES)


def _read(connection: "DuckDBPyConnection", mapped: Mapped) -> None:
    connection.execute("CREATE TABLE kinds (label VARCHAR, message VARCHAR)")
    connection.executemany("INSERT INTO kinds VALUES (?, ?)", [list(row) for row in mapped.kinds.items()])
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    read = " UNION ALL ".join(f"(SELECT {columns} FROM ({one.sql.strip().rstrip(';')}))" for one in mapped.read)  # noqa: S608  # the user's own
    static = mapped.keys.static
    connection.execute(_RECORDS.format(read=read), [static, static])
    connection.execute(_LINKS)
    connection.execute(_RESOLVED)
    connection.execute("SET preserve_insertion_order = true")  # without it an ORDER BY does not stay one
    connection.execute(_SORTED)
