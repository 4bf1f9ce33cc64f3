#!/usr/bin/env python3
"""Write what is expected of the golden scenarios: `.venv/bin/python scripts/scenarios.py`, after values changed.

It computes all of them (15 s), writes their figures to `src/pvsim/data/scenarios/expected.json` and tells what
has changed. Whoever changes values says so in CHANGELOG.md, and looks whether each scenario still shows its
situation: `./test tests/unit/wiring/test_scenarios.py`.
"""

import sys

import msgspec

from pvsim.adapters.scenario_files import EXPECTED, scenario_directory
from pvsim.core.scenarios.checking import compared
from pvsim.wiring.scenarios import SCENARIOS, computed_figures, read_scenario


def main() -> None:
    """Compute, tell, write."""
    found = {}
    for name in SCENARIOS:
        scenario = read_scenario(name)
        figures = computed_figures(scenario)
        changed = [each.text for each in compared(scenario.expected, figures) if not each.agrees]
        found[name] = dict(figures)
        sys.stdout.write(f"{name}: {len(figures)} figures\n" + "".join(f"  {text}\n" for text in changed))
        sys.stdout.flush()
    path = scenario_directory() / EXPECTED
    path.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")


if __name__ == "__main__":
    main()
