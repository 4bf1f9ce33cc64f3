#!/usr/bin/env python3
"""Computes what the clouds are held to from a station's files: scripts/clouds_station.py DIRECTORY.

Into the part "lyngby" of tests/data/clouds.json. The directory has the files data/dtu_YEAR_MONTH.csv of
https://github.com/AssessingSolar/dtu_solar_station (DTU Lyngby, BSD 3-clause), which are not part of this
repository: 43 months of 2015 to 2018, when the logger stored one reading a minute, and 11 of 2024 and 2025, since
when it stores the mean of each minute.
"""

import csv
import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from clouds_minutes import MONTHS, REFERENCE, Day, Figures, daylight, figures, outside
from numpy.typing import NDArray

from pvsim.core.quantities import noise
from pvsim.core.quantities.timeline import DAY_S

Floats = NDArray[np.float64]

READINGS, MEANS = range(2015, 2019), range(2024, 2026)
COMPLETE = 0.98  # of a day's minutes
SHORTEST = 30  # minutes of a day
LARGEST = 2.2  # index; above it is a disturbance
FEWEST_DAYS = 25  # of a month that counts by itself
SPELL_DAYS, RESAMPLES = 10, 1_000


def days_of(file: Path) -> list[Day]:
    """The days of a month with nearly all their minutes."""
    with file.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    stamps = np.array([row["Time(utc)"].replace(" ", "T") for row in rows], dtype="datetime64[s]").astype(np.int64)
    light, diffuse = (np.array([float(row[name] or "nan") for row in rows]) for name in ("GHI", "DHI"))
    stamps, first = np.unique(stamps, return_index=True)
    lit = daylight(stamps + 30)
    stamps, light, diffuse = stamps[lit], light[first][lit], diffuse[first][lit]
    whole = stamps // DAY_S
    days = (_day(stamps[whole == day], light[whole == day], diffuse[whole == day]) for day in np.unique(whole))
    return [day for day in days if day]


def _day(stamps: NDArray[np.int64], light: Floats, diffuse: Floats) -> Day | None:
    clear = outside(stamps + 30)
    index = light / clear.level
    index = np.where((index > -0.05) & (index < LARGEST), index, np.nan)  # noqa: PLR2004 - of an unlit instrument
    if len(stamps) < SHORTEST or np.isfinite(index).mean() < COMPLETE:
        return None
    return Day(clear, index, diffuse / clear.level)


def of_years(directory: Path, years: Iterable[int]) -> list[list[Day]]:
    """The days of each month that is there."""
    files = [directory / f"dtu_{year}_{month:02d}.csv" for year in years for month in range(1, MONTHS + 1)]
    return [days for days in (days_of(file) for file in files if file.exists()) if days]


def by_month(months: list[list[Day]]) -> list[list[list[float]]]:
    """For each month of the year, of each year that has it: the year, its mean index, P99 of the change."""
    found: list[list[list[float]]] = [[] for _ in range(MONTHS)]
    for days in months:
        if len(days) < FEWEST_DAYS:
            continue
        own, clear = figures(days), days[0].clear
        values = np.round([own.mean_by_month[clear.month], own.change_p99_by_month[clear.month]], 3).tolist()
        found[clear.month].append([clear.year, *values])
    return found


def intervals_by_month(days: list[Day]) -> list[list[float]]:
    """P5 and P95 of each month's P99 of the change, were its spells of ten days other ones of the same kind.

    Spells are drawn anew from those that were measured, as many as there are (block bootstrap; Künsch 1989, doi
    10.1214/aos/1176347265): the weather of two days in a row is alike, that of two spells hardly.
    """
    found = []
    for month in range(MONTHS):
        spells: dict[int, list[Floats]] = {}
        for day in days:
            if day.clear.month == month:
                spells.setdefault(int(day.clear.t_utc[0] // (SPELL_DAYS * DAY_S)), []).append(np.abs(day.changes))
        moves = [np.concatenate(spell) for spell in spells.values()]
        chance = noise.uniform(noise.key(1, "spells", str(month)), 0, RESAMPLES * len(moves))
        drawn = (chance * len(moves)).astype(int).reshape(RESAMPLES, len(moves))
        values = [np.nanquantile(np.concatenate([moves[i] for i in own]), 0.99) for own in drawn]
        found.append(np.round(np.quantile(values, [0.05, 0.95]), 3).tolist())
    return found


def rounded(of: Figures) -> dict[str, object]:
    """As they are stored: three digits; null where there are no days."""
    stored = {name: np.round(value, 3).tolist() for name, value in of._asdict().items()}
    return json.loads(json.dumps(stored).replace("NaN", "null"))


def laid_out(value: object, depth: int = 0) -> str:
    """JSON with a line for each name."""
    if not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    inner = "  " * (depth + 1)
    lines = [f"{inner}{json.dumps(name)}: {laid_out(own, depth + 1)}" for name, own in value.items()]
    return "{\n" + ",\n".join(lines) + "\n" + "  " * depth + "}"


def main(directory: Path) -> None:
    """Write the part."""
    readings, means = (of_years(directory, years) for years in (READINGS, MEANS))
    if not readings or not means:
        sys.exit(f"{directory} has no files like dtu_2017_06.csv and dtu_2024_06.csv")
    whole = json.loads(REFERENCE.read_text("utf-8"))
    known = whole["lyngby"]
    pooled = [day for days in readings for day in days]
    known |= rounded(figures(pooled)) | {"days": len(pooled)}
    known |= {"years_by_month": by_month(readings), "change_p99_interval_by_month": intervals_by_month(pooled)}
    averaged = [day for days in means for day in days]
    known["minute_means"] = rounded(figures(averaged)) | {"days": len(averaged)}
    REFERENCE.write_text(laid_out(whole) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
