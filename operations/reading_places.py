"""Reading many accounts' regions at the same time: by threads, and where there are many, in a process for each core.

A call to AWS is two milliseconds of Python, and Python runs one thread of a process at a time. So 32 threads of one process
would wait for each other longer than for AWS.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait

from baseline.drift.expected import ExpectedPlace
from baseline.errors import WorldError
from baseline.seen import Seen, SeenThings
from live.asking import Denied, NoCredentials, asking
from live.sessions import Sessions
from live.shared_clients import MOST_AT_ONCE
from live.survey import survey
from live.things import read_things

Looked = tuple[Seen | None, SeenThings] | NoCredentials | str
"""What was seen of keys, None where not even the aliases may be listed, and of features.

Or the error that every further place would end in too, or why nothing was seen, in AWS's words.
"""
_MOST_PROCESSES = 4
"""With more, there would be nothing left to do for them: so many threads make 1,000 calls a second at most, of 30 ms each."""
_SECONDS_OF_A_THREAD = 0.05
"""Each waits for AWS long before it has worked for so long. With Python's 5 ms they take turns more often, for 4 % more CPU."""
_Message = tuple[int, Looked] | int
"""What a process sends: what was seen in which of the places; at the end, how many calls it took."""


def read_places(sessions: Sessions, places: Sequence[ExpectedPlace]) -> Generator[tuple[int, Looked], None, None]:
    """What AWS has in each place, with its number in the sequence, as soon as it is known.

    Whoever stops taking ends it. Raises WorldError where a process dies, and NoCredentials where there are none to begin with.
    """
    processes = min(os.cpu_count() or 1, _MOST_PROCESSES, len(places) // MOST_AT_ONCE)
    if processes < 2:
        yield from _by_threads(sessions, places, range(len(places)), MOST_AT_ONCE)
        return
    with asking("the caller's own credentials"):
        sessions.base.get_credentials()  # asked for once: it can mean a question to the person, as for a code of MFA
    with _started(sessions, places, processes) as unfinished:
        while unfinished:
            for connection in wait(unfinished):
                assert isinstance(connection, Connection)
                message = _received(connection)
                if isinstance(message, int):
                    sessions.calls += message
                    unfinished.remove(connection)
                else:
                    yield message


@contextmanager
def _started(
    sessions: Sessions, places: Sequence[ExpectedPlace], number: int
) -> Generator[list[Connection], None, None]:
    """Processes that each read a part of the places, an account's regions together, and what is received from each."""
    running: list[multiprocessing.Process] = []
    connections: list[Connection] = []
    try:
        for first in range(number):
            receiving, sending = multiprocessing.Pipe(duplex=False)
            share = range(first * len(places) // number, (first + 1) * len(places) // number)
            process = multiprocessing.Process(
                target=_send, args=(sending, sessions, places, share, number), daemon=True
            )
            process.start()
            sending.close()
            running.append(process)
            connections.append(receiving)
        yield connections
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.join()


def _received(connection: Connection) -> _Message:
    try:
        message: _Message = connection.recv()
    except EOFError as error:
        raise WorldError("a process that reads from AWS has died", "run the command again") from error
    return message


def _send(connection: Connection, sessions: Sessions, places: Sequence[ExpectedPlace], share: range, of: int) -> None:
    """What each of the processes does. An interrupt is the first process's to tell."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(_SECONDS_OF_A_THREAD)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for read in _by_threads(sessions, places, share, MOST_AT_ONCE // of):
        connection.send(read)
    connection.send(sessions.calls)


def _by_threads(
    sessions: Sessions, places: Sequence[ExpectedPlace], share: range, threads: int
) -> Generator[tuple[int, Looked], None, None]:
    """Whatever is not begun when nobody takes any more is never begun."""
    pool = ThreadPoolExecutor(max(1, min(threads, len(share))))
    try:
        jobs = {pool.submit(_look, sessions, places[number]): number for number in share}
        for job in as_completed(jobs):
            yield jobs[job], job.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _look(sessions: Sessions, place: ExpectedPlace) -> Looked:
    try:
        with asking(place.provider):
            sessions.enter(place.provider)
        things = read_things(sessions, place.provider, place.things)
        return _survey(sessions, place), things
    except NoCredentials as error:
        return error
    except WorldError as error:
        return str(error.__cause__ or error)


def _survey(sessions: Sessions, place: ExpectedPlace) -> Seen | None:
    try:
        return survey(sessions, place.provider, place.parameters, place.aliases)
    except Denied:
        return None
