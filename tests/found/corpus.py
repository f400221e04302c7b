"""Key policies of AWS's documentation, of landing zones, modules and security tools, as short policies of the same form.

The IDs and names are made up. Each has its source, every kind of finding that is expected of it, and why.
"""

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from tests.found.policies import ROLE, ROOT, A, B, R, policy, statement

Family = Literal["AWS documentation", "landing zone", "module", "security tool"]
DOCS = "https://docs.aws.amazon.com/"
SRA = (
    "https://github.com/aws-samples/aws-security-reference-architecture-examples/tree/main/aws_sra_examples/solutions/"
)
KMS_MODULE = "https://github.com/terraform-aws-modules/terraform-aws-kms/blob/master/"
CHECKOV = "https://github.com/bridgecrewio/checkov/tree/main/tests/terraform/checks/resource/aws/example_KMSKeyWildcardPrincipal"
PROWLER = "https://github.com/prowler-cloud/prowler/tree/master/tests/providers/aws/services/kms/kms_key_not_publicly_accessible"
KICS = "https://github.com/Checkmarx/kics/tree/master/assets/queries/terraform/aws/kms_key_with_vulnerable_policy/test"

LOG_CONTEXT, TOPIC = "kms:EncryptionContext:aws:logs:arn", "kms:EncryptionContext:aws:sns:topicArn"
TRAIL_CONTEXT = "kms:EncryptionContext:aws:cloudtrail:arn"
OURS = {"aws:SourceAccount": A}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
PUBLISH = ["kms:Decrypt", "kms:GenerateDataKey*"]
GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
ADMINISTER = [f"kms:{verb}*" for verb in "Create Describe Enable List Put Update Revoke Disable Get Delete".split()]
ADMINISTER += ["kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"]
FOR_AWS = {"Bool": {"kms:GrantIsForAWSResource": True}}
OTHER_ROOT = {"AWS": f"arn:aws:iam::{B}:root"}
AUTO_SCALING = {"AWS": f"arn:aws:iam::{A}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"}


class Published(NamedTuple):
    """A policy that somebody published."""

    name: str
    family: Family
    source: str
    text: str
    expected: set[str]
    """The kinds of findings."""
    why: str


def service(*labels: str) -> dict[str, Any]:
    names = [f"{label}.amazonaws.com" for label in labels]
    return {"Service": names[0] if len(names) == 1 else names}


def trail(account: str) -> str:
    return f"arn:aws:cloudtrail:*:{account}:trail/*"


