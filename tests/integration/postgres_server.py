"""A real PostgreSQL server for tests: Debian's programs, a data folder and a port of its own, ended with the test."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

PASSWORD = "tajne-hasło-" + secrets.token_hex(8)


def programs():
    """Returns the folder with initdb and pg_ctl of the newest version installed, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


class Server:
    """One server on loopback; as root it runs as the user `postgres`, which comes with the package."""

    def __init__(self):
        self.bin = programs()
        self.user = "postgres" if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="inventory-postgres-"))
        if self.user:
            shutil.chown(self.folder, self.user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        self._call("initdb", "-D", self.folder / "data", "-U", "dagster", "-A", "scram-sha-256", "--pwfile", secret,
                   "-E", "UTF8", "--locale=C")  # fmt: skip
        self.start()

    @property
    def url(self):
        """Address without the password, which travels in PGPASSWORD."""
        return f"postgresql://dagster@127.0.0.1:{self.port}/postgres"

    @property
    def environment(self):
        address = self.url.replace("postgresql://", "postgresql+psycopg2://")
        return {"CLUSTER_INVENTORY_POSTGRES_URL": address, "PGPASSWORD": PASSWORD}

    def start(self):
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=50"
        self._call("pg_ctl", "-D", self.folder / "data", "-l", self.folder / "log", "-o", options, "-w", "start")

    def stop(self, mode="immediate"):
        """Stops it; `immediate` is as a crash: what was committed must still be there."""
        self._call("pg_ctl", "-D", self.folder / "data", "-m", mode, "-w", "stop")

    def ask(self, sql):
        import psycopg2

        with psycopg2.connect(self.url, password=PASSWORD) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    def wait_for(self, sql, seconds=300):
        """Returns the rows of a query once there are any; a query on a table that is not there yet has none."""
        import psycopg2

        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                rows = self.ask(sql)
            except psycopg2.Error:
                rows = []
            if rows:
                return rows
            time.sleep(0.05)
        raise TimeoutError(sql)

    def close(self):
        self.stop()
        shutil.rmtree(self.folder)

    def _call(self, program, *arguments):
        done = subprocess.run([str(self.bin / program), *map(str, arguments)], user=self.user, cwd="/", stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE if program == "initdb" else subprocess.DEVNULL,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=60)  # fmt: skip
        if done.returncode:
            log = self.folder / "log"
            raise RuntimeError((done.stdout or "") + (log.read_text() if log.exists() else ""))
