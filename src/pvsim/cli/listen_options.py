"""The options of `pvsim listen`."""

from pathlib import Path
from typing import Any

import click

from pvsim.cli.command import BROKER, METER, OUTPUT, PERIOD, PV, SITE, section
from pvsim.cli.completion import or_a_file, zones
from pvsim.cli.fields import field_option
from pvsim.cli.options import (
    broker_option,
    file_system_option,
    json_option,
    one_after_the_other,
    pv_peak_option,
    pv_source_option,
    quiet_option,
)
from pvsim.cli.publishing import mqtt_options
from pvsim.cli.values import Choice, Quantity, Whole

__all__ = ["listen_options"]


def _duration(field: str, option: str, what: str, default: str, *, most: int) -> Any:
    return click.option(
        option,
        field,
        type=Whole("DURATION_S", "DURATION", least=0, most=most),
        metavar="DURATION",
        default=default,
        show_default=True,
        help=what,
    )


listen_options = one_after_the_other(
    section(
        PERIOD,
        field_option(
            "tz",
            "--tz",
            shell_complete=zones,
            envvar="PVSIM_TZ",
            help="Time zone: days begin at its midnight.  [default: the site's, else Europe/Berlin]",
        ),
        _duration(
            "lateness_s",
            "--lateness",
            "How long a second stays open for readings that come late.",
            "10s",
            most=3_600,
        ),
        _duration(
            "hold_s",
            "--hold",
            "For how long the last value stands for seconds without a reading, with a flag; 0: they have no row.",
            "0s",
            most=86_400,
        ),
        _duration(
            "silence_s", "--silence", "Say that a meter is silent after so long; 0: never.", "60s", most=86_400
        ),
    ),
    section(
        SITE,
        field_option(
            "site",
            "--site",
            metavar="NAME",
            shell_complete=or_a_file("brief", "home", "home-battery", "home-tariff", "office", "depot"),
            envvar="PVSIM_SITE",
            help="A place with its PV plants, weather and battery, as of pvsim run, or a FILE.toml; each meter is"
            " at such a place.",
        ),
        field_option(
            "seed",
            "--seed",
            type=Whole("NUMBER", "NUMBER"),
            envvar="PVSIM_SEED",
            help="Seed of clouds and air.  [default: 1]",
        ),
    ),
    section(
        METER,
        click.option(
            "--meter-kind",
            "kind",
            type=Choice(["load", "grid"]),
            default="load",
            show_default=True,
            envvar="PVSIM_METER_KIND",
            help="What meters measure that the file does not describe. load: what the building uses; grid: the"
            " power at the grid connection, negative where it exports.",
        ),
        click.option(
            "--meter-max-w",
            "max_w",
            type=Whole("POWER_W", "W"),
            metavar="W",
            default=9_000,
            show_default=True,
            envvar="PVSIM_METER_MAX_W",
            help="The most that such a meter may show; a reading above it is rejected.",
        ),
        click.option(
            "--max-meters",
            type=Whole("NUMBER", "N", least=1, most=1_000),
            metavar="N",
            default=1_000,
            show_default=True,
            help="How many meters may join.",
        ),
    ),
    section(
        PV,
        pv_source_option("measured power on the same days.  [default: site with --site, else curve]"),
        pv_peak_option,
    ),
    section(
        OUTPUT,
        click.option(
            "--name",
            default="home",
            show_default=True,
            metavar="NAME",
            envvar="PVSIM_SERVICE",
            help="Name of the service: in routing keys, and of its directory.",
        ),
        click.option(
            "--out",
            type=click.Path(path_type=Path, readable=False),
            default=Path("listen"),
            show_default=True,
            envvar="PVSIM_LISTEN_OUT",
            help="Where the service's directory goes; there a directory a meter, and in it one a day.",
        ),
        click.option(
            "--keep",
            "keep_days",
            type=Whole("DAYS", "DAYS", least=0),
            metavar="DAYS",
            default=400,
            show_default=True,
            help="Remove days that are older; 0: keep all. A day of a meter takes 5 to 7 MB.",
        ),
        click.option(
            "--stop-after",
            "stop_after_s",
            type=Quantity("DURATION_S", "DURATION", above=0),
            metavar="DURATION",
            help="End after this long.  [default: on SIGTERM or Ctrl-C]",
        ),
        click.option(
            "--replay",
            is_flag=True,
            help="Read the log as it is now to its end, publish nothing, and end.",
        ),
        click.option(
            "--publish-every",
            "publish_every_s",
            type=Whole("DURATION_S", "DURATION", least=1, most=3_600),
            metavar="DURATION",
            default="1s",
            show_default=True,
            help="Publish means over this period, to the stream pvsim.NAME.samples and with the routing key"
            " pv.NAME.METER.",
        ),
        click.option("--no-publish", is_flag=True, help="Publish no samples."),
        click.option(
            "--clock",
            metavar="SPEED@TIME",
            help="For tests and demonstrations: show TIME when the first message comes, and go SPEED times as"
            " fast, such as 60x@2024-06-21T00:00:00+02:00.",
        ),
    ),
    mqtt_options,
    broker_option,
    section(
        BROKER,
        click.option(
            "--patience",
            "patience_s",
            type=Quantity("DURATION_S", "DURATION", least=0),
            metavar="DURATION",
            envvar="PVSIM_LISTEN_PATIENCE",
            help="Give up when the broker is lost for this long.  [default: never]",
        ),
        click.option(
            "--log-days",
            type=Whole("DAYS", "DAYS", least=1, most=3_650),
            metavar="DAYS",
            default=7,
            show_default=True,
            help="How long the broker keeps messages, in a log that is made now.",
        ),
    ),
    json_option("what happens, a line each,"),
    section(
        OUTPUT,
        click.option(
            "--metrics",
            metavar="HOST:PORT",
            envvar="PVSIM_METRICS",
            help="Answer Prometheus there, such as 127.0.0.1:9464.  [default: nowhere]",
        ),
    ),
    quiet_option,
    file_system_option,
)
