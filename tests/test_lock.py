"""The lock's file: what is recorded, what a merge makes of it, and what is refused."""

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from baseline import names
from baseline.errors import Mistakes
from baseline.lock import AccountRegion, KeyIdentity, Line, Lock, LockedKey
from baseline.lock_reading import parse_lock
from baseline.names import Layout
from baseline.purposes import PURPOSES
from tests.organizations import IDS, NAMES, REGIONS

LAYOUTS: tuple[Layout, ...] = ("account", "account-region")
OWNERS = dict(zip(IDS, NAMES, strict=True))
"""By account ID: the account's name."""

layouts = st.sampled_from(LAYOUTS)
places = st.builds(AccountRegion, st.sampled_from(IDS), st.sampled_from(REGIONS))
purposes = st.frozensets(st.sampled_from(sorted(PURPOSES)), min_size=1)


def lock(layout: Layout, lines: dict[AccountRegion, frozenset[str]]) -> Lock:
    """A lock in which every account is called by its name."""
    return Lock(
        layout,
        {p: Line(found, names.stack(OWNERS[p.account_id], p.region, layout)) for p, found in lines.items()},
        "local",
    )


locks = st.builds(lock, layouts, st.dictionaries(places, purposes))
keys = st.builds(
    lambda account_id, region, purpose: LockedKey(account_id, region, purpose, OWNERS[account_id]),
    st.sampled_from(IDS),
    st.sampled_from(REGIONS),
    st.sampled_from(sorted(PURPOSES)),
)


@given(locks)
def test_what_is_written_is_read_back(recorded: Lock) -> None:
    assert parse_lock(recorded.render(), "organization.lock.json") == recorded


@given(layouts, st.dictionaries(places, purposes), st.randoms(use_true_random=False))
def test_the_text_does_not_depend_on_the_order_of_what_is_recorded(layout: Layout, lines: Any, random: Any) -> None:
    """One line an account and region, sorted, so that two people who add the same keys write the same bytes."""
    shuffled = list(lines.items())
    random.shuffle(shuffled)
    text = lock(layout, lines).render()
    assert lock(layout, dict(shuffled)).render() == text
    _, *of_keys, _ = text.splitlines()
    found = [(line["account_id"], line["region"]) for line in (json.loads(each.removesuffix(",")) for each in of_keys)]
    assert found == sorted(lines)


@given(locks, st.data())
def test_what_is_retired_is_written_and_a_merge_keeps_it(recorded: Lock, data: st.DataObject) -> None:
    """It is what was last said, so the next synth replaces it."""
    every = [entry.key for entry in recorded.entries]
    some = st.lists(st.sampled_from(every), unique=True) if every else st.just([])
    one, other = (recorded.retiring(data.draw(some)) for _ in range(2))
    assert parse_lock(one.render(), "organization.lock.json") == one
    head, *lines, last = one.render().splitlines()
    merged = parse_lock("\n".join([head, *lines, *other.render().splitlines()[1:-1], last]), "organization.lock.json")
    assert set(merged.retired) == {*one.retired, *other.retired}
    assert list(merged.retiring(list(other.retired)).retired) == list(other.retired)
    assert merged.retiring([]) == recorded


def test_the_file_reads_like_a_table() -> None:
    """It is reviewed by people: an account's region is a line."""
    recorded = lock(
        "account",
        {
            AccountRegion(IDS[1], "us-east-1"): frozenset({"sns", "ebs"}),
            AccountRegion(IDS[0], "eu-west-2"): frozenset({"sns"}),
        },
    )
    assert recorded.render() == (
        '{"version": 1, "layout": "account", "backend": "local", "keys": [\n'
        '{"account_id": "022222222222", "region": "eu-west-2", "purposes": ["sns"], "stack": "data"},\n'
        '{"account_id": "111111111111", "region": "us-east-1", "purposes": ["ebs", "sns"], "stack": "network"},\n'
        "null]}\n"
    )


@given(locks, st.lists(keys))
def test_keys_are_added_and_never_removed(before: Lock, added: list[LockedKey]) -> None:
    """Whatever is generated: what was there is there, in the stack in which it was, and the new keys are too."""
    assert before.layout is not None
    after = before.adding(before.layout, "local", added)
    assert set(before.entries) <= set(after.entries)
    assert {entry.key for entry in after.entries} == {e.key for e in before.entries} | {key.key for key in added}
    assert after.adding(before.layout, "local", added) == after


@given(locks, st.lists(keys), st.randoms(use_true_random=False))
def test_the_order_in_which_keys_are_added_does_not_matter(before: Lock, added: list[LockedKey], random: Any) -> None:
    shuffled = list(added)
    random.shuffle(shuffled)
    assert before.adding("account", "local", added).render() == before.adding("account", "local", shuffled).render()


