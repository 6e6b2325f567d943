"""The jobs of examples/ci/ call what is there and end as the gate does; annotations say what did not pass."""

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from mpp_conformance.cli import cli
from mpp_conformance.common import canonical
from mpp_conformance.report.exports import EXPORTS, annotations
from tests.reporting import HOSTILE, sample

CI = Path(__file__).parents[2] / "examples/ci"
STUBS = {
    "pip": "exit 0",
    "python": "mkdir -p .venv/bin; : > .venv/bin/activate",
    "mpp-conformance": """case $1 in
      run) [ ! -e build/conformance ] || exit 2; mkdir -p build/conformance; : > build/conformance/verdicts.json;;
    esac
    case $1 in doctor) exit $DOCTOR;; run) exit $RUN;; gate) exit $GATE;; *) exit 0;; esac""",
}
"""What stands in for the programs that a job calls: ``run`` refuses a folder that is there, as the command does."""


def github() -> list[str]:
    """What the job of GitHub Actions runs, in its order."""
    job = yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))["jobs"]["conformance"]
    return [step["run"] for step in job["steps"] if "run" in step]


def gitlab() -> list[str]:
    """What GitLab's job runs."""
    job = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))["conformance"]
    return [*job["script"], *job["after_script"]]


def jenkins() -> list[str]:
    """What the pipeline's step runs."""
    (script,) = re.findall(r"\bsh '''(.*?)'''", (CI / "Jenkinsfile").read_text("utf-8"), re.DOTALL)
    return [line.strip() for line in script.strip().splitlines()]


def job() -> list[str]:
    """What ci.sh runs."""
    return (CI / "ci.sh").read_text("utf-8").splitlines()


JOBS = (github, gitlab, jenkins)


def built(place: Path, lines: list[str], **codes: int) -> tuple[int, list[str]]:
    """The exit code of a build in ``place`` with these exit codes of our commands, and what it called of ours."""
    place.mkdir(exist_ok=True)
    for name, text in {**STUBS, "start-test-build.sh": "exit 0"}.items():
        stub = place / name
        stub.write_text(f'#!/bin/sh\necho "$@" >> "$0.log"\n{text}\n', "ascii")
        stub.chmod(0o755)
    shutil.copy(CI / "ci.sh", place)
    log = place / "mpp-conformance.log"
    log.unlink(missing_ok=True)
    environment = {"PATH": f"{place}:/usr/bin:/bin", "MPP_CONFORMANCE_WHEEL": "suite.whl"}
    environment |= {name: str({"DOCTOR": 0, "RUN": 0, "GATE": 0, **codes}[name]) for name in ("DOCTOR", "RUN", "GATE")}
    words = ["bash", "-e", "-c", "\n".join(lines)]
    ended = subprocess.run(words, env=environment, cwd=place, check=False, capture_output=True, timeout=60)
    return ended.returncode, log.read_text("ascii").splitlines() if log.exists() else []


def test_commands_of_the_jobs_are_there() -> None:
    """Every command of ours exists and knows the options that it is given; none is called otherwise than by name."""
    calls = [line.partition("mpp-conformance ")[2] for one in (*JOBS, job) for line in one() if line[:1] != "#"]
    ours = [shlex.split(call.partition(" ||")[0]) for call in calls if call]
    assert [words[0] for words in ours] == ["report", "report", "doctor", "run", "gate"]
    for words in ours:
        told = CliRunner().invoke(cli, [*words[: 2 if words[0] == "report" else 1], "--help"])
        assert told.exit_code == 0, words
        assert [word for word in words if word.startswith("--") and word not in told.output] == []


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ({}, 0),
        ({"DOCTOR": 3}, 3),
        ({"RUN": 1, "GATE": 1}, 1),
        ({"RUN": 5, "GATE": 1}, 5),
        ({"RUN": 5, "GATE": 2}, 5),
        ({"RUN": 1, "GATE": 0}, 0),
        ({"RUN": 0, "GATE": 1}, 1),
        ({"RUN": 3}, 3),
        ({"RUN": 4}, 4),
    ],
)
def test_exit_code_of_the_ci_job(tmp_path: Path, codes: dict[str, int], expected: int) -> None:
    """The job asks the gate where there is something to waive, and is green only if the gate is open."""
    code, called = built(tmp_path, ["bash ci.sh at/wallet.toml"], **codes)
    wanted = [
        "doctor --wallet at/wallet.toml --wait 60",
        "run --wallet at/wallet.toml --reports build --run conformance",
        "gate build/conformance --waivers at/waivers.toml",
    ]
    reached = 1 if codes.get("DOCTOR") else 3 if codes.get("RUN", 0) in {0, 1, 5} else 2
    assert (code, called) == (expected, wanted[:reached])


