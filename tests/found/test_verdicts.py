"""One fault, one finding: small policies with everything that is said of each, and what once was a false alarm."""

from typing import Any

import pytest

from baseline.found.validate import validate
from tests.found.policies import ROLE, ROOT, A, B, R, policy, statement, without

ALARMS = {"Service": "cloudwatch.amazonaws.com"}
LOGS = {"Service": f"logs.{R}.amazonaws.com"}
USE = ["kms:Decrypt", "kms:GenerateDataKey*"]
OURS = {"aws:SourceAccount": A}
LOG_GROUP = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{R}:{A}:log-group:app"}
ZONE = {"StringEquals": OURS, "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"}}
FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
ORGANIZATION = "o-a1b2c3d4e5"


def found(text: str, **place: str) -> dict[str, str]:
    """What is said, by kind; it fails where one kind is said twice."""
    findings = validate(text, A, R, **place)
    assert len({finding.kind.id for finding in findings}) == len(findings), findings
    return {finding.kind.id: finding.problem for finding in findings}


SAID: dict[str, tuple[Any, str, str]] = {
    "Principal and NotPrincipal": (
        {**statement(), "NotPrincipal": {"AWS": ROLE}},
        "opposite-elements",
        "`Principal` and `NotPrincipal`",
    ),
    "Action and NotAction": ({**statement(), "NotAction": "kms:*"}, "opposite-elements", "`Action` and `NotAction`"),
    "Resource and NotResource": ({**statement(), "NotResource": "x"}, "opposite-elements", "`Resource` and `NotResource`"),
    "a number as Sid": (statement() | {"Sid": 1}, "invalid-element", "`Sid` is `1` and no text; write it in quotes"),
    "a wildcard as service": (statement(action="*:Decrypt"), "wildcard-as-service", "`*:Decrypt` has a wildcard where `kms:`"),
    "a blank in a role's name": (
        statement({"AWS": f"arn:aws:iam::{A}:role/my role"}),
        "invalid-principal",
        "has U+0020 (space) in it, so it is no user, role or session",
    ),
    "a no-break space in a role's name": (
        statement({"AWS": f"arn:aws:iam::{A}:role/my\u00a0role"}),
        "invalid-principal",
        "has U+00A0 (no-break space) in it",
    ),
    "a service one letter off": (
        statement({"Service": "cloudwach.amazonaws.com"}, StringEquals=OURS),
        "unknown-service",
        "did you mean `cloudwatch.amazonaws.com`",
    ),
    "logs without a region": (
        statement({"Service": "logs.amazonaws.com"}, ArnEquals=LOG_GROUP),
        "service-without-region",
        f"the service calls as `logs.{R}.amazonaws.com`",
    ),
    "logs of another region": (
        statement({"Service": "logs.eu-west-1.amazonaws.com"}, ArnEquals=LOG_GROUP),
        "service-of-another-region",
        "is of eu-west-1, the key of eu-west-2",
    ),
    "a service that acts by role": (
        statement({"Service": "autoscaling.amazonaws.com"}, USE, StringEquals=OURS),
        "service-acts-by-role",
        "publishes to encrypted topics as a role",
    ),
    "kms:ViaService without a region": (
        statement(StringEquals={"kms:ViaService": "ec2.amazonaws.com"}),
        "impossible-value",
        "it is such as `ec2.eu-west-2.amazonaws.com`",
    ),
    "kms:ViaService of an unknown service": (
        statement(StringEquals={"kms:ViaService": f"secretmanager.{R}.amazonaws.com"}),
        "impossible-value",
        f"did you mean `secretsmanager.{R}.amazonaws.com`?",
    ),
    "kms:ViaService of another region": (
        statement(StringEquals={"kms:ViaService": "ec2.us-east-1.amazonaws.com"}),
        "via-service-of-another-region",
        "is of another region than the key, eu-west-2",
    ),
    "kms:CallerAccount that is no account": (
        statement("*", StringEquals={"kms:CallerAccount": [A, "12345"]}),
        "impossible-value",
        "`kms:CallerAccount` is never `12345`: an account's ID has twelve digits",
    ),
    "a Deny that hits every call": (
        statement("*", ["kms:Decrypt", "kms:DescribeKey"], "Deny", StringNotEquals={"kms:EncryptionContext:team": "a"}),
        "condition-key-not-carried",
        "never comes with `kms:DescribeKey`, so there the Deny hits every call",
    ),
    "a Deny that hits no call": (
        statement("*", "kms:DescribeKey", "Deny", StringEquals={"kms:EncryptionContext:team": "a"}),
        "condition-key-not-carried",
        "so the Deny hits no call",
    ),
    "every bucket as the only fence": (
        statement({"Service": "s3.amazonaws.com"}, ArnLike={"aws:SourceArn": "arn:aws:s3:::*"}),
        "service-for-any-account",
        "the service s3.amazonaws.com may call kms:Decrypt",
    ),
    "NotAction in an Allow": (
        {**without("Action"), "NotAction": ["kms:Decrypt", "kms:DescribeKey"]},
        "not-action",
        "kms:PutKeyPolicy, kms:ScheduleKeyDeletion, kms:CreateGrant among them",
    ),
    "a principal that is a text": (statement("foo", "kms:*"), "invalid-element", "`Principal` is `*` or a mapping"),
    "two principals of a kind that key policies lack": (
        statement({"Federated": ["accounts.google.com", "cognito-identity.amazonaws.com"]}),
        "principal-of-other-policies",
        "`Federated` is no kind of principal of a key policy",
    ),
    "the ARN of another key": (
        statement() | {"Resource": f"arn:aws:kms:{R}:{B}:key/1234"},
        "other-resource",
        "which is not this key",
    ),
    "grants by a service for anybody": (
        statement({"Service": "glue.amazonaws.com"}, ["kms:CreateGrant", "kms:Decrypt"], StringEquals=OURS),
        "service-grants-anything",
        "the service glue.amazonaws.com may call kms:CreateGrant",
    ),
    "a role that only a service could be": (
        statement(StringEquals=OURS),
        "condition-key-of-services",
        f"comes with calls of AWS services alone, and `{ROLE}` never carries it",
    ),
    "everyone who could only be a service": (
        statement({"AWS": "*"}, "kms:GenerateDataKey", ArnLike={"aws:SourceArn": "arn:aws:s3:::bucket"}),
        "condition-key-of-services",
        "no user or role carries it",
    ),
    "EventBridge under a source account": (
        statement({"Service": "events.amazonaws.com"}, USE, StringEquals=OURS),
        "condition-key-not-sent",
        "AWS calls `aws:SourceAccount` of `events.amazonaws.com` unsupported",
    ),
    "a service that may send it or not": (
        statement({"Service": "budgets.amazonaws.com"}, USE, ArnLike={"aws:SourceArn": f"arn:aws:budgets::{A}:*"}),
        "condition-key-not-known",
        "nobody documents that `budgets.amazonaws.com` sends `aws:SourceArn`",
    ),
    "a service for another account": (
        statement(ALARMS, USE, StringEquals={"aws:SourceAccount": B}),
        "service-for-other-account",
        f"may act for {B}, and not for the key's own account",
    ),
    "a Deny on the endpoint": (
        statement("*", ["kms:Encrypt", "kms:Decrypt"], "Deny", StringNotEquals={"aws:sourceVpce": "vpce-0123456789abcdef0"}),
        "deny-hits-services",
        "`aws:SourceVpce` never comes with calls that AWS services make for users and roles",
    ),
    "roots of other accounts": (
        statement({"AWS": [f"arn:aws:iam::{B}:root"]}, "kms:*"),
        "other-account-given-everything",
        f"{B}: every action, of which using the key and grants count",
    ),
    "an administrator of another account": (
        statement({"AWS": f"arn:aws:iam::{B}:role/KeyAdmins"}, ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"]),
        "action-not-across-accounts",
        "KMS does not honour kms:PutKeyPolicy, kms:ScheduleKeyDeletion",
    ),
    "only a role manages, by a condition": (
        statement("*", ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"], "Deny", StringNotEquals={"aws:PrincipalArn": ROLE}),
        "lockout-of-the-root-user",
        f"the root user may not call kms:PutKeyPolicy, and role/App of {A}",
    ),
    "a session that manages the key": (
        statement({"AWS": f"arn:aws:sts::{A}:assumed-role/Pipeline/i-0abc"}, "kms:PutKeyPolicy"),
        "session-manages",
        "may change the policy, and is a session, which ends",
    ),
    "only the organization manages": (
        statement("*", "kms:PutKeyPolicy", "Deny", StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION}),
        "lockout-on-a-condition",
        f"whether the root user of {A} may call kms:PutKeyPolicy depends on `aws:PrincipalOrgID`",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("written", "kind", "problem"), SAID.values(), ids=SAID)
def test_one_fault_is_one_finding(written: Any, kind: str, problem: str) -> None:
    said = found(policy(written))
    said.pop("not-decided", None)
    assert set(said) == {kind}
    assert problem in said[kind]


FINE: dict[str, tuple[Any, ...]] = {
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    "the statement that CloudWatch Logs documents": (
        statement(
            LOGS,
            ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            ArnEquals=LOG_GROUP,
        ),
        statement(LOGS, "kms:Describe*", StringEquals=OURS),
    ),
    # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/access-control-managing-permissions.html
    "what Route 53 documents for DNSSEC": (
        statement({"Service": "dnssec-route53.amazonaws.com"}, ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], **ZONE),
        statement({"Service": "dnssec-route53.amazonaws.com"}, "kms:CreateGrant", **ZONE, **FOR_AWS),
    ),
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html
    "a list that every CreateGrant has": (
        statement(action="kms:CreateGrant", **{"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt", "Encrypt"]}}),
    ),
    # https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_exportfindings.html
    "the service principal of an opt-in region": (
        statement({"Service": "guardduty.af-south-1.amazonaws.com"}, "kms:GenerateDataKey", StringEquals=OURS),
    ),
    "the key's own ARN": (statement() | {"Resource": f"arn:aws:kms:{R}:{A}:key/00000000-1111-2222-3333-444444444444"},),
    # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    "AWS's pattern for trails of any region": (
        statement(
            {"Service": "cloudtrail.amazonaws.com"},
            "kms:GenerateDataKey*",
            StringLike={"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{A}:trail/*"},
        ),
    ),
    "AWS's own role, which has a colon in its name": (statement({"AWS": f"arn:aws:iam::{A}:role/aws:ec2-infrastructure"}),),
    "services of several regions, the key's among them": (
        statement(StringEquals={"kms:ViaService": ["ec2.us-east-1.amazonaws.com", f"ec2.{R}.amazonaws.com"]}),
    ),
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    "a session of a federated user": (statement({"AWS": f"arn:aws:sts::{A}:federated-user/bob"}),),
    "what another account may, and what its patterns take in": (
        statement({"AWS": B}, ["kms:Decrypt", "kms:Describe*", "kms:Get*", "kms:List*"]),
    ),
    "services that no list has": (
        statement({"Service": ["dlm.amazonaws.com", "wholly-new.amazonaws.com"]}, StringEquals=OURS),
    ),
    # https://docs.aws.amazon.com/kms/latest/developerguide/conditions-aws.html: KMS supports all global condition keys
    "a Deny outside of a region": (statement("*", "kms:*", "Deny", StringNotEquals={"aws:RequestedRegion": [R, "us-east-1"]}),),
    "a Deny without a second factor": (
        statement("*", "kms:*", "Deny", BoolIfExists={"aws:MultiFactorAuthPresent": "false"}),
    ),
    "a Deny outside of TLS": (statement("*", "kms:*", "Deny", Bool={"aws:SecureTransport": "false"}),),
    "a Deny outside of a network": (statement("*", effect="Deny", NotIpAddress={"aws:SourceIp": "192.0.2.0/24"}),),
    "calls through another service": (statement(**{"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}),),
    "a Deny for users": (statement("*", effect="Deny", StringEquals={"aws:PrincipalType": "User"}),),
    "until a day": (statement(DateLessThan={"aws:CurrentTime": "2027-01-01T00:00:00Z"}),),
    # https://github.com/aws-samples/data-perimeter-policy-examples
    "services for an organization": (
        statement(
            {"Service": ["cloudtrail.amazonaws.com", "cloudwatch.amazonaws.com"]},
            USE,
            StringEquals={"aws:SourceOrgID": ORGANIZATION},
        ),
    ),
    "a Deny that spares services": (
        statement(ALARMS, USE, StringEquals=OURS),
        statement(
            "*",
            "kms:Decrypt",
            "Deny",
            StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION},
            Bool={"aws:PrincipalIsAWSService": "false"},
        ),
    ),
    "a Deny of everything but some actions": (
        {**without("Action"), "Effect": "Deny", "NotAction": ["kms:*"]},
    ),
}  # fmt: skip


UNDECIDED = statement("*", StringEquals={"kms:EncryptionContext:tenant": "${aws:PrincipalTag/tenant}"})


def test_what_is_not_decided_hides_nothing_else() -> None:
    assert set(found(policy(UNDECIDED, statement("*")))) >= {"policy-variable", "open-to-everyone"}
    assert set(found(policy(UNDECIDED, root=False))) >= {"policy-variable", "lockout"}


# https://github.com/aws-samples/aws-security-reference-architecture-examples
def test_a_pattern_of_principals_under_string_like_is_decided() -> None:
    roles = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/execution"}}
    assert found(policy(statement("*", StringEquals={"aws:PrincipalOrgID": ORGANIZATION}, **roles))) == {}
    assert set(found(policy(statement("*", **roles)))) == {"open-to-everyone"}


def test_a_root_statement_for_the_root_user_alone_is_told() -> None:
    alone = ROOT | {"Condition": {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{A}:root"}}}
    assert set(found(policy(alone, root=False))) == {"only-root-user-manages"}
    assert found(policy(alone, statement(action="kms:PutKeyPolicy"), root=False)) == {}


@pytest.mark.parametrize("statements", FINE.values(), ids=FINE)
def test_what_aws_documents_is_no_finding(statements: tuple[Any, ...]) -> None:
    said = found(policy(*statements))
    said.pop("not-decided", None)
    assert said == {}


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceVpc": "vpc-1234abcd"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
        {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
        {"StringLike": {"aws:UserAgent": "ours"}},
    ],
)
def test_everyone_from_a_network_is_still_everyone(condition: Any) -> None:
    assert set(found(policy(statement("*", **condition)))) == {"open-to-everyone"}


@pytest.mark.parametrize("key", ["aws:PrincipalAccount", "aws:PrincipalOrgID", "aws:PrincipalArn"])
def test_a_deny_that_shuts_services_out_is_told(key: str) -> None:
    value = {"aws:PrincipalAccount": A, "aws:PrincipalOrgID": ORGANIZATION, "aws:PrincipalArn": ROLE}[key]
    deny = statement("*", "kms:Decrypt", "Deny", StringNotEquals={key: value})
    said = found(policy(statement(ALARMS, USE, StringEquals=OURS), deny))
    assert set(said) == {"deny-hits-services"}
    assert f"`{key}` never comes with calls that AWS services make by themselves" in said["deny-hits-services"]
    assert found(policy(deny)) == {}, "no service is let in"


def test_whether_the_account_is_in_the_organization_can_be_said() -> None:
    text = policy(statement("*", "kms:PutKeyPolicy", "Deny", StringNotEquals={"aws:PrincipalOrgID": ORGANIZATION}))
    assert found(text, organization_id=ORGANIZATION) == {}
    assert set(found(text, organization_id="o-zzzzzzzzzz")) == {"lockout"}


@pytest.mark.parametrize(
    ("text", "placeholder"),
    [
        (policy(statement({"AWS": "arn:aws:iam::${account_id}:role/App"})), "${account_id}"),
        (policy(statement({"AWS": "arn:aws:iam::${AWS::AccountId}:root"})), "${AWS::AccountId}"),
        (policy(statement({"AWS": "${data.aws_iam_role.app.arn}"})), "${data.aws_iam_role.app.arn}"),
        (policy(statement({"AWS": {"Fn::Sub": "arn:aws:iam::1:root"}})), "Fn::Sub"),
        (policy(statement({"AWS": [{"Ref": "Role"}]})), "Ref"),
        (policy(statement({"AWS": "arn:aws:iam::{{ account }}:root"})), "{{ account }}"),
        (policy(statement({"AWS": "arn:aws:iam::<account-id>:root"})), "<account-id>"),
        (policy(statement(StringEquals={"kms:CallerAccount": "${var.account}"})), "${var.account}"),
    ],
)
def test_a_template_is_one_sentence(text: str, placeholder: str) -> None:
    [finding] = validate(text, A, R)
    assert (finding.kind.id, finding.problem) == (
        "template",
        f"the policy is a template: `{placeholder}` is not filled in",
    )
    assert placeholder in text.splitlines()[finding.line - 1]


@pytest.mark.parametrize("variable", ["${aws:PrincipalTag/team}", "${aws:username}", "${*}", "${aws:userid, 'none'}"])
def test_what_iam_fills_in_is_no_template(variable: str) -> None:
    assert "template" not in found(policy(statement(StringEquals={"kms:EncryptionContext:team": variable})))


def test_each_forbidden_character_is_told_on_its_line() -> None:
    written = statement(
        {"AWS": [ROLE, f"{ROLE}\u200b"]}, StringEquals={"kms:EncryptionContext:x": "\u20ac\u20ac\u2013"}
    )
    said = [f for f in validate(policy(written | {"Sid": "Odd"}), A, R) if f.kind.id == "forbidden-character"]
    named = [finding.problem.split("character ")[1] for finding in said]
    assert named == [
        "U+200B (zero width space) in a policy",
        "U+20AC (euro sign) in a policy",
        "U+2013 (en dash) in a policy",
    ]
    assert {finding.statement for finding in said} == {"Odd"}
    assert len({finding.line for finding in said}) == 2


def test_a_statement_that_is_ignored_is_not_told_again_as_one_without_effect() -> None:
    assert set(found(policy(statement(action="kms:Decrpt")))) == {"unknown-action"}
    assert set(found(policy(ROOT | {"Sid": "Again"}))) == {"statement-without-effect"}
