"""`policy validate` and `policy prove`, as a person runs them."""

import json
import subprocess
from pathlib import Path

import jsonschema
import pytest

from baseline.found.kinds import KINDS
from tests.conftest import COMMAND, Run
from tests.found.policies import ROOT, A, R, policy, statement

HERE = ("--account", A, "--region", R)
SNS = statement({"Service": "sns.amazonaws.com"}, "kms:*")
ALARM = statement({"Service": "cloudwatch.amazonaws.com"}, "kms:TagResource")
UNDECIDED = policy(statement("*", StringEquals={"kms:EncryptionContext:team": "${aws:PrincipalTag/team}"}))
UNREADABLE = {
    "not JSON": ('{\n  "Version": "2012-10-17",\n  "Statement": [}\n', ":3", "a value is expected, got `}`"),
    "no policy": ('{"Rules": []}', ":1", "there is no `Statement`"),
    "a list": ("[]", ":1", "a policy is a JSON object, got a list"),
    "nested deeply": ("[" * 100_000, ":1", "nested more than 40 deep"),
    "ten megabytes": (
        '{"Statement": "' + "x" * 10_000_000 + '"}',
        ":1",
        "characters; a key policy has at most 32768 bytes",
    ),
    "empty": ("", ":1", "the text is empty"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


def test_a_finding_is_one_line_with_its_place_and_what_to_do(run: Run, file: Path) -> None:
    file.write_text(policy(statement(action="kms:Decrpt")), encoding="utf-8")
    done = run("policy", "validate", "policy.json")
    kind = KINDS["unknown-action"]
    assert done.returncode == 1
    assert (
        "policy.json:18: error: unknown-action: statement 2 Action: unknown action `kms:Decrpt`; did you mean `kms:Decrypt`\n"
        f"  {kind.sentence}\n  AWS: {kind.answer}\n  help: {kind.remedy}\n"
    ) in done.stdout
    assert done.stderr == "policy.json: 1 error\n"


def test_a_fine_policy_from_standard_input_exits_0(tmp_path: Path) -> None:
    done = subprocess.run(
        [str(COMMAND), "policy", "validate", "-"],
        cwd=tmp_path,
        input=f"\ufeff{policy()}",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "<standard input>: nothing found\n")


def test_a_note_alone_exits_0(run: Run, file: Path) -> None:
    file.write_text(policy(ROOT | {"Sid": "Again"}), encoding="utf-8")
    assert run("policy", "validate", file.name).returncode == 0


@pytest.mark.parametrize(("text", "line", "problem"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("command", [("validate",), ("prove", *HERE)], ids=["validate", "prove"])
def test_what_is_no_policy_is_told_with_its_line_and_exits_2(
    run: Run, file: Path, text: str, line: str, problem: str, command: tuple[str, ...]
) -> None:
    file.write_text(text, encoding="utf-8")
    done = run("policy", command[0], file.name, *command[1:])
    told = done.stdout + done.stderr
    assert done.returncode == 2
    assert f"policy.json{line}" in told
    assert problem in told
    assert "Traceback" not in told


@pytest.mark.parametrize("format", ["json", "sarif"])
def test_programs_get_the_same_findings(run: Run, file: Path, format: str) -> None:
    file.write_text(policy(SNS), encoding="utf-8")
    data = json.loads(run("policy", "validate", file.name, *HERE, "--format", format).stdout)
    if format == "json":
        assert (data["version"], data["file"]) == (1, "policy.json")
        found = {(f["id"], f["severity"], f["line"], f["statement"], f["element"]) for f in data["findings"]}
        assert ("service-manages", "warning", 15, "statement 2", "Principal") in found
        return
    assert data["version"] == "2.1.0"
    [log] = data["runs"]
    told = {rule["id"]: rule["shortDescription"]["text"] for rule in log["tool"]["driver"]["rules"]}
    assert told == {id: f"{kind.sentence} AWS: {kind.answer}" for id, kind in KINDS.items()}
    assert {result["ruleId"] for result in log["results"]} == {
        "service-manages",
        "service-for-any-account",
    }
    jsonschema.validate(data, SARIF)


SARIF = {
    "required": ["version", "runs"],
    "properties": {
        "runs": {
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "results": {
                        "items": {
                            "required": ["ruleId", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"required": ["text"]},
                                "locations": {"items": {"required": ["physicalLocation"]}},
                            },
                        }
                    }
                },
            }
        }
    },
}
"""Of the schema of SARIF what its readers need."""


def test_the_general_properties_of_a_policy_are_proven(run: Run, file: Path) -> None:
    file.write_text(json.dumps({"Policy": policy()}), encoding="utf-8")
    done = run("policy", "prove", file.name, *HERE)
    assert done.returncode == 0, done.stderr
    assert {line.split()[1] for line in done.stdout.split("\n\n")[0].splitlines()[1:]} == {"holds"}
    assert "  A6 One step" in done.stdout


def test_a_failure_has_its_request_and_its_line(run: Run, file: Path) -> None:
    file.write_text(policy(SNS), encoding="utf-8")
    done = run("policy", "prove", file.name, *HERE, "--purpose", "sns")
    assert done.returncode == 1
    assert "FAILS  services-only-for-this-account\n" in done.stdout
    assert (
        '  decision   allowed directly by statement "statement 2"; no deny matches\n  place      policy.json:13\n'
        in done.stdout
    )
    data = json.loads(run("policy", "prove", file.name, *HERE, "--format", "json").stdout)
    failing = {each["property"]: each for each in data["verdicts"] if each["verdict"] == "fails"}
    assert set(failing) == {"service-never-manages", "services-only-for-this-account"}
    assert failing["service-never-manages"]["request"]["principal"] == {"kind": "service", "name": "sns.amazonaws.com"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (UNDECIDED, "the policy variable in `${aws:PrincipalTag/team}` is not decided"),
        (policy(statement("*", StringEqual={"aws:SourceAccount": A})), "unknown condition operator `StringEqual`"),
        (policy().replace('"Effect"', '"Sid": "x", "Effect"'), "`Sid` stands twice in one object"),
    ],
)
def test_what_is_not_decided_is_unsupported_by_name_and_exits_4(run: Run, file: Path, text: str, reason: str) -> None:
    file.write_text(text, encoding="utf-8")
    done = run("policy", "prove", file.name, *HERE)
    assert done.returncode == 4
    assert reason in done.stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("missing.json", *HERE),
        ("policy.json",),
        ("policy.json", "--account", "1", "--region", R),
        ("policy.json", "--account", A, "--region", "mars-1"),
        ("policy.json", *HERE, "--purpose", "dns"),
    ],
)
def test_wrong_arguments_exit_2(run: Run, file: Path, wrong: tuple[str, ...]) -> None:
    file.write_text(policy(), encoding="utf-8")
    assert run("policy", "prove", *wrong).returncode == 2


