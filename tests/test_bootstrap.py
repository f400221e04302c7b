"""What must be there before the first deployment, as the command renders it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from baseline.backends import S3Backend
from baseline.deployer.actions import ACTIONS, ANYTHING
from baseline.deployer.needed import MOST_NAMES, deployment_roles
from baseline.deployer.plan import LARGEST_POLICY, bootstrap, compact, policy
from baseline.deployer.state import State
from baseline.features import FEATURES
from baseline.iam.actions import CRYPTOGRAPHIC
from baseline.iam.evaluate import decide
from baseline.iam.request import IamCaller, Request
from sandbox.extensions.trust import trusts
from sandbox.extensions.web_identity import trusts_token
from tests.conftest import ROOT, Run, inventory
from tests.deployed.configurations import ON

CALLER = "arn:aws:iam::111111111111:role/ci/keys"
S3 = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
deployment:
  external_id: for-keys
  backend: {type: s3, bucket: example.states, region: eu-west-2, prefix: keys}
accounts:
  - {name: payer, id: "111111111111", role: null}
  - {name: workloads, id: "222222222222"}
  - {name: data, id: "333333333333", role: admin/own-role, external_id: for-data, features: {log_groups: {groups: [{name: app}]}}}
"""
CLOUD = S3.replace(
    "{type: s3, bucket: example.states, region: eu-west-2, prefix: keys}", "{type: cloud, organization: example}"
)
GITHUB = ("--github", "example/keys")


