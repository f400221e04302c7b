"""What is refused of a purpose of the owner's own: one message each, at its line, with what to do."""

import json

import pytest

from baseline.configuration.schema import json_schema
from baseline.errors import Mistakes
from baseline.prover.inventory import not_holding
from tests.conftest import inventory
from tests.own import LAKE, organization

NOTHING_TO_DO = ""
CALLS = "services: [{principal: "


def said(text: str) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        inventory(text)
    return [str(mistake) for mistake in caught.value.mistakes]


def mine(entry: str, name: str = "mine") -> str:
    """A purpose whose entry stands in line 8."""
    return organization(f"    {name}:\n      title: Mine\n      {entry}\n")


@pytest.mark.parametrize(
    ("name", "problem", "help"),
    [
        ("s3", "`s3` is a purpose that there is", "write `keys: {purposes: {s3: true}}`"),
        ("glue", "`glue` is the name of a service of AWS", "name what the keys are for, such as `data-lake`"),
        ("Lake", "must be a lower-case letter, then lower-case letters, digits or hyphens", NOTHING_TO_DO),
        ("a_lake", "must be a lower-case letter, then lower-case letters, digits or hyphens", NOTHING_TO_DO),
        ("l" * 41, "must be a lower-case letter, then lower-case letters, digits or hyphens", NOTHING_TO_DO),
        ("custom-lake", "`custom-lake` begins with `custom-`, which is put before it", "write `lake`"),
    ],
)
def test_a_name(name: str, problem: str, help: str) -> None:
    [message] = said(mine("users: [role/App]", name))
    assert message.startswith(f"organization.yaml:6: keys.custom.{name}: {problem}")
    assert help in message


