"""Money and emissions of runs of a site file, by the files that it names."""

from importlib.resources import files

import msgspec
import pytest

from pvsim import Request, simulate
from pvsim.config import RunConfig, digest
from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.configure import configure, with_prices_of
from pvsim.wiring.models import Models

HOME = files("pvsim").joinpath("data/sites/home.toml").read_text("utf-8")
DAY = [f"2024-06-{20 + (hour + 22) // 24} {(hour + 22) % 24:02}:00,{hour * 10}" for hour in range(24)]
CSV = "time (UTC),price [EUR/MWh]\n" + "\n".join(DAY) + "\n"
TARIFF = """
[tariff.import_series]
path = "prices.csv"
"""


@pytest.fixture
def site(tmp_path):
    def write(text, prices=CSV):
        (tmp_path / "prices.csv").write_text(prices)
        path = tmp_path / "site.toml"
        path.write_text(HOME + text)
        return str(path)

    return write


def asked(site, **more):
    return Request(site=site, **{"every": "15min", **more})


def test_a_site_without_prices_has_no_money():
    summary = simulate(Request(site="home", every="15min")).summary
    assert (summary.money, summary.emissions) == (None, None)


def test_prices_of_a_file_and_emissions(site):
    run = simulate(asked(site(TARIFF + "[co2]\ngrams_per_kwh = 100\n")))
    money, emissions = run.summary.money, run.summary.emissions
    by_hand = 0.0
    for samples in run.samples():
        hours = (samples.t_utc - run.plan.timeline.start_utc) // 3600
        by_hand += float((samples.grid_dw.clip(min=0) / 40_000 * hours / 100).sum())
    assert money.energy == pytest.approx(by_hand, abs=1e-6)
    assert emissions.import_kg == pytest.approx(run.summary.energy_kwh.import_ * 0.1, abs=1e-6)


def test_negative_prices_pay_nothing_from_the_midnight_on_which_the_rule_begins(tmp_path):
    hours = [f"{day}T{hour:02}:00:00+01:00,-10" for day in ("2025-02-24", "2025-02-25") for hour in range(24)]
    (tmp_path / "prices.csv").write_text("time,price EUR/MWh\n" + "\n".join(hours) + "\n")
    rules = 'rules = "de"\ncommissioned = 2025-02-25\n'
    tariff = '[tariff]\nimport_per_kwh = 0.3\nfeed_in_by_rules = true\nmarket_series = {path = "prices.csv"}\n'
    (tmp_path / "site.toml").write_text(rules + HOME + tariff)
    request = asked(str(tmp_path / "site.toml"), date="2025-02-24", days=2)
    run, config = simulate(request), configure(request)
    before, after = run.summary.days
    assert before.export > 1
    assert after.export > 1
    assert [day.feed_in for day in run.summary.money.days] == pytest.approx([before.export * 0.0794, 0], abs=1e-6)
    assert config.unpaid is not None
    assert with_prices_of(config, str(request.site)) == config


def test_each_home_is_paid_by_its_own_plants(tmp_path):
    """Homes of 5, 25 and 0 kWp: 8.11 ct for up to 10 kWp, 7.03 ct for what is above."""
    (tmp_path / "homes.csv").write_text("name,pv_kw\na,5\nb,25\nc,0\n")
    rules = 'rules = "de"\ncommissioned = 2024-06-01\nhomes_file = "homes.csv"\n'
    (tmp_path / "site.toml").write_text(rules + HOME + "[tariff]\nimport_per_kwh = 0.3\nfeed_in_by_rules = true\n")
    request = asked(str(tmp_path / "site.toml"))
    run = simulate(request)
    summary = run.summary
    exports, bills = ([each[name] for name in "abc"] for each in (summary.meters, summary.money.meters))
    paid = [home.energy_kwh.export * rate for home, rate in zip(exports, (0.0811, 0.07462, 0), strict=True)]
    assert paid[1] > paid[0] > 0
    assert [bill.feed_in for bill in bills] == pytest.approx(paid, abs=1e-6)
    assert summary.money.feed_in == pytest.approx(sum(paid), abs=2e-6)
    assert with_prices_of(run.config, request.site) == run.config
    assert digest(run.config) == digest(msgspec.structs.replace(run.config, feed_in=msgspec.UNSET))


def test_prices_change_no_row_and_no_digest(site):
    plain, priced = configure(asked(site(""))), configure(asked(site(TARIFF)))
    assert (plain.run_id, digest(plain)) == (priced.run_id, digest(priced))
    assert plain.pv == priced.pv
    assert priced.series_sha256.keys() == {"tariff.import_series"}
    assert msgspec.convert(msgspec.to_builtins(priced), RunConfig) == priced


def test_prices_count_with_another_source_of_pv_too(site):
    summary = simulate(asked(site(TARIFF), pv=msgspec.structs.replace(Request().pv, source="curve"))).summary
    assert summary.money is not None


def test_how_a_file_was_read_is_told(site):
    inputs = Models(configure(asked(site(TARIFF)))).inputs
    reading = inputs["tariff.import_series"]["reading"]
    assert (reading["zone"], reading["step_s"], reading["rows"]) == ("UTC", 3_600, 24)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda path: path.write_text(CSV + "\n"), "the file has changed since the run was made"),
        (lambda path: path.unlink(), "cannot be read"),
    ],
)
def test_other_prices_are_refused(site, tmp_path, change, what):
    models = Models(configure(asked(site(TARIFF))))
    change(tmp_path / "prices.csv")
    with pytest.raises(BadInputError, match=what):
        models.totals()


@pytest.mark.parametrize(
    ("text", "more", "error", "what"),
    [
        (TARIFF, {"date": "2024-06-22"}, BadInputError, "the values go from 2024-06-21 00:00"),
        (TARIFF, {"every": "2h"}, UsageError, "`every`: a price changes at 2024-06-21 01:00"),
        (
            "[tariff]\nimport_per_kwh = 0.3\n[tariff.demand]\nprice_per_kw = 50\n",
            {"every": "1h"},
            UsageError,
            "`every`: a demand charge needs rows that divide 15 min, not 1 h",
        ),
        (
            '[co2.series]\npath = "prices.csv"\nunit = "t/MWh"\n',
            {},
            BadInputError,
            "10 t/MWh is 10 for a kWh, more than 5",
        ),
    ],
)
def test_what_does_not_fit_the_run_is_refused(site, text, more, error, what):
    with pytest.raises(error) as caught:
        Models(configure(asked(site(text), **more))).totals()
    assert what in caught.value.what