def documented() -> Iterator[Published]:
    def page(name: str, path: str, *statements: Any, expected: str = "", why: str = "", root: bool = True) -> Published:
        text = policy(*statements, root=root)
        return Published(name, "AWS documentation", DOCS + path, text, set(expected.split()), why or "as documented")

    yield page("the default of the API", "kms/latest/developerguide/key-policy-default.html")
    yield page(
        "the default of the console",
        "kms/latest/developerguide/key-policy-default.html",
        statement({"AWS": f"arn:aws:iam::{A}:role/KeyAdmin"}, ADMINISTER),
        statement(action=USE),
        statement(action=GRANTS, **FOR_AWS),
    )
    arn = f"arn:aws:cloudtrail:{R}:{A}:trail/main"
    write = statement(
        service("cloudtrail"),
        "kms:GenerateDataKey*",
        StringEquals={"aws:SourceArn": arn},
        StringLike={TRAIL_CONTEXT: trail(A)},
    )
    describe = statement(service("cloudtrail"), "kms:DescribeKey", StringEquals={"aws:SourceArn": arn})
    path = "awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
    yield page("a trail", path, write, describe)
    yield page(
        "a trail with a bucket key",
        path,
        write,
        describe,
        statement(service("cloudtrail"), "kms:Decrypt"),
        expected="service-for-any-account",
        why="nothing ties the service's Decrypt to this account",
    )
    names = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    path = "AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
    group = f"arn:aws:logs:{R}:{A}:log-group:app"
    yield page("a log group", path, statement(service(f"logs.{R}"), names, ArnEquals={LOG_CONTEXT: group}))
    every = f"arn:aws:logs:{R}:{A}:*"
    yield page("all log groups", path, statement(service(f"logs.{R}"), names, ArnLike={LOG_CONTEXT: every}))
    why = "the page has no condition, so any account's alarms, rules or buckets may use the key"
    path = "sns/latest/dg/sns-key-management.html"
    yield page("alarms", path, statement(service("cloudwatch"), PUBLISH), expected="service-for-any-account", why=why)
    yield page("rules", path, statement(service("events"), PUBLISH), expected="service-for-any-account", why=why)
    yield page(
        "S3 to a topic",
        "AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html",
        statement(service("s3"), ["kms:GenerateDataKey", "kms:Decrypt"]),
        expected="service-for-any-account",
        why=why,
    )
    topic = f"arn:aws:sns:{R}:{A}:alerts"
    yield page(
        "a topic itself",
        "sns/latest/dg/sns-enable-encryption-for-topic.html",
        statement(
            service("sns"),
            ["kms:GenerateDataKey", "kms:Decrypt"],
            ArnLike={"aws:SourceArn": f"arn:aws:sns:{R}:{A}:*"},
            StringEquals={TOPIC: topic},
        ),
    )
    yield page(
        "a topic to a queue",
        "AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
        statement(service("sns"), ["kms:GenerateDataKey", "kms:Decrypt"], ArnEquals={"aws:SourceArn": topic}),
    )
    detector = {"aws:SourceAccount": A, "aws:SourceArn": f"arn:aws:guardduty:{R}:{A}:detector/1a2b"}
    yield page(
        "GuardDuty's exports",
        "guardduty/latest/ug/guardduty_exportfindings.html",
        statement(service("guardduty"), "kms:GenerateDataKey", StringEquals=detector)
        | {"Resource": f"arn:aws:kms:{R}:{A}:key/1234"},
        why="the key's own ARN is the same as *",
    )
    jobs = [f"arn:aws:macie2:{R}:{A}:export-configuration:*", f"arn:aws:macie2:{R}:{A}:classification-job/*"]
    yield page(
        "Macie's results",
        "macie/latest/user/discovery-results-repository-s3.html",
        statement(
            service("macie"), ["kms:GenerateDataKey", "kms:Encrypt"], StringEquals=OURS, ArnLike={"aws:SourceArn": jobs}
        ),
    )
    rule = f"arn:aws:ses:{R}:{A}:receipt-rule-set/in:receipt-rule/all"
    yield page(
        "received mail",
        "ses/latest/dg/receiving-email-permissions.html",
        statement(service("ses"), "kms:GenerateDataKey*", StringEquals={"AWS:SourceAccount": A, "AWS:SourceArn": rule}),
        why="letter case of condition keys does not count",
    )
    context = "kms:EncryptionContext:aws:ses:"
    yield page(
        "received mail, by its context",
        "kms/latest/developerguide/services-ses.html",
        statement(
            service("ses"),
            ["kms:Encrypt", "kms:GenerateDataKey*"],
            Null={f"{context}rule-name": "false", f"{context}message-id": "false"},
            StringEquals={f"{context}source-account": A},
        ),
    )
    zone = {"StringEquals": OURS, "ArnLike": {"aws:SourceArn": "arn:aws:route53:::hostedzone/*"}}
    yield page(
        "DNSSEC",
        "Route53/latest/DeveloperGuide/access-control-managing-permissions.html",
        statement(service("dnssec-route53"), ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], **zone),
        statement(service("dnssec-route53"), "kms:CreateGrant", **zone, Bool={"kms:GrantIsForAWSResource": "true"}),
        why="the service makes grants for AWS resources, as documented",
    )
    cdn = f"arn:aws:cloudfront::{A}:distribution/E1A2B3C4D5E6F7"
    read = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]
    path = "AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html"
    yield page("a CDN", path, statement(service("cloudfront"), read, StringEquals={"AWS:SourceArn": cdn}))
    yield page(
        "a CDN, with AWS's placeholder",
        path,
        statement(
            service("cloudfront"), read, StringEquals={"AWS:SourceArn": f"arn:aws:cloudfront::{A}:distribution/<ID>"}
        ),
        expected="template",
        why="it was copied and not filled in",
    )
    yield page(
        "Auto Scaling",
        "autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html",
        statement(AUTO_SCALING, USE),
        statement(AUTO_SCALING, "kms:CreateGrant", **FOR_AWS),
    )
    yield page(
        "only through an endpoint",
        "kms/latest/developerguide/vpce-policy-condition.html",
        statement("*", USE[:4], "Deny", StringNotEquals={"aws:sourceVpce": "vpce-1234abcd"}),
        expected="deny-hits-services",
        why="calls that services pass on do not come through the endpoint",
    )
    yield page(
        "a user through services",
        "kms/latest/developerguide/conditions-kms.html",
        statement(
            action=[*USE, "kms:CreateGrant", "kms:ListGrants"],
            StringEquals={"kms:ViaService": [f"ec2.{R}.amazonaws.com", f"rds.{R}.amazonaws.com"]},
        ),
    )
    yield page(
        "not from Lambda",
        "kms/latest/developerguide/conditions-kms.html",
        statement(action="kms:Encrypt", effect="Deny", StringEquals={"kms:ViaService": [f"lambda.{R}.amazonaws.com"]}),
    )
    yield page(
        "AWS Config's bucket",
        "config/latest/developerguide/s3-kms-key-policy.html",
        statement(service("config"), ["kms:Decrypt", "kms:GenerateDataKey"], StringEquals={"AWS:SourceAccount": A}),
    )
    yield page(
        "flow logs",
        "vpc/latest/userguide/flow-logs-s3-cmk-policy.html",
        statement(
            service("delivery.logs"),
            USE,
            StringEquals=OURS,
            ArnLike={"aws:SourceArn": f"arn:aws:logs:{R}:{A}:*"},
        ),
    )
    yield page(
        "S3 Inventory",
        "AmazonS3/latest/userguide/configure-inventory.html",
        statement(
            service("s3"), "kms:GenerateDataKey", StringEquals=OURS, ArnLike={"aws:SourceArn": "arn:aws:s3:::bucket"}
        ),
    )
    yield page(
        "cost anomalies",
        "cost-management/latest/userguide/ad-SNS.html",
        statement(
            service("costalerts"),
            PUBLISH,
            StringEquals={**OURS, "aws:SourceArn": [f"arn:aws:ce::{A}:anomalysubscription/1a2b"]},
        ),
    )
    yield page(
        "developer tools",
        "dtconsole/latest/userguide/set-up-sns.html",
        statement(
            service("codestar-notifications"), PUBLISH, StringEquals={"kms:ViaService": f"sns.{R}.amazonaws.com"}
        ),
    )
    yield page(
        "another account's copies",
        "ebs/latest/userguide/ebs-modifying-snapshot-permissions.html",
        statement(OTHER_ROOT, USE),
        statement(OTHER_ROOT, "kms:CreateGrant", **FOR_AWS),
    )


