"""What the report says, in each of its forms."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from baseline.drift.finding import Finding, Kind
from baseline.errors import Exit
from baseline.iam.document import Document
from baseline.prover.inventory import prove_alike
from baseline.report.build import Asked
from baseline.report.controls import Known, controls
from baseline.report.key_facts import InAws
from baseline.report.policies import Policies
from baseline.report.value import Report, plain
from cli.report import end
from operations.project import Project
from operations.report_forms import Form, own, text_of
from stacks.export import MANIFEST
from stacks.export_forms import KEYS_FILE
from tests.conftest import SHIPPED
from tests.report.made import HOSTILE, data_of, made, page_of, text_in

FORMS: tuple[Form, ...] = ("html", "md", "csv", "json")


def test_the_same_configuration_gives_the_same_bytes(of_the_sample: Report) -> None:
    again = made(SHIPPED)
    for form in FORMS:
        assert text_of(again, form) == text_of(of_the_sample, form)


def test_every_form_has_every_key(failing_file: Path, failing: Report) -> None:
    wanted = [(key.account, key.region, key.purpose) for key in Project(failing_file).inventory.keys]
    rows = list(csv.DictReader(io.StringIO(text_of(failing, "csv"))))
    assert [(row["account"], row["region"], row["purpose"]) for row in rows] == wanted
    for data in (json.loads(text_of(failing, "json")), data_of(page_of(failing))):
        assert [(key["account"], key["region"], key["purpose"]) for key in data["keys"]] == wanted
    listed = text_of(failing, "md").split("## Keys")[1].split("##")[0]
    assert listed.count("alias/baseline/") == len(wanted)


def test_a_shared_policy_is_each_keys_own(failing_file: Path, failing: Report) -> None:
    """What many keys share is there once; in place of `${account}` and `${region}` it is the policy that is deployed."""
    for key, wanted in zip(failing.keys, Project(failing_file).inventory.keys, strict=True):
        policy: Document = wanted.policy
        assert json.loads(own(json.dumps(failing.policies[key.policy].document), key)) == policy.as_dict()
        assert [own(s.sid, key) for s in failing.policies[key.policy].statements] == list(policy.sids)
    assert len(failing.policies) < len(failing.keys)


def test_every_statement_of_ours_says_why_and_from_where(of_the_sample: Report) -> None:
    for policy in of_the_sample.policies:
        for statement in policy.statements:
            assert statement.says
            assert statement.why
            assert statement.evidence
            assert statement.source.startswith("https://")
            assert statement.actions


def test_nothing_of_the_configuration_is_markup(failing: Report) -> None:
    page = page_of(failing)
    text = text_in(page)
    for written in HOSTILE:
        assert written not in page
        assert written in text
    assert page.count("</script>") == 2
    assert data_of(page)["exceptions"][1]["reason"] == "</script><script>alert(1)</script>"
    assert not any(written in text_of(failing, "md") for written in HOSTILE)


def test_the_page_loads_nothing(of_the_sample: Report) -> None:
    page = page_of(of_the_sample)
    assert "default-src 'none'" in page
    assert not any(mark in page for mark in ('<link rel="stylesheet', "src=", "@import", "url(", "fetch(", "XMLHttp"))


def test_failures_come_first_and_the_waived_are_none(failing: Report) -> None:
    overview = text_in(page_of(failing), "overview")
    assert overview.startswith("3 failures to look at first")
    titles = [failure.title for failure in failing.failures]
    assert titles == ["fails: nobody-else-directly", "fails: only-through-the-service", "fails: no-foreign-principal"]
    assert failing.failures[2].where == "data / eu-west-2 / ebs"
    standing = {(key.account, key.purpose): key.standing for key in failing.keys}
    assert standing["data", "ebs"] == "fails"
    assert standing["data", "sns"] == "fine"
    [waiver] = failing.waivers
    assert waiver.reason in text_in(page_of(failing), "not-encrypted")


def test_the_page_says_which_keys_do_not_rotate(failing: Report) -> None:
    still = [(key.account, key.region, key.purpose) for key in failing.keys if key.rotation_period_days is None]
    assert still == [("data", "eu-west-2", "logs")]
    page = page_of(failing)
    assert "1 key does not rotate" in text_in(page, "overview")
    assert "data / eu-west-2 / logs" in text_in(page, "controls")
    answers = {control.id: control.answer for control in failing.controls}
    assert answers["KMS.4"] == "fail"


def test_the_page_says_who_can_delete_a_key(of_the_sample: Report) -> None:
    data = data_of(page_of(of_the_sample))
    key = next(key for key in data["keys"] if key["account"] == "data" and key["purpose"] == "sns")
    ways = [(way["how"], way["who"]) for way in data["policies"][key["policy"]]["who_can"]["delete"]]
    assert ways == [
        ("Whatever IAM policies say", ["the root user of ${account}", "role/SecurityAdministrators of ${account}"]),
        ("As far as the IAM policies of their account allow", ["everybody else in ${account}"]),
    ]
    told = "root user of 033333333333, role/SecurityAdministrators of 033333333333. As far as the IAM policies of their"
    assert told in text_of(of_the_sample, "csv")
    assert key["deletion_window_days"] == 30


def test_the_page_says_what_has_no_key_and_why(failing: Report) -> None:
    text = text_in(page_of(failing), "not-encrypted")
    assert "CloudWatch Logs log groups (logs) web / us-east-1 declined: </script><script>alert(1)</script>" in text
    assert "nobody switched these purposes on" in text
    assert "Log groups of others that name no key all 2 accounts the feature log_group_encryption is off there" in text


WAS = {
    "Sid": "Was",
    "Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::555555555555:role/Was"},
    "Action": "kms:Decrypt",
    "Resource": "*",
}


def test_the_page_says_what_changed_since_an_export(tmp_path: Path) -> None:
    old, path = tmp_path / "audit", tmp_path / "organization.yaml"
    old.mkdir()
    (old / MANIFEST).write_text('{"kind": "kms-baseline export", "program": "0.2.0", "revision": "abc", "sha256": {}}')
    text = SHIPPED.read_text(encoding="utf-8")
    (old / path.name).write_text(text)
    path.write_text(
        text.replace("  administrators:", "  rotation_period_days: 180\n  users: [role/New]\n  administrators:")
        + '  - {name: more, id: "666666666666", regions: [eu-west-2]}\n'
    )
    exported = json.loads(Project(old / path.name).key("network", "us-east-1", "logs").policy.render())
    exported["Statement"].append(WAS)
    (old / "network").mkdir()
    (old / "network" / KEYS_FILE).write_text(json.dumps({"aws_kms_key.logs_us_east_1": {"policy": exported}}))
    unchanged = text_in(page_of(made(old / path.name, old)), "overview")
    assert "Written otherwise by today's kms-baseline" in unchanged
    assert "role/Was of 555555555555 loses: decrypt (kms:Decrypt)" in unchanged
    overview = text_in(page_of(made(path, old)), "overview")
    assert "Since the export audit , written by version 0.2.0, commit abc" in overview
    assert "3 keys are new more / eu-west-2 / ebs more / eu-west-2 / logs more / eu-west-2 / sns" in overview
    assert "rotation_period_days: 365 -> 180" in overview
    assert "role/New of 111111111111 gains: decrypt (kms:Decrypt, kms:ReEncryptFrom)" in overview


def test_controls_never_claim_what_nobody_looked_at(of_the_sample: Report) -> None:
    answers = {control.id: control for control in of_the_sample.controls}
    assert answers["KMS.3"].answer == "not known"
    assert "AWS was not asked" in answers["KMS.3"].evidence
    assert answers["KMS.1"].answer == "not known"
    assert answers["EC2.7"].answer == "pass"
    assert answers["CloudTrail.2"].answer == "not known"
    assert answers["KMS.4"].standards["CIS 1.4"] == "3.8"
    assert answers["KMS.5"].standards["CIS 1.4"] == ""


def test_what_uses_a_key_is_told_with_it(of_the_sample: Report) -> None:
    key = next(key for key in of_the_sample.keys if key.purpose == "ebs")
    assert "every new volume is encrypted with it (EBS encryption by default)" in of_the_sample.uses[key.uses]


def test_what_aws_has_stands_beside_each_key(of_the_sample: Report) -> None:
    first = of_the_sample.keys[0]
    there = replace(first, aws=InAws(key_id="k-1", arn="arn:x", state="Enabled"))
    report = replace(of_the_sample, keys=(there, *of_the_sample.keys[1:]))
    rows = list(csv.DictReader(io.StringIO(text_of(report, "csv"))))
    assert (rows[0]["key_id"], rows[0]["state_in_aws"], rows[1]["key_id"]) == ("k-1", "Enabled", "")


AWKWARD = """\
version: 1
organization: {id: o-a1b2c3d4e5, home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys:
  administrators: [role/Admin-eu-west-2]
  users: ["role/us-east-1-*", role/App, "arn:aws:iam::333333333333:role/Central"]
  purposes: {sns: false, ebs: {share_with: ["333333333333"]}}
accounts:
  - {name: web, id: "222222222222"}
  - name: data
    id: "333333333333"
    keys: {users: [role/App], purposes: {ebs: {share_with: [organization]}}}
"""
"""Names with regions in them, and accounts that other accounts' policies name."""


def test_what_is_said_of_keys_that_are_alike_is_what_each_would_have_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "organization.yaml"
    path.write_text(AWKWARD)
    report, inventory = made(path), Project(path).inventory
    for facts, key in zip(report.keys, inventory.keys, strict=True):
        alone = Policies(inventory.organization)
        alone.number(key)
        [by_itself] = alone.shared.values
        shared = json.dumps(plain(report.policies[facts.policy]))
        assert own(shared, facts) == own(json.dumps(plain(by_itself)), facts)


def asked(kind: Kind, problem: str, purpose: str = "") -> Asked:
    finding = Finding(kind, "data", "033333333333", "us-east-1", purpose, problem)
    return Asked(findings=[finding], unread=[], keys={}, expected=30)


@pytest.mark.parametrize(
    ("control", "answer", "found"),
    [
        ("SNS.1", "fail", asked("not-encrypted", "no key of KMS encrypts the topic `x`")),
        ("SNS.1", "not known", asked("other-key", "k encrypts the topic `x`, and not the key l")),
        ("EC2.7", "fail", asked("not-encrypted", "no key of KMS encrypts every new volume")),
        ("KMS.3", "fail", asked("pending-deletion", "waits", "sns")),
        ("KMS.4", "fail", asked("rotation", "does not rotate", "sns")),
        ("KMS.5", "not known", asked("policy", "everybody gains use", "sns")),
        ("KMS.5", "pass", asked("tags", "a tag is missing", "sns")),
    ],
)
def test_what_aws_has_otherwise_counts_for_the_controls(control: str, answer: str, found: Asked) -> None:
    inventory = Project(SHIPPED).inventory
    proofs = list(prove_alike(inventory))
    known = Known(inventory, [proof for proof in proofs if proof.judgement.verdict != "holds"], found.findings, 0)
    [told] = [one for one in controls(known) if one.id == control]
    assert told.answer == answer


def test_a_use_that_aws_would_refuse_is_a_failure_of_its_key(tmp_path: Path) -> None:
    path = tmp_path / "organization.yaml"
    path.write_text(
        """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
keys: {purposes: {ebs: false, logs: false, sns: {publishers: [events]}}}
features: {notification_topics: {topics: [{name: alerts, publishers: [cloudwatch]}]}}
accounts:
  - {name: web, id: "222222222222"}
"""
    )
    report = made(path)
    [failure] = report.failures
    assert (failure.kind, failure.where) == ("use", "web / eu-west-2 / sns")
    assert "CloudWatch alarms publish to the topic `alerts`" in failure.text
    assert report.keys[0].standing == "fails"
    assert "1 failure to look at first" in text_in(page_of(report), "overview")


def test_what_is_only_not_decided_has_its_own_exit_code(failing: Report) -> None:
    undecided = replace(failing, failures=tuple(replace(failure, is_certain=False) for failure in failing.failures))
    for report, code in ((failing, Exit.REFUSED), (undecided, Exit.UNDECIDED)):
        with pytest.raises(typer.Exit) as ended:
            end(report)
        assert ended.value.exit_code == code


def test_a_purpose_of_the_owners_own_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "organization.yaml"
    path.write_text(
        """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
keys:
  purposes: {ebs: false, logs: false, sns: false}
  custom: {search: {title: OpenSearch domains, accounts: [web], through: [{service: es, may: use}]}}
accounts:
  - {name: web, id: "222222222222"}
  - {name: data, id: "033333333333"}
"""
    )
    report = made(path)
    assert report.purposes == {"custom-search": "OpenSearch domains"}
    statement = next(s for s in report.policies[0].statements if s.sid.endswith("ThroughEs"))
    assert (statement.evidence, statement.source) == ("yours", "organization.yaml:5")
    # Nothing of it tells where the file is on this machine.
    assert str(tmp_path) not in "".join(text_of(report, form) for form in FORMS)
    assert "the owner says so" in text_of(report, "md")
    [left_out] = [entry for entry in report.uncovered if entry.why == "its definition leaves these accounts out"]
    assert (left_out.what, left_out.where) == ("OpenSearch domains (custom-search)", "data")
