"""The management interface, played by a server of this test; tests/acceptance has the real one."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pvsim.adapters import management
from pvsim.adapters.management import Management
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.core.rights.commands import requests
from pvsim.core.rights.roles import Account
from pvsim.errors import BrokerError, BrokerRefusedError, UsageError


@pytest.fixture
def server():
    """Answers each request with the code of the list `codes`, and keeps what it was asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.asked.append((self.path, self.headers["Authorization"], json.loads(body)))
            self.send_response(server.code)
            self.end_headers()
            self.wfile.write(b'{"error":"bad_request",\n "reason":"why"}' if server.code >= 400 else b"")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.code = [], 204
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def at(server, path=""):
    return Management.parse(f"http://boss:s%2Fcret@127.0.0.1:{server.server_port}{path}")


@pytest.mark.parametrize("path", ["", "/", "/api/"])
async def test_the_requests_are_put_in_order_with_the_account_of_the_url(server, path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # not for a broker on this machine
    made = requests(Account("house-a", "meter"), "/", "s3cret")
    await management.carry_out(at(server, path), made)
    assert [(asked[0], asked[2]) for asked in server.asked] == [(f"/api/{each.path}", each.body) for each in made]
    assert {asked[1] for asked in server.asked} == {"Basic Ym9zczpzL2NyZXQ="}


@pytest.mark.parametrize(
    ("code", "what"), [(401, "refuses user 'boss'"), (404, "does not know"), (400, r"with 400: .*why")]
)
async def test_a_refusal_says_why_and_shows_no_password(server, code, what):
    server.code = code
    with pytest.raises(BrokerRefusedError, match=what) as caught:
        await management.carry_out(at(server), requests(Account("a", "meter"), "/", "s3cret"))
    assert len(server.asked) == 1
    assert "cret" not in f"{caught.value} {caught.value.fix}"


async def test_a_redirect_is_not_followed_with_the_password(server):
    server.code = 307
    with pytest.raises(BrokerRefusedError, match="with 307"):
        await management.carry_out(at(server), requests(Account("a", "meter"), "/", "s3cret"))


async def test_a_closed_port_and_a_port_without_tls_are_told_apart(server):
    made = requests(Account("a", "meter"), "/", "s3cret")
    with pytest.raises(BrokerError, match="cannot be reached"):
        await management.carry_out(Management.parse("http://boss:x@127.0.0.1:9"), made)
    with pytest.raises(BrokerError, match="does not speak TLS"):
        await management.carry_out(Management.parse(f"https://boss:x@127.0.0.1:{server.server_port}"), made)


@pytest.mark.parametrize(
    "url",
    [
        "amqp://boss:s3cret@host",
        "https://host",
        "https://boss@host",
        "https://boss:s3cret@host/?a=b",
        "https://boss:12?s3cret@host/",
        "http://boss:s3cret@host/?cacertfile=/ca.pem",
        "https://boss:s3cret@host:port",
        "https://boss:s3cret@[host",
        "s3cret",
    ],
)
def test_a_url_of_another_form_is_refused_without_showing_it(url):
    with pytest.raises(UsageError) as caught:
        Management.parse(url)
    assert "s3cret" not in f"{caught.value} {caught.value.fix}"


@pytest.mark.parametrize(
    ("url", "base", "exposed"),
    [
        ("https://boss:x@broker.example:15671/", "https://broker.example:15671", False),
        ("http://boss:x@broker.example:15672", "http://broker.example:15672", True),
        ("http://boss:x@[::1]:15672/mgmt", "http://[::1]:15672/mgmt", False),
    ],
)
def test_where_it_is_and_whether_others_can_listen(url, base, exposed):
    read = Management.parse(url)
    assert (read.base, read.is_exposed) == (base, exposed)
    assert "password" not in repr(read)


def test_files_of_tls_are_taken_from_the_url():
    read = Management.parse("https://boss:x@broker.example:15671/?cacertfile=/etc/my%20ca.pem&certfile=/c.pem")
    assert read.files == TlsFiles(ca="/etc/my ca.pem", certificate="/c.pem")
    assert (read.base, read.port) == ("https://broker.example:15671", 15_671)


async def test_a_port_that_speaks_something_else_is_an_error_that_says_so():
    async def greet(_, writer):
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(greet, "127.0.0.1", 0) as other:
        port = other.sockets[0].getsockname()[1]
        for scheme in ("http", "https"):
            where = Management.parse(f"{scheme}://boss:x@127.0.0.1:{port}")
            with pytest.raises(BrokerError) as caught:
                await management.carry_out(where, requests(Account("a", "meter"), "/", "s3cret"))
            assert caught.value.fix
