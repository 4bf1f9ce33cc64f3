"""The options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from pvsim.cli.command import BROKER, METER, METER_FILE, OUTPUT, PERIOD, PV, PV_FILE, SITE, section
from pvsim.cli.completion import or_a_file, zones
from pvsim.cli.fields import field_option
from pvsim.cli.file_options import file_option, file_options
from pvsim.cli.values import Choice, Energies, Hours, Quantity, Speed, Whole
from pvsim.errors import UsageError

__all__ = [
    "batch_option",
    "broker_option",
    "broker_options",
    "clock_option",
    "file_system_option",
    "json_option",
    "one_after_the_other",
    "period_options",
    "pv_options",
    "pv_peak_option",
    "pv_source_option",
    "quiet_option",
    "run_id_option",
]

Command = TypeVar("Command", bound=Callable[..., Any])


def one_after_the_other(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Options of a command, in the order of its help."""

    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


class _MeterKind(click.types.StringParamType):
    """A kind of meter; PVSIM_METER separates several by `;`, since paths may hold spaces."""

    name = "kind"
    envvar_list_splitter = ";"


period_options = one_after_the_other(
    section(
        PERIOD,
        field_option("date", "--date", envvar="PVSIM_DATE", help="First local day.  [default: 2024-06-21]"),
        field_option(
            "days",
            "--days",
            type=Whole("DAYS", "DAYS"),
            envvar="PVSIM_DAYS",
            help="How many days.  [default: 1]",
        ),
        field_option(
            "hours",
            "--hours",
            type=Hours(),
            metavar="HOURS",
            envvar="PVSIM_HOURS",
            help="A part of the one day: 12-13, or 6 for its first 6 h.",
        ),
        field_option(
            "tz",
            "--tz",
            shell_complete=zones,
            envvar="PVSIM_TZ",
            help="Time zone.  [default: the site's, else Europe/Berlin]",
        ),
        field_option(
            "seed",
            "--seed",
            type=Whole("NUMBER", "NUMBER"),
            envvar="PVSIM_SEED",
            help="Seed of meters, clouds and air.  [default: 1]",
        ),
    ),
    section(
        SITE,
        field_option(
            "site",
            "--site",
            metavar="NAME",
            shell_complete=or_a_file("brief", "home", "home-battery", "home-tariff", "street", "office", "depot"),
            envvar="PVSIM_SITE",
            help="A place with its PV plants, weather, load and battery: brief, home, home-battery, home-tariff,"
            " street, office, depot, or a FILE.toml (pvsim schema site).",
        ),
    ),
    section(
        METER,
        field_option(
            "meter.source",
            "--meter",
            multiple=True,
            type=_MeterKind(),
            metavar="[NAME=]KIND",
            shell_complete=or_a_file("uniform", "walk", "household", "office", "depot", "external"),
            envvar="PVSIM_METER",
            help="uniform (0..9000 W or to --meter-max-w, new each second), walk (continuous), household, office,"
            " depot (household:3200: of 3200 kWh a year), a FILE.csv of measured power, or"
            " external (others publish; pvsim simulate only). Repeat it for several meters.  [default: the site's"
            " load, else uniform]",
        ),
        field_option(
            "meters",
            "--meters",
            type=Whole("NUMBER", "N"),
            metavar="N",
            envvar="PVSIM_METERS",
            help="N meters of the one --meter kind.",
        ),
        field_option(
            "partitions",
            "--partitions",
            type=Whole("NUMBER", "N"),
            metavar="N",
            envvar="PVSIM_PARTITIONS",
            help="Spread the meters over N streams.",
        ),
        field_option(
            "annual_kwh",
            "--annual-kwh",
            type=Energies(),
            metavar="KWH",
            envvar="PVSIM_ANNUAL_KWH",
            help="What buildings use in a year: 4000, 4000~20%, 2000..6000 or 3200,4100.  [default: the site's,"
            " else an example's]",
        ),
        field_option(
            "meter.kind",
            "--meter-kind",
            type=Choice(["load", "grid", "counter"]),
            envvar="PVSIM_METER_KIND",
            help="What a file or an external meter measures. load: what the building uses. grid: the power at the"
            " grid connection, negative where it exports, own PV included. counter: a file's readings of energy"
            " that only grow.  [default: load]",
        ),
        field_option(
            "meter.max_w",
            "--meter-max-w",
            type=Whole("POWER_W", "W"),
            metavar="W",
            envvar="PVSIM_METER_MAX_W",
            help="The most that a meter shows; what a building or a file has above it is cut and counted, a"
            " message above it is rejected. 43500 is a connection of 63 A in three phases.  [default: 9000]",
        ),
    ),
    file_options("meter", "load", METER_FILE),
)

pv_peak_option = field_option(
    "pv.peak_kw",
    "--pv-peak-kw",
    type=Quantity("POWER_KW", "KW"),
    envvar="PVSIM_PV_PEAK_KW",
    help="Scale the curve, or the PV file, to this peak.",
)


def pv_source_option(of_a_file: str) -> Callable[[Command], Command]:
    """The option for where PV power comes from.

    Args:
        of_a_file: How its help ends: what a file has, and the default.
    """
    return field_option(
        "pv.source",
        "--pv",
        metavar="KIND",
        shell_complete=or_a_file("curve", "site", "none"),
        envvar="PVSIM_PV",
        help=f"curve, site (its plants under its weather), none, or a FILE.csv of {of_a_file}",
    )


