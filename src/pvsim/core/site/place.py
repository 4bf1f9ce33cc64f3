"""Where a site is, and its weather, as plain data."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

__all__ = ["ClearWeather", "CloudyWeather", "FileWeather", "Location", "Weather"]

Turbidity: TypeAlias = Annotated[float, Meta(ge=1, le=15)]
TempC: TypeAlias = Annotated[float, Meta(ge=-90, le=60)]
MonthlyTurbidity: TypeAlias = Annotated[tuple[Turbidity, ...], Meta(min_length=12, max_length=12)]
MeanIndex: TypeAlias = Annotated[float, Meta(ge=0.05, le=1.1)]
MonthlyTempC: TypeAlias = Annotated[tuple[TempC, ...], Meta(min_length=12, max_length=12)]
MonthlyMeanIndex: TypeAlias = Annotated[tuple[MeanIndex, ...], Meta(min_length=12, max_length=12)]


class Location(Struct, frozen=True, forbid_unknown_fields=True):
    """A place.

    Attributes:
        latitude_deg: North is positive.
        longitude_deg: East is positive.
        tz: IANA zone of the place.
        altitude_m: Above sea level.
    """

    latitude_deg: Annotated[float, Meta(ge=-90, le=90)]
    longitude_deg: Annotated[float, Meta(ge=-180, le=180)]
    tz: str
    altitude_m: Annotated[float, Meta(ge=-500, le=9000)] = 0.0


class _Climate(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Air by month.

    Attributes:
        linke_turbidity: Haziness, one number or twelve; if left out, the world table of SoDa that comes with
            pvlib.
        temp_air_c: Mean temperature of the air, one number or twelve.
        temp_air_swing_c: From the coldest to the warmest hour of a day; the warmest is 15:00 by the sun.
        temp_air_spread_c: RMS of warm and cold spells of some days, by the seed; 3.5 is Germany's.
        wind_speed_ms: Wind at the modules.
    """

    linke_turbidity: Turbidity | MonthlyTurbidity | None = None
    temp_air_c: TempC | MonthlyTempC = 20.0
    temp_air_swing_c: Annotated[float, Meta(ge=0, le=40)] = 0.0
    temp_air_spread_c: Annotated[float, Meta(ge=0, le=15)] = 0.0
    wind_speed_ms: Annotated[float, Meta(ge=0, le=50)] = 1.0


class ClearWeather(_Climate, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="clear"):
    """No cloud, ever."""


class CloudyWeather(
    _Climate, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="clouds"
):
    """Synthetic clouds at 1 s, by the seed.

    Attributes:
        regime: One kind of sky for all days, or `climate`: a mix of days as a year has it.
        mean_index: Long-run mean of the global irradiance as a share of the clear sky's, one number or twelve; if
            left out, the regime's own.
    """

    regime: Literal["clear", "scattered", "broken", "overcast", "climate"] = "climate"
    mean_index: MeanIndex | MonthlyMeanIndex | None = None


class FileWeather(_Climate, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag="file"):
    """Measured weather (CSV), or a typical year (TMY3, EPW, PVGIS TMY), which serves for any year.

    Attributes:
        path: The file; relative to the site file.
        format: What it is; `auto` looks at the file.
        tz: Zone of a CSV file's times that name no offset; if left out, UTC.
        stamp: Which part of its interval a CSV file's time is: its start, middle or end; if left out, what the
            file says, else its start.
        fill: How the clear-sky index goes between values: held, or straight lines between the intervals' middles.
        gaps: Missing values by day: refuse them, or fill them.
    """

    path: Annotated[str, Meta(min_length=1, max_length=4096)]
    format: Literal["auto", "csv", "tmy3", "epw", "pvgis"] = "auto"
    tz: str | None = None
    stamp: Literal["start", "middle", "end"] | None = None
    fill: Literal["hold", "interpolate"] = "hold"
    gaps: Literal["error", "hold", "clear"] = "error"


Weather: TypeAlias = ClearWeather | CloudyWeather | FileWeather
