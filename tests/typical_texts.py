"""The texts of typical years: TMY3, EPW and PVGIS, of values by which each hour is known again."""

import json

import numpy as np

HEADER = "time(UTC),T2m,RH,G(h),Gb(n),Gd(h),IR(h),WS10m,WD10m,SP"


def hours(first_month=1, leap=False):
    """Month, day and hour of each hour of a year, from a month on."""
    start = np.datetime64("2024-01-01T00" if leap else "2023-01-01T00")
    moments = start + np.arange(8784 if leap else 8760).astype("timedelta64[h]")
    months = moments.astype("datetime64[M]").astype(int) % 12 + 1
    first = int(np.argmax(months == first_month))
    found = []
    for moment in np.roll(moments, -first):
        text = str(moment)
        found.append((int(text[5:7]), int(text[8:10]), int(text[11:13])))
    return found


EPW_HEAD = "LOCATION,HERE,XX,XXX,TMY,1,36.1,-79.95,-5.5,273.0\n" + "X\n" * 7


def number_of(month, day, hour):
    """By which an hour is known again."""
    return month * 97 + day * 31 + hour


def epw(rows=None, first_hour=1, head=EPW_HEAD):
    """An EPW of some hours, a year's if none are given."""
    lines = []
    for month, day, hour in rows or hours():
        n = number_of(month, day, hour) % 23
        light = f"{n * 30},{n * 20},{n}"
        lines.append(
            f"1985,{month},{day},{hour + first_hour},0,?,{n - 9.5},0,0,0,0,0,0,{light},0,0,0,0,0,{n / 10}"
            + ",0" * 13
        )
    return head + "\n".join(lines) + "\n"


def tmy3(rows=None, first_hour=1):
    """A TMY3 of the same values."""
    names = "Date (MM/DD/YYYY),Time (HH:MM),GHI (W/m^2),DNI (W/m^2)),DHI (W/m^2),Dry-bulb (C),Wspd (m/s)\n"
    lines = []
    for month, day, hour in rows or hours():
        n = number_of(month, day, hour) % 23
        lines.append(
            f"{month:02}/{day:02}/1985,{hour + first_hour:02}:00,{n * 30},{n * 20},{n},{n - 9.5},{n / 10}"
        )
    return '1,"HERE",XX,-5.5,36.1,-79.95,273\n' + names + "\n".join(lines) + "\n"


WRITERS = {"epw": epw, "tmy3": tmy3}


def day_of_light(hour_utc, longitude):
    """Light that is highest at the sun's noon."""
    return max(0.0, float(np.cos((hour_utc - 12 + longitude / 15) / 24 * 2 * np.pi)))


def pvgis_hours(longitude=8.0, offset=0.0):
    """The hours of a typical year of PVGIS."""
    found = []
    for n, (month, day, hour) in enumerate(hours()):
        sun = day_of_light(hour + offset, longitude)
        found.append(
            {
                "time(UTC)": f"{2000 + month}{month:02}{day:02}:{hour:02}00",
                "T2m": n % 9,
                "G(h)": round(800 * sun),
                "Gb(n)": round(600 * sun) + n % 7,
                "Gd(h)": 1.5 + n % 5,
                "WS10m": 3,
            }
        )
    return found


def pvgis_json(rows):
    """As PVGIS writes them as JSON."""
    place = {"latitude": 45.0, "longitude": 8.0, "elevation": 250.0, "irradiance_time_offset": 0.25}
    return json.dumps({"inputs": {"location": place}, "outputs": {"tmy_hourly": rows}})


def pvgis_csv(rows, head=4):
    """As PVGIS writes them as CSV, with so many lines of its head."""
    lines = ["Latitude (decimal degrees): 45.0", "Longitude (decimal degrees): 8.0", "Elevation (m): 250.0"]
    lines += ["Irradiance Time Offset (h): 0.25", "month,year"][4 - head :]
    lines += [f"{month},2007" for month in range(1, 13)] + [HEADER]
    lines += ["{time(UTC)},{T2m},0,{G(h)},{Gb(n)},{Gd(h)},0,{WS10m},0,0".format_map(hour) for hour in rows]
    return "\r\n".join([*lines, "", "T2m: 2-m air temperature (degree Celsius)"]) + "\r\n"


def pvgis_epw(rows, offset="-0.75", zone=1, longitude=8.0, ghi=True):
    """As PVGIS 5.3 writes it: hour 1 is 00:00 UTC whatever the zone, the offset counts from the hour's end."""
    head = f"LOCATION,unknown,-,unknown,ECMWF/ERA,unknown,45.0,{longitude},{zone},250\n" + "X\n" * 5
    head += f"COMMENTS 2,Irradiance Time Offset (h):{offset}\nDATA PERIODS,1,1,Data,Thursday, 1/ 1,12/31\n"
    lines = []
    for row in rows:
        text = row["time(UTC)"]
        date = f"{text[:4]},{int(text[4:6])},{int(text[6:8])},{int(text[9:11]) + 1}"
        light = f"{row['G(h)'] if ghi else 9999},{row['Gb(n)']},{row['Gd(h)']}"
        lines.append(f"{date},0,?,{row['T2m']},0,0,0,9999,9999,300,{light}" + ",0" * 5 + f",{row['WS10m']},9,9,")
    return head + "\n".join(lines) + "\n"


SERIES_HEAD = "Latitude (decimal degrees):\t45.0\nLongitude (decimal degrees):\t8.0\nElevation (m):\t250\n\n"


def hourly(columns, slope="0", first="20160101"):
    """A day of PVGIS's hours of real years."""
    lines = [f"{first}:{hour:02}10,{'5.0,' * columns.count(',')}3.4" for hour in range(24)]
    return f"{SERIES_HEAD}Slope: {slope} deg.\nAzimuth: 0 deg.\ntime,{columns}\n" + "\n".join(lines) + "\n\nX: y\n"
