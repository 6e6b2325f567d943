"""What the plugin costs a project that has no cases."""

import subprocess
import sys

import pytest

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
