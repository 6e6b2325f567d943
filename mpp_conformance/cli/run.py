"""``run``: a thin front on pytest that works anywhere, keeps everything in one folder and ends with our exit codes."""

import os
import shlex
import sys
from contextlib import chdir, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click
import pytest

from mpp_conformance.cli import bundle, report
from mpp_conformance.cli.exits import Exit, Refusal, exit_codes_help
from mpp_conformance.cli.gate import parse_waivers
from mpp_conformance.cli.wallets import load_wallet, wallet_option
from mpp_conformance.common.resources import directory
from mpp_conformance.evidence import journal
from mpp_conformance.ledger.catalogue import Claims, for_a_person, load
from mpp_conformance.report.allure.results import DIRECTORY
from mpp_conformance.report.gate.waivers import place
from mpp_conformance.report.languages.language import TAGS, Language, language
from mpp_conformance.report.pages import html, statement
from mpp_conformance.report.pages.terminal import line
from mpp_conformance.report.run_folder import folder
from mpp_conformance.report.run_folder.resumption import ResumptionError, journal_so_far
from mpp_conformance.report.verdict_file import document
from mpp_conformance.report.verdict_file.folding import Result
from mpp_conformance.transport.connectors import BY_HAND, UnknownTargetError, adaptor_of
from mpp_conformance.trials.doctor.refusal import refusal
from mpp_conformance.wallet import Wallet, by_hand, claims_by_hand, lacking_for_person

TARGET: Final = "MPP_CONFORMANCE_TARGET"
_OF_VERDICT: Final = {result.overall: next(code for code in Exit if code == result.status) for result in Result}
_WITHOUT_VERDICT: Final = {
    pytest.ExitCode.OK: Exit.NOT_PROVEN,
    pytest.ExitCode.INTERRUPTED: Exit.NOT_PROVEN,
    pytest.ExitCode.NO_TESTS_COLLECTED: Exit.NOT_PROVEN,
    pytest.ExitCode.USAGE_ERROR: Exit.USAGE,
}
allure_option = click.option(
    "--allure", is_flag=True, help="Also make allure.html, as `report allure` does; needs Node, and npm the first time."
)
"""``--allure``."""
lang_option = click.option(
    "--lang",
    type=click.Choice(TAGS),
    default=TAGS[0],
    show_default=True,
    help="The language of the report, on the terminal too.",
)
"""``--lang``."""
_PLUGINS: Final = ("mpp_conformance.plugin", "allure_pytest.plugin")


@click.command("run", epilog=exit_codes_help(), context_settings={"ignore_unknown_options": True})
@wallet_option
@click.option(
    "--mpp",
    "target",
    metavar="TARGET",
    envvar=TARGET,
    show_envvar=True,
    help="The MPP: http:URL of its adaptor (default: [reach] adaptor of the wallet), specimen:NAME of a known MPP in "
    "this process, or replay:DIR of an earlier run's folder.",
)
@click.option(
    "--waivers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The wallet's waivers (docs/waivers.md), which the report shows and `gate` goes by; they change no verdict.  "
    "[default: waivers.toml beside wallet.toml, if it is there]",
)
@click.option(
    "--reports",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("reports"),
    show_default=True,
    help="Where the run's folder is made.",
)
@click.option("--run", "name", metavar="NAME", help="The name of that folder.  [default: time and target]")
@click.option(
    "--resume",
    "broken_off",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="RUN",
    help="Continue the interrupted run in this folder; wallet, edition and suite must be the same.",
)
@click.option(
    "--no-preflight",
    "blindly",
    is_flag=True,
    help="Begin even if a first call shows that wallet.toml is wrong; its mistakes may then count against the MPP.",
)
@click.option(
    "--by",
    "consumer",
    type=click.Choice(["adaptor", "person"]),
    default="adaptor",
    show_default=True,
    help="Who acts as the consumer: the adaptor, or a person who scans codes with a telephone when a console in the "
    "browser asks for it (docs/wallet.md). It asks for as few scans as judge each requirement once.",
)
@lang_option
@allure_option
@bundle.sign_option
@click.argument("pytest_args", nargs=-1, type=click.UNPROCESSED)
def command(  # noqa: PLR0913  # one for each option
    *,
    wallet: Path | None,
    target: str | None,
    waivers: Path | None,
    reports: Path,
    name: str | None,
    broken_off: Path | None,
    blindly: bool,
    consumer: str,
    lang: str,
    allure: bool,
    sign: Path | None,
    pytest_args: tuple[str, ...],
) -> None:
    """Certify a wallet: hold all conversations with it, judge them, and write the report.

    All other arguments go to pytest: -k and -m select cases, -x stops at the first failure, --lf runs what failed
    last. A run of a part certifies nothing.
    """
    if broken_off is not None:
        target = target or _target_of(broken_off)
    key = bundle.load_key(sign) if sign is not None else None
    chosen = load_wallet(wallet) if wallet else None
    if consumer == "person":
        if chosen is None or (target or BY_HAND) != BY_HAND:
            raise click.UsageError("--by person takes --wallet FILE, and no --mpp")
        target = BY_HAND
    if chosen is None and not (target or "").startswith(("specimen:", "replay:")):
        raise click.UsageError(
            "say which MPP to judge: --wallet FILE, or --mpp specimen:conforming to try the suite out"
        )
    if chosen is not None:
        target = target or chosen.reach.target
        if target.startswith("http") and not blindly:
            refuse_useless(chosen, target)
        announce_device_address(chosen, target)
    if chosen is not None and target == BY_HAND:
        planned_by_hand(chosen)
    waived = place(str(waivers or ""), str(wallet or ""), target or "")
    if waived is not None:
        parse_waivers(waived)
    made = broken_off or new_folder(reports, name or free_name(reports, _title(target or "", chosen)))
    resume = broken_off is not None
    code = execute(
        target or "",
        wallet=wallet,
        made=made,
        allure=allure,
        pytest_args=(*pytest_args, *(("--mpp-waivers", str(waived)) if waived else ())),
        resume=resume,
        lang=lang,
    )
    if key is not None:
        bundle.attempt(made, key)
    click.get_current_context().exit(code)


