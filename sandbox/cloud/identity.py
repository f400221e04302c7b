"""Dynamic credentials: a run proves by a token who it is, and AWS gives it the credentials of a role.

https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration
"""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from sandbox.cloud.records import Run

AUDIENCE = "aws.workload.identity"
_SECONDS = 7200


def dynamic_credentials(
    variables: Mapping[str, str],
    run: Run,
    phase: Literal["plan", "apply"],
    issuer: str,
    organization: str,
    folder: Path,
) -> dict[str, str]:
    """What Terraform's AWS provider needs to come by a token, where the variables want that; the token is in the folder.

    How HCP Terraform's own workers tell the provider is not documented; these variables are those of AWS's SDKs.
    https://docs.aws.amazon.com/sdkref/latest/guide/access-assume-role-web.html
    """
    role = variables.get(f"TFC_AWS_{phase.upper()}_ROLE_ARN") or variables.get("TFC_AWS_RUN_ROLE_ARN")
    if variables.get("TFC_AWS_PROVIDER_AUTH") != "true" or not role:
        return {}
    file = folder / f"identity-{phase}.token"
    file.touch(0o600)
    file.write_text(_token(run, phase, issuer, organization, variables))
    return {"AWS_ROLE_ARN": role, "AWS_WEB_IDENTITY_TOKEN_FILE": str(file), "AWS_ROLE_SESSION_NAME": run.id}


def _token(run: Run, phase: str, issuer: str, organization: str, variables: Mapping[str, str]) -> str:
    """A JSON Web Token with the claims of HCP Terraform's, signed by nobody.

    https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/workload-identity-tokens
    """
    project, workspace, now = run.workspace.project.name, run.workspace.name, int(time.time())
    claims = {
        "iss": issuer,
        "aud": variables.get("TFC_AWS_WORKLOAD_IDENTITY_AUDIENCE") or AUDIENCE,
        "sub": f"organization:{organization}:project:{project}:workspace:{workspace}:run_phase:{phase}",
        "iat": now,
        "nbf": now,
        "exp": now + _SECONDS,
        "terraform_organization_name": organization,
        "terraform_project_name": project,
        "terraform_workspace_name": workspace,
        "terraform_run_id": run.id,
        "terraform_run_phase": phase,
    }
    return ".".join(_part(part) for part in ({"alg": "RS256", "typ": "JWT"}, claims, {"signed": "by nobody"}))


def _part(value: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
