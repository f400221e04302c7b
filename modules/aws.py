"""The AWS bindings of CDKTF: the only place that imports them, and the only one that names resources.

The parent package's `__init__` imports all of its 1,500 submodules; it is not executed here, which makes a synth
of 30 keys take 3 seconds instead of 14 (https://github.com/hashicorp/terraform-cdk/issues/3753). The submodules
are the real ones and type checkers see the real package.
"""

import importlib.util
import sys
from typing import TypeVar

from cdktf import TerraformElement

_PACKAGE = "cdktf_cdktf_provider_aws"
if _PACKAGE not in sys.modules:
    _spec = importlib.util.find_spec(_PACKAGE)
    assert _spec is not None
    sys.modules[_PACKAGE] = importlib.util.module_from_spec(_spec)

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias  # noqa: E402
from cdktf_cdktf_provider_aws.kms_key import KmsKey  # noqa: E402
from cdktf_cdktf_provider_aws.provider import (  # noqa: E402
    AwsProvider,
    AwsProviderAssumeRole,
    AwsProviderDefaultTags,
)
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter  # noqa: E402

__all__ = [
    "AwsProvider",
    "AwsProviderAssumeRole",
    "AwsProviderDefaultTags",
    "KmsAlias",
    "KmsKey",
    "SsmParameter",
    "named",
]

R = TypeVar("R", bound=TerraformElement)


def named(resource: R, address: str) -> R:
    """The resource under a fixed Terraform name.

    To be put right around the constructor: once an attribute such as `arn` was read, the override does nothing,
    silently, and the resource would have another address.
    """
    resource.override_logical_id(address)
    return resource