def _target_of(run: Path) -> str:
    """What a run that was broken off was held with."""
    try:
        return str(journal_so_far(run).facts["target"])
    except ResumptionError as problem:
        raise click.UsageError(str(problem)) from None


def announce_device_address(wallet: Wallet, target: str) -> None:
    """Say where a test build that nobody can call fetches its calls, if this wallet's does."""
    if target == wallet.reach.target and wallet.reach.device:
        click.echo(
            f"device       {wallet.device_address}  give it to your test build, then start the test build", err=True
        )


def planned_by_hand(wallet: Wallet) -> None:
    """Say how many scans a person is asked for, and what they leave out."""
    claims = Claims.of(claims_by_hand(by_hand(wallet)))
    plan = for_a_person(load(directory("suites")).cases, claims)
    if not plan.scenarios:
        raise click.UsageError(f"a person cannot hold any of the conversations: {lacking_for_person(wallet)}")
    if wallet.features.entry_code and not claims.merchant_page:
        click.echo(f"entry codes  left out: {lacking_for_person(wallet)} (docs/wallet.md)", err=True)
    if wallet.reach.public_url or wallet.reach.port:
        click.echo(
            f"error page   {error_page(wallet)}  stands for that of Alipay+; a double of the SDK opens it", err=True
        )
    click.echo(
        f"plan         {plan.scans} scans in {len(plan.scenarios)} conversations judge {len(plan.judged)} of the "
        f"{len(plan.deciding)} requirements that decide; left out: {', '.join(plan.left) or 'none'}",
        err=True,
    )


def error_page(wallet: Wallet) -> str:
    """Where the stand-in of Alipay+'s error page is, as the wallet finds it."""
    from mpp_conformance.transport.servers.merchant_page import STAND_IN  # noqa: PLC0415  # the server loads here only

    return f"{wallet.reach.public_url or f'http://{wallet.reach.listen}'}{STAND_IN}"


def refuse_useless(wallet: Wallet, target: str) -> None:
    """What the doctor sees in passing ends a run before it can blame an MPP for what its file says."""
    try:
        why = refusal(wallet, adaptor_of(target, wallet))
    except UnknownTargetError as problem:
        raise click.UsageError(str(problem)) from None
    if why:
        raise Refusal(why)


def execute(  # noqa: PLR0913  # what a run can be given
    target: str,
    *,
    wallet: Path | None,
    made: Path,
    allure: bool = False,
    pytest_args: tuple[str, ...] = (),
    resume: bool = False,
    lang: str = TAGS[0],
) -> Exit:
    """Run the suites against ``target`` and write all of it into ``made``; prints progress, the result and where it is.

    With ``allure`` also Allure's page, if that can be made; the exit code is the same with it and without. ``resume``:
    the folder holds a run that was broken off, and it is gone on with. ``lang``: the language of the page.
    """
    made = made.absolute()
    sys.dont_write_bytecode = True
    arguments = _arguments(target, made, wallet)
    arguments += ["--mpp-lang", lang, *(["--mpp-resume"] if resume else []), *pytest_args]
    before = _written(made)
    with chdir(Path.cwd()):  # pytest ends in the folder of the suites, and others have relative paths
        ended = pytest.ExitCode(pytest.main(arguments, plugins=[_Suites()]))
    if ended is pytest.ExitCode.USAGE_ERROR:
        if _written(made) == before:
            return _nothing_judged(made, ended)
        # The plugin's own status of an error is the same number.
        ended = pytest.ExitCode.TESTS_FAILED
    if allure and (made / document.FILE).is_file():
        report.attempt(made, lang)
    code = _told(made, ended, language(lang))
    if ended is pytest.ExitCode.INTERRUPTED and (made / journal.FILE).is_file():
        given = ("--wallet", str(wallet)) if wallet else ()
        words = [word.replace("--mpp-waivers", "--waivers") for word in pytest_args]
        click.echo(line("resume", shlex.join(["mpp-conformance", "run", *given, "--resume", str(made), *words])))
    return code


