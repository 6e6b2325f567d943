"""``waive``: a draft of the waivers that a run would need, and an owner's signature for one."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import click

from mpp_conformance.bundle import keys
from mpp_conformance.cli.bundle import load_key
from mpp_conformance.cli.exits import ELSEWHERE, Refusal
from mpp_conformance.cli.gate import parse_waivers
from mpp_conformance.report.gate import waivers
from mpp_conformance.report.run_folder import reading


@click.command("waive", epilog=ELSEWHERE)
@click.argument("what", required=False, default="")
@click.option("--waivers", "file", type=click.Path(path_type=Path), default=Path(waivers.FILE), show_default=True)
@click.option("--key", "key_file", type=click.Path(path_type=Path), help="The owner's private key, to sign with.")
@click.option(
    "--from",
    "run",
    metavar="RUN",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Print drafts of waivers for what went wrong in the run in this folder.",
)
def command(what: str, file: Path, key_file: Path | None, run: Path | None) -> None:
    """Print the signature for a waiver, or with --from drafts of waivers.

    With --key, WHAT is the position of a waiver in the file, counted from 1: copy the printed signature into it as
    `signature`. Use a key that `keygen` created; [owners] must have its public half under the owner's name.

    With --from, WHAT is a requirement, or a case with or without its [scenario], as `gate` names them; without WHAT,
    everything that a waiver can excuse. The owner fills in the empty fields of a draft.
    """
    if (run is None) == (key_file is None):
        raise click.UsageError("give either --from RUN, for drafts, or NUMBER and --key FILE, for a signature")
    if key_file is not None:
        click.echo(_signature(what, file, key_file))
    elif run is not None:
        click.echo("\n\n".join(_drafts(run, what)))


def _signature(what: str, file: Path, key_file: Path) -> str:
    if not re.fullmatch("[0-9]{1,4}", what):
        raise click.UsageError("name the waiver to sign by its position in the file, counted from 1")
    given, number = parse_waivers(file), int(what)
    if not 1 <= number <= len(given.waivers):
        raise click.UsageError(f"there is no waiver {number}: {file} has {len(given.waivers)}")
    waiver, key = given.waivers[number - 1], load_key(key_file)
    owner = given.owners.get(waiver.owner)
    if owner is None or owner.public_bytes_raw() != keys.public_bytes(key):
        public = keys.public_text(key).strip()
        raise Refusal(
            f"this is not the key of {waiver.owner} in [owners]; for this key, [owners] must say: "
            f"{waiver.owner} = {public!r}"
        )
    signature = base64.b64encode(key.sign(replace(waiver, signature="").signed)).decode()
    return f'signature = "{signature}"'


def _drafts(run: Path, wanted: str) -> list[str]:
    try:
        found = list(waivers.drafts(reading.verdicts(run), wanted))
    except reading.KeptError as problem:
        raise Refusal(str(problem)) from None
    except (KeyError, TypeError, AttributeError) as problem:
        raise Refusal(f"the verdict file lacks a member that `waive` needs: {problem!r}") from None
    if not found:
        raise Refusal(f"in {run} nothing that a waiver can excuse went wrong{f' with {wanted}' if wanted else ''}")
    return found
