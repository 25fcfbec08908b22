"""Seed typical defects into collective.annotationforms.connections, one by one.

    .venv-6.2/bin/python benchmarks/mutants.py [NAME ...]

Each defect goes into a copy of the package, whose tests then run until one fails.  A
table says which test caught it; the exit code is the number of those that survived.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import os
import re
import shutil
import subprocess
import sys


ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path("collective") / "annotationforms"


@dataclass
class Mutant:
    """A defect: in a module, `old` is replaced by `new`."""

    name: str
    module: str
    old: str
    new: str


MUTANTS = [
    Mutant(
        "no hook on the ZODB Connection",
        "lifetime",
        'if vars(jar).get("_close_foreign_connections") is None:',
        "if False:",
    ),
    Mutant(
        "the hook works once",
        "lifetime",
        "        jar.onCloseCallback(jar._close_foreign_connections)\n        _end",
        "        _end",
    ),
    Mutant(
        "entries of others are closed",
        "lifetime",
        "        if isinstance(connection, ForeignConnection):\n            del",
        "        if True:\n            del",
    ),
    Mutant(
        "no liveness check",
        "connection",
        "return self.is_alive(link.raw)",
        "return True",
    ),
    Mutant(
        "no limit of age and idleness",
        "connection",
        "if self.is_expired(link):",
        "if False:",
    ),
    Mutant(
        "commit in tpc_finish",
        "datamanager",
        "            self._commit()\n        self",
        "            transaction.addAfterCommitHook(lambda ok: self._commit())\n"
        "        self",
    ),
    Mutant(
        "reconnect after join",
        "datamanager",
        "return super().raw if self._participation is None else self._joined_raw()",
        "return super().raw",
    ),
    Mutant(
        "join the transaction of the thread",
        "datamanager",
        "transaction = self._manager().get()",
        "transaction = __import__('transaction').get()",
    ),
    Mutant(
        "join by a flag that outlives its transaction",
        "datamanager",
        "            if participation.transaction is transaction:",
        "            if self.opens:",
    ),
    Mutant(
        "no fork guard",
        "link",
        'if hasattr(os, "register_at_fork"):',
        "if False:",
    ),
    Mutant(
        "the child drops what it inherited",
        "link",
        "        _of_parent.append(link.raw)\n        link.raw = None\n",
        "        link.close(link.owner().close_raw)\n",
    ),
    Mutant(
        "abort closes, as that of alm.solrindex does",
        "datamanager",
        "        if self._participation is None or self._takes_part_in(transaction):\n"
        "            self._rollback()",
        "        self.close()\n        self._leave()",
    ),
    Mutant(
        "abort after the end rolls back what came next",
        "datamanager",
        "participation, self._participation = self._participation, None",
        "participation = self._participation",
    ),
    Mutant(
        "fake savepoint",
        "postgresql",
        'self._raw.execute(f"ROLLBACK TO SAVEPOINT {self._name}")',
        "pass",
    ),
    Mutant(
        "savepoints for those that have none",
        "datamanager",
        "        if self.savepoint_raw is None:",
        "        if False:",
    ),
    Mutant(
        "a dict of the module",
        "kept",
        '    return _dict_of(obj._p_jar, "foreign_connections")',
        '    return _dict_of(Connection, "foreign_connections")',
    ),
    Mutant(
        "a dict of the thread",
        "kept",
        '    return _dict_of(obj._p_jar, "foreign_connections")',
        '    return _dict_of(__import__("threading").current_thread(), "kept")',
    ),
    Mutant(
        "volatile connections stay behind",
        "kept",
        "        _move_along(obj, oid, kept)\n",
        "",
    ),
    Mutant(
        "jars that look like a ZODB Connection",
        "kept",
        "if found is not None and isinstance(jar, Connection):",
        "if found is not None:",
    ),
    Mutant(
        "changed settings lose the transaction",
        "datamanager",
        "if self._participation is None:\n            self.close()\n        else:",
        "if True:\n            self.close()\n        else:",
    ),
    Mutant(
        "the old connection of changed settings stays",
        "kept",
        "    same_kind[key].retire()\n",
        "",
    ),
    Mutant(
        "settings are compared with themselves",
        "connection",
        "self.settings = snapshot(settings)",
        "self.settings = settings",
    ),
    Mutant(
        "no cool-down",
        "cooldown",
        "if monotonic() < failed_at + self.retry_after:",
        "if False:",
    ),
    Mutant(
        "a failed statement does not stop the commit",
        "postgresql",
        "        check_not_failed(driver)\n",
        "",
    ),
    Mutant(
        "no read timeout",
        "postgresql",
        "        raw.answer_timeout = self.answer_timeout\n",
        "",
    ),
    Mutant(
        "a late answer is taken for the next one",
        "postgresql",
        "                self.close()\n",
        "                pass\n",
    ),
    Mutant(
        "serialization failures of statements are not transient",
        "postgresql",
        "        raise TransientStatementError(type(error).__name__) from error",
        "        raise",
    ),
    Mutant(
        "serialization failures at commit are not transient",
        "datamanager",
        "        if self.transient(error):\n            raise",
        "        if False:\n            raise",
    ),
    Mutant(
        "a COMMIT on its way arrives after the decision",
        "postgresql",
        '    if status == "in progress":\n        cursor',
        '    if status == "nothing":\n        cursor',
    ),
    Mutant(
        "no rollback of what was read without joining",
        "datamanager",
        "        if self._participation is None:\n            self._rollback()",
        "        if self._participation is None:\n            super().release()",
    ),
    Mutant(
        "what was sent without joining is committed later",
        "datamanager",
        "        if self._participation is None:\n            # An earlier",
        "        if False:\n            # An earlier",
    ),
    Mutant(
        "sweeping takes what is in use",
        "link",
        "self.held = _idle.pop(id(self), None) is not None",
        "self.held = True",
    ),
    Mutant(
        "nobody sweeps",
        "lifetime",
        "    sweep(now)\n",
        "",
    ),
    Mutant(
        "votes before ZODB",
        "datamanager",
        '_sort_prefix = "~foreign:"',
        '_sort_prefix = "!foreign:"',
    ),
    Mutant(
        "a second writer is not logged",
        "datamanager",
        "    if len(writers) == 2:",
        "    if len(writers) == 200:",
    ),
    Mutant(
        "the buffer is sent at once",
        "buffered",
        "        self._buffer.append(copied(item))\n",
        "        self.send(self.raw, [item])\n",
    ),
    Mutant(
        "an abort leaves the buffer",
        "buffered",
        "        self._buffer.clear()\n",
        "",
    ),
    Mutant(
        "redis-py tries again",
        "redis",
        '            "retry": None,\n',
        "",
    ),
    Mutant(
        "settings in the repr",
        "connection",
        'return f"<{type(self).__name__} {state}>"',
        'return f"<{type(self).__name__} {state} {self.settings}>"',
    ),
    Mutant(
        "no closing of leaked connections",
        "connection",
        "        if not sys.is_finalizing():",
        "        if False:",
    ),
    Mutant(
        "another kind of the same object is returned",
        "kept",
        "found.factory is not factory or found.settings != settings",
        "found.settings != settings",
    ),
    Mutant(
        "classes that look alike are one kind",
        "values",
        " or isinstance(one, type):",
        ":",
    ),
    Mutant(
        "two settings in turn close each other",
        "kept",
        "if not same_kind or any(are_same(past, made.settings) for past in former):",
        "if not same_kind:",
    ),
    Mutant(
        "options are compared by identity",
        "values",
        "type(one).__eq__ is object.__eq__",
        "False",
    ),
    Mutant(
        "each connection has a cool-down of its own",
        "cooldown",
        "            if server.is_for(kind, settings):",
        "            if False:",
    ),
    Mutant(
        "all threads try a silent server again at once",
        "cooldown",
        "            server.failed_at = monotonic()\n            return",
        "            return",
    ),
    Mutant(
        "Redis falls silent, and each command waits",
        "redis",
        "self.cooldown.trying(RedisTimeoutError)",
        "self.cooldown.trying(KeyError)",
    ),
    Mutant(
        "a pipeline has a socket of its own",
        "redis",
        '"single_connection_client": False',
        '"single_connection_client": True',
    ),
    Mutant(
        "SELECT holds for the next request",
        "redis",
        ".upper() in SESSION_COMMANDS:",
        ".upper() in ():",
    ),
    Mutant(
        "a subscription stays open",
        "redis",
        'raw.suspect or getattr(pool, "_in_use_connections", None)',
        "raw.suspect",
    ),
    Mutant(
        "a demoted Redis is asked again and again",
        "redis",
        "            self.note()\n            raise",
        "            raise",
    ),
    Mutant(
        "a body that changes later is sent as it is then",
        "buffered",
        "self._buffer.append(copied(item))",
        "self._buffer.append(item)",
    ),
    Mutant(
        "who can't take back votes by name",
        "buffered",
        '_sort_prefix = "~foreign;"',
        '_sort_prefix = "~foreign:"',
    ),
    Mutant(
        "a redirect rolls back",
        "http",
        "            if response.is_error:",
        "            if not response.is_success:",
    ),
    Mutant(
        "the next user's request has this one's cookies",
        "http",
        '    "cookies",\n',
        "",
    ),
    Mutant(
        "streams stay open",
        "http",
        "                self._streams.pop().close()",
        "                self._streams.pop()",
    ),
    Mutant(
        "streams without a limit",
        "http",
        "if len(self._streams) >= self.max_streams:",
        "if False:",
    ),
    Mutant(
        "an HTTP service falls silent, and each request waits",
        "http",
        "    httpx.ReadTimeout,\n",
        "",
    ),
    Mutant(
        "a token that was refused is kept",
        "oauth",
        "if response.status_code == 401 and",
        "if False and",
    ),
    Mutant(
        "a token for each connection",
        "oauth",
        "        _tokens[self] = token\n",
        "",
    ),
    Mutant(
        "AMQP waits for too long",
        "amqp",
        "timer = loop.call_later(self.answer_timeout, self._give_up)",
        "timer = loop.call_later(4 * self.answer_timeout, self._give_up)",
    ),
    Mutant(
        "messages before one that is refused are published",
        "amqp",
        "            channel.tx_select()\n",
        "            channel.tx_select()\n"
        "            channel.basic_publish(*items[0])\n"
        "            channel.tx_commit()\n",
    ),
    Mutant(
        "nobody reads heartbeats",
        "amqp",
        "            raw.process_data_events(time_limit=0)\n        except",
        "            pass\n        except",
    ),
    Mutant(
        "a message without a queue is lost",
        "amqp",
        "        if returned:",
        "        if False:",
    ),
    Mutant(
        "a channel stays open",
        "amqp",
        "return raw.is_open and not raw.has_channels",
        "return raw.is_open",
    ),
]


def changed(text: str, mutant: Mutant) -> str:
    """Return the text with the defect; raises ValueError if it has no place there."""
    if text.count(mutant.old) != 1:
        raise ValueError(f"{mutant.name}: found {text.count(mutant.old)} times")
    return text.replace(mutant.old, mutant.new)


def run(mutant: Mutant, copy: Path) -> str | None:
    """Return the name of the first test that fails, None if all pass."""
    module = copy / PACKAGE / "connections" / f"{mutant.module}.py"
    before = module.read_text(encoding="utf-8")
    module.write_text(changed(before, mutant), encoding="utf-8")
    try:
        done = subprocess.run(  # noqa: S603
            [
                Path(sys.executable).parent / "zope-testrunner",
                f"--test-path={copy}",
                *("-s", "collective.annotationforms.tests.connections"),
                "--tests-pattern=^connections$",
                # Not those that measure, or that look at the source.
                *("-t", "!test_cost", "-t", "!test_import", "--stop-on-error"),
            ],
            capture_output=True,
            text=True,
            timeout=200,
            env=os.environ | {"PYTHONPATH": str(copy), "PYTHONWARNINGS": "ignore"},
        )
    except subprocess.TimeoutExpired:
        return "(the tests hang)"
    finally:
        module.write_text(before, encoding="utf-8")
    found = re.search(r"(?:Failure|Error) in test \w+ \(([\w.]+)", done.stdout)
    if done.returncode and not found:
        return "(the tests do not run)"
    return ".".join(found[1].split(".")[-3:]) if found else None


def main(names: list[str]) -> int:
    survived = 0
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "src"
        shutil.copytree(ROOT / "src" / "collective", copy / "collective")
        for mutant in MUTANTS:
            if names and mutant.name not in names:
                continue
            started = monotonic()
            caught_by = run(mutant, copy)
            survived += caught_by is None
            result = caught_by or "SURVIVED"
            print(
                f"{mutant.name:55} {result}  [{monotonic() - started:.0f} s]",
                flush=True,
            )
    return survived


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
