"""One lock a service: moto walks through its stores without care for another thread that adds to them meanwhile."""

import threading
from collections import defaultdict

_LOCKS: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
_FINDING = threading.Lock()


def lock_of(service: str) -> threading.Lock:
    """What a call to the service holds while it is answered, and whoever reaches into its store from elsewhere.

    KMS and IAM reach into nobody's store, so they can be reached into from the answer of every other service; EC2
    reaches into KMS only.
    """
    with _FINDING:
        return _LOCKS[service]
