"""A scheduler with TLS as somebody else has started it: who trusts whom, and what is said where one does not."""

import asyncio
import sys
from contextlib import asynccontextmanager

import dask
import distributed  # noqa: F401 - sets its defaults, which `dask.config.set` would drop at its end
import pytest
from tests.certificates import Certificates, certificates

from pvsim.adapters.dask import cluster, open_cluster
from pvsim.adapters.dask.certificates import speaks_tls
from pvsim.errors import BadInputError, ClusterError, UsageError

TLS = "distributed.comm.tls."


@pytest.fixture(scope="module")
def pem(tmp_path_factory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def named(pem):
    """Name certificates in Dask's settings, each by its name in `Certificates` or as it is."""

    def settings(ca="ca", certificate="client", key="client_key", **more):
        files = {"ca-file": ca, "client.cert": certificate, "client.key": key}
        found = {f"{TLS}{of}": name and str(getattr(pem, name, name)) for of, name in files.items()}
        return dask.config.set({**found, **more})

    return settings


@asynccontextmanager
async def started(*words, until):
    """A program of Dask's, and the last word of its line with `until`."""
    command = (sys.executable, "-m", "dask", *words)
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        lines = [line.decode() async for line in _to(process.stderr, until)]
        yield lines[-1].split()[-1]
    finally:
        process.kill()
        await process.communicate()


async def _to(lines, until):
    async for line in lines:
        yield line
        if until.encode() in line:
            return


def double(job):
    return 2 * job


async def opened(address):
    async with open_cluster(address, double, lambda _: {}, workers=1) as pool:
        return [result async for result in pool.results([b"1", b"2"])]


async def test_a_foreign_scheduler_with_tls(pem, named):
    files = ("--tls-ca-file", pem.ca, "--tls-cert", pem.broker, "--tls-key", pem.broker)
    words = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--protocol", "tls", "--no-dashboard", *files)
    async with started(*words, until="Scheduler at:") as address:
        assert address.startswith("tls://")
        worker = ("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", *files)
        async with started(*worker, until="Registered to:"):
            with named():
                assert sorted(await opened(address)) == [(0, b"11"), (1, b"22")]
        with (
            named(ca="other_ca"),
            pytest.raises(ClusterError, match="an authority that is not known here") as refused,
        ):
            await opened(address)
        assert "export DASK_DISTRIBUTED__COMM__TLS__CA_FILE=" in refused.value.fix
        for ours in ("stranger", "expired_client"):
            with named(certificate=ours, key=ours), pytest.raises(ClusterError, match="refuses the certificate"):
                await opened(address)
        plain = address.replace("tls:", "tcp:")
        with pytest.raises(UsageError, match="what answers there speaks TLS") as refused:
            await opened(plain)
        assert refused.value.fix == f"name it as {address}"


@pytest.mark.parametrize(
    ("settings", "kind", "says"),
    [
        ({"ca": None}, UsageError, "needs the authority"),
        ({"certificate": None}, UsageError, "needs a certificate of this client"),
        ({"ca": "/no/such.pem"}, BadInputError, "CA_FILE cannot be read"),
        ({"key": None}, BadInputError, "there is no private key"),
        ({"key": "stranger"}, BadInputError, "does not belong to the certificate"),
        ({f"{TLS}ciphers": "none"}, BadInputError, "No cipher can be selected"),
        ({f"{TLS}min-version": 9}, BadInputError, "min-version=9 is not supported"),
    ],
)
async def test_settings_that_cannot_be_used_are_named(named, settings, kind, says):
    with named(**settings), pytest.raises(kind, match=says) as refused:
        await opened("tls://127.0.0.1:9")
    assert refused.value.fix


async def test_certificates_in_the_settings_themselves_are_no_paths(monkeypatch, pem, named):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)
    texts = {"ca": pem.ca, "certificate": pem.client, "key": pem.client_key}
    settings = named(**{name: path.read_text() for name, path in texts.items()})
    with settings, pytest.raises(ClusterError, match="no Dask scheduler answers"):
        await opened("tls://127.0.0.1:9")


async def test_a_scheduler_without_tls_where_dask_requires_it():
    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(UsageError, match="require encryption") as refused,
    ):
        await opened("tcp://127.0.0.1:9")
    assert refused.value.fix == "name it as tls://127.0.0.1:9"


async def test_what_speaks_no_tls_is_told(monkeypatch, named):
    monkeypatch.setattr(cluster, "CONNECT_S", 0.2)

    async def answer(reader, writer):
        await reader.read(1)
        writer.write(b"\0" * 16)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        address = f"tls://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert not await speaks_tls(address)
        with named(), pytest.raises(ClusterError, match="the port does not speak TLS") as refused:
            await opened(address)
    assert "name it as tcp://" in refused.value.fix
