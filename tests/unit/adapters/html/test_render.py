"""The page as a file: it is safe, whole in itself, and the same for the same run."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.made_pages import FACTS, a_page
from tests.made_studies import a_study_page, swept

import pvsim.adapters.html.render as render_module
from pvsim.adapters.html import LANGUAGES, rendered, template
from pvsim.core.quantities.timeline import Timeline
from pvsim.core.run.plan import RunPlan
from pvsim.wiring.report import prepare_report

HERE = Path(render_module.__file__).parent
PLAN = RunPlan("r", Timeline.of_days(date(2024, 6, 21), 1, ZoneInfo("Europe/Berlin")), ("m1",))
EVIL = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"


def text_of(**facts):
    return rendered(a_page(PLAN, facts=replace(FACTS, **facts)), language="en", version="0.1.0").decode()


def without_scripts(text):
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def test_what_comes_from_a_run_is_escaped():
    text = text_of(
        site=EVIL, command=EVIL, inputs={EVIL: {"source": EVIL}}, not_promised=(EVIL,), files={EVIL: (1, "")}
    )
    assert "<script>alert" not in text
    assert "<img" not in without_scripts(text)
    assert text.count("&lt;/script&gt;") >= 5


def test_only_its_own_scripts_may_run_and_nothing_is_fetched():
    text = text_of()
    policy = unescape(re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1])
    allowed = set(re.findall(r"'sha256-([^']+)'", policy))
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert {b64encode(sha256(script.encode()).digest()).decode() for script in scripts} == allowed
    assert len(allowed) == 2
    assert policy.startswith("default-src 'none'; ")
    assert not re.search(r"<(link|iframe|img)\b|\ssrc=|@import|url\(", without_scripts(text))


def test_the_same_run_gives_the_same_bytes_and_few_of_them():
    pages = [rendered(a_page(PLAN), language=language, version="0.1.0") for language in (*LANGUAGES, "en")]
    assert pages[0] == pages[2] != pages[1]
    assert len(pages[0]) < 2_000_000


@pytest.mark.parametrize("name", ["echarts.min.js", "echarts.LICENSE.txt", "echarts.NOTICE.txt"])
def test_the_foreign_script_is_the_one_that_its_note_names(name):
    note = (HERE / "echarts.md").read_text("utf-8")
    sums = dict(re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", note, re.MULTILINE))
    assert sums[name] == sha256((HERE / name).read_bytes()).hexdigest()


def test_the_template_is_compiled_once_and_pages_stay_the_same():
    template.cache_clear()
    fresh = text_of()
    prepare_report()
    assert template.cache_info().misses == 1
    assert text_of() == fresh


def a_study(records, **facts):
    return rendered(a_study_page(records, **facts), language="en", version="0.1.0", kind="study")


def test_what_comes_from_a_study_is_escaped():
    axes = {EVIL: [EVIL, EVIL * 2], "days": [1, 2, 3]}
    records = swept(axes, variants=(EVIL, "south"), seeds=2, failing={0})
    text = a_study(records, text=EVIL, drawn={EVIL}).decode()
    assert "<script>alert" not in text
    assert "<img" not in without_scripts(text)
    assert text.count("&lt;/script&gt;") >= 5


def test_a_study_of_ten_thousand_cases_has_a_page_of_two_megabytes_at_most():
    axes = {f"site.plants.{i}.peak_kw": [each / 10 for each in range(10)] for i in range(4)}
    records = swept(axes, variants=("",), seeds=1)
    assert len(records) == 10_000
    assert 1_000_000 < len(a_study(records)) < 2_000_000
