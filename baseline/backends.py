"""Where Terraform keeps its states."""

from dataclasses import dataclass

from baseline import names

LONGEST_WORKSPACE = 90
"""Characters of a name: https://developer.hashicorp.com/terraform/cloud-docs/workspaces/create#workspace-naming"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBackend:
    """State files beside the output folder."""

    @property
    def place(self) -> str:
        """Where the states are, as the lock records it."""
        return "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Backend:
    """State in a bucket, with S3's own locking."""

    bucket: str
    region: str
    prefix: str
    kms_key: str | None
    role: str | None

    @property
    def place(self) -> str:
        """Where the states are, as the lock records it."""
        return f"s3://{self.bucket}/{self.prefix}"

    def state(self, stack: str) -> str:
        """Where the state of one stack is."""
        return f"{self.place}/{names.state_file(stack)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudBackend:
    """HCP Terraform or Terraform Enterprise: a workspace a stack."""

    organization: str
    project: str | None
    hostname: str
    prefix: str

    @property
    def place(self) -> str:
        """Where the states are, as the lock records it."""
        return f"https://{self.hostname}/{self.organization}/{self.prefix}"

    def state(self, stack: str) -> str:
        """Where the state of one stack is."""
        return f"the workspace {names.workspace(self.prefix, stack)} of {self.organization} at {self.hostname}"


Backend = LocalBackend | S3Backend | CloudBackend
