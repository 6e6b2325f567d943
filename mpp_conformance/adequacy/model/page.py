"""docs/state-model.md as the data gives it: a diagram and a table for each workflow, dimensions, and what cannot be."""

from collections.abc import Iterable, Iterator
from typing import Final

from mpp_conformance.adequacy.model.dimensions import DIMENSIONS, RULES, Values
from mpp_conformance.adequacy.model.table import WORKFLOWS, Transition, ends, of_workflow, states

FILE: Final = "docs/state-model.md"
"""Where the page stands in a checkout; ``make model`` writes it."""

_HEAD: Final = """\
# State model

The state model shows what happens between a scan and the end of a payment, for each kind of code. `make model` writes
this page from the table in `mpp_conformance/adequacy/model`; change the table, not this page.
`mpp-conformance coverage` counts how much of the model the cases cover.

The step numbers are those of the source document. The column *shown by* names the message that shows a transition. A
transition without such a message happens inside a party; the messages that follow show it. If the wallet does not
report its app link, the model assumes that what the server hands its client has arrived. The column *when* gives the
values for which a transition is taken, if there is a choice.
"""
_DIMENSIONS: Final = """\
## Dimensions

Payments differ in these dimensions. Coverage counts pairs of values of two dimensions; a dimension with one value has
no pairs.
"""
_RULES: Final = """\
## Pairs that no payment can show

Each value on the left excludes each on the right. Every other pair counts as possible.
"""
_READINGS: Final = {
    None: "",
    True: " (where an amount equal to a limit is allowed)",
    False: " (where an amount equal to a limit is not allowed)",
}


def page() -> str:
    """The whole document."""
    return "\n".join([_HEAD, *(_workflow(workflow) for workflow in WORKFLOWS), _dimensions(), _rules()])


def diagram(workflow: str) -> str:
    """A workflow as a Mermaid state diagram."""
    ids = {state: f"s{number}" for number, state in enumerate(states(workflow), 1)}
    lines = [f'    state "{state}" as {ids[state]}' for state in ids]
    lines.append(f"    [*] --> {ids[states(workflow)[0]]}")
    lines += [f"    {ids[row.source]} --> {ids[row.target]} : {_label(row)}" for row in of_workflow(workflow)]
    lines += [f"    {ids[state]} --> [*]" for state in ends(workflow)]
    return "\n".join(["stateDiagram-v2", *lines])


def _label(row: Transition) -> str:
    guard = ", ".join(" or ".join(values) for values in row.when.values())
    return f"{row.place} - {row.what}" + (f" [{guard}]" if guard else "")


def _workflow(workflow: str) -> str:
    rows = (
        (row.place, row.source, row.target, row.what, f"`{row.shown}`" if row.shown else "", _values(row.when))
        for row in of_workflow(workflow)
    )
    return "\n".join(
        [
            f"## {WORKFLOWS[workflow].capitalize()}",
            "",
            "```mermaid",
            diagram(workflow),
            "```",
            "",
            *_table(("place", "from", "to", "what happens", "shown by", "when"), rows),
            "",
        ]
    )


def _dimensions() -> str:
    rows = ((dimension, ", ".join(values)) for dimension, values in DIMENSIONS.items())
    return "\n".join([_DIMENSIONS, *_table(("dimension", "values"), rows), ""])


def _rules() -> str:
    rows = ((_values(rule.these), _values(rule.those), rule.reason + _READINGS[rule.inclusive]) for rule in RULES)
    return "\n".join([_RULES, *_table(("never", "with", "because"), rows), ""])


def _values(values: Values) -> str:
    return "; ".join(f"{dimension}: {' or '.join(some)}" for dimension, some in values.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (head, ("---",) * len(head), *rows):
        yield f"| {' | '.join(cells)} |"
