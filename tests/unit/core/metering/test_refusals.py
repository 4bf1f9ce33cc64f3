from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.metering.refusals import MAX_DETAIL, BodyError, Refusal, shown


@given(st.text(st.characters(), max_size=500))
def test_a_detail_is_short_printable_ascii(text):
    detail = BodyError(Refusal.NOT_TEXT, text).refused.detail
    assert len(detail) <= MAX_DETAIL
    assert detail.isascii()
    assert detail == "" or detail.isprintable()


def test_a_plain_detail_stays_as_it_is():
    assert BodyError(Refusal.UNIT, "412 mW").refused.detail == "412 mW"
    assert BodyError(Refusal.UNIT, "a" * 300).refused.detail == "a" * 197 + "..."
    assert BodyError(Refusal.UNIT, "a\nb\u202e").refused.detail == "a\\nb\\u202e"


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=5,
    )
)
def test_a_value_is_shown_short_and_without_control_characters(value):
    assert len(shown(value)) <= 40
    assert shown(value).isprintable()


def test_a_text_is_shown_in_quotes():
    assert shown("412\x00") == "'412\\x00'"
    assert shown("x" * 1_000) == "'" + "x" * 36 + "..."
