"""The kinds of single values that several sections of the file hold."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from baseline.configuration.named_principals import PRINCIPAL_PATTERN, check_principal
from baseline.fields import limits
from baseline.own_purpose import OWN_PURPOSE, PREFIX
from baseline.purposes import PURPOSES
from baseline.regions import PARTITIONS

PartitionName = Literal["aws", "aws-cn", "aws-us-gov"]
Region = Annotated[str, limits.OneOf(tuple(r for p in PARTITIONS.values() for r in p.all_regions), "a known region")]
PrincipalText = Annotated[
    str, AfterValidator(check_principal), Field(json_schema_extra={"pattern": f"^(?:{PRINCIPAL_PATTERN})$"})
]
AccountId = Annotated[str, limits.ACCOUNT_ID]
AccountName = Annotated[str, limits.ACCOUNT_NAME]
_OWN = f"one of your own is written with `{PREFIX}` before its name"
PurposeName = Annotated[str, limits.OneOfOrOwn(tuple(PURPOSES), "a purpose", pattern=OWN_PURPOSE, own=_OWN)]
Role = Annotated[str, limits.DEPLOYMENT_ROLE]
Deployer = Annotated[str, limits.DEPLOYER]
Tags = dict[Annotated[str, limits.TAG_KEY], Annotated[str, limits.TAG_VALUE]]
