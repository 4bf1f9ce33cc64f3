"""`pvsim listen`: a service without an end for anybody's meters."""

import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from pvsim.adapters.signals import run_with_stop
from pvsim.cli.command import SETTINGS_FROM, Configured
from pvsim.cli.fields import request_of
from pvsim.cli.listen_options import listen_options
from pvsim.cli.publishing import discovery_of, mqtt_of
from pvsim.cli.settings_files import read_toml, settings_of
from pvsim.errors import BadInputError, InterruptedRunError, UsageError

if TYPE_CHECKING:
    import asyncio

    from pvsim.cli.listen_lines import Lines
    from pvsim.cli.watchers import Watchers
    from pvsim.config.listening import ListenRequest
    from pvsim.wiring.listen import Service, Setting
    from pvsim.wiring.service_log import Broker

__all__ = ["COMMANDS"]

_METERS, _LINES = "meters", "lines"
_LONGEST_PAUSE_S = 30.0


def _take_file(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Path | None:
    """Take the settings of the file as defaults of the options, over those of other settings files."""
    if path is None or context.resilient_parsing:
        return path
    if not path.is_file():
        what = "a directory, not a file" if path.is_dir() else "there is no such file"
        raise BadInputError(
            what, where=str(path), fix="check the path; docs/reference/listen.md shows a listen.toml"
        )
    from pvsim.adapters.shared.toml_file import TomlFile, table_lines  # noqa: PLC0415 - only where there is a file

    said = read_toml(path)
    context.meta[_LINES] = table_lines(TomlFile("settings file").read(path), _METERS)
    context.meta[_METERS] = {name: said.pop(name) for name in (_METERS,) if name in said}
    settings = settings_of(context.command, said, f"{path},")
    context.meta[SETTINGS_FROM] = dict.fromkeys(settings, str(path))
    context.default_map = {**(context.default_map or {}), **settings}
    return path


@click.command(cls=Configured)
@click.argument(
    "file", required=False, type=click.Path(path_type=Path), is_eager=True, callback=_take_file, metavar="[FILE]"
)
@listen_options
@click.pass_context
def listen(context: click.Context, /, **params: Any) -> None:
    """Turn the readings of anybody's meters into rows, day by day, without an end; started again, it goes on.

    \b
    Examples:
      pvsim listen
      pvsim listen --site home-battery --hold 10s
      pvsim listen listen.toml --out /var/lib/pvsim
      pvsim listen --publish-every 10s --mqtt mqtt://localhost    for Home Assistant and evcc
      pvsim listen --replay --out again            the same rows from the log once more
      pvsim report listen/home/m1/2026-11-26
    Meters publish to exchange pvsim, routing key meter.NAME.METER, or by MQTT to meter/NAME/METER.
    FILE is TOML: options by their names, and [[meters]].
    """  # noqa: D301
    from pvsim.adapters.logs import MAX_BYTES, open_log  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.cli.listen_lines import Lines  # noqa: PLC0415 - as above
    from pvsim.cli.watchers import watching  # noqa: PLC0415 - as above
    from pvsim.wiring.listen import Service  # noqa: PLC0415 - as above
    from pvsim.wiring.service_log import Broker  # noqa: PLC0415 - as above

    url, setting = params["broker"], _setting(params)
    lines = Lines(quiet=params["quiet"], as_json=params["as_json"])
    signals: list[int] = []
    with Service(_request(context, params), setting) as service:
        handler = open_log(service.directory, "listen", most_bytes=MAX_BYTES)
        try:
            broker = Broker(partial(_find, url, lines), progress=lines.show)
            shown = {"lateness_s": params["lateness_s"], "state": service.state}
            with watching(lines, params["metrics"], **shown) as watchers:
                use = partial(_listen, service, setting, broker, watchers, stop_after_s=params["stop_after_s"])
                run_with_stop(use, told=signals.append)
        finally:
            lines.end(service.state, service.directory)
            handler.close()
    if signal.SIGINT in signals:
        raise InterruptedRunError("stopped; everything is written, and pvsim listen goes on from there")


def _request(context: click.Context, params: dict[str, Any]) -> "ListenRequest":
    from pvsim.config.listening import ListenRequest, meters_of  # noqa: PLC0415 - `pvsim --help` needs none
    from pvsim.core.run.plan import NAME, NAME_RULE  # noqa: PLC0415 - as above

    if not NAME.fullmatch(params["name"]):
        what = f"--name: {params['name']!r} cannot be the name of a service"
        raise UsageError(what, where="--name", fix=NAME_RULE)
    names = ("name", "lateness_s", "hold_s", "silence_s", "keep_days", "max_meters", "kind", "max_w")
    meters = meters_of(context.meta.get(_METERS, {}), str(params["file"]), context.meta.get(_LINES, ()))
    said = {name: params[name] for name in names}
    said["keep_days"] = said["keep_days"] or None
    if len(meters) > params["max_meters"]:
        what = f"--max-meters is {params['max_meters']:,}, but {len(meters):,} meters are described"
        raise UsageError(what, where="--max-meters", fix=f"--max-meters {len(meters)}, or more")
    off, every = map(context.get_parameter_source, ("no_publish", "publish_every_s"))
    overrides = off is ParameterSource.COMMANDLINE is not every
    if params["no_publish"] and every is not ParameterSource.DEFAULT and not overrides:
        what = "--no-publish and --publish-every contradict each other"
        raise UsageError(what, where="--no-publish", fix="leave one of the two out, also of files of settings")
    return ListenRequest(run=request_of(context), meters=meters, **said)


def _setting(params: dict[str, Any]) -> "Setting":
    import random  # noqa: PLC0415 - `pvsim --help` needs none
    from math import inf  # noqa: PLC0415 - as above

    from pvsim.adapters.streams import Retention  # noqa: PLC0415 - as above
    from pvsim.app.patience import Patience  # noqa: PLC0415 - as above
    from pvsim.core.session.clock import parse_clock  # noqa: PLC0415 - as above
    from pvsim.wiring.listen import Setting  # noqa: PLC0415 - as above

    limit_s = inf if params["patience_s"] is None else params["patience_s"]
    return Setting(
        params["out"],
        params["broker"],
        Patience(limit_s, longest_pause_s=_LONGEST_PAUSE_S, jitter=random.random, from_start=not params["broker"]),
        None if params["clock"] is None else parse_clock(params["clock"]),
        replay=params["replay"],
        publish_every_s=None if params["no_publish"] else params["publish_every_s"],
        mqtt=mqtt_of(params),
        discovery=discovery_of(params),
        accept_unsafe=params["allow_unsafe_filesystem"],
        retention=Retention(days=params["log_days"]),
    )


async def _find(url: str | None, lines: "Lines") -> Any:
    from pvsim.wiring.broker import find_broker  # noqa: PLC0415 - `pvsim --help` needs none

    return await find_broker(url, say=lines.said, progress=lines.show)


async def _listen(
    service: "Service",
    setting: "Setting",
    broker: "Broker",
    watchers: "Watchers",
    stop: "asyncio.Event",
    *,
    stop_after_s: float | None,
) -> None:
    import asyncio  # noqa: PLC0415 - `pvsim --help` needs none

    async def stop_later() -> None:
        if stop_after_s is not None:
            await asyncio.sleep(stop_after_s)
            stop.set()

    for note in service.notes:
        watchers.said(note)
    if not setting.replay:
        for note in _notes(service, setting):
            watchers.said(note)
    ending = asyncio.ensure_future(stop_later())
    try:
        with suppress(InterruptedRunError):  # while it waited for the broker: all is written
            await service.listen(broker, watcher=watchers, notify=watchers.notify, stop=stop)
    finally:
        ending.cancel()


def _notes(service: "Service", setting: "Setting") -> list[str]:
    """Where to publish, and where the rows go."""
    where = (
        "pvsim broker url prints the broker's address" if setting.url is None else "at the broker that was given"
    )
    key, topic = f"meter.{service.name}.METER", f"meter/{service.name}/METER"
    rows = service.directory / "METER" / "DAY" / "samples.csv"
    notes = [f"meters publish with routing key {key} to the exchange pvsim, by MQTT to {topic} ({where})"]
    notes.append(f"rows go to {rows}; a reading without a time counts for the second in which it comes")
    for meter, phases in service.phases.items():
        *first, last = phases
        what = f"{meter} is the sum of its phases {', '.join(first)} and {last}"
        notes.append(f"{what}: a second without one of them has no row, unless a value is held")
    if service.waits:
        longest = max(service.waits, key=lambda name: service.waits[name])
        more = f" (and of {len(service.waits) - 1:,} more)" if len(service.waits) > 1 else ""
        limit = f"for {service.waits[longest]:,} s at most (max_interval_s)"
        notes.append(f"the rows of all meters wait for the counter of {longest}{more}, {limit}")
    if setting.publish_every_s is not None:
        what = "each row" if setting.publish_every_s == 1 else f"the mean of each {setting.publish_every_s} s"
        stream = f"pvsim.{service.name}.samples"
        notes.append(f"{what} is published to exchange pvsim, key pv.{service.name}.METER, and to stream {stream}")
    if setting.mqtt is not None:
        notes.append(f"the newest values go by MQTT to {setting.mqtt}: pvsim/{service.name}/METER/...")
    if setting.clock is not None:
        notes.append(f"the clock is {setting.clock}: times of arrival are moved and stretched")
    return notes


COMMANDS = (listen,)
