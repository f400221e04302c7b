"""Notification topics: who may publish to them and listen, where they are, and what cannot work."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from baseline.chains import check_chains
from baseline.errors import Mistakes, Refusal
from baseline.expansion import expand
from baseline.features.topics import PUBLISHERS
from baseline.purposes.sns import SNS
from operations.notes import deployment_notes
from tests.conftest import Stacks, configuration, inventory
from tests.features.synthesis import TWO_BY_TWO, removed, resources, synthesize
from tests.test_synthesized import strangers

EVERY = ", ".join(PUBLISHERS)
TOPICS = """\
features:
  notification_topics:
    topics:
      - name: alerts
        publishers: [events, cloudwatch]
        subscriptions:
          - {protocol: email, endpoint: ops@example.com}
          - {protocol: https, endpoint: "https://example.com/hook?token=${x}"}
      - {name: bills, home_region_only: true, publishers: [costalerts]}
      - {name: own_use}
"""
ON = TWO_BY_TWO + TOPICS
CALLED = "the topic `a`: "


@pytest.fixture(scope="module")
def stacks(tmp_path_factory: pytest.TempPathFactory) -> Stacks:
    return synthesize(inventory(ON), tmp_path_factory.mktemp("topics"))


def one(topic: str, accounts: str = TWO_BY_TWO) -> str:
    """Two accounts with one topic, which is written in line 10 and named `a`."""
    return accounts + f"features:\n  notification_topics:\n    topics:\n      - name: a\n        {topic}\n"


def policy(text: str) -> list[dict[str, Any]]:
    """The statements of the one topic's policy in the account `data` and the home region."""
    [part] = [p for s in inventory(text).stacks for p in s.parts if (s.name, p.site.region) == ("data", "eu-west-2")]
    [topic] = part.topics  # type: ignore[attr-defined]
    statements: list[dict[str, Any]] = json.loads(topic.policy)["Statement"]
    return statements


def written(resource: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "//"}


def test_a_topic_is_in_every_region_or_in_the_home_region_with_the_key_of_its_region(stacks: Stacks) -> None:
    for stack in stacks.values():
        topics = resources(stack, "aws_sns_topic")
        assert {(t["name"], t["provider"], t["kms_master_key_id"]) for t in topics.values()} == {
            (name, f"aws.{region}", f"${{aws_kms_alias.sns_{region}.target_key_arn}}")
            for name, regions in {
                "alerts": ("eu_west_2", "us_east_1"),
                "bills": ("eu_west_2",),
                "own_use": ("eu_west_2", "us_east_1"),
            }.items()
            for region in regions
        }
        assert all(topic["lifecycle"] == {"prevent_destroy": True} for topic in topics.values())
        assert set(topics) == set(resources(stack, "aws_sns_topic_policy"))


def test_whoever_listens_is_subscribed_in_each_region_literally(stacks: Stacks) -> None:
    subscriptions = resources(stacks["data"], "aws_sns_topic_subscription").values()
    assert sorted((s["provider"], s["protocol"], s["endpoint"], s["topic_arn"]) for s in subscriptions) == [
        (f"aws.{region}", protocol, endpoint, f"${{aws_sns_topic.topic_alerts_{region}.arn}}")
        for region in ("eu_west_2", "us_east_1")
        for protocol, endpoint in (
            ("email", "ops@example.com"),
            ("https", "https://example.com/hook?token=$${x}"),
        )
    ]


def test_the_provider_knows_every_argument(stacks: Stacks) -> None:
    assert strangers(stacks["payer"]["resource"]) == []


