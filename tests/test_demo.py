"""The demo: real cdktf, real Terraform, the real AWS provider, an embedded AWS."""

import re

import pytest

from tests.conftest import EVERYWHERE, KEYS_OF_THE_SAMPLE, ROOT, SHIPPED, Run


@pytest.mark.usefixtures("provider_mirror")
def test_the_demo_deploys_the_sample_by_cdktf_reads_its_keys_back_and_plans_nothing_more(run: Run) -> None:
    lock_before = sorted(path.name for path in ROOT.iterdir())
    done = run("demo", "--config", SHIPPED, limit=900)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    rows = [line.split() for line in lines[1 : KEYS_OF_THE_SAMPLE + 1]]
    assert lines[0].split() == ["ACCOUNT", "ACCOUNT", "ID", "REGION", "PURPOSE", "ALIAS", "KEY", "ID", "ROTATION"]
    assert len({row[5] for row in rows}) == KEYS_OF_THE_SAMPLE
    assert {(row[1], row[2], row[3]) for row in rows} == {
        (account, region, purpose)
        for account in ("111111111111", "222222222222", "033333333333", "444444444444", "555555555555")
        for region in ("eu-west-2", "us-east-1")
        for purpose in EVERYWHERE
    }
    assert all(row[4] == f"alias/baseline/{row[3]}" and row[6:] == ["365", "days"] for row in rows)
    assert lines[KEYS_OF_THE_SAMPLE + 1] == f"{KEYS_OF_THE_SAMPLE} keys read back"
    assert lines[-5:] == [f"{name}: No changes" for name in ("data", "network", "payer", "security", "workloads")]
    probes = dict(re.split("  +", line) for line in lines[KEYS_OF_THE_SAMPLE + 3 : -5])
    assert {count for probe, count in probes.items() if "savings-plans" not in probe} == {"10 of 10"}
    assert sorted(path.name for path in ROOT.iterdir()) == lock_before
    shown = shortened(without_key_ids(shown_in_readme()))
    assert shown.fullmatch(without_key_ids(done.stdout)), "if this is meant: put it into README"


def without_key_ids(text: str) -> str:
    """An output of the demo without what is new each time."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "KEY", text).strip()


def shortened(text: str) -> re.Pattern[str]:
    """Whatever the text is a part of, if a line `...` stands for one line or more."""
    return re.compile("\n".join("(?:.+\n)*.+" if line == "..." else re.escape(line) for line in text.splitlines()))


def shown_in_readme() -> str:
    """The output of the demo that README shows."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split("<!-- demo -->\n```text\n")[1].split("```\n<!-- /demo -->")[0]
