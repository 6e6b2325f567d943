"""``rejudge``: every verdict of a run once more, from its folder alone."""

from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click

from mpp_conformance.cli.exits import ELSEWHERE, Exit, Refusal
from mpp_conformance.cli.forms import JSON, format_option, print_json
from mpp_conformance.common.text import decode_text
from mpp_conformance.protocol import signature
from mpp_conformance.report.checks import audit_rejudgement, load_rejudgement, rejudgement
from mpp_conformance.report.checks.rejudgement import Rejudgement, RejudgementError
from mpp_conformance.report.pages import audit, load

FORMAT: Final = "mpp-conformance rejudgement 1"
_SHOWN: Final = 50


@click.command("rejudge", epilog=ELSEWHERE)
@click.argument("run", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--mpp-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The MPP server's public key, as the MPP gave it to you: the key in the run must be the same.",
)
@format_option("schemas.md")
def command(run: Path, mpp_key: Path | None, form: str) -> None:
    """Judge the run, load or audit in the folder RUN again from its evidence, and compare it with the files there.

    In a run or a load it reads each message from the bytes that carried it, and verifies the signatures of the MPP
    server with its public key. Exit code 0: nothing differs, whatever the verdicts are; 1: it names what differs; 5:
    nothing differs, but the run was interrupted.
    """
    if run.is_file():
        raise click.UsageError(
            f"{run} is a file, but RUN must be a run's folder; use `mpp-conformance verify` for a bundle"
        )
    try:
        found = _checked_by(run).rejudged(run)
    except RejudgementError as problem:
        raise Refusal(f"{run} cannot be judged again: {problem}") from None
    if mpp_key is not None:
        found.differences[:0] = _other_key(mpp_key, found)
    if form == JSON:
        print_json(_document(found))
    else:
        click.echo("\n".join(_lines(found)))
    whole = Exit.CONFORMS if found.digest else Exit.NOT_PROVEN
    click.get_current_context().exit(Exit.FAILS if found.differences else whole)


def _checked_by(run: Path) -> ModuleType:
    """What judges again what is in a folder, by the file that it has."""
    others = {audit.FILE: audit_rejudgement, load.FILE: load_rejudgement}
    return next((module for name, module in others.items() if (run / name).exists()), rejudgement)


def _other_key(path: Path, found: Rejudgement) -> list[str]:
    """Whether the MPP signed with the key in a file."""
    try:
        key = signature.load_public_key(decode_text(path.read_bytes()))
    except (ValueError, OSError) as problem:
        raise Refusal(f"{path}: {problem}") from None
    expected = rejudgement.fingerprint(signature.public_key_text(key))
    if found.mpp_key == expected:
        return []
    return [f"message_layer: the MPP signed with the key {found.mpp_key or '(none)'}, but {expected} is expected"]


def _document(found: Rejudgement) -> dict[str, Any]:
    values = {part.name: getattr(found, part.name) for part in fields(found) if part.name != "readings"}
    readings = found.readings
    counts = {"read": readings.read, "hidden": readings.hidden, "signatures": dict(readings.signed)}
    return {"format": FORMAT, **values, "messages": counts, "identical": not found.differences}


def _lines(found: Rejudgement) -> list[str]:
    readings = found.readings
    signed = ", ".join(f"{count} {outcome}" for outcome, count in sorted(readings.signed.items())) or "none"
    lines = [
        f"run          {found.run}: {found.result}; attempt {found.attempts} of {found.attempts}",
        f"evidence     {found.conversations} conversations; {readings.read} messages read from their bytes",
        f"signatures   of the MPP server: {signed}",
    ]
    if found.mpp_key:
        lines.append(f"key          SHA-256 {found.mpp_key}: compare it with the key that the MPP names")
    lines += [f"verdicts     {found.cases} derived again" + (f"; digest {found.digest}" if found.digest else "")]
    lines += [f"note         {note}" for note in found.notes]
    lines += [f"differs      {told}" for told in found.differences[:_SHOWN]]
    if len(found.differences) > _SHOWN:
        lines.append(f"             and {len(found.differences) - _SHOWN} more")
    lines.append(f"result       {_result(found)}")
    return lines


def _result(found: Rejudgement) -> str:
    if found.differences and found.other_suite:
        return f"{len(found.differences)} differences; the reason can be that another build of the suite judged the run"
    if found.differences:
        return f"{len(found.differences)} differences: the files of the run do not follow from its evidence"
    return "identical" if found.digest else "identical, up to where the run was interrupted"
