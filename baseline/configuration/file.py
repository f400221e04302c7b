"""What `organization.yaml` may say: names, types, limits and the sentence that documents each field.

These models describe what is written, not what holds: a field that nobody wrote is None. From them come
the check of the file, the JSON Schema and the reference in `docs/`.
"""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, create_model, field_validator
from pydantic_core import PydanticCustomError

from baseline.configuration.principals import PRINCIPAL_PATTERN, check_principal
from baseline.features import FEATURES
from baseline.features.feature import Feature
from baseline.fields import limits
from baseline.fields.written import Written
from baseline.property_names import FORMER_NAMES, PROPERTY_NAMES
from baseline.purposes import PURPOSES
from baseline.purposes.purpose import Purpose
from baseline.regions import PARTITIONS

PartitionName = Literal["aws", "aws-cn", "aws-us-gov"]
Region = Annotated[str, limits.OneOf(tuple(r for p in PARTITIONS.values() for r in p.all_regions), "a known region")]
PrincipalText = Annotated[
    str, AfterValidator(check_principal), Field(json_schema_extra={"pattern": f"^(?:{PRINCIPAL_PATTERN})$"})
]
AccountId = Annotated[str, limits.ACCOUNT_ID]
AccountName = Annotated[str, limits.ACCOUNT_NAME]
PurposeName = Annotated[str, limits.OneOf(tuple(PURPOSES), "a purpose")]
Role = Annotated[str, limits.DEPLOYMENT_ROLE]
Tags = dict[Annotated[str, limits.TAG_KEY], Annotated[str, limits.TAG_VALUE]]


class OrganizationSection(Written):
    id: Annotated[str, limits.ORGANIZATION_ID] | None = Field(
        None, description="The organization's ID; needed only for conditions on the whole organization."
    )
    partition: PartitionName = Field("aws", description="The partition; every region must belong to it.")
    namespace: Annotated[str, limits.NAMESPACE] = Field(
        "baseline", description="The prefix of every name: `alias/<namespace>/sns`, `/<namespace>/kms/sns/arn`."
    )
    home_region: Region = Field(description="Where an account's region-less features live.")
    regions: list[Region] = Field(
        description="The enabled regions of every account that names none of its own.", min_length=1
    )
    tags: Tags = Field(default_factory=dict, description="Tags of everything that is created.")


class LocalBackendSection(Written):
    type: Literal["local"] = Field(description="State files in `state/` beside the output folder.")


class S3BackendSection(Written):
    type: Literal["s3"] = Field(description="State in an S3 bucket, locked by S3 itself.")
    bucket: Annotated[str, limits.BUCKET] = Field(description="The bucket; it must exist.")
    region: Region = Field(description="The bucket's region.")
    prefix: Annotated[str, limits.PREFIX] | None = Field(
        None, description="What the keys of the state objects start with; the namespace when not said."
    )
    kms_key: Annotated[str, limits.KEY_ARN] | None = Field(
        None, description="The ARN of the key that encrypts the state."
    )
    role: Annotated[str, limits.ROLE_ARN] | None = Field(None, description="The ARN of a role to assume for the state.")


class CloudBackendSection(Written):
    type: Literal["cloud"] = Field(description="HCP Terraform or Terraform Enterprise, a workspace a stack.")
    organization: Annotated[str, limits.WORKSPACE_WORD] = Field(description="The organization there.")
    project: Annotated[str, limits.WORKSPACE_WORD] | None = Field(None, description="The project of the workspaces.")
    hostname: Annotated[str, limits.HOSTNAME] = Field(
        "app.terraform.io", description="The host of Terraform Enterprise."
    )
    prefix: Annotated[str, limits.WORKSPACE_WORD] | None = Field(
        None, description="Workspaces are called `<prefix>-<stack>`; the namespace when not said."
    )


class DeploymentSection(Written):
    role: Role | None = Field(
        "kms-baseline-deploy",
        description="The role to assume in each account, by name (with its path) or full ARN; "
        "null: the caller's own credentials.",
    )
    external_id: Annotated[str, limits.EXTERNAL_ID] | None = Field(
        None, description="The external ID for assuming the role."
    )
    session_name: Annotated[str, limits.SESSION_NAME] | None = Field(
        None, description="The name of the assumed session."
    )
    layout: Literal["account", "account-region"] = Field(
        "account", description="A stack an account, or a stack for each of its regions."
    )
    backend: Annotated[LocalBackendSection | S3BackendSection | CloudBackendSection, Field(discriminator="type")] = (
        Field(LocalBackendSection(type="local"), description="Where Terraform keeps its state.")
    )
    publish_parameters: bool = Field(True, description="Publish each key's ARN as an SSM parameter in its region.")


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
        None, description="The policy denies scheduling the deletion of a key used in the last N days; 0: off."
    )


SHARE_WITH = Field(
    None,
    description="Other accounts (name or ID) that may use the key and grant it to AWS resources, or `organization`.",
)
STATEMENTS = Field(
    None,
    description="Statements of your own: IAM's JSON written in YAML, appended after ours. Resource may be left out.",
)


