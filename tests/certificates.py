"""Certificates for tests of TLS: right ones, and one of each kind that must be refused."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trustme

__all__ = ["Certificates", "certificates"]


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files in PEM, each a path; a certificate's file holds its key as well unless it says otherwise.

    Attributes:
        ca: The authority that has signed all but `stranger`.
        broker: For `localhost`.
        client: That of a client called `house-a`, without its key.
        client_key: Its key.
        expired: For `localhost`, until 2021.
        expired_client: A client's, until 2021.
        stranger: A client's that another authority has signed.
        other_ca: That authority.
    """

    ca: Path
    broker: Path
    client: Path
    client_key: Path
    expired: Path
    expired_client: Path
    stranger: Path
    other_ca: Path


def certificates(directory: Path) -> Certificates:
    """Make them all."""
    ca, other = trustme.CA(), trustme.CA()
    made = Certificates(**{name: directory / f"{name}.pem" for name in Certificates.__slots__})
    ca.cert_pem.write_to_path(str(made.ca))
    other.cert_pem.write_to_path(str(made.other_ca))
    past = {"not_before": datetime(2020, 1, 1, tzinfo=UTC), "not_after": datetime(2021, 1, 1, tzinfo=UTC)}
    both = {
        made.broker: ca.issue_cert("localhost"),
        made.expired: ca.issue_cert("localhost", **past),
        made.expired_client: ca.issue_cert("house-a", **past),
        made.stranger: other.issue_cert("house-a"),
    }
    for path, cert in both.items():
        cert.private_key_and_cert_chain_pem.write_to_path(str(path))
        path.chmod(0o600)
    client = ca.issue_cert("house-a", common_name="house-a")
    made.client.write_bytes(b"".join(blob.bytes() for blob in client.cert_chain_pems))
    client.private_key_pem.write_to_path(str(made.client_key))
    made.client_key.chmod(0o600)
    return made
