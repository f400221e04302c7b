"""What it takes to judge the key policies of an organization that was never ours: a scan of 10,000.

    python -m benchmarks.policies_of_others     prints it, and renews its section of docs/performance.md

`make bench` measures it too. The policies are those that others published, and ours with every small mistake that somebody
could make, each in some accounts. The alternative proves each policy by itself.
"""

import json
import random
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from baseline.errors import KmsBaselineError
from baseline.prover.meant import Meant
from benchmarks.measure import Figures, clean_environment, measure
from benchmarks.report import renew, table
from benchmarks.runs import COMMAND, ROOT
from operations.policy_folder import policy_files
from operations.proofs import prove_path
from tests.found.corpus import CORPUS
from tests.found.policies import A, R
from tests.prover.mutants import more_mutants
from tests.prover.test_mutants_of_found import KEYS

POLICIES, ACCOUNTS, SEED = 10_000, 500, 15
ALONE = 500
"""So many are proven by themselves; the time of all follows from theirs."""
PURPOSE = "ebs"


def kinds() -> list[str]:
    """Policies that differ in more than their account."""
    edited = (
        json.dumps(mutant.policy, indent=1).replace(key.account_id, A)
        for _, key in KEYS.values()
        for mutant in more_mutants(key.policy.as_dict())
    )
    return list(dict.fromkeys([*(published.text for published in CORPUS), *edited]))


def write_scan(folder: Path, texts: Sequence[str]) -> None:
    """Every kind in some accounts, as a scan writes them."""
    chance = random.Random(SEED)
    accounts = [str(number) for number in chance.sample(range(10**11, 10**12), ACCOUNTS)]
    for number in range(POLICIES):
        account = chance.choice(accounts)
        file = folder / account / R / f"{number:05}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[number % len(texts)].replace(A, account), encoding="utf-8")


def section() -> str:
    """The text between the two marks of the page."""
    texts = kinds()
    random.Random(SEED).shuffle(texts)
    with TemporaryDirectory() as temporary:
        scan = Path(temporary) / "scan"
        write_scan(scan, texts)
        commands = (("validate",), ("prove",), ("prove", "--purpose", PURPOSE))
        rows = [_row(f"`policy {' '.join(words)}`", _measured(scan, words, "json")) for words in commands]
        rows.append(_row("the last, as the table that a person reads", _measured(scan, commands[-1], "table")))
        alone = _alone(scan)
    rows.append(
        (f"alternative: prove --purpose {PURPOSE}, each by itself, from {ALONE} of them", f"{alone:.0f}", "", "")
    )
    lines = table(("what", "CPU s", "wall s", "MB"), iter(rows))
    return (
        f"{date.today():%d %B %Y}. {POLICIES:,} policies of {ACCOUNTS} accounts, of {len(texts):,} kinds: "
        f"{len(CORPUS)} that others published, and ours with one mistake each.\n\n" + "\n".join(lines)
    )


def _measured(scan: Path, words: Sequence[str], form: str) -> Figures:
    command = [str(COMMAND), "policy", *words, str(scan), "--format", form]
    found_something = ["sh", "-c", '"$@"; test $? -eq 1', "sh"]  # which is no failure here
    return measure([*found_something, *command], ROOT, clean_environment())


def _row(what: str, figures: Figures) -> tuple[str, ...]:
    return (what, f"{figures.cpu:.0f}", f"{figures.wall:.0f}", f"{figures.megabytes:.0f}")


def _alone(scan: Path) -> float:
    """CPU seconds for all, if each policy were proven as if there were no other."""
    files = policy_files(scan, "", "")[:: POLICIES // ALONE]
    before = time.process_time()
    for file in files:
        try:
            prove_path(file.path, file.account_id, file.region, Meant(purpose=PURPOSE), lambda _: None)
        except KmsBaselineError:
            continue  # a template
    return (time.process_time() - before) * POLICIES / len(files)


if __name__ == "__main__":
    renew("policies of others", section())
