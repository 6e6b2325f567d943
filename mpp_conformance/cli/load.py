"""``load``: the same verdicts with many users at once, in this process or over HTTP; it certifies nothing."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import click

from mpp_conformance import __version__
from mpp_conformance.cli.exits import ELSEWHERE, Exit
from mpp_conformance.cli.forms import JSON, format_option, print_json
from mpp_conformance.cli.load_text import text
from mpp_conformance.cli.run import TARGET
from mpp_conformance.cli.wallets import wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import load
from mpp_conformance.report.pages.load import FORMAT
from mpp_conformance.specimens import Specimen
from mpp_conformance.transport.connectors import UnknownTargetError, specimen_by_name
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
_TIME: Final = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)(s|m|h|)", re.ASCII)
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3_600}
_LONGEST: Final = 24 * 3_600
_TIME_USUAL: Final = 60.0
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


class _Time(click.ParamType[float]):
    """How long: ``60s``, ``2m``, ``1h``, or seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        found = _TIME.fullmatch(str(value))
        seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
        if not 0 < seconds <= _LONGEST:
            self.fail(f"expected a time as 60s, 2m or 1h, at most 24h, seen {str(value)[:60]!a}", param, ctx)
        return seconds


@click.command("load", epilog=ELSEWHERE)
@wallet_option
@click.option(
    "--mpp",
    "target",
    metavar="TARGET",
    envvar=TARGET,
    show_envvar=True,
    help="The MPP: http:URL of its adaptor (default: [reach] adaptor of the wallet), or specimen:NAME of a known MPP "
    "in this process.",
)
@click.option(
    "--users",
    type=click.IntRange(1, _MOST_USERS),
    default=32,
    show_default=True,
    help="How many conversations are held at once.",
)
@click.option(
    "--for",
    "seconds",
    type=_Time(),
    metavar="TIME",
    help="Over HTTP, how long to go on beginning conversations: 60s, 2m, 1h.  [default: 60s]",
)
@click.option(
    "--bisect",
    is_flag=True,
    help="Over HTTP, find the smallest number of users that breaks each requirement; each number tried takes --for.",
)
@click.option(
    "--agent",
    type=click.IntRange(1, 65_535),
    metavar="PORT",
    help="Over HTTP, hold a conversation whenever a load generator asks for one at this port of 127.0.0.1, until the "
    "time of --for is over or Ctrl-C; at most --users at once.",
)
@click.option(
    "--locustfile",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a locustfile that drives the agent at that port.",
)
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Over HTTP, where the folder with the evidence is made.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="Decides in which order conversations begin and, with a known MPP, whose turn it is.",
)
@click.option(
    "--turns",
    type=_Turns(),
    metavar="NxM,...",
    help="With a known MPP, whose turn it is, in place of what the seed decides.",
)
@format_option("load.md")
def command(  # noqa: PLR0913  # one for each option
    *,
    wallet: Path | None,
    target: str | None,
    users: int,
    seconds: float | None,
    bisect: bool,
    agent: int | None,
    locustfile: Path | None,
    reports: Path,
    seed: int,
    turns: tuple[Run, ...] | None,
    form: str,
) -> None:
    """Hold many conversations at once, judge each at its end, and name the requirements that broke under load.

    Load uses only the ordinary conversations of the suite (docs/load.md), and certifies nothing. Exit code 1: a
    requirement that decides was broken; 5: none was; 4: the suite itself failed.
    """
    if locustfile is not None:
        _write(locustfile, agent)
    if (target or "").startswith(_SPECIMEN):
        if seconds is not None or bisect or agent is not None:
            raise click.UsageError("--for, --bisect and --agent are for a wallet over HTTP: --wallet FILE")
        made = _in_process(str(target), users=users, seed=seed, turns=turns)
    elif wallet is None:
        raise click.UsageError("say which MPP to load: --wallet FILE, or --mpp specimen:NAME to try it out")
    elif turns is not None:
        raise click.UsageError("--turns is for a known MPP in this process: --mpp specimen:NAME")
    elif agent is not None and bisect:
        raise click.UsageError("--bisect chooses numbers of users itself: it does not go with --agent")
    else:
        from mpp_conformance.cli import load_wallet  # noqa: PLC0415  # httpx and the server load here only

        usual = _TIME_USUAL if agent is None else _LONGEST
        given = load_wallet.Load(users=users, seconds=seconds or usual, seed=seed, bisect=bisect, agent=agent)
        made = load_wallet.over_http(wallet, target, given, reports)
    if form == JSON:
        print_json(made)
    else:
        for line in text(made):
            click.echo(line)
    click.get_current_context().exit(_exit(made))


def _write(file: Path, port: int | None) -> None:
    """Write a locustfile for the agent at a port."""
    from mpp_conformance.trials.load import agent  # noqa: PLC0415  # the server loads here only

    if port is None:
        raise click.UsageError("--locustfile needs the port of the agent that it asks: --agent PORT")
    try:
        file.write_text(agent.locustfile(port), "utf-8")
    except OSError as problem:
        raise click.BadParameter(str(problem), param_hint="--locustfile") from None


def _in_process(target: str, *, users: int, seed: int, turns: tuple[Run, ...] | None) -> dict[str, Any]:
    specimen = _known(target)
    trial = cabinet.crowd_trial(specimen, cabinet.ordinary(load(directory("suites")).cases), users=users, seed=seed)
    if turns is not None and any(number >= users for number, _ in turns):
        raise click.BadParameter(f"the conversations are numbered from 0 to {users - 1}", param_hint="--turns")
    outcome = trial.run_by_seed() if turns is None else trial.run_in_order(turns)
    failures = findings.first_failures(outcome.conversations)
    if turns is None:
        again = ("mpp-conformance", "load", "--mpp", target, "--users", str(users), "--seed", str(seed))
        failures = [_made_small(trial, outcome, failure, again) for failure in failures]
    tallies = tally(outcome.conversations)
    return {
        "format": FORMAT,
        "version": __version__,
        "mpp": target,
        "users": users,
        "seed": seed,
        "conversations": len(outcome.conversations),
        "turns": sum(count for _, count in outcome.turns),
        "requirements": findings.requirement_rows(tallies),
        "failures": findings.failure_rows(failures),
        "over_http": None,
    }


def _known(target: str) -> Specimen:
    try:
        return specimen_by_name(target.removeprefix(_SPECIMEN))
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
