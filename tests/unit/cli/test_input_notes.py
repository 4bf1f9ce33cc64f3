from datetime import date

from pvsim.cli.input_notes import input_notes

FILE = {"source": "house.csv", "samples": 24, "gaps": (), "clipped_low": 0, "clipped_high": 0}


def test_another_season_is_named_with_the_date_that_fits():
    moved = FILE | {"first_day": date(2023, 12, 21), "run_day": date(2024, 6, 21), "season_days": 183}
    note = "m1: 2023-12-21 of house.csv is used for 2024-06-21, 183 days of the year away; "
    note += "to use its own season: --date"
    assert input_notes({"m1": moved}, 9000) == [f"{note} 2023-12-21"]
    assert input_notes({"m1": moved | {"season_days": 45}}, 9000) == []


def test_days_of_the_run_that_the_file_has_and_that_are_not_taken_are_named():
    other = FILE | {"first_day": "2024-06-01", "run_day": "2024-06-21", "season_days": 20, "has_run_days": True}
    note = "2024-06-01 of house.csv is used for 2024-06-21, which the file has too: "
    assert input_notes({"m1": other, "pv": other | {"season_days": 183}}, 9000) == [
        f"m1: {note}--meter-start 2024-06-21 takes it",
        f"pv: {note}--pv-start 2024-06-21 takes it",
    ]
    assert input_notes({"m1": other | {"has_run_days": False}}, 9000) == []


def test_what_dimming_takes_is_told():
    report = {"dimmed_s": 4_605, "cut_kwh": 8.698333, "later_kwh": 8.692293, "unserved_kwh": 0.00604}
    told = "m1: dimmed for 4,605 s: 8.698 kWh cut, 8.692 kWh taken later, 0.006 kWh not at all"
    assert input_notes({"m1": report}, 9000) == [told]
    both = input_notes({"m1": report | {"clipped_s": 3}}, 9000)
    assert [note.partition(" ")[0] for note in both] == ["m1:", "m1:"]


def test_places_of_homes_are_no_reports():
    assert (
        input_notes({"places_m": {"source": (0.0, 1.0), "reading": (2.0, 3.0), "clipped_s": (4.0, 5.0)}}, 9000)
        == []
    )
