"""The page about averaging: its first run is what pvsim gives."""

import pvsim


def test_the_briefs_meter_has_the_shares_of_the_page(pages):
    seen = pvsim.simulate(pvsim.Request()).summary.resolution
    shares = " | ".join(f"{100 * each.self_consumption:.1f} %" for each in seen)
    assert f"| self-consumption | {shares} |" in pages["docs/explanation/averaging.md"]
