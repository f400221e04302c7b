"""Reports of small configurations, made in this process."""

import html
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from baseline.report.value import Report
from cli.version import VERSION
from operations.project import Project
from operations.report_forms import text_of
from operations.reporting import report_of

FAILING = """\
version: 1
organization: {home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
deployment: {role: deploy}
keys:
  administrators: [role/SecurityAdministrators]
  users: [role/Application]
  purposes:
    ebs:
      statements:
        - {Sid: Stranger, Effect: Allow, Principal: {AWS: "arn:aws:iam::999999999999:root"}, Action: "kms:Decrypt"}
  exceptions:
    - {account: data, region: eu-west-2, purpose: logs, rotation: false, reason: "asked for by <b>them</b> & `us`"}
    - {account: web, region: us-east-1, purpose: logs, key: false, reason: "</script><script>alert(1)</script>"}
  waivers:
    - {property: no-foreign-principal, account: web, purpose: ebs, reason: '"the auditors" <i>'}
features: {ebs_default_encryption: true}
accounts:
  - {name: web, id: "222222222222"}
  - {name: data, id: "033333333333"}
"""
"""Two accounts with a key policy that fails, something waived, something declined, and a key that does not rotate."""
HOSTILE = ("<b>them</b>", "</script><script>alert(1)</script>", "<i>")
"""What of it must never be markup."""


def made(path: Path, since: Path | None = None) -> Report:
    """The report of a configuration's file, without AWS. The commit is left out: it is another one every day."""
    report = report_of(Project(path), VERSION, None, since, lambda _: None)
    return replace(report, origin=replace(report.origin, revision=None))


def data_of(page: str) -> dict[str, Any]:
    """The data that a page holds for its script."""
    found = re.search(r'<script id="data" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found[1])
    return data


def text_in(page: str, part: str = "main") -> str:
    """What a person reads in a part of a page, or in all of it, before any script runs."""
    begun = page.index("<main" if part == "main" else f'<section id="{part}"')
    ended = page.index("</main>" if part == "main" else "</section>", begun)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page[begun:ended])).split())


def page_of(report: Report) -> str:
    return text_of(report, "html")
