"""The page about averaging: its script finds its place, and its first run is what pvsim gives."""

from pathlib import Path

import pvsim

REPOSITORY = Path(__file__).resolve().parents[2]


def test_the_page_has_one_place_for_what_the_script_writes(pages):
    script = (REPOSITORY / "scripts" / "validate_resolution.py").read_text("utf-8")
    for marker in ("<!-- table: scripts/validate_resolution.py -->", "<!-- end of table -->"):
        assert pages["docs/explanation/averaging.md"].count(marker) == 1
        assert marker in script


def test_the_briefs_meter_has_the_shares_of_the_page(pages):
    seen = pvsim.simulate(pvsim.Request()).summary.resolution
    shares = " | ".join(f"{100 * each.self_consumption:.1f} %" for each in seen)
    assert f"| self-consumption | {shares} |" in pages["docs/explanation/averaging.md"]
