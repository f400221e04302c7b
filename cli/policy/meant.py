"""The options that say what the key of a policy is meant for."""

from typing import Annotated

import typer

from baseline.configuration.named_principals import check_principal
from baseline.errors import UsageError
from baseline.iam.arns import Arn
from baseline.iam.policy_error import PolicyError
from baseline.prover.meant import Meant, problems
from baseline.purposes import PURPOSES
from operations.project import check_one_of

Purpose = Annotated[
    str,
    typer.Option("--purpose", help="What the key is for: then all is asked that `prove` asks.", show_default=False),
]
Administrators = Annotated[
    list[str] | None,
    typer.Option(
        "--administrator", help="Who manages it: role/NAME, user/NAME or an ARN; repeatable.", show_default=False
    ),
]
Users = Annotated[
    list[str] | None,
    typer.Option("--user", help="Who uses it directly, written likewise; repeatable.", show_default=False),
]
Publishers = Annotated[
    list[str] | None,
    typer.Option(
        "--publisher",
        help="A service of the purpose, in place of those it has by default; repeatable.",
        show_default=False,
    ),
]
ShareWith = Annotated[
    list[str] | None,
    typer.Option(
        "--share-with", help="Another account that is let in, or `organization`; repeatable.", show_default=False
    ),
]
Trail = Annotated[str, typer.Option("--trail", help="The ARN of the trail that writes with it.", show_default=False)]
OrganizationId = Annotated[
    str, typer.Option("--organization", help="The ID of the organization of the key's account.", show_default=False)
]
Like = Annotated[
    tuple[str, str, str],
    typer.Option(
        "--like",
        metavar="<ACCOUNT REGION PURPOSE>",
        help="A key of the configuration: all is asked that `prove` asks of it.",
        show_default=False,
    ),
]


def meant_of(
    purpose: str,
    people: tuple[list[str] | None, list[str] | None],
    publishers: list[str] | None,
    share_with: list[str] | None,
    trail: str,
    organization_id: str,
) -> Meant:
    """What was said. Raises UsageError."""
    if purpose:
        check_one_of(purpose, PURPOSES, "purpose")
    for option, names in zip(("--administrator", "--user"), people, strict=True):
        for name in names or ():
            try:
                check_principal(name)
            except ValueError as error:
                raise UsageError(f"{option} {name}: {error.args[0]}", "") from None
    administrators, users = (tuple(names or ()) for names in people)
    meant = Meant(
        purpose=purpose,
        administrators=administrators,
        users=users,
        services=tuple(publishers or ()),
        share_with=tuple(share_with or ()),
        organization_id=organization_id,
        trail=_trail(trail),
    )
    for option, problem in problems(meant):
        raise UsageError(f"{option}: {problem}", "")
    return meant


def _trail(written: str) -> str:
    """The name in a trail's ARN."""
    if not written:
        return ""
    try:
        kind, _, name = Arn.parse(written).resource.partition("/")
    except PolicyError as error:
        raise UsageError(f"--trail: {error}", "") from None
    if kind != "trail" or not name:
        raise UsageError(f"--trail: `{written}` is not the ARN of a trail", "")
    return name
