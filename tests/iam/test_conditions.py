import re

import botocore.session
import pytest

from baseline.iam.condition_keys import KEYS, is_carried
from baseline.iam.conditions import Condition, operator_parts
from baseline.iam.policy_error import PolicyError

TOPICS = "arn:aws:sns:eu-west-2:111111111111:*"


def test_values_are_sorted_without_repeats() -> None:
    condition = Condition("StringEquals", "aws:SourceAccount", ("222222222222", "111111111111", "222222222222"))
    assert condition.values == ("111111111111", "222222222222")


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("KMS:calleraccount", "kms:CallerAccount"),
        ("AWS:PRINCIPALARN", "aws:PrincipalArn"),
        ("kms:encryptioncontext:aws:SNS:topicArn", "kms:EncryptionContext:aws:SNS:topicArn"),
        ("aws:principaltag/Team", "aws:PrincipalTag/Team"),
        ("aws:requesttag/Team", "aws:RequestTag/Team"),
    ],
)
def test_a_key_is_spelled_as_aws_spells_it_and_its_own_name_stays(written: str, spelled: str) -> None:
    assert Condition("StringLike", written, ("x",)).key == spelled


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("StringEquals", "kms:ViaService", "ec2.eu-west-2.amazonaws.com"),
        ("StringNotEqualsIgnoreCase", "aws:RequestTag/team", "*"),
        ("StringLikeIfExists", "kms:ViaService", "ec2.*.amazonaws.com"),
        ("ArnLike", "kms:EncryptionContext:aws:sns:topicArn", TOPICS),
        ("ArnNotEqualsIfExists", "aws:PrincipalArn", "arn:aws:iam::111111111111:role/*"),
        ("BoolIfExists", "kms:GrantIsForAWSResource", "true"),
        ("Null", "kms:EncryptionContext:aws:cloudtrail:arn", "false"),
        ("Null", "kms:EncryptionContextKeys", "true"),
        ("Null", "kms:ValidTo", "true"),
        ("DateLessThan", "kms:ValidTo", "2027-01-01"),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8"),
        ("IpAddressIfExists", "aws:VpcSourceIp", "2001:db8::/32"),
        ("NumericEquals", "ec2:RoleDelivery", "2.0"),
        ("NumericLessThan", "aws:EpochTime", "1893456000"),
        ("NumericLessThanEquals", "kms:TrailingDaysWithoutKeyUsage", "365"),
        ("NumericEquals", "kms:RotationPeriodInDays", "-1"),
        ("ForAnyValue:StringEquals", "kms:EncryptionContextKeys", "aws:ebs:id"),
        ("ForAllValues:StringLikeIfExists", "kms:GrantOperations", "Decrypt*"),
        ("StringEquals", "kms:EncryptionContext:note", "what? *"),
    ],
)
def test_what_aws_takes_is_taken(operator: str, key: str, value: str) -> None:
    assert Condition(operator, key, (value,)).values == (value,)


