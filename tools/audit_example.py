"""Write logs to audit: JSON lines as the server and the client of an MPP would keep them.

    python tools/audit_example.py FOLDER [--specimen NAME] [--conversations N] [--plant NAME=K ...]

One known MPP pays by order codes and entry codes, again and again, each time under keys of its own. ``--plant``: K of
the conversations, spread over all, are held by another one, and its fault shows in them. How many there are stands in
FOLDER/planted.json; an audit must find as many broken ones, and no more.

examples/audit/ holds what this writes for ``conforming`` and ``result-page-of-success-only``.
"""

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from mpp_conformance.judging.trace import Trace
from mpp_conformance.protocol.messages import (
    APP_LINK,
    BY_NAME,
    GATEWAY,
    Decode,
    NotifyPayment,
    NotifyPaymentAnswer,
    Scan,
    UserInitiatedPay,
    UserInitiatedPayAnswer,
)
from mpp_conformance.scenarios.cells import BOTH, psp, sdk
from mpp_conformance.scenarios.scenario import UNFUNDED
from mpp_conformance.specimens import SPECIMENS
from mpp_conformance.trials.audit import worth
from mpp_conformance.trials.audit.records import Record

BEGIN: Final = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
APART: Final = 600_000_000
"""Microseconds between two conversations; fewer where there are so many that they would fill more than a year."""
YEAR: Final = 365 * 24 * 3_600_000_000
KEY: Final = "#" * 20
"""Stands in a template where each conversation has its number."""
SCENARIOS: Final = tuple(
    made for code in BOTH for made in (psp(code), psp(code, customer=UNFUNDED), sdk(code, "S"), sdk(code, "F"))
)
Template = Sequence[tuple[bool, int, str]]
"""Of each record: whether the server logs it, microseconds since the beginning, and the line behind its time."""


def main() -> None:
    """Write server.jsonl and client.jsonl, and planted.json where something is planted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--specimen", default="conforming", choices=sorted(SPECIMENS))
    parser.add_argument("--conversations", type=int, default=16)
    parser.add_argument("--plant", action="append", default=[], metavar="NAME=K")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    ordinary = _conversations(told.specimen)
    planted = _planted([word.partition("=") for word in told.plant], told.conversations, ordinary)
    templates = [_template(trace) for trace in ordinary]
    apart = min(APART, YEAR // told.conversations)
    with (told.folder / "server.jsonl").open("w") as server, (told.folder / "client.jsonl").open("w") as client:
        for number in range(told.conversations):
            template = planted.get(number) or templates[number % len(templates)]
            _write(template, number, number * apart, server, client)
    if planted:
        (told.folder / "planted.json").write_text(json.dumps({"conversations": len(planted)}) + "\n", "utf-8")


def _conversations(specimen: str) -> list[Trace]:
    return list(worth.traces(SPECIMENS[specimen], SCENARIOS))


def _planted(asked: Sequence[tuple[str, str, str]], count: int, ordinary: Sequence[Trace]) -> dict[int, Template]:
    """The conversations that another MPP holds, by number: those in which it does otherwise, in turn."""
    found: dict[int, Template] = {}
    for place, (name, _, times) in enumerate(asked):
        strange = [
            _template(one) for one, usual in zip(_conversations(name), ordinary, strict=True) if one is not usual
        ]
        if not strange:
            raise SystemExit(f"{name} does in these logs what the others do")
        for turn in range(int(times)):
            found[((2 * turn + 1) * count // (2 * int(times)) + place * 7) % count] = strange[turn % len(strange)]
    return found


def _template(trace: Trace) -> Template:
    values = (trace.codes[0].order_id, trace.codes[0].page_id, trace.codes[0].tag.removeprefix("mpp-"))
    records = worth.logged(trace, KEY)
    request = next(
        (_body(record)["paymentRequestId"] for record in records if record.kind == NotifyPayment.__name__), ""
    )
    return [_templated(record, trace.codes[0].decoded, request, values) for record in records]


def _templated(record: Record, code: str, request: str, values: Sequence[str]) -> tuple[bool, int, str]:
    """A log has beside each body what its program knew just then: the code, the request or the session."""
    made = {"event": record.kind, "body": record.body}
    body, kind = _body(record), BY_NAME[record.kind]
    if kind in {Scan, Decode, UserInitiatedPay}:
        made["code"] = body["codeValue"]
    elif kind is UserInitiatedPayAnswer:
        made["code"] = code
    elif kind is NotifyPaymentAnswer:
        made["request"] = request
    if "paymentRequestId" in body:
        made["request"] = body["paymentRequestId"]
    if kind.point != GATEWAY:
        made["session"] = KEY
    text = json.dumps(made)
    for value in values:
        text = text.replace(value, KEY)
    return kind.point in {GATEWAY, APP_LINK}, record.at, text[1:]


def _body(record: Record) -> dict[str, str]:
    found: dict[str, str] = json.loads(record.body)
    return found


def _write(template: Template, number: int, begins: int, server: TextIO, client: TextIO) -> None:
    for by_server, after, text in template:
        at = (BEGIN + dt.timedelta(microseconds=begins + after)).isoformat()
        (server if by_server else client).write(f'{{"at": "{at}", {text.replace(KEY, f"{number:020d}")}\n')


if __name__ == "__main__":
    main()
