"""Places for the checks of the server: a private PostgreSQL, a running server, a browser-less client.

Standard library only. Nothing is left behind but what the caller keeps.
"""
import contextlib
import glob
import http.client
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGET = os.environ.get("CARGO_TARGET_DIR", os.path.join(ROOT, "target"))


def program(profile):
    """The program as cargo left it; `profile` is debug or release."""
    path = os.path.join(TARGET, profile, "mingjing")
    if not os.path.exists(path):
        raise SystemExit(f"{path} is not there: cargo build -p mingjing {'--release' if profile == 'release' else ''}")
    return path


def demo_password():
    """The one password of the demo city."""
    with open(os.path.join(ROOT, "data/demo/people.yaml"), encoding="utf-8") as people:
        return re.search(r"^password: (\S+)", people.read(), re.M).group(1)


def _as_other(words, user):
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return words
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "env", "HOME=/tmp", "LC_ALL=C.UTF-8"] + words


@contextlib.contextmanager
def postgres(safe):
    """A private PostgreSQL; gives the address. `safe`: with fsync, as measurements want it."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        raise SystemExit("PostgreSQL is not here: apt-get install postgresql")
    bin_dir = os.path.dirname(found[-1])
    user = "postgres" if os.getuid() == 0 else str(os.getuid())
    # A socket's name has at most 107 bytes: a short path.
    home = tempfile.mkdtemp(prefix="pg.", dir="/tmp")
    if os.getuid() == 0:
        shutil.chown(home, user)
    run = lambda words: subprocess.run(_as_other(words, user), cwd=home, check=True, stdout=subprocess.DEVNULL)
    run([f"{bin_dir}/initdb", "-D", f"{home}/data", "-U", "app", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
    options = f"-c listen_addresses='' -c unix_socket_directories={home}"
    if not safe:
        options += " -c fsync=off"
    run([f"{bin_dir}/pg_ctl", "-D", f"{home}/data", "-s", "-w", "-l", f"{home}/log", "-o", options, "start"])
    try:
        yield f"postgres:///postgres?host={urllib.parse.quote(home, safe='')}&user=app"
    finally:
        run([f"{bin_dir}/pg_ctl", "-D", f"{home}/data", "-s", "-m", "immediate", "stop"])
        shutil.rmtree(home, ignore_errors=True)


def rows(database, sql):
    """Asks the database itself, past the program: a list of lists of texts."""
    if database.startswith("sqlite:"):
        import sqlite3
        with contextlib.closing(sqlite3.connect(database.removeprefix("sqlite:"), timeout=30)) as db:
            found = db.execute(sql).fetchall()
            db.commit()
            return [[None if value is None else str(value) for value in row] for row in found]
    said = subprocess.run(["psql", "-qAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", sql, database.replace("postgres:", "postgresql:")],
                          check=True, capture_output=True, text=True)
    return [line.split("\x1f") for line in said.stdout.splitlines()]


class Server:
    """The real program, listening on a free port."""

    def __init__(self, words, log):
        self.log = open(log, "ab")
        self.since = time.monotonic()
        self.port = _free_port()
        self.process = subprocess.Popen(words + ["--listen", f"127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log,
                                        start_new_session=True)

    def ready(self, seconds=60):
        """Waits until it answers; gives the seconds from the start."""
        while time.monotonic() - self.since < seconds:
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}; see {self.log.name}")
            try:
                if Client(self.port).get("/ready")[0] == 200:
                    return time.monotonic() - self.since
            except OSError:
                pass
            time.sleep(0.01)
        raise AssertionError(f"the server was not ready after {seconds} s; see {self.log.name}")

    def kill(self):
        """kill -9 of it and of what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """As an operator stops it."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not stop within 30 s of SIGTERM")

    def memory_mb(self):
        """Resident memory."""
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024


def _free_port():
    import socket
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Client:
    """Signs in and sends forms as a browser would; cookies are kept."""

    def __init__(self, port):
        self.port, self.cookies, self.csrf = port, {}, None

    def ask(self, method, path, body=None, headers=None):
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            sent = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())} if self.cookies else {}
            sent.update(headers or {})
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
            for name, value in reply.getheaders():
                if name.lower() == "set-cookie":
                    key, _, rest = value.partition("=")
                    self.cookies[key] = rest.split(";")[0]
            return reply.status, dict((k.lower(), v) for k, v in reply.getheaders()), text
        finally:
            connection.close()

    def get(self, path):
        """Status, headers, body."""
        return self.ask("GET", path)

    def post(self, path, fields):
        """A form, with the CSRF value of the last page."""
        fields = dict(fields)
        if self.csrf:
            fields["csrf"] = self.csrf
        body = urllib.parse.urlencode(fields)
        return self.ask("POST", path, body, {"content-type": "application/x-www-form-urlencoded",
                                             "origin": f"http://127.0.0.1:{self.port}"})

    def form(self, path):
        """Opens a page and keeps its CSRF value."""
        status, _, text = self.get(path)
        found = re.search(r'name="csrf"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf"', text)
        if status != 200 or not found:
            raise AssertionError(f"{path}: {status}, {'no' if not found else 'a'} csrf value")
        self.csrf = found.group(1) or found.group(2)
        return text

    def sign_in(self, login, password):
        """By the form; asserts that it worked."""
        self.form("/sign-in")
        status, headers, text = self.post("/sign-in", {"login": login, "password": password})
        if status != 303 or "sign-in" in headers.get("location", ""):
            raise AssertionError(f"sign-in of {login}: {status} {headers.get('location')} {text[:300]}")
        self.csrf = None
        return self
