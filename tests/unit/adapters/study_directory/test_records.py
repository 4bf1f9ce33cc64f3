"""A record is there as a whole or not at all, and of several of a case the last one counts."""

import asyncio
import errno
import os
import subprocess
import zlib

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pvsim.adapters.shared.file_system import FileSystem
from pvsim.adapters.study_directory import RECORDS, KeptRecords, RecordFile
from pvsim.adapters.study_directory.record_line import line_of, with_checksum
from pvsim.core.study.record import CaseError, CaseRecord
from pvsim.errors import BadInputError, CannotWriteError

DISK = FileSystem()
IDS = [f"{i:016x}" for i in range(20)]


def record(i, error=None, **figures):
    return CaseRecord(
        i,
        IDS[i],
        "",
        {"site.plants.0.peak_kw": i},
        0,
        23,
        figures,
        error=error and CaseError("BadInputError", error),
    )


def opened(directory, **options):
    return RecordFile(directory, DISK, **options)


def kept(directory, *batches, **options):
    file = opened(directory, **options)
    for batch in batches:
        asyncio.run(file.append(batch))
    file.close()
    return file


def done_in(directory):
    file = opened(directory)
    file.close()
    return [i for i, case_id in enumerate(IDS) if file.has(case_id)], file.cut


def test_what_is_appended_is_there_when_it_is_opened_again(tmp_path):
    file = kept(tmp_path, [record(3), record(1)], [record(2, "no such file")])
    assert [file.has(case_id) for case_id in IDS[:4]] == [False, True, True, True]
    assert done_in(tmp_path) == ([1, 2, 3], 0)
    assert len(file) == 3
    assert [file.has_failed(case_id) for case_id in IDS[:4]] == [False, False, True, False]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_cut_at_any_byte_whole_records_stay_and_the_rest_is_done_again(tmp_path_factory, data):
    directory = tmp_path_factory.mktemp("study")
    kept(directory, [record(i, energy_kwh_pv=0.1 * i) for i in range(5)])
    path = directory / RECORDS
    whole = path.read_bytes()
    at = data.draw(st.integers(0, len(whole)))
    garbage = data.draw(st.sampled_from([b"", b"\0\0\0", b"\0\0\n", b"{}\n", b"\xff\xfe"]))
    path.write_bytes(whole[:at] + garbage)
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("\n")]
    before = sum(end <= at for end in ends)
    done, cut = done_in(directory)
    assert done == list(range(before))
    assert cut == at + len(garbage) - (ends[before - 1] if before else 0)
    kept(directory, [record(i, energy_kwh_pv=0.1 * i) for i in range(before, 5)])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("damaged", [b'{"id": 3\n', b'{"id":"a","x":' + b"[" * 99_999 + b"\n"])
def test_a_damaged_line_among_others_is_refused_with_what_takes_it_out(tmp_path, damaged):
    kept(tmp_path, [record(0), record(1), record(2)])
    path = tmp_path / RECORDS
    first, _, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + damaged + third)
    with pytest.raises(BadInputError, match="no record of a case") as caught:
        opened(tmp_path)
    assert caught.value.where == f"{path}:2"
    assert caught.value.fix.endswith(f"sed -i 2d {path}")
    with pytest.raises(BadInputError, match="no record of a case"):
        KeptRecords(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [
        (b'"repeat"', b'"\xffepeat"'),
        (b'"seed":23', b'"seed":"x"'),
        (b'"seed":23', b'"seed":23,"figures":{"self_sufficiency":"x"}'),
        (b'"seed":23', b'"seed":23,"hours":{"pv":[0.5]}'),
    ],
)
def test_a_line_that_is_damaged_behind_its_id_is_told_when_it_is_read(tmp_path, damage):
    kept(tmp_path, [record(0), record(1), record(2)])
    path = tmp_path / RECORDS
    first, second, third = path.read_bytes().splitlines(keepends=True)
    assert second.endswith(b'"}\n')
    body = msgspec.json.encode(record(1)).replace(*damage)
    path.write_bytes(first + with_checksum(body) + third)
    records = KeptRecords(tmp_path)
    assert records.get(IDS[2]) == record(2)
    with pytest.raises(BadInputError, match="no record of a case") as caught:
        records.get(IDS[1])
    assert caught.value.where == f"{path}:2"
    assert caught.value.fix.endswith(f"sed -i 2d {path}")
    records.close()


