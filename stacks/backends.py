"""Where Terraform keeps the state of a stack. One is always written: CDKTF's own default is an absolute path."""

import cdktf

from baseline import names
from baseline.backends import Backend, CloudBackend, S3Backend


def backend(stack: cdktf.TerraformStack, settings: Backend, name: str) -> None:
    """Give a stack its backend."""
    match settings:
        case S3Backend():
            cdktf.S3Backend(
                stack,
                bucket=settings.bucket,
                key=f"{settings.prefix}/{names.state_file(name)}",
                region=settings.region,
                encrypt=True,
                kms_key_id=settings.kms_key,
                assume_role=cdktf.S3BackendAssumeRoleConfig(role_arn=settings.role) if settings.role else None,
            )
            # Newer than CDKTF's own argument list.
            stack.add_override("terraform.backend.s3.use_lockfile", True)
        case CloudBackend():
            cdktf.CloudBackend(
                stack,
                organization=settings.organization,
                hostname=settings.hostname,
                workspaces=cdktf.NamedCloudWorkspace(names.workspace(settings.prefix, name), project=settings.project),
            )
        case _:
            # From <output>/stacks/<stack>: beside the output folder, whose folders `cdktf` deletes at will.
            cdktf.LocalBackend(stack, path=f"../../../state/{names.state_file(name)}")
