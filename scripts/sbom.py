#!/usr/bin/env python3
"""Prints what pvsim is made of as a CycloneDX 1.6 document: scripts/sbom.py > pvsim.cdx.json.

The packages and their versions are those of the locks; `required` is what a plain installation has, `optional` is
what an extra brings. Licences are those that the installed packages state: run it in the environment of `./test`.
"""

import json
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_SHORT = 40  # characters; some packages put the whole text of their licence there
_ECHARTS = re.compile(r"# Apache ECharts (\S+).*?`echarts\.min\.js` \| `([0-9a-f]{64})`", re.DOTALL)


def pins(lock: str) -> set[tuple[str, str]]:
    """The names and versions in one of the locks; some have two, for different versions of Python."""
    return set(_PIN.findall((ROOT / "requirements" / lock).read_text()))


def licence_of(name: str) -> list[dict[str, object]]:
    """The licence that an installed package states, in CycloneDX's form; [] where it states none."""
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return []
    if expression := facts.get("License-Expression"):
        return [{"expression": expression}]
    if (short := facts.get("License", "")) and len(short) < _SHORT:
        return [{"license": {"name": short}}]
    trove = [
        each.rpartition(" :: ")[2] for each in facts.get_all("Classifier", []) if each.startswith("License :: ")
    ]
    return [{"license": {"name": each}} for each in trove if each != "OSI Approved"]


def component(name: str, version: str, *, required: bool) -> dict[str, object]:
    """One Python package."""
    purl = f"pkg:pypi/{name.lower()}@{version}"
    facts: dict[str, object] = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    facts["scope"] = "required" if required else "optional"
    if licence := licence_of(name):
        facts["licenses"] = licence
    return facts


def document() -> dict[str, object]:
    """The whole document; it has no time and no serial number, so that the same locks give the same text."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base, every = pins("base.txt"), pins("all.txt")
    components = [component(*each, required=each in base) for each in sorted(every)]
    found = _ECHARTS.search((ROOT / "src/pvsim/adapters/html/echarts.md").read_text())
    if found is None:
        raise SystemExit("src/pvsim/adapters/html/echarts.md no longer names a version and a SHA-256")
    version, sha256 = found.groups()
    purl = f"pkg:npm/echarts@{version}"
    components.append(
        {
            "type": "library", "bom-ref": purl, "name": "echarts", "version": version, "purl": purl,
            "scope": "required", "hashes": [{"alg": "SHA-256", "content": sha256}],
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }
    )  # fmt: skip
    root = f"pkg:pypi/{project['name']}@{project['version']}"
    subject = {"type": "application", "bom-ref": root, "name": project["name"], "version": project["version"]}
    licence = [{"license": {"id": project["license"]}}]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**subject, "purl": root, "licenses": licence}},
        "components": components,
        "dependencies": [{"ref": root, "dependsOn": [each["bom-ref"] for each in components]}],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(document(), indent=2) + "\n")
