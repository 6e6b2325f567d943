"""Where the directories that travel with the package are: suites, openapi and contracts.

An installed wheel carries them in ``mpp_conformance/_data``; in a checkout they stand beside the package.
"""

from pathlib import Path
from typing import Final

CARRIED: Final = "_data"
"""The directory of a wheel's package that holds them."""
NAMES: Final = ("suites", "openapi", "contracts")


def directory(name: str, *, package: Path = Path(__file__).parents[1]) -> Path:
    """The absolute path of the directory ``name``, one of ``NAMES``.

    ``package`` is the directory of the installed package. Raises ValueError for another name and FileNotFoundError
    where the installation is damaged.
    """
    if name not in NAMES:
        raise ValueError(f"no directory {name!r} travels with the package; there are {', '.join(NAMES)}")
    package = package.absolute()
    carried = package / CARRIED
    found = (carried if carried.is_dir() else package.parent) / name
    if not found.is_dir():
        raise FileNotFoundError(f"{found} is missing: this installation of mpp-conformance is damaged, install it anew")
    return found
