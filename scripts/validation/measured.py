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


# Eight measured homes under such a roof; 74 homes with their own energies, and 16 of a publication.
SUFFICIENCY, SUFFICIENCY_SD = (0.24, 0.42), 5.0  # points
WEEKLY_CV, STEP_P50_W = (0.14, 0.36), (1.0, 11.0)
STREET_SD = (6.5, 7.2)  # points of self-consumption
# SimBench 2016: the household profiles B, C, G and L. A heats with electricity, and H is the sum of many homes.
FOUR_SUFFICIENCY, FOUR_CONSUMPTION = (0.36, 0.42), (0.21, 0.25)
FOUR_WEEKLY_CV, FOUR_LOAD_FACTOR, FOUR_DAYTIME = (0.18, 0.31), (0.056, 0.117), (0.35, 0.41)
FOUR_EVENING, FOUR_CORRELATION = (18, 21), 0.16
FOUR_MONTHS = (1.33, 1.16, 1.14, 1.00, 0.98, 0.79, 0.77, 0.78, 0.94, 0.92, 1.01, 1.17)
FOUR_HOURS = {"summer_17_19": 0.89, "winter_05_06": 0.59, "winter_23_01": 0.99}
# H25, the standard load profile of BDEW (2025), with its dynamic factor, 2023.
H25_MONTHS = (1.19, 1.15, 1.03, 1.00, 0.90, 0.87, 0.88, 0.86, 0.89, 0.98, 1.07, 1.18)
H25_PEAKS = (18, 18, 19, 20, 19, 19, 19, 19, 19, 19, 18, 18)
H25_HOURS = {"summer_17_19": 1.12, "winter_05_06": 0.75, "winter_23_01": 0.94}
