"""What may be fed in on which day: settings and rules together, each by hand."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pvsim.adapters.rules_file import read_rules
from pvsim.adapters.site_file import read_site
from pvsim.config import MeterRequest, PvRequest, Request, RunConfig, SitePvConfig, digest
from pvsim.config.connection import ExportStep, connection_of
from pvsim.core.site.schema import Grid
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.configure import configure

HOME, DE = read_site("home"), read_rules("de")  # 8 kWp
NEW = date(2025, 3, 1)
CAP = "60 % of 8 kWp, EEG 2023 § 9 (2), as changed by the Solarspitzengesetz of 21 February 2025"


def limits(site, first="2025-02-24", days=3, rules=DE):
    connection = connection_of(site, rules, date.fromisoformat(first), days)
    return [(step.first_date.isoformat(), step.limit_kw, step.reason) for step in connection.export]


def test_the_cap_begins_in_the_middle_of_a_run():
    site = replace(HOME, rules="de", commissioned=NEW)
    assert limits(site) == [("2025-02-24", None, ""), ("2025-02-25", 4.8, CAP)]
    assert limits(site, "2025-06-01") == [("2025-06-01", 4.8, CAP)]
    assert limits(site, "2024-06-01") == [("2024-06-01", None, "")]


def test_a_plant_is_as_old_as_the_run_where_the_site_does_not_say():
    site = replace(HOME, rules="de")
    assert limits(site) == [("2025-02-24", None, "")]  # an old plant keeps its rights
    assert limits(site, "2025-02-25") == [("2025-02-25", 4.8, CAP)]
    connection = connection_of(site, DE, date(2025, 2, 25), 1)
    assert (connection.commissioned, connection.commissioned_said) == (date(2025, 2, 25), False)


def test_the_strictest_of_several_limits_holds():
    site = replace(HOME, rules="de", commissioned=NEW, grid=Grid(export_limit_kw=6.0))
    assert limits(site) == [("2025-02-24", 6.0, "grid.export_limit_kw"), ("2025-02-25", 4.8, CAP)]
    site = replace(site, grid=Grid(export_limit_kw=6.0, export_limit_percent=50))
    assert limits(site) == [("2025-02-24", 4.0, "50 % of 8 kWp, grid.export_limit_percent")]
    assert limits(replace(site, grid=Grid(export_limit_kw=0.0))) == [("2025-02-24", 0.0, "grid.export_limit_kw")]


@given(st.floats(0, 100), st.none() | st.floats(0, 10))
def test_a_share_of_the_installed_power(percent, kw):
    site = replace(HOME, grid=Grid(export_limit_kw=kw, export_limit_percent=percent))
    ((_, limit_kw, _),) = limits(site, rules=None)
    share = round(8 * percent / 100, 4)
    assert limit_kw == (share if kw is None else min(kw, share))


def test_a_connection_that_says_nothing_new_is_none():
    assert connection_of(HOME, None, NEW, 1) is None
    assert connection_of(replace(HOME, grid=Grid(export_limit_kw=5.0)), None, NEW, 1) is None
    assert connection_of(replace(HOME, grid=Grid(fuse_a=35)), None, NEW, 1).fuse_kw == 24.15


def test_a_configuration_has_what_holds_and_keeps_its_digest():
    grid = Grid(export_limit_kw=5.0, fuse_a=35)
    site = replace(HOME, rules="de", commissioned=NEW, grid=grid)
    plain = configure(Request(site=replace(HOME, grid=Grid(export_limit_kw=5.0)), run_id="r"))
    config = configure(Request(site=site, date="2025-06-01", run_id="r"))
    assert plain.connection is None
    assert config.connection.export == (ExportStep(date(2025, 6, 1), 4.8, CAP),)
    assert config.connection.country == "Germany"
    assert isinstance(config.pv, SitePvConfig)
    assert config.pv == plain.pv  # what is in the connection is not said twice
    assert msgspec.convert(msgspec.to_builtins(config), RunConfig) == config
    assert digest(config) != digest(replace(config, connection=None))
    assert b"connection" in msgspec.json.encode(config)


@pytest.mark.parametrize("changes", [{"rules": "de"}, {"grid": Grid(export_limit_percent=60)}])
def test_a_grid_meter_and_a_cap_contradict(changes):
    request = Request(
        site=replace(HOME, **changes),
        date="2025-06-01",
        meter=MeterRequest(source="g.csv", kind="grid"),
        pv=PvRequest(source="none"),
    )
    with pytest.raises(UsageError, match="cannot be curtailed") as caught:
        configure(request)
    assert caught.value.fix.startswith("leave it out of the site file (60 % of 8 kWp")


def test_rules_that_do_not_exist_are_refused():
    with pytest.raises(BadInputError, match="pvsim has no rules called 'france'"):
        configure(Request(site=replace(HOME, rules="france")))
