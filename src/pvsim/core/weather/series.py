"""What a weather file holds: means over intervals of one length."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from pvsim.core.quantities.physics import Floats, iso_utc
from pvsim.core.quantities.timeline import DAY_S, HOUR_S
from pvsim.core.quantities.types import Ints, OutdoorTemperature
from pvsim.core.series.findings import FileReading
from pvsim.errors import BadInputError

__all__ = ["FileTemperature", "WeatherSeries"]

BRIDGED_S = 6 * HOUR_S
"""So long a straight line, or a held value at the ends of a file, is better than the climate."""

_AIR = ("temp_air", "wind_speed")
_DAYS_OF_YEAR = 365
_LEAP_DAY = 31 + 28  # of a year that has one, from 0
_FAR_NORTH_DEG, _FAR_EAST_DEG = 5.0, 7.5


@dataclass(frozen=True, slots=True)
class WeatherSeries:
    """Means over intervals of one length without a gap between them; NaN where a value is missing.

    There is `ghi`, or two of `ghi`, `dni` and `dhi`, or all three (then `ghi` serves where one of the others is
    missing); each of shape (k,), in W/m².

    Attributes:
        source: The file's name.
        step_s: Length of an interval, a divisor of 3600.
        first_utc: Start of the first interval (Unix time); of a typical year, that of its year 1970.
        typical: The days serve for any year; where they are 365, the 29th of February is the 28th again.
        ghi: Global irradiance on a level plane.
        dni: Beam on a plane that faces the sun.
        dhi: Diffuse irradiance on a level plane.
        temp_air: In °C.
        wind_speed: In m/s.
        station: Latitude and longitude in degrees, where the file says them.
        reading: How the file was read.
        bridged_air: By column, temperature or wind, which of its values are of a line over a gap.
    """

    source: str
    step_s: int
    first_utc: int
    typical: bool
    ghi: Floats | None = None
    dni: Floats | None = None
    dhi: Floats | None = None
    temp_air: Floats | None = None
    wind_speed: Floats | None = None
    station: tuple[float, float] | None = None
    reading: FileReading | None = None
    bridged_air: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def intervals(self) -> int:
        """How many there are."""
        return len(next(part for part in (self.ghi, self.dni, self.dhi) if part is not None))

    @property
    def end_utc(self) -> int:
        """The second after the last interval."""
        return self.first_utc + self.intervals * self.step_s

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Which intervals lack light, shape (k,): any two of global, beam and diffuse give the third.

        In a file of global light alone, it does.
        """
        parts = [np.isnan(part) for part in (self.ghi, self.dni, self.dhi) if part is not None]
        enough = min(len(parts), 2)
        lacking: NDArray[np.bool_] = np.add.reduce(parts, dtype=np.int64) > len(parts) - enough
        return lacking

    def rows(self, numbers: Ints) -> Ints:
        """The row of each interval, counted from `first_utc`; before and after the file the nearest one.

        In a typical year, the row of the same date and time.
        """
        if not self.typical:
            return np.clip(numbers, 0, self.intervals - 1)
        seconds = (numbers * self.step_s).astype("datetime64[s]")
        year, day = seconds.astype("datetime64[Y]"), seconds.astype("datetime64[D]")
        of_year = (day - year.astype("datetime64[D]")).astype(np.int64)
        leap = ((year + np.timedelta64(1, "Y")).astype("datetime64[D]") - year.astype("datetime64[D]")).astype(
            np.int64
        ) > _DAYS_OF_YEAR
        if self.intervals * self.step_s > _DAYS_OF_YEAR * DAY_S:  # the file has a 29th of February
            of_year += ~leap & (of_year >= _LEAP_DAY)
        else:
            of_year -= leap & (of_year >= _LEAP_DAY)
        result: Ints = (of_year * DAY_S + numbers * self.step_s % DAY_S) // self.step_s
        return result

    def with_gaps_from(self, climate: Floats, column: Floats | None, t_utc: Ints) -> Floats:
        """Temperature or wind at times: straight lines between the intervals' middles.

        Where both intervals beside a time lack a value, and more than six hours before and after the file, the
        climate's value stands. Depends on each time only (I7).

        Args:
            climate: Values of the climate at the times.
            column: `temp_air` or `wind_speed`.
            t_utc: Unix times, of the shape of `climate`.
        """
        if column is None:
            return climate
        at = (t_utc + (0.5 - self.first_utc)) / self.step_s - 0.5
        left = np.floor(at).astype(np.int64)
        before, after = column[self.rows(left)], column[self.rows(left + 1)]
        before, after = np.where(np.isnan(before), after, before), np.where(np.isnan(after), before, after)
        line = before + (after - before) * (at - left)
        if not self.typical:
            line[(t_utc < self.first_utc - BRIDGED_S) | (t_utc >= self.end_utc + BRIDGED_S)] = np.nan
        result: Floats = np.where(np.isnan(line), climate, line)
        return result

    def bridged(self) -> "WeatherSeries":
        """The same with straight lines over gaps of up to six hours in temperature and wind."""
        most = BRIDGED_S // self.step_s
        columns = {name: part for name in _AIR if (part := getattr(self, name)) is not None}
        bridged = {name: _bridged(part, most) for name, part in columns.items()}
        drawn = {name: np.isnan(part) & ~np.isnan(bridged[name]) for name, part in columns.items()}
        return replace(
            self, temp_air=bridged.get("temp_air"), wind_speed=bridged.get("wind_speed"), bridged_air=drawn
        )

    def reading_over(self, start_utc: int, end_utc: int) -> FileReading | None:
        """Its reading with what stands for temperatures and winds that it lacks over a run, counted."""
        first, after = (start_utc - self.first_utc) // self.step_s, -(-(end_utc - self.first_utc) // self.step_s)
        remarks = []
        for name, drawn in self.bridged_air.items():
            for lacking, what in (
                (drawn, "on a straight line over the gap"),
                (np.isnan(getattr(self, name)), "taken from the climate"),
            ):
                count = int(lacking[self.rows(np.arange(first, after))].sum()) if lacking.any() else 0
                remarks += [f"{count:,} without {name} {what}"] if count else []
        if self.reading is None or not remarks:
            return self.reading
        return replace(self.reading, remarks=(*self.reading.remarks, *remarks))

    def remarked(self, remark: str) -> "WeatherSeries":
        """The same with one more remark in its reading."""
        if self.reading is None:
            return self
        return replace(self, reading=replace(self.reading, remarks=(*self.reading.remarks, remark)))

    def refuse_elsewhere(self, latitude_deg: float, longitude_deg: float) -> None:
        """Refuse a file whose station is too far from a site for its sun: by 5° of latitude or half an hour.

        Raises:
            BadInputError: it is.
        """
        if self.station is None:
            return
        latitude, longitude = self.station
        east = abs((longitude - longitude_deg + 180) % 360 - 180)
        if abs(latitude - latitude_deg) > _FAR_NORTH_DEG or east > _FAR_EAST_DEG:
            what = (
                f"the weather is of latitude {latitude:g}, longitude {longitude:g}; "
                f"the site is at {latitude_deg:g}, {longitude_deg:g}"
            )
            fix = "use the file of a station near the site, or set location in the site file"
            raise BadInputError(what, where=self.source, fix=fix)

    def refuse_uncovered(self, start_utc: int, end_utc: int) -> None:
        """Refuse a run from `start_utc` to before `end_utc` that the file does not reach over.

        Raises:
            BadInputError: it does not.
        """
        if self.typical or (self.first_utc <= start_utc and end_utc <= self.end_utc):
            return
        have = f"{iso_utc(self.first_utc)} to {iso_utc(self.end_utc)}"
        what = f"the weather goes from {have}, the run from {iso_utc(start_utc)} to {iso_utc(end_utc)}"
        fix = "choose days that the file has (`date`, `days`), or a typical year (TMY3, EPW, PVGIS TMY)"
        raise BadInputError(what, where=self.source, fix=fix)


@dataclass(frozen=True, slots=True)
class FileTemperature:
    """The temperature of a file, an `OutdoorTemperature`.

    Attributes:
        series: The file.
        climate: Temperatures where the file has none.
    """

    series: WeatherSeries
    climate: OutdoorTemperature

    def __call__(self, t_utc: Ints) -> Floats:
        """The temperatures in °C."""
        return self.series.with_gaps_from(self.climate(t_utc), self.series.temp_air, t_utc)


def _bridged(values: Floats, most: int) -> Floats:
    lacking = np.isnan(values)
    there = np.flatnonzero(~lacking)
    if not len(there):
        return values
    edges = np.diff(there)
    gap = np.zeros(len(values), dtype=np.int64)  # of each place, how many in a row are lacking there; ends: none
    gap[there[0] : there[-1]] = np.repeat(edges - 1, edges)
    lines = np.interp(np.arange(len(values)), there, values[there])
    result: Floats = np.where(lacking & (gap > 0) & (gap <= most), lines, values)
    return result