REFUSED = [
    ("StringEqual", "kms:ViaService", "x", "unknown condition operator `StringEqual`; did you mean `StringEquals`"),
    ("stringEquals", "kms:ViaService", "x", "unknown condition operator `stringEquals`; did you mean `StringEquals`"),
    ("", "kms:ViaService", "x", "unknown condition operator ``"),
    ("ForAnyValue:", "kms:EncryptionContextKeys", "x", "unknown condition operator `ForAnyValue:`"),
    ("NullIfExists", "kms:ViaService", "true", "unknown condition operator `NullIfExists`"),
    ("ForAnyValue:Null", "kms:EncryptionContextKeys", "true", "unknown condition operator `ForAnyValue:Null`"),
    (
        "DateLessThan",
        "kms:ValidTo",
        "1 May",
        "`DateLessThan` on `kms:ValidTo` needs a date such as `2027-01-31T00:00:00Z`, got `1 May`",
    ),
    (
        "NotIpAddress",
        "aws:SourceIp",
        "10.0.0.0/33",
        "`NotIpAddress` on `aws:SourceIp` needs an address or a range such as `192.0.2.0/24`, got `10.0.0.0/33`",
    ),
    (
        "StringEquals",
        "aws:SourceIp",
        "10.0.0.1",
        "`StringEquals` does not fit `aws:SourceIp`, which is of type IPAddress",
    ),
    (
        "StringEquals",
        "aws:ResourceTag/team",
        "x",
        "KMS takes no key policy with the condition key `aws:ResourceTag/team`; it works in IAM policies",
    ),
    ("BinaryEquals", "kms:ViaService", "eA==", "condition operator `BinaryEquals` is not supported"),
    (
        "StringEquals",
        "kms:CallerAcount",
        "x",
        "unknown condition key `kms:CallerAcount`; did you mean `kms:CallerAccount`",
    ),
    ("StringEquals", "kms:EncryptionContext:", "x", "condition key `kms:EncryptionContext:` needs a name behind it"),
    ("StringEquals", "aws:RequestTag/", "x", "condition key `aws:RequestTag/` needs a name behind it"),
    ("StringEquals", "kms:ViaService", "", "`StringEquals` on `kms:ViaService` has an empty value"),
    (
        "StringEquals",
        "kms:EncryptionContext:team",
        "${aws:PrincipalTag/team}",
        "`StringEquals` on `kms:EncryptionContext:team` has the policy variable `${aws:PrincipalTag/team}`; "
        "variables are not supported",
    ),
    (
        "Bool",
        "kms:GrantIsForAWSResource",
        "True",
        "`Bool` on `kms:GrantIsForAWSResource` needs `true` or `false`, got `True`",
    ),
    ("Null", "kms:ViaService", "0", "`Null` on `kms:ViaService` needs `true` or `false`, got `0`"),
    ("Bool", "kms:ViaService", "true", "`Bool` does not fit `kms:ViaService`, which is of type String"),
    (
        "StringEquals",
        "kms:GrantIsForAWSResource",
        "true",
        "`StringEquals` does not fit `kms:GrantIsForAWSResource`, which is of type Bool",
    ),
    (
        "NumericEquals",
        "kms:CallerAccount",
        "1",
        "`NumericEquals` does not fit `kms:CallerAccount`, which is of type String",
    ),
    ("StringEquals", "kms:ValidTo", "2027", "`StringEquals` does not fit `kms:ValidTo`, which is of type Date"),
    (
        "NumericLessThan",
        "kms:TrailingDaysWithoutKeyUsage",
        "ten",
        "`NumericLessThan` on `kms:TrailingDaysWithoutKeyUsage` needs a number, got `ten`",
    ),
    (
        "NumericLessThan",
        "kms:TrailingDaysWithoutKeyUsage",
        "1.5 days",
        "`NumericLessThan` on `kms:TrailingDaysWithoutKeyUsage` needs a number, got `1.5 days`",
    ),
    (
        "ArnLike",
        "aws:SourceArn",
        "arn:aws:sns:*",
        "`ArnLike` on `aws:SourceArn` compares ARNs, and `arn:aws:sns:*` is not an ARN; "
        "it has six parts: arn:partition:service:region:account:resource",
    ),
    (
        "StringLike",
        "aws:PrincipalArn",
        "arn:aws:iam::111111111111:role/*",
        "`StringLike` on `aws:PrincipalArn` has a wildcard in an ARN, `arn:aws:iam::111111111111:role/*`; write "
        "`ArnLike`",
    ),
    (
        "StringEquals",
        "kms:ViaService",
        "ec2.*.amazonaws.com",
        "`StringEquals` on `kms:ViaService` takes the wildcard of `ec2.*.amazonaws.com` literally; write "
        "`StringLike` or `ArnLike`",
    ),
    (
        "StringEquals",
        "kms:EncryptionContextKeys",
        "x",
        "`kms:EncryptionContextKeys` has several values; write `ForAnyValue:StringEquals` or "
        "`ForAllValues:StringEquals`",
    ),
    (
        "ForAllValues:StringEquals",
        "aws:PrincipalOrgID",
        "o-a1b2c3d4e5",
        "`ForAllValues:StringEquals` is for keys with several values; `aws:PrincipalOrgID` has one, write "
        "`StringEquals`",
    ),
    (
        "ForAnyValue:StringEquals",
        "kms:ResourceAliases",
        "alias/x",
        "KMS takes no key policy with the condition key `kms:ResourceAliases`; it works in IAM policies",
    ),
]


