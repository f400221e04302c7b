from typing import Any

import pytest

from baseline.errors import Refusal, WorldError
from deployment.changes import KeyLoss, StackChanges, read_changes, refuse_key_losses

KEY = "aws_kms_key.sns_eu_west_2"


def _change(*actions: str, address: str = KEY, **more: Any) -> dict[str, Any]:
    details = {name: more.pop(name) for name in ("importing", "replace_paths") if name in more}
    return {"address": address, "type": address.split(".")[0], "change": {"actions": list(actions), **details}, **more}


def _read(*changes: dict[str, Any]) -> StackChanges:
    return read_changes({"resource_changes": list(changes)})


@pytest.mark.parametrize(
    ("actions", "changes"),
    [
        (("create",), StackChanges(create=1)),
        (("update",), StackChanges(update=1)),
        (("delete",), StackChanges(delete=1)),
        (("delete", "create"), StackChanges(replace=1)),
        (("create", "delete"), StackChanges(replace=1)),
        (("forget",), StackChanges(forget=1)),
    ],
)
def test_each_action_of_a_plan_is_counted_as_what_it_does(actions: tuple[str, ...], changes: StackChanges) -> None:
    assert _read(_change(*actions, address="aws_kms_alias.sns")) == changes


@pytest.mark.parametrize("actions", [("no-op",), ("read",)])
def test_a_read_and_an_unchanged_resource_do_not_count(actions: tuple[str, ...]) -> None:
    assert _read(_change(*actions)) == StackChanges()


def test_a_plan_without_resources_changes_nothing() -> None:
    assert read_changes({}) == StackChanges()


def test_an_import_is_counted_beside_the_change_that_comes_with_it() -> None:
    both = _read(_change("no-op", importing={"id": "1"}), _change("update", importing={"id": "2"}))
    assert (both.imported, both.update, both.operations) == (2, 1, 3)


def test_a_replacement_is_two_operations_and_forgetting_none() -> None:
    changes = _read(_change("delete", "create", address="aws_kms_alias.a"), _change("forget"), _change("create"))
    assert changes.operations == 3


@pytest.mark.parametrize(
    ("actions", "action"),
    [(("delete",), "delete"), (("delete", "create"), "replace"), (("create", "delete"), "replace")],
)
def test_a_key_that_is_deleted_or_replaced_in_either_order_is_a_loss(actions: tuple[str, ...], action: str) -> None:
    losses = _read(_change(*actions, action_reason="replace_because_tainted")).key_losses
    assert [(loss.address, loss.action, loss.reason) for loss in losses] == [
        (KEY, action, "it is marked as tainted in the state")
    ]


@pytest.mark.parametrize("actions", [("create",), ("update",), ("forget",), ("no-op",)])
def test_a_key_that_stays_in_aws_is_no_loss(actions: tuple[str, ...]) -> None:
    assert _read(_change(*actions)).key_losses == ()


def test_the_deposed_half_of_a_replacement_is_a_loss_too() -> None:
    assert _read(_change("delete", deposed="0a1b2c3d")).key_losses == (KeyLoss(KEY, "delete", ""),)


def test_a_replacement_says_which_argument_forces_it() -> None:
    loss = _read(
        _change(
            "delete",
            "create",
            action_reason="replace_because_cannot_update",
            replace_paths=[["key_usage"], ["tags", "a"]],
        )
    ).key_losses[0]
    assert loss.reason == "`key_usage`, `tags.a` cannot be changed on an existing key"


def test_an_action_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(WorldError, match=f"does `shred` to {KEY}"):
        _read(_change("shred"))


def test_a_plan_that_loses_a_key_is_refused_with_stack_address_and_reason() -> None:
    plans = {"data": _read(_change("delete", action_reason="delete_because_no_resource_config")), "logs": _read()}
    with pytest.raises(Refusal, match=f"data: {KEY} would be deleted: it is no longer in the configuration"):
        refuse_key_losses(plans)
