"""Which purposes have a key where: switched on, declined, and what is wrong with saying so."""

from pathlib import Path

import pytest

from baseline.errors import Mistakes, Refusal
from baseline.purposes import PURPOSES
from tests.conftest import EVERYWHERE, Run, configuration, inventory

OPTIONAL = [name for name, purpose in PURPOSES.items() if purpose.optional]


def written(keys: str = "", data: str = "", features: str = "") -> str:
    """Two accounts in two regions; the second one has its own word on keys."""
    return f"""\
version: 1
organization: {{home_region: eu-west-2, regions: [eu-west-2, us-east-1]}}
keys: {{{keys}}}
features: {{{features}}}
accounts:
  - {{name: web, id: "222222222222"}}
  - {{name: data, id: "033333333333", keys: {{{data}}}}}
"""


def keys(text: str, purpose: str) -> set[str]:
    """Where there is a key of the purpose."""
    return {f"{key.account} {key.region}" for key in inventory(text).keys if key.purpose == purpose}


EVERY = {"web eu-west-2", "web us-east-1", "data eu-west-2", "data us-east-1"}
DATA = {"data eu-west-2", "data us-east-1"}


def test_nobody_has_an_optional_key_unless_it_is_switched_on() -> None:
    assert "s3" in OPTIONAL
    assert {key.purpose for key in inventory(written()).keys} == set(EVERYWHERE)


@pytest.mark.parametrize("said", ["true", "{}", "{rotation_period_days: 180}"])
def test_whatever_is_said_of_a_purpose_switches_it_on(said: str) -> None:
    assert keys(written(f"purposes: {{s3: {said}}}"), "s3") == EVERY
    assert keys(written(data=f"purposes: {{s3: {said}}}"), "s3") == DATA


@pytest.mark.parametrize("purpose", ["s3", *EVERYWHERE])
def test_the_account_wins_over_the_organization(purpose: str) -> None:
    off, on = f"purposes: {{{purpose}: false}}", f"purposes: {{{purpose}: true}}"
    assert keys(written(off), purpose) == set()
    assert keys(written(off, data=on), purpose) == DATA
    assert keys(written(on, data=off), purpose) == EVERY - DATA


EXCEPTION = "exceptions: [{{region: us-east-1, purpose: {}, key: {}, reason: nothing is there}}]"


def test_an_exception_with_a_reason_wins_over_all() -> None:
    for purpose, on in (("s3", "purposes: {s3: true}, "), ("sns", "")):
        assert keys(written(on + EXCEPTION.format(purpose, "false")), purpose) == {"web eu-west-2", "data eu-west-2"}
    only_there = written(EXCEPTION.format("s3", "true"))
    assert keys(only_there, "s3") == {"web us-east-1", "data us-east-1"}
    later = "{account: data, purpose: s3, key: true, reason: it stores}"
    both = "purposes: {s3: true}, " + EXCEPTION.format("s3", "false").replace("]", f", {later}]")
    assert keys(written(both), "s3") == EVERY - {"web us-east-1"}


def test_a_switch_leaves_the_settings_of_weaker_levels() -> None:
    text = written("purposes: {s3: {deletion_window_days: 7}}", data="purposes: {s3: {rotation_period_days: 180}}")
    settings = {
        (k.account, k.settings.deletion_window_days, k.settings.rotation_period_days)
        for k in inventory(text).keys
        if k.purpose == "s3"
    }
    assert settings == {("web", 7, 365), ("data", 7, 180)}


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        (written("purposes: {logz: true}"), "unknown field `logz`\n  help: did you mean `logs`?", 3),
        (written("purposes: {s3: 1}"), "must be `true`, `false` or settings, got `1`", 3),
        (
            written("purposes: {backup: false}"),
            "`false` switches nothing: the key comes and goes with the feature backup\n"
            "  help: write `features: {backup: false}`",
            3,
        ),
        (
            written("purposes: {sns: false}", data="purposes: {sns: false}"),
            "is declined already, for every account, by line 3",
            7,
        ),
        (written("exceptions: [{purpose: s3, key: true}]"), "is said without a reason", 3),
        (written("exceptions: [{key: false, reason: no}]"), "switches the keys of no purpose", 3),
        (
            written("exceptions: [{purpose: backup, key: false, reason: no}]"),
            "the backup key comes and goes with the feature backup",
            3,
        ),
        (
            written("exceptions: [{account: data, purpose: s3, key: false, reason: no}]"),
            "the key is off without this exception, by default",
            3,
        ),
        (
            written(
                "exceptions: [{account: data, purpose: sns, key: false, reason: no}]", data="purposes: {sns: false}"
            ),
            "the key is off without this exception, by line 7",
            3,
        ),
        (
            written("purposes: {s3: true}, exceptions: [{account: data, purpose: s3, key: true, reason: yes}]"),
            "the key is on without this exception, by line 3",
            3,
        ),
    ],
)
def test_a_switch_that_is_wrong_is_one_mistake_at_its_line(text: str, problem: str, line: int) -> None:
    with pytest.raises(Mistakes) as raised:
        configuration(text)
    [mistake] = raised.value.mistakes
    assert problem in str(mistake)
    assert mistake.line == line


