"""What others' environment variables may have a say in, and what is removed before anything is imported.

A run is to come out the same wherever it is held. The libraries below us read some eighty variables; those that would
change what is run, judged or written go, by the prefix of the library; what stays says where it stands and why.
"""

import os
from collections.abc import Iterable
from typing import Final

REMOVED: Final = (
    "AIOHTTP_",  # the HTTP client
    "ALLURE_",  # ALLURE_TESTPLAN_PATH leaves cases out
    "HYPOTHESIS_",
    "OPENAPI_SPEC_VALIDATOR_",
    "PACT_",  # brokers and loggers of pacts
    "PYDANTIC_",  # plugins
    "PYTEST_",  # options, plugins, colours, folders
    "PY_IGNORE_IMPORTMISMATCH",
    "SCHEMATHESIS_",  # hooks
    "FORWARDED_ALLOW_IPS",  # whom uvicorn believes to be a proxy
    "WEB_CONCURRENCY",
    "WERKZEUG_",
    "NETRC",  # passwords that a client would send along
    "SSLKEYLOGFILE",  # keys of connections
)
"""Names, and beginnings of names."""

KEPT: Final = {
    "how text looks": (
        "CI",
        "COLORFGBG",
        "COLORTERM",
        "COLUMNS",
        "FORCE_COLOR",
        "JUPYTER_COLUMNS",
        "JUPYTER_LINES",
        "LESS",
        "LINES",
        "NO_COLOR",
        "PAGER",
        "PYTHONIOENCODING",
        "PY_COLORS",
        "TERM",
        "TTY_COMPATIBLE",
        "TTY_INTERACTIVE",
        "UNICODE_VERSION",
        "DATABRICKS_RUNTIME_VERSION",
    ),
    "the user and the system": (
        "HOME",
        "HOMEDRIVE",
        "HOMEPATH",
        "PATH",
        "PATHEXT",
        "Path",
        "SHELL",
        "SYSTEMROOT",
        "USER",
        "USERNAME",
        "XDG_CONFIG_HOME",
    ),
    "whom TLS trusts": ("CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE"),
    "completion in a shell": ("COMP_CWORD", "COMP_WORDS", "_ARGCOMPLETE"),
    "how a library is built or debugged, not what it does": (
        "CFFI_TMPDIR",
        "FROZENLIST_NO_EXTENSIONS",
        "MULTIDICT_NO_EXTENSIONS",
        "PROPCACHE_NO_EXTENSIONS",
        "PYTHONASYNCIODEBUG",
        "YARL_NO_EXTENSIONS",
    ),
    "parts of libraries that are not used here, and examples in what is written about them": (
        "DJANGO_COLORS",
        "FOO",
        "GITHUB_TOKEN",
        "PYTHON_DOTENV_DISABLED",
        "TOX_ENV_DIR",
        "no_proxy",
    ),
}
"""What our libraries read and may go on reading, by the reason."""

QUIET: Final = {"ALLURE_NO_ANALYTICS": "true", "PACT_DO_NOT_TRACK": "true"}
"""Pact and Allure's generator report to their makers unless told otherwise."""


def is_removed(name: str) -> bool:
    """Whether a variable goes."""
    return name.upper().startswith(REMOVED)


def clean() -> None:
    """Remove them from this process, and so from those that it starts."""
    _remove(name for name in tuple(os.environ) if is_removed(name))
    os.environ |= QUIET


def _remove(names: Iterable[str]) -> None:
    for name in names:
        os.environ.pop(name, None)
