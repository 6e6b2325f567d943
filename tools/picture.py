"""Make docs/report.png: the first page of the report of a known faulty MPP, as Chromium shows it.

``make picture`` needs Chromium on PATH (Debian: ``chromium``).
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PICTURE: Final = ROOT / "docs" / "report.png"
MPP: Final = "status-before-action-type"
_SIZE: Final = "1200,1000"


def main() -> int:
    """Run the MPP, open its report, take the picture; 1 where there is no Chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("no Chromium on PATH (Debian: apt-get install chromium)", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as place:
        run = [sys.executable, "-m", "mpp_conformance.cli", "run", "--mpp", f"specimen:{MPP}", "--run", "picture"]
        subprocess.run([*run, "-q"], cwd=place, check=False, stdout=subprocess.DEVNULL)  # noqa: S603  # our own command
        page = Path(place, "reports/picture/report.html")
        shot = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={_SIZE}"]
        shot += ["--user-data-dir=" + place + "/profile", f"--screenshot={PICTURE}", page.as_uri()]
        subprocess.run(shot, check=True, timeout=120, stderr=subprocess.DEVNULL)  # noqa: S603  # our own page
    print(f"docs/report.png is written: {PICTURE.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
