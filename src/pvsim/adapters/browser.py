"""Shows a page in the user's browser, where there is a screen to show it on."""

import os
import webbrowser
from pathlib import Path

__all__ = ["open_page"]

_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")


def open_page(path: Path) -> bool:
    """Open a page; whether a browser has been found."""
    if not any(os.environ.get(name) for name in _SCREENS):  # a text browser would take the terminal
        return False
    return webbrowser.open(path.resolve().as_uri())