@pytest.mark.parametrize("line", [1, 2, 3])
@pytest.mark.parametrize(
    "change",
    [
        (b'_kw":', b'_kw":1'),
        (b'"energy_kwh_pv":2.5', b'"energy_kwh_pv":2.6'),
        (b'"seed":23', b'"seed": 23'),
        (b',"crc32":"', b',"crc64":"'),
    ],
)
def test_a_line_that_was_changed_is_refused_with_what_takes_it_out(tmp_path, line, change):
    kept(tmp_path, [record(i, energy_kwh_pv=2.5) for i in range(3)])
    path = tmp_path / RECORDS
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(*change)
    path.write_bytes(b"".join(lines))
    for open_again in (opened, KeptRecords):
        with pytest.raises(BadInputError, match="it was changed after pvsim wrote it") as caught:
            open_again(tmp_path)
        assert caught.value.where == f"{path}:{line}"
        assert caught.value.fix.endswith(f"sed -i {line}d {path}")


@pytest.mark.parametrize("second", [record(1), record(1, energy_kwh_pv=2.0), record(1, "the file has gone")])
def test_a_further_record_of_a_case_that_is_done_is_refused_with_what_takes_it_out(tmp_path, second):
    kept(tmp_path, [record(0), record(1, "it failed"), record(1), record(2)])
    path = tmp_path / RECORDS
    path.write_bytes(path.read_bytes() + line_of(second))
    with pytest.raises(BadInputError, match=f"another record of the case {IDS[1]}, which line 3 has") as caught:
        opened(tmp_path)
    assert caught.value.where == f"{path}:5"
    subprocess.run(caught.value.fix.partition(": ")[2].split(), check=True)
    assert done_in(tmp_path) == ([0, 1, 2], 0)


def test_the_checksum_is_of_the_line_without_it():
    line = line_of(record(3))
    text, _, checksum = line.decode().rpartition(',"crc32":"')
    assert int(checksum.removesuffix('"}\n'), 16) == zlib.crc32(f"{text}}}".encode())
    assert msgspec.json.decode(line, type=CaseRecord) == record(3)


def test_failed_cases_are_done_again_where_that_is_asked_for(tmp_path):
    kept(tmp_path, [record(0), record(1, "the file has gone")])
    again = opened(tmp_path, again=True)
    assert (again.has(IDS[0]), again.has(IDS[1])) == (True, False)
    asyncio.run(again.append([record(1)]))
    assert again.has(IDS[1])
    assert not again.has_failed(IDS[1])
    again.close()
    assert len(done_in(tmp_path)[0]) == 2


def test_of_several_records_of_a_case_the_last_one_counts(tmp_path):
    kept(tmp_path, [record(0, "no memory"), record(1)], [record(0, energy_kwh_pv=2.0)])
    records = KeptRecords(tmp_path)
    assert records.get(IDS[0]) == record(0, energy_kwh_pv=2.0)
    assert records.get(IDS[1]) == record(1)
    assert records.get(IDS[2]) is None
    assert len(records) == 2
    records.close()


def test_a_study_without_records_cannot_be_read(tmp_path):
    with pytest.raises(BadInputError, match="cannot read"):
        KeptRecords(tmp_path)


@pytest.mark.parametrize("after_bytes", [0, 5])
def test_a_full_disk_leaves_whole_records(tmp_path, monkeypatch, after_bytes):
    file = opened(tmp_path)
    asyncio.run(file.append([record(0)]))
    write = os.write
    full = []

    def half(descriptor, data):
        if full or not after_bytes:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        full.append(True)
        return write(descriptor, data[:after_bytes])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(CannotWriteError, match="No space left") as caught:
            asyncio.run(file.append([record(1), record(2)]))
    assert caught.value.fix == "free some space on its disk"
    assert caught.value.where == str(tmp_path / RECORDS)
    assert not file.has(IDS[1])
    asyncio.run(file.append([record(2)]))
    file.close()
    assert done_in(tmp_path) == ([0, 2], 0)
