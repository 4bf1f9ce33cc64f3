"""The words in the pictures, and numbers in each language's form."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["WORDS", "Language", "Words"]

Language: TypeAlias = Literal["en", "de"]


@dataclass(frozen=True, slots=True)
class Words:
    """What is written in a picture.

    Attributes:
        decimal: The decimal mark.
    """

    decimal: str
    power_kw: str
    energy_kwh: str
    local_time: str
    charge_percent: str
    time_percent: str
    window: str
    share_percent: str
    load: str
    meter: str
    pv: str
    used: str
    self_consumed: str
    imported: str
    exported: str
    discharge: str
    charge: str
    below_zero: str
    self_consumption: str
    self_sufficiency: str
    potential: str
    first_days: str
    of_meters: str
    missing: str


WORDS: dict[Language, Words] = {
    "en": Words(
        decimal=".",
        power_kw="power in kW",
        energy_kwh="energy in kWh",
        local_time="local time",
        charge_percent="charge in %",
        time_percent="share of the time in %",
        window="mean over",
        share_percent="share in %",
        load="load",
        meter="grid meter",
        pv="PV",
        used="PV used at once",
        self_consumed="self-consumed PV",
        imported="import",
        exported="export",
        discharge="from the battery",
        charge="into the battery",
        below_zero="below zero",
        self_consumption="self-consumption (share of PV)",
        self_sufficiency="self-sufficiency (share of load)",
        potential="PV without the export limit",
        first_days="; first {shown} of {all} days",
        of_meters=", sum of {n} meters",
        missing="partial run: {n} rows are missing",
    ),
    "de": Words(
        decimal=",",
        power_kw="Leistung in kW",
        energy_kwh="Energie in kWh",
        local_time="Ortszeit",
        charge_percent="Ladung in %",
        time_percent="Anteil der Zeit in %",
        window="Mittel über",
        share_percent="Anteil in %",
        load="Verbrauch",
        meter="Netzzähler",
        pv="PV-Erzeugung",
        used="PV direkt verbraucht",
        self_consumed="PV-Eigenverbrauch",
        imported="Netzbezug",
        exported="Netzeinspeisung",
        discharge="aus der Batterie",
        charge="in die Batterie",
        below_zero="unter null",
        self_consumption="Eigenverbrauchsquote (Anteil der PV)",
        self_sufficiency="Autarkiegrad (Anteil am Verbrauch)",
        potential="PV ohne Einspeisegrenze",
        first_days="; die ersten {shown} von {all} Tagen",
        of_meters=", Summe von {n} Zählern",
        missing="unvollständiger Lauf: {n} Zeilen fehlen",
    ),
}