def landing_zones() -> Iterator[Published]:
    def zone(name: str, source: str, *statements: Any, expected: str, why: str, root: bool = True) -> Published:
        return Published(name, "landing zone", source, policy(*statements, root=root), set(expected.split()), why)

    own_root = ROOT["Principal"]
    alias = statement(
        own_root,
        "kms:CreateAlias",
        StringEquals={"kms:CallerAccount": A, "kms:ViaService": f"cloudformation.{R}.amazonaws.com"},
    )
    readers = {"Null": {TRAIL_CONTEXT: "false"}}
    both = {"AWS": [f"arn:aws:iam::{B}:root", "arn:aws:iam::444444444444:root"]}
    yield zone(
        "SRA, trail of the organization",
        f"{SRA}cloudtrail",
        statement(service("cloudtrail"), "kms:GenerateDataKey*", StringLike={TRAIL_CONTEXT: trail(B)}),
        statement(OTHER_ROOT, "kms:Decrypt", **readers),
        statement(service("cloudtrail"), "kms:DescribeKey"),
        alias,
        statement(both, "kms:Decrypt", **readers),
        statement(own_root, ["kms:DescribeKey", "kms:Decrypt"]),
        expected="statement-without-effect",
        why="root already delegates everything, and the readers of one account stand twice",
    )
    yield zone(
        "SRA, topic of AWS Config",
        f"{SRA}config",
        statement(service("config"), ["kms:GenerateDataKey", "kms:Decrypt"]),
        alias,
        expected="service-for-any-account statement-without-effect",
        why="no condition on the service; root already delegates CreateAlias",
    )
    yield zone(
        "SRA, delivery of AWS Config",
        f"{SRA}config",
        statement(service("config"), "kms:GenerateDataKey"),
        alias,
        statement(both, "kms:Decrypt"),
        statement(own_root, ["kms:DescribeKey", "kms:Decrypt"]),
        expected="service-for-any-account statement-without-effect",
        why="as for its topic",
    )
    context = {"kms:EncryptionContext:SecretARN": f"arn:aws:secretsmanager:{R}:*:secret:sra/*"}
    yield zone(
        "SRA, secrets of the organization",
        f"{SRA}common",
        statement(
            {"AWS": "*"},
            [*USE, "kms:CreateGrant"],
            StringEquals={"kms:ViaService": f"secretsmanager.{R}.amazonaws.com", "aws:PrincipalOrgId": "o-a1b2c3d4e5"},
            StringLike={**context, "aws:PrincipalArn": ["arn:aws:iam::*:role/AWSControlTowerExecution"]},
        ),
        statement(OTHER_ROOT, ["kms:Decrypt", "kms:Describe*", "kms:Get*", "kms:List*"]),
        alias,
        expected="condition-key-not-carried statement-without-effect",
        why="DescribeKey has no encryption context; root already delegates CreateAlias",
    )
    yield zone(
        "SRA, Security Lake for three accounts",
        f"{SRA}security_lake",
        ROOT | {"Principal": {"AWS": [f"arn:aws:iam::{A}:root", *both["AWS"]]}},
        root=False,
        expected="other-account-given-everything",
        why="other accounts use the key and make grants; the rest does nothing",
    )
    perimeter = {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}
    lza = "https://github.com/awslabs/landing-zone-accelerator-on-aws"
    for organization, expected in (("o-a1b2c3d4e5", ""), ("${ORG_ID}", "template")):
        yield zone(
            f"LZA, identity perimeter of {organization}",
            lza,
            statement(
                {"AWS": "*"},
                "kms:Encrypt",
                "Deny",
                StringNotEqualsIfExists={"aws:PrincipalOrgID": organization},
                **perimeter,
            ),
            expected=expected,
            why="it spares AWS services; the accelerator fills the ID in",
        )
    roles = ["arn:aws:iam::*:role/aws-service-role/*", "arn:aws:iam::*:role/aws:ec2-infrastructure"]
    yield zone(
        "LZA, network perimeter",
        lza,
        statement(
            {"AWS": "*"},
            "kms:Encrypt",
            "Deny",
            BoolIfExists={"aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false"},
            ArnNotLikeIfExists={"aws:PrincipalArn": roles},
        ),
        expected="",
        why="it spares calls of services and service-linked roles",
    )
    yield zone(
        "LZA, EventBridge to a topic",
        "https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/407",
        statement(service("cloudwatch", "events"), PUBLISH, StringEquals=OURS),
        expected="condition-key-not-sent",
        why="AWS calls the key unsupported for EventBridge: no notification came",
    )
    yield zone(
        "LZA, service principals of two regions",
        "https://github.com/awslabs/landing-zone-accelerator-on-aws/issues/1054",
        statement(service(f"logs.{R}", "logs.ap-southeast-4"), USE[:4], ArnLike={LOG_CONTEXT: f"arn:aws:logs:*:{A}:*"}),
        expected="service-of-another-region",
        why="KMS may not know the principal of a newer region",
    )
    yield zone(
        "ASEA, Macie",
        "https://github.com/aws-samples/aws-secure-environment-accelerator",
        statement(service("macie"), ["kms:GenerateDataKey", "kms:Encrypt"]),
        expected="service-for-any-account",
        why="no condition on the service",
    )
    yield zone(
        "Control Tower customizations, a key that others need",
        "https://github.com/aws-solutions/aws-control-tower-customizations/issues/153",
        statement(service("events"), ["kms:Decrypt", "kms:Encrypt"]),
        statement(action=USE),
        expected="service-for-any-account",
        why="no condition on the service",
    )
    yield zone(
        "Cloud Posse, alarms of Security Hub in another partition",
        "https://github.com/cloudposse/terraform-aws-security-hub/pull/33",
        statement({"AWS": f"arn:aws-us-gov:iam::{A}:root"}, PUBLISH),
        expected="other-partition",
        why="KMS refuses the ARN as an invalid principal",
    )


