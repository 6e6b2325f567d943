"""Folders for what is needed for a moment."""

import errno
import os
import tempfile
from pathlib import Path
from typing import Final

PREFIX: Final = "mpp-conformance-"


def scratch(*, beside: Path | None = None) -> tempfile.TemporaryDirectory[str]:
    """A folder for this user alone, gone when its context ends: where the system has such folders, else in ``beside``.

    OSError where there can be none; its words say what to do.
    """
    try:
        return _made(None)
    except OSError:
        if beside is None:
            raise _nowhere() from None
    try:
        beside.mkdir(parents=True, exist_ok=True)
        return _made(beside.absolute())
    except OSError:
        raise _nowhere() from None


def _made(place: Path | None) -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix=PREFIX, dir=place, ignore_cleanup_errors=True)


def _nowhere() -> OSError:
    words = "no folder for temporary files can be written; name one that can in the environment variable TMPDIR"
    return OSError(errno.EROFS, words if os.name == "posix" else words.replace("TMPDIR", "TEMP"))
