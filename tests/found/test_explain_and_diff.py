"""`policy explain`, `policy diff` and `diff`, as a person runs them."""

import json
from pathlib import Path
from typing import Any

import pytest

from baseline.found.sentences import sentences
from baseline.iam.conditions import OPERATORS
from baseline.iam.reading import read_policy
from tests.conftest import EVERYWHERE, SAMPLE, Run
from tests.found.policies import ROLE, ROOT, A, B, policy, statement, without
from tests.git import git
from tests.organizations import account, organization, text

NAMES = "kms:EncryptionContextKeys"
TOPIC = "kms:EncryptionContext:aws:sns:topicArn"
ARNS = {TOPIC: ["arn:a:s:r:1:*", "arn:b:*:*:*:c"]}
SENTENCES: tuple[tuple[dict[str, Any], list[str]], ...] = (
    (statement(), [f"Role/App of {A} may decrypt (kms:Decrypt)."]),
    (
        ROOT,
        [
            f"The account {A} may do everything (kms:*).",
            "Users and roles of an account may as far as IAM policies of that account allow; its root user may as it is.",
        ],
    ),
    (
        statement({"AWS": "*"}, StringEquals={"kms:CallerAccount": A, "kms:ViaService": "ec2.eu-west-2.amazonaws.com"}),
        [
            f"Everyone may decrypt (kms:Decrypt), if the caller's account is `{A}` and the service that calls for them is "
            "`ec2.eu-west-2.amazonaws.com`."
        ],
    ),
    (
        statement("*", "kms:PutKeyPolicy", "Deny", Bool={"kms:BypassPolicyLockoutSafetyCheck": "true"}),
        ["Nobody may administer the key (kms:PutKeyPolicy), if they skip the lockout check."],
    ),
    (
        statement(
            {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]},
            ArnLike=ARNS,
        ),
        [
            "The service sns.amazonaws.com and the service events.amazonaws.com may decrypt (kms:Decrypt), if "
            "`aws:sns:topicArn` of the encryption context is like the ARN `arn:a:s:r:1:*` or `arn:b:*:*:*:c`."
        ],
    ),
    (
        statement(action=["kms:CreateGrant"], StringNotEquals={"kms:ViaService": ["a", "b"]}, Null={TOPIC: "true"}),
        [
            f"Role/App of {A} may make grants (kms:CreateGrant), if the service that calls for them is not `a` nor `b` "
            "(or there is none) and `aws:sns:topicArn` of the encryption context is absent."
        ],
    ),
    (
        statement(action=["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]),
        [
            f"Role/App of {A} may read the key's configuration and make and end grants "
            "(kms:CreateGrant, kms:ListGrants, kms:RevokeGrant)."
        ],
    ),
    (
        statement(
            "*", "kms:ScheduleKeyDeletion", "Deny", NumericLessThanEquals={"kms:TrailingDaysWithoutKeyUsage": "30"}
        ),
        [
            "Nobody may delete the key (kms:ScheduleKeyDeletion), if the number of days since the key was last "
            "used is at most `30`."
        ],
    ),
    (
        statement(**{"ForAllValues:StringLikeIfExists": {"kms:EncryptionContextKeys": "a*"}}),
        [
            f"Role/App of {A} may decrypt (kms:Decrypt), if every value of `kms:EncryptionContextKeys` is like `a*` "
            "(or is absent)."
        ],
    ),
    (statement("*", "kms:*", "Deny"), ["Nobody may do anything (kms:*)."]),
    (
        statement({"AWS": ROLE}, "kms:*", "Deny", Bool={"aws:PrincipalIsAWSService": "false"}),
        [f"Role/App of {A} may never do anything (kms:*), if the caller is no AWS service."],
    ),
    (
        statement(
            "*", ArnLike={"aws:PrincipalArn": [ROLE, "arn:aws:iam::*:role/x/*"]}, StringEquals={"kms:CallerAccount": A}
        ),
        [f"Role/App of {A} and role/x/* of any account may decrypt (kms:Decrypt), if the caller's account is `{A}`."],
    ),
    (
        statement("*", effect="Deny", StringNotEquals={"aws:PrincipalArn": ROLE}),
        [f"Nobody may decrypt (kms:Decrypt), if the caller is not `{ROLE}` (or is an AWS service)."],
    ),
    (
        statement(Null={TOPIC: ["true", "false"]}),
        [
            f"Role/App of {A} may decrypt (kms:Decrypt), if `aws:sns:topicArn` of the encryption context is absent or there, "
            "which is always so."
        ],
    ),
    (
        {name: value for name, value in statement(action="kms:Nothing").items() if name != "Resource"},
        [f"Role/App of {A} may do nothing that is known (kms:Nothing).", "It has no effect, for it has no Resource."],
    ),
)


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_operator_has_a_verb(operator: str) -> None:
    values = {"Date": "2027-01-01T00:00:00Z", "Ip": "10.0.0.0/8", "Bool": "true", "Null": "true", "Numeric": "7"}
    value = next((value for start, value in values.items() if operator.removeprefix("Not").startswith(start)), "x")
    [plain] = read_policy({"Version": "2012-10-17", "Statement": statement(**{operator: {"aws:SourceIp": value}})})
    assert all(text.endswith(".") for text in sentences(plain))


@pytest.mark.parametrize(("written", "expected"), SENTENCES)
def test_a_statement_in_plain_sentences(written: dict[str, Any], expected: list[str]) -> None:
    [plain] = read_policy({"Version": "2012-10-17", "Statement": written})
    assert list(sentences(plain)) == expected


def test_a_key_of_ours_is_explained_with_what_its_delegation_means(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    done = run("policy", "explain", "data", "eu-west-2", "sns")
    assert done.returncode == 0, done.stderr
    assert "\nThe account's IAM policies may give management, never use." in done.stdout
    [strangers] = [line for line in done.stdout.splitlines() if line.startswith("everybody of any other account")]
    assert strangers.split()[5:] == ["no"] * 6
    assert "\nif: under conditions\n" in done.stdout


def test_a_policy_of_others_is_explained_from_its_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(policy(statement({"AWS": f"arn:aws:iam::{B}:role/Copy"})), encoding="utf-8")
    data = json.loads(run("policy", "explain", "p.json", "--format", "json").stdout)
    assert data["account_id"] == A
    assert data["statements"][1] == {
        "statement": "statement 2",
        "sentences": [f"Role/Copy of {B} may decrypt (kms:Decrypt)."],
    }
    rows = {row["who"]: row for row in data["matrix"]}
    assert rows[f"role/Copy of {B}"]["decrypt"] == "in part yes"
    assert rows[f"role/Copy of {B}"]["actions"]["kms:Decrypt"] == "yes"
    assert rows[f"everybody in {A}"]["grant"] == "IAM"


def test_other_accounts_never_administer_nor_delete(run: Run, tmp_path: Path) -> None:
    roots = {"AWS": [f"arn:aws:iam::{A}:root", f"arn:aws:iam::{B}:root"]}
    (tmp_path / "p.json").write_text(policy(ROOT | {"Principal": roots}, root=False), encoding="utf-8")
    data = json.loads(run("policy", "explain", "p.json", "--account", A, "--format", "json").stdout)
    [row] = [row for row in data["matrix"] if row["who"] == f"everybody in {B}"]
    assert [row[group] for group in ("administer", "encrypt", "decrypt", "grant", "delete")] == [
        "no",
        *["IAM"] * 3,
        "no",
    ]
    said = f"Of {B} KMS honours using and describing the key and making grants, and nothing else."
    assert said in data["statements"][0]["sentences"]


def test_what_is_given_by_what_is_not_is_said() -> None:
    [plain] = read_policy(json.loads(policy({**without("Action"), "NotAction": "kms:Decrypt"}, root=False)))
    assert list(sentences(plain)) == [f"Role/App of {A} may do everything but kms:Decrypt."]


def test_the_iam_policies_that_decide_are_those_of_the_callers_account(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(policy(statement({"AWS": f"arn:aws:iam::{B}:root"})), encoding="utf-8")
    told = run("policy", "explain", "p.json", "--account", A).stdout
    assert "\nIAM: as far as the IAM policies of the caller's account allow\n" in told
    assert "key's account" not in told


def test_what_cannot_be_decided_is_said_of_its_statement(run: Run, tmp_path: Path) -> None:
    (tmp_path / "p.json").write_text(policy(statement({"AWS": f"arn:aws:iam::{A}:role/*"})), encoding="utf-8")
    done = run("policy", "explain", "p.json")
    assert "Root\n  The account" in done.stdout
    assert f"statement 2\n  Not decided: principal `arn:aws:iam::{A}:role/*` has a wildcard" in done.stdout
    assert "not decided: it depends on a statement" in done.stdout


@pytest.mark.parametrize("words", [("data", "eu-west-2"), ("nobody", "eu-west-2", "sns"), ("missing.json",)])
def test_explaining_nothing_is_a_mistake(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    assert run("policy", "explain", *words).returncode == 2


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content, encoding="utf-8")


def test_a_change_names_who_gains_with_an_example(run: Run, tmp_path: Path) -> None:
    write(tmp_path, old=policy(), new=policy(statement()))
    done = run("policy", "diff", "old.json", "new.json")
    assert (done.returncode, done.stdout) == (
        0,
        f"GAINS  role/App of {A}\n"
        "  decrypt: kms:Decrypt\n"
        f'    role/App of {A} (any session), kms:Decrypt: allowed directly by statement "statement 2"; no deny matches '
        "(before: allowed only as far as IAM policies do)\n",
    )
    assert run("policy", "diff", "old.json", "new.json", "--no-new-access").returncode == 1
    back = run("policy", "diff", "new.json", "old.json", "--no-new-access")
    assert (back.returncode, back.stdout.split()[0]) == (0, "LOSES")


def test_losses_stand_first_behind_a_summary_and_what_is_absent_is_said(run: Run, tmp_path: Path) -> None:
    services = [f"{name}.amazonaws.com" for name in ("config", "cloudtrail", "events")]
    before = statement({"Service": services[:2]}, ["kms:Encrypt", "kms:Decrypt"])
    after = statement({"Service": services[2:]}, "kms:Decrypt", **{"ForAllValues:StringEquals": {NAMES: "team"}})
    write(tmp_path, old=policy(before, statement()), new=policy(after))
    told = run("policy", "diff", "old.json", "new.json").stdout
    summary, _, details = told.partition("\n\n")
    assert summary.splitlines() == [
        f"loses decrypt: role/App of {A}",
        "loses encrypt, decrypt: the service config.amazonaws.com, the service cloudtrail.amazonaws.com",
        "gains decrypt: the service events.amazonaws.com",
    ]
    directions = [line.split()[0] for line in details.splitlines() if not line.startswith(" ")]
    assert directions == ["LOSES", "LOSES", "LOSES", "GAINS"]
    assert f"the service events.amazonaws.com, kms:Decrypt without {NAMES}: allowed directly" in details


def test_what_every_call_carries_is_shown_in_an_example(run: Run, tmp_path: Path) -> None:
    grants = statement(action="kms:CreateGrant", **{"ForAllValues:StringEquals": {"kms:GrantOperations": ["Decrypt"]}})
    deny = statement("*", "kms:Decrypt", "Deny", Bool={"aws:SecureTransport": "false"})
    write(tmp_path, old=policy(), grants=policy(grants), deny=policy(deny))
    told = run("policy", "diff", "old.json", "grants.json").stdout
    assert (
        f"role/App of {A} (any session), kms:CreateGrant with kms:GrantOperations = Decrypt: allowed directly" in told
    )
    told = run("policy", "diff", "old.json", "deny.json").stdout
    assert f"the root user of {A}, kms:Decrypt with aws:SecureTransport = false: allowed directly" in told
    assert "without" not in told


def test_the_exit_code_tells_whether_anything_changes(run: Run, tmp_path: Path) -> None:
    write(
        tmp_path,
        old=policy(),
        same=policy(ROOT | {"Sid": "Other"}),
        less=policy(ROOT | {"Action": "kms:Put*"}, root=False),
    )
    assert run("policy", "diff", "old.json", "same.json", "--exit-code").returncode == 0
    assert run("policy", "diff", "old.json", "less.json", "--exit-code").returncode == 1
    assert run("policy", "diff", "old.json", "less.json", "--no-new-access").returncode == 0


def test_the_region_may_be_said_everywhere(run: Run, tmp_path: Path) -> None:
    own = ROOT | {"Resource": f"arn:aws:kms:eu-west-2:{A}:key/1"}
    write(tmp_path, old=policy(own, root=False), new=policy())
    done = run("policy", "diff", "old.json", "new.json", "--region", "eu-west-2")
    assert (done.returncode, done.stdout) == (0, "same policy\n")
    elsewhere = run("policy", "diff", "old.json", "new.json", "--region", "eu-west-1")
    assert elsewhere.stdout.startswith(f"GAINS  the root user of {A}\n"), "the old statement is about another key"
    assert run("policy", "explain", "old.json", "--region", "eu-west-2").returncode == 0
    assert run("policy", "explain", "old.json", "--region", "mars-1").returncode == 2


def test_a_change_as_json(run: Run, tmp_path: Path) -> None:
    write(tmp_path, old=policy(), new=policy(statement()))
    data = json.loads(run("policy", "diff", "old.json", "new.json", "--format", "json").stdout)
    assert (data["version"], data["same_meaning"]) == (1, False)
    [change] = data["changes"]
    assert change["actions"] == ["kms:Decrypt"]
    assert change["example"]["request"]["principal"]["arn"] == ROLE
    assert change["example"]["otherwise"] == "allowed"


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (policy(), "same policy\n"),
        (json.dumps({"Statement": ROOT}), "same policy\n"),
        (policy(ROOT | {"Sid": "Other"}), "same meaning\n"),
    ],
)
def test_another_text_may_mean_the_same(run: Run, tmp_path: Path, new: str, said: str) -> None:
    write(tmp_path, old=policy(), new=new)
    done = run("policy", "diff", "old.json", "new.json")
    assert (done.returncode, done.stdout) == (0, said)


USERS = {"keys": {"purposes": {"ebs": {"users": ["role/App"]}}}}


def configuration(*accounts: dict[str, Any], **sections: Any) -> str:
    return text(organization(*accounts, **sections))


def test_two_configurations_differ_in_keys_and_in_who_can_do_what(run: Run, tmp_path: Path) -> None:
    data, web = account("data", "033333333333"), account("web", "055555555555")
    gone = account("old", "066666666666", regions=["eu-west-2"])
    (tmp_path / "old.yaml").write_text(configuration(data, gone), encoding="utf-8")
    (tmp_path / "organization.yaml").write_text(configuration(data, web, **USERS), encoding="utf-8")
    done = run("diff", "old.yaml")
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert [line for line in lines if line.startswith("NEW")] == [
        f"NEW  web / {region} / {purpose}" for region in ("eu-west-2", "us-east-1") for purpose in EVERYWHERE
    ]
    assert [line for line in lines if line.startswith("GONE")] == [f"GONE  old / eu-west-2 / {p}" for p in EVERYWHERE]
    assert "CHANGED  data / eu-west-2 / ebs and 1 other key alike: data/us-east-1" in lines
    assert "  GAINS  role/App of 033333333333" in lines
    assert run("diff", "old.yaml", "--no-new-access").returncode == 1
    found = json.loads(run("diff", "old.yaml", "organization.yaml", "--format", "json").stdout)
    assert (len(found["new"]), len(found["gone"])) == (2 * len(EVERYWHERE), len(EVERYWHERE))
    assert [key["region"] for key in found["changed"][0]["keys"]] == ["eu-west-2", "us-east-1"]


def test_a_user_who_may_end_grants_administers_nothing(run: Run, tmp_path: Path) -> None:
    text = "version: 1\norganization: {home_region: eu-west-2, regions: [eu-west-2]}\n"
    accounts = 'accounts: [{name: data, id: "222222222222"}]\n'
    (tmp_path / "organization.yaml").write_text(text + accounts)
    (tmp_path / "new.yaml").write_text(text + "keys: {users: [role/App]}\n" + accounts)
    told = run("diff", "organization.yaml", "new.yaml").stdout
    assert "    end grants: kms:RevokeGrant\n" in told
    assert "administer" not in told


def test_settings_and_other_words_are_told_too(run: Run, tmp_path: Path) -> None:
    data = account("data", "033333333333")
    roles = {"users": ["role/A", "role/App"]}
    (tmp_path / "old.yaml").write_text(configuration(data, keys=roles), encoding="utf-8")
    again = {"keys": {"users": ["role/App", "role/A"], "rotation": False}}
    (tmp_path / "organization.yaml").write_text(configuration(data, **again), encoding="utf-8")
    done = run("diff", "old.yaml")
    assert "  rotation: true -> false" in done.stdout.splitlines()
    assert "GAINS" not in done.stdout
    assert run("diff", "old.yaml", "old.yaml").stdout == "nothing changes\n"


TOPICS = """notification_topics: {topics: [{name: alerts, publishers: [cloudwatch]}, {name: other}]}"""
BEFORE = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2], tags: {team: platform}}
keys: {administrators: [role/KeyAdmins_*]}
deployment: {role: kms-baseline-deploy}
features: {log_groups: {groups: [{name: /app, retention_days: 365}]}, ebs_default_encryption: true, TOPICS}
accounts:
  - {name: data, id: "033333333333"}
  - {name: web, id: "055555555555"}
