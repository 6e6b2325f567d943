"""What the templates of codes would hide from a run. Pure: nothing of the wallet is tried out."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from mpp_conformance.scenarios.code_templates import better_template, hidden
from mpp_conformance.scenarios.transformations import CODES, Transformation
from mpp_conformance.trials.doctor.findings import ORDER_CODES, Finding
from mpp_conformance.wallet import Wallet

_CUT: Final = "cut-after-"


def hidden_changes(wallet: Wallet) -> Finding:
    """Which changes of a code value on its way no code of this wallet shows, and a template that shows more of them.

    Codes of entry code payments reach the MPP server as order codes: there is one template to look at.
    """
    template = wallet.codes.order
    unseen = hidden(template)
    if not unseen:
        return Finding(
            ORDER_CODES,
            ok=True,
            text="each alteration that programs are known to make to a code value changes these codes",
        )
    text = (
        f"{len(unseen)} of {len(CODES)} alterations that programs are known to make to a code value do not change "
        f"these codes, so that a run cannot see them: {', '.join(_named(unseen))}"
    )
    better = better_template(template)
    if better:
        text += (
            ". If your wallet takes such codes for order codes, write a template that shows all but "
            f"{len(hidden(better))} of them: order = {json.dumps(better)}"
        )
    return Finding(ORDER_CODES, ok=True, text=text)


def _named(unseen: Iterable[Transformation]) -> Iterator[str]:
    """Names, those of cuts in one: whatever is cut off further behind is not seen either."""
    cuts = False
    for made in unseen:
        if not made.name.startswith(_CUT):
            yield made.name
        elif not cuts:
            cuts = True
            yield f"{made.name} or more"