@pytest.mark.parametrize(
    ("entry", "field", "problem", "help"),
    [
        ("rotation: true", "", "nobody could use the key", "name services under `through` or `services`"),
        (
            "through: [{service: kinesys, may: use}]", ".through[0].service",
            "`kinesys` is not known as a service of AWS", "did you mean `kinesis`?",
        ),
        (
            "through: [{service: fulfilment, may: use}]", ".through[0].service",
            "`fulfilment` is not known as a service of AWS", "a statement of your own, under `statements`, can have it",
        ),
        (
            "through: [{service: s3.eu-west-2.amazonaws.com, may: use}]", ".through[0].service",
            "must be a service as `kms:ViaService` has it without region and domain", "write `s3`",
        ),
        (
            CALLS + "logs.eu-west-2, may: use, source_account: own}]", ".services[0].principal",
            "must be what is before `.amazonaws.com` of a service principal, without region and domain", "write `logs`",
        ),
        (
            CALLS + "config, may: publish}]", ".services[0]",
            "nothing says for whom `config` calls: anybody could use the key through it", "fence it by `source_account: own`",
        ),
        (
            CALLS + 's3, may: write, source_arn: "arn:aws:s3:::reports"}]', ".services[0]",
            "nothing says for whom `s3` calls", "fence it by `source_account: own`",
        ),
        (
            CALLS + 'config, may: write, source_arn: "arn:aws:config:*:*:*"}]', ".services[0].source_arn",
            "`arn:aws:config:*:*:*` has in the place of its account neither nothing nor `{account}`", "write `{account}`",
        ),
        (
            CALLS + 'config, may: write, source_account: own, source_arn: "arn:aws:config:*:222222222222:*"}]',
            ".services[0].source_arn", "neither nothing nor `{account}`", "write `{account}`",
        ),
        (
            CALLS + 'logs, may: use, context: {"aws:logs:arn": "arn:aws:logs:*:*:log-group:*"}}]',
            ".services[0].context.aws:logs:arn", "neither nothing nor `{account}`", "write `{account}`",
        ),
        (
            CALLS + "events, may: publish, source_account: own}]", ".services[0].source_account",
            "`events` does not send `aws:SourceAccount`, so that it could never use the key",
            "it sends kms:EncryptionContext:aws:sns:topicArn, kms:EncryptionContext:aws:sqs:arn",
        ),
        (
            CALLS + 'config, may: write, source_account: own, context: {"kms:CallerAccount": "{account}"}}]',
            ".services[0].context.kms:CallerAccount",
            "`kms:CallerAccount` is a condition key and no name of the encryption context", "remove it",
        ),
        (
            CALLS + 'config, may: write, source_account: own, context: {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}]',
            ".services[0].context.aws:PrincipalOrgID",
            "`aws:PrincipalOrgID` is a condition key and no name of the encryption context", "remove it",
        ),
        (
            'through: [{service: sqs, may: use, context: {"kms:EncryptionContext:aws:sqs:arn": ["x"]}}]',
            ".through[0].context.kms:EncryptionContext:aws:sqs:arn",
            "is a condition key, and its name in the context is wanted", "write `aws:sqs:arn`",
        ),
        (
            'through: [{service: sqs, may: use, context: {"aws:sqs:arn": []}}]',
            ".through[0].context.aws:sqs:arn", "must not be empty", NOTHING_TO_DO,
        ),
        (
            'through: [{service: sqs, may: use, context: {"aws:sqs:arn": ["arn:{acount}:x"]}}]',
            ".through[0].context.aws:sqs:arn[0]",
            "must be plain text without quotes, `$`, `%` and `\\`, in which `{partition}`,", NOTHING_TO_DO,
        ),
        (
            "through: [{service: sqs, may: use, context: {'aws:sqs:arn': ['${aws:username}']}}]",
            ".through[0].context.aws:sqs:arn[0]", "must be plain text without quotes, `$`,", NOTHING_TO_DO,
        ),
        (
            'through: [{service: es, may: "kms:*"}]', ".through[0].may",
            "must be `read`, `write`, `publish` or `use`, got `kms:*`", NOTHING_TO_DO,
        ),
        ("through: [{service: es, may: manage}]", ".through[0].may", "must be `read`, `write`, `publish` or `use`", ""),
        (
            "through: [{service: es, may: use}, {service: es, may: read}]", ".through[1].service",
            "`es` is also in line 8", "write one entry for it",
        ),
        (
            "share_with: [organization]", ".share_with",
            "the whole organization is let in through services alone, and `through` names none", "name the services",
        ),
        (
            "{through: [{service: es, may: use}], share_with: [analytics], share_grants: true}", ".share_grants",
            "no service of `through` has `grants: true`", "remove it, or write `grants: true` at the service",
        ),
        ("multi_region: true", ".multi_region", "unknown field `multi_region`", NOTHING_TO_DO),
        ("key_spec: RSA_2048", ".key_spec", "unknown field `key_spec`", "known here: administrators, users"),
        ("grants: [{}]", ".grants", "unknown field `grants`", NOTHING_TO_DO),
        ("{users: [role/App], accounts: [dato]}", ".accounts[0]", "no account is called `dato`", "did you mean `data`?"),
        ("{users: [role/App], regions: [eu-west-1]}", ".regions[0]", "no account has `eu-west-1` among its regions", "enable it"),
        ("{users: [role/App], share_with: [dato]}", ".share_with[0]", "no account is called `dato`", "did you mean `data`?"),
    ],
)  # fmt: skip
def test_an_entry(entry: str, field: str, problem: str, help: str) -> None:
    text = mine(entry) if not entry.startswith("{") else organization(f"    mine: {{title: Mine, {entry[1:]}\n")
    [message] = said(text)
    assert f": keys.custom.mine{field}: " in message
    assert message.startswith(("organization.yaml:6: ", "organization.yaml:8: "))
    assert problem in message
    assert help in message


def test_a_title_of_which_terraform_would_make_something_else() -> None:
    [message] = said(organization('    mine: {title: "${path.root}", users: [role/App]}\n'))
    assert message.startswith("organization.yaml:6: keys.custom.mine.title: must be 1 to 100 letters")


