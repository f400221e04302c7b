"""What `cdktf synth`, `diff` and `deploy` run: the command `kms-baseline synth`, into cdktf's output folder."""

import sys

from cli.main import main

if __name__ == "__main__":
    sys.exit(main(["synth", "--quiet"]))