def test_every_publisher_of_the_key_has_a_statement_of_its_own_with_the_account_as_its_fence() -> None:
    assert set(PUBLISHERS) == set(SNS.services)
    account, *publishers = policy(one(f"publishers: [{EVERY}]"))
    assert account["Principal"] == {"AWS": "arn:aws:iam::033333333333:root"}
    assert len({statement["Sid"] for statement in publishers}) == len(PUBLISHERS)
    for label, statement in zip(PUBLISHERS, publishers, strict=True):
        # Nobody says what Backup sends to a topic, so it may send nothing.
        operator = "StringEqualsIfExists" if label == "backup" else "StringEquals"
        assert written(statement) == {
            "Sid": statement["Sid"],
            "Effect": "Allow",
            "Principal": {"Service": f"{label}.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": "arn:aws:sns:eu-west-2:033333333333:a",
            "Condition": {operator: {"aws:SourceAccount": "033333333333"}},
        }


def test_who_is_not_listed_is_not_let_in_and_order_and_repeats_mean_nothing() -> None:
    [account] = policy(one("home_region_only: false"))
    assert account["Sid"] == "AccountKeepsTheTopic"
    events = policy(one("publishers: [events]"))
    assert [statement["Sid"] for statement in events] == ["AccountKeepsTheTopic", "EventBridgePublishes"]
    assert policy(one("publishers: [events, s3, events]")) == policy(one("publishers: [s3, events]"))


def addresses(text: str) -> set[str]:
    return {r.address for stack in inventory(text).stacks for part in stack.parts for r in part.resources()}


def test_names_in_terraform_depend_on_nothing_but_what_they_name() -> None:
    first = "{protocol: email, endpoint: a@example.com}"
    second = "{protocol: email, endpoint: a.example@com.example}, {protocol: https, endpoint: 'https://a@example.com'}"
    alone, both = addresses(one(f"subscriptions: [{first}]")), addresses(one(f"subscriptions: [{first}, {second}]"))
    assert alone < both == addresses(one(f"subscriptions: [{second}, {first}]"))
    more = one(f"subscriptions: [{first}]").replace("      - name: a", "      - {name: before}\n      - name: a")
    assert alone < addresses(more)


QUEUE = "arn:aws:sqs:eu-west-2:033333333333:q"
WRONG = [
    ("publishers: [config]", "topics[0].publishers[0]: `config` is not a publisher\n  help: AWS Config does not support"),
    ("publishers: [config]", "route compliance changes through EventBridge, a rule for them and the publisher `events`"),
    ("publishers: [event]", "`event` is not a publisher\n  help: did you mean `events`?"),
    ("publishers: [rds]", "topics[0].publishers[0]: `rds` is not a publisher\n  help: a publisher is `cloudwatch`, "),
    ("subscriptions: [{protocol: email, endpoint: ops}]", "endpoint: must be an email address like finops@example.com"),
    ("subscriptions: [{protocol: https, endpoint: 'http://a.example.com'}]", "begins with https://, got `http://a."),
    ("subscriptions: [{protocol: http, endpoint: 'http://a'}]", "must be `email`, `https`, `sqs` or `lambda`, got `http`"),
    (f"subscriptions: [{{protocol: lambda, endpoint: '{QUEUE}'}}]", "endpoint: must be the full ARN of a Lambda function"),
    (f"subscriptions: [{{protocol: sqs, endpoint: '{QUEUE}.fifo'}}]", "must be the full ARN of an SQS queue that is not FIFO"),
    ("subscriptions: [{protocol: sqs}]", "topics[0].subscriptions[0].endpoint: is missing"),
    ("home_region_only: yes", "must be true or false, got `yes`"),
    ("region: home", "unknown field `region`\n  help: known here: name, home_region_only, publishers, "),
]  # fmt: skip


@pytest.mark.parametrize(("topic", "message"), WRONG)
def test_a_wrong_field_is_named_with_its_line(topic: str, message: str) -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(one(topic))
    assert str(caught.value).startswith("organization.yaml:10: features.notification_topics.topics[0].")
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["a.fifo", "a b", "''", "x" * 257])
def test_a_name_that_sns_refuses_is_refused(name: str) -> None:
    with pytest.raises(Mistakes, match=r"organization.yaml:9: .*name: must be 1 to 256 letters, digits, hyphens or"):
        configuration(one("home_region_only: true").replace("name: a\n", f"name: {name}\n"))


