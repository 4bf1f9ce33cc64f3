"""Days of a service for tests: a made log, through a session and its files to sealed days."""

from tests.sessions import a_plan, at, entry, serve

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.config import PvRequest, Request
from pvsim.wiring.days import ServiceDays
from pvsim.wiring.sealing import carry_out

MIDNIGHT = at("2024-10-27 00:00")
DAY = "2024-10-27"


def a_log(*, step_s=1, missing=()):
    """A day of 25 hours and a little of those beside it."""
    seconds = [s for s in range(-3 * step_s, 90_000 + step_s, step_s) if s not in missing]
    log = [entry(i, MIDNIGHT + s, "m1", 500 + s * 37 % 3_000) for i, s in enumerate(seconds)]
    return [*log, entry(len(log), MIDNIGHT + 90_000 + 60, None, "")]


def a_service(hold_s=0, request=None):
    days = ServiceDays(
        "home", request or Request(site="home-battery", pv=PvRequest(source="curve")), hold_s=hold_s
    )
    return a_plan(hold_s=hold_s), days, days


def made(directory):
    """The directory of a service that has had a day of 25 hours without a gap, and seconds of the day before."""
    files = serve(directory, a_service(), a_log(), [10_000], work=carry_out, disk=FileSystem())
    assert files.notes == []
    return directory
