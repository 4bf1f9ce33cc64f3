import msgspec

from pvsim.core.results.emissions import Emission, Emissions
from pvsim.core.results.summary import Summary


def test_emissions_are_read_back_as_they_were_written():
    emissions = Emissions(1.5, 0.25, references={"no_pv_no_battery": Emission(2.0, 0.0)}, saving_kg=0.5)
    assert msgspec.json.decode(msgspec.json.encode(emissions), type=Emissions) == emissions


def test_a_summary_that_says_nothing_of_them_is_read():
    fields = {field.name: field for field in msgspec.structs.fields(Summary)}
    assert (fields["money"].default, fields["emissions"].default) == (None, None)
