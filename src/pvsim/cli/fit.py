"""`pvsim fit`: the plant behind a measured day."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pvsim.cli.command import Configured
from pvsim.cli.fields import field_option, pv_request_of
from pvsim.cli.file_options import file_option
from pvsim.cli.values import Quantity

if TYPE_CHECKING:
    from pvsim.core.pv.fit.fitted import FittedPlant
    from pvsim.wiring.fit import FitRequest

__all__ = ["COMMANDS"]

_ZONE = "Europe/Berlin"
_CLEAR_R2 = 0.97  # below, clouds or something else are in the curve that no plant explains


@click.command(cls=Configured)
@click.argument("curve", type=click.Path(path_type=Path), metavar="CURVE.csv")
@field_option(
    "latitude",
    "--latitude",
    type=Quantity("LATITUDE_DEG", "DEGREES", least=-90, most=90),
    required=True,
    help="Degrees, north is positive.",
)
@field_option(
    "longitude",
    "--longitude",
    type=Quantity("LONGITUDE_DEG", "DEGREES", least=-180, most=180),
    required=True,
    help="Degrees, east is positive.",
)
@click.option(
    "--altitude",
    type=Quantity("HEIGHT_M", "METRES", least=-500, most=9000),
    default=0,
    show_default=True,
    help="Above sea level.",
)
@field_option(
    "pv.start", "--date", help="The day.  [default: the file's first whole one; without dates in it 2024-06-21]"
)
@file_option("pv.tz", "--tz", help=f"IANA zone of the file's times.  [default: {_ZONE}]")
@click.option(
    "--turbidity",
    type=Quantity("NUMBER", "NUMBER", least=1, most=15),
    help="Linke turbidity.  [default: of place and month]",
)
@click.option(
    "--temp-air-c",
    type=Quantity("TEMP_C", "DEGREES", least=-90, most=60),
    default=15,
    show_default=True,
    help="Mean of the day, in °C.",
)
@click.option(
    "--losses-percent",
    type=Quantity("PERCENT", "PERCENT", least=0, most=90),
    default="10",
    show_default=True,
    help="Of the modules: one day cannot tell losses from a smaller plant.",
)
@file_option("pv.column", "--column")
@file_option("pv.time_column", "--time-column")
@file_option("pv.date_order", "--date-order")
@file_option("pv.stamp", "--stamp")
@file_option("pv.decimal", "--decimal")
@file_option(
    "pv.unit",
    "--unit",
    help="Of the power column; Wh, kWh, MWh are energies of intervals.  [default: by its header]",
)
@file_option("pv.kind", "--kind")
@file_option("pv.sign", "--sign")
@file_option("pv.scale", "--scale", type=Quantity("NUMBER", "FACTOR", above=0))
@file_option(
    "pv.gaps",
    "--gaps",
    help="How to fill missing samples.  [default: nights are zeros, else up to 1 h held, longer: error]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a site file.")
@click.pass_context
def fit(context: click.Context, /, *, as_json: bool, **_params: Any) -> None:
    """Find the plant behind a clear day: tilt, azimuth, peak power and horizon.

    CURVE.csv has a day's PV power: time_of_day,pv_kw (HH:MM, 00:00 to 24:00), or times with dates as
    `pvsim run --pv` reads them. Prints a site file; its comments say how well the plant fits, and how
    far other dates, azimuths and turbidities would do.

    \b
    Examples:
      pvsim fit day.csv --latitude 48.14 --longitude 11.58 --altitude 520
      pvsim fit inverter.csv --latitude -33.9 --longitude 18.4 --tz Africa/Johannesburg \\
          --date 2024-12-21 --unit W > site.toml
    """  # noqa: D301
    from pvsim.wiring.fit import find_plant  # noqa: PLC0415

    found = find_plant(_request_of(context))
    if found.reading is not None:
        click.echo(f"· {found.reading.line()}", err=True)
    if found.fit.r2 < _CLEAR_R2:
        click.echo(f"not a clear day, or another place: R² is only {found.fit.r2:.3f}", err=True)
    _print(found, as_json=as_json)


def _request_of(context: click.Context) -> "FitRequest":
    """What the options ask for."""
    from pvsim.config import zone_of  # noqa: PLC0415
    from pvsim.core.quantities.typed import parse_date  # noqa: PLC0415
    from pvsim.core.series import SeriesOptions  # noqa: PLC0415
    from pvsim.core.weather.sun import Place  # noqa: PLC0415
    from pvsim.wiring.fit import FitRequest  # noqa: PLC0415

    asked, file = context.params, pv_request_of(context)
    zone = zone_of(file.tz or _ZONE, "pv.tz")
    return FitRequest(
        path=asked["curve"],
        place=Place(asked["latitude"], asked["longitude"], asked["altitude"]),
        tz=zone,
        date=parse_date(file.start, "pv.start") if file.start else None,
        turbidity=asked["turbidity"],
        temp_air_c=asked["temp_air_c"],
        losses_percent=asked["losses_percent"],
        options=SeriesOptions(
            column=file.column,
            time_column=file.time_column,
            unit=file.unit,
            kind=file.kind,
            sign=file.sign or "positive",
            scale=file.scale,
            gaps=file.gaps,
            tz=None if file.tz is None else zone,
            tz_yields=True,
            date_order=file.date_order,
            stamp=file.stamp,
            decimal=file.decimal,
        ),
    )


def _print(found: "FittedPlant", *, as_json: bool) -> None:
    """The plant as a site file or as JSON."""
    from pvsim.core.pv.fit.fitted import site_text  # noqa: PLC0415

    if not as_json:
        click.echo(site_text(found), nl=False)
        return
    import msgspec  # noqa: PLC0415

    facts = {
        "date": found.day.date,
        "fit": found.fit,
        "neighbours": found.neighbours,
        "reading": found.reading,
    }
    click.echo(json.dumps(msgspec.to_builtins(facts), indent=2))


COMMANDS = (fit,)
