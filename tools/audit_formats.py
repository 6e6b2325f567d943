"""Write one log in every format that examples/audit/ has a mapping for, and the mappings beside them.

    python tools/audit_formats.py FOLDER

The log is that of examples/audit/faulty/, with half a surrogate pair in a body. A test audits all of them, and has
the same records and the same verdicts from each.
"""

import argparse
import csv
import datetime as dt
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import duckdb

EXAMPLES: Final = Path(__file__).parents[1] / "examples/audit"
FORMATS: Final = ("csv", "parquet", "har", "otlp", "nginx", "sls", "cloudwatch")
Line = dict[str, str]
"""A record as JSON lines have it: ``at``, ``event``, ``body``, and its keys."""
COLUMNS: Final = {"time": "at", "kind": "event", **{name: name for name in ("body", "code", "request", "session")}}
CALLS: Final = {
    kind: f"/aps/api/v1/payments/{kind[0].lower()}{kind[1:]}" for kind in ("UserInitiatedPay", "NotifyPayment")
}
"""Where the MPP server calls Alipay+; all else is an event that a client posts."""


def main() -> None:
    """Write data and mappings into a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)


def write(folder: Path) -> None:
    """Write the log in every format, and the mappings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in FORMATS:
        shutil.copy(EXAMPLES / f"{name}.toml", folder)
    jsonl = re.sub(r"(?m)^files = .*", 'files = ["log.jsonl"]', (EXAMPLES / "audit.toml").read_text("utf-8"))
    _text(folder / "jsonl.toml", [jsonl])
    lines = source()
    _text(folder / "log.jsonl", map(json.dumps, lines))
    _csv(folder / "log.csv", lines)
    query = f"COPY (SELECT * FROM read_csv('{folder / 'log.csv'}', all_varchar = true)) TO '{folder / 'log.parquet'}'"  # noqa: S608
    with duckdb.connect() as connection:
        connection.execute(query)
    _text(folder / "log.otlp.jsonl", (json.dumps(one) for one in _otlp(lines)))
    _text(folder / "sls.jsonl", (json.dumps(_shipped(line)) for line in lines))
    results = {"results": list(map(_result, lines)), "status": "Complete"}
    (folder / "cloudwatch.json").write_text(json.dumps(results, indent=4), "utf-8")
    calls = list(exchanges(lines))
    (folder / "log.har").write_text(json.dumps({"log": {"version": "1.2", "entries": list(map(_entry, calls))}}))
    _text(folder / "access.log", (json.dumps(_access(*call)) for call in calls))


def source() -> list[Line]:
    """The log, by conversation and time."""
    found: list[Line] = []
    for name in ("server", "client"):
        found += map(json.loads, (EXAMPLES / f"faulty/{name}.jsonl").read_text("utf-8").splitlines())
    strange = next(line for line in found if "noodles" in line["body"])
    strange["body"] = strange["body"].replace("noodles", r"noodles \ud83c")
    return sorted(found, key=lambda line: line["at"])


def exchanges(lines: Sequence[Line]) -> Iterator[tuple[Line, Line | None]]:
    """Each record that is a request or an event, with the one that answers it, if one does."""
    for line, after in pairwise([*lines, {"event": ""}]):
        if line["event"] in CALLS:
            yield line, after
        elif not line["event"].endswith("Answer") or line["event"] in {"IdentityAnswer", "ServerAnswer"}:
            yield line, None


def _text(path: Path, lines: Iterable[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _csv(path: Path, lines: Sequence[Line]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([line.get(name, "") for name in COLUMNS.values()] for line in lines)


def _otlp(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    """An export of a collector: one request a line, of ten records each."""
    for start in range(0, len(lines), 10):
        records = [_log_record(line) for line in lines[start : start + 10]]
        yield {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}


def _log_record(line: Line) -> dict[str, Any]:
    nanoseconds = str(int(_seconds(line) * 1_000_000_000))
    keys = {name: line[name] for name in ("event", "code", "request", "session") if name in line}
    attributes = [{"key": name, "value": {"stringValue": value}} for name, value in keys.items()]
    return {"timeUnixNano": nanoseconds, "body": {"stringValue": line["body"]}, "attributes": attributes}


def _shipped(line: Line) -> Line:
    """A log as SLS ships it, whose time is that of the record."""
    seconds, part = divmod(round(_seconds(line) * 1_000_000), 1_000_000)
    own = {"__topic__": "", "__source__": "192.0.2.1", "__time__": str(seconds), "__time_ns_part__": str(part * 1_000)}
    return own | {name: value for name, value in line.items() if name != "at"}


def _result(line: Line) -> list[Line]:
    """A result of a query of CloudWatch Logs Insights: what was asked for, and a pointer to the record."""
    at = dt.datetime.fromisoformat(line["at"]).astimezone(dt.UTC)
    moment = f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1_000:03}"
    fields = {"@timestamp": moment, "@message": json.dumps(line), "@ptr": "CmEKJgoi"}
    return [{"field": name, "value": value} for name, value in fields.items()]


def _entry(call: tuple[Line, Line | None]) -> dict[str, Any]:
    """An entry of an HTTP archive."""
    asked, answer = call
    headers = [{"name": "X-Session", "value": asked["session"]}] if "session" in asked else []
    made = {
        "startedDateTime": asked["at"],
        "time": 0 if answer is None else 1000 * (_seconds(answer) - _seconds(asked)),
    }
    made["request"] = {"method": "POST", "url": f"https://mpp.example.test{_path(asked)}", "headers": headers}
    made["request"]["postData"] = {"mimeType": "application/json", "text": asked["body"]}
    content = {} if answer is None else {"mimeType": "application/json", "text": answer["body"]}
    return {**made, "response": {"status": 200, "headers": [], "content": content}}


def _access(asked: Line, answer: Line | None) -> Line:
    """A line of nginx: written when the answer was sent, with the time that it took."""
    end = _seconds(asked if answer is None else answer)
    return {
        "msec": f"{end:.3f}",
        "request_time": f"{end - _seconds(asked):.3f}",
        "uri": _path(asked),
        "session": asked.get("session", ""),
        "request_body": asked["body"],
        "response_body": "" if answer is None else answer["body"],
    }


def _path(line: Line) -> str:
    return CALLS.get(line["event"], f"/events/{line['event']}")


def _seconds(line: Line) -> float:
    return dt.datetime.fromisoformat(line["at"]).timestamp()


if __name__ == "__main__":
    main()
