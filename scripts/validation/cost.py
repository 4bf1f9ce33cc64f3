#!/usr/bin/env python3
"""What a simulated day costs by itself, in ms of CPU time: scripts/validation/cost.py prints it as JSON.

For pairs of versions in turn: PYTHONPATH=OTHER/src scripts/validation/cost.py. Models only: no broker, no files.
"""

import json
import sys
from collections.abc import Callable
from time import process_time

import numpy as np
from homes import alike
from spans import Ints

import pvsim
from pvsim.config import SitePvConfig
from pvsim.core.devices.balance import Balance
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.weather.cloud_cover import PORTION_S, clouds_over

JANUARY_1 = 1_672_527_600  # 2023, 00:00 in Munich
LOAD_DAYS, HOMES, HOME_DAYS, SKY_DAYS, BATTERY_DAYS, TRIES = 70, 60, 7, range(0, 350, 18), 10, 3


class Given:
    """Powers that are known: what is left of a run is its devices and sums."""

    def __init__(self, first_utc: int, power_dw: Ints) -> None:
        self._first_utc, self._power_dw = first_utc, power_dw

    def power_dw(self, first_utc: int, n: int) -> Ints:
        """See `PowerSource.power_dw`."""
        start = first_utc - self._first_utc
        return self._power_dw[start : start + n]


def ms_a_day(work: Callable[[], object], days: int) -> float:
    """CPU time of one call in ms, over so many days."""
    begun = process_time()
    work()
    return 1_000 * (process_time() - begun) / days


def one_home() -> float:
    """A day of one home that is asked day by day."""
    (load,) = alike(3_500.0, seeds=[1])
    load.unclipped_dw(JANUARY_1 - DAY_S, DAY_S)
    return ms_a_day(
        lambda: [load.unclipped_dw(JANUARY_1 + day * DAY_S, DAY_S) for day in range(LOAD_DAYS)], LOAD_DAYS
    )


def many_homes() -> float:
    """A day of a home among many, the making of the home included."""

    def work() -> None:
        for load in alike(3_500.0, seeds=[1], homes=HOMES):
            for day in range(HOME_DAYS):
                load.unclipped_dw(JANUARY_1 + day * DAY_S, DAY_S)

    return ms_a_day(work, HOMES * HOME_DAYS)


def skies() -> tuple[float, float]:
    """A day of clouds, hour by hour as runs ask for them; and of PV under them."""
    config = pvsim.configure(pvsim.Request(site="home", date="2023-01-01", days=365))
    assert isinstance(config.pv, SitePvConfig)  # noqa: S101 - the site has plants
    clouds = clouds_over(config.pv.site, 1, 0.0, 0.0, portion_s=PORTION_S)
    assert clouds is not None  # noqa: S101 - and clouds
    clouds(JANUARY_1 - DAY_S, HOUR_S)
    hours = [JANUARY_1 + day * DAY_S + hour * HOUR_S for day in SKY_DAYS for hour in range(24)]
    of_clouds = ms_a_day(lambda: [clouds(hour, HOUR_S) for hour in hours], len(SKY_DAYS))
    pv = pvsim.build(config).pv
    pv.power_dw(JANUARY_1 - DAY_S, HOUR_S)
    return of_clouds, ms_a_day(lambda: [pv.power_dw(hour, HOUR_S) for hour in hours], len(SKY_DAYS))


def battery() -> float:
    """A day of the battery of the site home-battery: a run with it less the same without, of known powers."""
    date = "2023-04-01"
    built = pvsim.build(pvsim.configure(pvsim.Request(site="home-battery", date=date, days=BATTERY_DAYS)))
    first_utc, seconds = built.plan.timeline.start_utc, BATTERY_DAYS * DAY_S
    load = Given(first_utc, built.loads[0].power_dw(first_utc, seconds))
    pv = Given(first_utc, np.asarray(built.pv.power_dw(first_utc, seconds)))
    plain = pvsim.build(pvsim.configure(pvsim.Request(site="home", date=date, days=BATTERY_DAYS)))

    def least(built: pvsim.Built, devices: Balance | None) -> float:
        def run() -> None:
            for _ in pvsim.simulate(built.plan, [load], pv, devices):
                pass

        return min(ms_a_day(run, BATTERY_DAYS) for _ in range(TRIES))

    return least(built, built.devices) - least(plain, None)


def main() -> None:
    """Print all of them."""
    clouds, pv = skies()
    found = {
        "load, one home": one_home(),
        "load, of many homes, with their making": many_homes(),
        "clouds": clouds,
        "PV under them, clouds included": pv,
        "battery": battery(),
    }
    sys.stdout.write(json.dumps({name: round(ms, 2) for name, ms in found.items()}) + "\n")


if __name__ == "__main__":
    main()
