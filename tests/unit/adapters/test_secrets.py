"""Where a secret may come from, and what is refused."""

import pytest

from pvsim.adapters.secrets import secret
from pvsim.errors import BadInputError, UsageError

URL = "amqp://u:s3cret@h"


@pytest.fixture
def kept(tmp_path):
    """A file that only its user can read."""
    path = tmp_path / "my url"
    path.write_text(URL + "\n")
    path.chmod(0o600)
    return path


def test_the_variable_the_file_and_the_credential_each_give_it(kept, tmp_path):
    (tmp_path / "pvsim-broker-url").write_text(URL)
    for environment in (
        {"PVSIM_BROKER_URL": URL},
        {"PVSIM_BROKER_URL": "", "PVSIM_BROKER_URL_FILE": str(kept)},
        {"CREDENTIALS_DIRECTORY": str(tmp_path)},
    ):
        assert secret("PVSIM_BROKER_URL", environment) == URL


@pytest.mark.parametrize("directory", ["", "/no/such", "relative"])
def test_nothing_is_kept(directory):
    assert secret("PVSIM_BROKER_URL", {}) is None
    assert secret("PVSIM_BROKER_URL", {"CREDENTIALS_DIRECTORY": directory}) is None


def test_two_places_at_once_mean_two_things(kept):
    with pytest.raises(UsageError, match="both set"):
        secret("PVSIM_BROKER_URL", {"PVSIM_BROKER_URL": URL, "PVSIM_BROKER_URL_FILE": str(kept)})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_refused_and_the_fix_mends_it(kept, mode):
    kept.chmod(mode)
    with pytest.raises(BadInputError, match="other users may read it") as caught:
        secret("PVSIM_BROKER_URL", {"PVSIM_BROKER_URL_FILE": str(kept)})
    assert caught.value.fix == f"chmod 600 '{kept}'"
    assert "s3cret" not in f"{caught.value} {caught.value.fix}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"a\nb", "more than one line"),
        (b"a" * 5000, "more than one line"),
        (b"\xff", "no UTF-8"),
    ],
)
def test_a_file_of_something_else_is_refused(kept, content, says):
    kept.write_bytes(content)
    with pytest.raises(BadInputError, match=says):
        secret("PVSIM_BROKER_URL", {"PVSIM_BROKER_URL_FILE": str(kept)})


@pytest.mark.parametrize("path", ["/no/such/file", "/", "/a\0b"])
def test_a_file_that_is_not_there_is_named(path):
    with pytest.raises(BadInputError, match="cannot be read"):
        secret("PVSIM_BROKER_URL", {"PVSIM_BROKER_URL_FILE": path})
