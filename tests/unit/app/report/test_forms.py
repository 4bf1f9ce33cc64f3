"""Numbers and dates as each language writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.adapters.html import words_of
from pvsim.app.report.forms import NOTHING, Forms, Phrase

ENGLISH, GERMAN = Forms(words_of("en")), Forms(words_of("de"))


@given(st.floats(-1e9, 1e9), st.integers(0, 4))
def test_a_number_reads_back_in_both_languages(value, digits):
    def read(text, group, decimal):
        return float(text.replace(group, "").replace(decimal, ".").replace("−", "-"))

    expected = pytest.approx(round(value, digits), abs=0.51 * 10**-digits)
    assert read(ENGLISH.number(value, digits), ",", ".") == expected
    assert read(GERMAN.number(value, digits), ".", ",") == expected


def test_numbers_by_hand():
    assert (ENGLISH.number(1234.5, 1), GERMAN.number(1234.5, 1)) == ("1,234.5", "1.234,5")
    assert (ENGLISH.number(-0.04, 1), ENGLISH.number(-2), ENGLISH.number(None, 3)) == ("0.0", "−2", NOTHING)
    assert [ENGLISH.energy(kwh) for kwh in (3.7618, 26.679, 1079.07, None)] == [
        "3.762",
        "26.68",
        "1,079.1",
        NOTHING,
    ]


def test_shares_and_lengths_of_time():
    assert (ENGLISH.percent(0.8591), GERMAN.percent(0.8591), GERMAN.percent(None)) == (
        "85.9%",
        "85,9\u00a0%",
        NOTHING,
    )
    assert [ENGLISH.duration(s) for s in (1, 90, 60, 900, 3600, 7200)] == [
        "1 s",
        "90 s",
        "1 min",
        "15 min",
        "1 h",
        "2 h",
    ]


def test_energies_beside_each_other_have_the_decimals_of_the_largest():
    assert [ENGLISH.energy(kwh, like=12.0) for kwh in (12.0, 2.75, 0.004)] == ["12.00", "2.75", "0.00"]


def test_moments():
    text = "2024-10-27T02:30:00+01:00"
    assert ENGLISH.moment(text) == "27\u00a0October\u00a02024, 02:30:00"
    assert GERMAN.moment("2024-11-03T01:30:00-03:30", offset=True).endswith("01:30:00 (UTC−03:30)")
    assert GERMAN.moment(text, offset=True) == "27.\u00a0Oktober\u00a02024, 02:30:00 (UTC+01:00)"


def test_a_phrase_is_said_in_each_language():
    place = Phrase("unlike.at", {"sky": Phrase("unlike.clear"), "latitude": 48.1372, "longitude": 11.0})
    assert ENGLISH.said(place) == "a clear sky at 48.1372° N 11° E"
    assert GERMAN.said(place) == "klarer Himmel bei 48,1372° N 11° O"
    kinds = (Phrase("unlike.external"), Phrase("unlike.household", {"name": " m1", "kwh": 3_000}))
    meters = Phrase("unlike.meters", {"count": 2, "kinds": kinds})
    assert GERMAN.said(meters) == "2 Zähler: externer Zähler, Haushalt m1 mit 3.000 kWh im Jahr"
    day = Phrase("unlike.day", {"first": date(2024, 6, 21), "zone": "UTC"})
    assert GERMAN.said(day) == "21.\u00a0Juni\u00a02024 in UTC"


def test_dates():
    assert (ENGLISH.date(date(2024, 6, 21)), GERMAN.date(date(2024, 3, 1))) == (
        "21\u00a0June\u00a02024",
        "1.\u00a0März\u00a02024",
    )
    assert (ENGLISH.day("2024-06-21"), GERMAN.day("2024-12")) == ("21\u00a0June\u00a02024", "Dezember\u00a02024")
