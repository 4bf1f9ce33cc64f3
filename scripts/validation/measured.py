# ruff: noqa: INP001 - stands beside the scripts that import it
"""What was measured in homes, and where; derived figures only, but for the house near Paris."""

import csv
import gzip
from pathlib import Path

import numpy as np
from spans import Floats

REPOSITORY = Path(__file__).resolve().parents[2]
HOUSE = REPOSITORY / "docs" / "examples" / "sceaux_2006-12-17_4_weeks.csv.gz"
HOUSE_DAYS, MINUTES_PER_DAY, W_PER_KW = 28, 1_440, 1_000

HTW_KWH, HTW_QUANTILES_W = 4_674.0, (326, 1_769, 3_585, 6_094)
HTW_HOURS_W = {3: 249, 19: 838}
COUPLE_KWH, COUPLE_QUANTILES_W = 2_972.0, (152, 1_603, 2_857, 4_694)
STEPS_W = (
    ("one French home (UCI, Sceaux)", (16, 510, 1_942, 2_862)),
    ("a couple (LoadProfileGenerator CHR01, a model)", (8, 88, 1_015, 2_490)),
    ("442 US homes", (7, 257, 2_802, 5_258)),
)


def house_w() -> Floats:
    """The minutes of the house near Paris, 28 days from 17 December 2006 on; four that lack are interpolated."""
    with gzip.open(HOUSE, "rt", encoding="utf-8", newline="") as file:
        cells = [row[1] for row in csv.reader(file)][1:]
    watts = np.array([float(cell) * W_PER_KW if cell else np.nan for cell in cells])
    lacking, at = np.isnan(watts), np.arange(len(watts))
    watts[lacking] = np.interp(at[lacking], at[~lacking], watts[~lacking])
    return watts
