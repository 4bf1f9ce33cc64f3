"""TOML files that people write: read as a whole, and refused in the words of what they are."""

import re
import tomllib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pvsim.errors import BadInputError

__all__ = ["TomlFile", "parse_toml", "table_lines"]

_LONGEST = 1_000_000  # a hundred plants with a horizon point for each degree
_NO_TOML = "correct that line: text is in quotes, a table name in [brackets], decimals follow a point"


def _check_the_path(_: Path) -> str:
    return "check the path"


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A kind of file, and what helps where there is none.

    Attributes:
        name: What it is called, such as `site file`.
        if_missing: What to do where there is no such file, by its path.
        if_directory: What to do where a directory has its name, by its path.
    """

    name: str
    if_missing: Callable[[Path], str] = _check_the_path
    if_directory: Callable[[Path], str] = _check_the_path

    def read(self, path: Path) -> str:
        """The text of a file; a byte order mark is left out.

        Raises:
            BadInputError: if there is none, it cannot be read, is not UTF-8, or is too long for what it should be.
        """
        try:
            with path.open(encoding="utf-8-sig") as file:
                text = file.read(_LONGEST + 1)
        except FileNotFoundError as error:
            what, fix = f"there is no such {self.name}", self.if_missing(path)
            raise BadInputError(what, where=str(path), fix=fix) from error
        except IsADirectoryError as error:
            what, fix = f"a directory, not a {self.name}", self.if_directory(path)
            raise BadInputError(what, where=str(path), fix=fix) from error
        except UnicodeDecodeError as error:
            utf_16 = error.object.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
            what = f"the {self.name} is {'UTF-16 text, not UTF-8' if utf_16 else 'not UTF-8 text'}"
            raise BadInputError(what, where=str(path), fix="save it as UTF-8") from error
        except OSError as error:
            what = f"the {self.name} cannot be read: {error.strerror or error}"
            fix = "check the path and that you may read the file"
            raise BadInputError(what, where=str(path), fix=fix) from error
        except ValueError as error:
            raise BadInputError(
                f"not a file path: {error}", where=repr(str(path)), fix="check the path"
            ) from error
        if len(text) > _LONGEST:
            what = f"the {self.name} has more than {_LONGEST:,} characters"
            fix = f"is it another file? A {self.name} has a few lines of TOML"
            raise BadInputError(what, where=str(path), fix=fix)
        return text


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """The data of a text.

    Args:
        text: All of it.
        where: The file, for the message.

    Raises:
        BadInputError: if it is no TOML; with the line.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits, 5,000 brackets
        raise BadInputError(f"not TOML: {error}", where=where, fix=_NO_TOML) from error


def table_lines(text: str, name: str) -> tuple[int, ...]:
    """The lines on which the tables of a list begin, `[[name]]`, counted from 1."""
    header = re.compile(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]\s*(#.*)?")
    return tuple(number for number, line in enumerate(text.splitlines(), 1) if header.fullmatch(line))