def test_among_the_publishers_of_a_key_config_is_refused_alike() -> None:
    with pytest.raises(Mistakes) as caught:
        configuration(TWO_BY_TWO + "keys: {purposes: {sns: {publishers: [config]}}}\n")
    assert "keys.purposes.sns.publishers[0]: `config` is not a publisher\n  help: AWS Config does not" in str(
        caught.value
    )


DATA = TWO_BY_TWO.replace('"033333333333"}', '"033333333333", features: {notification_topics: {topics: [TOPIC]}}}')


def contradictions(topic: str, accounts: str = DATA) -> str:
    """What is wrong with a topic of the account `data` that cannot be seen in one field."""
    with pytest.raises(Mistakes) as caught:
        configuration(accounts.replace("TOPIC", f"{{name: a, {topic}}}"))
    assert str(caught.value).startswith("organization.yaml:5: accounts[1].features.notification_topics.topics: ")
    return str(caught.value)


@pytest.mark.parametrize(
    ("protocol", "endpoint", "message"),
    [
        ("sqs", "arn:aws:sqs:eu-west-2:111111111111:q", " is in another account than `data` (033333333333)"),
        ("lambda", "arn:aws:lambda:us-east-1:111111111111:function:f", "in another account than `data`"),
        ("sqs", "arn:aws-cn:sqs:cn-north-1:033333333333:q", " is of the partition aws-cn, the topic of aws"),
        ("lambda", "arn:aws:lambda:me-central-1:033333333333:function:f", "SNS does not deliver from eu-west-2 to `arn"),
    ],
)  # fmt: skip
def test_a_queue_or_function_that_cannot_be_reached_is_refused(protocol: str, endpoint: str, message: str) -> None:
    said = contradictions(f"subscriptions: [{{protocol: {protocol}, endpoint: '{endpoint}'}}]")
    assert CALLED + ("SNS" if message.startswith("SNS") else f"`{endpoint}`") in said
    assert message in said


OPT_IN = DATA.replace("[eu-west-2, us-east-1]", "[eu-west-2, me-central-1]")


@pytest.mark.parametrize(
    ("protocol", "where", "home_only", "refused"),
    [
        ("sqs", "us-east-1", True, []),
        ("lambda", "us-east-1", True, []),
        ("sqs", "us-east-1", False, []),
        ("sqs", "me-central-1", True, []),
        ("lambda", "me-central-1", True, ["eu-west-2"]),
        ("lambda", "me-central-1", False, ["eu-west-2"]),
        ("sqs", "af-south-1", True, []),
        ("sqs", "af-south-1", False, ["me-central-1"]),
        ("lambda", "af-south-1", False, ["eu-west-2", "me-central-1"]),
    ],
)
def test_between_regions_sns_delivers_as_aws_says(
    protocol: str, where: str, home_only: bool, refused: list[str]
) -> None:
    """https://docs.aws.amazon.com/sns/latest/dg/lambda-prereq.html"""
    resource = "q" if protocol == "sqs" else "function:f"
    endpoint = f"arn:aws:{protocol}:{where}:033333333333:{resource}"
    topic = (
        f"home_region_only: {str(home_only).lower()}, subscriptions: [{{protocol: {protocol}, endpoint: '{endpoint}'}}]"
    )
    if not refused:
        configuration(OPT_IN.replace("TOPIC", f"{{name: a, {topic}}}"))
        return
    said = contradictions(topic, OPT_IN)
    assert [region for region in ("eu-west-2", "me-central-1") if f"deliver from {region} to" in said] == refused


def test_what_is_listed_twice_is_refused() -> None:
    twice = "{protocol: email, endpoint: a@example.com}"
    assert f"{CALLED}`a@example.com` is subscribed twice" in contradictions(f"subscriptions: [{twice}, {twice}]")
    assert "the topic `a` is listed twice\n  help: keep one" in contradictions("publishers: [s3]}, {name: a")


