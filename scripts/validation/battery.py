#!/usr/bin/env python3
"""What a battery's delay, ramp and losses cost: scripts/validation/battery.py [PICTURE.svg].

Simulates eight homes second by second, on eleven days of a year, with the same loads and roofs behind batteries
that differ in one thing, and prints the tables of docs/explanation/battery.md. With a name it draws the picture of
that page instead. The same figures from the same version.
"""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import pvsim
from pvsim.core.devices.battery import BatteryModel
from pvsim.core.devices.dynamics import Response
from pvsim.core.quantities.types import DW_PER_KW, DW_PER_W

Ints = NDArray[np.int64]

SEEDS, EVERY_DAYS, FIRST, LAST = range(1, 9), 36, date(2023, 1, 1), date(2023, 12, 31)
DWS_PER_KWH = 36_000_000
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""Loads of the points."""
SHOWN = (0.02, 0.05, 0.075, 0.15, 0.4, 0.75, 1.0)
"""Loads of the table, between them too."""
PROCESSES = 2

WIDTH, HEIGHT, LEFT, RIGHT, TOP, PX_PER_KW = 960, 460, 72, 24, 96, 66
STYLE = """
  text { font: 14px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1F2933 }
  .title { font-size: 20px; font-weight: 600 }
  .tick { font-size: 12px; fill: #52606D; font-variant-numeric: tabular-nums }
  .ground { fill: #FFFFFF }
  .grid { stroke: #E4E7EB; stroke-width: 1 } .zero { stroke: #52606D; stroke-width: 1.25 }
  .building { fill: none; stroke: #1F2933; stroke-width: 1.75; stroke-dasharray: 5 2.5 }
  .given { fill: none; stroke: #1E7B4A; stroke-width: 2.5 }
  .grid-power { fill: none; stroke: #0A6FB8; stroke-width: 1.75 }
  @media (prefers-color-scheme: dark) {
    text { fill: #F2F4F7 } .tick { fill: #9AA5B1 } .ground { fill: #111827 }
    .grid { stroke: #2A3442 } .zero { stroke: #9AA5B1 }
    .building { stroke: #F2F4F7 } .given { stroke: #5CC48D } .grid-power { stroke: #6EB8F6 }
  }
"""

SITE = pvsim.Site(
    name="typical home",
    location=pvsim.Location(latitude_deg=48.14, longitude_deg=11.58, altitude_m=520, tz="Europe/Berlin"),
    plants=(pvsim.Plant(tilt_deg=35, azimuth_deg=180, peak_kw=6),),
    weather=pvsim.CloudyWeather(),
    load=pvsim.HouseholdLoad(annual_kwh=4000),
)
IDEAL = BatteryModel(6.0, 4.0, 4.0, 0.96, 0.96, standby_w=10.0, response=Response())

DELAYS = {
    **{f"`response_s = {s}`": Response(s / 2, s / 2) for s in (1, 3, 5)},
    "dead time alone, 3 s": Response(3, 0),
    "time constant alone, 3 s": Response(0, 3),
    "ramp 0.5 kW/s": Response(0, 0, 0.5),
    "ramp 0.2 kW/s": Response(0, 0, 0.2),
    "measured A: dead time 1.6 s, time constant 0.6 s": Response(1.6, 0.6),
    "measured B: dead time 0.6 s, time constant 0.6 s": Response(0.6, 0.6),
    "measured C: dead time 1.6 s, time constant 4.1 s": Response(1.6, 4.1),
}

# Loss polynomials in W of the power over the rated power, S2 of bslib_database.csv (PerModPAR): a, b, c
RATED_W = {"charge": 3572.0, "discharge": 3507.0}
LOSS_W = {"charge": (107.9, 34.85, 35.85), "discharge": (151.06, 22.76, 37.42)}
CELL_EFFICIENCY = 0.9687  # of the cells alone, both ways together


def measured_efficiency(way: str, share: float) -> float:
    """Efficiency of the measured converter at a share of its rated power, half of the cells' loss included."""
    a, b, c = LOSS_W[way]
    ac_w, loss_w = share * RATED_W[way], a * share * share + b * share + c
    converter = 1 - loss_w / ac_w if way == "charge" else ac_w / (ac_w + loss_w)
    return float(converter * np.sqrt(CELL_EFFICIENCY))


def curve(way: str) -> tuple[tuple[float, ...], ...]:
    """The measured converter as points of `charge_efficiency` or `discharge_efficiency`."""
    return tuple((share, round(measured_efficiency(way, share), 3)) for share in SHARES)


def without_no_load(way: str) -> tuple[tuple[float, ...], ...]:
    """The same where what does not depend on the power is `no_load_w`."""
    a, b, _ = LOSS_W[way]
    points = []
    for share in SHARES:
        ac_w, loss_w = share * RATED_W[way], a * share * share + b * share
        converter = 1 - loss_w / ac_w if way == "charge" else ac_w / (ac_w + loss_w)
        points.append((share, round(float(converter * np.sqrt(CELL_EFFICIENCY)), 4)))
    return tuple(points)


MEASURED = replace(IDEAL, charge_kw=3.572, discharge_kw=3.507, standby_w=15.0)
LOSSES = {
    "96 % each way": replace(MEASURED, charge_efficiency=0.96, discharge_efficiency=0.96),
    "its efficiencies at full power": replace(
        MEASURED,
        charge_efficiency=round(measured_efficiency("charge", 1.0), 3),
        discharge_efficiency=round(measured_efficiency("discharge", 1.0), 3),
    ),
    "points by load": replace(
        MEASURED, charge_efficiency=curve("charge"), discharge_efficiency=curve("discharge")
    ),
    "points without no-load loss, `no_load_w = 36.6`": replace(
        MEASURED,
        charge_efficiency=without_no_load("charge"),
        discharge_efficiency=without_no_load("discharge"),
        no_load_w=36.6,
    ),
}
BATTERIES = {
    "ideal": IDEAL,
    **{name: replace(IDEAL, response=response) for name, response in DELAYS.items()},
    **LOSSES,
}


@dataclass(frozen=True)
class Year:
    """What one battery does in one home: energies in kWh, of the days that are simulated."""

    load: float
    imported: float
    exported: float
    charged: float
    discharged: float
    stored: float
    from_grid: float
    to_grid: float
    seconds: float

    @property
    def sufficiency(self) -> float:
        """Share of the load that is not imported."""
        return 1 - self.imported / self.load

    @property
    def lost(self) -> float:
        """Lost in the battery, as a share of what it was charged with."""
        return (self.charged - self.discharged - self.stored) / self.charged


def nets(seed: int) -> list[tuple[Ints, Ints]]:
    """Load and net power of each simulated day of a home."""
    found = []
    day = FIRST
    while day <= LAST:
        config = pvsim.configure(pvsim.Request(site=SITE, seed=seed, date=day.isoformat()))
        built = pvsim.build(config)
        start, seconds = built.plan.timeline.start_utc, built.plan.timeline.seconds
        load = built.loads[0].power_dw(start, seconds)
        found.append((load, load - built.pv.power_dw(start, seconds)))
        day += timedelta(days=EVERY_DAYS)
    return found


def year_of(battery: BatteryModel, days: Sequence[tuple[Ints, Ints]]) -> Year:
    """A battery behind a home, its state carried from one simulated day to the next."""
    start = battery.stored_at(0.5)
    state = battery.at_rest(start)
    sums = np.zeros(7)
    began = time.process_time()
    for load, net in days:
        dispatch = battery.follow(-net, state)
        state, power = dispatch.end, dispatch.power_dw
        grid = net + power
        parts = (
            load, np.maximum(grid, 0), np.maximum(-grid, 0), np.maximum(power, 0), np.maximum(-power, 0),
            np.minimum(np.maximum(power, 0), np.maximum(grid, 0)),
            np.minimum(np.maximum(-power, 0), np.maximum(-grid, 0)),
        )  # fmt: skip
        sums += [part.sum() for part in parts]
    took = (time.process_time() - began) / len(days)
    load_kwh, *others, from_grid, to_grid = (sums / DWS_PER_KWH).tolist()
    stored = float(battery.kwh(np.array([state[0] - start]))[0])
    return Year(load_kwh, *others, stored, from_grid, to_grid, took)


def home(seed: int) -> dict[str, Year]:
    """All batteries behind one home."""
    days = nets(seed)
    return {name: year_of(battery, days) for name, battery in BATTERIES.items()}


def main() -> None:
    """Print the tables."""
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        homes = list(pool.map(home, SEEDS))
    ideal = np.array([each["ideal"].sufficiency for each in homes]) * 100
    loads = np.array([each["ideal"].load for each in homes]) * EVERY_DAYS
    _write(f"{len(homes)} homes, load {loads.mean():.0f} kWh a year; ideal control: {_spread(ideal)} % sufficient")
    _write("\n| battery | points | from the grid, kWh a year | into the grid, kWh a year | CPU of a day, ms |")
    _write("|---|---|---|---|---|")
    for name in ("ideal", *DELAYS):
        years = [each[name] for each in homes]
        lost = ideal - np.array([year.sufficiency for year in years]) * 100
        grid = (
            np.array([getattr(year, part) for year in years]) * EVERY_DAYS for part in ("from_grid", "to_grid")
        )
        cost = np.median([year.seconds for year in years]) * 1000
        _write(f"| {name} | {_spread(lost)} | {' | '.join(f'{each.mean():.0f}' for each in grid)} | {cost:.0f} |")
    _write("\n" + "\n".join(part_load()))
    _write("\n| efficiency | lost of what is charged | self-sufficiency |")
    _write("|---|---|---|")
    for name in LOSSES:
        years = [each[name] for each in homes]
        lost_share = np.array([year.lost for year in years]) * 100
        _write(
            f"| {name} | {_spread(lost_share)} % | {_spread(np.array([y.sufficiency for y in years]) * 100)} % |"
        )


def part_load() -> list[str]:
    """Our efficiencies beside the published ones, by the load of the converter, as a table."""
    rows = ["| load of the converter | " + " | ".join(f"{100 * share:g} %" for share in SHOWN) + " |"]
    rows.append("|---|" + "---|" * len(SHOWN))
    for way, rated in RATED_W.items():
        published = [measured_efficiency(way, share) for share in SHOWN]
        rows.append(f"| {way}, published | " + " | ".join(f"{each:.1%}" for each in published) + " |")
        for name in list(LOSSES)[2:]:
            ours = (_ours(name, way, share * rated) for share in SHOWN)
            rows.append(f"| {way}, {name} | " + " | ".join(f"{each:.1%}" for each in ours) + " |")
    return rows


def _ours(name: str, way: str, ac_w: float) -> float:
    """Our efficiency at a power, no-load loss included."""
    battery = LOSSES[name]
    dw = round(ac_w * DW_PER_W)
    change = battery.conversion.change(dw if way == "charge" else -dw) - battery.no_load_step
    ac = dw * battery.units_per_dj
    return change / ac if way == "charge" else -ac / change


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _spread(values: NDArray[np.float64]) -> str:
    return f"{values.mean():.2f} ± {values.std(ddof=1):.2f}"


def kettle() -> tuple[Ints, Ints]:
    """A minute with a kettle of 2 kW beside 200 W, and what a late battery gives."""
    load = np.full(60, 2_000)
    load[10:40] += 20_000
    battery = replace(IDEAL, response=Response(1.5, 1.5))
    before = battery.follow(-np.full(60, 2_000), battery.at_rest(battery.stored_at(0.5)))
    return load, -battery.follow(-load, before.end).power_dw


def picture(path: Path) -> None:
    """A kettle's minute: what the building uses, what the battery gives, what is left to the grid."""
    load, given = kettle()
    lines = (
        ("building", load, "building: 0.2 kW, and a kettle of 2 kW"),
        ("given", given, "discharge of the battery, response_s = 3"),
        ("grid-power", load - given, "grid: export below 0"),
    )
    parts = []
    for kw in (-2, -1, 0, 1, 2):
        y = _y(kw)
        parts.append(f'<path class="{"grid" if kw else "zero"}" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 10}" y="{y + 4:.1f}" text-anchor="end">{kw} kW</text>')
    for second in range(0, 61, 10):
        at = f'x="{_x(second):.1f}" y="{HEIGHT - 20}" text-anchor="middle"'
        parts.append(f'<text class="tick" {at}>{second} s</text>')
    for number, (kind, power, said) in enumerate(lines):
        ys = [_y(dw / DW_PER_KW) for dw in power.tolist()]
        steps = "".join(f"V{y:.1f}H{_x(second):.1f}" for second, y in enumerate(ys, start=1))
        parts.append(f'<path class="{kind}" d="M{LEFT} {ys[0]:.1f}{steps}"/>')
        x = LEFT + 318 * number
        parts.append(f'<path class="{kind}" d="M{x} 67h26"/><text x="{x + 34}" y="72">{said}</text>')
    text = (
        "In a minute a kettle of 2 kW runs for 30 s. The battery's discharge rises and falls some 3 s later than"
        " what the building uses: the grid gives 2 kW at first, and is given 2 kW after the kettle is off."
    )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}"'
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title said">',
        '<title id="title">A kettle\'s minute</title>',
        f'<desc id="said">{text}</desc>',
        f"<style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
        f'<text class="title" x="{LEFT}" y="40">A kettle\'s minute</text>',
    ]
    path.write_text("\n".join([*head, *parts, "</svg>", ""]), "utf-8")


def _x(second: float) -> float:
    return LEFT + second / 60 * (WIDTH - LEFT - RIGHT)


def _y(kw: float) -> float:
    return TOP + (2.4 - kw) * PX_PER_KW


if __name__ == "__main__":
    if len(sys.argv) > 1:
        picture(Path(sys.argv[1]))
    else:
        main()
