"""The stack of an account, or of one of its regions."""

from cdktf import TerraformStack
from constructs import Construct

from baseline.inventory import Stack
from modules.parts import build_part
from modules.regional_key import regional_key
from modules.regional_provider import regional_provider
from stacks.backends import backend
from stacks.versions import REQUIRED_TERRAFORM, required_provider


class AccountStack(TerraformStack):
    """Everything that is deployed together."""

    def __init__(self, scope: Construct, stack: Stack) -> None:
        super().__init__(scope, stack.name)
        _require_versions(self, stack.aws_provider)
        backend(self, stack.backend, stack.name)
        providers = {provider.alias: regional_provider(self, provider) for provider in stack.providers}
        for key in stack.keys:
            regional_key(self, key, providers[key.provider])
        for part in stack.parts:
            build_part(self, part, providers[part.site.provider])
        if stack.forgotten:
            # CDKTF has no construct for `removed` blocks.
            self.add_override(
                "removed", [{"from": address, "lifecycle": {"destroy": False}} for address in stack.forgotten]
            )


def _require_versions(stack: TerraformStack, newest_provider: int) -> None:
    """Our own versions in place of the exact pin that the bindings write."""
    stack.add_override("terraform.required_version", REQUIRED_TERRAFORM)
    stack.add_override("terraform.required_providers.aws", required_provider(newest_provider))
