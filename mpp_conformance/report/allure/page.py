"""Allure's page without its calls to the outside: what reports to its makers is cut out, and the rest is forbidden."""

import re
from typing import Final

from mpp_conformance.report.allure.node import GeneratorError

POLICY: Final = (
    "default-src data: blob: 'unsafe-inline' 'unsafe-eval'; connect-src data: blob:; frame-src data: blob:; "
    "object-src 'none'; form-action 'none'"
)
"""Content-Security-Policy: the page may use what is in it, and nothing else."""
_TRACKERS: Final = (
    re.compile(r'<script async src="https://www\.googletagmanager\.com/[^"]*"></script>'),
    re.compile(r"<script>\s*window\.dataLayer = .*?</script>", re.DOTALL),
)
_OUTSIDE: Final = re.compile(
    r"""googletagmanager|google-analytics|<(?:script|link|img|iframe|object|embed)\b[^<>]*?(?:src|href)=["']?(?:https?:)?//""",
    re.IGNORECASE,
)


def scrub(text: str) -> str:
    """The page as it may be handed on; GeneratorError if something in it would still be loaded from elsewhere."""
    for tracker in _TRACKERS:
        text = tracker.sub("", text)
    left = _OUTSIDE.search(text)
    if left is not None:
        raise GeneratorError(f"Allure's page would load something from elsewhere: {left.group()[-80:]!a}")
    head, found, rest = text.partition("<head>")
    if not found:
        raise GeneratorError("Allure's page has no <head>")
    return f'{head}{found}<meta http-equiv="Content-Security-Policy" content="{POLICY}">{rest}'
