#!/usr/bin/env python3
"""Compares the building models with measured homes: scripts/validation/page.py [--as-before].

Computes all figures, some four minutes of CPU time, and writes the tables of docs/explanation/validation-load.md
and its two pictures; the same bytes from the same version. `--as-before` writes the figures that a later version
is compared with instead.
"""

import json
import sys
from pathlib import Path
from typing import Any

import measured
import pictures
import tables
from compute import EVENING_HOURS, STREET, everything

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.append(str(REPOSITORY / "scripts"))

from marks import fill  # noqa: E402 - it is beside the scripts of other pages

PAGE = REPOSITORY / "docs" / "explanation" / "validation-load.md"
IMAGES = REPOSITORY / "docs" / "images"
BEFORE = Path(__file__).with_name("before.json")  # of version 0.1
MARKS = "<!-- table: {}, written by [^ ]+ -->", "<!-- end of table -->"


def drawn(now: dict[str, Any], before: dict[str, Any]) -> dict[str, str]:
    """The pictures, by file name."""
    of_old, each, homes = before["one_energy"], now["each"], now["one_energy"]["homes"]

    shown = (
        ("self-sufficiency", "self_sufficiency", measured.SUFFICIENCY, "eight homes", 0.5, "{:.0%}"),
        ("weekly energy, CV", "weekly_cv", measured.WEEKLY_CV, "measured homes", 0.5, "{:.2f}"),
        ("use from 9 to 17 h", "daytime_share", measured.FOUR_DAYTIME, "four homes (SimBench)", 0.5, "{:.0%}"),
        ("1-min change, P50 in W", "steps_w_50", measured.STEP_P50_W, "measured homes", 15.0, "{:.0f}"),
    )
    rows = [
        pictures.Range(name, theirs, said, each[key], (of_old[key]["min"], of_old[key]["max"]), most, form)
        for name, key, theirs, said, most, form in shown
    ]
    street = now["december"]
    return {
        "street.svg": pictures.evening(street["mean_w"], street["single_w"], STREET, EVENING_HOURS),
        "homes.svg": pictures.ranges(rows, homes),
    }


def kept(now: dict[str, Any]) -> str:
    """What of the figures a later version is compared with, as JSON with a line for each part."""
    parts = {name: part for name, part in now.items() if name != "each"}
    parts["december"] = {"coincident_w": now["december"]["coincident_w"]}
    rounded = json.loads(json.dumps(parts), parse_float=lambda digits: float(f"{float(digits):.4g}"))
    return (
        "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in rounded.items()) + "\n}\n"
    )


def write(now: dict[str, Any]) -> None:
    """Write tables and pictures."""
    before = json.loads(BEFORE.read_text(encoding="utf-8"))
    fill(PAGE, tables.blocks(now, before), MARKS)
    for name, picture in drawn(now, before).items():
        (IMAGES / name).write_text(picture, encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Compute everything, and write the page or what later versions are compared with."""
    now = everything()
    if arguments == ["--as-before"]:
        BEFORE.write_text(kept(now), encoding="utf-8")
    else:
        write(now)


if __name__ == "__main__":
    main(sys.argv[1:])