def test_a_topic_of_another_features_name_is_refused_with_both_lines() -> None:
    text = one("home_region_only: true").replace("name: a\n", "name: baseline-savings-plans-notifications\n")
    with pytest.raises(Mistakes) as caught:
        inventory(text + "  savings_plans_notifications: {emails: [finops@example.com]}\n")
    assert str(caught.value) == (
        "organization.yaml:7: features.notification_topics: `baseline-savings-plans-notifications` is also what "
        "savings_plans_notifications creates, by organization.yaml:11\n  help: give one of the two another name"
    )


LET_IN = "keys: {{purposes: {{sns: {{publishers: [{}]}}}}}}\n"


@pytest.mark.parametrize("label", [label for label in PUBLISHERS if label != "backup"])
def test_a_publisher_needs_the_key_as_well_and_the_chain_says_so(label: str) -> None:
    text = one(f"home_region_only: true\n        publishers: [{label}]")
    others = ", ".join(other for other in PUBLISHERS if other != label)
    check_chains(inventory(text + LET_IN.format(label)))
    with pytest.raises(Refusal) as caught:
        check_chains(inventory(text + LET_IN.format(others)))
    assert "2 uses of keys" in str(caught.value)  # two accounts
    assert (
        f"organization.yaml:7: features.notification_topics: data eu-west-2: {PUBLISHERS[label].does} to the topic `a`, "
        f"and the key `sns_eu_west_2` does not allow `{label}.amazonaws.com` kms:GenerateDataKey"
    ) in str(caught.value)
    assert "`publishers`" in caught.value.help


OWN_STATEMENT = """\
keys:
  purposes:
    sns:
      statements:
        - Sid: BackupUsesTheKey
          Effect: Allow
          Principal: {Service: backup.amazonaws.com}
          Action: [kms:Decrypt, kms:GenerateDataKey*]
"""


def test_backup_is_let_in_by_the_owners_statement_only_since_nobody_knows_what_it_sends() -> None:
    text = one("publishers: [backup]")
    with pytest.raises(Refusal, match="BackupEventsUseTheKey: ArnLike kms:EncryptionContext:aws:sns:topicArn"):
        check_chains(inventory(text + LET_IN.format("backup")))
    check_chains(inventory(text + OWN_STATEMENT))


def remarks(text: str) -> list[str]:
    return [note for note in deployment_notes(inventory(text)) if note.startswith("notification_topics")]


def test_it_says_how_many_confirmations_are_needed() -> None:
    assert remarks(ON) == [
        "notification_topics waits for 8 confirmations by email or https: one for each topic, account and region"
    ]
    assert remarks(one("publishers: [events]")) == []
    assert remarks(TWO_BY_TWO + "features: {notification_topics: true}\n") == [
        "notification_topics is on and lists no topics in payer, data"
    ]


def test_switched_off_or_taken_off_the_list_a_topic_stays_with_its_policy(tmp_path: Path) -> None:
    on = inventory(ON)
    off = expand(configuration(TWO_BY_TWO).organization, on.lock)
    stack = synthesize(off, tmp_path)["data"]
    topics = {"topic_alerts_eu_west_2", "topic_alerts_us_east_1", "topic_bills_eu_west_2"}
    assert {a for a in removed(stack) if "own_use" not in a} == {
        f"{type}.{topic}" for topic in topics for type in ("aws_sns_topic", "aws_sns_topic_policy")
    }
    assert resources(stack, "aws_sns_topic_subscription") == {}
    fewer = expand(configuration(ON.replace("name: alerts", "name: news")).organization, on.lock)
    assert {a for stack in fewer.stacks for a in stack.forgotten} == {
        f"{type}.topic_alerts_{region}"
        for region in ("eu_west_2", "us_east_1")
        for type in ("aws_sns_topic", "aws_sns_topic_policy")
    }