@pytest.mark.parametrize("lines", JOBS)
def test_a_job_builds_twice_in_one_workspace(tmp_path: Path, lines: Callable[[], list[str]]) -> None:
    """What an earlier build has left is in nobody's way."""
    first, second = (built(tmp_path, lines()) for _ in range(2))
    assert (first[0], first[1][:3]) == (0, built(tmp_path, ["bash ci.sh wallet.toml"])[1])
    assert second == first


@pytest.mark.parametrize("lines", JOBS)
def test_a_job_is_as_red_as_its_gate(tmp_path: Path, lines: Callable[[], list[str]]) -> None:
    """A failure that nobody waives ends the build, at the line that calls ci.sh."""
    script = lines()
    until = script[: script.index("bash ci.sh wallet.toml") + 1]
    assert [built(tmp_path, until, RUN=1, GATE=gate)[0] for gate in (0, 1)] == [0, 1]


@pytest.mark.parametrize("lines", [github, gitlab])
def test_a_job_says_nothing_of_a_run_that_never_was(tmp_path: Path, lines: Callable[[], list[str]]) -> None:
    """What comes after a doctor that has refused wallet.toml looks whether anything was judged."""
    *_, last = lines()
    steps = yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))["jobs"]["conformance"]["steps"]
    guards = [step["if"] for step in steps if step.get("run") == last]
    assert guards in ([], ["always() && hashFiles('build/conformance/verdicts.json') != ''"])
    assert guards or built(tmp_path, [last]) == (0, [])


def test_kept_files_are_those_that_are_written() -> None:
    """What GitLab and Jenkins are told to read is what the commands before it write."""
    reports = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))["conformance"]["artifacts"]["reports"]
    assert {Path(place).name for place in reports.values()} == {EXPORTS[name].file for name in ("gitlab", "junit")}
    assert "build/conformance/junit.xml" in (CI / "Jenkinsfile").read_text("utf-8")


def test_what_opens_hidden_evidence_is_not_kept() -> None:
    """The artefacts of every example leave the folder disclosures/ out: whoever may see the build may read them."""
    steps = yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))["jobs"]["conformance"]["steps"]
    paths = next(step["with"]["path"].split() for step in steps if "upload-artifact" in step.get("uses", ""))
    artefacts = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))["conformance"]["artifacts"]
    assert "!build/conformance/disclosures" in paths
    assert artefacts["exclude"] == ["build/conformance/disclosures/**/*"]
    assert "excludes: 'build/conformance/disclosures/**'" in (CI / "Jenkinsfile").read_text("utf-8")


def test_the_pipeline_is_whole() -> None:
    """Brackets of the Jenkinsfile close as they open."""
    text = re.sub(r"'''(?s:.*?)'''|'[^']*'|//.*", "", (CI / "Jenkinsfile").read_text("utf-8"))
    assert [text.count(left) - text.count(right) for left, right in ("{}", "()", "[]")] == [0, 0, 0]


def test_annotations_name_what_did_not_pass() -> None:
    """The result first, then one for each requirement: red for what counts, a notice for what is observed."""
    lines = list(annotations.github(sample()))
    heads = [line.partition("title=")[2].partition("::")[0] for line in lines]
    assert heads == ["mpp-conformance", "R2 FAIL", "R3 FAIL"]
    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::error", "::notice"]


def test_annotations_carry_no_command_of_the_wallets() -> None:
    """Text from outside stays within its line and its place."""
    verdicts = sample()
    verdicts["requirements"][1]["cases"][0]["scenario"] = "x\n::add-mask::y%0A"
    lines = list(annotations.github(verdicts))
    assert len([line for text in lines for line in text.splitlines()]) == len(lines)
    assert [line for line in lines if line.startswith("::add-mask") or "%0A" in line.replace("%250A", "")] == []
    assert HOSTILE not in "".join(lines)


def test_gitlab_is_told_the_same() -> None:
    """The code quality report has the fields that GitLab asks for, each fingerprint once."""
    rows = json.loads(annotations.gitlab(sample()))
    assert [(row["check_name"], row["severity"]) for row in rows] == [("R2", "blocker"), ("R3", "info")]
    assert len({row["fingerprint"] for row in rows}) == len(rows)
    assert [row["location"] for row in rows] == [{"path": "suites/test_m.py", "lines": {"begin": 1}}] * 2


def test_annotate_prints_them(tmp_path: Path) -> None:
    """The command prints what GitHub reads, and says where there is no run."""
    (tmp_path / "verdicts.json").write_bytes(canonical.dump(sample()))
    told = CliRunner().invoke(cli, ["report", "annotate", str(tmp_path)])
    assert (told.exit_code, told.output.splitlines()) == (0, list(annotations.github(sample())))
    (tmp_path / "verdicts.json").unlink()
    assert CliRunner().invoke(cli, ["report", "annotate", str(tmp_path)]).exit_code == 3
