"""The stack of an account, or of one of its regions."""

from cdktf import TerraformStack
from constructs import Construct

from baseline.inventory import Stack
from modules.regional_key import regional_key
from stacks.backends import backend
from stacks.providers import regional_provider, require_versions


class AccountStack(TerraformStack):
    """Everything that is deployed together."""

    def __init__(self, scope: Construct, stack: Stack) -> None:
        super().__init__(scope, stack.name)
        require_versions(self)
        backend(self, stack.backend, stack.name)
        providers = {provider.alias: regional_provider(self, provider) for provider in stack.providers}
        for key in stack.keys:
            regional_key(self, key, providers[key.provider])
        if stack.forgotten:
            # CDKTF has no construct for `removed` blocks.
            self.add_override(
                "removed", [{"from": address, "lifecycle": {"destroy": False}} for address in stack.forgotten]
            )
