import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.rights.commands import commands, page_viewer, removal_requests, requests, script, script_of_removal
from pvsim.core.rights.roles import ROLES, Account

METER = Account("house-a", "meter", topics=("it's/$(odd)",))


def test_the_commands_of_a_meter_word_by_word():
    assert list(script(Account("house-a", "meter"), "/", "/me/a.password")) == [
        "rabbitmqctl add_user house-a < /me/a.password || rabbitmqctl change_password house-a < /me/a.password",
        "rabbitmqctl set_user_tags house-a",
        r"rabbitmqctl set_topic_permissions -p / house-a amq.topic '^meter\.home\.house-a$' '^$'",
        r"rabbitmqctl set_topic_permissions -p / house-a pvsim '^meter\.home\.house-a$' '^$'",
        r"rabbitmqctl set_permissions -p / house-a '^$' '^(amq\.topic|pvsim)$' '^$'",
    ]


@given(st.text(min_size=1, max_size=20).filter(lambda text: "\0" not in text), st.sampled_from(ROLES))
def test_a_shell_reads_each_line_as_it_is_meant(word, role):
    account = Account("house-a", role)
    for line, command in zip(script(account, word, word), commands(account, word), strict=True):
        words = shlex.split(line.partition(" || ")[0] if word not in {"|", "||"} else line)
        assert words[1 : 1 + len(command.arguments)] == list(command.arguments)


def test_topic_permissions_come_before_permissions_which_open_the_door():
    names = [command.arguments[0] for command in commands(METER, "/")]
    assert names == [
        "add_user",
        "set_user_tags",
        "set_topic_permissions",
        "set_topic_permissions",
        "set_permissions",
    ]
    paths = [request.path.partition("/")[0] for request in requests(METER, "/", "s3cret")]
    assert paths == ["users", "topic-permissions", "topic-permissions", "permissions"]


def test_no_password_is_in_a_command_or_in_the_repr_of_a_request():
    first, *others = requests(METER, "my/vhost", "s3cret")
    assert first.body == {"password": "s3cret", "tags": ""}
    assert "s3cret" not in repr(first)
    assert all("s3cret" not in str(request.body) for request in others)
    assert [command.told for command in commands(METER, "/")] == [True, False, False, False, False]
    assert commands(METER, "/")[0].instead.told


@pytest.mark.parametrize("role", ROLES)
def test_requests_and_commands_say_the_same(role):
    account = Account("house-a", role)
    rights = account.rights
    *_, last = requests(account, "my/vhost", "s3cret")
    assert last.path == "permissions/my%2Fvhost/house-a"
    assert tuple(last.body.values()) == commands(account, "my/vhost")[-1].arguments[-3:]
    assert list(last.body.values()) == [rights.configure, rights.write, rights.read]
    assert requests(account, "/", "s3cret")[0].body["tags"] == ",".join(rights.tags)


def test_the_viewer_of_the_management_page_may_touch_nothing():
    added, tags, rights = page_viewer("viewer")
    assert added.told
    assert added.instead.arguments == ("change_password", "viewer")
    assert tags.arguments == ("set_user_tags", "viewer", "monitoring")
    assert rights.arguments == ("set_permissions", "viewer", "^$", "^$", "^$")


def test_an_account_is_removed_with_its_connections():
    assert list(script_of_removal("house-a")) == [
        "rabbitmqctl delete_user house-a",
        "rabbitmqctl close_all_user_connections house-a 'account removed'",
    ]
    asked = [(request.path, request.body) for request in removal_requests("house-a")]
    assert asked == [("users/house-a", None), ("connections/username/house-a", None)]