# https://github.com/kubernetes/kops/issues/11545
def test_a_failure_names_every_action_that_is_missing_and_every_statement_that_gives(run: Run, file: Path) -> None:
    use = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
    scaling = f"arn:aws:iam::{A}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    manage = ROOT | {"Action": ["kms:Get*", "kms:Describe*", "kms:CancelKeyDeletion"]}
    file.write_text(policy(manage, statement({"AWS": scaling}, use), SNS, ALARM, root=False), encoding="utf-8")
    data = json.loads(run("policy", "prove", file.name, *HERE, "--purpose", "ebs", "--format", "json").stdout)
    failing = {each["property"]: each for each in data["verdicts"] if each["verdict"] == "fails"}
    lockout, manages = failing["no-lockout"], failing["service-never-manages"]
    assert lockout["request"]["action"] == "kms:PutKeyPolicy"
    assert "others" not in lockout
    named = [each["request"]["principal"]["name"] for each in (manages, *manages["others"])]
    assert sorted(named) == ["cloudwatch.amazonaws.com", "sns.amazonaws.com"]
    missing = failing["account-uses-the-service"]
    actions = {each["request"]["action"] for each in (missing, *missing["others"])}
    assert {"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKeyWithoutPlaintext"} <= actions
    told = run("policy", "prove", file.name, *HERE, "--purpose", "ebs").stdout
    assert "  also       the service " in told
