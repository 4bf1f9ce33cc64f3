from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.channels import channel_name, meter_of_channel

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True)


@given(NAMES, st.just("") | NAMES)
def test_a_channel_has_the_name_of_its_meter_in_it(meter, phase):
    channel = channel_name(meter, phase)
    assert meter_of_channel(channel) == meter
    assert (channel == meter) == (not phase)


def test_a_phase_is_named_with_its_meter():
    assert channel_name("house", "L2") == "house (L2)"
    assert channel_name("house", "") == "house"
