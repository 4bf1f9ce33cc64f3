"""The page about a run as one HTML file, that needs nothing else and reaches for nothing."""

from pvsim.adapters.html.catalogue import LANGUAGES, words_of
from pvsim.adapters.html.render import rendered, template

__all__ = ["LANGUAGES", "rendered", "template", "words_of"]
