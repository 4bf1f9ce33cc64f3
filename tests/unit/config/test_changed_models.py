"""Runs of older versions: which of their models give other values now."""

from datetime import date

import pytest

from pvsim import __version__, configure
from pvsim.config import CurveConfig, MeterConfig, Request, RunConfig, SyntheticMeter
from pvsim.config.changed_models import changed_between, changed_models

SITES = {"home": ("buildings", "clouds"), "office": ("buildings", "clouds"), "brief": ()}


def of_site(name):
    return configure(Request(site=name, days=1))


@pytest.mark.parametrize(("site", "models"), SITES.items())
def test_a_run_of_0_1_tells_the_models_that_it_uses(site, models):
    assert changed_models(of_site(site), "0.1.0") == models


@pytest.mark.parametrize("version", [__version__, "0.2.0", "0.10.0", "1.0"])
def test_a_run_of_this_version_or_a_later_one_is_as_it_was(version):
    assert changed_models(of_site("home"), version) == ()


@pytest.mark.parametrize("version", ["", "unknown", "0.0.9"])
def test_what_is_no_version_is_older_than_all(version):
    assert changed_models(of_site("home"), version) == ("buildings", "clouds")


def test_meters_and_curves_without_a_model_stay_the_same():
    meters = (MeterConfig("m1", SyntheticMeter()),)
    config = RunConfig("r1", date(2024, 6, 21), 1, "Europe/Berlin", 1, 60, meters, CurveConfig())
    assert changed_models(config, "0.1.0") == ()


@pytest.mark.parametrize(
    ("one", "other", "models"),
    [("0.1.0", "0.2.0", SITES["home"]), ("0.1.0", "0.1.9", ()), ("unknown", "0.1.0", ()), ("0.2.0", "1.0", ())],
)
def test_two_versions_differ_where_a_change_lies_between_them(one, other, models):
    assert changed_between(of_site("home"), one, other) == models
    assert changed_between(of_site("home"), other, one) == models
