"""What `keys.custom` may say: purposes of the owner's own."""

from typing import Annotated, Any, Literal

from annotated_types import MinLen
from pydantic import Field

from baseline.configuration.key_fields import STATEMENTS, KeySection
from baseline.configuration.values import AccountName, Region
from baseline.fields import limits
from baseline.fields.written import OnDemand, Written, no_items
from baseline.own_purpose import OWN_NAME, May

_PLAIN = r"[!#&-\[\]-z|~]"
"""What neither JSON nor Terraform reads as something else, and no brace."""
_BRACES = r"\{(?:partition|region|account|namespace)\}"
_SERVICE = limits.Text(r"[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,7}", "a service's name")
_TEXT = limits.Text(
    rf"(?:{_PLAIN}|{_BRACES})(?:(?: |{_PLAIN}|{_BRACES}){{0,510}}(?:{_PLAIN}|{_BRACES}))?",
    "plain text without quotes, `$`, `%` and `\\`, in which `{partition}`, `{region}`, `{account}` and `{namespace}` stand "
    "for the key's own",
)
_CONTEXT_NAME = limits.Text(rf"{_PLAIN}{{1,256}}", "a name of the encryption context")
OwnName = Annotated[
    str, limits.Text(OWN_NAME, "a lower-case letter, then lower-case letters, digits or hyphens, at most 40 in all")
]
Service = Annotated[str, _SERVICE]
Templated = Annotated[str, _TEXT]
ContextName = Annotated[str, _CONTEXT_NAME]
_MAY = "`read` decrypts, `write` encrypts and makes data keys, `publish` makes data keys and decrypts, `use` does all of it"


class ThroughSection(Written):
    service: Service = Field(description="The service, as it stands in `kms:ViaService` before the region.")
    may: May = Field(description=f"What principals of the account may do through it: {_MAY}. DescribeKey always.")
    grants: bool = Field(False, description="Whether they may make grants too, for AWS resources alone.")
    regions: Literal["own", "enabled"] = Field(
        "own", description="From where it calls: the key's region, or every enabled region of the account."
    )
    context: dict[ContextName, Annotated[list[Templated], MinLen(1)]] = Field(
        default_factory=dict,
        description="What the encryption context must have: for each name the values or patterns of which it has one.",
    )


class CallSection(Written):
    principal: Service = Field(
        description="What the service principal is before its region and `.amazonaws.com`, such as `delivery.logs`."
    )
    may: May = Field(description="What it may do, as with `through`.")
    source_account: Literal["own"] | None = Field(None, description="`own`: `aws:SourceAccount` is the key's account.")
    source_organization: Literal["own"] | None = Field(
        None, description="`own`: `aws:SourceOrgID` is `organization.id`."
    )
    source_arn: Templated | None = Field(
        None, description="The pattern of `aws:SourceArn`; `{account}` in the place of its account."
    )
    context: dict[ContextName, Templated] = Field(
        default_factory=dict, description="For each name of the encryption context the pattern that it has."
    )


class OwnPurposeSection(KeySection):
    title: Annotated[str, limits.TITLE] = Field(description="What the key encrypts, as people say it.")
    accounts: list[AccountName] | None = Field(
        None, description="The accounts that have the key, by name; every account when not said.", min_length=1
    )
    regions: list[Region] | None = Field(
        None, description="The regions in which they have it; their enabled regions when not said.", min_length=1
    )
    through: list[OnDemand[ThroughSection]] = Field(
        default_factory=no_items, description="The services through which every principal of the account uses the key."
    )
    services: list[OnDemand[CallSection]] = Field(
        default_factory=no_items,
        description="The services that use the key by their own service principals, each fenced.",
    )
    share_with: list[str] | None = Field(
        None, description="Other accounts (name or ID) that are let in through the same services, or `organization`."
    )
    share: May = Field("read", description="What these may do, as with `through`.")
    share_grants: bool = Field(False, description="Whether they may make grants too, for AWS resources alone.")
    statements: list[dict[str, Any]] | None = STATEMENTS
