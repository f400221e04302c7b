"""Every property holds of every policy that we render, or is listed here."""

from typing import Any

import pytest

from baseline.prover.judgements import ALL, Judgement, prove_key
from tests.policy_cases import CASES, OTHER, Case, each
from tests.prover.subjects import keys_with, subject_of

LISTED_EXCEPTIONS: dict[str, tuple[str, ...]] = {}
"""Properties that do not hold of a case, by its name. There are none: an exception is part of its property's sentence."""


def failing(judgements: tuple[Judgement, ...]) -> tuple[str, ...]:
    return tuple(judgement.about.id for judgement in judgements if judgement.verdict != "holds")


@each(CASES)
def test_every_property_holds(case: Case) -> None:
    assert failing(prove_key(subject_of(case), case.policy)) == LISTED_EXCEPTIONS.get(str(case), ())


def test_every_property_says_something_of_some_key() -> None:
    said = {judgement.about.id for case in CASES for judgement in prove_key(subject_of(case), case.policy)}
    for _, (about, key) in keys_with(purposes={"ebs": {"share_with": ["organization"]}}).items():
        said |= {judgement.about.id for judgement in prove_key(about, key.policy)}
    assert {entry.id for entry in ALL} - said == {"shared-accounts-only-use"} - said


def test_ids_are_unique_and_sentences_are_sentences() -> None:
    assert len({entry.id for entry in ALL}) == len(ALL)
    assert all(entry.sentence[0].isupper() and entry.sentence.endswith((".", ".)")) for entry in ALL)


SETTINGS: tuple[dict[str, Any], ...] = (
    {"purposes": {"ebs": {"share_with": ["organization", OTHER]}, "backup": {"share_with": ["organization"]}}},
    {"purposes": {"ebs": {"services": []}, "logs": {"services": []}, "backup": {"services": []}}},
    {"purposes": {"sns": {"publishers": []}, "cloudtrail": {"services": []}}},
    {"administrators": [], "users": [], "deny_deletion_if_used_within_days": 0},
    {"administrators": ["role/Security"], "users": [f"arn:aws:iam::{OTHER}:role/app/*"]},
    {"users": [f"arn:aws:iam::{OTHER}:root", "user/Ada"]},
    {"administrators": ["role/Sec*"], "separate_duties": True, "iam_delegation": "full"},
)


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: ",".join(settings))
@pytest.mark.parametrize("delegation", ["manage", "administrators", "full"])
def test_every_property_holds_whatever_the_settings(settings: dict[str, Any], delegation: str) -> None:
    for about, key in keys_with(**{"iam_delegation": delegation} | settings).values():
        assert failing(prove_key(about, key.policy)) == (), str(about)


def test_only_properties_about_services_need_the_assumption_on_them() -> None:
    needing = {f.about.id for case in CASES for f in prove_key(subject_of(case), case.policy) if f.needs_a3}
    assert needing == {
        "no-unlisted-service",
        "service-never-manages",
        "only-these-change-the-policy",
        "services-only-for-this-account",
        "services-do-no-more",
        # With separate duties: the Deny would stop a service that came as an administrator.
        "services-do-what-they-must",
    }
    judgement = next(f for f in prove_key(subject_of(CASES[0]), CASES[0].policy) if f.needs_a3)
    assert judgement.assumptions == ("A1", "A2", "A3", "A4", "A5", "A6")
