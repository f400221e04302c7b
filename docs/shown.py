"""What pages that people write show of the sample, renewed in place: commands with their output, and its bill."""

import io
import re
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.configuration.load import load
from baseline.configuration.schema import render
from baseline.expansion import expand
from baseline.lock import Lock
from baseline.purposes import PURPOSES
from cli.main import main

COMMAND = re.compile(r"(?<=^```text\n)\$ kms-baseline (?P<arguments>.*)\n(?:(?!```).*\n)*(?=```$)", re.MULTILINE)
BILL = re.compile(r"(?<=^<!-- bill -->\n).*?(?=^<!-- /bill -->$)", re.MULTILINE | re.DOTALL)


def shown_by(configuration: str, *arguments: str) -> str:
    """What the command prints for a configuration."""
    printed = io.StringIO()
    with TemporaryDirectory() as folder, chdir(folder), redirect_stdout(printed), redirect_stderr(printed):
        Path("organization.yaml").write_text(configuration, encoding="utf-8")
        Path("docs").mkdir()  # as in a clone, whose sample names the schema there
        Path("docs/organization.schema.json").write_text(render(), encoding="utf-8")
        if main(arguments):
            raise RuntimeError(f"kms-baseline {' '.join(arguments)} failed: {printed.getvalue()}")
    return printed.getvalue()


def with_outputs(page: str, sample: str) -> str:
    """The page with what the commands that it shows print for the sample."""
    return COMMAND.sub(
        lambda shown: f"$ kms-baseline {shown['arguments']}\n{shown_by(sample, *shown['arguments'].split())}", page
    )


def with_bill(page: str, sample: str) -> str:
    """The page with the bill of the sample: a dollar for a key, and one for each of its first two rotations."""
    keys = len(expand(load(sample, "organization.yaml").organization, Lock()).keys)
    many = 5 * 17 * sum(purpose.is_everywhere for purpose in PURPOSES.values())
    bill = f"""\
| the sample: {keys} keys, rotated every 365 days | a month |
| --- | --- |
| first year | ${keys} |
| second year | ${2 * keys} |
| from the third year | ${3 * keys} |

5 accounts in 17 regions have {many} keys without features: ${many} a month, and ${3 * many} from the third year.
"""
    return BILL.sub(lambda _: bill, page)