@pytest.mark.parametrize(("operator", "key", "value", "problem"), REFUSED)
def test_what_cannot_be_right_is_refused_with_a_sentence(operator: str, key: str, value: str, problem: str) -> None:
    with pytest.raises(PolicyError, match=f"^{re.escape(problem)}$") as caught:
        Condition(operator, key, (value,))
    assert caught.value.element == "Condition"


def test_one_wrong_value_among_right_ones_is_found() -> None:
    with pytest.raises(PolicyError, match="got `yes`"):
        Condition("Bool", "kms:GrantIsForAWSResource", ("true", "yes"))


def test_a_condition_without_values_is_refused() -> None:
    with pytest.raises(PolicyError, match=r"^`StringEquals` on `kms:ViaService` has no value$"):
        Condition("StringEquals", "kms:viaservice", ())


@pytest.mark.parametrize(
    ("operator", "parts"),
    [
        ("StringEquals", ("", "StringEquals", False)),
        ("ArnNotLikeIfExists", ("", "ArnNotLike", True)),
        ("ForAnyValue:StringLikeIfExists", ("ForAnyValue:", "StringLike", True)),
        ("Null", ("", "Null", False)),
    ],
)
def test_an_operator_is_read_in_its_parts(operator: str, parts: tuple[str, str, bool]) -> None:
    assert operator_parts(operator) == parts


@pytest.mark.parametrize(
    ("key", "action", "expected"),
    [
        ("kms:EncryptionContext:aws:logs:arn", "kms:Decrypt", True),
        ("kms:EncryptionContext:aws:logs:arn", "kms:CreateGrant", True),
        ("kms:EncryptionContext:aws:logs:arn", "kms:DescribeKey", False),
        ("kms:GrantIsForAWSResource", "kms:RevokeGrant", True),
        ("kms:GrantIsForAWSResource", "kms:Decrypt", False),
        ("kms:TrailingDaysWithoutKeyUsage", "kms:ScheduleKeyDeletion", True),
        ("kms:TrailingDaysWithoutKeyUsage", "kms:PutKeyPolicy", False),
        ("aws:SourceArn", "kms:DescribeKey", True),
        ("aws:PrincipalTag/team", "kms:PutKeyPolicy", True),
        ("aws:ResourceTag/team", "kms:PutKeyPolicy", True),
        ("aws:RequestTag/team", "kms:TagResource", True),
        ("aws:RequestTag/team", "kms:PutKeyPolicy", False),
    ],
)
def test_an_action_carries_some_keys_and_not_others(key: str, action: str, expected: bool) -> None:
    assert is_carried(key, action) is expected


PARAMETERS = {"kms:GrantOperations": "Operations", "kms:DataKeyPairSpec": "KeyPairSpec"}
"""Whose names are not those of the keys."""


# https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
def test_a_key_that_every_call_carries_is_a_required_parameter() -> None:
    model = botocore.session.get_session().get_service_model("kms")
    required = {key.name: key.required_by for key in KEYS.values() if key.required_by}
    assert len(required) == 9
    for name, actions in required.items():
        parameter = PARAMETERS.get(name, name.removeprefix("kms:"))
        for action in actions:
            assert is_carried(name, action), (name, action)
            shape = model.operation_model(action.removeprefix("kms:")).input_shape
            assert shape is not None
            assert parameter in shape.required_members, (name, action)
