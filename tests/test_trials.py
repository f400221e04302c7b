"""The page of trials: whatever is only inferred has one, and each is a script that could run."""

import re
import subprocess
from collections.abc import Iterator
from typing import Any, NamedTuple

import botocore.session
import pytest
from botocore import xform_name

from baseline.iam.services import SERVICES
from baseline.key_policy import COMMON_STATEMENTS
from baseline.purposes import PURPOSES
from live.probes import described
from tests.conftest import ROOT, inventory

PAGE = (ROOT / "docs" / "trials.md").read_text(encoding="utf-8")
PAGES = "\n".join(path.read_text(encoding="utf-8") for path in sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))))
PARTS = ["Settles", "Make", "Look", "Costs", "Clean up"]
OF_THE_CLI = {"query", "output", "profile", "region"}
"""Options of every command. https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-options.html"""
EVERYTHING = f"""\
version: 1
organization: {{home_region: eu-west-2, regions: [eu-west-2]}}
keys: {{purposes: {{{", ".join(f"{name}: true" for name, p in PURPOSES.items() if p.optional)}}}}}
features: {{backup: true, cloudtrail: true}}
accounts: [{{name: workloads, id: "222222222222"}}]
"""
AWS = botocore.session.get_session()
"""Knows the API models, which the AWS CLI makes its commands from."""


class Trial(NamedTuple):
    """One section of the page."""

    title: str
    parts: dict[str, str]


def trials() -> Iterator[Trial]:
    for section in re.split(r"^### ", PAGE, flags=re.MULTILINE)[1:]:
        title, _, text = section.partition("\n")
        found = re.split(r"^\*\*([A-Z][a-z ]+):\*\*", text, flags=re.MULTILINE)[1:]
        yield Trial(title, dict(zip(found[::2], found[1::2], strict=True)))


def scripts(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands(text: str) -> set[tuple[str, str, tuple[str, ...]]]:
    """Every `aws` command in the scripts of a text: service, operation, options."""
    lines = "\n".join(scripts(text)).replace("\\\n", " ")
    found = re.findall(r"\baws ([a-z0-9-]+) (wait [a-z-]+|[a-z-]+)(?=(.*))", lines)
    return {
        (service, operation, tuple(sorted(set(re.findall(r" --([a-z-]+)", re.split(r"\$\((?:jq|aws) ", rest)[0])))))
        for service, operation, rest in found
    }


TRIALS = list(trials())
SETTLED = "\n".join(trial.parts["Settles"] for trial in TRIALS)
INFERRED = [
    *(p.sid for purpose in PURPOSES.values() for p in purpose.permissions if p.evidence == "inferred"),
    *(common.sid for common in COMMON_STATEMENTS if common.evidence == "inferred"),
]
INFERRED_OF_SERVICES = [
    (service.principal.replace("{region}", "<region>"), sent.key)
    for service in SERVICES.values()
    for sent in service.sent
    if sent.evidence == "inferred"
]


@pytest.mark.parametrize("sid", INFERRED)
def test_a_statement_that_is_only_inferred_has_a_trial(sid: str) -> None:
    assert f"`{sid}`" in SETTLED


@pytest.mark.parametrize(("principal", "key"), INFERRED_OF_SERVICES, ids=str)
def test_what_a_service_is_only_inferred_to_send_has_a_trial(principal: str, key: str) -> None:
    assert any(f"`{principal}`" in trial.parts["Settles"] and f"`{key}`" in trial.parts["Settles"] for trial in TRIALS)


def test_every_trial_says_all_that_is_needed_and_has_a_number() -> None:
    assert [list(trial.parts) for trial in TRIALS] == [PARTS] * len(TRIALS)
    assert [trial.title.split(".")[0] for trial in TRIALS] == [str(1 + i) for i in range(len(TRIALS))]
    assert all(text.strip() for trial in TRIALS for text in trial.parts.values())
    assert all(scripts(trial.parts["Make"]) for trial in TRIALS)


@pytest.mark.parametrize("script", scripts(PAGES), ids=lambda script: script.splitlines()[0][:60])
def test_a_script_is_one(script: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(("service", "operation", "options"), sorted(commands(PAGES)), ids=str)
def test_a_command_of_the_aws_cli_exists_with_its_options(
    service: str, operation: str, options: tuple[str, ...]
) -> None:
    # https://docs.aws.amazon.com/cli/latest/reference/ calls two services otherwise than their models.
    name = {"configservice": "config", "s3api": "s3"}.get(service, service)
    model = AWS.get_service_model(name)
    if operation.startswith("wait "):
        waiters = AWS.get_waiter_model(name)
        by_name = {xform_name(each, "-"): waiters.get_waiter(each).operation for each in waiters.waiter_names}
        found = by_name[operation.removeprefix("wait ")]
    else:
        found = {xform_name(each, "-"): each for each in model.operation_names}[operation]
    assert set(options) - OF_THE_CLI <= _options(model.operation_model(found))


def _options(operation: Any) -> set[str]:
    """Those of the model, and what the AWS CLI itself adds or renames."""
    own = {
        "Subscribe": {"notification-endpoint"},
        "CreateFunction": {"zip-file"},
        "PutConfigurationRecorder": {"recording-group"},
    }
    return {xform_name(name, "-") for name in operation.input_shape.members} | own.get(operation.name, set())


REMOVES = {"topic": "no_topic", "key_with": "no_keys", "create-key": "no_keys"}
"""What removes what the page's functions make, and a key, which nothing deletes at once."""


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.title)
def test_what_a_trial_makes_is_removed_at_its_end(trial: Trial) -> None:
    made, all_of_it = "\n".join(scripts(trial.parts["Make"])), "\n".join(scripts("".join(trial.parts.values())))
    expected = {removed for what, removed in REMOVES.items() if re.search(rf"(?<![\w-]){what} ", made)}
    for noun in re.findall(r"\baws [a-z0-9-]+ create-([a-z-]+)", made):
        if noun not in ("key", "log-stream"):
            expected.add(f"delete-{noun}")
    missing = {removed for removed in expected if removed not in all_of_it}
    assert missing == set()


def test_the_page_says_what_each_probe_settles() -> None:
    rows = re.findall(r"^\| ([a-z][^|]*) \| (`.*`) \|$", PAGE, re.MULTILINE)
    keys = inventory(EVERYTHING).keys
    each = (described(key, PURPOSES[key.purpose], by_default=False) for key in keys)
    expected = {what: sids for of_key in each for what, sids in of_key if sids}
    assert {what: tuple(re.findall("`([^`]+)`", sids)) for what, sids in rows} == expected
