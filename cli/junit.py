"""JUnit's XML, which most CI systems show as tests: https://github.com/testmoapp/junitxml"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as Xml

Outcome = Literal["passed", "failure", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class Case:
    """One test."""

    name: str
    outcome: Outcome
    message: str = ""
    """One line; empty for what passed."""
    text: str = ""
    file: str = ""
    line: int = 0


def junit(name: str, suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    """A whole report, a suite a name."""
    root = Xml.Element("testsuites", {"name": name, **_counts([case for _, cases in suites for case in cases])})
    for suite, cases in suites:
        inner = Xml.SubElement(root, "testsuite", {"name": _clean(suite), **_counts(cases)})
        for case in cases:
            _add(inner, suite, case)
    Xml.indent(root)
    return Xml.tostring(root, encoding="unicode", xml_declaration=False)


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    counted = {"tests": len(cases)}
    for outcome, word in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        counted[word] = sum(case.outcome == outcome for case in cases)
    return {word: str(number) for word, number in counted.items()}


def _add(suite: Xml.Element, name: str, case: Case) -> None:
    place = {"file": case.file, "line": str(case.line)} if case.file else {}
    element = Xml.SubElement(suite, "testcase", {"name": case.name, "classname": _clean(name), **place})
    if case.outcome != "passed":
        Xml.SubElement(element, case.outcome, message=_clean(case.message)).text = _clean(case.text) or None


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
