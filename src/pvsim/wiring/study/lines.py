"""In which line of a study file a setting is, which the reader of TOML does not say."""

import re

__all__ = ["StudyLines"]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_SETTING = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_DOT = re.compile(r"\s*\.\s*")


class StudyLines:
    """The lines of the settings of a study file; it is gone through when the first is asked for.

    Args:
        text: Of the file.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[str, int] | None = None

    def line_of(self, section: str, setting: str) -> int:
        """The number of the line that has a setting; that of its section where it is not found, 0 without either.

        Args:
            section: `sweep`, `compare.1` for the second of a list; empty for what is in none.
            setting: Its path.
        """
        lines = self._lines = _lines(self._text) if self._lines is None else self._lines
        wanted = f"{section}.{setting}" if section and setting else section or setting
        while wanted and wanted not in lines:
            wanted, _, _ = wanted.rpartition(".")
        return lines.get(wanted, 0)


def _lines(text: str) -> dict[str, int]:
    """The line of each table and setting, by its whole path."""
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    here = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if table := _TABLE.match(line):
            name = _plain(table[2])
            lines.setdefault(name, number)
            if table[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                name = f"{name}.{counts[name]}"
            here = name
            lines.setdefault(here, number)
        elif setting := _SETTING.match(line):
            path = _plain(setting[1])
            lines.setdefault(f"{here}.{path}" if here else path, number)
    return lines


def _plain(name: str) -> str:
    """A name of TOML without its quotes and spaces."""
    return _DOT.sub(".", name.replace('"', "").replace("'", ""))
