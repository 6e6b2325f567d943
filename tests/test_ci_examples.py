"""The jobs of examples/ci/: they parse, what they call is there, and their annotations say what did not pass."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from mpp_conformance import canonical
from mpp_conformance.cli import cli
from mpp_conformance.report.exports import EXPORTS, annotations
from tests.reporting import HOSTILE, sample

CI = Path(__file__).parents[1] / "examples/ci"
OTHERS = ("pip install mpp-conformance", "./start-test-build.sh &")


def github() -> list[str]:
    """What the job of GitHub Actions runs, in its order."""
    job = yaml.safe_load((CI / "github-actions.yml").read_text("utf-8"))["jobs"]["conformance"]
    return [step["run"] for step in job["steps"] if "run" in step]


def gitlab() -> list[str]:
    """What GitLab's job runs."""
    job = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))["conformance"]
    return [*job["script"], *job["after_script"]]


def jenkins() -> list[str]:
    """What the pipeline's steps run."""
    return re.findall(r"\bsh '([^']*)'", (CI / "Jenkinsfile").read_text("utf-8"))


@pytest.mark.parametrize("job", [github, gitlab, jenkins])
def test_jobs_call_what_is_there(job: Any) -> None:  # noqa: ANN401  # one of three functions
    """Doctor, then run; every command of ours exists and knows the options that it is given."""
    ours = [shlex.split(line) for line in job() if line not in OTHERS]
    assert [words[1] for words in ours[:2]] == ["doctor", "run"]
    for words in ours:
        assert words[0] == "mpp-conformance"
        told = CliRunner().invoke(
            cli, [*[word for word in words[1:3] if not word.startswith(("-", "build"))], "--help"]
        )
        assert told.exit_code == 0, words
        assert [word for word in words if word.startswith("--") and word not in told.output] == []


def test_kept_files_are_those_that_are_written() -> None:
    """What GitLab and Jenkins are told to read is what the commands before it write."""
    reports = yaml.safe_load((CI / "gitlab-ci.yml").read_text("utf-8"))["conformance"]["artifacts"]["reports"]
    assert {Path(place).name for place in reports.values()} == {EXPORTS[name].file for name in ("gitlab", "junit")}
    assert "build/conformance/junit.xml" in (CI / "Jenkinsfile").read_text("utf-8")


def test_the_pipeline_is_whole() -> None:
    """Brackets of the Jenkinsfile close as they open."""
    text = re.sub(r"'[^']*'|//.*", "", (CI / "Jenkinsfile").read_text("utf-8"))
    assert [text.count(left) - text.count(right) for left, right in ("{}", "()", "[]")] == [0, 0, 0]


def test_annotations_name_what_did_not_pass() -> None:
    """One for each requirement: red for what counts, a notice for what is observed; then the result."""
    lines = list(annotations.github(sample()))
    heads = [line.partition("title=")[2].partition("::")[0] for line in lines]
    assert heads == ["R2 FAIL", "R3 FAIL", "mpp-conformance"]
    assert [line.split(" ", 1)[0] for line in lines] == ["::error", "::notice", "::error"]


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
