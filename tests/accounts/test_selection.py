"""What a configuration selects of recorded accounts, and what it says where that is wrong."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baseline.configuration.load import Configuration, load
from baseline.errors import Mistakes, Refusal
from baseline.expansion import expand
from baseline.found_accounts import (
    STATES,
    FoundAccount,
    FoundAccounts,
    account_names,
    matches_tag,
    matches_unit,
    parse_found_accounts,
)
from baseline.inventory import Inventory
from baseline.lock import Lock
from tests import organizations

FILE = "organization.accounts.json"
PROD = FoundAccount("222222222222", "Data Prod", "ACTIVE", "/Workloads/Prod", {"keys": "yes"})
TEST = FoundAccount("333333333333", "Data Test", "ACTIVE", "/Workloads/Test", {"keys": None})
OLD = FoundAccount("444444444444", "Old", "SUSPENDED", "/Suspended")
EVERY = (PROD, TEST, OLD)


def found(*accounts: FoundAccount) -> FoundAccounts:
    return FoundAccounts(FILE, {account.id: account for account in accounts})


def selected(*select: dict[str, Any], of: tuple[FoundAccount, ...] = EVERY, **sections: Any) -> Configuration:
    data = {**organizations.organization(), "select": list(select), **sections}
    if not data["accounts"]:
        del data["accounts"]
    return load(organizations.text(data), "organization.yaml", found(*of))


def names(configuration: Configuration) -> list[str]:
    return [account.name for account in configuration.organization.accounts]


def mistakes(*select: dict[str, Any], of: tuple[FoundAccount, ...] = EVERY, **sections: Any) -> list[str]:
    with pytest.raises(Mistakes) as caught:
        selected(*select, of=of, **sections)
    return [f"{mistake.field}: {mistake.problem} | {mistake.help}" for mistake in caught.value.mistakes]


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("/**", ["/", "/A", "/A/B"], []),
        ("/", ["/"], ["/A"]),
        ("/A", ["/A"], ["/", "/A/B", "/AB"]),
        ("/A/**", ["/A", "/A/B", "/A/B/C"], ["/", "/AB", "/B/A"]),
        ("/A/*", ["/A/B"], ["/A", "/A/B/C"]),
        ("/*/B", ["/A/B"], ["/B", "/A/C/B"]),
        ("/A.+", ["/A.+"], ["/Abb"]),
    ],
)
def test_units_are_meant_by_their_paths(pattern: str, yes: list[str], no: list[str]) -> None:
    assert [unit for unit in (*yes, *no) if matches_unit(pattern, unit)] == yes


def test_tags_are_meant_by_their_values() -> None:
    assert [value for value in ("yes", "yes!", "no", "", None) if matches_tag("yes*", value)] == ["yes", "yes!"]
    assert [value for value in ("a.c", "abc", None) if matches_tag("a.c", value)] == ["a.c"]
    assert [value for value in ("", "x", None) if matches_tag("*", value)] == ["", "x"]


def test_what_is_selected_has_the_settings_of_its_entry() -> None:
    first = {"ou": "/Workloads/Prod", "regions": ["eu-west-2"], "features": {"backup": True}}
    configuration = selected(first, {"ou": "/Workloads/**", "keys": {"rotation": False}})
    prod, test = configuration.organization.accounts
    assert (prod.name, prod.id, prod.regions, list(prod.features)) == (
        "data-prod", PROD.id, ("eu-west-2",), ["backup"],
    )  # fmt: skip
    assert (test.name, test.regions, list(test.features)) == ("data-test", ("eu-west-2", "us-east-1"), [])
    assert {settings.rotation for settings in prod.keys.values()} == {True}
    assert {settings.rotation for settings in test.keys.values()} == {False}
    place = configuration.place(configuration.explain(TEST.id, "eu-west-2", "sns")["rotation"])
    assert place is not None
    assert place.field == "select[1].keys.rotation"


def test_tags_and_exclusions_narrow_an_entry() -> None:
    assert names(selected({"tags": {"keys": "yes"}, "ou": "/Workloads/**"})) == ["data-prod"]
    assert names(selected({"ou": "/Workloads/**", "exclude": [PROD.id]})) == ["data-test"]


def test_an_account_of_the_file_is_as_it_stands_there() -> None:
    own = organizations.account("ours", PROD.id, regions=["eu-west-2"])
    assert names(selected({"ou": "/Workloads/**"}, accounts=[own])) == ["ours", "data-test"]


def test_other_sections_can_name_what_is_selected() -> None:
    exception = {"account": "data-prod", "purpose": "sns", "rotation": False}
    configuration = selected({"ou": "/Workloads/**"}, keys={"exceptions": [exception]})
    assert not configuration.organization.accounts[0].keys["eu-west-2", "sns"].rotation
    wrong = mistakes({"ou": "/Workloads/**"}, keys={"exceptions": [{**exception, "account": "data-pro"}]})
    assert wrong == ["keys.exceptions[0].account: no account is called `data-pro` | did you mean `data-prod`?"]


def test_what_one_entry_has_wrong_is_said_once_and_where_it_is() -> None:
    [wrong] = mistakes({"ou": "/Workloads/**", "regions": ["us-east-1"]})
    assert wrong.startswith("select[0].regions: home region `eu-west-2` is not among")
    [wrong] = mistakes({"ou": "/Workloads/**", "keys": {"rotatoin": True}})
    assert wrong.startswith("select[0].keys.rotatoin: unknown field")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"ou": "/Workload/**"}, f"select[0].ou: selects no account of {FILE} | "),
        ({"tags": {"keys": "no"}, "ou": "/Workloads/*"}, f"select[0]: selects no account of {FILE} | "),
        (
            {"tags": {"team": "a"}},
            f"select[0].tags: {FILE} is older than this: it does not say which accounts have the",
        ),
        ({"ou": "Workloads"}, "select[0].ou: must be a path of organizational units"),
    ],
)
def test_an_entry_that_selects_nothing_or_what_nobody_recorded_is_a_mistake(
    entry: dict[str, Any], problem: str
) -> None:
    [wrong] = mistakes(entry)
    assert wrong.startswith(problem)


def test_without_a_record_there_is_one_message() -> None:
    data = {**organizations.organization(), "select": [{}], "keys": {"exceptions": [{"account": "unknown"}]}}
    with pytest.raises(Mistakes) as caught:
        load(organizations.text({k: v for k, v in data.items() if k != "accounts"}), "organization.yaml")
    assert [mistake.field for mistake in caught.value.mistakes] == ["select"]


@pytest.mark.parametrize("own", [True, False])
def test_an_opt_in_region_that_is_not_enabled_is_refused(own: bool) -> None:
    account = replace(PROD, regions=("me-south-1",))
    regions = ["eu-west-2", "me-south-1", "af-south-1"]
    data: dict[str, Any] = organizations.organization(regions=tuple(regions[: 1 if own else 3]))
    entry = {"ou": "/Workloads/Prod", **({"regions": regions} if own else {})}
    place = "select[0].regions[2]" if own else "organization.regions[2]"
    [wrong] = mistakes(entry, of=(account,), organization=data["organization"])
    assert wrong.startswith(f"{place}: `af-south-1` is not enabled in `data-prod` ({PROD.id}), says {FILE}")
    nobody_knows = selected(entry, of=(replace(account, regions=None),), organization=data["organization"])
    assert names(nobody_knows) == ["data-prod"]


def test_names_are_those_of_stacks_and_differ() -> None:
    def named(*accounts: FoundAccount, known: dict[str, str] | None = None, taken: tuple[str, ...] = ()) -> list[str]:
        return list(account_names(accounts, known or {}, taken).values())

    other = replace(TEST, name="data--PROD!")
    assert named(PROD, other) == ["data-prod-2222", "data-prod-3333"]
    assert named(PROD, other, known={PROD.id: "data-prod"}) == ["data-prod", "data-prod-3333"]
    assert named(replace(PROD, name="Renamed"), known={PROD.id: "data-prod"}) == ["data-prod"]
    assert named(PROD, taken=("data-prod",)) == ["data-prod-2222"]
    assert named(PROD, known={TEST.id: "data-prod"}) == ["data-prod-2222"]
    assert named(replace(PROD, id="999999992222"), PROD) == ["data-prod-2222", "data-prod-222222222222"]
    assert named(replace(PROD, name="数据")) == [PROD.id]
    assert named(replace(PROD, name="x" * 99)) == ["x" * 40]


def inventory(configuration: Configuration, lock: Lock) -> Inventory:
    return expand(configuration.organization, lock)


class TestAccountsThatRest:
    """Nothing is planned for them, and none of their keys is lost."""

    ALL = ({"ou": "/**", "features": {"backup": True}},)
    LOCK = inventory(selected(*ALL, of=(PROD, TEST)), Lock()).lock

    @pytest.mark.parametrize("state", [state for state in STATES if state != "ACTIVE"])
    def test_the_others_are_planned_and_the_lock_keeps_all(self, state: str) -> None:
        made = inventory(selected(*self.ALL, of=(PROD, replace(TEST, state=state))), self.LOCK)
        assert [stack.name for stack in made.stacks] == ["data-prod"]
        assert made.lock.entries == self.LOCK.entries

    def test_so_it_is_with_accounts_of_the_file_and_in_another_unit(self) -> None:
        own = organizations.account("data-test", TEST.id)
        suspended = replace(TEST, state="SUSPENDED", ou="/Suspended")
        for accounts in ([own], []):
            made = inventory(
                selected({**self.ALL[0], "ou": "/Workloads/**"}, of=(PROD, suspended), accounts=accounts), self.LOCK
            )
            assert [stack.name for stack in made.stacks] == ["data-prod"]
            assert made.lock.entries == self.LOCK.entries

    @pytest.mark.parametrize("then", ["keep", "disable"])
    def test_what_is_retired_there_makes_no_stack_with_a_part_of_its_keys(self, then: str) -> None:
        retired = [{"account": TEST.id, "region": "eu-west-2", "purpose": "sns", "then": then}]
        suspended = selected(*self.ALL, of=(PROD, replace(TEST, state="SUSPENDED")), retired=retired)
        assert [stack.name for stack in inventory(suspended, self.LOCK).stacks] == ["data-prod"]

    def test_one_that_is_closed_can_be_gone_though_a_selector_finds_it(self) -> None:
        retired = [{"account": TEST.id, "then": "gone"}]
        closed = selected(*self.ALL, of=(PROD, replace(TEST, state="CLOSED")), retired=retired)
        assert [stack.name for stack in inventory(closed, self.LOCK).stacks] == ["data-prod"]
        assert inventory(selected(*self.ALL, of=(PROD,), retired=retired), self.LOCK).stacks

    def test_an_account_that_leaves_a_selector_is_lost_like_any_other(self) -> None:
        moved = selected({"ou": "/Workloads/Prod"}, of=(PROD, replace(TEST, ou="/Elsewhere")))
        with pytest.raises(Refusal, match=f"data-test \\({TEST.id}\\) eu-west-2 ebs: the account is no longer listed"):
            inventory(moved, self.LOCK)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
accounts = st.builds(
    FoundAccount,
    id=st.from_regex(r"[0-9]{12}", fullmatch=True).filter(str.isascii),
    name=texts,
    state=st.sampled_from(STATES),
    ou=texts.map(lambda text: f"/{text}"),
    tags=st.none() | st.dictionaries(texts, st.none() | texts, max_size=2),
    regions=st.sampled_from([None, (), ("af-south-1",), ("af-south-1", "me-south-1")]),
)


@given(st.lists(accounts, unique_by=lambda account: account.id, max_size=4))
def test_what_is_written_is_read(some: list[FoundAccount]) -> None:
    written = found(*some).render()
    assert parse_found_accounts(written, FILE) == found(*some)
    lines = written.split("\n")
    assert len(lines) == len(some) + 3
    assert lines[1:-2] == sorted(lines[1:-2])


GOOD = PROD.line()


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "is not JSON"),
        ("[]", 1, "is no list of accounts"),
        ('{"version": 2, "accounts": [null]}', 1, "version `2` is unknown"),
        ('{"version": 1, "accounts": []}', 1, "`accounts` is not a list that ends in null"),
        (f'{{"version": 1, "accounts": [\n<<<<<<< ours\n{GOOD},\nnull]}}', 2, "has merge conflicts"),
        (f'{{"version": 1, "accounts": [\n{GOOD},\n{GOOD},\nnull]}}', 3, "`222222222222` is there twice"),
        (f'{{"version": 1, "accounts": [\n{GOOD},\n1,\nnull]}}', 3, "needs id, name, ou, state"),
        (f'{{"version": 1, "accounts": [\n{GOOD.replace("ACTIVE", "FINE")},\nnull]}}', 2, "`FINE` is no state"),
        (f'{{"version": 1, "accounts": [\n{GOOD.replace("/Work", "Work")},\nnull]}}', 2, "is no path of"),
        (f'{{"version": 1, "accounts": [\n{GOOD.replace("222222222222", "2")},\nnull]}}', 2, "`2` is no account ID"),
        (
            f'{{"version": 1, "accounts": [\n{GOOD.replace(chr(34) + "yes" + chr(34), "1")},\nnull]}}',
            2,
            "`tags` are not",
        ),
    ],
)
def test_a_damaged_record_is_refused_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(Mistakes) as caught:
        parse_found_accounts(text, FILE)
    [mistake] = caught.value.mistakes
    assert (mistake.file, mistake.line) == (FILE, line)
    assert problem in mistake.problem
    assert "kms-baseline accounts --write" in mistake.help
