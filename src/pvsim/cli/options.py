"""The options that several commands share."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from pvsim.errors import UsageError

__all__ = [
    "Configured",
    "broker_options",
    "given_options",
    "period_options",
    "pv_options",
    "run_id_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def _all(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _series_options(prefix: str, what: str) -> Callable[[Command], Command]:
    """How to read the CSV file of `--meter` or `--pv`."""
    return _all(
        click.option(f"--{prefix}-column", metavar="NAME", help=f"Column of the {what} power.  [default: found]"),
        click.option(f"--{prefix}-time-column", metavar="NAME", help="Column of the time.  [default: found]"),
        click.option(
            f"--{prefix}-unit", type=click.Choice(["W", "kW"]), help="Its unit.  [default: by the header]"
        ),
        click.option(
            f"--{prefix}-fill",
            type=click.Choice(["hold", "interpolate"]),
            help="A sample is the mean until the next, or a point on a line.  [default: hold]",
        ),
        click.option(
            f"--{prefix}-gaps",
            type=click.Choice(["error", "hold", "interpolate", "zero"]),
            help="How to fill missing samples.  [default: up to 1 h as --" + prefix + "-fill, longer: error]",
        ),
        click.option(
            f"--{prefix}-start", metavar="DATE", help="The file's day to begin with.  [default: first whole]"
        ),
    )


class _MeterKind(click.types.StringParamType):
    """A kind of meter; PVSIM_METER separates several by `;`, since paths may hold spaces."""

    name = "kind"
    envvar_list_splitter = ";"


period_options = _all(
    click.option("--date", default="2024-06-21", show_default=True, envvar="PVSIM_DATE", help="First local day."),
    click.option("--days", type=int, default=1, show_default=True, envvar="PVSIM_DAYS", help="How many days."),
    click.option("--tz", envvar="PVSIM_TZ", help="Time zone.  [default: the site's, else Europe/Berlin]"),
    click.option(
        "--seed",
        type=int,
        default=1,
        show_default=True,
        envvar="PVSIM_SEED",
        help="Seed of meters, clouds and air.",
    ),
    click.option(
        "--meter",
        "meter",
        multiple=True,
        type=_MeterKind(),
        metavar="[NAME=]KIND",
        envvar="PVSIM_METER",
        help="uniform (0..9000 W, each second anew), walk (continuous), household, office, depot (by their"
        " devices), a FILE.csv of measured power, or external (somebody else publishes; pvsim simulate only)."
        " Repeat it for several meters.  [default: the site's load, else uniform]",
    ),
    click.option(
        "--meters", type=int, metavar="N", envvar="PVSIM_METERS", help="N meters of the one --meter kind."
    ),
    click.option(
        "--annual-kwh",
        type=float,
        metavar="KWH",
        envvar="PVSIM_ANNUAL_KWH",
        help="What household, office or depot use in a year.  [default: the site's, of another kind an example's]",
    ),
    click.option(
        "--site",
        metavar="NAME",
        envvar="PVSIM_SITE",
        help="A place with its PV plants, weather, load and battery: brief, home, home-battery, office, depot, or"
        " a FILE.toml (pvsim schema site). With several meters, each has a site like it.",
    ),
    _series_options("meter", "meter"),
)

pv_options = _all(
    click.option(
        "--pv",
        metavar="KIND",
        envvar="PVSIM_PV",
        help="curve, site (its plants under its weather), or a FILE.csv of measured power.  [default: site with"
        " --site, else curve]",
    ),
    click.option("--pv-peak-kw", type=float, envvar="PVSIM_PV_PEAK_KW", help="Scale the curve to this peak."),
    click.option(
        "--spread-km",
        type=float,
        metavar="KM",
        envvar="PVSIM_SPREAD_KM",
        help="Strew the sites of several meters over a square of this side, under the same moving clouds; 0: all"
        " at one place.  [default: 1]",
    ),
    _series_options("pv", "PV"),
    click.option(
        "--every",
        metavar="PERIOD",
        default="1s",
        show_default=True,
        envvar="PVSIM_EVERY",
        help="Write means over this: 2s, 1min, 1h.",
    ),
    click.option(
        "--split",
        type=click.Choice(["none", "day"]),
        default="none",
        show_default=True,
        envvar="PVSIM_SPLIT",
        help="day: one file for each local day, in samples/, instead of samples.csv.",
    ),
)

broker_options = _all(
    click.option(
        "--transport",
        type=click.Choice(["auto", "streams", "amqp"]),
        default="auto",
        show_default=True,
        envvar="PVSIM_TRANSPORT",
        help="How to speak to the broker; auto takes streams where their port answers.",
    ),
    click.option(
        "--broker",
        metavar="URL",
        envvar="PVSIM_BROKER_URL",
        help="amqp[s]://user:password@host[:port][/vhost][?stream_port=N]; better given as PVSIM_BROKER_URL, which"
        " other users of the machine cannot see.  [default: pvsim's own]",
    ),
    click.option(
        "--patience",
        "patience_s",
        type=click.FloatRange(min=0),
        metavar="SECONDS",
        default=60,
        show_default=True,
        envvar="PVSIM_PATIENCE",
        help="Go on trying so long when the broker is lost; 0 gives up at once. The run can be resumed.",
    ),
)

run_id_option = click.option(
    "--run-id", metavar="ID", envvar="PVSIM_RUN_ID", help="Name of the run.  [default: from the other options]"
)


class Configured(click.Command):
    """A command whose wrong values are said to be where they stand: an option, a variable or a settings file."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options; see `click.Command.parse_args`."""
        try:
            return super().parse_args(ctx, args)
        except click.BadParameter as error:
            if error.param is None or error.param.name is None:
                raise
            where = _origin(ctx, error.param)
            fix = f"see: {ctx.command_path} --help"
            raise UsageError(error.format_message().rstrip("."), where=where, fix=fix) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; see `click.Command.invoke`."""
        try:
            return super().invoke(ctx)
        except UsageError as error:
            for parameter in self.params:
                if error.where in parameter.opts:
                    error.where = _origin(ctx, parameter)
            raise


def _origin(context: click.Context, parameter: click.Parameter) -> str:
    """Where the parameter's value stands: its option, with the variable or the settings file it came from."""
    option = parameter.opts[0]
    source = context.get_parameter_source(parameter.name or "")
    if source is click.core.ParameterSource.ENVIRONMENT:
        return f"{option}, from the variable {parameter.envvar}"
    if source is click.core.ParameterSource.DEFAULT_MAP:
        return f"{option}, from [{context.info_name}] in a settings file"
    return option


def given_options(context: click.Context) -> list[str]:
    """The options of the command that the user gave as flags, by name."""
    source = click.core.ParameterSource.COMMANDLINE
    return [name for name in context.params if context.get_parameter_source(name) is source]
