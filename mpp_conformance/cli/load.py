"""``load``: the same verdicts with many users at once; it certifies nothing."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NoReturn

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import Exit, explained
from mpp_conformance.cli.forms import JSON, format_option, printed
from mpp_conformance.cli.run import TARGET
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import printable
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.specimens import Specimen
from mpp_conformance.transport.connectors import UnknownTargetError, specimen_named
from mpp_conformance.trials import cabinet
from mpp_conformance.trials.load import findings
from mpp_conformance.trials.load.crowd_trial import CrowdTrial, Outcome, Run
from mpp_conformance.trials.load.findings import Failure
from mpp_conformance.trials.load.traffic import tally

_SPECIMEN: Final = "specimen:"
_MOST_USERS: Final = 10_000
_MOST_TURNS: Final = 100_000
_QUESTIONS: Final = 500
"""Asked at most to make one failure smaller."""
_RUN: Final = re.compile(r"(\d{1,5})x(\d{1,5})", re.ASCII)


class _Turns(click.ParamType[tuple[Run, ...]]):
    """Whose turn it is, and how many he takes in a row: ``17x3,54x2``."""

    name = "turns"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[Run, ...]:
        """The runs of turns."""
        if isinstance(value, tuple):
            return value
        found = [_RUN.fullmatch(word) for word in str(value).split(",")]
        turns = tuple((int(run[1]), int(run[2])) for run in found if run is not None)
        if len(turns) < len(found) or sum(count for _, count in turns) > _MOST_TURNS:
            self.fail(
                f"expected turns as 17x3,54x2, at most {_MOST_TURNS} of them, seen {str(value)[:60]!a}", param, ctx
            )
        return turns


@click.command("load", epilog=explained())
@click.option(
    "--mpp",
    "target",
    metavar="TARGET",
    envvar=TARGET,
    show_envvar=True,
    help="The MPP: specimen:NAME of a known MPP in this process.",
)
@click.option(
    "--users",
    type=click.IntRange(1, _MOST_USERS),
    default=32,
    show_default=True,
    help="How many conversations are held at once.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Says which conversations are held and, with a known MPP, whose turn it is.",
)
@click.option("--turns", type=_Turns(), metavar="NxM,...", help="With a known MPP, whose turn it is, instead.")
@format_option("load.md")
def command(*, target: str | None, users: int, seed: int, turns: tuple[Run, ...] | None, form: str) -> None:
    """Hold many conversations at once, judge each at its end, and say what broke under load that holds alone.

    Only ordinary conversations of the suite are held. Load certifies nothing: exit code 1 means that a requirement
    that decides was broken, 5 that none was, 4 that the suite itself failed.
    """
    if not (target or "").startswith(_SPECIMEN):
        raise click.UsageError("say which MPP to load: --mpp specimen:NAME")
    _in_process(str(target), users=users, seed=seed, turns=turns, form=form)


def _in_process(target: str, *, users: int, seed: int, turns: tuple[Run, ...] | None, form: str) -> NoReturn:
    specimen = _known(target)
    trial = cabinet.crowd_trial(specimen, cabinet.ordinary(load(directory("suites")).cases), users=users, seed=seed)
    if turns is not None and any(number >= users for number, _ in turns):
        raise click.BadParameter(f"the conversations are numbered from 0 to {users - 1}", param_hint="--turns")
    outcome = trial.seeded() if turns is None else trial.ordered(turns)
    failures = findings.first_failures(outcome.conversations)
    if turns is None:
        again = ("mpp-conformance", "load", "--mpp", target, "--users", str(users), "--seed", str(seed))
        failures = [_made_small(trial, outcome, failure, again) for failure in failures]
    tallies = tally(outcome.conversations)
    made = {
        "format": findings.FORMAT,
        "version": __version__,
        "mpp": target,
        "users": users,
        "seed": seed,
        "conversations": len(outcome.conversations),
        "turns": sum(count for _, count in outcome.turns),
        "requirements": findings.requirement_rows(tallies),
        "failures": findings.failure_rows(failures),
    }
    if form == JSON:
        printed(made)
    else:
        for line in text(made):
            click.echo(line)
    click.get_current_context().exit(_exit(made))


def _known(target: str) -> Specimen:
    try:
        return specimen_named(target.removeprefix(_SPECIMEN))
    except UnknownTargetError as problem:
        raise click.UsageError(str(problem)) from None


def _made_small(trial: CrowdTrial, outcome: Outcome, failure: Failure, again: tuple[str, ...]) -> Failure:
    smallest = trial.smallest(outcome, failure.judged, failure.case, most=_QUESTIONS)
    words = (*again, "--turns", findings.in_words(smallest.turns))
    return replace(failure, smallest=smallest, again=words)


def _exit(made: Mapping[str, Any]) -> Exit:
    if any(row["errors"] for row in made["requirements"]):
        return Exit.FAULT
    broken = any(row["broke"] and row["decides"] for row in made["requirements"])
    return Exit.FAILS if broken else Exit.NOT_PROVEN


def text(made: Mapping[str, Any]) -> Iterator[str]:
    """What ``--format text`` prints of such a document."""
    yield f"load         {made['conversations']} conversations, {made['users']} users, seed {made['seed']}"
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
    for failure in made["failures"]:
        yield f"first of     {failure['requirement']}: {printable(failure['text'])}"
        yield from (f"    {line}" for line in _failure(failure))
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