pv_options = one_after_the_other(
    section(
        PV,
        pv_source_option("measured power.  [default: none with --meter-kind grid, site with --site, else curve]"),
        pv_peak_option,
    ),
    section(
        SITE,
        field_option(
            "spread_km",
            "--spread-km",
            type=Quantity("DISTANCE_KM", "KM"),
            metavar="KM",
            envvar="PVSIM_SPREAD_KM",
            help="Scatter the sites of several meters over a square of this side, under the same moving clouds; 0:"
            " all at one place.  [default: 1]",
        ),
    ),
    section(
        PV_FILE,
        file_option("pv.kind", "--pv-kind"),
    ),
    file_options("pv", "generation", PV_FILE),
    section(
        OUTPUT,
        field_option(
            "every",
            "--every",
            metavar="PERIOD",
            envvar="PVSIM_EVERY",
            help="Write means over 2s, 1min, 1h.  [default: 1s]",
        ),
        field_option(
            "split",
            "--split",
            type=Choice(["none", "day"]),
            envvar="PVSIM_SPLIT",
            help="day: a CSV a day, in samples/.  [default: none]",
        ),
        field_option(
            "format",
            "--format",
            metavar="FORMATS",
            envvar="PVSIM_FORMAT",
            help="csv,parquet: Parquet as well.  [default: csv]",
        ),
        click.option(
            "--out",
            type=click.Path(path_type=Path, readable=False),
            default=Path("runs"),
            show_default=True,
            envvar="PVSIM_OUT",
            help="Where the run's directory goes.",
        ),
    ),
)


def _broker_url(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """The URL of the broker; with a password only from where other users of the machine cannot read it."""
    if context.resilient_parsing:
        return value
    from pvsim.adapters.secrets import secret  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.core.messages.address import KNOWN_PASSWORD, BrokerAddress  # noqa: PLC0415

    source = context.get_parameter_source(parameter.name or "")
    if value is None or source is ParameterSource.ENVIRONMENT:
        return secret("PVSIM_BROKER_URL")
    if BrokerAddress.parse(value).password not in {"", KNOWN_PASSWORD}:  # "": its certificate signs in
        readers = (
            "whoever reads the settings" if source is ParameterSource.DEFAULT_MAP else "every user of this machine"
        )
        what = f"a broker URL with a password does not belong here: {readers} can see it"
        fix = "put the URL into PVSIM_BROKER_URL, or into a file of mode 600 that PVSIM_BROKER_URL_FILE names"
        raise UsageError(what, where="--broker", fix=fix)
    return value


_broker_option = click.option(
    "--broker",
    metavar="URL",
    envvar="PVSIM_BROKER_URL",
    callback=_broker_url,
    help="amqp[s]://user@host[:port][/vhost]; with a password only in PVSIM_BROKER_URL or PVSIM_BROKER_URL_FILE."
    "  [default: pvsim's own]",
)

broker_option = section(BROKER, _broker_option)

broker_options = section(
    BROKER,
    click.option(
        "--transport",
        type=Choice(["auto", "streams", "amqp"]),
        default="auto",
        show_default=True,
        envvar="PVSIM_TRANSPORT",
        help="How to speak to the broker; auto takes streams where their port answers.",
    ),
    _broker_option,
    click.option(
        "--patience",
        "patience_s",
        type=Quantity("DURATION_S", "SECONDS", least=0),
        metavar="SECONDS",
        default=60,
        show_default=True,
        envvar="PVSIM_PATIENCE",
        help="Keep trying for this long when the broker is lost; 0 gives up at once.",
    ),
)

batch_option = section(
    BROKER,
    field_option(
        "batch",
        "--batch",
        type=Whole("NUMBER", "N"),
        metavar="N",
        envvar="PVSIM_BATCH",
        help="Publish readings in batches of N; each stays a message. 1: no batches, as always over AMQP."
        "  [default: 100]",
    ),
)

clock_option = section(
    METER,
    click.option(
        "--clock",
        "speed",
        type=Speed(),
        metavar="SPEED",
        envvar="PVSIM_CLOCK",
        help="How fast the meter goes: max waits for nothing, 1x is real time, 60x a minute in a second. The rows"
        " are the same.  [default: max, or the run's own]",
    ),
)

run_id_option = section(
    OUTPUT,
    field_option(
        "run_id",
        "--run-id",
        metavar="ID",
        envvar="PVSIM_RUN_ID",
        help="Name of the run.  [default: from the other options]",
    ),
)

quiet_option = section(OUTPUT, click.option("--quiet", is_flag=True, help="Print nothing but errors."))


def json_option(what: str) -> Callable[[Command], Command]:
    """`--json`, which prints `what` as JSON."""
    return section(OUTPUT, click.option("--json", "as_json", is_flag=True, help=f"Print {what} as JSON."))


file_system_option = section(
    OUTPUT,
    click.option(
        "--allow-unsafe-filesystem",
        is_flag=True,
        envvar="PVSIM_ALLOW_UNSAFE_FILESYSTEM",
        help="Continue on a file system without file locks or fsync (some network file systems); the manifest then"
        " says what is not promised.",
    ),
)
