"""What is shipped for running a service: its names are those that the product has."""

import json
import re
import shlex

import pytest
import yaml
from tests.docs.conftest import REPOSITORY

from pvsim.adapters.metrics import Metrics
from pvsim.cli.main import cli
from pvsim.errors import BadInputError, CannotWriteError, UsageError

DEPLOY = REPOSITORY / "deploy"


@pytest.fixture(scope="module")
def metrics() -> set[str]:
    """The names of all metrics, as Prometheus stores them."""
    found = {(family.name, family.type) for family in Metrics().collect()}
    return {f"{name}_total" if kind == "counter" else name for name, kind in found}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((REPOSITORY / "compose.yaml").read_text())


def options(command: list[str]) -> None:
    """Fail if `pvsim listen` does not have one of the options."""
    known = {name for parameter in cli.commands["listen"].params for name in parameter.opts}
    assert {part for part in command if part.startswith("--")} <= known


def test_the_dashboard_and_the_page_ask_for_metrics_that_there_are(metrics, pages):
    dashboard = (DEPLOY / "grafana" / "pvsim.json").read_text()
    asked = {target["expr"] for panel in json.loads(dashboard)["panels"] for target in panel["targets"]}
    named = {name for text in asked for name in re.findall(r"pvsim_\w+", text)}
    assert named <= metrics
    page = set(re.findall(r"pvsim_\w+", pages["docs/how-to/metrics.md"]))
    assert page == metrics


def test_panels_of_the_dashboard_do_not_overlap():
    panels = json.loads((DEPLOY / "grafana" / "pvsim.json").read_text())["panels"]
    assert len(panels) > 5
    covered: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & covered, panel["title"]
        assert at["x"] + at["w"] <= 24
        covered |= cells


def test_the_unit_starts_a_command_that_there_is_and_hands_over_the_credential():
    unit = (DEPLOY / "systemd" / "pvsim-listen@.service").read_text()
    settings = dict(re.findall(r"^(\w+)=(.*)$", unit, re.MULTILINE))
    command = shlex.split(settings["ExecStart"])
    assert command[:2] == ["/opt/pvsim/bin/pvsim", "listen"]
    options(command)
    assert settings["LoadCredential"].startswith("pvsim-broker-url:")  # as adapters/secrets.py asks for it
    final = {str(kind.exit_code) for kind in (UsageError, BadInputError, CannotWriteError)}
    assert set(settings["RestartPreventExitStatus"].split()) == final


def test_the_unit_refuses_system_calls_without_killing_and_its_user_can_read_its_settings(pages):
    unit = (DEPLOY / "systemd" / "pvsim-listen@.service").read_text()
    assert "\nSystemCallErrorNumber=EPERM\n" in unit
    assert "\nDynamicUser=yes\n" in unit
    lines = pages["docs/how-to/systemd.md"].splitlines()
    steps = [shlex.split(line, comments=True) for line in lines if line.startswith("install ")]
    modes = {words[-1]: words[words.index("-m") + 1] for words in steps}
    assert modes["/etc/pvsim"] == "755"
    assert modes["/etc/pvsim/home.toml"] == "644"
    assert modes["/etc/pvsim/home.broker-url"] == "600"  # handed over by systemd, which reads it as root


def test_compose_publishes_on_this_machine_only_and_has_no_password(compose):
    services = compose["services"]
    ports = [port for service in services.values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert "PASS" not in name or "${PVSIM_BROKER_PASSWORD" in value
    options(services["listen"]["command"])


def test_compose_names_files_configurations_and_volumes_that_there_are(compose):
    for service in compose["services"].values():
        for config in service.get("configs", ()):
            assert config["source"] in compose["configs"]
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (REPOSITORY / source).is_file() if source.startswith(".") else source in compose["volumes"]
    scraped = yaml.safe_load(compose["configs"]["prometheus"]["content"])
    (target,) = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    assert target.split(":")[0] in compose["services"]