def modules() -> Iterator[Published]:
    def module(name: str, source: str, *statements: Any, expected: str, why: str, root: bool = True) -> Published:
        return Published(name, "module", source, policy(*statements, root=root), set(expected.split()), why)

    asymmetric = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign", "kms:Verify"]
    logs = ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
    yield module(
        "terraform-aws-kms, complete",
        f"{KMS_MODULE}examples/complete/main.tf",
        statement(action="kms:*"),
        statement(action=[*ADMINISTER, "kms:ReplicateKey", "kms:ImportKeyMaterial"]),
        statement(action=USE),
        statement(action=GRANTS, **FOR_AWS),
        statement(action=["kms:DescribeKey", "kms:GenerateMac", "kms:VerifyMac"]),
        statement(action=asymmetric),
        statement(service(f"logs.{R}"), logs, ArnLike={LOG_CONTEXT: f"arn:aws:logs:{R}:{A}:log-group:*"}),
        expected="everything-for-one statement-without-effect",
        why="one identity owns, administers and uses the key, and owning is everything",
    )
    yield module(
        "terraform-aws-kms, DNSSEC",
        f"{KMS_MODULE}main.tf",
        statement(service("dnssec-route53"), ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]),
        statement(
            service("dnssec-route53"),
            "kms:CreateGrant",
            Bool={"kms:GrantIsForAWSResource": "true"},
            StringEquals=OURS,
            ArnLike={"aws:SourceArn": "arn:aws:route53:::hostedzone/*"},
        ),
        expected="service-for-any-account",
        why="its first statement has no condition",
    )
    decrypt = statement(
        {"AWS": ["*"]},
        ["kms:Decrypt", "kms:ReEncryptFrom"],
        StringEquals={"kms:CallerAccount": [A]},
        StringLike={TRAIL_CONTEXT: [trail(A)]},
    )
    yield module(
        "terraform-aws-cloudtrail",
        "https://github.com/trussworks/terraform-aws-cloudtrail",
        statement(service("cloudtrail"), "kms:GenerateDataKey*", StringLike={TRAIL_CONTEXT: [trail(A)]}),
        statement(service("cloudtrail"), "kms:DescribeKey"),
        decrypt | {"Sid": "Principals of the account"},
        statement(
            {"AWS": ["*"]},
            "kms:CreateAlias",
            StringEquals={"kms:ViaService": [f"ec2.{R}.amazonaws.com"], "kms:CallerAccount": [A]},
        ),
        decrypt | {"Sid": "Enable cross account log decryption"},
        expected="statement-without-effect",
        why="what it calls cross-account is the same statement again",
    )
    yield module(
        "terraform-aws-kms, a list rendered empty",
        "https://github.com/terraform-aws-modules/terraform-aws-eks/pull/2163",
        statement({"AWS": []}, USE),
        expected="no-principal",
        why="KMS answers that a statement has no principal",
    )
    yield module(
        "terraform-aws-kms, the ID of a deleted role",
        "https://github.com/terraform-aws-modules/terraform-aws-kms/pull/18",
        statement({"AWS": "AROAEXAMPLE1234567890"}, ADMINISTER),
        expected="deleted-principal",
        why="the role is gone, and a new one of its name has no access",
    )
    yield module(
        "terraform-aws-kms, a pattern as principal",
        "https://github.com/terraform-aws-modules/terraform-aws-kms/issues/44",
        statement({"AWS": f"arn:aws:iam::{A}:role/aws-reserved/sso.amazonaws.com/*"}, ADMINISTER),
        expected="principal-with-wildcard",
        why="a principal is exact or * as a whole",
    )
    own_keys = f"arn:aws:kms:{R}:{A}:key/*"
    yield module(
        "the AWS provider's GuardDuty example",
        "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/guardduty_publishing_destination",
        statement(service("guardduty"), "kms:GenerateDataKey") | {"Resource": own_keys},
        ROOT | {"Resource": own_keys},
        root=False,
        expected="service-for-any-account",
        why="the pattern of the account's keys covers this key; no condition on the service",
    )
    yield module(
        "a CDN's bucket for the account as well",
        "https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/aws-cloudfront-origins",
        statement(
            {**ROOT["Principal"], **service("cloudfront")},
            ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"],
            StringEquals={"AWS:SourceArn": f"arn:aws:cloudfront::{A}:distribution/E1A2B3C4D5E6F7"},
        ),
        expected="condition-key-of-services",
        why="the account's principals never carry the source, so half of the statement gives nothing",
    )
    yield module(
        "a topic's key for everybody whom the topic names",
        "https://github.com/aws/aws-cdk/issues/11121",
        statement(service("sns"), "kms:*"),
        expected="service-manages service-for-any-account",
        why="SNS needs nothing here, and gets management of any account",
    )
    yield module(
        "an organization's readers, the set operator misplaced",
        "https://github.com/cloud-custodian/cloud-custodian/issues/2392",
        statement({"AWS": "*"}, **{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        expected="set-operator-on-one-value open-to-everyone",
        why="principals of no organization have no such key, and the condition holds",
    )


def security_tools() -> Iterator[Published]:
    def case(name: str, source: str, *statements: Any, expected: str, why: str, root: bool = False) -> Published:
        return Published(name, "security tool", source, policy(*statements, root=root), set(expected.split()), why)

    public = "any principal of any account may do anything"
    nobody = "no statement lets the account change the policy"
    yield case(
        "checkov, everyone beside root",
        CHECKOV,
        ROOT,
        statement({"AWS": "*"}, "kms:*"),
        expected="open-to-everyone",
        why=public,
    )
    yield case(
        "checkov, everyone in a list", CHECKOV, ROOT,
        statement({"AWS": [f"arn:aws:iam::{A}:root", "*"]}, "kms:*"), expected="open-to-everyone", why=public,
    )  # fmt: skip
    yield case("checkov, everyone", CHECKOV, statement("*", "kms:*"), expected="open-to-everyone", why=public)
    yield case(
        "checkov, a Deny alone", CHECKOV, statement({"AWS": "*"}, "kms:*", "Deny"), expected="lockout", why=nobody
    )
    yield case(
        "checkov, a text as principal",
        CHECKOV,
        ROOT,
        statement("foo", "kms:*"),
        expected="invalid-element",
        why="the only text is *",
    )
    yield case(
        "checkov, a list as principal",
        CHECKOV,
        ROOT,
        statement(["foo", "*"], "kms:*"),
        expected="invalid-element",
        why="the only text is *",
    )
    yield case(
        "prowler, everything for everyone", PROWLER, statement("*", "kms:*"), expected="open-to-everyone", why=public
    )
    yield case(
        "prowler, everyone describes the key",
        PROWLER,
        statement({"AWS": "*"}, "kms:DescribeKey"),
        expected="open-to-everyone lockout",
        why=f"the action is harmless and open all the same; {nobody}",
    )
    yield case(
        "prowler, everyone decrypts",
        PROWLER,
        statement("*"),
        expected="open-to-everyone lockout",
        why=f"{public}; {nobody}",
    )
    yield case("KICS, everyone", KICS, statement({"AWS": "*"}, ["kms:*"]), expected="open-to-everyone", why=public)
    yield case(
        "KICS, a Deny for a user", KICS, statement({"AWS": f"arn:aws:iam::{A}:user/App"}, USE, "Deny"),
        expected="lockout", why=nobody,
    )  # fmt: skip
    yield case(
        "aws-nuke, one operator",
        "https://github.com/ekristen/aws-nuke/issues/537",
        statement({"AWS": ROLE}, "kms:*"),
        expected="lockout everything-for-one",
        why="when the role goes, nobody can change the policy",
    )


CORPUS = (*documented(), *landing_zones(), *modules(), *security_tools())
