"""Which battery goes with a measured load and 8 kWp of PV near Munich?

Type: python which_battery.py LOAD.csv ANNUAL_KWH DATE DAYS, with days that stand for a year
"""

import sys

import pvsim

load, annual_kwh, date, days = sys.argv[1], float(sys.argv[2]), sys.argv[3], int(sys.argv[4])
meter = pvsim.MeterRequest(source=load, annual_kwh=annual_kwh)
place, roof = pvsim.Location(48.14, 11.58, "Europe/Berlin"), pvsim.Plant(tilt_deg=30, azimuth_deg=180, peak_kw=8)
tariff = pvsim.Tariff(currency="EUR", import_per_kwh=0.32, feed_in_per_kwh=0.0778)
gain_per_day = {0.0: 0.0}
for size_kwh in (2.5, 5.0, 7.5, 10.0):
    battery = pvsim.Battery(size_kwh, charge_kw=size_kwh / 2, start_soc_percent=0)
    site = pvsim.Site("house", place, (roof,), weather=pvsim.CloudyWeather(), battery=battery, tariff=tariff)
    figures = pvsim.simulate(pvsim.Request(site=site, meter=meter, date=date, days=days, every="1min")).summary
    saved, paid = figures.money.saving_by_battery / days, 400 * size_kwh / (15 * 365)  # 400 EUR/kWh, for 15 years
    gain_per_day[size_kwh] = saved - paid
    share = f"self-sufficiency {figures.self_sufficiency:.0%}"
    print(f"{size_kwh:4.1f} kWh: {share}, saves {saved:.2f} EUR a day and costs {paid:.2f}")
print(f"choose {max(gain_per_day, key=gain_per_day.get):g} kWh")
