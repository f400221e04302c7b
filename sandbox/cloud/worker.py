"""Works one run off, from the queue to its end.

https://developer.hashicorp.com/terraform/cloud-docs/run/states
"""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.cloud.plan_json import redacted
from sandbox.cloud.records import FINAL, Run, Store
from sandbox.cloud.terraform import Canceled, Folder, Workers

_UNCHANGED, _CHANGED = 0, 2
"""Exit codes of `terraform plan -detailed-exitcode`."""


class _Failed(Exception):
    """Terraform ended with an error, which is in the log."""


def work_off(store: Store, workers: Workers, run: Run) -> None:
    """All that a run comes to; for a thread of its own."""
    with TemporaryDirectory(dir=workers.folder, prefix=f"{run.id}-", ignore_cleanup_errors=True) as folder:
        work = _Work(store, workers, run, Folder(store, workers, run, Path(folder)))
        try:
            work.to_the_end()
        except Canceled:
            work.ended("canceled")
        except Exception as error:
            if not isinstance(error, _Failed):
                work.stage.log.write(f"\nError: the worker failed: {error!r}\n".encode())
            work.ended("errored")
        finally:
            # Whoever follows a log that never ends waits for ever.
            run.plan.log.close()
            run.apply.log.close()
            if run.apply.status == "pending":
                run.apply.status = "unreachable"


class _Work:
    def __init__(self, store: Store, workers: Workers, run: Run, folder: Folder) -> None:
        self.store, self.workers, self.run, self.folder, self.stage = store, workers, run, folder, run.plan

    def to_the_end(self) -> None:
        run = self.run
        if self._takes_turn("planning", always=run.is_saved or run.only_plans):
            self._at_work(self._plan)
        self._wait(lambda: run.status == "confirmed" or run.status in FINAL)
        self.stage = run.apply
        if self._takes_turn("applying", always=False):
            self._at_work(self._apply)

    def ended(self, status: str) -> None:
        """Give the run and its stage their last status, unless they have one."""
        with self.store.changed:
            if self.run.status not in FINAL:
                self.stage.status = status
                self.store.become(self.run, status)

    def _takes_turn(self, status: str, *, always: bool) -> bool:
        """Wait for the workspace and a worker, and begin; False when the run ended meanwhile."""
        run, workers = self.run, self.workers

        def is_free() -> bool:
            return workers.busy < workers.at_once and (always or run.workspace.is_free_for(run))

        with self.store.changed:
            self._wait(lambda: run.status in FINAL or is_free())
            if run.status in FINAL:
                return False
            workers.busy += 1
            self.stage.status = "running"
            self.store.become(run, status)
            return True

    def _at_work(self, work: Callable[[], None]) -> None:
        version = self.run.workspace.terraform_version
        self.stage.log.write(f"Terraform v{version}\non linux_amd64\nInitializing plugins and modules...\n".encode())
        try:
            work()
        finally:
            with self.store.changed:
                self.workers.busy -= 1
                self.store.changed.notify_all()

    def _wait(self, condition: Callable[[], bool]) -> None:
        self.store.wait(lambda: condition() or self.run.cancel_asked)
        if self.run.cancel_asked or self.store.stopping:
            raise Canceled

    def _plan(self) -> None:
        run, plan, folder = self.run, self.run.plan, self.folder
        folder.fill()
        code, said = folder.terraform("init", "-input=false", "-no-color")
        if code:
            plan.log.write(said)
            raise _Failed
        code, _ = folder.terraform("plan", "-detailed-exitcode", "-out=tfplan", *self._options(), log=plan.log)
        if folder.has_plan:  # also of one that failed half-way
            schemas = self.workers.schemas
            plan.json = folder.json("show", "-json", "tfplan")
            plan.redacted = redacted(plan.json, schemas, lambda: folder.json("providers", "schema", "-json"))
        if code not in (_UNCHANGED, _CHANGED):
            raise Canceled if run.cancel_asked else _Failed
        with self.store.changed:
            plan.has_changes, plan.status = code == _CHANGED, "finished"
            plan.log.close()
            self.store.become(run, self._after_plan())

    def _after_plan(self) -> str:
        run = self.run
        if run.only_plans or not run.plan.has_changes:
            return "planned_and_finished"
        if run.is_saved:
            return "planned_and_saved"
        automatic = run.asked.get("auto-apply", run.workspace.settings.get("auto-apply"))
        return "confirmed" if automatic else "planned"

    def _apply(self) -> None:
        apply = self.run.apply
        self._wait(lambda: not self.workers.holding)
        try:
            code, _ = self.folder.terraform("apply", "-input=false", *self._view(), "tfplan", log=apply.log)
        finally:
            self.folder.take_state()
        if code:
            raise Canceled if self.run.cancel_asked else _Failed
        with self.store.changed:
            apply.status = "finished"
            apply.log.close()
            self.store.become(self.run, "applied")

    def _view(self) -> list[str]:
        return ["-json"] if self.run.workspace.structured else []

    def _options(self) -> list[str]:
        asked = self.run.asked
        switches = {"is-destroy": "-destroy", "refresh-only": "-refresh-only"}
        return [
            "-input=false",
            *self._view(),
            *(option for name, option in switches.items() if asked.get(name)),
            *(["-refresh=false"] if asked.get("refresh") is False else []),
            *(f"-target={address}" for address in asked.get("target-addrs") or ()),
            *(f"-replace={address}" for address in asked.get("replace-addrs") or ()),
        ]