def statements(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(json.loads(document["resource"]["aws_iam_role_policy"]["deployment"]["policy"])["Statement"])


def actions(text: str) -> set[str]:
    [role] = deployment_roles(inventory(text))
    return {action for statement in role.statements for action in statement.actions}


def rendered(run: Run, tmp_path: Path, text: str, *arguments: str) -> dict[str, Any]:
    (tmp_path / "organization.yaml").write_text(text, encoding="utf-8")
    done = run("bootstrap", "--caller", CALLER, *arguments)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_both_forms_say_the_same_of_a_role(run: Run, tmp_path: Path) -> None:
    """One writes the account's ID as Terraform does, the other as CloudFormation."""
    terraform = rendered(run, tmp_path, S3)
    template = rendered(run, tmp_path, S3, "--format", "cloudformation")
    assert sorted(terraform) == ["kms-baseline-deploy/main.tf.json", "own-role/main.tf.json", "state/main.tf.json"]
    assert sorted(template) == ["kms-baseline-deploy.template.json", "own-role.template.json", "state.template.json"]
    role = terraform["own-role/main.tf.json"]["resource"]["aws_iam_role"]["deployment"]
    properties = template["own-role.template.json"]["Resources"]["Role"]["Properties"]
    assert (role["name"], role["path"]) == (properties["RoleName"], properties["Path"]) == ("own-role", "/admin/")
    assert json.loads(role["assume_role_policy"]) == properties["AssumeRolePolicyDocument"]
    here = json.dumps(statements(terraform["own-role/main.tf.json"])).replace(
        "${data.aws_caller_identity.this.account_id}", "{id}"
    )
    there = json.dumps(plain(properties["Policies"][0]["PolicyDocument"]["Statement"])).replace(
        "${AWS::AccountId}", "{id}"
    )
    assert here == there
    assert "{id}" in here


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return value["Fn::Sub"] if "Fn::Sub" in value else {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def test_each_role_has_what_its_own_accounts_need(run: Run, tmp_path: Path) -> None:
    found = rendered(run, tmp_path, S3)
    of = {
        name: {s["Sid"] for s in statements(found[f"{name}/main.tf.json"])}
        for name in ("kms-baseline-deploy", "own-role")
    }
    assert of["own-role"] - of["kms-baseline-deploy"] == {"LogGroups"}
    said = run("bootstrap", "--caller", CALLER).stderr
    assert "payer: no role is rendered, since the caller's own credentials deploy there" in said
    assert "deployment.backend.kms_key" in said


def test_the_trust_takes_the_caller_with_the_external_id_alone(run: Run, tmp_path: Path) -> None:
    role = rendered(run, tmp_path, S3)["own-role/main.tf.json"]["resource"]["aws_iam_role"]["deployment"]
    trust = json.loads(role["assume_role_policy"])
    assert trusts(trust, IamCaller(CALLER, "session"), "for-data")
    assert not trusts(trust, IamCaller(CALLER, "session"), "for-keys")
    assert not trusts(trust, IamCaller("arn:aws:iam::111111111111:role/another", "session"), "for-data")
    assert not trusts(trust, IamCaller("arn:aws:iam::222222222222:role/ci/keys", "session"), "for-data")


def test_the_roles_of_people_may_take_it_too_and_work_with_no_state(run: Run, tmp_path: Path) -> None:
    """`deploy` looks at AWS by the credentials of who runs it, also where HCP Terraform deploys."""
    person = "arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Keys_0123456789abcdef"
    found = rendered(run, tmp_path, S3, *GITHUB, "--caller", person)
    trust = json.loads(found["own-role/main.tf.json"]["resource"]["aws_iam_role"]["deployment"]["assume_role_policy"])
    for caller in (CALLER, person):
        assert trusts(trust, IamCaller(caller, "session"), "for-data")
    assert not trusts(trust, IamCaller("arn:aws:iam::999999999999:role/another", "session"), "for-data")
    assert person not in json.dumps(found["state/main.tf.json"])


@pytest.mark.parametrize(
    ("text", "arguments", "issuer", "audience", "subject"),
    [
        (S3, GITHUB, "token.actions.githubusercontent.com", "sts.amazonaws.com", "repo:example/keys:environment:keys"),
        (
            S3,
            (*GITHUB, "--pull-requests", "--environment", "prod"),
            "token.actions.githubusercontent.com",
            "sts.amazonaws.com",
            ["repo:example/keys:environment:prod", "repo:example/keys:pull_request"],
        ),
        (
            S3,
            ("--gitlab", "a/b/keys", "--gitlab-host", "git.example.com"),
            "git.example.com",
            "sts.amazonaws.com",
            "project_path:a/b/keys:ref_type:branch:ref:main",
        ),
        (
            CLOUD,
            ("--hcp",),
            "app.terraform.io",
            "aws.workload.identity",
            "organization:example:project:*:workspace:baseline-*:run_phase:*",
        ),
    ],
)
def test_the_callers_role_trusts_the_jobs_of_one_place(
    run: Run, tmp_path: Path, text: str, arguments: tuple[str, ...], issuer: str, audience: str, subject: Any
) -> None:
    found = rendered(run, tmp_path, text, *arguments)["caller/main.tf.json"]["resource"]
    assert found["aws_iam_openid_connect_provider"]["jobs"] == {
        "url": f"https://{issuer}",
        "client_id_list": [audience],
    }
    [statement] = json.loads(found["aws_iam_role"]["caller"]["assume_role_policy"])["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"] == {"Federated": "${aws_iam_openid_connect_provider.jobs.arn}"}
    tests = {key: value for operator in statement["Condition"].values() for key, value in operator.items()}
    assert tests == {f"{issuer}:aud": audience, f"{issuer}:sub": subject}
    assert ("StringLike" in statement["Condition"]) == ("*" in str(subject))


@pytest.mark.parametrize(
    ("text", "arguments", "audience", "taken", "refused"),
    [
        (
            S3,
            GITHUB,
            "sts.amazonaws.com",
            "repo:example/keys:environment:keys",
            (
                "repo:example/keys:environment:test",
                "repo:example/keys:pull_request",
                "repo:example/keys:ref:refs/heads/main",
                "repo:other/keys:environment:keys",
            ),
        ),
        (
            S3,
            ("--gitlab", "a/keys"),
            "sts.amazonaws.com",
            "project_path:a/keys:ref_type:branch:ref:main",
            ("project_path:a/keys:ref_type:branch:ref:other", "project_path:b/keys:ref_type:branch:ref:main"),
        ),
        (
            CLOUD.replace("organization: example", "organization: example, project: keys"),
            ("--hcp",),
            "aws.workload.identity",
            "organization:example:project:keys:workspace:baseline-data:run_phase:plan",
            (
                "organization:other:project:keys:workspace:baseline-data:run_phase:plan",
                "organization:example:project:others:workspace:baseline-data:run_phase:plan",
                "organization:example:project:keys:workspace:another:run_phase:plan",
            ),
        ),
    ],
)
def test_the_embedded_aws_lets_these_jobs_in_and_no_others(
    run: Run, tmp_path: Path, text: str, arguments: tuple[str, ...], audience: str, taken: str, refused: tuple[str, ...]
) -> None:
    form = ("--provider-exists", "--format", "cloudformation")
    role = rendered(run, tmp_path, text, *arguments, *form)["caller.template.json"]["Resources"]["Role"]
    trust = role["Properties"]["AssumeRolePolicyDocument"]
    provider = trust["Statement"][0]["Principal"]["Federated"]

    def lets_in(subject: str, audience: str = audience) -> bool:
        host = provider.partition("oidc-provider/")[2]
        return trusts_token(trust, {"iss": f"https://{host}", "aud": audience, "sub": subject}, provider)

    assert lets_in(taken)
    assert not lets_in(taken, "another.audience")
    assert [subject for subject in refused if lets_in(subject)] == []


def test_a_provider_that_is_there_is_referred_to(run: Run, tmp_path: Path) -> None:
    terraform = rendered(run, tmp_path, S3, *GITHUB, "--provider-exists")["caller/main.tf.json"]
    assert "aws_iam_openid_connect_provider" not in terraform["resource"]
    assert terraform["data"]["aws_iam_openid_connect_provider"] == {
        "jobs": {"url": "https://token.actions.githubusercontent.com"}
    }
    template = rendered(run, tmp_path, S3, *GITHUB, "--provider-exists", "--format", "cloudformation")[
        "caller.template.json"
    ]
    assert list(template["Resources"]) == ["Role"]
    [statement] = template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    arn = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    assert statement["Principal"] == {"Federated": arn}


def test_the_caller_takes_the_roles_and_works_with_the_states(run: Run, tmp_path: Path) -> None:
    found = rendered(run, tmp_path, S3, *GITHUB)["caller/main.tf.json"]["resource"]["aws_iam_role_policy"]["caller"]
    by_sid = {s["Sid"]: s for s in json.loads(found["policy"])["Statement"]}
    assert by_sid["TakeDeploymentRoles"]["Resource"] == [
        "arn:aws:iam::*:role/admin/own-role",
        "arn:aws:iam::*:role/kms-baseline-deploy",
    ]
    assert by_sid["ReadAndWriteStates"]["Resource"] == "arn:aws:s3:::example.states/keys/*"
    own = S3.replace("prefix: keys", "prefix: keys, role: arn:aws:iam::999999999999:role/states")
    found = rendered(run, tmp_path, own, *GITHUB)["caller/main.tf.json"]["resource"]["aws_iam_role_policy"]["caller"]
    assert [s["Sid"] for s in json.loads(found["policy"])["Statement"]] == [
        "TakeDeploymentRoles",
        "TakeTheRoleOfStates",
    ]


def test_the_key_of_the_states_is_used_by_the_caller_through_s3_alone() -> None:
    backend = S3Backend(bucket="example.states", region="eu-west-2", prefix="keys", kms_key=None, role=None)
    document = policy(State(backend, "aws", CALLER).key_policy)
    via = {"kms:ViaService": "s3.eu-west-2.amazonaws.com"}

    def effect(arn: str, action: str, **context: str) -> str:
        caller = IamCaller(arn, "" if arn.endswith("root") else "session")
        return decide(document, Request(caller, action, {**via, **context})).effect

    assert effect(CALLER, "kms:Decrypt") == "allowed"
    assert effect(CALLER, "kms:GenerateDataKey") == "allowed"
    assert effect("arn:aws:iam::111111111111:role/admin", "kms:Decrypt") == "not allowed"
    assert effect("arn:aws:iam::111111111111:role/admin", "kms:PutKeyPolicy") == "allowed"
    assert effect("arn:aws:iam::222222222222:role/ci/keys", "kms:Decrypt") == "not allowed"
    assert decide(document, Request(IamCaller(CALLER, "session"), "kms:Decrypt")).effect == "not allowed"


def test_bucket_and_key_of_the_states_stay(run: Run, tmp_path: Path) -> None:
    terraform = rendered(run, tmp_path, S3)["state/main.tf.json"]["resource"]
    for type in ("aws_kms_key", "aws_s3_bucket"):
        assert terraform[type]["states"]["lifecycle"] == {"prevent_destroy": True}
    assert terraform["aws_s3_bucket_versioning"]["states"]["versioning_configuration"] == {"status": "Enabled"}
    template = rendered(run, tmp_path, S3, "--format", "cloudformation")["state.template.json"]["Resources"]
    for name in ("Key", "Bucket"):
        assert (template[name]["DeletionPolicy"], template[name]["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert template["Bucket"]["Properties"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert template["Alias"]["Properties"]["AliasName"] == "alias/example-states"


def test_the_role_can_neither_use_nor_lose_a_key() -> None:
    everything = {action for scopes in ACTIONS.values() for words in scopes.values() for action in words.split()}
    everything |= actions(ON.replace("role: null, ", ""))
    assert not everything & {*CRYPTOGRAPHIC, "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:CreateGrant"}
    assert not any("*" in action for action in everything)
    lock = inventory(S3).lock
    disabled = inventory(S3 + "retired: [{account: workloads, purpose: ebs, then: disable}]\n", lock)
    of = {role.name: {a for s in role.statements for a in s.actions} for role in deployment_roles(disabled)}
    assert {name: "kms:DisableKey" in found for name, found in of.items()} == {
        "kms-baseline-deploy": True,
        "own-role": False,
    }


def test_only_what_knows_no_resource_is_allowed_on_all() -> None:
    [role] = deployment_roles(inventory(ON.replace("role: null, ", "")))
    assert {s.sid for s in role.statements if "*" in s.resources} == {ANYTHING.sid, "NewKeys"}
    passing = next(s for s in role.statements if s.sid == "Roles")
    assert "iam:PassRole" in passing.actions
    assert set(passing.resources) == {
        "arn:aws:iam::{account}:role/baseline-backup-*",
        "arn:aws:iam::{account}:role/baseline-config-recorder-*",
        "arn:aws:iam::{account}:role/baseline-log-group-encryption-*",
    }


def test_every_type_of_resource_that_a_feature_can_make_has_its_actions() -> None:
    """One more would be a KeyError of the command: the page is made of a configuration that makes all of them."""
    made = inventory((ROOT / "docs" / "templates" / "bootstrap.yaml").read_text(encoding="utf-8"))
    parts = [part for stack in made.stacks for part in stack.parts]
    assert {part.site.feature for part in parts} == set(FEATURES)
    of_keys = {"aws_kms_key", "aws_kms_alias", "aws_ssm_parameter"}
    assert {resource.type for part in parts for resource in part.resources()} == set(ACTIONS) - of_keys


def many(groups: int) -> str:
    names = ", ".join(f"{{name: /a/{'long' * 20}/{i}}}" for i in range(groups))
    topics = ", ".join(f"{{name: {'t' * 200}{i}, publishers: [events]}}" for i in range(groups))
    return (
        ON.replace("role: null, ", "")
        .replace("{name: /baseline/automation}, {name: app.log, retention_days: 30}", names)
        .replace(
            ON[
                ON.index("notification_topics: {topics: [") : ON.index(
                    "\n", ON.index("notification_topics: {topics: [")
                )
            ],
            f"notification_topics: {{topics: [{topics}]}}",
        )
    )


@pytest.mark.parametrize("number", [MOST_NAMES - 3, 40])
def test_a_policy_never_outgrows_what_iam_takes(number: int) -> None:
    found = bootstrap(inventory(many(number)), [CALLER], None, False)
    [role] = found.roles
    groups = next(statement for statement in role.statements if statement.sid == "LogGroups")
    assert len(groups.resources) == (2 * number if number <= MOST_NAMES else 2)
    assert len(compact(policy(role.statements))) < LARGEST_POLICY


def mistakes() -> Iterator[tuple[tuple[str, ...], str]]:
    yield ("--caller", "keys"), "--caller: must be the full ARN of a role"
    yield ("--caller", "arn:aws-cn:iam::111111111111:role/keys"), "is of another partition than the organization, aws"
    yield ("--caller", CALLER, "--github", "keys"), "--github keys: must be OWNER/NAME"
    yield ("--caller", CALLER, "--github", "a/b:*"), "--github a/b:*: must be OWNER/NAME"
    yield ("--caller", CALLER, "--gitlab", "keys"), "--gitlab keys: must be GROUP/NAME"
    yield ("--caller", CALLER, "--gitlab", "a/b", "--branch", "*"), "--branch *: must be a branch's name"
    yield ("--caller", CALLER, "--github", "a/b", "--hcp"), "exclude each other"
    yield ("--caller", CALLER, "--hcp"), "--hcp needs workspaces"


@pytest.mark.parametrize(("arguments", "said"), list(mistakes()))
def test_a_wrong_option_is_one_message(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    (tmp_path / "organization.yaml").write_text(S3, encoding="utf-8")
    done = run("bootstrap", *arguments, "--output", "made")
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "made").exists()


def test_files_of_others_are_never_replaced_and_ours_are(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(S3, encoding="utf-8")
    command = ("bootstrap", "--caller", CALLER, *GITHUB, "--output", "made")
    assert run(*command).returncode == 0
    first = {path: path.read_bytes() for path in (tmp_path / "made").rglob("*.json")}
    assert len(first) == 4
    assert run(*command).returncode == 0
    assert {path: path.read_bytes() for path in (tmp_path / "made").rglob("*.json")} == first
    said = run("bootstrap", "--caller", CALLER, "--output", "made").stderr
    assert "made/caller/main.tf.json is of an earlier run; this one has no such document" in said
    (tmp_path / "made" / "state" / "main.tf.json").write_text("{}")
    (tmp_path / "organization.yaml").write_text(S3.replace("for-data", "for-others"), encoding="utf-8")
    refused = run(*command)
    assert refused.returncode == 1
    assert "made/state/main.tf.json was not written by bootstrap" in refused.stderr
    assert "for-data" in (tmp_path / "made" / "own-role" / "main.tf.json").read_text()
