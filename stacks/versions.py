"""The versions that the generated configurations ask for."""

REQUIRED_TERRAFORM = ">= 1.10"
"""`removed` blocks and S3's own locking."""
PROVIDER_LOCK_FILE = ".terraform.lock.hcl"
"""Where Terraform looks for the provider's version and sums."""
_OLDEST = "5.79"


def required_provider(newest: int) -> dict[str, str]:
    """The AWS provider, up to a major version.

    The bindings are of 6.25.0. A test holds every argument that is written against the schemas of 5.100.0 and of 6.25.0.
    """
    return {"source": "hashicorp/aws", "version": f">= {_OLDEST}, < {newest + 1}"}


REQUIRED_PROVIDER = required_provider(5)
"""What everything was run with. A configuration that lets a later one in takes it too."""
