"""The words of the page in each language, kept as data."""

import tomllib
from functools import lru_cache
from pathlib import Path

__all__ = ["LANGUAGES", "words_of"]

LANGUAGES = ("en", "de")


@lru_cache(maxsize=len(LANGUAGES))
def words_of(language: str) -> dict[str, str]:
    """Texts by key; each language has the same keys."""
    return tomllib.loads(Path(__file__).with_name(f"{language}.toml").read_text("utf-8"))
