"""What keys cost: by the public prices, by an owner's, and what a change of the configuration adds."""

import json
from pathlib import Path

import pytest

from baseline.bill import billed_resources, in_year
from baseline.inventory import Inventory
from baseline.prices import public_prices
from tests.conftest import SAMPLE, Run, Stacks, inventory

TEXT = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys: {%s}
accounts:
  - {name: data, id: "222222222222"}
  - {name: payer, id: "111111111111"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "organization.yaml").write_bytes(SAMPLE.read_bytes())
    return tmp_path


@pytest.mark.parametrize(
    ("settings", "first", "second", "third", "fourth"),
    [
        ("rotation: false", 12, 12, 12, 12),
        ("rotation_period_days: 365", 12, 24, 36, 36),
        ("rotation_period_days: 90", 12 + 9 + 6, 36, 36, 36),
        ("rotation_period_days: 2560", 12, 12, 12, 12),
    ],
)
def test_each_of_the_first_two_rotations_adds_what_a_key_costs(
    settings: str, first: int, second: int, third: int, fourth: int
) -> None:
    keys = inventory(TEXT % settings).keys
    years = [in_year(keys, public_prices(), year) / len(keys) for year in (1, 2, 3, 4)]
    assert years == [first, second, third, fourth]


@pytest.mark.parametrize(("by", "names"), [("account", 5), ("region", 2), ("purpose", 3)])
def test_the_bill_is_divided_without_a_rest(folder: Path, run: Run, by: str, names: int) -> None:
    done = run("cost", "--by", by)
    assert done.returncode == 0, done.stderr
    table = done.stdout.partition("\n\n")[0].splitlines()
    rows = [line.split() for line in table[1:]]
    assert rows[-1] == ["all", "30", "$30", "$60", "$90"]
    assert len(rows) == names + 1
    assert sum(int(row[1]) for row in rows[:-1]) == 30
    assert sum(int(row[-1][1:]) for row in rows[:-1]) == 90
    assert "$360 in the first year of these keys, $1,080 in the third" in done.stderr


def test_what_other_choices_save_is_what_they_would_cost_less(folder: Path, run: Run) -> None:
    told = json.loads(run("cost", "--format", "json").stdout)
    saved = {saving["choice"]: saving["saved"] for saving in told["savings"]}
    whole, prices = 0.0, public_prices()
    without = inventory(TEXT % "purposes: {sns: false}")
    every = inventory(TEXT % "")
    for year in (1, 2, 3):
        whole += in_year(every.keys, prices, year) - in_year(without.keys, prices, year)
    of_sns = saved["no sns keys: `keys: {purposes: {sns: false}}`"]
    assert of_sns / 10 == whole / (len(every.keys) - len(without.keys))
    assert saved["the longest rotation: `keys: {rotation_period_days: 2560}`"] == 30 * (12 + 24)


def test_an_owners_prices_take_the_place_of_the_public_ones(folder: Path, run: Run) -> None:
    (folder / "ours.json").write_text('{"key": 0.5, "currency": "EUR "}')
    done = run("cost", "--prices", "ours.json", "--account", "data")
    assert done.stdout.splitlines()[1].split() == ["data", "6", "EUR", "3", "EUR", "9", "EUR", "15"]


