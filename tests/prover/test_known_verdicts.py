"""Keys that are alike are proven once, and get the verdicts that each would get by itself."""

from typing import Any

import pytest

from baseline.prover.inventory import prove_alike, prove_all
from tests.conftest import inventory
from tests.organizations import account, organization, text

ACCOUNTS = (account("web", "055555555555"), account("data", "033333333333"), account("other", "044444444444"))
REGIONS = ("eu-west-2", "us-east-1", "ap-south-1")
OWN_ROLE = "arn:aws:iam::044444444444:role/App"


def statement(**more: Any) -> dict[str, Any]:
    return {"Sid": "Own", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", **more}


def lockout(operator: str, value: str, key: str = "aws:PrincipalAccount") -> dict[str, Any]:
    return statement(Action="kms:PutKeyPolicy", Condition={operator: {key: value}})


KEYS: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "people": {"administrators": ["role/Admin"], "users": ["role/App"]},
    "a role of one of the accounts": {"users": [OWN_ROLE]},
    "a whole account, which is one of ours": {"users": ["arn:aws:iam::044444444444:root"]},
    "a region in a path": {"administrators": ["role/aws-reserved/sso.amazonaws.com/eu-west-2/AWSReservedSSO_A_*"]},
    "an account in a name": {"administrators": ["role/Admin-033333333333"]},
    "separate duties": {"administrators": ["role/*Admin"], "separate_duties": True},
    "full": {"iam_delegation": "full"},
    "shared with one of ours": {"purposes": {"ebs": {"share_with": ["044444444444"]}}},
    "a pattern that meets accounts": {
        "purposes": {
            "sns": {
                "statements": [
                    statement(Condition={"StringLike": {"aws:SourceAccount": "03333333*"}}),
                    statement(Sid="Two", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-*:033333333333:a"}}),
                ]
            }
        }
    },
    "a pattern of accounts without a symbol beside it": {
        "purposes": {"logs": {"statements": [statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:*:*:0*:b"}})]}}
    },
    "a lockout of one account, by a pattern": {"purposes": {"ebs": {"statements": [lockout("StringLike", "0333*")]}}},
    "the same by parts of an ARN": {
        "purposes": {"ebs": {"statements": [lockout("ArnLike", "arn:aws:iam::0333*:*", "aws:PrincipalArn")]}}
    },
    "a hole": {"purposes": {"ebs": {"statements": [statement(Effect="Allow", Principal={"AWS": OWN_ROLE})]}}},
}


@pytest.mark.parametrize("keys", KEYS.values(), ids=KEYS)
def test_the_verdicts_are_those_of_each_key_by_itself(keys: dict[str, Any]) -> None:
    expanded = inventory(text(organization(*ACCOUNTS, regions=REGIONS, keys=keys, features={"cloudtrail": True})))
    assert list(prove_alike(expanded)) == list(prove_all(expanded, expanded.keys))


def test_equal_keys_are_proven_once() -> None:
    """The judgements of the later ones are those of the first, and not only equal to them."""
    expanded = inventory(text(organization(*ACCOUNTS, regions=REGIONS)))
    judgements = [proof.judgement for proof in prove_alike(expanded) if proof.key.purpose == "sns"]
    assert len({id(judgement) for judgement in judgements}) == len({judgement.about.id for judgement in judgements})
