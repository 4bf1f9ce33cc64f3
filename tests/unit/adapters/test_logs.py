import logging
import os

from pvsim.adapters.logs import LOG, open_log


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
