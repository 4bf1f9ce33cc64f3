import pytest

from pvsim.core.series.stated_interval import stated_interval_s


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("kWh/hh", 1800),
        ("KWH/hh (per half hour) ", 1800),
        ("Half-hourly consumption (kWh)", 1800),
        ("Verbrauch (kWh/15min)", 900),
        ("energy kWh per 15 minutes", 900),
        ("kWh je Viertelstunde", 900),
        ("kWh (halbstündlich)", 1800),
        ("hourly consumption (kWh)", 3600),
        ("Wh 1h", 3600),
        ("energy_kwh_5_min", 300),
        ("Consumption (kWh)", None),
        ("1-1:1.8.0 (kWh)", None),
        ("kWh 15 min, hourly", None),
        ("energy in the household (kWh)", None),
        ("hours of sun kWh", None),
    ],
)
def test_the_interval_in_a_header(header, seconds):
    assert stated_interval_s(header) == seconds
