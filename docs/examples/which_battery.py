"""Which battery goes with a measured load and 8 kWp of PV near Munich?

Type: python which_battery.py LOAD.csv ANNUAL_KWH DATE DAYS
"""

import sys

import pvsim

load, annual_kwh, date, days = sys.argv[1], float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
meter = pvsim.MeterRequest(source=load, annual_kwh=annual_kwh)
place, roof = pvsim.Location(48.14, 11.58, "Europe/Berlin"), pvsim.Plant(tilt_deg=30, azimuth_deg=180, peak_kw=8)
import_kwh, step_kwh = {}, 2.5
for size_kwh in (0.0, 2.5, 5.0, 7.5, 10.0):
    battery = pvsim.Battery(size_kwh, charge_kw=size_kwh / 2, start_soc_percent=0) if size_kwh else None
    site = pvsim.Site("house", place, (roof,), weather=pvsim.CloudyWeather(), battery=battery)
    figures = pvsim.simulate(pvsim.Request(site=site, meter=meter, date=date, days=days, every="1min")).summary
    import_kwh[size_kwh] = kwh = figures.energy_kwh.import_
    print(f"{size_kwh:4.1f} kWh: import {kwh:.2f} kWh, self-sufficiency {figures.self_sufficiency:.0%}")
cycles = {size: (import_kwh[size - step_kwh] - import_kwh[size]) / step_kwh / days for size in import_kwh if size}
worth = max((size for size in cycles if cycles[size] > 0.5), default=0)
print(f"choose {worth:g} kWh: what a larger one adds would be used less than half a cycle a day")
