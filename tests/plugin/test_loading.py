"""What the plugin costs a project that has no cases: next to nothing, and none of its options."""

import subprocess
import sys

import pytest

from mpp_conformance import plugin
from tests.conftest import QUICK

pytest_plugins = ["pytester"]


def test_nothing_is_loaded_without_a_case(pytester: pytest.Pytester) -> None:
    """A project without cases pays for no part of the suite but the plugin's first module."""
    pytester.makepyfile(
        "import sys\ndef test_plain():\n"
        "    own = {'mpp_conformance.judging.oracle', 'mpp_conformance.plugin.session'}\n"
        "    heavy = own | {'jinja2', 'pydantic', 'httpx'}\n"
        "    assert heavy & set(sys.modules) == set()\n"
    )
    plugins = ["-p", "no:schemathesis", "-p", "no:pact", "-p", "no:hypothesispytest"]
    command = [sys.executable, "-m", "pytest", "-q", *plugins]
    done = subprocess.run(command, cwd=pytester.path, capture_output=True, text=True, check=False)
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


OTHERS = ["lang", "run", "wallet", "mpp", "reports", "resume", "waivers", "no-preflight", "target"]


def test_other_projects_keep_their_options(pytester: pytest.Pytester) -> None:
    """The plugin is loaded in everybody's pytest: each option of it has a prefix that is its own."""
    pytester.makeconftest(
        f"def pytest_addoption(parser):\n    for name in {OTHERS}:\n"
        "        parser.addoption(f'--{name}', default='theirs', dest=f'their_{name}')\n"
    )
    pytester.makepyfile("def test_of_theirs(request):\n    assert request.config.getoption('--lang') == 'theirs'\n")
    pytester.runpytest_inprocess("-p", "mpp_conformance.plugin", *QUICK).assert_outcomes(passed=1)
    parser = pytest.Parser(_ispytest=True)
    plugin.pytest_addoption(parser)
    names = [name for option in parser.getgroup("mpp-conformance").options for name in option.names()]
    assert [name for name in names if not name.startswith("--mpp-")] == []
