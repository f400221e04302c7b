"""What `cdktf synth`, `diff` and `deploy` run: the command `kms-baseline synth`, into cdktf's output folder."""

import os
import sys
from pathlib import Path

from cli.main import main

if __name__ == "__main__":
    os.environ.setdefault("KMS_BASELINE_CONFIG", os.path.relpath(Path(__file__).parent / "organization.yaml"))
    sys.exit(main(["synth", "--quiet", "--output", os.environ.get("CDKTF_OUTDIR") or "cdktf.out"]))
