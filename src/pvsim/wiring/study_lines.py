"""In which line of a study file a setting is, which the reader of TOML does not say."""

import re

__all__ = ["line_of"]

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_SETTING = re.compile(r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")


def line_of(text: str, section: str, setting: str) -> int:
    """The number of the line that has a setting; that of its section where it is not found, 0 without either.

    Args:
        text: Of the file.
        section: `sweep`, `compare.1` for the second of a list; empty for what is in none.
        setting: Its path.
    """
    tables: dict[str, int] = {}
    here, best, best_line = "", 0, 0
    for number, line in enumerate(text.splitlines(), start=1):
        if table := _TABLE.match(line):
            name = _plain(table[2])
            if table[1] == "[[":
                tables[name] = tables.get(name, -1) + 1
                name = f"{name}.{tables[name]}"
            here, found = name, ""
        elif match := _SETTING.match(line):
            found = _plain(match[1])
        else:
            continue
        path = f"{here}.{found}" if here and found else here or found
        wanted = f"{section}.{setting}" if section else setting
        shared = _shared(path, wanted)
        if shared > best:
            best, best_line = shared, number
    return best_line


def _plain(name: str) -> str:
    """A name of TOML without its quotes and spaces."""
    return re.sub(r"""\s*\.\s*""", ".", name.replace('"', "").replace("'", ""))


def _shared(path: str, wanted: str) -> int:
    """How many parts of the wanted path a path has, where it is a beginning of it."""
    parts, all_parts = path.split("."), wanted.split(".")
    return len(parts) if parts == all_parts[: len(parts)] else 0
