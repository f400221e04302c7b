"""The settings that every mapping about keys may hold."""

from typing import Annotated, Literal

from pydantic import Field

from baseline.configuration.values import PrincipalText
from baseline.fields import limits
from baseline.fields.written import Written


class KeySection(Written):
    administrators: list[PrincipalText] | None = Field(
        None,
        description="Who manages the key and cannot use it: `role/NAME`, `user/NAME` (resolved in each account), "
        "full ARNs, patterns with `*` and `?`.",
    )
    users: list[PrincipalText] | None = Field(
        None, description="Who uses the key and cannot manage it; for the trail's key, who reads the log files."
    )
    iam_delegation: Literal["administrators", "manage", "full"] | None = Field(
        None,
        description="What the account's IAM policies can give: `manage` management only, `administrators` the same "
        "but only to the root user, the deployment role and the administrators, `full` everything (AWS's default policy).",
    )
    separate_duties: bool | None = Field(
        None, description="Deny administrators every use, also through EC2, CloudWatch Logs and SNS."
    )
    rotation: bool | None = Field(None, description="Automatic rotation of the key material.")
    rotation_period_days: Annotated[int, limits.ROTATION_PERIOD] | None = Field(
        None, description="Days between rotations."
    )
    deletion_window_days: Annotated[int, limits.DELETION_WINDOW] | None = Field(
        None, description="Days that a scheduled deletion waits."
    )
    deny_deletion_if_used_within_days: Annotated[int, limits.RECENT_USE] | None = Field(
        None,
        description="The policy denies disabling a key that was used in the last N days, and scheduling its deletion; 0: off.",
    )


SHARE_WITH = Field(
    None,
    description="Other accounts (name or ID) that may use the key and grant it to AWS resources, or `organization`.",
)
STATEMENTS = Field(
    None,
    description="Statements of your own: IAM's JSON written in YAML, appended after ours. Resource may be left out.",
)
