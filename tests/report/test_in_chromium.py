"""The page in a real Chromium: it is opened once, and every test looks at what was seen. Skipped where there is none."""

from typing import Any

import pytest

from baseline.report.value import Report
from operations.project import Project
from tests.conftest import SHIPPED
from tests.report.browser import PICTURES, lacking, story
from tests.report.made import page_of

Seen = dict[str, Any]


@pytest.fixture(scope="module")
def seen(of_the_sample: Report, failing: Report, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    if reason := lacking():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("pages")
    pages = {"sample": of_the_sample, "failing": failing}
    files = {name: folder / f"{name}.html" for name in pages}
    for name, report in pages.items():
        files[name].write_text(page_of(report), encoding="utf-8")
    told: Seen = story(files["sample"], files["failing"])
    return told


def test_it_begins_with_the_overview(seen: Seen) -> None:
    assert seen["heading"] == "Every property of every key policy holds"
    assert seen["shown"] == ["overview"]


def test_it_asks_for_nothing_and_complains_of_nothing(seen: Seen) -> None:
    assert seen["requests"] == []
    assert seen["console"] == []
    assert seen["dialogs"] == 0


def test_a_place_of_the_picture_leads_to_its_keys(seen: Seen) -> None:
    assert seen["ofPlace"] == "3 of 30 keys"


def test_keys_are_found_by_words_and_by_role_and_the_address_remembers_it(seen: Seen) -> None:
    assert seen["filtered"] == ["3 of 30 keys", 3, "#/keys?q=data+us-east-1"]
    assert seen["byRole"] == "30 of 30 keys"
    assert seen["notRotating"] == "0 of 30 keys"


def test_an_address_leads_to_a_key_whose_policy_can_be_opened(seen: Seen) -> None:
    [key] = [k for k in Project(SHIPPED).inventory.keys if k.where == "data / us-east-1 / sns"]
    heading = "The sns key of data in us-east-1"
    assert seen["key"]["heading"] == seen["key"]["focused"] == heading
    assert seen["key"]["title"].startswith(heading)
    statements = key.policy.as_dict()["Statement"]
    assert isinstance(statements, list)
    assert seen["key"]["statements"] == len(statements)
    assert seen["statement"] == statements[0]


def test_the_page_of_a_key_says_who_can_delete_it(seen: Seen) -> None:
    assert [line for line in seen["delete"].splitlines() if line] == [
        "Who can delete it",
        "Whatever IAM policies say",
        "the root user of 033333333333",
        "role/SecurityAdministrators of 033333333333",
        "As far as the IAM policies of their account allow",
        "everybody else in 033333333333",
        "Nobody else.",
    ]


def test_back_and_the_keyboard_lead_where_one_expects(seen: Seen) -> None:
    assert seen["back"] == "#/keys?q=SecurityAdministrators&rotation=off"
    assert seen["byKeyboard"] == ["Controls", "Controls"]


def test_an_address_of_no_key_is_told(seen: Seen) -> None:
    assert "The report has no key data/eu-west-2/nothing." in seen["unknown"]


def test_it_prints(seen: Seen) -> None:
    assert seen["pdf"] == "%PDF-"
    assert seen["printed"] == {"nav": False, "rows": 30}


def test_axe_finds_nothing(seen: Seen) -> None:
    """In light and in dark, in every part. https://github.com/dequelabs/axe-core"""
    assert seen["axe"] == []


def test_what_fails_is_seen_at_its_key(seen: Seen) -> None:
    assert "a property does not hold" in seen["failing"]["chip"]
    assert "no-foreign-principal" in seen["failing"]["first"]
    assert seen["failing"]["proofs"] == 3


def test_what_the_configuration_says_is_text(seen: Seen) -> None:
    for written in ("<b>them</b>", "</script><script>alert(1)</script>", '"the auditors" <i>'):
        assert written in seen["hostile"]


def test_the_pictures_of_the_documentation_are_small() -> None:
    assert {path.name for path in PICTURES.glob("report-*.png") if path.stat().st_size > 150_000} == set()
