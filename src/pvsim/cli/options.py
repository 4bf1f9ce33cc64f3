"""The options that several commands share, and the configuration that they make."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pvsim.errors import UsageError

if TYPE_CHECKING:
    from pvsim.config import FileConfig, MeterConfig, RunConfig

__all__ = [
    "Configured",
    "broker_options",
    "config_of",
    "given_options",
    "period_options",
    "pv_options",
    "run_id_option",
]

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
    click.option("--tz", default="Europe/Berlin", show_default=True, envvar="PVSIM_TZ", help="Time zone."),
    click.option(
        "--seed", type=int, default=1, show_default=True, envvar="PVSIM_SEED", help="Seed of the meters."
    ),
    click.option(
        "--meter",
        "meter",
        multiple=True,
        type=_MeterKind(),
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
        metavar="KIND",
        default="curve",
        show_default=True,
        envvar="PVSIM_PV",
        help="curve, or a FILE.csv of measured power.",
    ),
    click.option("--pv-peak-kw", type=float, envvar="PVSIM_PV_PEAK_KW", help="Scale the curve to this peak."),
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
    split = options.get("split", "none")
    return replace(config, every_s=parse_period(options.get("every", "1s")), pv=pv, split=split)


def _is_file(text: str) -> bool:
    named = _NAMED.fullmatch(text)
    return (named.group(2) if named else text) not in {*MODELS, "external"}


def _refuse_unused(options: dict[str, Any], prefix: str, *, used: bool) -> None:
    """An option that says how to read a file is a mistake where there is none."""
    for name in ("column", "time_column", "unit", "fill", "gaps", "start"):
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
    for text in texts:
        _refuse_bad_name(text, counted=count is not None)
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


def _refuse_bad_name(text: str, *, counted: bool) -> None:
    """`NAME=KIND` where NAME cannot be one, or where the meters are numbered."""
    name, equals, kind = text.rpartition("=")
    if not equals or Path(text).exists():
        return
    if counted and _NAMED.fullmatch(text):
        fix = f"leave the name out: --meter {kind}"
        raise UsageError(f"with --meters the meters are numbered, not called {name!r}", where="--meter", fix=fix)
    if kind in {*MODELS, "external"} and not _NAMED.fullmatch(text):
        fix = "use up to 32 letters, digits, - and _, beginning with a letter or digit"
        raise UsageError(f"{name!r} is not a name", where="--meter", fix=fix)


def _file(text: str, prefix: str, options: dict[str, Any]) -> "FileConfig":
    from difflib import get_close_matches  # noqa: PLC0415 - only where there is a file

    from pvsim.config import FileConfig, parse_date  # noqa: PLC0415
    from pvsim.wiring.models import file_sha256  # noqa: PLC0415

    kinds = "curve" if prefix == "pv" else ", ".join((*MODELS, "external"))
    path = Path(text)
    if not text.strip() or (not path.suffix and not path.exists()):
        near = get_close_matches(text, kinds.split(", "), n=1)
        fix = f"did you mean {near[0]}?" if near else f"give {kinds}, or the path of a CSV file"
        raise UsageError(f"{text!r} is neither {kinds} nor a file", where=f"--{prefix}", fix=fix)
    start = options[f"{prefix}_start"]
    path = path.absolute()
    return FileConfig(
        path=str(path),
        sha256=file_sha256(path),
        column=options[f"{prefix}_column"],
        time_column=options[f"{prefix}_time_column"],
        unit=options[f"{prefix}_unit"],
        fill=options[f"{prefix}_fill"] or "hold",
        gaps=options[f"{prefix}_gaps"],
        start=None if start is None else parse_date(start, f"--{prefix}-start"),
    )
