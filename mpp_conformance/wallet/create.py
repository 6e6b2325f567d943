"""A new ``wallet.toml`` to fill in, and beside it a pair of keys for the simulated Alipay+."""

import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from mpp_conformance.protocol import signature
from mpp_conformance.protocol.limits import DEFAULT_EDITION
from mpp_conformance.wallet.review import Problem, WalletFileError, printable

PRIVATE_KEY: Final = "alipay-plus-private-key.pem"
PUBLIC_KEY: Final = "alipay-plus-public-key.txt"
PLATFORMS: Final = {"android": "kt", "android-java": "java", "ios": "m", "node": "ts", "python": "py", "web": "ts"}
"""What there are doubles for (``doubles/``), with the suffix of their language."""
_FETCHING: Final = ("android", "android-java", "ios", "web")
"""Where nobody can call a test build."""
_FOR_THE_USER: Final = 0o600
_FOR_ALL: Final = 0o644


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """What was written: the file to fill in, the key to keep, and the key to give to the MPP server.

    ``starter``: the lines that the test build adds, where they were asked for.
    """

    wallet: Path
    private_key: Path
    public_key: Path
    starter: Path | None = None


def starter(platform: str) -> str:
    """The lines that a test build of one of ``PLATFORMS`` adds, with what to replace in them."""
    suffix = PLATFORMS[platform]
    # What is no module of this package must not look like one.
    name = f"starter_{platform.replace('-', '_')}.{'txt' if suffix == 'py' else suffix}"
    return resources.files("mpp_conformance.wallet").joinpath(name).read_text("utf-8")


def template(edition: str = DEFAULT_EDITION, platform: str = "") -> str:
    """The commented text of a new ``wallet.toml`` with this edition of the limits.

    A test build that nobody can call, on a telephone or in a browser, fetches its calls from a device address. With a
    double of the SDK it can open what stands for the error page of Alipay+.
    """
    text = resources.files("mpp_conformance.wallet").joinpath("wallet_template.toml").read_text("utf-8")
    text = text.replace(f'\nedition = "{DEFAULT_EDITION}"\n', f'\nedition = "{edition}"\n')
    if platform:
        text = text.replace("error_page = false", "error_page = true")
    return text.replace("device = false", "device = true") if platform in _FETCHING else text


def create(path: Path, edition: str = DEFAULT_EDITION, platform: str = "") -> Created:
    """Write a new wallet file at ``path`` and a key pair beside it; only the user can read the private key.

    ``edition``: which of the editions of the limits the file chooses. For one of ``PLATFORMS`` the lines that its test
    build adds stand beside it, too.

    WalletFileError, which names the file, if one of them is there already (nothing is written then), or cannot be
    written.
    """
    name = printable(path)
    key = signature.generate_private_key()
    texts = {
        path.with_name(PRIVATE_KEY): (signature.private_key_text(key), _FOR_THE_USER),
        path.with_name(PUBLIC_KEY): (signature.public_key_text(key.public_key()) + "\n", _FOR_ALL),
        path: (template(edition, platform), _FOR_ALL),
    }
    lines = path.with_name(f"test-build.{PLATFORMS[platform]}") if platform else None
    if lines is not None:
        texts = {lines: (starter(platform), _FOR_ALL), **texts}
    try:
        there = [file for file in texts if os.path.lexists(file)]
        if there:
            others = f", as do {' and '.join(file.name for file in there[:-1])}" if there[1:] else ""
            problem = Problem("", f"exists already{others}; nothing was written")
            raise WalletFileError(printable(there[-1]), [problem])
        for file, (text, mode) in texts.items():
            _write_new(file, text, mode)
    except OSError as error:
        raise WalletFileError(name, [Problem("", f"cannot be written ({error.strerror})")]) from None
    keys = {"private_key": path.with_name(PRIVATE_KEY), "public_key": path.with_name(PUBLIC_KEY)}
    return Created(wallet=path, starter=lines, **keys)


def _write_new(path: Path, text: str, mode: int) -> None:
    """Write a file that is not there yet, with its permissions from the first moment on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
