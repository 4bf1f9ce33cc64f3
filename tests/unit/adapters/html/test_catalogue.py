"""Both languages say the same things."""

import re

from pvsim.adapters.html import LANGUAGES, words_of

_PART = re.compile(r"\{(\w+)\}")


def test_the_languages_have_the_same_keys_in_the_same_order():
    first, *others = (list(words_of(language)) for language in LANGUAGES)
    assert len(first) > 150
    assert all(keys == first for keys in others)


def test_the_same_parts_are_put_in():
    for key, text in words_of("en").items():
        if key != "date.form":
            assert set(_PART.findall(text)) == set(_PART.findall(words_of("de")[key])), key


def test_no_text_is_empty_and_german_is_not_english():
    english, german = words_of("en"), words_of("de")
    assert all(english.values())
    assert all(german.values())
    assert (german["figure.self_consumption"], german["figure.self_sufficiency"]) == (
        "Eigenverbrauchsquote",
        "Autarkiegrad",
    )
    assert (german["energy.import"], german["energy.export"]) == ("Netzbezug", "Netzeinspeisung")
    same = [
        key
        for key, text in english.items()
        if text == german[key] and len(_PART.sub("", text)) > len("Median, kW")
    ]
    assert same == []
