"""How many connections this process may have open at once: an operating system counts them as open files."""

from typing import Final

_ALWAYS: Final = 128
_EACH: Final = 16
"""Connections that a conversation needs at most: our calls, the wallet's, and those that it keeps open after them."""


class TooFewFilesError(OSError):
    """So many conversations cannot be held at once on this machine; says how many can."""


def make_room(conversations: int) -> None:
    """Let this process have as many open files as so many conversations need; TooFewFilesError where it may not."""
    try:
        import resource  # noqa: PLC0415  # not on every platform; those without it set no such bound
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = _ALWAYS + conversations * _EACH
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        most = max(0, (hard - _ALWAYS) // _EACH)
        raise TooFewFilesError(
            f"{conversations} conversations at once take {needed} open files, and this machine allows {hard} "
            f"(ulimit -Hn): at most {most} conversations"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
