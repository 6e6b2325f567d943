"""Write docs/reference/ from what the program itself says: commands, wallet.toml, requirements, floors.

``make reference`` writes the pages, and a test compares them. Nothing in them is written by hand.
"""

import inspect
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import click
from requirement_pages import requirement_pages

from mpp_conformance.cli import cli
from mpp_conformance.cli.exits import Exit
from mpp_conformance.wallet.create import template

ROOT: Final = Path(__file__).parents[1]
PLACE: Final = ROOT / "docs" / "reference"
_MADE: Final = "Written by `make reference`; change what it is made from, not this page.\n"
_MEANINGS: Final = (
    ("pass", "Every expectation was met.", "Nothing."),
    (
        "inconclusive",
        "Proof is missing, for instance because the stimulus never came. It accuses nobody and certifies nothing.",
        "Read what was awaited; the wallet, its set-up or the network kept it back.",
    ),
    (
        "fail",
        "The MPP broke the requirement.",
        "Read what was expected, what was seen and the likely cause on the failure's card.",
    ),
    ("error", "The suite itself is at fault, or could not do its work.", "Report it: the wallet is not accused."),
)


def pages() -> dict[str, str]:
    """Every page below docs/reference/, by its name."""
    return {
        "cli.md": command_line(),
        "wallet-toml.md": wallet_toml(),
        "verdicts.md": verdicts(),
        "floors.md": floors(),
        **{f"requirements/{name}": text for name, text in requirement_pages().items()},
    }


# --- the command line -------------------------------------------------------------------------------------------------


def command_line() -> str:
    """The commands with their arguments and options."""
    lines = ["# Command line", "", _MADE, _prose(cli.help or ""), ""]
    context = click.Context(cli, info_name="mpp-conformance", **cli.context_settings)
    for name, command in _below(cli, context):
        lines += _command(command, context, name)
    return "\n".join(lines)


def _command(command: click.Command, above: click.Context, name: str, depth: int = 2) -> Iterator[str]:
    context = click.Context(command, info_name=name, parent=above)
    yield from (f"{'#' * depth} {context.command_path.removeprefix('mpp-conformance ')}", "")
    words = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield from ("```text", words, "```", "")
    if command.help:
        yield from (_prose(command.help), "")
    rows = [record for found in command.get_params(context) if (record := found.get_help_record(context))]
    if rows:
        yield from ("| option | what it does |", "| --- | --- |")
        yield from (f"| `{_cell(option)}` | {_cell(what)} |" for option, what in rows)
        yield ""
    if isinstance(command, click.Group):
        for below, inner in _below(command, context):
            yield from _command(inner, context, below, depth + 1)


def _below(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            yield name, command


def _prose(text: str) -> str:
    return inspect.cleandoc(text.replace("\b\n", ""))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# --- wallet.toml ------------------------------------------------------------------------------------------------------


def wallet_toml() -> str:
    """Each key with its default and what it is for, from the file that ``init`` writes."""
    lines = ["# wallet.toml", "", _MADE]
    lines += ["`mpp-conformance init` writes this file; `mpp-conformance schema wallet` prints its JSON Schema.", ""]
    for table, keys in _explained(template()):
        lines += [f"## [{table}]", "", "| key | as init writes it | what it is for |", "| --- | --- | --- |"]
        lines += [f"| `{key}` | `{value}` | {_cell(what)} |" for key, value, what in keys]
        lines += [""]
    return "\n".join(lines)


def _explained(text: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Each table of the template with its keys: name, value as written, the comment above it."""
    known = tomllib.loads(text)
    table, keys, words = "", [], []
    for line in text.splitlines():
        if line.startswith("["):
            if table:
                yield table, keys
            table, keys, words = line.strip("[]"), [], []
        elif " = " in line and (not line.startswith("#") or _is_key(line[2:])):
            key, _, value = line.removeprefix("# ").partition(" = ")
            optional = "" if key in known.get(table, {}) else " *Optional.*"
            keys.append((key, value, " ".join(words) + optional))
            words = []
        elif line.startswith("#"):
            words.append(line[1:].strip())
    yield table, keys


def _is_key(line: str) -> bool:
    key, equals, value = line.partition(" = ")
    return bool(equals) and key.isidentifier() and value.startswith(('"', "["))


# --- verdicts and floors ----------------------------------------------------------------------------------------------


def verdicts() -> str:
    """The verdicts and the exit codes."""
    lines = ["# Verdicts and exit codes", "", _MADE, "The worst verdict of its cases is the requirement's.", ""]
    lines += ["| verdict | meaning | what to do |", "| --- | --- | --- |"]
    lines += [f"| `{word}` | {meaning} | {doing} |" for word, meaning, doing in _MEANINGS]
    lines += ["", "| exit code | meaning |", "| --- | --- |"]
    return "\n".join([*lines, *(f"| {code.value} | {code.meaning} |" for code in Exit), ""])


def floors() -> str:
    """The rooms of the package from the top floor down, as the import contracts have them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    lines = ["# Floors", "", _MADE, "Imports point down only; `lint-imports` keeps it so.", ""]
    for contract in contracts:
        if contract["type"] == "layers":
            lines += [f"## {contract['containers'][0]}", "", *_drawn(contract), ""]
        else:
            lines += [f"## {contract['name']}", "", *_forbidden(contract), ""]
    return "\n".join(lines)


def _drawn(contract: Mapping[str, Any]) -> Iterator[str]:
    yield from ("| floor | rooms | what they hold |", "| --- | --- | --- |")
    package = ROOT / contract["containers"][0].replace(".", "/")
    for number, layer in enumerate(contract["layers"], start=1):
        rooms = layer.split(" | ")
        held = "<br>".join(_first_sentence(package / room / "__init__.py") for room in rooms)
        yield f"| {number} | {'<br>'.join(f'`{room}/`' for room in rooms)} | {held} |"


def _forbidden(contract: Mapping[str, Any]) -> Iterator[str]:
    yield f"None of {_listed(contract['source_modules'])} imports any of {_listed(contract['forbidden_modules'])}."


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _first_sentence(path: Path) -> str:
    return path.read_text("utf-8").split('"""')[1].split("\n\n")[0].replace("\n", " ").replace("``", "`")


def main() -> None:
    """Write all pages anew."""
    made = pages()
    shutil.rmtree(PLACE, ignore_errors=True)
    for name, text in made.items():
        path = PLACE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"docs/reference/ is written: {len(made)} pages")


if __name__ == "__main__":
    main()
