"""Moments of a verdict file as people read them, in every language."""


def moment(started: str) -> str:
    """A time of the verdict file, which is UTC in ISO 8601, as people read it."""
    return started.replace("T", " ").removesuffix("+00:00") + (" UTC" if started.endswith("+00:00") else "")
