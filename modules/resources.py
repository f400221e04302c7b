"""What every construct needs: the name of its resources, and texts as Terraform takes them."""

from typing import TypeVar

from cdktf import TerraformElement

R = TypeVar("R", bound=TerraformElement)


def named(resource: R, address: str) -> R:
    """The resource under a fixed Terraform name.

    To be put right around the constructor: once an attribute such as `arn` was read, the override does nothing,
    silently, and the resource would have another address.
    """
    resource.override_logical_id(address)
    return resource


def literal(text: str) -> str:
    """A text as Terraform takes it for itself: `${` and `%{` would begin its templates.

    https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping
    """
    return text.replace("${", "$${").replace("%{", "%%{")


def key_arn(address: str) -> str:
    """The ARN of a key of the stack. The alias's own reference makes it wait for key, policy and alias.

    Written out: addresses are a contract, and every attribute that is read from a construct is one more call to Node.
    """
    return f"${{aws_kms_alias.{address}.target_key_arn}}"
