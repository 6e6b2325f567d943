"""The one line for a shell that runs a case alone, once more, and comes to the same verdict."""

import shlex
from collections.abc import Mapping
from typing import Any, Final

_HTTP: Final = "http"
_WALLET: Final = "wallet.toml"

Row = Mapping[str, Any]


def command(target: str, case: Row) -> str:
    """For the case row of a verdict file, with the MPP that the file names.

    Where the wallet was reached over HTTP its file is called ``wallet.toml``: a report does not tell where it was.
    """
    reached = ["--wallet", _WALLET] if target.startswith(_HTTP) else ["--mpp", target]
    return shlex.join(["mpp-conformance", "run", *reached, "-k", f"{case['case']}[{case['scenario']}]"])