""".replace("TOPICS", TOPICS)
EDITS = (
    ("tags: {team", "namespace: other, tags: {team", "SETTING  organization.namespace: baseline -> other"),
    ("tags: {team: platform}", "tags: {team: data}", "SETTING  organization.tags.team: platform -> data"),
    ("role: kms-baseline-deploy", "role: deployer", "SETTING  deployment.role: kms-baseline-deploy -> deployer"),
    ("role: kms-baseline-deploy", "publish_parameters: false", "SETTING  deployment.publish_parameters: true -> false"),
    (
        "deployment: {",
        "deployment: {backend: {type: s3, bucket: states, region: eu-west-2}, ",
        "SETTING  deployment.backend.bucket: none -> states",
    ),
    (
        "[{name: /app,",
        "[{name: /more}, {name: /app,",
        "SETTING  features.log_groups.groups./more: none -> on in data, web",
    ),
    (
        "retention_days: 365",
        "retention_days: 30",
        "SETTING  features.log_groups.groups./app.retention_days: 365 -> 30 in data, web",
    ),
    (
        "[cloudwatch]",
        "[cloudwatch, events]",
        "SETTING  features.notification_topics.topics.alerts.publishers: cloudwatch -> cloudwatch, events in data, web",
    ),
    (
        "ebs_default_encryption: true",
        "ebs_default_encryption: false",
        "SETTING  features.ebs_default_encryption: on -> none in data, web",
    ),
    ("name: data", "name: records", "SETTING  name: data -> records in records"),
    ("KeyAdmins_*", "Everybody_*", "role/KeyAdmins_* -> arn:aws:iam::033333333333:role/Everybody_*"),
    (
        "accounts:",
        "retired: [{account: data, purpose: sns, then: keep}]\naccounts:",
        "SETTING  retired.data sns: none -> keep",
    ),
)


@pytest.mark.parametrize(("old", "new", "told"), EDITS, ids=[new for _, new, _ in EDITS])
def test_no_edit_passes_in_silence(run: Run, tmp_path: Path, old: str, new: str, told: str) -> None:
    (tmp_path / "old.yaml").write_text(BEFORE, encoding="utf-8")
    edited = BEFORE.replace(old, new, 1)
    assert edited != BEFORE
    (tmp_path / "organization.yaml").write_text(edited, encoding="utf-8")
    done = run("diff", "old.yaml")
    assert done.returncode == 0, done.stderr
    assert told in done.stdout
    data = json.loads(run("diff", "old.yaml", "--format", "json").stdout)
    assert data["settings"] or data["changed"]


def test_administrators_who_leave_no_trace_are_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(BEFORE, encoding="utf-8")
    said = "administrators `role/KeyAdmins_*`: no statement of 6 keys names a pattern"
    assert said in run("check").stdout
    named = "No statement names the administrators arn:aws:iam::055555555555:role/KeyAdmins_*"
    assert named in run("policy", "explain", "web", "eu-west-2", "ebs").stdout
    (tmp_path / "organization.yaml").write_text(
        BEFORE.replace("{administrators:", "{iam_delegation: administrators, administrators:"), encoding="utf-8"
    )
    assert said not in run("check").stdout
    assert "No statement names" not in run("policy", "explain", "web", "eu-west-2", "ebs").stdout


def test_a_revision_is_compared_with_the_working_tree(run: Run, tmp_path: Path) -> None:
    data = account("data", "033333333333")
    (tmp_path / "organization.yaml").write_text(configuration(data), encoding="utf-8")
    git(tmp_path, "init")
    git(tmp_path, "add", "organization.yaml")
    git(tmp_path, "commit", "-m", "first")
    assert run("diff").stdout == "nothing changes\n"
    (tmp_path / "organization.yaml").write_text(configuration(data, **USERS), encoding="utf-8")
    assert "GAINS  role/App of 033333333333" in run("diff", "--from", "HEAD").stdout
    wrong = run("diff", "--from", "nowhere")
    assert wrong.returncode == 2
    assert wrong.stderr.startswith("error: organization.yaml in revision nowhere: invalid object name 'nowhere'")
    both = run("diff", "organization.yaml", "--from", "HEAD")
    assert both.returncode == 2
