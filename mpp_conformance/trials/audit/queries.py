"""The queries of an audit, in words that DuckDB and Spark both have, each over what the one before it made.

Small ones, one after the other, since one for all of it fails where memory is bound.
"""

from typing import Final

from mpp_conformance.trials.audit.records import Record

UNREADABLE: Final = "kind IS NULL OR moment IS NULL OR body IS NULL"
BAD: Final = f"(label IS NULL OR (kind IS NOT NULL AND ({UNREADABLE})))"
"""Of ``records``: what cannot be read; what has a label that is of no kind is nothing to be read."""
UNKEYED: Final = "coalesce(code, request, session) IS NULL"
LOST: Final = f"(label IS NULL OR kind IS NOT NULL) AND ({UNREADABLE} OR {UNKEYED})"
"""Of ``records``: what may be a message, and belongs to no conversation."""
SKIPPED: Final = {
    "cannot be read": BAD,
    "of no kind in [kinds]": "label IS NOT NULL AND kind IS NULL",
    "without a key": f"NOT ({UNREADABLE}) AND {UNKEYED}",
}
"""Of ``records``: what is in no conversation, by why."""


def records(select: str, time: str) -> str:
    """What a SELECT of a mapping brings, as records. ``time``: microseconds of the column ``lines.time``.

    Asks for a table ``kinds`` and a parameter ``static``: an expression of codes that link nothing.
    """
    return f"""
SELECT moment, kind, label, body, code, request, session, CASE WHEN {BAD} THEN line END AS line FROM (
SELECT {time} AS moment, kinds.message AS kind, CAST(lines.kind AS STRING) AS label, CAST(lines.body AS STRING) AS body,
    CASE WHEN regexp_like(CAST(lines.code AS STRING), $static) THEN NULL
        ELSE nullif(CAST(lines.code AS STRING), '') END AS code,
    nullif(CAST(lines.request AS STRING), '') AS request, nullif(CAST(lines.session AS STRING), '') AS session,
    CAST(lines.line AS STRING) AS line
FROM ({select}) AS lines LEFT JOIN kinds ON kinds.label = CAST(lines.kind AS STRING)) AS mapped
"""  # noqa: S608  # the user's own SELECT


def static(pattern: str) -> str:
    """The parameter ``static`` for ``[keys] static``: the whole code, or nothing at all."""
    return rf"\A(?:{pattern})\z" if pattern else r"\A\z\A."


LINKS: Final = {
    "requests": """
SELECT request, min(code) AS code, count(DISTINCT code) AS codes FROM records
WHERE code IS NOT NULL AND request IS NOT NULL GROUP BY request
""",
    "sessions": """
SELECT session, min(coalesce(records.code, requests.code)) AS code,
    count(DISTINCT coalesce(records.code, requests.code)) AS codes
FROM records LEFT JOIN requests USING (request)
WHERE session IS NOT NULL AND coalesce(records.code, requests.code) IS NOT NULL GROUP BY session
""",
    "several": """
SELECT DISTINCT records.code FROM records JOIN requests USING (request) WHERE requests.codes > 1
UNION SELECT DISTINCT coalesce(records.code, requests.code) FROM records LEFT JOIN requests USING (request)
    JOIN sessions USING (session) WHERE sessions.codes > 1
""",
    "resolved": f"""
SELECT coalesce('code ' || coalesce(records.code, requests.code, sessions.code), 'request ' || request,
        'session ' || session) AS conversation, moment, kind, body,
    coalesce(request, '') AS request, coalesce(session, '') AS session, several.code IS NOT NULL AS several
FROM records LEFT JOIN requests USING (request) LEFT JOIN sessions USING (session)
    LEFT JOIN several ON several.code = coalesce(records.code, requests.code, sessions.code)
WHERE NOT ({UNREADABLE}) AND coalesce(records.code, request, session) IS NOT NULL
""",  # noqa: S608  # constants
}
"""What brings the records of a conversation together, by the name of what each query makes."""
COLUMNS: Final = Record._fields
"""The columns of ``resolved`` in their order, as a record names them."""
ORDER: Final = ("conversation", "moment", "kind", "body")
"""What ``resolved`` is sorted by for the fold."""
