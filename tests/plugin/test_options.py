"""The plugin in other people's pytest: its options are its own."""

import pytest

from mpp_conformance import plugin

pytest_plugins = ["pytester"]

OTHERS = ["lang", "run", "wallet", "mpp", "reports", "resume", "waivers", "no-preflight", "target"]


def test_other_projects_keep_their_options(pytester: pytest.Pytester) -> None:
    """The plugin is loaded in everybody's pytest: each option of it has a prefix that is its own."""
    pytester.makeconftest(
        f"def pytest_addoption(parser):\n    for name in {OTHERS}:\n"
        "        parser.addoption(f'--{name}', default='theirs', dest=f'their_{name}')\n"
    )
    pytester.makepyfile("def test_of_theirs(request):\n    assert request.config.getoption('--lang') == 'theirs'\n")
    pytester.runpytest_inprocess("-p", "mpp_conformance.plugin").assert_outcomes(passed=1)
    parser = pytest.Parser(_ispytest=True)
    plugin.pytest_addoption(parser)
    names = [name for option in parser.getgroup("mpp-conformance").options for name in option.names()]
    assert [name for name in names if not name.startswith("--mpp-")] == []
