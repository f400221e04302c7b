"""What people decided of keys: retired, kept disabled, in accounts that are gone."""

from pathlib import Path

from baseline.report.value import Report
from cli.main import main
from operations.report_forms import text_of
from tests.report.made import made

TEXT = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys: {purposes: {sns: false}}
accounts:
  - {name: web, id: "222222222222"}
  - {name: old, id: "333333333333"}
"""
LATER = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2]}
keys: {purposes: {sns: false}}
accounts:
  - {name: web, id: "222222222222"}
retired:
  - {account: web, region: us-east-1, then: keep}
  - {account: web, region: us-east-1, purpose: ebs, then: disable}
  - {account: old, then: gone}
"""


def later(folder: Path) -> Report:
    path = folder / "organization.yaml"
    path.write_text(TEXT)
    assert main(["lock", "-c", str(path)]) == 0
    path.write_text(LATER)
    return made(path)


def test_retired_keys_are_told_with_what_becomes_of_them(tmp_path: Path) -> None:
    report = later(tmp_path)
    told = {key.where: key.what for key in report.retired}
    assert len(told) == 6
    assert told["web / us-east-1 / logs"].startswith("stays in AWS as it is; Terraform forgets it (")
    assert told["web / us-east-1 / ebs"].startswith("stays, disabled: nobody can use what is encrypted with it (")
    assert told["old / us-east-1 / ebs"].startswith("the account no longer exists (")
    assert all(f"{where}" in text_of(report, "html") for where in told)
    # The disabled key is still one of ours, in a region that nothing else is in.
    assert report.regions == ("eu-west-2", "us-east-1")
    assert [(place.keys, place.standing) for place in report.places] == [(2, "fine"), (1, "disabled")]
