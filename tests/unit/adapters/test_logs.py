import json
import logging
import os

from pvsim.adapters.logs import LOG, OLD_LOG, open_log


def test_after_closing_nothing_is_written_to_the_number_that_the_file_had(tmp_path):
    handler = open_log(tmp_path, "meter")
    logging.getLogger("pvsim.x").info("first")
    before = (tmp_path / LOG).read_bytes()
    assert b'"message":"first"' in before
    handler.close()
    handler.close()
    other = os.open(tmp_path / "other", os.O_WRONLY | os.O_CREAT)  # takes the number
    logging.getLogger("pvsim.x").warning("second")
    os.close(other)
    assert (tmp_path / "other").read_bytes() == b""
    assert (tmp_path / LOG).read_bytes() == before


def test_a_log_that_is_bounded_goes_on_in_a_new_file_and_keeps_one(tmp_path):
    for first in (0, 20):  # started again it goes on
        handler = open_log(tmp_path, "listen", most_bytes=1_000)
        for number in range(first, first + 20):
            logging.getLogger("pvsim.x").info("message %02d", number)
        handler.close()
    old, new = ((tmp_path / name).read_bytes() for name in (OLD_LOG, LOG))
    assert 800 < len(old) <= 1_000
    assert len(new) <= 1_000
    numbers = [json.loads(line)["message"][-2:] for line in (old + new).splitlines()]
    assert numbers == [f"{number:02}" for number in range(40 - len(numbers), 40)]


def test_a_line_that_is_longer_than_the_bound_is_written(tmp_path):
    handler = open_log(tmp_path, "listen", most_bytes=10)
    logging.getLogger("pvsim.x").info("long")
    handler.close()
    assert b"long" in (tmp_path / LOG).read_bytes()
