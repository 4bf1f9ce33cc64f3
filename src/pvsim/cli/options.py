"""The options that several commands share, and the configuration that they make."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.config import FileConfig, MeterConfig, RunConfig

__all__ = ["broker_options", "config_of", "given_options", "period_options", "pv_options", "run_id_option"]

Command = TypeVar("Command", bound=Callable[..., Any])
MODELS = ("uniform", "walk")
_NAMED = re.compile(r"([A-Za-z0-9][A-Za-z0-9_-]{0,31})=(.+)", re.DOTALL)


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
            default="hold",
            show_default=True,
            help="A sample is the mean until the next, or a point on a line.",
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


period_options = _all(
    click.option("--date", default="2024-06-21", show_default=True, envvar="PVSIM_DATE", help="First local day."),
    click.option("--days", type=int, default=1, show_default=True, envvar="PVSIM_DAYS", help="How many days."),
    click.option("--tz", default="Europe/Berlin", show_default=True, envvar="PVSIM_TZ", help="Time zone."),
    click.option(
        "--seed", type=int, default=1, show_default=True, envvar="PVSIM_SEED", help="Seed of the meters."
    ),
    click.option(
        "--meter",
        "meter",
        multiple=True,
        metavar="[NAME=]KIND",
        default=["uniform"],
        show_default=True,
        envvar="PVSIM_METER",
        help="uniform (0..9000 W, each second anew), walk (continuous), a FILE.csv of measured power, or external"
        " (somebody else publishes; pvsim simulate only). Repeat it for several meters.",
    ),
    click.option(
        "--meters", type=int, metavar="N", envvar="PVSIM_METERS", help="N meters of the one --meter kind."
    ),
    _series_options("meter", "meter"),
)

pv_options = _all(
    click.option(
        "--pv",
        default="curve",
        show_default=True,
        envvar="PVSIM_PV",
        help="curve, or a FILE.csv of measured power.",
    ),
    click.option("--pv-peak-kw", type=float, envvar="PVSIM_PV_PEAK_KW", help="Scale the curve to this peak."),
    _series_options("pv", "PV"),
    click.option(
        "--every",
        default="1s",
        show_default=True,
        envvar="PVSIM_EVERY",
        help="Write means over this: 2s, 1min, 1h.",
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
)

run_id_option = click.option(
    "--run-id", metavar="ID", envvar="PVSIM_RUN_ID", help="Name of the run.  [default: from the other options]"
)


def given_options(context: click.Context) -> list[str]:
    """The options of the command that the user gave as flags, by name."""
    source = click.core.ParameterSource.COMMANDLINE
    return [name for name in context.params if context.get_parameter_source(name) is source]


def config_of(options: dict[str, Any], run_id: str | None = None) -> "RunConfig":
    """The configuration that the options say.

    Args:
        options: The command's parameters; PV options may be missing.
        run_id: Name of the run; None makes one from the meters' side of the options, so that meter and
            simulator that are given the same options meet.

    Raises:
        UsageError: if an option is wrong or does not fit another.
    """
    from msgspec.structs import replace  # noqa: PLC0415

    from pvsim.config import CurveConfig, RunConfig, digest, parse_date  # noqa: PLC0415
    from pvsim.core.timeline import parse_period  # noqa: PLC0415

    peak_kw = options.get("pv_peak_kw")
    pv_kind = options.get("pv", "curve")
    config = RunConfig(
        run_id=run_id or "",
        first_date=parse_date(options["date"], "--date"),
        days=options["days"],
        tz=options["tz"],
        seed=options["seed"],
        every_s=1,
        meters=_meters(options["meter"], options["meters"], options),
        pv=CurveConfig(),
    )
    if run_id is None:
        config = replace(config, run_id=f"{config.first_date:%Y%m%d}-{digest(config).hex()[:8]}")
    _refuse_unused(options, "meter", used=any(_is_file(text) for text in options["meter"]))
    _refuse_unused(options, "pv", used=pv_kind != "curve")
    if pv_kind != "curve" and peak_kw is not None:
        raise UsageError("it scales the curve; a file has its own power", where="--pv-peak-kw", fix="leave it out")
    pv = CurveConfig(peak_kw) if pv_kind == "curve" else _file(pv_kind, "pv", options)
    return replace(config, every_s=parse_period(options.get("every", "1s")), pv=pv)


def _is_file(text: str) -> bool:
    named = _NAMED.fullmatch(text)
    return (named.group(2) if named else text) not in {*MODELS, "external"}


def _refuse_unused(options: dict[str, Any], prefix: str, *, used: bool) -> None:
    """An option that says how to read a file is a mistake where there is none."""
    for name in ("column", "time_column", "unit", "gaps", "start"):
        if not used and options.get(f"{prefix}_{name}") is not None:
            option = f"--{prefix}-{name.replace('_', '-')}"
            raise UsageError(
                "it says how to read a file, but none is given", where=option, fix=f"add --{prefix} FILE"
            )


def _meters(texts: Sequence[str], count: int | None, options: dict[str, Any]) -> tuple["MeterConfig", ...]:
    from pvsim.config import ExternalMeter, MeterConfig, SyntheticMeter  # noqa: PLC0415
    from pvsim.core.plan import MAX_METERS  # noqa: PLC0415

    if count is not None:
        if len(texts) != 1:
            raise UsageError("it multiplies one --meter, not several", where="--meters", fix="give --meter once")
        if not 1 <= count <= MAX_METERS:
            raise UsageError(f"a run has 1 to {MAX_METERS:,} meters, not {count:,}", where="--meters")
        texts = list(texts) * count
    width = len(str(len(texts)))
    meters = []
    for number, text in enumerate(texts, start=1):
        named = _NAMED.fullmatch(text)
        name, kind = named.groups() if named and count is None else (f"m{number:0{width}}", text)
        source = (
            SyntheticMeter(kind)  # type: ignore[arg-type]  # checked by `in`
            if kind in MODELS
            else ExternalMeter()
            if kind == "external"
            else _file(kind, "meter", options)
        )
        meters.append(MeterConfig(name, source))
    return tuple(meters)


def _file(text: str, prefix: str, options: dict[str, Any]) -> "FileConfig":
    from pvsim.config import FileConfig, parse_date  # noqa: PLC0415
    from pvsim.wiring.models import file_sha256  # noqa: PLC0415

    kinds = "curve" if prefix == "pv" else ", ".join((*MODELS, "external"))
    path = Path(text)
    if not path.suffix and not path.exists():
        raise UsageError(
            f"{text!r} is neither {kinds} nor a file", where=f"--{prefix}", fix="see pvsim run --help"
        )
    start = options[f"{prefix}_start"]
    path = path.absolute()
    return FileConfig(
        path=str(path),
        sha256=file_sha256(path),
        column=options[f"{prefix}_column"],
        time_column=options[f"{prefix}_time_column"],
        unit=options[f"{prefix}_unit"],
        fill=options[f"{prefix}_fill"],
        gaps=options[f"{prefix}_gaps"],
        start=None if start is None else parse_date(start, f"--{prefix}-start"),
    )