@pytest.mark.parametrize(
    ("after", "cause"),
    [
        (written(), "nothing switches s3 on"),
        (written("purposes: {s3: false}"), "declined by organization.yaml:3"),
        (written("purposes: {s3: true}", data="purposes: {s3: false}"), "declined by organization.yaml:7"),
    ],
)
def test_a_key_of_the_lock_that_goes_off_is_a_loss(after: str, cause: str) -> None:
    lock = inventory(written("purposes: {s3: true}")).lock
    with pytest.raises(Refusal, match=f"data \\(033333333333\\) eu-west-2 s3: {cause}") as raised:
        inventory(after, lock)
    assert "purpose: s3, then: keep}" in raised.value.help
    retired = 'retired: [{account: "*", purpose: s3, then: disable}]\n'
    if "s3: true" not in after:
        disabled = {key.where for key in inventory(after + retired, lock).keys if not key.enabled}
        assert len(disabled) == 4


def test_a_feature_without_its_key_is_refused_with_both_lines() -> None:
    log_groups = "log_groups: {groups: [{name: app}]}"
    with pytest.raises(Mistakes) as raised:
        inventory(written("purposes: {logs: false}", features=log_groups))
    mistakes = raised.value.mistakes
    assert [(mistake.line, mistake.problem) for mistake in mistakes] == [
        (
            4,
            "the key `logs_eu_west_2` of `web` and 3 other keys, which this feature uses, are declined by organization.yaml:3",
        )
    ]


def test_an_account_may_decline_every_key() -> None:
    every = ", ".join(f"{purpose}: false" for purpose in EVERYWHERE)
    assert {key.account for key in inventory(written(data=f"purposes: {{{every}}}")).keys} == {"web"}


def test_what_is_declined_is_listed_with_its_line_and_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "organization.yaml").write_text(
        written(EXCEPTION.format("sns", "false"), data="purposes: {logs: false}"), encoding="utf-8"
    )
    done = run("keys", "--declined")
    assert done.stdout.splitlines() == [
        "ACCOUNT  ACCOUNT ID    REGION     PURPOSE  DECLINED BY          REASON",
        "web      222222222222  us-east-1  sns      organization.yaml:3  nothing is there",
        "data     033333333333  eu-west-2  logs     organization.yaml:7  -",
        "data     033333333333  us-east-1  sns      organization.yaml:3  nothing is there",
        "data     033333333333  us-east-1  logs     organization.yaml:7  -",
    ]
    assert run("keys", "--declined", "--live").returncode == 2
    shown = run("policy", "show", "data", "eu-west-2", "logs")
    assert "it is declined by organization.yaml:7" in shown.stderr
    assert "switch it on: `keys: {purposes: {s3: true}}`" in run("policy", "show", "data", "eu-west-2", "s3").stderr


def test_check_says_what_new_keys_cost_before_they_are_made(run: Run, tmp_path: Path) -> None:
    """12 keys at a dollar, and 4 more; rotated every year, the third year is at three dollars."""
    path = tmp_path / "organization.yaml"
    path.write_text(written(), encoding="utf-8")
    assert (
        "12 new keys to be recorded by synth or lock, about $144 in their first year and $432 in their third"
        in run("check").stdout
    )
    assert run("lock").returncode == 0
    path.write_text(written("purposes: {s3: {rotation: false}}"), encoding="utf-8")
    assert (
        "4 new keys to be recorded by synth or lock, about $48 in their first year and $48 in their third"
        in run("check").stdout
    )
