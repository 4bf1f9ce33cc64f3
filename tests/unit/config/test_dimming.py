"""Windows of a run against its days and the rules."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from pvsim.adapters.rules_file import read_rules
from pvsim.adapters.site_file import read_site
from pvsim.config import Request, RunConfig, digest
from pvsim.config.dimming import DimmedTime, dimming_of
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.site.schema import DimmingWindow, Grid
from pvsim.errors import UsageError
from pvsim.wiring.configure import configure

DE, BE = read_rules("de"), read_rules("be")
DAY = Timeline.of_days(date(2025, 1, 15), 1, ZoneInfo("Europe/Berlin"))
EVENING = DimmingWindow("2025-01-15T17:00", "2025-01-15T19:00", 4.2)
MIDNIGHT_UTC = DAY.start_utc


def test_the_windows_that_touch_the_run():
    windows = (
        DimmingWindow("2025-01-15T23:00", "2025-01-16T01:00", 5.0),
        EVENING,
        DimmingWindow("2025-01-14T23:00", "2025-01-15T00:00", 4.2),
        DimmingWindow("2025-01-16T00:00", "2025-01-16T01:00", 4.2),
    )
    hours = [(17, 19, 4.2), (23, 25, 5.0)]
    wanted = tuple(DimmedTime(MIDNIGHT_UTC + 3_600 * a, MIDNIGHT_UTC + 3_600 * b, kw) for a, b, kw in hours)
    assert dimming_of(windows, DAY, DE, named=True) == wanted


def test_a_limit_below_what_a_device_may_always_take_is_refused():
    low = replace(EVENING, limit_kw=4.1)
    for named in (True, False):
        with pytest.raises(UsageError, match=r"4\.1 kW is less than the 4\.2 kW .*EnWG § 14a") as caught:
            dimming_of([low], DAY, DE, named=named)
        assert caught.value.field == "site"
    with pytest.raises(UsageError, match="; and 2 more"):
        dimming_of([low] * 5, DAY, DE, named=True)


def test_dimming_without_a_rule_for_it():
    with pytest.raises(UsageError, match="no rule of Belgium allows it on 2025-01-15"):
        dimming_of([EVENING], DAY, BE, named=True)
    before = Timeline.of_days(date(2023, 1, 15), 1, ZoneInfo("Europe/Berlin"))
    window = DimmingWindow("2023-01-15T17:00", "2023-01-15T19:00", 1.0)
    with pytest.raises(UsageError, match="no rule of Germany allows it on 2023-01-15"):
        dimming_of([window], before, DE, named=True)
    assert len(dimming_of([window], before, DE, named=False)) == 1  # an agreement of one's own


def test_windows_change_the_digest_and_the_name_of_a_run():
    site = read_site("home-battery")
    dimmed = replace(site, grid=replace(site.grid, dimming=(EVENING,)))
    config, plain = (configure(Request(site=each, date="2025-01-15")) for each in (dimmed, site))
    assert plain.dimming == ()
    assert config.dimming == (DimmedTime(MIDNIGHT_UTC + 17 * 3_600, MIDNIGHT_UTC + 19 * 3_600, 4.2),)
    assert config.run_id != plain.run_id  # meters read something else
    assert digest(replace(config, dimming=())) != digest(config)
    assert msgspec.convert(msgspec.to_builtins(config), RunConfig) == config
    assert config.pv == plain.pv
    assert config.connection.dimming_windows == 1


def test_a_date_at_the_end_of_the_calendar_is_one_mistake():
    site = replace(read_site("home"), rules="de", grid=Grid(dimming=(EVENING,)))
    with pytest.raises(UsageError, match="leave the calendar"):
        configure(Request(site=site, date="9999-12-31", days=5))
    with pytest.raises(UsageError, match="`date` is a date"):
        configure(Request(site=site, date="soon"))
