"""What `organization.yaml` may say: names, types, limits and the sentence that documents each field.

These models describe what is written, not what holds: a field that nobody wrote is None. From them come
the check of the file, the JSON Schema and the reference in `docs/`.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, create_model, field_validator

from baseline.configuration.key_sections import AccountKeysSection, KeysSection
from baseline.configuration.values import (
    AccountId,
    AccountName,
    Deployer,
    PartitionName,
    PurposeName,
    Region,
    Role,
    Tags,
)
from baseline.features import FEATURES
from baseline.fields import limits
from baseline.fields.switch import switch
from baseline.fields.written import OnDemand, Written, no_items


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
    deployer: Deployer | None = Field(
        None,
        description="Whose credentials deploy where `role` is null; `iam_delegation: administrators` asks for it, since "
        "its policies lock out whom they do not name.",
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
    organizations_role: Annotated[str, limits.ROLE_ARN] | None = Field(
        None,
        description="The ARN of a role to assume for reading AWS Organizations; else the caller's own credentials do.",
    )
    aws_provider: Literal[5, 6] = Field(
        5,
        description="The newest major version of Terraform's AWS provider that may be taken. Everything was run with 5; what "
        "is written was compared with 6. The way back from 6 to 5 is closed once a state was written by 6.",
    )
    publish_parameters: bool = Field(True, description="Publish each key's ARN as an SSM parameter in its region.")


_PLACES = {"every region": "every enabled region", "home region": "the home region"}

FeaturesSection = create_model(
    "FeaturesSection",
    __base__=Written,
    **{  # type: ignore[call-overload]
        name: (
            switch(feature.settings),
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
    deployer: Deployer | None = Field(None, description="Whose credentials deploy it where its `role` is null.")
    external_id: Annotated[str, limits.EXTERNAL_ID] | None = Field(None, description="Its own external ID.")
    keys: OnDemand[AccountKeysSection] | None = Field(None, description="Settings of this account's keys.")
    features: OnDemand[FeaturesSection] | None = Field(None, description="Features of this account.")


class SelectSection(Written):
    ou: Annotated[str, limits.UNIT_PATTERN] = Field(
        "/**",
        description="The organizational unit by the names from the root on; `*` is any text within a name, `/**` the unit "
        "and all below it.",
    )
    tags: dict[Annotated[str, limits.TAG_KEY], Annotated[str, limits.TAG_PATTERN]] = Field(
        default_factory=dict, description="Tags that the account has in AWS Organizations; `*` is any text."
    )
    exclude: list[AccountId] = Field(default_factory=no_items, description="The IDs of accounts that are left out.")
    regions: list[Region] | None = Field(
        None, description="Their enabled regions; the organization's when not said.", min_length=1
    )
    home_region: Region | None = Field(None, description="Their home region.")
    keys: OnDemand[AccountKeysSection] | None = Field(None, description="Settings of these accounts' keys.")
    features: OnDemand[FeaturesSection] | None = Field(None, description="Features of these accounts.")


class RetiredSection(Written):
    account: str = Field(
        description="The account, by name or ID (the ID for one that is no longer listed); `*`: every account of the lock."
    )
    region: Region | None = Field(None, description="Only this region; every region when not said.")
    purpose: PurposeName | None = Field(None, description="Only this purpose; every purpose when not said.")
    then: Literal["keep", "disable", "schedule_deletion", "gone"] = Field(
        description="`keep`: the key stays in AWS and Terraform forgets it; `disable`: Terraform keeps it, disabled; "
        "`schedule_deletion`: as `keep`, and a person may delete it by `kms-baseline retire`; `gone`: the account no "
        "longer exists."
    )


class ConfigurationFile(Written):
    """The configuration of kms-baseline: an organization, its accounts and their keys."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["accounts"]}, {"required": ["select"]}]})

    version: Literal[1] = Field(description="The version of this format.")
    organization: OnDemand[OrganizationSection] = Field(description="The organization as a whole.")
    deployment: OnDemand[DeploymentSection] = Field(DeploymentSection(), description="How the stacks are deployed.")
    keys: OnDemand[KeysSection] = Field(KeysSection(), description="Defaults for every key.")
    features: OnDemand[FeaturesSection] = Field(FeaturesSection(), description="Features of every account.")
    accounts: list[OnDemand[AccountSection]] = Field(
        default_factory=no_items, description="The managed accounts; needed unless `select` finds them.", min_length=1
    )
    select: list[OnDemand[SelectSection]] = Field(
        default_factory=no_items,
        description="Accounts of AWS Organizations, as `kms-baseline accounts` recorded them. Of several entries that select "
        "an account the first holds; an account under `accounts` is as it stands there.",
        min_length=1,
    )
    retired: list[OnDemand[RetiredSection]] = Field(
        default_factory=no_items, description="Keys that exist and are no longer wanted."
    )

    @field_validator("version", mode="before")
    @classmethod
    def _no_boolean(cls, value: Any) -> Any:
        """`true` is no number, though Python holds it for 1."""
        return str(value).lower() if isinstance(value, bool) else value
