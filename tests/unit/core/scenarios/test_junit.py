from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from pvsim.core.scenarios.checking import Checked, Compared
from pvsim.core.scenarios.junit import junit_xml

TEXTS = st.text(max_size=30)
FIGURES = st.builds(Compared, TEXTS, st.integers() | TEXTS, st.none() | st.integers() | TEXTS, st.just(0.0))
SECONDS = st.floats(0, 100)
CHECKED = st.builds(Checked, TEXTS, SECONDS, st.lists(FIGURES, max_size=4).map(tuple)) | st.builds(
    Checked, TEXTS, SECONDS, error=TEXTS
)


@given(st.lists(CHECKED, max_size=5))
def test_whatever_is_in_it_it_is_xml_with_a_case_for_each(checked):
    root = ET.fromstring(junit_xml(checked).encode())  # noqa: S314 - our own text
    assert root.tag == "testsuites"
    (suite,) = root
    assert suite.attrib["tests"] == root.attrib["tests"] == str(len(suite)) == str(len(checked))
    assert int(suite.attrib["errors"]) == len(suite.findall("testcase/error"))
    assert int(suite.attrib["failures"]) == len(suite.findall("testcase/failure"))
    assert [len(case) == 0 for case in suite] == [each.passed for each in checked]


ALLOWED = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "time"},
    "testcase": {"classname", "name", "time"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}
"""Attributes of junit-10.xsd that are written; others of it are not needed."""


def test_elements_and_attributes_are_those_of_the_schema():
    figures = (Compared("rows", 1, 2, 0.0),)
    checked = [Checked("a", 1.0), Checked("b", 1.0, figures), Checked("c", 1.0, error="no such file")]
    root = ET.fromstring(junit_xml(checked).encode())  # noqa: S314 - our own text
    assert {each.tag for each in root.iter()} == set(ALLOWED)
    assert all(set(each.attrib) == ALLOWED[each.tag] for each in root.iter())
    assert [root.attrib[name] for name in ("tests", "failures", "errors", "time")] == ["3", "1", "1", "3.000"]


def test_names_and_figures_are_escaped_and_in_the_failure():
    figure = Compared('pv"<kWh>&', 2.0, 1.0, 0.002)
    text = junit_xml([Checked("a<b>&\"'", 1.25, (figure, Compared("rows", 1, 1, 0.0)))])
    (case,) = ET.fromstring(text.encode()).iter("testcase")  # noqa: S314 - our own text
    assert case.attrib == {"classname": "pvsim.scenarios", "name": "a<b>&\"'", "time": "1.250"}
    (failure,) = case
    assert failure.text == 'pv"<kWh>& is 1, expected 2 ± 0.002'
    assert failure.attrib["message"] == "1 of 2 figures are not as expected"


def test_what_xml_cannot_have_is_replaced_and_an_error_is_an_error():
    text = junit_xml([Checked("a\x00", 0.5, error="it broke\x1b[31m")])
    (case,) = ET.fromstring(text.encode()).iter("testcase")  # noqa: S314 - our own text
    assert case.attrib["name"] == "a\ufffd"
    (error,) = case
    assert (error.tag, error.text, error.attrib["type"]) == ("error", "it broke\ufffd[31m", "error")