@given(layouts, st.dictionaries(places, purposes), st.dictionaries(places, purposes), st.booleans())
def test_the_lines_of_two_branches_together_are_the_keys_of_both(
    layout: Layout,
    ours: dict[AccountRegion, frozenset[str]],
    theirs: dict[AccountRegion, frozenset[str]],
    ours_first: bool,
) -> None:
    """Keeping the lines of both sides is always right, in any order, with a region that both have changed twice."""
    merged = lock(layout, ours), lock(layout, theirs)
    head, *one, last = merged[0].render().splitlines()
    _, *other, _ = merged[1].render().splitlines()
    union = [line for line in one if line not in other] + other if ours_first else other + one
    found = parse_lock("\n".join([head, *union, last]), "organization.lock.json")
    assert found.entries == tuple(sorted({*merged[0].entries, *merged[1].entries}))


GOOD = lock(
    "account",
    {AccountRegion(IDS[0], "eu-west-2"): frozenset({"sns"}), AccountRegion(IDS[1], "us-east-1"): frozenset({"ebs"})},
).render()
REGIONAL = lock("account-region", {AccountRegion(IDS[0], "eu-west-2"): frozenset({"sns"})}).render()
SECOND = '"account_id": "111111111111", "region": "us-east-1", "purposes": ["ebs"], "stack": "network"'
DIGITS = "\u0661" * 12
"""Arabic ones, which are digits and no account ID."""

