"""Does a job a stack, a few at once, and holds the person's Ctrl-C in the right place.

Everything that happens goes through one queue to the thread that asked for the work: events
of the stacks, signals, ends. So the callback and the decisions need no lock.
"""

import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from deployment.events import Event, Notice, OnEvent, Phase, Work
from deployment.interrupts import Interrupts
from deployment.run import Children, Stopped

T = TypeVar("T")

HELD_BACK = "finishing the keys that are being created; again to stop at once"
STOPPING = "stopping"
STILL_STOPPING = "waiting for Terraform to end: cut off now, it would lose track of keys"


@dataclass(frozen=True, slots=True)
class Shift:
    """What a job works with."""

    children: Children
    emit: OnEvent


Job = Callable[[Shift], T]


class Crew(Generic[T]):
    """Does jobs in parallel. After an interrupt, or when the callback fails, no further job is started."""

    def __init__(self, phase: Phase, interrupts: Interrupts, on_event: OnEvent, holds_back: Callable[[], bool]) -> None:
        """`holds_back` says, when the first Ctrl-C comes, whether the running jobs are to be finished."""
        self.interrupted = False
        self._phase = phase
        self._interrupts = interrupts
        self._on_event = on_event
        self._holds_back = holds_back
        self._children = Children()
        self._inbox: SimpleQueue[Event | int | _Done | _Left] = SimpleQueue()
        self._closed = threading.Event()
        self._failure: BaseException | None = None
        self._done: dict[str, T] = {}

    def work(self, jobs: Mapping[str, Job[T]], at_once: int) -> dict[str, T]:
        """What each job returned; a job that was not started, or stopped before its end, is absent.

        An exception of a job or of the callback is raised when all children have ended.
        """
        waiting: SimpleQueue[tuple[str, Job[T]]] = SimpleQueue()
        for item in jobs.items():
            waiting.put(item)
        workers = [threading.Thread(target=self._worker, args=(waiting,)) for _ in range(min(at_once, len(jobs)))]
        with self._interrupts.heard_by(self._inbox.put):
            self._tell(Work(self._phase, len(jobs)))
            for worker in workers:
                worker.start()
            self._listen(len(workers), len(jobs))
        self.interrupted |= not self._inbox.empty()  # only a signal can come after the last worker has left
        for worker in workers:
            worker.join()
        if self._failure:
            raise self._failure
        return self._done

    def _listen(self, working: int, jobs: int) -> None:
        done = 0
        while working:
            message = self._inbox.get()
            if isinstance(message, _Left):
                working -= 1
                self._failure = self._failure or message.failure
            elif isinstance(message, _Done):
                done += 1
                self._tell(Work(self._phase, jobs, done, message.name))
            elif isinstance(message, int):
                self._interrupt(message)
            else:
                self._tell(message)
        self._tell(Work(self._phase, jobs, done, over=True))

    def _tell(self, event: Event) -> None:
        if self._failure:
            return
        try:
            self._on_event(event)
        except Exception as error:  # the children must end in good order first
            self._failure = error
            self._closed.set()

    def _interrupt(self, number: int) -> None:
        first, self.interrupted = not self.interrupted, True
        self._closed.set()
        if first and self._holds_back():
            self._tell(Notice(HELD_BACK))
        elif self._children.stopped:
            self._tell(Notice(STILL_STOPPING))
        elif first or number != signal.SIGHUP:  # a closing terminal may send several of those
            self._children.stop()
            self._tell(Notice(STOPPING))

    def _worker(self, waiting: "SimpleQueue[tuple[str, Job[T]]]") -> None:
        failure: BaseException | None = None
        try:
            while not self._closed.is_set():
                name, job = waiting.get_nowait()
                self._done[name] = job(Shift(self._children, self._inbox.put))
                self._inbox.put(_Done(name))
        except (Empty, Stopped):
            pass
        except BaseException as error:  # raised again by `work`
            failure = error
            self._closed.set()
        finally:
            self._inbox.put(_Left(failure))


@dataclass(frozen=True, slots=True)
class _Done:
    """A job has ended."""

    name: str


@dataclass(frozen=True, slots=True)
class _Left:
    """A worker has left."""

    failure: BaseException | None
