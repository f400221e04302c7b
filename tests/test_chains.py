"""The chain check: a policy that does not let a caller in is found before anything is deployed."""

from pathlib import Path

import pytest

from baseline.chains import broken_chains, check_chains
from baseline.errors import Refusal
from tests.conftest import Run, inventory

FEATURES = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
accounts: [{name: data, id: "033333333333"}]
features:
  ebs_default_encryption: true
  log_groups: {groups: [{name: /baseline/automation}]}
"""
DENY = """\
keys:
  purposes:
    ebs:
      statements:
        - Sid: NobodyGrants
          Effect: Deny
          Principal: "*"
          Action: kms:CreateGrant
"""


@pytest.mark.parametrize("delegation", ["administrators", "manage", "full"])
@pytest.mark.parametrize("separate", ["true", "false"])
def test_every_chain_holds_with_our_own_policies(delegation: str, separate: str) -> None:
    keys = f"keys: {{administrators: [role/A], iam_delegation: {delegation}, separate_duties: {separate}}}\n"
    assert list(broken_chains(inventory(FEATURES + keys))) == []


def test_a_service_that_is_left_out_breaks_the_chains_of_its_resources() -> None:
    with pytest.raises(Refusal) as caught:
        check_chains(inventory(FEATURES + "keys: {purposes: {logs: {services: []}}}\n"))
    first, *chains = str(caught.value).splitlines()
    assert first == "4 uses of keys would be refused by AWS:"
    assert chains[0] == (
        "  organization.yaml:6: features.log_groups: data eu-west-2: CloudWatch Logs encrypts the log group "
        "`/baseline/automation`, and the key `logs_eu_west_2` does not allow `logs.eu-west-2.amazonaws.com` "
        "kms:Encrypt: no statement is for this caller and action"
    )
    assert "`services`" in caught.value.help


def test_an_owners_deny_is_named() -> None:
    broken = list(broken_chains(inventory(FEATURES + DENY)))
    assert [(chain.site.region, chain.use.key, chain.action) for chain in broken] == [
        ("eu-west-2", "ebs_eu_west_2", "kms:CreateGrant"),
        ("us-east-1", "ebs_us_east_1", "kms:CreateGrant"),
    ]
    assert str(broken[0]).endswith(
        "denies `arn:aws:iam::033333333333:role/kms-baseline-deploy` kms:CreateGrant: statement NobodyGrants"
    )


@pytest.mark.parametrize("pattern", ["arn:aws:iam::03*:role/*", "arn:aws:iam::?33333333333:role/*"])
def test_a_pattern_that_ends_within_an_accounts_id_is_judged_for_each_account(pattern: str) -> None:
    deny = DENY + f"          Condition: {{ArnLike: {{aws:PrincipalArn: '{pattern}'}}}}\n"
    accounts = '[{name: a, id: "222222222222"}, {name: b, id: "033333333333"}]'
    more = FEATURES.replace('[{name: data, id: "033333333333"}]', accounts)
    assert {chain.site.account for chain in broken_chains(inventory(more + deny))} == {"b"}


@pytest.mark.parametrize("command", ["check", "synth", "export audit", "lock"])
def test_a_broken_chain_is_refused_before_anything_is_written(run: Run, tmp_path: Path, command: str) -> None:
    broken = FEATURES + "keys: {purposes: {logs: {services: []}}}\n"
    (tmp_path / "organization.yaml").write_text(broken, encoding="utf-8")
    done = run(*command.split())
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "error: 4 uses of keys would be refused by AWS:\n  organization.yaml:6: features.log_groups"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["organization.yaml"]
