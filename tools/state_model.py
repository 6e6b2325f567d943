"""Write docs/state-model.md from the model's data."""

from pathlib import Path

from mpp_conformance.adequacy.model import page

if __name__ == "__main__":
    written = Path(__file__).parents[1] / page.FILE
    written.write_text(page.page(), encoding="utf-8")
    print(f"{page.FILE} is written")
