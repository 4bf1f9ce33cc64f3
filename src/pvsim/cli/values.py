"""The types of options: what people type is taken where it means one thing, and else explained."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import click

from pvsim.errors import UsageError

if TYPE_CHECKING:
    from typing import TypeAlias

    from pvsim.core.quantities.typed import Kind
    from pvsim.core.run.shares import Share

    _Type: TypeAlias = click.ParamType[Any]
    _Choice: TypeAlias = click.Choice[str]
else:  # generic only in later versions of click
    _Type, _Choice = click.ParamType, click.Choice

__all__ = ["Choice", "Energies", "Hours", "Part", "Quantity", "Speed", "Whole"]


class Quantity(_Type):
    """A number with a unit, as a float in the unit that the option's name says.

    Args:
        kind: Name of a kind in `pvsim.core.quantities.typed`.
        shown: What the help shows.
        least: The least that it may be; None for no limit here.
        most: The most, where there is a least.
        above: What it must be above; None for no limit.
    """

    def __init__(
        self, kind: str, shown: str, *, least: int | None = None, most: int | None = None, above: int | None = None
    ) -> None:
        self._kind, self._least, self._most, self._above = kind, least, most, above
        self.name = shown

    @property
    def example(self) -> str:
        """One that is right, as it is typed."""
        return self._of_kind().example

    def _of_kind(self) -> "Kind":
        from pvsim.core.quantities import typed  # noqa: PLC0415 - `pvsim --help` needs no fractions

        kind: Kind = getattr(typed, self._kind)
        return kind

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it; see `click.ParamType.convert`."""
        if not isinstance(value, str):  # a default
            return value
        from pvsim.core.quantities import typed  # noqa: PLC0415 - as above

        kind = self._of_kind()
        number = typed.parse_quantity(value, kind, _option(param))
        if bounds := self._broken(number):
            unit = " s" if self._kind == "DURATION_S" else ""  # of others the name of the option says it
            what = f"{_option(param)} is {bounds}{unit}, not {value!r}"
            raise UsageError(what, where=_option(param), fix=f"for example {kind.example}")
        return self._of(number, value, param)

    def _broken(self, number: Any) -> str:
        """The bounds that the number is outside of, in words; or nothing."""
        if self._above is not None and number <= self._above:
            return f"above {self._above}"
        if self._least is None or self._least <= number <= (number if self._most is None else self._most):
            return ""
        return f"at least {self._least}" if self._most is None else f"{self._least} to {self._most}"

    def _of(self, number: Any, text: str, param: click.Parameter | None) -> Any:  # noqa: ARG002 - `Whole` needs them
        return float(number)


class Whole(Quantity):
    """A whole number, with a unit or without."""

    def _of(self, number: Any, text: str, param: click.Parameter | None) -> Any:
        if number.denominator != 1:
            what = f"{_option(param)} is a whole number, not {text!r}"
            raise UsageError(what, where=_option(param), fix="for example 7")
        return int(number)


class _Parsed(_Type, ABC):
    """What is read by a function of its own; a default is there already in the form that it gives."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it; see `click.ParamType.convert`."""
        return self._parse(value, _option(param)) if isinstance(value, str) else value

    @abstractmethod
    def _parse(self, text: str, option: str) -> Any: ...


class Hours(_Parsed):
    """A part of a day: its first hours, or from one time of the clock to another."""

    name = "HOURS"

    def _parse(self, text: str, option: str) -> int | str:
        from pvsim.core.quantities.clock_span import parse_hours  # noqa: PLC0415 - `pvsim --help` needs none

        hours = parse_hours(text, option)
        return hours if isinstance(hours, int) else str(hours)


class Energies(_Parsed):
    """What buildings use in a year: one energy, one for each, or how they differ."""

    name = "KWH"

    def _parse(self, text: str, option: str) -> Any:
        from pvsim.core.site.energy_text import parse_annual_kwh  # noqa: PLC0415 - `pvsim --help` needs none

        return parse_annual_kwh(text, option)


class Speed(_Parsed):
    """How fast simulated time goes: `max`, or for example `60x`."""

    name = "SPEED"

    def _parse(self, text: str, option: str) -> float:
        from pvsim.core.run.pacing import parse_speed  # noqa: PLC0415 - `pvsim --help` needs none

        return parse_speed(text.strip(), option)


class Part(_Parsed):
    """A share of the partitions of a run, for example `0/2`."""

    name = "K/N"

    def _parse(self, text: str, option: str) -> "Share":
        from pvsim.core.run.shares import Share  # noqa: PLC0415 - `pvsim --help` needs none

        return Share.parse(text, option)


class Choice(_Choice):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it; see `click.Choice.convert`."""
        known = [str(choice) for choice in self.choices]
        if value not in known:
            from pvsim.cli.guess import nearest  # noqa: PLC0415 - only for the message

            *others, last = known
            what = f"{_option(param)} is {', '.join(others)} or {last}, not {value!r}"
            near = nearest(str(value), known)
            fix = f"did you mean {near}?" if near else "use one of them"
            raise UsageError(what, where=_option(param), fix=fix)
        return super().convert(value, param, ctx)


def _option(param: click.Parameter | None) -> str:
    """How the parameter is called on the command line."""
    if param is None:
        return "the value"
    return param.opts[0] if isinstance(param, click.Option) else param.human_readable_name
