"""A page is opened where there is a screen, and nowhere else."""

import webbrowser

import pytest

from pvsim.adapters.browser import open_page


@pytest.mark.parametrize(("variable", "opens"), [("DISPLAY", True), ("BROWSER", True), (None, False)])
def test_it_opens_where_there_is_a_screen(monkeypatch, tmp_path, variable, opens):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda url: shown.append(url) or True)
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if variable is not None:
        monkeypatch.setenv(variable, "x")
    assert open_page(tmp_path / "report.html") is opens
    assert shown == [(tmp_path / "report.html").as_uri()] * opens
