"""The names that never change, as a file: lines may come to it, and none may change or go.

Lines of a new purpose or feature are added by `python -m tests.golden`, which refuses to take one away.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from baseline import names
from baseline.features import FEATURES
from baseline.inventory import Inventory, Key
from baseline.names import Layout
from baseline.purposes import PURPOSES
from tests.conftest import ROOT, SAMPLE, inventory

GOLDEN = ROOT / "tests" / "golden" / "addresses.txt"
RENEW = "python -m tests.golden"
LAYOUTS: tuple[Layout, ...] = ("account", "account-region")
OPTIONAL = [name for name, purpose in PURPOSES.items() if purpose.optional]
ON: dict[str, str] = {
    "ebs_default_encryption": "true",
    "log_groups": "{groups: [{name: /baseline/automation}, {name: app.log}]}",
    "log_group_encryption": "{remediation: automatic, recorder: managed}",
    "savings_plans_notifications": "{emails: [finops@example.com]}",
    "notification_topics": (
        "{topics: [{name: alerts, publishers: [cloudwatch], subscriptions: "
        "[{protocol: email, endpoint: ops@example.com}]}, {name: home, home_region_only: true}]}"
    ),
    "cloudtrail": "true",
    "backup": "{restore_role: true, failure_emails: [ops@example.com]}",
}
"""Settings of every feature with which it creates all that it can."""
OTHERWISE = ON | {"log_group_encryption": "{remediation: automatic, recorder: complete}"}
"""Where a feature creates one thing or another: the other."""
ONE_ACCOUNT = """\
version: 1
organization: {id: o-a1b2c3d4e5, home_region: eu-west-2, regions: [eu-west-2, us-east-1]}
keys: {purposes: {backup: {share_with: [organization]}}}
accounts: [{name: data, id: "033333333333"}]
"""


def sample(layout: str) -> Inventory:
    """The sample with every feature on, so that every purpose is in it."""
    written = SAMPLE.read_text(encoding="utf-8")
    changes = {"cloudtrail: false": "cloudtrail: true", "backup: false": "backup: true"}
    changes["deployment:"] = f"deployment:\n  layout: {layout}"
    for before, after in changes.items():
        assert written.count(before) == 1
        written = written.replace(before, after)
    return inventory(written)


def lines(inventory: Inventory) -> Iterator[str]:
    """The names of every stack, and under each those of its keys."""
    for stack in inventory.stacks:
        providers = " ".join(provider.alias for provider in stack.providers)
        yield f"{stack.name}: state {names.state_file(stack.name)}, workspace {names.workspace('baseline', stack.name)}"
        yield f"  providers {providers}"
        yield from lines_of_keys(stack.keys)


def lines_of_keys(keys: Iterable[Key]) -> Iterator[str]:
    """The names of keys."""
    for key in keys:
        yield f"  {key.provider:9}  {key.address:20}  {key.alias:25}  {key.parameter:28}  {key.output}"


def with_features(*names: str, settings: Mapping[str, str] = ON) -> Inventory:
    """One account with these features on."""
    return inventory(ONE_ACCOUNT + "features:\n" + "".join(f"  {name}: {settings[name]}\n" for name in names))


def created(inventory: Inventory, feature: str) -> list[str]:
    """The addresses of what a feature creates, each with the region it is in."""
    parts = [part for stack in inventory.stacks for part in stack.parts if part.site.feature == feature]
    return sorted(f"  {part.site.provider}  {made.address}" for part in parts for made in part.resources())


def addresses() -> str:
    """The file as it should be."""
    found = ["# Contract: a line that changes or goes destroys a key or what a feature made. See tests/test_names.py."]
    for layout in LAYOUTS:
        found += ["", f"# layout: {layout}", *lines(sample(layout))]
    found += ["", "# purposes that are switched on, the same in every account"]
    switched_on = ONE_ACCOUNT.replace("backup: {", "".join(f"{name}: true, " for name in OPTIONAL) + "backup: {")
    found += lines_of_keys(key for key in inventory(switched_on).keys if key.purpose in OPTIONAL)
    found += ["", "# features, the same in every account"]
    for feature in FEATURES:
        either = (created(with_features(*ON, settings=all_of), feature) for all_of in (ON, OTHERWISE))
        found += [f"{feature}:", *sorted(set(chain.from_iterable(either)))]
    return "\n".join(found) + "\n"
