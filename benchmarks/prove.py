"""Proof of every property of many keys, each policy by itself.

    python -m benchmarks.prove [ACCOUNTS]

Accounts in 17 regions with three keys each: 1,000 are 51,000 policies. One process; prints CPU seconds and memory,
and what `check` and `synth` spend, which prove keys of one shape once.
"""

import resource
import sys
import time
from collections import Counter

from baseline.configuration.load import load
from baseline.expansion import expand
from baseline.lock import Lock
from baseline.prover.inventory import prove_alike
from baseline.prover.judgements import prove_key
from baseline.prover.subject import subject
from benchmarks.organizations import organization

REGIONS = 17


def main(accounts: int) -> None:
    inventory = expand(load(organization(accounts, REGIONS), "organization.yaml").organization, Lock())
    keys, by_id = inventory.keys, {account.id: account for account in inventory.organization.accounts}
    before, verdicts = time.process_time(), Counter[str]()
    for key in keys:
        about = subject(key, by_id[key.account_id], inventory.organization)
        verdicts.update(judgement.verdict for judgement in prove_key(about, key.policy))
    spent = time.process_time() - before
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(  # noqa: T201
        f"{len(keys)} policies, {verdicts.total()} verdicts {dict(verdicts)}: {spent:.1f} s of CPU, "
        f"{spent / len(keys) * 1000:.2f} ms a policy, {megabytes:.0f} MB with the inventory"
    )
    before = time.process_time()
    verdicts = Counter(proof.judgement.verdict for proof in prove_alike(inventory))
    print(f"the same by shape: {dict(verdicts)}: {time.process_time() - before:.1f} s of CPU")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
