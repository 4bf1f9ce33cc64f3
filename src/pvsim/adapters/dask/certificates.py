"""The certificates that a Dask cluster with TLS goes by, as Dask's own settings name them.

The library says of some of them that nobody answers, of others nothing: they are looked at before it connects.
"""

import asyncio
import ssl
from typing import Any

from pvsim.adapters.shared.tls import Peer, shake_hands, trust
from pvsim.core.messages.url_parameters import TlsFiles
from pvsim.errors import BadInputError, BrokerRefusedError, ClusterError, UsageError

__all__ = ["require_certificates", "require_plain", "speaks_tls"]

_SETTINGS = ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY")
_DASK = Peer(
    "the Dask scheduler",
    "DASK_DISTRIBUTED__COMM__TLS__",
    "name it as tcp://…, or start it and its workers with certificates",
    settings=_SETTINGS,
)
_LOOK_S = 2.0


async def require_certificates(address: str) -> None:
    """Refuse a scheduler with TLS whose certificate is not trusted, or that does not trust ours.

    Whether somebody answers there at all is left to the library.

    Args:
        address: `tls://host:port`.

    Raises:
        UsageError: if Dask's settings name no authority, or no certificate of ours.
        BadInputError: if a file that they name cannot be used.
        ClusterError: if one side refuses the other's certificate, or the port does not speak TLS.
    """
    security = _security(address)
    files = TlsFiles(
        *(getattr(security, f"tls_{name}") or "" for name in ("ca_file", "client_cert", "client_key"))
    )
    _require_settings(files, address)
    if not any("\n" in text for text in (files.ca, files.certificate, files.key)):  # else they are no paths
        trust(files, _DASK)
    try:
        context: ssl.SSLContext = security.get_connection_args("client")["ssl_context"]
    except (OSError, ValueError) as error:
        raise _unusable(error, address) from error
    try:
        await shake_hands(_place(address), context, _DASK)
    except BrokerRefusedError as refused:
        raise ClusterError(refused.what, where=address, fix=refused.fix) from refused


def require_plain(address: str) -> None:
    """Refuse a scheduler without TLS where Dask's settings require it.

    Args:
        address: `tcp://host:port`.

    Raises:
        UsageError: if they do.
        BadInputError: if they cannot be used.
    """
    if _security(address).require_encryption:
        what = "Dask's settings require encryption (distributed.comm.require-encryption), and this is without"
        raise UsageError(what, where=address, fix=f"name it as {address.replace('tcp:', 'tls:')}")


def _security(address: str) -> Any:
    """What Dask's settings say of TLS.

    Raises:
        BadInputError: if they make no sense.
    """
    from distributed import Security  # noqa: PLC0415 - takes a second to import

    try:
        return Security()
    except ValueError as error:
        raise _unusable(error, address) from error


def _unusable(error: Exception, address: str) -> BadInputError:
    reason = error.args[-1] if error.args else error
    what = f"Dask's settings for TLS cannot be used: {reason}"
    return BadInputError(what, where=address, fix="correct distributed.comm.tls in Dask's settings")


def _require_settings(files: TlsFiles, address: str) -> None:
    """Refuse to go on without an authority or a certificate of ours."""
    if files.ca and files.certificate:
        return
    missing = "a certificate of this client" if files.ca else "the authority that it is trusted by"
    what = f"a scheduler with TLS needs {missing}, and Dask's settings name none"
    raise UsageError(what, where=address, fix=_DASK.example("cacertfile", "certfile", "keyfile"))


async def speaks_tls(address: str) -> bool:
    """Whether what answers there speaks TLS, whatever its certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is said to it, and nothing it says is used
    try:
        async with asyncio.timeout(_LOOK_S):
            _, writer = await asyncio.open_connection(*_place(address), ssl=context)
    except (OSError, TimeoutError, UnicodeError):
        return False
    writer.transport.abort()
    return True


def _place(address: str) -> tuple[str, int]:
    host, _, port = address.partition("://")[2].rpartition(":")
    return host.strip("[]"), int(port)
