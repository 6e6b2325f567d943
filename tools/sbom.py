"""Write an SBOM (CycloneDX, JSON) of what the package needs at run time, from the pins of requirements.lock.

``make wheel`` puts it beside the wheel. Equal locks give equal bytes.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[1]
NAME: Final = "mpp-conformance"
_PIN: Final = re.compile(r"^([a-z0-9.-]+)==[^\n]*(?:\n    [^\n]*)*", re.MULTILINE)


def needed(name: str, known: set[str] | None = None) -> set[str]:
    """The names of all packages that one needs on this platform, without extras; itself left out."""
    known = set() if known is None else known
    for below in _direct(name):
        if below not in known:
            known.add(below)
            needed(below, known)
    return known


def _direct(name: str) -> Iterator[str]:
    try:
        lines = requires(name) or []
    except PackageNotFoundError:  # for another platform
        return
    for line in lines:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield canonicalize_name(requirement.name)


def pins(names: set[str]) -> str:
    """The lines of the lock that pin these packages."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    return "\n".join(pin[0] for pin in _PIN.finditer(lock) if pin[1] in names) + "\n"


def main(target: str) -> int:
    """Write the SBOM to ``target``; the exit code of the generator."""
    # A lock says nothing of who needs whom, so that the generator warns that the package depends on nothing.
    quiet = ["-W", "ignore:The Component this BOM is describing:UserWarning"]
    command = [sys.executable, *quiet, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--sv", "1.6"]
    command += ["--pyproject", str(ROOT / "pyproject.toml"), "-o", target, "-"]
    return subprocess.run(command, input=pins(needed(NAME)), text=True, check=False).returncode  # noqa: S603  # ours


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
