"""What ``load`` prints for people, from its document for programs."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from mpp_conformance.common.text import printable

_PERCENTS: Final = {"p50": "in half of them", "p90": "in 90 %", "p99": "in 99 %", "p100": "at most"}


def text(made: Mapping[str, Any]) -> Iterator[str]:
    """What ``--format text`` prints of such a document."""
    told = made["over_http"]
    time = f"{told['seconds']:g} s, " if told else ""
    yield f"load         {made['conversations']} conversations, {made['users']} users, {time}seed {made['seed']}"
    rows = made["requirements"]
    for head, decides in (("broke", True), ("observed", False)):
        for row in rows:
            if row["broke"] and row["decides"] is decides:
                count = f"{row['broke']} of {row['conversations']} conversations at {made['users']} users"
                yield f"{head:<13}{row['requirement']} in {count}"
    lacking = (row for row in rows if row["unproven"])
    unproven = [f"{row['requirement']} ({row['unproven']} of {row['conversations']})" for row in lacking]
    if unproven:
        yield f"not proven   {', '.join(unproven)}"
    if told:
        yield from _over_http(made["users"], told)
    files = {row["conversation"]: row["file"] for row in told["evidence"]} if told else {}
    for failure in made["failures"]:
        yield f"first of     {failure['requirement']}: {printable(failure['text'])}"
        yield from (f"    {line}" for line in _failure(failure))
        if files:
            yield f"    evidence      {files[failure['conversation']]}"
    broken = sum(row["broke"] > 0 and row["decides"] for row in rows)
    yield f"result       {f'{broken} requirements broken' if broken else 'nothing broken'}; load certifies nothing"


def _failure(failure: Mapping[str, Any]) -> Iterator[str]:
    yield f"conversation  {failure['conversation']}, {failure['scenario']}"
    yield f"expected      {printable(failure['expected'])}"
    yield f"seen          {printable(failure['seen'])}"
    smallest = failure["smallest"]
    if smallest is not None:
        others = len(smallest["conversations"]) - 1
        alone = f"with {others} other{'s' * (others > 1)}" if others else "alone, without any load"
        end = "" if smallest["done"] else " (not the smallest: the search was ended)"
        yield f"smallest      {alone}, after {smallest['tried']} tries{end}"
    if failure["again"]:
        yield f"again         {shlex.join(failure['again'])}"


def _over_http(users: int, told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["broken_off"]:
        yield f"broken off   {one['conversations']} conversations: {printable(one['why'])}"
    for one in told["problems"]:
        yield f"problem      {one['conversations']} conversations: {printable(one['why'])}"
    times = ", ".join(f"{told['latency'][name]} ms {words}" for name, words in _PERCENTS.items())
    yield f"latency      of {told['latency']['messages']} messages of the wallet: {times}"
    lagged = f"; in {told['lagged']} conversations so late that what hangs on time accuses nobody"
    yield f"our own lag  {told['lag']} ms at worst{lagged if told['lagged'] else ''}"
    if users > told["claimed"]:
        yield (
            f"note         wallet.toml claims [reach] parallel = {told['claimed']}: beyond that, what hangs on time "
            "accuses nobody"
        )
    for one in told["tried"][1:]:
        broke = f"broke {', '.join(one['broke'])}" if one["broke"] else "broke nothing"
        yield f"tried        {one['users']} users, {one['conversations']} conversations: {broke}"
    for one in told["boundaries"]:
        yield f"smallest     {one['requirement']} broke at {one['breaks']} users, {_below(**one)}"
    if told["interrupted"]:
        yield "interrupted  what was going on then is not judged"
    yield f"evidence     {told['folder']}"


def _below(breaks: int, holds: int, **_: str) -> str:
    if holds:
        return f"not at {holds}"
    return "without any load" if breaks == 1 else "with fewer nobody knows"