WRONG = {
    "no JSON": ("{", "ours.json:1: is not JSON: "),
    "no mapping": ("[]", "ours.json:1: is no list of prices"),
    "an unknown field": (
        '{\n"rotaton": 1}',
        "ours.json:2: rotaton: is no price that is known\n  help: did you mean `rotation`?",
    ),
    "a text": ('{"key": "1"}', "ours.json:1: key: must be a number from 0 on, got `1`"),
    "less than nothing": ('{"rotation": -1}', "ours.json:1: rotation: must be a number from 0 on, got `-1`"),
    "half a rotation": ('{"billed_rotations": 0.5}', "ours.json:1: billed_rotations: must be a whole number"),
    "no editions": ('{"resources": 1}', "ours.json:1: resources: must be a mapping of editions to prices"),
    "no list": ('{"partitions": "aws"}', "ours.json:1: partitions: must be a list of texts"),
    "no day": ('{"as_of": 1}', "ours.json:1: as_of: must be a text"),
}


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG)
def test_wrong_prices_are_one_message(folder: Path, run: Run, text: str, message: str) -> None:
    (folder / "ours.json").write_text(text)
    done = run("cost", "--prices", "ours.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)


def test_a_missing_file_and_a_partition_without_prices_are_told(folder: Path, run: Run) -> None:
    assert "ours.json: there is no such file" in run("cost", "--prices", "ours.json").stderr
    text = TEXT.replace("eu-west-2, us-east-1", "cn-north-1").replace("eu-west-2", "cn-north-1") % ""
    (folder / "organization.yaml").write_text(text.replace("{home", "{partition: aws-cn, home"))
    (folder / "ours.json").write_text('{"key": 7, "currency": "CNY "}')
    for done in (run("cost"), run("cost", "--prices", "ours.json")):
        assert (done.returncode, done.stdout) == (2, "")
        assert "nobody has looked up prices for the partition aws-cn" in done.stderr
        assert 'help: name a file with yours by --prices, which has "partitions": ["aws-cn"]' in done.stderr
    (folder / "ours.json").write_text('{"key": 7, "currency": "CNY ", "partitions": ["aws-cn"]}')
    assert "CNY 42" in run("cost", "--prices", "ours.json").stdout


def test_the_resources_are_those_of_the_terraform_json(sample_inventory: Inventory, sample_stacks: Stacks) -> None:
    written = sum(len(named) for stack in sample_stacks.values() for named in stack.get("resource", {}).values())
    assert billed_resources(sample_inventory) == written


def test_hcp_terraform_bills_them(folder: Path, run: Run) -> None:
    backend = "deployment: {backend: {type: cloud, organization: example, project: keys}}"
    (folder / "organization.yaml").write_text(TEXT % "" + backend + "\n")
    done = run("cost")
    told = json.loads(run("cost", "--format", "json").stdout)["resources"]
    assert f"HCP Terraform bills {told} resources a month: ${told * 0.1:.2f}" in done.stderr.replace(".00 (", " (")


def test_what_is_billed_by_use_is_said_to_be_left_out(folder: Path, run: Run) -> None:
    assert "billed by use and not counted: requests to KMS\n" in run("cost").stderr
    (folder / "organization.yaml").write_text(TEXT % "" + "features: {cloudtrail: true, backup: true}\n")
    said = run("cost").stderr
    assert "billed by use and not counted: requests to KMS, and what these features do: backup, cloudtrail\n" in said


def test_diff_says_what_a_change_costs(folder: Path, run: Run) -> None:
    for name, settings in (("old", ""), ("new", "purposes: {s3: true}"), ("never", "rotation: false")):
        (folder / f"{name}.yaml").write_text(TEXT % settings)
    assert (
        "BILL  12 -> 16 keys: $12 -> $16 a month, new; $36 -> $48 after 2 rotations"
        in run("diff", "old.yaml", "new.yaml").stdout
    )
    assert (
        "BILL  12 -> 12 keys: $12 -> $12 a month, new; $36 -> $12 after 2 rotations"
        in run("diff", "old.yaml", "never.yaml").stdout
    )
    assert "BILL" not in run("diff", "old.yaml", "old.yaml").stdout
    (folder / "ours.json").write_text('{"key": 2}')
    assert ": $24 -> $32 a month, new;" in run("diff", "old.yaml", "new.yaml", "--prices", "ours.json").stdout
    told = json.loads(run("diff", "old.yaml", "new.yaml", "--format", "json").stdout)["bill"]
    assert (told["old"]["keys"], told["new"]["settled"]) == (12, 48.0)


def test_in_hcp_terraform_the_difference_has_the_resources_that_it_bills(folder: Path, run: Run) -> None:
    backend = "deployment: {backend: {type: cloud, organization: example, project: keys}}\n"
    for name, more in (("old", ""), ("new", "features: {notification_topics: {topics: [{name: alerts}]}}\n")):
        (folder / f"{name}.yaml").write_text(TEXT % "" + backend + more)
    done = run("diff", "old.yaml", "new.yaml", "--format", "markdown")
    bill = "12 -> 12 keys: $12 -> $12 a month, new; $36 -> $36 after 2 rotations; 36 -> 44 resources billed by HCP Terraform"
    assert done.stdout.startswith(f"### keys: 0 new, 0 gone, 0 changed\n\n{bill}\n\n````text\nSETTING")
    assert done.stdout.endswith("````\n")


def test_retired_keys_cost_until_a_person_deletes_them(folder: Path, run: Run) -> None:
    """Those that Terraform forgets stand beside the bill, those that it keeps disabled in it: never rotated."""
    (folder / "organization.yaml").write_text(TEXT % "")
    assert run("lock").returncode == 0
    retired = "retired: [{account: data, purpose: logs, then: keep}, {account: payer, purpose: logs, then: disable}]\n"
    (folder / "organization.yaml").write_text(TEXT % "purposes: {logs: false}" + retired)
    choice = "no retired keys: `then: schedule_deletion`, and `kms-baseline retire --execute`"
    for arguments, keys, rows in (
        ((), 4, ["all 10 $10 $18 $26"]),
        (("--account", "data"), 2, ["all 4 $4 $8 $12"]),
        (("--account", "payer", "--purpose", "logs"), 2, ["all 2 $2 $2 $2"]),
    ):
        done = run("cost", *arguments)
        assert [" ".join(line.split()) for line in done.stdout.splitlines() if line.startswith("all ")] == rows
        saved = json.loads(run("cost", *arguments, "--format", "json").stdout)["savings"]
        assert {saving["choice"]: (saving["keys"], saving["saved"]) for saving in saved}[choice] == (keys, keys * 36)
        assert ("2 retired keys" in done.stderr) is ("payer" not in arguments)
        assert "no logs keys" not in done.stdout