def test_a_context_that_makes_the_policy_too_large() -> None:
    queues = ", ".join(f"arn:aws:sqs:eu-west-2:033333333333:queue-number-{number}" for number in range(800))
    [message] = {
        m.partition(": ")[2] for m in said(mine(f"through: [{{service: sqs, may: use, context: {{a: [{queues}]}}}}]"))
    }
    assert "most of it is `context` with 800 entries; name fewer, or patterns" in message


def test_an_organization_that_nobody_named() -> None:
    entry = CALLS + "guardduty, may: write, source_organization: own}]"
    [message] = said(mine(entry).replace("id: o-a1b2c3d4e5, ", ""))
    assert message.endswith("keys.custom.mine.services[0].source_organization: needs `organization.id`")


def test_a_service_that_the_partition_lacks() -> None:
    """As where it is listed for a purpose of the registry."""
    entry = CALLS + 'cloudfront, may: read, source_arn: "arn:{partition}:cloudfront::{account}:distribution/*"}]'
    china = mine(entry).replace("home_region: eu-west-2, regions: [eu-west-2, us-east-1]", CHINA)
    [message] = said(china.replace("regions: [eu-west-2]", "regions: [cn-north-1]"))
    assert "keys.custom.mine.services[0].principal: there is no `cloudfront` in the partition aws-cn" in message


CHINA = "partition: aws-cn, home_region: cn-north-1, regions: [cn-north-1]"


@pytest.mark.parametrize("field", ["exceptions", "waivers"])
def test_an_entry_about_a_purpose_that_is_not_defined(field: str) -> None:
    more = "key: false" if field == "exceptions" else "property: no-bypass"
    keys = f"  {field}:\n    - {{purpose: custom-data-lak, {more}, reason: why}}\n"
    [message] = said(organization(LAKE, keys=keys))
    assert "`keys.custom` defines no `data-lak`\n  help: did you mean `custom-data-lake`?" in message


def test_a_purpose_that_is_not_there_is_named_with_its_prefix() -> None:
    keys = "  exceptions:\n    - {purpose: data-lake, key: false, reason: why}\n"
    [message] = said(organization(LAKE, keys=keys))
    assert "`data-lake` is not a purpose" in message
    assert "one of your own is written with `custom-` before its name" in message


def test_grants_without_the_condition_do_not_pass_unless_waived() -> None:
    statement = {
        "Sid": "EksGrants",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "kms:CreateGrant",
        "Condition": {
            "StringEquals": {
                "kms:CallerAccount": "033333333333",
                "aws:PrincipalArn": "arn:aws:iam::033333333333:role/Eks",
            }
        },
    }
    own = (
        f"    eks-secrets: {{title: EKS, accounts: [data], users: [role/Eks], statements: [{json.dumps(statement)}]}}\n"
    )
    proofs = list(not_holding(inventory(organization(own))))
    assert {"grants-only-for-services", "user-grants-only-for-services"} <= {
        p.judgement.about.id for p in proofs if p.is_open
    }
    waived = "  waivers:\n" + "".join(
        f"    - {{property: {name}, purpose: custom-eks-secrets, reason: EKS makes them so}}\n"
        for name in sorted({proof.judgement.about.id for proof in proofs})
    )
    assert not [p for p in not_holding(inventory(organization(own, keys=waived))) if p.is_open]


def test_the_editor_knows_what_may_be_written() -> None:
    custom = json_schema()["$defs"]["KeysSection"]["properties"]["custom"]
    assert custom["propertyNames"]["pattern"] == "^(?:[a-z][a-z0-9-]{0,39})$"
    section = json_schema()["$defs"]["OwnPurposeSection"]
    assert section["required"] == ["title"]
    assert section["additionalProperties"] is False
    purpose = json_schema()["$defs"]["RetiredSection"]["properties"]["purpose"]
    assert {"pattern": "^(?:custom-[a-z][a-z0-9-]{0,39})$"} in purpose["anyOf"]
