"""The one call that deletes a key."""

from datetime import datetime

from baseline.inventory import Provider
from baseline.retirement import WINDOW_DAYS
from live.asking import asking
from live.sessions import Sessions


def schedule(sessions: Sessions, provider: Provider, key_id: str) -> datetime:
    """Schedule a key's deletion, as late as KMS lets. Returns its date. Raises WorldError where KMS refuses."""
    with asking(provider):
        kms = sessions.client(provider, "kms")
        answer = kms.schedule_key_deletion(KeyId=key_id, PendingWindowInDays=WINDOW_DAYS)
    deletion: datetime = answer["DeletionDate"]
    return deletion
