"""``answers``: the generated answers of Alipay+, tried out with a wallet, and made as small as they fail."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from mpp_conformance import wallet
from mpp_conformance.cli.exits import Exit, Refusal, exit_codes_help
from mpp_conformance.cli.forms import format_option, print_json
from mpp_conformance.cli.run import TARGET, announce_device_address, refuse_useless
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.common.text import json_text, printable
from mpp_conformance.generation import corpus
from mpp_conformance.judging.judgement import Judgement
from mpp_conformance.judging.verdict import Verdict
from mpp_conformance.ledger.catalogue import Claims, load
from mpp_conformance.ledger.requirements import Case
from mpp_conformance.scenarios import answers
from mpp_conformance.scenarios.answers import AnswersError, Corpus, Found, Illegal
from mpp_conformance.scenarios.scenario import ENTRY, ORDER
from mpp_conformance.transport import connectors
from mpp_conformance.trials.answer_trials import Trial, Tried, in_words

FORMAT: Final = "mpp-conformance answers 1"
CONVERSATIONS: Final = 60
"""Held at most to make one answer smaller."""
_CODES: Final = {"order": ORDER, "entry": ENTRY}
_EXIT: Final = {Verdict.FAIL: Exit.FAILS, Verdict.ERROR: Exit.FAULT, Verdict.PASS: Exit.CONFORMS}
_seed = click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Generate answers from this seed (some ten seconds), instead of those that come with the suite.",
)


@click.group("answers")
def command() -> None:
    """List and try generated answers of Alipay+: made from openapi/alipay-plus.yaml, and used in every run."""


@command.command("list", short_help="List generated answers, and what each is about.")
@_seed
@format_option("schemas.md")
def list_answers(seed: int | None, form: str) -> None:
    """List the generated answers: name, kind of code, amount in fen, and what the generator says of it.

    Those marked with a star go beyond what documents name, and those marked with an exclamation mark break the
    interface. What an MPP does with them is only observed, except that it must not pay with HANDLE_BY_SDK.
    """
    found = _corpus(seed)
    if form == "json":
        rows, broken = ([asdict(answer) for answer in kind] for kind in (found.legal, found.illegal))
        told = {"format": FORMAT, "seed": found.seed, "answers": rows, "illegal": broken}
        print_json(told)
        return
    for answer in found.answers:
        mark = "!" if isinstance(answer, Illegal) else " " if answer.within else "*"
        click.echo(f"{mark} {answer.name}  {answer.code} {answer.amount}  {printable(answer.description)}")
    click.echo(f"{len(found.legal)} legal answers and {len(found.illegal)} illegal ones from seed {found.seed}")


@command.command("try", short_help="Try them with a wallet, and shrink what fails.", epilog=exit_codes_help())
@click.argument("chosen", nargs=-1, metavar="[ANSWER]...")
@wallet_option
@click.option("--mpp", "target", metavar="TARGET", envvar=TARGET, show_envvar=True, help="The MPP, as for `run`.")
@_seed
@click.option(
    "--code", type=click.Choice(list(_CODES)), default="order", show_default=True, help="The kind of code, for JSON."
)
@click.option(
    "--amount",
    type=click.IntRange(1, answers.MAX_AMOUNT),
    default=1_000,
    show_default=True,
    help="The amount of the order in fen, for JSON.",
)
@click.option(
    "--conversations",
    type=click.IntRange(0, 10_000),
    default=CONVERSATIONS,
    show_default=True,
    help="How many may be held to make one answer smaller.",
)
def try_answers(  # noqa: PLR0913  # what a trial can be given
    *,
    chosen: tuple[str, ...],
    wallet: Path | None,
    target: str | None,
    seed: int | None,
    code: str,
    amount: int,
    conversations: int,
) -> None:
    """Try generated answers out with a wallet: all of them, or each ANSWER: a name, or the JSON text of one.

    Each answer is a conversation, judged as in a run; this certifies nothing and writes no report. The first answer
    that fails a case is reduced to the smallest one that still fails it, and printed as a command that tries it again.
    """
    known = {} if _all_json(chosen) else _by_name(_corpus(seed))
    found = [_found(text, known, _CODES[code], amount) for text in chosen] or list(known.values())
    trial, shown = _trial(target, wallet)
    again = ["--mpp", shown, *(["--wallet", str(wallet)] if wallet else [])]
    try:
        outcomes = list(_told(trial, found, conversations, again))
    finally:
        trial.conversations.close()
    worst = max(outcome.verdict for outcome in outcomes)
    click.get_current_context().exit(_EXIT.get(worst, Exit.NOT_PROVEN))


def _by_name(corpus: Corpus) -> dict[str, Found]:
    return {answer.name: answer for answer in corpus.answers}


def _corpus(seed: int | None) -> Corpus:
    return answers.packaged_corpus() if seed in {None, answers.packaged_corpus().seed} else corpus(seed)


def _all_json(chosen: Sequence[str]) -> bool:
    """Whether no answer is asked for by its name."""
    return bool(chosen) and all(map(_is_json, chosen))


def _is_json(text: str) -> bool:
    return text.lstrip().startswith("{")


def _found(text: str, known: Mapping[str, Found], code: str, amount: int) -> Found:
    if not _is_json(text):
        if text not in known:
            raise click.UsageError(f"no answer is called {text!a}; `mpp-conformance answers list` names them all")
        return known[text]
    try:
        return in_words(text, code, amount)
    except AnswersError as problem:
        raise click.UsageError(str(problem)) from problem


def _trial(target: str | None, path: Path | None) -> tuple[Trial, str]:
    """The way to the MPP, and what names it."""
    chosen = load_wallet(path) if path else None
    if chosen is None and not (target or "").startswith("specimen:"):
        raise click.UsageError("say which MPP to try: --wallet FILE, or --mpp specimen:conforming")
    used = chosen or wallet.reference()
    target = target or used.reach.target
    if target.startswith("http"):
        refuse_useless(used, target)
    announce_device_address(used, target)
    cases = [case for case in load(directory("suites")).cases if case.generated]
    try:
        conversations = connectors.connect(target, used, run="answers")
    except (OSError, ValueError) as problem:
        raise Refusal(str(problem)) from problem
    return Trial(cases=cases, claims=Claims.of(used.claims()), conversations=conversations), target


def _told(trial: Trial, found: list[Found], most: int, again: list[str]) -> Iterator[Tried]:
    """Each outcome, once it is told."""
    shrunk = set[str]()
    for outcome in trial.all_of(found):
        broken = f"  {printable(outcome.answer.description)}" if isinstance(outcome.answer, Illegal) else ""
        click.echo(f"{_word(outcome):<16}{outcome.answer.name}{broken}")
        for case, judgement in outcome.failed[:1]:
            lines = [*_failure(case, judgement)]
            if case.name not in shrunk and most:
                shrunk.add(case.name)
                lines += _smallest(trial, outcome.answer, case, most, again)
            click.echo("\n".join(f"    {line}" for line in lines))
        yield outcome


def _word(outcome: Tried) -> str:
    if not outcome.rows:
        return "not applicable"
    if outcome.failed and outcome.verdict is not Verdict.FAIL:
        return "observed"
    return (outcome.verdict or Verdict.PASS).word


def _failure(case: Case, judgement: Judgement) -> Iterator[str]:
    yield f"rests on    {case.requirement.id}: {printable(case.requirement.text)}"
    yield f"expected    {printable(judgement.expected)}"
    yield f"seen        {printable(judgement.seen)}"


def _smallest(trial: Trial, found: Found, case: Case, most: int, again: list[str]) -> Iterator[str]:
    answer, shrunk = trial.smallest(found, case, most=most)
    end = "" if shrunk.done else ", the limit of --conversations"
    yield f"smallest    after {shrunk.tried} conversations{end}"
    code = next(name for name, code in _CODES.items() if code == found.code)
    order = ["--code", code, "--amount", str(found.amount)]
    words = ["mpp-conformance", "answers", "try", json_text(json.loads(answer.body)), *order, *again]
    yield f"again       {shlex.join(words)}"
