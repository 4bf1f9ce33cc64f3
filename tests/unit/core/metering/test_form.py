from pvsim.core.metering.form import OWN_PATHS, MeterForm


def test_a_form_without_paths_is_one_of_ours():
    assert MeterForm().own
    assert MeterForm().read_paths == OWN_PATHS
    assert b'"power_w"' in MeterForm().quoted


def test_the_names_on_all_paths_are_looked_for():
    form = MeterForm(energy=(("a", 0),), energy_export=(("b",),), time=("c",), unit_at=("d", "é"), power=())
    assert not form.own
    assert form.quoted == (b'"a"', b'"b"', b'"c"', b'"d"', '"é"'.encode())
    assert not MeterForm(power=(("p",),)).own
