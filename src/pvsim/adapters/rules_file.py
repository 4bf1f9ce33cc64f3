"""Rules of countries: TOML, checked as a whole; those that come with pvsim, and files of one's own."""

from difflib import get_close_matches
from pathlib import Path

import msgspec

from pvsim.adapters.shared.shipped import shipped
from pvsim.adapters.shared.toml_file import TomlFile, parse_toml
from pvsim.core.rules.holding import rule_contradictions
from pvsim.core.rules.schema import Rules
from pvsim.core.site.problems import listed, problems
from pvsim.errors import BadInputError

__all__ = ["COUNTRIES", "read_rules"]

COUNTRIES = ("de", "be")
"""The rules that come with pvsim, by the country's name in ISO 3166."""


def read_rules(name: str) -> Rules:
    """The rules of a country that pvsim knows, or of a FILE.toml.

    Raises:
        BadInputError: if there are none, or they are wrong: all that is wrong, each with its place.
    """
    if name in COUNTRIES:
        with shipped(f"rules/{name}.toml") as path:
            return _rules(path.read_text("utf-8"), path.name)
    return _rules(_text(Path(name)), name)


def _rules(text: str, where: str) -> Rules:
    data = parse_toml(text, where)
    found = problems(data, Rules)
    rules = None if found else msgspec.convert(data, Rules)
    found = found if rules is None else rule_contradictions(rules)
    if rules is None or found:
        raise BadInputError(listed(found), where=where, fix="pvsim schema rules describes every setting")
    return rules


def _text(path: Path) -> str:
    known = ", ".join(COUNTRIES)
    if path.suffix.lower() != ".toml":
        near = get_close_matches(str(path).lower(), COUNTRIES, n=1)
        fix = f'write rules = "{near[0]}"' if near else f"write one of {known}, or the path of a FILE.toml"
        raise BadInputError(f"pvsim has no rules called {str(path)!r}; it has {known}", where="rules", fix=fix)
    return TomlFile("rules file", lambda _: f"check the path, or write one of {known}").read(path)
