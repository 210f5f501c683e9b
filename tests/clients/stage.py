"""An offstage for clients to be tried on: a private Redis, an API, a worker, all in a temporary folder.

Between a client and the API stands a proxy that writes down the first line of every request, so that a client can look how
often the server was really asked. Nothing but the standard library is needed here.
"""

import contextlib
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ADMIN_TOKEN = "administrator-token-for-clients-0123456789"
PASSWORDS = {"portaladmin": "pw of the portal's admin", "gis_joe": "pw of joe"}
READY_WITHIN_S = 30
POLL_S = 0.05


class Stage:
    """See the module's documentation. Use it in a `with`."""

    def __init__(self, programs, redis_server, settings="", serve=()):
        self._programs, self._redis_server = pathlib.Path(programs), redis_server
        self._settings, self._serve = settings, list(serve)
        self._ending = contextlib.ExitStack()
        self.folder = None
        self.port = None

    def __enter__(self):
        with contextlib.ExitStack() as ending:
            folder = tempfile.mkdtemp(prefix="offstage-clients-")
            ending.callback(shutil.rmtree, folder, ignore_errors=True)
            self.folder = pathlib.Path(folder)
            (self.folder / "workspaces").mkdir()
            self._write_files()
            self._start_redis(ending)
            self._run("offstage", "import", "directory.json")
            self.port = self._start_api(ending)
            self._start(
                ending,
                "worker",
                self._programs / "offstage-worker",
                "--config",
                "offstage.toml",
                "--listen",
                "127.0.0.1:0",
            )
            self._ending = ending.pop_all()
        return self

    def __exit__(self, *_):
        self._ending.close()

    def workspace(self, name):
        """Makes a workspace with something in it."""
        folder = self.folder / "workspaces" / name / "project"
        folder.mkdir(parents=True)
        (folder / ".hidden.ipynb").write_text("{}")

    def has_workspace(self, name):
        """There is one of that name."""
        return (self.folder / "workspaces" / name).exists()

    def ops(self, method, path, body=None):
        """Asks the operators' interface, past the proxy."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/ops/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {ADMIN_TOKEN}", "Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=READY_WITHIN_S) as answer:
            return answer.status

    def _write_files(self):
        root = json.dumps(str(self.folder / "workspaces"))
        redis = json.dumps(f"redis+unix://{self.folder}/redis.sock")
        settings = f'redis_url = {redis}\nadmin_token = "{ADMIN_TOKEN}"\n{self._settings}\n[notebooks]\nworkspace_root = {root}\n'
        (self.folder / "offstage.toml").write_text(settings)
        user = {
            "email": "x@example.com",
            "description": "",
            "security_profile_id": 1,
            "locale_id": "en",
            "tenant_id": None,
            "inactivity_timeout": 0,
        }
        directory = {
            "user_roles": [
                {"id": 1, "name": "Admin", "capabilities": ["ADMIN"]},
                {"id": 2, "name": "Author", "capabilities": []},
            ],
            "security_profiles": [{"id": 1, "name": "Admin"}],
            "users": [
                {
                    "id": 5,
                    "username": "portaladmin",
                    "user_role_id": 1,
                    "password": PASSWORDS["portaladmin"],
                    **user,
                },
                {"id": 6, "username": "gis_joe", "user_role_id": 2, "password": PASSWORDS["gis_joe"], **user},
            ],
            "dependents": [],
            "service_tokens": [],
        }
        (self.folder / "directory.json").write_text(json.dumps(directory))

    def _start_redis(self, ending):
        self._start(
            ending,
            "redis",
            self._redis_server,
            "--port",
            "0",
            "--unixsocket",
            "redis.sock",
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--maxmemory-policy",
            "noeviction",
        )
        until("Redis listens", (self.folder / "redis.sock").exists)

    def _start_api(self, ending):
        log = self._start(
            ending,
            "api",
            self._programs / "offstage",
            "serve",
            "--config",
            "offstage.toml",
            "--listen",
            "127.0.0.1:0",
            *self._serve,
        )
        ready = until(
            "the API is ready",
            lambda: next((line for line in log.read_text().splitlines() if line.startswith("ready ")), None),
        )
        return int(ready.rsplit(":", 1)[1])

    def _run(self, program, *args):
        subprocess.run(
            [self._programs / program, *args, "--config", "offstage.toml"],
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def _start(self, ending, name, *command):
        log = self.folder / f"{name}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT
            )
        ending.callback(end, process)
        return log


def end(process):
    """Ends a program that was started here."""
    process.terminate()
    try:
        process.wait(timeout=READY_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def until(what, look):
    """Looks until there is something to see."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        seen = look()
        if seen:
            return seen
        time.sleep(POLL_S)
    raise SystemExit(f"not within {READY_WITHIN_S} s: {what}")


class Counter:
    """A proxy before a port, which writes the first line of every request into a file. Use it in a `with`."""

    def __init__(self, port, log):
        self._to, self._log, self._lock = port, pathlib.Path(log), threading.Lock()
        self._log.touch()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._to))
                threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source, sink, is_request):
        with contextlib.suppress(OSError):
            while True:
                piece = source.recv(65536)
                if is_request:
                    self._note(piece)
                if not piece:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(piece)

    def _note(self, piece):
        # Clients send a head at once and wait for its answer before the next one.
        lines = [line for line in piece.split(b"\r\n") if line.endswith(b" HTTP/1.1")]
        with self._lock, self._log.open("ab") as log:
            log.writelines(line + b"\n" for line in lines)
