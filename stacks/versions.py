"""The versions that the generated configurations ask for."""

REQUIRED_TERRAFORM = ">= 1.10"
"""`removed` blocks and S3's own locking."""
PROVIDER_LOCK_FILE = ".terraform.lock.hcl"
"""Where Terraform looks for the provider's version and sums."""
REQUIRED_PROVIDER = {"source": "hashicorp/aws", "version": ">= 5.79, < 6"}
"""The bindings are of a later version; no argument is used that exists only there (a test holds them to 5.100.0)."""
