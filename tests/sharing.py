"""Which files of tests one worker of pytest-xdist has, for they share what is expensive, and in which order they come.

What is made once in a process (the kill matrix, a whole run over HTTP) would be made anew in every other worker. What
takes longest comes first: a long file that comes last is waited for by one worker alone.
"""

from typing import Final

from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # says nothing of its types

CABINET: Final = (
    "tests/cli/test_kept_matrix.py",
    "tests/trials/test_cabinet.py",
    "tests/trials/test_needed_cases.py",
    "tests/trials/test_causes.py",
    "tests/trials/test_mutes.py",
    "tests/trials/test_load.py",
    "tests/judging/test_attestation.py",
    "tests/report/test_language.py",
    "tests/project/test_documentation.py",
    "tests/project/test_figures.py",
    "tests/project/test_readme.py",
)
"""Whoever asks for the kill matrix of the suites."""
ONE_RUN: Final = (
    "tests/cli/test_schema_outputs.py",
    "tests/cli/test_schema.py",
    "tests/report/test_rejudge.py",
    "tests/report/test_rejudge_parts.py",
    "tests/report/test_leak_scan.py",
)
"""Whoever reads the runs that conftest.py has: one of the reference MPP, and one of a wallet that discloses nothing."""
LONG: Final = (
    "tests/transport/test_wallet_node.py",
    "tests/transport/test_wallet_android_mini.py",
    "tests/transport/test_wallet_web_mini.py",
    "tests/transport/test_http_mpp_server.py",
    "tests/transport/test_real_clients.py",
    "tests/transport/test_wallet_ios_mini.py",
    "tests/transport/test_scheduler_properties.py",
    "tests/transport/test_by_hand.py",
    "tests/transport/test_wallet_web_page.py",
    "tests/transport/test_api_fuzz.py",
    "tests/transport/test_dialects.py",
    "tests/transport/test_wallet_python_mini.py",
    "tests/cli/test_surroundings.py",
    "tests/cli/test_cli_run.py",
    "tests/cli/test_output.py",
    "tests/cli/test_pipeline.py",
    "tests/bundle/test_tampering.py",
    "tests/report/test_pdf.py",
    "tests/report/test_allure.py",
    "tests/project/test_wheel.py",
    "tests/trials/test_audit_fold.py",
    "tests/trials/test_later_payments.py",
)
"""Files that take long by themselves."""
ORDER: Final = (*CABINET, *ONE_RUN, *LONG)
"""The order in which files come; those that are not named come afterwards, as they stand in their folders."""

_GROUPS: Final = {file: group[0] for group in (CABINET, ONE_RUN) for file in group}
_RANK: Final = {file: number for number, file in enumerate(ORDER)}


class GroupScheduling(LoadFileScheduling):  # type: ignore[misc]  # likewise
    """Gives a worker a whole group of files, or a file that is in none."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _GROUPS.get(file, file)


def rank(nodeid: str) -> int:
    """Where a test's file stands in the order."""
    return _RANK.get(nodeid.partition("::")[0], len(ORDER))
