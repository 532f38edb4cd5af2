"""Processes of their own that work on a test's site: several at once, or one killed at a chosen step."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from tests.fakes import FakeClock
from tests.source import ROOT
from tests.vault import jobs
from tests.world import Secrets, World
from whistle import app
from whistle.config import Settings
from whistle.vault import sites
from whistle.vault.store import Store

FILE_OPERATIONS = (
    "open", "write", "pwrite", "fsync", "rename", "replace", "unlink", "mkdir", "rmdir", "ftruncate", "utime"
)  # fmt: skip
"""What leaves a trace on a disk, or makes one durable; before each of them a process may die."""


class Worker:
    """A process that was started afresh, with the modules of the program but none of the test's memory."""

    def __init__(self, world: World) -> None:
        command = [sys.executable, "-c", "from tests.vault.workers import serve; serve()"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, **pipes)  # type: ignore[call-overload]
        self._say(_site(world))
        assert self._hear() == "ready"

    def start(self, job: str, **facts: Any) -> None:
        """Let the job begin; `answer` waits for its end."""
        self._say({"job": job, "facts": facts})

    def answer(self) -> Any:
        """What the job gave back, or {"refused": name of the error}."""
        return self._hear()

    def run(self, job: str, **facts: Any) -> Any:
        self.start(job, **facts)
        return self.answer()

    def killed_at(self, step: int, job: str, **facts: Any) -> Any:
        """Let a child of the worker do the job and die by SIGKILL before its `step`-th operation.

        Returns what it had printed by then, None if nothing. If the job has fewer steps it dies right after
        printing.
        """
        self._say({"job": job, "facts": facts, "step": step})
        said = self._hear()
        assert said.pop("signal") == signal.SIGKILL
        return said["printed"]

    def steps_of(self, job: str, **facts: Any) -> int:
        """How many operations the job has."""
        steps: int = self.killed_at(0, job, **facts)["steps"]
        return steps

    def kill(self) -> None:
        """End the process as a power cut would."""
        self._process.kill()
        self._end()

    def close(self) -> None:
        """Let the process end by itself."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.close()
        self._end()

    def _end(self) -> None:
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _say(self, line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the worker died"
        return json.loads(line)


@contextmanager
def workers(world: World, count: int) -> Iterator[tuple[Worker, ...]]:
    """So many workers on the test's site."""
    started = [Worker(world) for _ in range(count)]
    try:
        yield tuple(started)
    finally:
        for worker in started:
            worker.close()


def _site(world: World) -> dict[str, Any]:
    return {
        "data": str(world.settings.data),
        "database": world.settings.database_url,
        "now": world.clock.now().isoformat(),
        "seeds": {name: seed.hex() for name, seed in world.secrets.seeds.items()},
    }


def serve() -> None:
    """The worker's side: one JSON line in, one out, until the pipe ends."""
    site = json.loads(sys.stdin.readline())
    jobs.warm_up()
    print(json.dumps("ready"), flush=True)
    world: World | None = None
    for line in sys.stdin:
        task = json.loads(line)
        if "step" in task:
            print(json.dumps(_in_a_child(site, task)), flush=True)
            continue
        world = world or _open(site)
        print(json.dumps(_done(world, task)), flush=True)


def _open(site: dict[str, Any]) -> World:
    settings = Settings.read({"WHISTLE_DATABASE": site["database"]}, Path(site["data"]), checkout=None)
    now = datetime.fromisoformat(site["now"])
    store = app.open_store(settings)
    secrets = Secrets(seeds={name: bytes.fromhex(seed) for name, seed in site["seeds"].items()})
    clock = FakeClock(now, now)
    return World(app.join(settings, store, clock, sites.values(store), rehearsal=True), clock, secrets)


def _done(world: World, task: dict[str, Any]) -> Any:
    job: Callable[..., Any] = getattr(jobs, task["job"])
    return job(world, **task["facts"])


def _in_a_child(site: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    here, there = os.pipe()
    child = os.fork()
    if not child:
        os.close(here)
        _die_on_the_way(site, task, there)
    os.close(there)
    with os.fdopen(here, "r") as pipe:
        printed = pipe.read()
    _pid, status = os.waitpid(child, 0)
    end = os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)
    return {"printed": json.loads(printed) if printed else None, "signal": end}


def _die_on_the_way(site: dict[str, Any], task: dict[str, Any], pipe: int) -> None:
    try:
        world = _open(site)
        count = _arm(world.program.store, task["step"])
        said = {"done": _done(world, task), "steps": count()}
        print_receipt(pipe, said)
        os.kill(os.getpid(), signal.SIGKILL)
    finally:
        os._exit(1)


_write = os.write


def print_receipt(pipe: int, said: dict[str, Any]) -> None:
    """As the page with the case key would: after everything else."""
    _write(pipe, json.dumps(said).encode())


def _arm(store: Store, at: int) -> Callable[[], int]:
    """Count every statement, commit and file operation from now on, and die before number `at`."""
    done = 0

    def step(*_: Any) -> None:
        nonlocal done
        done += 1
        if done == at:
            os.kill(os.getpid(), signal.SIGKILL)

    if store.embedded:
        # SQLite's own word for each statement: past SQLAlchemy, and in a database that the job opens, too.
        store.engine.dispose()
        event.listen(Engine, "connect", lambda raw, _record: raw.set_trace_callback(step))
    else:
        event.listen(Engine, "before_cursor_execute", step)
        event.listen(Engine, "commit", step)
    for name in FILE_OPERATIONS:
        setattr(os, name, _counted(getattr(os, name), step))
    return lambda: done


def _counted(operation: Callable[..., Any], step: Callable[[], None]) -> Callable[..., Any]:
    def counted(*arguments: Any, **named: Any) -> Any:
        step()
        return operation(*arguments, **named)

    return counted
