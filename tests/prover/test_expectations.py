"""What must hold of a purpose's keys is said for every purpose, and nothing passes where it is not."""

from dataclasses import replace

import pytest

from baseline.errors import Refusal
from baseline.iam.actions import CRYPTOGRAPHIC, expand_all
from baseline.property_names import FORMER_NAMES, PROPERTY_NAMES
from baseline.prover.expectations import EXPECTATIONS, expected_of
from baseline.prover.expectations.expectation import Call
from baseline.prover.judgements import prove_key
from baseline.purposes import PURPOSES
from tests.policy_cases import OWN, Case, Settings
from tests.prover.subjects import subject_of

CALLS = [pytest.param(call, id=f"{purpose}-{call.listed}") for purpose, e in EXPECTATIONS.items() for call in e.calls]


def test_every_purpose_has_an_expectation_and_no_other_has_one() -> None:
    assert set(EXPECTATIONS) == set(PURPOSES)


def test_a_purpose_of_which_nothing_is_expected_is_refused() -> None:
    with pytest.raises(Refusal, match="nothing can be proven of keys for `fax`"):
        expected_of("fax")


@pytest.mark.parametrize("call", CALLS)
def test_what_reveals_something_is_fenced_to_the_account(call: Call) -> None:
    """Describing a key reveals nothing, and carries no context that could fence it."""
    assert call.fence or not expand_all(call.actions) & CRYPTOGRAPHIC
    assert call.tells_no_account or all("{account}" in fence.value for fence in call.fence)


def test_one_service_alone_cannot_tell_its_account() -> None:
    """The exception is documented, in the property's sentence and in the key policies' page."""
    exceptions = [call.principal for expected in EXPECTATIONS.values() for call in expected.exceptions]
    assert exceptions == ["codestar-notifications.amazonaws.com"]


@pytest.mark.parametrize("name", ["states.amazonaws.com", "codestar-notifications.amazonaws.com"])
@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_service_that_decrypts_without_a_condition_fails_for_every_purpose(purpose: str, name: str) -> None:
    """Whatever the key is for, and whether or not the purpose knows the service."""
    case = Case(purpose, Settings("aws", "manage", False))
    unfenced = {"Effect": "Allow", "Principal": {"Service": name}, "Action": "kms:Decrypt", "Resource": "*"}
    policy = {**case.policy, "Statement": [*case.statements, unfenced]}
    verdicts = {judgement.about.id: judgement.verdict for judgement in prove_key(subject_of(case), policy)}
    assert verdicts["services-only-for-this-account"] == "fails"
    fenced = {**unfenced, "Condition": {"StringEquals": {"aws:SourceAccount": OWN}}}
    if name == "states.amazonaws.com":
        policy = {**case.policy, "Statement": [*case.statements, fenced]}
        verdicts = {judgement.about.id: judgement.verdict for judgement in prove_key(subject_of(case), policy)}
        assert verdicts["services-only-for-this-account"] == "holds"
        assert verdicts["no-unlisted-service"] == "fails"


@pytest.mark.parametrize(
    ("purpose", "unlisted"),
    [("secretsmanager", "replicas"), ("secretsmanager", "rds"), ("kinesis", "firehose")],
)
def test_what_has_to_be_listed_fails_where_it_is_not(purpose: str, unlisted: str) -> None:
    """The policy lets all in that can be listed, and the configuration lists all but one."""
    case = Case(purpose, Settings("aws", "manage", False))
    subject = subject_of(case)
    services = tuple(service for service in subject.settings.services if service != unlisted)
    less = replace(subject, settings=replace(subject.settings, services=services))
    assert {judgement.verdict for judgement in prove_key(subject, case.policy)} == {"holds"}
    assert "fails" in {judgement.verdict for judgement in prove_key(less, case.policy)}


def test_former_names_are_no_names() -> None:
    """And what is said of them names what there is."""
    assert not {name for name, _ in FORMER_NAMES} & set(PROPERTY_NAMES)
    for _, advice in FORMER_NAMES:
        assert any(f"`{name}`" in advice for name in PROPERTY_NAMES)