NEEDS = "keys[1]: needs account_id, region, purposes and stack, perhaps adopted, adopted_names, left_alone, resources, retired"
KEY_ID, OTHER_ID = "5b2d4e0a-8a3c-4a34-9c02-000000000001", "5b2d4e0a-8a3c-4a34-9c02-000000000002"
STACK = '"stack": "network"'
NO_KEY_IDS, NO_NAMES = "are no key IDs by purpose", "are no names of aliases and parameters"
DAMAGES = [
    (STACK, f'{STACK}, "adopted": ["ebs"]', 3, f"keys[1]: `['ebs']` {NO_KEY_IDS}"),
    (STACK, f'{STACK}, "adopted": {{"ebs": "mrk-1"}}', 3, f"keys[1]: `{{'ebs': 'mrk-1'}}` {NO_KEY_IDS}"),
    (STACK, f'{STACK}, "adopted": {{"ebs": 1}}', 3, f"keys[1]: `{{'ebs': 1}}` {NO_KEY_IDS}"),
    (STACK, f'{STACK}, "adopted": {{"sns": "{KEY_ID}"}}', 3, "keys[1]: `sns` is adopted and not among the purposes"),
    (STACK, f'{STACK}, "adopted_names": ["sns"]', 3, f"keys[1]: `['sns']` {NO_NAMES}"),
    ('"stack": "network"', '"stack": "network", "left_alone": "*"', 3, "keys[1]: `*` are no patterns"),
    (STACK, f'{STACK}, "retired": ["sns"]', 3, "keys[1]: `['sns']` are retired and not among the purposes"),
    ("", "", 1, "is not JSON: Expecting value, column 1"),
    ('"network"},', '"network"', 4, "is not JSON: Expecting ',' delimiter, column 1"),
    ("null]}", "", 5, "is not JSON: Expecting value, column 1"),
    ("null]}", "<<<<<<< HEAD\nnull]}\n=======\nnull]}\n>>>>>>> branch", 4, "has merge conflicts"),
    (GOOD, "[" * 100_000, 1, "is not a lock of kms-baseline"),
    (GOOD, "[]", 1, "is not a lock of kms-baseline"),
    (GOOD, "null", 1, "is not a lock of kms-baseline"),
    (GOOD, '{"version": 4, "terraform_version": "1.10.0", "serial": 3}', 1, "is not a lock of kms-baseline"),
    ('"version": 1,', "", 1, "is not a lock of kms-baseline"),
    ('"version": 1,', '"version": 1, "comment": "ours",', 1, "is not a lock of kms-baseline"),
    ('"version": 1,', f'"version": {"9" * 5000},', 1, "is not a lock of kms-baseline"),
    ("null]}", 'null], "keys": [null]}', 1, "is not a lock of kms-baseline"),
    ('"version": 1,', '"version": 2,', 1, "version: version `2` is unknown, this program knows 1"),
    ('"layout": "account"', '"layout": null', 1, "layout: `None` is no layout"),
    ('"layout": "account"', '"layout": ["account"]', 1, "layout: `['account']` is no layout"),
    ('"backend": "local"', '"backend": null', 1, "backend: says no place"),
    ("null]}", '"end"]}', 1, "keys: is not a list that ends in null"),
    (f'{{{SECOND}}}', "null", 3, NEEDS),
    (', "stack": "network"', "", 3, NEEDS),
    (SECOND, f'{SECOND}, "alias": "x"', 3, NEEDS),
    ('"111111111111"', "111111111111", 3, "keys[1]: `111111111111` is no account ID"),
    ('"111111111111"', '"11111111111"', 3, "keys[1]: `11111111111` is no account ID"),
    ('"111111111111"', f'"{DIGITS}"', 3, f"keys[1]: `{DIGITS}` is no account ID"),
    ('"us-east-1"', '"us-east-9"', 3, "keys[1]: `us-east-9` is no region"),
    ('["ebs"]', "[]", 3, "keys[1]: `[]` are no purposes that this version knows"),
    ('["ebs"]', '["ebs", "eks"]', 3, "keys[1]: `['ebs', 'eks']` are no purposes that this version knows"),
    ('["ebs"]', '"ebs"', 3, "keys[1]: `ebs` are no purposes that this version knows"),
    ('"network"', '""', 3, "keys[1]: `` is no stack"),
    ('"network"', '"data"', 3, "keys[1]: `data` is a stack of the accounts 022222222222 and 111111111111"),
    ('"111111111111"', '"022222222222"', 3, "keys[1]: the stacks of account 022222222222 are called both `data` and `network`"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line", "problem"), DAMAGES)
def test_a_damaged_or_foreign_lock_is_refused(before: str, after: str, line: int, problem: str) -> None:
    """With its file and line, and what to do; it is never guessed at."""
    assert before in GOOD
    with pytest.raises(Mistakes) as refused:
        parse_lock(GOOD.replace(before, after, 1) if before else "", "organization.lock.json")
    message, help = str(refused.value).split("\n")
    assert message == f"organization.lock.json:{line}: {problem}"
    assert help.startswith(("  help: restore it from version control", "  help: keep the ", "  help: two branches"))
    assert refused.value.exit_code == 2


def adopting(account: int, region: str, purpose: str, key_id: str, *names: str) -> Lock:
    where = AccountRegion(IDS[account], region)
    key = KeyIdentity(*where, purpose)
    return lock("account", {where: frozenset({"ebs", "sns"})}).adopting(key, key_id, names)


def together(*locks: Lock) -> str:
    """The text that keeps the lines of all."""
    head, *_ = locks[0].render().splitlines()
    return "\n".join([head, *(line for one in locks for line in one.render().splitlines()[1:-1]), "null]}"])


def test_adopted_keys_stand_on_the_line_of_their_region_and_are_read_back() -> None:
    adopted = adopting(0, "eu-west-2", "sns", KEY_ID, "alias/baseline/sns", "/baseline/kms/sns/arn")
    assert f'"adopted": {{"sns": "{KEY_ID}"}}, "adopted_names": ["/baseline/kms/sns/arn", "alias/' in adopted.render()
    assert parse_lock(adopted.render(), "organization.lock.json") == adopted
    assert adopted.adopted == {KeyIdentity(IDS[0], "eu-west-2", "sns"): KEY_ID}


def test_what_two_branches_adopted_is_adopted() -> None:
    text = together(adopting(0, "eu-west-2", "sns", KEY_ID), adopting(0, "eu-west-2", "ebs", OTHER_ID, "alias/x"))
    (line,) = parse_lock(text, "organization.lock.json").lines.values()
    assert line.adopted == {"sns": KEY_ID, "ebs": OTHER_ID}
    assert line.adopted_names == {"alias/x"}


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (adopting(0, "eu-west-2", "ebs", KEY_ID), f"the key {KEY_ID} is adopted twice, also as {IDS[0]} eu-west-2 sns"),
        (adopting(1, "us-east-1", "sns", KEY_ID), f"the key {KEY_ID} is adopted twice, also as {IDS[0]} eu-west-2 sns"),
        (adopting(0, "eu-west-2", "sns", OTHER_ID), f"as {IDS[0]} eu-west-2 sns: {KEY_ID} and {OTHER_ID}"),
    ],
)
def test_two_branches_that_adopted_against_each_other_are_refused(other: Lock, problem: str) -> None:
    with pytest.raises(Mistakes) as refused:
        parse_lock(together(adopting(0, "eu-west-2", "sns", KEY_ID), other), "organization.lock.json")
    assert problem in str(refused.value)
    assert "organization.lock.json:3: keys[1]" in str(refused.value)


def test_a_stack_of_another_layout_is_refused() -> None:
    with pytest.raises(
        Mistakes, match=r"json:2: keys\[0\]: `data` is no stack of eu-west-2 in the layout `account-region`"
    ):
        parse_lock(REGIONAL.replace("data-eu-west-2", "data"), "organization.lock.json")


def test_a_mark_at_the_beginning_and_windows_line_ends_are_no_damage() -> None:
    assert parse_lock("\ufeff" + GOOD.replace("\n", "\r\n"), "x") == parse_lock(GOOD, "x")


@given(locks, st.integers(0, 10_000), st.characters() | st.just(""))
def test_one_wrong_character_is_refused_or_changes_nothing_in_silence(recorded: Lock, at: int, character: str) -> None:
    """What is still a lock is one whose text says just that."""
    text = recorded.render()
    at %= len(text)
    damaged = text[:at] + character + text[at + 1 :]
    assume(damaged != text)
    try:
        found = parse_lock(damaged, "organization.lock.json")
    except Mistakes as refused:
        message = str(refused)
        assert message.startswith("organization.lock.json:")
    else:
        assert parse_lock(found.render(), "organization.lock.json") == found
