"""Whatever definition the configuration takes: every property of its keys holds, as written and as the accounts change."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from baseline.configuration.load import load
from baseline.errors import Mistakes
from baseline.expansion import expand
from baseline.lock import Lock
from baseline.prover.inventory import prove_all
from tests.conftest import examples

MAY = st.sampled_from(["read", "write", "publish", "use"])
VALUES = st.sampled_from(
    [
        "arn:{partition}:s3:::lake",
        "arn:{partition}:s3:::lake/*",
        "arn:aws:sqs:{region}:{account}:*",
        "blue",
        "tenant-*",
        "a?",
    ]
)
NAMES = st.sampled_from(["aws:s3:arn", "aws:sqs:arn", "tenant", "SecretARN"])
CONTEXT = st.dictionaries(NAMES, st.lists(VALUES, min_size=1, max_size=3, unique=True), max_size=2)
THROUGH = st.fixed_dictionaries(
    {"service": st.sampled_from(["s3", "glue", "es", "sqs", "dynamodb", "rds", "logs"]), "may": MAY},
    optional={"grants": st.booleans(), "regions": st.sampled_from(["own", "enabled"]), "context": CONTEXT},
)
CALL = st.fixed_dictionaries(
    {"principal": st.sampled_from(["delivery.logs", "config", "guardduty", "logs", "sns", "inspector2"]), "may": MAY},
    optional={
        "source_account": st.just("own"),
        "source_organization": st.just("own"),
        "source_arn": st.sampled_from(["arn:{partition}:*:{region}:{account}:*", "arn:{partition}:s3:::reports"]),
        "context": st.dictionaries(
            st.sampled_from(["aws:logs:arn", "aws:sns:topicArn", "tenant"]),
            st.sampled_from(["arn:{partition}:logs:{region}:{account}:log-group:/lake/*", "blue", "b*"]),
            max_size=2,
        ),
    },
)
TITLE: dict[str, st.SearchStrategy[Any]] = {"title": st.just("Anything")}
DEFINITION = st.fixed_dictionaries(
    TITLE,
    optional={
        "through": st.lists(THROUGH, max_size=4, unique_by=lambda each: str(each["service"])),
        "services": st.lists(CALL, max_size=3, unique_by=lambda each: str(each["principal"])),
        "share_with": st.lists(st.sampled_from(["111111111111", "other", "organization"]), max_size=2, unique=True),
        "share": MAY,
        "share_grants": st.booleans(),
        "users": st.lists(
            st.sampled_from(["role/App", "role/team-*", "arn:aws:iam::555555555555:root"]), max_size=2, unique=True
        ),
        "iam_delegation": st.sampled_from(["manage", "administrators", "full"]),
        "separate_duties": st.booleans(),
        "deny_deletion_if_used_within_days": st.sampled_from([0, 90]),
    },
)


@given(DEFINITION)
@examples(60)
def test_what_is_taken_is_proven(definition: dict[str, Any]) -> None:
    written = {
        "version": 1,
        "organization": {"id": "o-a1b2c3d4e5", "home_region": "eu-west-2", "regions": ["eu-west-2", "us-east-1"]},
        "keys": {"administrators": ["role/Keys"], "custom": {"any": definition}},
        "accounts": [{"name": "data", "id": "033333333333"}, {"name": "other", "id": "222222222222"}],
    }
    try:
        organization = load(json.dumps(written), "organization.yaml").organization  # JSON is YAML
    except Mistakes:
        return
    inventory = expand(organization, Lock())
    own = [key for key in inventory.keys if key.purpose == "custom-any" and key.region == "eu-west-2"]
    failing = {
        (p.judgement.about.id, p.judgement.verdict) for p in prove_all(inventory, own) if p.judgement.verdict != "holds"
    }
    assert failing <= {("every-statement-is-needed", "fails")}
