"""A case is found by its id, whatever its number has become since its record was made."""

from pathlib import Path

import pytest
from tests.studies import kept_study

from pvsim.errors import BadInputError, UsageError
from pvsim.wiring.study.case import find_case
from pvsim.wiring.study.file import configured, read_study

TEXT = '[base]\nsite = "own.toml"\nseed = 5\n[sweep]\n"site.plants.0.peak_kw" = { from = 1, to = 40, step = 1 }\n'
SITE = """\
name = "own"
[location]
latitude_deg = 50
longitude_deg = 8
tz = "Europe/Berlin"
[[plants]]
tilt_deg = 30
azimuth_deg = 180
peak_kw = 5
"""


@pytest.fixture
def studies(tmp_path):
    """A study file with its site, and the directory of what was carried out, elsewhere."""
    (tmp_path / "own.toml").write_text(SITE)
    (tmp_path / "roof.toml").write_text(TEXT)
    kept_study(tmp_path / "roof.toml", tmp_path / "studies" / "roof", numbers=range(30))
    return tmp_path / "studies"


def ids(studies):
    return [case.id for case, _ in configured(read_study(studies.parent / "roof.toml"))]


@pytest.mark.parametrize("number", [3, 35])  # the second has no record yet
def test_a_case_is_found_by_its_id_or_by_its_first_digits(studies, number):
    known = ids(studies)[number]
    for text in (known, known[:10], f" {known.upper()}", f"{studies / 'roof'}:{known[:10]}"):
        found = find_case(text, studies)
        assert (found.case.id, found.case.number) == (known, number)
        assert found.config.pv.site.plants[0].peak_kw == number + 1
        assert found.directory == studies / "roof"


def test_files_that_a_path_sets_are_found_from_the_copy_of_the_study_file(tmp_path):
    (tmp_path / "own.toml").write_text(SITE)
    (tmp_path / "sky.csv").write_text("timestamp,ghi\n")
    sky = '[sweep]\n"site.weather" = [{ kind = "clear" }, { kind = "file", path = "sky.csv" }]\n'
    (tmp_path / "sky.toml").write_text(f'[base]\nsite = "own.toml"\n{sky}')
    kept_study(tmp_path / "sky.toml", tmp_path / "studies" / "sky", numbers=range(2))
    known = [case.id for case, _ in configured(read_study(tmp_path / "sky.toml"))][1]
    found = find_case(known, tmp_path / "studies")
    assert found.config.pv.site.weather.path == str(tmp_path / "sky.csv")


def test_a_case_is_found_where_a_changed_study_has_it_now(studies):
    known = ids(studies)[3]
    text = TEXT.replace("from = 1", "from = 3")
    (studies / "roof" / "study.toml").write_text(text)
    assert find_case(known, studies).case.number == 1
    (studies / "roof" / "study.toml").write_text(TEXT.replace("from = 1", "from = 9"))
    with pytest.raises(BadInputError, match="the study file has changed, and has no case"):
        find_case(known, studies)


def test_what_an_unfinished_last_line_says_is_not_read(studies):
    known = ids(studies)[35]
    with (studies / "roof" / "records.jsonl").open("a") as file:
        file.write(f'{{"number":35,"id":"{known}')
    assert find_case(known, studies).case.number == 35


def test_what_no_case_or_several_begin_with_is_refused(studies, monkeypatch):
    (several,) = [text for text in [ids(studies)[0]] if text]
    with pytest.raises(BadInputError, match="no study here has a case"):
        find_case("0" * 16, studies)
    with pytest.raises(BadInputError, match="there is no study here"):
        find_case(f"{studies / 'other'}:{several}", studies)
    for text in ("", "roof:", "abc", "zzzzzz", "roof.toml", "0x1234"):
        with pytest.raises(UsageError, match="is no id of a case"):
            find_case(text, studies)
    monkeypatch.setattr("pvsim.wiring.study.case._LEAST", 1)
    first = [known[0] for known in ids(studies)[:30]]
    twice = next(digit for digit in first if first.count(digit) > 1)
    with pytest.raises(UsageError, match=f"several cases begin with {twice}: ") as caught:
        find_case(twice, studies)
    assert f"{studies / 'roof'}:{twice}" in caught.value.fix


def test_a_directory_without_studies_has_no_case():
    with pytest.raises(BadInputError, match="no study here has a case"):
        find_case("0123456789abcdef", Path("nowhere"))
