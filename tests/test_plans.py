"""Plans as programs and pull requests get them."""

import json
from types import SimpleNamespace
from typing import Any, cast

from cli import plans
from deployment.changes import StackChanges
from deployment.deploy import Planned
from deployment.plan_details import FieldChange
from operations.plan_summary import Alike

PLANNED = cast(
    Planned,
    SimpleNamespace(
        changes={"data": StackChanges(update=1), "web": StackChanges(create=2, imported=1)},
        plans=(SimpleNamespace(), SimpleNamespace()),
        failures=(SimpleNamespace(stack="lost"),),
    ),
)
GROUPS = [
    Alike("update", "aws_kms_key.a", (FieldChange("description", "x", None),), (), "another one", ["data"]),
    Alike("create", "aws_kms_key.b", (), (), "", [f"web-{n}" for n in range(9)]),
]


def test_a_pull_request_gets_counts_and_every_change() -> None:
    page = "\n".join(plans.markdown(PLANNED, GROUPS))
    assert page.startswith(
        "### plan: 1 to import, 2 to create, 1 to update in 2 stacks; the full text is in logs/<stack>"
    )
    assert "| data | 0 | 0 | 1 | 0 | 0 | 0 |" in page
    assert "UPDATE  aws_kms_key.a in data\n  description: x -> none\n  policy: another one\n" in page
    assert "CREATE  aws_kms_key.b in web-0, web-1, web-2, web-3, web-4 and 4 more\n" in page


def test_stacks_that_do_not_change_are_not_counted_with_those_that_do() -> None:
    changes = {"data": StackChanges(), "web": StackChanges(create=2)}
    planned = cast(Planned, SimpleNamespace(changes=changes, plans=PLANNED.plans))
    assert plans.last_line(planned).startswith("plan: 2 to create in 1 of 2 stacks; ")
    planned = cast(
        Planned, SimpleNamespace(changes={"data": StackChanges()} | {"web": StackChanges()}, plans=PLANNED.plans)
    )
    assert plans.last_line(planned).startswith("plan: no resource changes in 2 stacks; ")


def test_a_program_gets_the_same() -> None:
    data: dict[str, Any] = json.loads(json.dumps(plans.as_json(PLANNED, GROUPS)))
    assert data["stacks"]["web"] == {"import": 1, "create": 2, "update": 0, "replace": 0, "delete": 0, "forget": 0}
    assert data["not_planned"] == ["lost"]
    assert data["changes"][0]["fields"] == [{"name": "description", "before": "x", "after": None}]
    assert data["changes"][1]["stacks"] == GROUPS[1].stacks
