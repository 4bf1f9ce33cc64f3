from pvsim.core.messages.entry import Entry


def test_most_messages_have_no_content_encoding():
    assert Entry(0, 1_000, "meter.home.m1", b"412").encoding == ""
