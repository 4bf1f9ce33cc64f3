"""Rules of countries: TOML, checked as a whole; those that come with pvsim, and files of one's own."""

import tomllib
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

import msgspec

from pvsim.core.rules.holding import rule_contradictions
from pvsim.core.rules.schema import Rules
from pvsim.core.site.problems import problems
from pvsim.errors import BadInputError

__all__ = ["COUNTRIES", "read_rules"]

COUNTRIES = ("de", "be")
"""The rules that come with pvsim, by the country's name in ISO 3166."""

_LONGEST = 1_000_000


def read_rules(name: str) -> Rules:
    """The rules of a country that pvsim knows, or of a FILE.toml.

    Raises:
        BadInputError: if there are none, or they are wrong: all that is wrong, each with its place.
    """
    if name in COUNTRIES:
        where, text = f"{name}.toml", files("pvsim").joinpath(f"data/rules/{name}.toml").read_text("utf-8")
    else:
        where, text = name, _text(Path(name))
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        fix = "correct that line: text is in quotes, a table name in [brackets], decimals follow a point"
        raise BadInputError(f"not TOML: {error}", where=where, fix=fix) from error
    found = problems(data, Rules)
    rules = None if found else msgspec.convert(data, Rules)
    found = found if rules is None else rule_contradictions(rules)
    if rules is None or found:
        what = found[0] if len(found) == 1 else "\n  ".join([f"{len(found)} settings are wrong:", *found])
        raise BadInputError(what, where=where, fix="pvsim schema rules describes every setting")
    return rules


def _text(path: Path) -> str:
    known = ", ".join(COUNTRIES)
    if path.suffix.lower() != ".toml":
        near = get_close_matches(str(path).lower(), COUNTRIES, n=1)
        fix = f'write rules = "{near[0]}"' if near else f"write one of {known}, or the path of a FILE.toml"
        raise BadInputError(f"pvsim has no rules called {str(path)!r}; it has {known}", where="rules", fix=fix)
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LONGEST + 1)
    except UnicodeDecodeError as error:
        raise BadInputError("the rules are not UTF-8 text", where=str(path), fix="save it as UTF-8") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        fix = f"check the path, or write one of {known}"
        raise BadInputError(f"the rules cannot be read: {reason}", where=str(path), fix=fix) from error
    if len(text) > _LONGEST:
        what = f"the file of the rules has more than {_LONGEST:,} characters"
        raise BadInputError(what, where=str(path), fix="is it another file?")
    return text
