"""A run's folder in the hands of somebody who changes it, and sets right all that can be set right without a key."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpp_conformance.common import canonical
from mpp_conformance.evidence import journal
from mpp_conformance.report.verdict_file import document

Change = Callable[[Any], object]


def rewritten(path: Path, change: Change) -> None:
    """A canonical document with a change, and nothing set right."""
    made = json.loads(path.read_bytes())
    change(made)
    path.unlink()
    path.write_bytes(canonical.dump(made))


def copied(run: Path, place: Path) -> Path:
    """What is judged again of a run, at another place; evidence is only linked, for it is never written into."""
    made = place / run.name
    for name in ("evidence", "disclosures"):
        for path in (run / name).glob("*.json"):
            (made / name).mkdir(parents=True, exist_ok=True)
            (made / name / path.name).hardlink_to(path)
    for name in (document.FILE, journal.FILE):
        (made / name).write_bytes((run / name).read_bytes())
    return made


def message(made: Any, name: str) -> Any:  # noqa: ANN401  # a document
    """The first message of this name in a conversation's evidence."""
    return next(event for event in made["events"] if event["type"] == name)


class Forger:
    """Changes what stands in a run's folder; ``saved`` sets names, digests, journal and verdict file right."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.verdicts: dict[str, Any] = json.loads((run / document.FILE).read_bytes())
        self.lines: list[dict[str, Any]] = [json.loads(line) for line in (run / journal.FILE).read_bytes().splitlines()]

    def rows(self, name: str = "") -> list[dict[str, Any]]:
        """The rows of the cases that were judged on an evidence file, or all of them."""
        found = [case for row in self.verdicts["requirements"] for case in row["cases"]]
        return [row for row in found if not name or row["evidence"] == name]

    def evidence(self, prefix: str, change: Change) -> str:
        """Change the evidence of a conversation; its name and digest become right everywhere."""
        (path,) = (self.run / "evidence").glob(f"{prefix}-????????.json")
        made = json.loads(path.read_bytes())
        change(made)
        data = canonical.dump(made)
        digest = hashlib.sha256(data).hexdigest()
        name = f"{path.name[:-13]}{digest[:8]}.json"
        for row in self.rows(path.name):
            row["evidence"], row["evidence_digest"] = name, digest
        for line in self.lines:
            if line.get("evidence") == path.name:
                line["evidence"], line["digest"] = name, digest
        for boundary in self.verdicts["boundaries"]:
            if boundary["evidence"] == path.name:
                boundary["evidence"] = name
        path.unlink()
        (self.run / "evidence" / name).write_bytes(data)
        hidden = self.run / "disclosures" / path.name
        if hidden.exists():
            hidden.rename(hidden.with_name(name))
        return name

    def verdict(self, name: str, case: str, word: str) -> None:
        """Give a case another verdict, in the journal too."""
        for row in self.rows(name):
            if row["case"] == case:
                row["verdict"] = word
        for line in self.lines:
            if (line["event"], line.get("evidence"), line.get("case")) == ("judged", name, case):
                line["verdict"] = word

    def saved(self) -> None:
        """Write all of it down, as a run would have written it."""
        named = [
            [requirement["id"], row["module"], row["case"], row["scenario"], row["verdict"]]
            for requirement in self.verdicts["requirements"]
            for row in requirement["cases"]
        ]
        self.verdicts["digest"] = hashlib.sha256(canonical.dump(sorted(named))).hexdigest()
        digests = self._chained()
        state = self.verdicts["attempts"]["journal"]
        state["head"] = digests[state["entries"] - 1]
        data = canonical.dump(self.verdicts)
        (self.run / document.FILE).write_bytes(data)
        for line in self.lines:
            if line["event"] == "finished":
                line["digest"], line["result"] = self.verdicts["digest"], self.verdicts["result"]
                line["verdicts"] = hashlib.sha256(data).hexdigest()
        self._chained()

    def _chained(self) -> list[str]:
        previous, digests, lines = journal.NOTHING, [], []
        for number, line in enumerate(self.lines, 1):
            line["previous"], line["number"] = previous, number
            data = canonical.dump(line)
            previous = hashlib.sha256(data).hexdigest()
            digests.append(previous)
            lines.append(data + b"\n")
        (self.run / journal.FILE).write_bytes(b"".join(lines))
        return digests
