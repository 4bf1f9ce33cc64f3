"""Chunks taken apart, compared with what the rstream library reads in them."""

import struct
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rstream.compression import CompressionHelper, CompressionType
from rstream.encoding import decode_frame
from tests.unit.core.stream.entries import batch, chunk, count_of, data, plain, section

from pvsim.core.messages.batch import Unreadable
from pvsim.core.stream.chunks import split_chunk
from pvsim.core.stream.frames import FrameError


def parts(whole):
    """Offset and bodies of each batch; the offsets must leave no hole."""
    found = list(split_chunk(whole))
    for before, after in pairwise(found):
        assert before.first_offset + len(before) == after.first_offset
    return found


def bodies_of(whole):
    """All messages, the first of which has the chunk's own offset."""
    found = parts(whole)
    assert not found or found[0].first_offset == 7
    return [each.body(i) for each in found for i in range(len(each))]


def rstream_reads(whole):
    return decode_frame(b"\0\x08\0\1\1" + bytes(whole)[:-3]).get_messages()


def kinds(whole):
    """Of each batch its length, negative where it is a list."""
    return [len(each) if isinstance(each.bodies, np.ndarray) else -len(each) for each in parts(whole)]


_bodies = st.lists(
    st.one_of(
        st.binary(min_size=1, max_size=300).map(lambda body: [body]),
        st.tuples(st.binary(min_size=1, max_size=4), st.integers(1, 60)).map(lambda both: [both[0]] * both[1]),
    ),
    max_size=8,
)
_entries = st.lists(
    st.one_of(
        _bodies.map(lambda runs: [plain(data(body)) for run in runs for body in run]),
        st.tuples(_bodies, st.integers(1, 5)).map(
            lambda both: [batch([data(body) for run in both[0] for body in run])] * both[1]
        ),
    ),
    max_size=5,
).map(lambda groups: [entry for group in groups for entry in group])


@given(entries=_entries)
@example(entries=[plain(data(b"same")), plain(data(b"long"))])
@example(entries=[plain(data(b"a")), plain(data(b"bc"))])
@example(entries=[batch([data(b"a")] * 100)] * 36 + [batch([data(b"a")] * 40), plain(data(b"the end"))])
@example(entries=[batch([data(b"a"), data(b"bc")] * 9)] * 3)
@example(entries=[batch([])])
def test_messages_in_batches_and_alone_are_read_as_rstream_reads_them(entries):
    whole = chunk(entries)
    expected = rstream_reads(whole)
    assert [data(body) for body in bodies_of(whole)] == expected


@given(body=st.binary(min_size=1, max_size=255), n=st.integers(16, 90))
def test_bodies_of_one_short_length_come_as_an_array(body, n):
    whole = chunk([plain(data(body))] * n)
    assert kinds(whole) == [n]
    assert bodies_of(whole) == [body] * n


@pytest.mark.parametrize("n", [1, 15])
def test_few_bodies_are_cheaper_one_by_one(n):
    whole = chunk([plain(data(b"abc"))] * n)
    assert kinds(whole) == [-n]
    assert bodies_of(whole) == [b"abc"] * n


@pytest.mark.parametrize("bodies", [[b""] * 20, [b"a" * 256] * 20, [b"a", b"bcd"] * 20, [b"ab", b"cde"] * 20])
def test_others_come_as_a_list(bodies):
    """Among them such whose lengths only on average are those of one table."""
    whole = chunk([plain(data(body)) for body in bodies])
    assert kinds(whole) == [-len(bodies)]
    assert bodies_of(whole) == bodies


@pytest.mark.parametrize("each", [1, 5, 100])
def test_batches_of_one_width_come_as_one_array(each):
    entries = [batch([data(b"%04d" % i) for i in range(k * each, (k + 1) * each)]) for k in range(40)]
    whole = chunk(entries)
    assert kinds(whole) == [40 * each]
    assert bodies_of(whole) == [b"%04d" % i for i in range(40 * each)]


def test_a_days_last_chunk_is_read_in_blocks_but_for_the_end_marker():
    readings = [data(b"%04d" % i) for i in range(340)]
    entries = [batch(readings[i : i + 100]) for i in range(0, 340, 100)] + [plain(data(b"the end"))]
    assert kinds(chunk(entries)) == [300, 40, -1]
    entries = [plain(message) for message in [*readings, data(b"the end")]]
    assert kinds(chunk(entries)) == [340, -1]
    assert bodies_of(chunk(entries))[338:] == [b"0338", b"0339", b"the end"]


@pytest.mark.parametrize("at", [0, 1, 16, 30, 63])
def test_one_entry_that_differs_in_its_head_is_seen(at):
    messages = [data(b"abcd")] * 64
    messages[at] = other = section(0x77, 0xA0, b"abcd")
    expected = [b"abcd"] * 64
    expected[at] = other
    assert bodies_of(chunk(map_plain(messages))) == expected
    assert bodies_of(chunk([batch(messages), batch([data(b"abcd")] * 64)])) == [*expected, *[b"abcd"] * 64]


def map_plain(messages):
    return [plain(message) for message in messages]


def test_what_is_read_one_by_one_comes_in_pieces():
    entries = [plain(data(b"x" * (1 + i % 2))) for i in range(5_000)]
    assert kinds(chunk(entries)) == [-4_096, -904]
    entries = [batch([data(b"x" * (1 + i % 2)) for i in range(1_000)])] * 9
    assert kinds(chunk(entries)) == [-8_000, -1_000]


