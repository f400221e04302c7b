"""`policy prove --purpose`: everything that `prove` asks of a key of that purpose, with what is said of it as options."""

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.found.policy import found_policy
from baseline.key_policy.place import KeyPlace
from baseline.prover.any_policy import prove_policy
from baseline.prover.meant import Meant
from tests.conftest import SAMPLE, Run
from tests.found.policies import A, R, policy, statement
from tests.prover.subjects import keys_with

PLACE = KeyPlace("aws", A, R)
DESCRIBE = statement({"Service": "cloudtrail.amazonaws.com"}, "kms:DescribeKey")
TRAIL = f"arn:aws:cloudtrail:{R}:{A}:trail/main"
OURS = {"StringEquals": {"aws:SourceAccount": A}}
SOURCE = {"StringEquals": {"aws:SourceArn": TRAIL}}
WRITES = statement(
    {"Service": "cloudtrail.amazonaws.com"},
    "kms:GenerateDataKey*",
    **SOURCE,
    StringLike={"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{A}:trail/*"},
)


def failing(text: str, **said: Any) -> dict[str, Any]:
    found = prove_policy(found_policy(text).plain, PLACE, Meant(**said))
    return {judgement.about.id: judgement for judgement in found if judgement.verdict == "fails"}


def of_ebs(**changes: Any) -> str:
    """Our default policy of an EBS key, its statement for EC2 changed."""
    document = keys_with()["ebs"][1].policy.as_dict()
    statements: Any = document["Statement"]
    [ec2] = [s for s in statements if s["Sid"] == "Ec2UsesTheKeyForTheAccount"]
    ec2.update(changes)
    return json.dumps(document)


def administrators_of_ebs() -> dict[str, Any]:
    about, _ = keys_with()["ebs"]
    return {
        "administrators": tuple(person.arn for person in about.settings.administrators),
        "users": tuple(person.arn for person in about.settings.users),
    }


def test_management_given_through_a_service_is_found() -> None:
    assert failing(of_ebs(), purpose="ebs", **administrators_of_ebs()) == {}
    action = ["kms:Decrypt", "kms:PutKeyPolicy"]
    fence = {"StringEquals": {"kms:CallerAccount": A}}
    assert "only-these-change-the-policy" in failing(of_ebs(Action=action), purpose="ebs", **administrators_of_ebs())
    open_to_the_account = failing(of_ebs(Condition=fence), purpose="ebs", **administrators_of_ebs())
    assert "nobody-else-directly" in open_to_the_account


def test_a_trail_that_cannot_write_is_found_with_and_without_its_name() -> None:
    without_name = failing(policy(DESCRIBE), purpose="cloudtrail")["services-do-what-they-must"]
    assert without_name.reason == "no request for kms:GenerateDataKey is allowed, whatever it sends"
    assert "services-do-what-they-must" not in failing(policy(DESCRIBE, WRITES), purpose="cloudtrail")
    named = failing(policy(DESCRIBE | {"Condition": SOURCE}, WRITES), purpose="cloudtrail", trail="main")
    assert "services-do-what-they-must" not in named
    other = failing(policy(DESCRIBE | {"Condition": SOURCE}, WRITES), purpose="cloudtrail", trail="other")
    assert "services-do-what-they-must" in other


def test_the_organization_decides_whether_a_fence_locks_out() -> None:
    fence = statement("*", "kms:PutKeyPolicy", "Deny", StringNotEquals={"aws:PrincipalOrgID": "o-a1b2c3d4e5"})
    assert "no-lockout" in failing(policy(fence))
    assert "no-lockout" not in failing(policy(fence), organization_id="o-a1b2c3d4e5")
    assert "no-lockout" in failing(policy(fence), organization_id="o-zzzzzzzzzz")


def test_whom_the_options_name_is_no_stranger() -> None:
    role = f"arn:aws:iam::{A}:role/App"
    uses = statement({"AWS": role}, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"])
    assert "nobody-else-directly" in failing(policy(uses), purpose="ebs")
    assert "nobody-else-directly" not in failing(policy(uses), purpose="ebs", users=("role/App",))
    shared = statement({"AWS": "arn:aws:iam::333333333333:root"}, "kms:Decrypt")
    assert "no-foreign-principal" in failing(policy(shared))
    assert "no-foreign-principal" not in failing(policy(shared), share_with=("333333333333",))


def test_our_own_policy_holds_like_its_key(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    (tmp_path / "p.json").write_text(run("policy", "show", "data", "eu-west-2", "sns").stdout, encoding="utf-8")
    done = run("policy", "prove", "p.json", "--like", "data", "eu-west-2", "sns")
    assert (done.returncode, "fails" in done.stdout) == (0, False), done.stdout
    data = json.loads(run("policy", "prove", "p.json", "--like", "data", "eu-west-2", "sns", "--format", "json").stdout)
    assert data["policy"]["purpose"] == "sns"
    assert run("policy", "prove", "p.json", "--like", "nobody", "eu-west-2", "sns").returncode == 2


def test_a_fence_that_the_service_does_not_send_is_no_fence_and_the_example_says_what_it_lacks(
    run: Run, tmp_path: Path
) -> None:
    events = statement({"Service": "events.amazonaws.com"}, ["kms:Decrypt", "kms:GenerateDataKey*"], **OURS)
    (tmp_path / "p.json").write_text(policy(events), encoding="utf-8")
    place = ("--account", A, "--region", R, "--purpose", "sns", "--publisher", "events")
    told = run("policy", "prove", "p.json", *place).stdout
    [about] = [part for part in told.split("\n\n") if part.startswith("FAILS  services-only-for-this-account")]
    assert "each is held to that by a condition key that it is known to send" in about
    assert (
        f"  context    aws:SourceAccount = {A}\n  context    without kms:EncryptionContext:aws:sns:topicArn\n" in about
    )
    verdicts = json.loads(run("policy", "prove", "p.json", *place, "--format", "json").stdout)["verdicts"]
    [verdict] = [each for each in verdicts if each["property"] == "services-only-for-this-account"]
    assert verdict["without"] == ["kms:EncryptionContext:aws:sns:topicArn"]


# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
def test_no_example_has_an_action_that_nobody_knows() -> None:
    group = {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{R}:{A}:log-group:app"}}
    verbs = [f"kms:{verb}*" for verb in ("Encrypt", "Decrypt", "ReEncrypt", "GenerateDataKey", "Describe")]
    logs = statement({"Service": f"logs.{R}.amazonaws.com"}, verbs, **group)
    found = failing(policy(logs), purpose="logs")
    assert not {"service-never-manages", "services-do-no-more"} & found.keys()
    assert "service-never-manages" not in failing(policy(statement(logs["Principal"], "kms:GetPublicKey")))
    assert "service-never-manages" in failing(policy(statement(logs["Principal"], "kms:Put*")))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--administrator", "Admin"), "--administrator Admin: must be `role/NAME`"),
        (("--share-with", "all"), "--share-with: `all` is neither an account's ID nor `organization`"),
        (("--share-with", "organization"), "`organization` needs `--organization ID`"),
        (("--purpose", "sns", "--publisher", "cloudwach"), "--publisher: `cloudwach` is none of cloudwatch"),
        (("--trail", "main"), "--trail: `main` is not an ARN"),
        (("--purpose", "snss"), "`snss` is no purpose"),
    ],
)
def test_what_is_said_wrongly_is_refused(run: Run, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    (tmp_path / "p.json").write_text(policy(), encoding="utf-8")
    done = run("policy", "prove", "p.json", "--account", A, "--region", R, *options)
    assert done.returncode == 2
    assert said in done.stderr