def services_field(purpose: Purpose) -> Any:
    service = limits.OneOf(purpose.services, "a service of this purpose")
    publisher = limits.OneOf(purpose.services, "a publisher", limits.NOT_PUBLISHERS)
    return (
        list[Annotated[str, publisher if purpose.services_field == "publishers" else service]] | None,
        Field(
            None,
            description="The services that get their statements, by the first label of their service principal. "
            f"When not said: {', '.join(purpose.default_services)}.",
        ),
    )


def purpose_section(purpose: Purpose) -> type[KeySection]:
    """What may be said about the keys of one purpose."""
    fields: dict[str, Any] = {
        purpose.services_field: services_field(purpose),
        "statements": (list[dict[str, Any]] | None, STATEMENTS),
    }
    if purpose.shared:
        fields["share_with"] = (list[str] | None, SHARE_WITH)
    return create_model(f"{purpose.name.capitalize()}Section", __base__=KeySection, **fields)


PURPOSE_SECTIONS = {name: purpose_section(purpose) for name, purpose in PURPOSES.items()}

PurposesSection = create_model(
    "PurposesSection",
    __base__=Written,
    **{  # type: ignore[call-overload]
        name: (section | None, Field(None, description=f"The keys for {PURPOSES[name].title}."))
        for name, section in PURPOSE_SECTIONS.items()
    },
)


class ExceptionSection(KeySection):
    account: AccountName | None = Field(None, description="Only this account, by name; every account when not said.")
    region: Region | None = Field(None, description="Only this region.")
    purpose: PurposeName | None = Field(None, description="Only this purpose.")
    reason: str | None = Field(None, description="Why; shown to auditors.")


class WaiverSection(Written):
    property: Annotated[str, limits.OneOf(PROPERTY_NAMES, "a property", FORMER_NAMES)] = Field(
        description="The property that need not hold, by the name that `prove` prints."
    )
    account: AccountName | None = Field(None, description="Only this account, by name; every account when not said.")
    region: Region | None = Field(None, description="Only this region.")
    purpose: PurposeName | None = Field(None, description="Only this purpose.")
    reason: Annotated[str, limits.REASON] = Field(description="Why it need not hold; `prove` shows it.")


class AccountKeysSection(KeySection):
    purposes: PurposesSection | None = Field(None, description="The same settings for one purpose.")


class KeysSection(AccountKeysSection):
    exceptions: list[ExceptionSection] | None = Field(
        None, description="The strongest settings, for selected keys; later entries win."
    )
    waivers: list[WaiverSection] | None = Field(
        None, description="Properties that need not hold of selected keys, each with a reason."
    )


def as_switch(value: Any) -> Any:
    """`true` is short for an empty mapping, `false` for "off", which the models know as None."""
    if not isinstance(value, bool | dict | None):
        raise PydanticCustomError("switch_type", "no switch")
    return {} if value is True else None if value is False else value


def switch(feature: Feature[Any]) -> Any:
    """`true`, `false` or the feature's settings."""
    settings = feature.settings
    return Annotated[settings | None, BeforeValidator(as_switch, json_schema_input_type=bool | settings)]


_PLACES = {"every region": "every enabled region", "home region": "the home region"}

FeaturesSection = create_model(
    "FeaturesSection",
    __base__=Written,
    **{  # type: ignore[call-overload]
        name: (
            switch(feature),
            Field(None, description=f"{feature.title}, in {_PLACES[feature.place]} of every account."),
        )
        for name, feature in FEATURES.items()
    },
)


class AccountSection(Written):
    name: AccountName = Field(description="The account's name; unique.")
    id: AccountId = Field(description="The account's ID, in quotes; unique.")
    regions: list[Region] | None = Field(
        None, description="Its enabled regions; the organization's when not said.", min_length=1
    )
    home_region: Region | None = Field(None, description="Its own home region.")
    role: Role | None = Field(None, description="Its own deployment role; null: the caller's own credentials.")
    external_id: Annotated[str, limits.EXTERNAL_ID] | None = Field(None, description="Its own external ID.")
    keys: AccountKeysSection | None = Field(None, description="Settings of this account's keys.")
    features: FeaturesSection | None = Field(None, description="Features of this account.")


class RetiredSection(Written):
    account: str = Field(description="The account, by name or ID (the ID for one that is no longer listed).")
    region: Region | None = Field(None, description="Only this region; every region when not said.")
    purpose: PurposeName | None = Field(None, description="Only this purpose; every purpose when not said.")
    then: Literal["keep", "gone"] = Field(
        description="`keep`: the key stays in AWS and Terraform forgets it; `gone`: the account no longer exists."
    )


class ConfigurationFile(Written):
    """The configuration of kms-baseline: an organization, its accounts and their keys."""

    version: Literal[1] = Field(description="The version of this format.")
    organization: OrganizationSection = Field(description="The organization as a whole.")
    deployment: DeploymentSection = Field(DeploymentSection(), description="How the stacks are deployed.")
    keys: KeysSection = Field(KeysSection(), description="Defaults for every key.")
    features: FeaturesSection = Field(FeaturesSection(), description="Features of every account.")
    accounts: list[AccountSection] = Field(description="The managed accounts.", min_length=1)
    retired: list[RetiredSection] = Field(default_factory=list, description="Keys that exist and are no longer wanted.")

    @field_validator("version", mode="before")
    @classmethod
    def _no_boolean(cls, value: Any) -> Any:
        """`true` is no number, though Python holds it for 1."""
        return str(value).lower() if isinstance(value, bool) else value
