import pytest

from baseline.iam.condition_keys import spelled
from baseline.iam.services import SERVICES, calling_service, sends

TOPIC = "kms:EncryptionContext:aws:sns:topicArn"


@pytest.mark.parametrize(
    ("principal", "label"),
    [
        ("cloudwatch.amazonaws.com", "cloudwatch"),
        ("codestar-notifications.amazonaws.com", "codestar-notifications"),
        ("logs.eu-west-2.amazonaws.com", "logs"),
        ("logs.us-gov-west-1.amazonaws.com", "logs"),
        ("logs.cn-north-1.amazonaws.com.cn", "logs"),
        ("s3.me-south-1.amazonaws.com", "s3"),
        ("logs.amazonaws.com", None),
        ("events.rds.amazonaws.com", None),
        ("config.amazonaws.com", "config"),
        ("delivery.logs.amazonaws.com", "delivery.logs"),
        ("delivery.amazonaws.com", None),
        ("sqs.amazonaws.com", None),
        ("events.example.com", None),
    ],
)
def test_a_service_is_known_by_its_principal(principal: str, label: str | None) -> None:
    assert calling_service(principal) == (SERVICES[label] if label else None)


@pytest.mark.parametrize(
    ("principal", "key", "expected"),
    [
        ("cloudwatch.amazonaws.com", "aws:SourceAccount", True),
        ("cloudwatch.amazonaws.com", "kms:ViaService", False),
        ("events.amazonaws.com", "aws:SourceAccount", False),
        ("events.amazonaws.com", "aws:SourceArn", False),
        ("events.amazonaws.com", TOPIC, True),
        ("events.amazonaws.com", TOPIC.lower(), True),
        ("events.amazonaws.com", "kms:encryptioncontext:aws:ebs:id", False),
        ("config.amazonaws.com", "KMS:calleraccount", False),
        ("events.amazonaws.com", "kms:EncryptionContext:aws:ebs:id", False),
        ("events.amazonaws.com", "kms:EncryptionContextKeys", True),
        ("codestar-notifications.amazonaws.com", "kms:ViaService", True),
        ("cloudtrail.amazonaws.com", "kms:EncryptionContext:aws:cloudtrail:arn", True),
        ("logs.eu-west-2.amazonaws.com", "kms:EncryptionContext:aws:logs:arn", True),
        ("logs.eu-west-2.amazonaws.com", "aws:SourceOrgID", False),
        ("kinesis.amazonaws.com", "aws:SourceAccount", None),
        ("config.amazonaws.com", "kms:CallerAccount", False),
        ("config.amazonaws.com", "aws:PrincipalTag/team", False),
        ("config.amazonaws.com", "aws:PrincipalIsAWSService", True),
        ("events.amazonaws.com", "kms:KeySpec", True),
        ("events.amazonaws.com", "kms:GrantIsForAWSResource", True),
    ],
)
def test_what_a_service_sends_is_in_the_table(principal: str, key: str, expected: bool | None) -> None:
    assert sends(principal, key) is expected


@pytest.mark.parametrize(
    ("service", "key", "evidence"),
    [
        ("costalerts", "aws:SourceAccount", "documented"),
        ("budgets", "AWS:sourceaccount", "reported"),
        ("backup", TOPIC, "inferred"),
    ],
)
def test_each_entry_says_how_it_is_known(service: str, key: str, evidence: str) -> None:
    sent = SERVICES[service].find(key)
    assert sent is not None
    assert sent.evidence == evidence


def test_what_a_service_is_not_known_to_send_is_not_found() -> None:
    assert SERVICES["events"].find("aws:SourceAccount") is None


def test_only_logs_has_its_region_in_its_name() -> None:
    assert [label for label, service in SERVICES.items() if service.is_regional] == ["logs"]


def test_every_entry_has_a_known_key_and_a_public_source() -> None:
    for service in SERVICES.values():
        for sent in service.sent:
            assert spelled(sent.key) == sent.key
            assert sent.source.startswith("https://")


def test_every_label_is_its_principal_without_region_and_domain() -> None:
    labels = [
        service.principal.replace(".{region}", "").removesuffix(".amazonaws.com") for service in SERVICES.values()
    ]
    assert labels == list(SERVICES)
