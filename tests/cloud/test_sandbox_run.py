"""`sandbox run` starts the HCP Terraform that the configuration names on this machine."""

import socket
import sys
from pathlib import Path

import pytest

from tests.cloud.test_demo import CONFIGURATION
from tests.conftest import Run

ASK = """
import json, os, sys, urllib.request
host, token = next((name[9:], value) for name, value in os.environ.items() if name.startswith("TF_TOKEN_"))
address = f"https://{host.replace('_', '.')}/api/v2/organizations/acme"
request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
print(host, json.load(urllib.request.urlopen(request))["data"]["id"], os.environ["AWS_ENDPOINT_URL"][:16])
"""


@pytest.mark.usefixtures("terraform")
def test_the_command_finds_the_server_a_token_and_aws(run: Run, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    backend = f'{{type: cloud, organization: acme, hostname: "localhost:{port}"}}'
    written = CONFIGURATION.replace("{role: kms-baseline-deploy}", f"{{role: kms-baseline-deploy, backend: {backend}}}")
    (tmp_path / "organization.yaml").write_text(written)
    done = run("sandbox", "run", "--", sys.executable, "-c", ASK)
    assert done.stdout.split() == [f"localhost:{port}", "acme", "http://127.0.0.1"], done.stderr
