"""The path of a file that a command makes: its ending says what it is, so that no other file can be hit."""

import os
from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from pvsim.errors import UsageError

if TYPE_CHECKING:
    from typing import TypeAlias

    _Path: TypeAlias = click.ParamType[Any]
else:  # generic only in later versions of click
    _Path = click.ParamType

__all__ = ["MadeFile", "PageFile", "PictureFile"]


class MadeFile(_Path):
    """The path of a file to be made.

    Args:
        what: What it is: "page".
        verb: What the option does with it: "writes".
        endings: How its name may end; the first is proposed.

    Attributes:
        example: A name for one.
    """

    name = "FILE"

    def __init__(self, what: str, verb: str, endings: Sequence[str]) -> None:
        self._what, self._verb, self._endings = what, verb, tuple(endings)
        self.example = f"{what}{endings[0]}"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ARG002 - click's signature
        """Read it; see `click.ParamType.convert`.

        Raises:
            UsageError: if its ending, or that of the file that it is a link to, is another one, or if a directory
                or a device has that name.
            CannotWriteError: if no file can be made there.
        """
        from pvsim.wiring.places import followed, require_file_place  # noqa: PLC0415 - `pvsim --help` needs none

        option, path = (param.opts[0] if param is not None else self._what), Path(value)
        if str(value) == "-":
            what = f"{option} {self._verb} a file; the standard output is for the text of the command"
            raise UsageError(what, where=option, fix=f"for example {option} {self.example}")
        near = path.with_suffix(self._endings[0]) if path.name not in {"", ".."} else path / self.example
        device = os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path))  # noqa: PTH110, PTH112, PTH113 - never raise
        self._require_ending(path, option, repr(str(value)), self.example if device else str(near))
        if (target := followed(path)).name != path.name:
            self._require_ending(target, option, f"{str(value)!r}, a link to {str(target)!r}", self.example)
        require_file_place(path, option, self._what)
        return path

    def _require_ending(self, path: Path, option: str, shown: str, fix: str) -> None:
        if path.suffix.lower() in self._endings:
            return
        *others, last = self._endings
        endings = f"{', '.join(others)} or {last}" if others else last
        what = f"{option} {self._verb} a file that ends with {endings}, not {shown}"
        what += f", which has {path.suffix or 'no ending'}"
        raise UsageError(what, where=option, fix=f"for example {option} {quote(fix)}")


class PageFile(MadeFile):
    """The path of a page."""

    def __init__(self) -> None:
        super().__init__("page", "writes", (".html", ".htm"))


class PictureFile(MadeFile):
    """The path of a picture, whose ending says the format."""

    def __init__(self) -> None:
        super().__init__("picture", "draws", (".svg", ".pdf", ".png"))
