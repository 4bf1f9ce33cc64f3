"""The software bill of materials: all that the locks name, and no licence that pvsim may not import."""

import re
import runpy

import pytest
from tests.docs.conftest import REPOSITORY

PERMISSIVE = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla|Zlib|CC0|ISC|HPND|Unlicense", re.IGNORECASE
)


@pytest.fixture(scope="module")
def document() -> dict:
    return runpy.run_path(str(REPOSITORY / "scripts" / "sbom.py"))["document"]()


def test_it_names_each_package_of_the_lock_once(document):
    lock = (REPOSITORY / "requirements" / "all.txt").read_text()
    wanted = {
        tuple(line.split()[0].split("==")) for line in lock.splitlines() if re.match(r"[a-z0-9._-]+==", line)
    }
    found = [(each["name"], each["version"]) for each in document["components"] if "pypi" in each["purl"]]
    assert sorted(wanted) == found
    scopes = {each["name"]: each["scope"] for each in document["components"]}
    assert (scopes["numpy"], scopes["duckdb"]) == ("required", "optional")


def test_it_names_the_script_that_pages_carry(document):
    assert [each["hashes"][0]["alg"] for each in document["components"] if each["name"] == "echarts"] == [
        "SHA-256"
    ]


def test_every_licence_is_one_that_may_be_imported(document):
    for each in document["components"]:
        (stated,) = each["licenses"]
        text = stated.get("expression") or stated["license"].get("name") or stated["license"]["id"]
        for alternatives in text.split(" AND "):
            assert any(PERMISSIVE.search(name) for name in alternatives.split(" OR ")), (each["name"], text)