@pytest.mark.parametrize(
    "message", [b"plain text", b"\x00\x53\x75\x99ab", data(b"abc")[:-1], data(b"abc") + b"rest", b""]
)
def test_what_is_no_amqp_message_is_given_back_whole(message):
    assert bodies_of(chunk([plain(message), plain(b"another")])) == [message, b"another"]
    assert bodies_of(chunk([batch([message, b"another"])])) == [message, b"another"]


def test_chunks_without_user_messages_are_none():
    assert parts(chunk([plain(b"tracking")], kind=1)) == []


def test_an_empty_chunk_has_no_messages():
    assert parts(chunk([])) == []


# --- batches that cannot be read ---


@pytest.mark.parametrize(
    ("compression", "name"), [(1, "gzip"), (2, "Snappy"), (3, "LZ4"), (4, "Zstandard"), (7, "in an unknown way")]
)
def test_each_message_of_a_compressed_batch_keeps_its_offset_and_says_so(compression, name):
    compressed = batch([data(b"one"), data(b"two")], compression=compression, content=b"squeezed")
    found = bodies_of(chunk([plain(data(b"before")), compressed, plain(data(b"after"))]))
    assert found == [b"before", compressed, compressed, b"after"]
    assert [each.why for each in found[1:3]] == [f"one of 2 compressed ({name})"] * 2


def test_a_batch_compressed_by_rstream_is_known_as_one():
    codec = CompressionHelper.compress([data(b"one"), data(b"two")], CompressionType.Gzip)
    head = struct.pack(
        ">BHII", 0x80 | codec.compression_type() << 4, 2, codec.uncompressed_size(), len(codec.data())
    )
    whole = chunk([head + codec.data()])
    assert rstream_reads(whole) == [data(b"one"), data(b"two")]
    assert [each.why for each in bodies_of(whole)] == ["one of 2 compressed (gzip)"] * 2


@pytest.mark.parametrize(
    ("n", "content"),
    [
        (3, b""),
        (3, plain(b"a")),
        (1, plain(b"a") + b"\0"),
        (1, b"\0\0\0\x09ab"),
        (2, plain(b"a") + b"\0\0\0"),
        (1, plain(b"a") * 2),
        (65_535, b"garbage"),
        (50, b"\0" * 49),
    ],
)
def test_messages_that_do_not_fit_their_batch_keep_their_offsets_and_say_so(n, content):
    broken = batch([], n=n, content=content)
    found = bodies_of(chunk([plain(data(b"before")), broken, plain(data(b"after"))]))
    assert len(found) == n + 2
    assert (found[0], found[-1]) == (b"before", b"after")
    assert all(isinstance(each, Unreadable) and each == broken for each in found[1:-1])
    assert found[1].why == f"one of {n:,} that do not fit the length of the batch, {len(content):,} bytes"


@given(contents=st.lists(st.tuples(st.integers(0, 99), st.binary(max_size=60)), max_size=30))
def test_batches_of_garbage_take_as_many_offsets_as_they_say(contents):
    entries = [batch([], n=n, content=content) for n, content in contents]
    assert len(bodies_of(chunk(entries))) == sum(map(count_of, entries))


# --- damage ---


@given(bodies=st.lists(st.binary(max_size=20), min_size=1, max_size=5), bit=st.integers(0))
def test_a_flipped_bit_of_the_data_is_noticed(bodies, bit):
    damaged = bytearray(chunk([plain(data(body)) for body in bodies]))
    bit = 8 * 48 + bit % (8 * (len(damaged) - 48 - 3))
    damaged[bit // 8] ^= 1 << bit % 8
    with pytest.raises(FrameError, match="the chunk at offset 7 is damaged"):
        split_chunk(memoryview(damaged))


@given(garbage=st.binary(max_size=200), n=st.integers(0, 40))
def test_garbage_is_an_error_or_something_but_never_another_exception(garbage, n):
    for given_bytes in (
        garbage,
        bytes(chunk([plain(garbage)]))[:48] + garbage,
        bytes(chunk([], tail=garbage)),
        bytes(chunk([], tail=garbage, n=n)),
        bytes(chunk([], tail=b"\x80" + garbage, n=n)),
    ):
        try:
            list(split_chunk(memoryview(given_bytes)))
        except FrameError as error:
            assert str(error)  # noqa: PT017 - any outcome but another exception is right


@pytest.mark.parametrize("cut", [0, 1, 47])
def test_a_chunk_cut_short_is_an_error(cut):
    with pytest.raises(FrameError, match="cut short"):
        split_chunk(chunk([plain(b"a")])[:cut])


def test_data_cut_short_is_an_error():
    with pytest.raises(FrameError, match="damaged"):
        split_chunk(chunk([plain(b"a")], length=1_000))


@pytest.mark.parametrize(
    ("entry", "tail", "n"),
    [
        (plain(b"abc"), b"more", 1),
        (plain(b"abc"), b"\0\0\0\x09ab", 2),
        (plain(b"abc"), b"\0", 2),
        (plain(b"abc"), b"", 2),
        (batch([b"abc"]), b"more", 1),
        (batch([b"abc"]), batch([b"abc"])[:-1], 2),
        (batch([b"abc"]), b"\x80\0\1", 2),
        (batch([b"abc"]), b"", 2),
    ],
)
def test_entries_that_do_not_fit_are_an_error(entry, tail, n):
    with pytest.raises(FrameError, match="do not fit"):
        list(split_chunk(chunk([entry], tail=tail, n=n, records=n)))


@pytest.mark.parametrize("entry", [plain(b"abc"), batch([b"abc", b"d"])])
def test_a_chunk_that_says_another_number_of_messages_is_an_error(entry):
    with pytest.raises(FrameError, match="do not fit"):
        list(split_chunk(chunk([entry], records=3)))
