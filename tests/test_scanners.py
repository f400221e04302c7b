"""Scanners and linters that people run on an export: each finding is answered in docs/scanners.md, or there is none."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from baseline.lock import KeyIdentity
from tests.conftest import ROOT, Run, inventory
from tests.golden import ON, ONE_ACCOUNT, OPTIONAL, OTHERWISE

SCANNERS = ROOT / ".install" / "scanners" / "bin"
CONFIGURED = ROOT / "docs" / "checkov.yaml"
PAGE = (ROOT / "docs" / "scanners.md").read_text(encoding="utf-8")
REFERENCE = re.compile(r"\$\{[^}]*\}")
KEY_ID = "10000000-0000-0000-0000-000000000000"


def everything(**more: str) -> str:
    """One account with every purpose, and every feature with all that it can create."""
    switched_on = ONE_ACCOUNT.replace("backup: {", "".join(f"{name}: true, " for name in OPTIONAL) + "backup: {")
    return switched_on + "features:\n" + "".join(f"  {name}: {settings}\n" for name, settings in (ON | more).items())


def answered(tool: str) -> set[str]:
    """The findings that the page answers."""
    section = PAGE.split(f"\n## {tool}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))


def scanner(name: str) -> str:
    """A program, if it is installed."""
    if not (SCANNERS / name).exists():
        pytest.skip(f"{name} is not installed; `make scanners` does it")
    return str(SCANNERS / name)


def checkov(folder: Path, *arguments: str | Path) -> dict[str, Any]:
    command = [scanner("checkov"), "--directory", str(folder), "--output", "json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def test_checkov_reads_every_file_and_each_of_its_findings_is_answered(run: Run, tmp_path: Path) -> None:
    """With a key that is adopted, and others that Terraform forgets."""
    scanner("checkov")
    before = inventory(everything()).lock
    adopted = before.adopting(KeyIdentity("033333333333", "eu-west-2", "sns"), KEY_ID, ["alias/baseline/sns"])
    (tmp_path / "organization.lock.json").write_text(adopted.render())
    text = everything(log_group_encryption=OTHERWISE["log_group_encryption"]).replace("efs: true", "efs: false")
    retired = "retired: [{account: data, purpose: efs, then: keep}]\n"
    (tmp_path / "organization.yaml").write_text(text + retired)
    done = run("export", "audit")
    assert done.returncode == 0, done.stderr
    stack = tmp_path / "audit" / "data"
    assert {path.name for path in stack.iterdir()} == {
        *("main.tf.json", "versions.tf", "removed.tf", "imports.tf", "keys.json"),
    }

    found = checkov(stack, "--skip-download")
    assert found["summary"]["parsing_errors"] == 0
    assert found["summary"]["passed"] > 200
    failed = {check["check_id"] for check in found["results"]["failed_checks"]}
    assert failed == answered("Checkov")
    assert failed == set(yaml.safe_load(CONFIGURED.read_text(encoding="utf-8"))["skip-check"])
    configured = checkov(stack, "--config-file", CONFIGURED)
    assert (configured["summary"]["failed"], configured["summary"]["passed"] > 200) == (0, True)


def documents(value: Any) -> Iterator[str]:
    """Every policy in a part of a stack, with an ARN in the place of each reference."""
    if isinstance(value, dict):
        for item in value.values():
            yield from documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from documents(item)
    elif isinstance(value, str) and '"Statement"' in value:
        yield REFERENCE.sub("arn:aws:kms:eu-west-2:033333333333:key/1", value)


KINDS = {
    "aws_kms_key": {"RESOURCE_STAR", "UNKNOWN_ACTION", "MISMATCHED_TYPE"},
    "aws_backup_vault_policy": {"RESOURCE_STAR"},
    "aws_iam_role": {"MALFORMED"},
    "aws_iam_role_policy": {"RESOURCE_MISMATCH"},
}
"""The findings by the type of what has the policy; all others have none."""


def test_each_finding_of_a_policy_linter_is_answered(run: Run, tmp_path: Path) -> None:
    """Of the policies of every purpose's keys, and of all that features make."""
    program = scanner("parliament")
    (tmp_path / "organization.yaml").write_text(everything())
    assert run("export", "audit").returncode == 0
    stack = json.loads((tmp_path / "audit" / "data" / "main.tf.json").read_text())
    policies = tmp_path / "policies"
    for type, resources in stack["resource"].items():
        for number, document in enumerate(documents(resources)):
            (policies / type).mkdir(parents=True, exist_ok=True)
            (policies / type / f"{number}.json").write_text(document)
    command = [program, "--directory", str(policies), "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    found: dict[str, set[str]] = {}
    for finding in findings:
        found.setdefault(Path(finding["location"]["filepath"]).parent.name, set()).add(finding["issue"])
    assert found == KINDS
    assert {issue for issues in found.values() for issue in issues} == answered("parliament")
    unknown = {finding["detail"] for finding in findings if finding["issue"] == "UNKNOWN_ACTION"}
    assert unknown == {"Unknown action kms:GetKeyLastUsage"}


def bootstrapped(run: Run, tmp_path: Path, *arguments: str) -> Path:
    """What bootstrap renders for an organization with every feature."""
    (tmp_path / "organization.yaml").write_text(everything())
    caller = "arn:aws:iam::111111111111:role/keys"
    done = run("bootstrap", "--caller", caller, "--github", "example/keys", "--output", "made", *arguments)
    assert done.returncode == 0, done.stderr
    return tmp_path / "made"


def test_cfn_lint_finds_nothing_in_what_bootstrap_renders(run: Run, tmp_path: Path) -> None:
    program = scanner("cfn-lint")
    templates = list(bootstrapped(run, tmp_path, "--format", "cloudformation").glob("*.template.json"))
    assert len(templates) == 2
    done = subprocess.run([program, *templates], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_every_action_of_the_role_is_one_of_awss_with_the_resources_that_it_knows(run: Run, tmp_path: Path) -> None:
    """By AWS's Service Authorization Reference, as parliament has it."""
    program = scanner("parliament")
    document = json.loads((bootstrapped(run, tmp_path) / "kms-baseline-deploy" / "main.tf.json").read_text())
    text = document["resource"]["aws_iam_role_policy"]["deployment"]["policy"]
    policy = tmp_path / "policy.json"
    policy.write_text(REFERENCE.sub("111111111111", text))
    command = [program, "--file", str(policy), "--json"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(finding["issue"], finding["detail"]) for finding in findings] == []
