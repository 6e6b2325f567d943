"""The CI job of examples/ci against whole wallets over HTTP: what is the MPP's is judged, and ends in a report."""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from mpp_conformance.cli.exits import Exit
from mpp_conformance.wallet import create
from tests.serving import BIN, COMMAND, free_ports, served, settle_ports

_JOB: Final = Path(__file__).parents[2] / "examples/ci/ci.sh"
_THOROUGH: Final = pytest.mark.thorough


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("calls-verified-over-reserialised-body", Exit.FAILS),
        pytest.param("page-status-reported-in-words", Exit.NOT_PROVEN, marks=_THOROUGH),
        pytest.param("conforming", Exit.CONFORMS, marks=_THOROUGH),
        pytest.param("inquiries-not-served", Exit.CONFIGURATION, marks=_THOROUGH),
        pytest.param("every-call-answered-with-unknown", Exit.FAILS, marks=_THOROUGH),
        pytest.param("requests-unsigned", Exit.FAILS, marks=_THOROUGH),
        pytest.param("answers-to-alipay-plus-unsigned", Exit.FAILS, marks=_THOROUGH),
        pytest.param("before-the-upgrade", Exit.FAILS, marks=_THOROUGH),
        pytest.param("every-payment-declined", Exit.FAILS, marks=_THOROUGH),
        pytest.param("callback-for-order-code", Exit.FAILS, marks=_THOROUGH),
    ],
)
def test_a_job_ends_in_a_report_whatever_the_mpp_does(tmp_path: Path, name: str, code: Exit) -> None:
    """Neither the doctor nor the preflight stops it; its exit code is the verdict's.

    Where nothing is served at the address in the file nobody can tell a wrong file from the MPP's defect.
    """
    wallet = create(tmp_path / "wallet.toml").wallet
    settle_ports(wallet, *free_ports(2))
    text = wallet.read_text("utf-8").replace("app_link = false", "app_link = true")
    wallet.write_text(text.replace("patience = 10", "patience = 2"), "utf-8")
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    with served([COMMAND, "serve", "wallet", name, "--wallet", str(wallet), "--new-keys"], tmp_path):
        words = ["bash", str(_JOB), str(wallet)]
        ended = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False)
    assert code == ended.returncode, ended.stdout + ended.stderr
    if code == Exit.CONFIGURATION:
        assert b"wrong: [reach] inquiry_path" in ended.stdout
        return
    verdicts = json.loads((tmp_path / "build/conformance/verdicts.json").read_text("utf-8"))
    assert verdicts["complete"]
    assert (tmp_path / "build/conformance/report.html").exists()