def new_folder(reports: Path, name: str) -> Path:
    """Where the run goes: a folder that is not there yet, so that whatever stands in it later is this run's."""
    if not folder.NAME.fullmatch(name):
        raise click.UsageError(f"--run {name!a}: a name has letters, digits, '.', '_' and '-', at most 100 of them")
    if (reports / name).exists():
        raise click.UsageError(f"{reports / name} exists already: give this run another name, or remove that folder")
    try:
        (reports / name).mkdir(parents=True)
    except OSError as problem:
        raise click.UsageError(f"{reports / name} cannot be made: {problem.strerror}; see --reports") from None
    return reports / name


def _title(target: str, wallet: Wallet | None) -> str:
    return wallet.identity.name if wallet is not None and target.startswith("http") else target


def free_name(reports: Path, title: str) -> str:
    """A name for a run's folder: the time, what is tested, and a number where that is taken."""
    base = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{folder.slug(title)}"
    names = [base, *(f"{base}-{number}" for number in range(2, 100))]
    return next((name for name in names if not (reports / name).exists()), base)


def _arguments(target: str, made: Path, wallet: Path | None) -> list[str]:
    """What makes pytest the same everywhere: no configuration, plugin or cache of the place it is called from."""
    suites = directory("suites")
    plugins = [word for plugin in _PLUGINS for word in ("-p", plugin)]
    return [
        os.devnull,  # `_Suites` knows better
        *("-c", os.devnull, f"--rootdir={suites.parent}", f"--confcutdir={suites}"),
        *("--import-mode=importlib", "--strict-markers", "--disable-plugin-autoload", *plugins),
        *("-o", f"cache_dir={made.parent / '.pytest_cache'}", "-o", "console_output_style=count", "--no-header", "-q"),
        # One card for each requirement, and no list of all cases besides: the plugin sees to it.
        *("--tb=no", "-rN"),
        # The cases print nothing, and pytest's usual way to catch that takes a folder for temporary files.
        "--capture=sys",
        *("--mpp-target", target, "--mpp-reports", str(made.parent), "--mpp-run", made.name),
        *(("--mpp-wallet", str(wallet)) if wallet else ()),
        # It is refused before a folder is made.
        "--mpp-no-preflight",
        f"--alluredir={made / DIRECTORY}",
    ]


class _Suites:
    """Names the folder of the suites to pytest, which would take brackets in its path for parameters of a test."""

    @pytest.hookimpl
    def pytest_configure(self, config: pytest.Config) -> None:
        """Count paths from beside the suites, and leave the rest of the command line what it means."""
        given, suites = config.invocation_params, directory("suites")
        others = [str(given.dir / path) for path in config.args if path != os.devnull]
        config.args = [suites.name, *others]
        config.invocation_params = config.InvocationParams(args=given.args, plugins=given.plugins, dir=suites.parent)


def _written(made: Path) -> int:
    """The bytes of the run's journal: as many as before where no attempt was begun."""
    with suppress(OSError):
        return (made / journal.FILE).stat().st_size
    return 0


def _told(made: Path, ended: pytest.ExitCode, say: Language) -> Exit:
    try:
        found = document.read((made / document.FILE).read_bytes())
    except FileNotFoundError:
        return _nothing_judged(made, ended)
    except (OSError, document.VerdictFileError) as problem:
        click.echo(f"result       {made / document.FILE} cannot be read: {problem}")
        return Exit.FAULT
    code = _OF_VERDICT.get(str(found.get("overall")), Exit.FAULT)
    click.echo(line(say("report"), str(made / html.FILE)))
    if code is Exit.CONFORMS and ended is not pytest.ExitCode.OK:
        click.echo(f"result       nothing is certified: pytest itself ended with {ended.name}")
        return Exit.FAULT
    click.echo(line(say("result"), say(str(found.get("result")))))
    if "by_hand" in found:
        click.echo(line(say("by hand"), statement.by_hand(found, say)))
    return code


def _nothing_judged(made: Path, ended: pytest.ExitCode) -> Exit:
    _remove_empty(made)
    code = _WITHOUT_VERDICT.get(ended, Exit.FAULT)
    click.echo(f"result       nothing is certified: {code.meaning}")
    return code


def _remove_empty(made: Path) -> None:
    """Leave no folder behind for a run that never began."""
    for path in (made / DIRECTORY, made / folder.EVIDENCE, made):
        with suppress(OSError):
            path.rmdir()
