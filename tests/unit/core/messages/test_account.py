"""How an account signs in, and what is said where it cannot."""

import pytest

from pvsim.core.messages.account import Account


def test_a_user_signs_in_by_password():
    account = Account("house-a", "s3cret")
    assert (account.mechanism, account.response) == ("PLAIN", b"\0house-a\0s3cret")
    assert str(account) == "user 'house-a'"
    assert "s3cret" not in repr(account)


def test_a_certificate_signs_in_by_itself():
    account = Account("", "")
    assert (account.mechanism, account.response) == ("EXTERNAL", b"")
    assert str(account) == "the account of this client's certificate"


@pytest.mark.parametrize(
    ("user", "offered", "what", "fix"),
    [
        ("u", "AMQPLAIN", "nobody sign in by user and password; it offers AMQPLAIN", "enable PLAIN"),
        ("u", "EXTERNAL", "by user and password", "?auth_mechanism=external in PVSIM_BROKER_URL"),
        ("", "PLAIN, AMQPLAIN", "nobody sign in by certificate; it offers PLAIN", "rabbitmq_auth_mechanism_ssl"),
    ],
)
def test_a_way_that_is_not_offered_is_told_with_what_is(user, offered, what, fix):
    said, does = Account(user, "s3cret").missing(offered)
    assert what in said
    assert fix in does


@pytest.mark.parametrize(("user", "what"), [("u", "wrong user or password"), ("", "in this client's certificate")])
def test_an_account_that_does_not_exist_is_told(user, what):
    said, does = Account(user, "s3cret").refused()
    assert what in said
    assert does
    assert "s3cret" not in said + does
