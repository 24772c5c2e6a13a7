"""`serve`: Dagster's own long-running services on a prepared home, each by one command that containers and systemd call.

    code        the code location, by gRPC: loads the definitions, starts the runs
    webserver   the UI; on loopback unless told otherwise, since it has no log-in of its own
    daemon      schedules, sensors, the queue of runs

The process is replaced by Dagster's: signals, exit code and memory are Dagster's own.
"""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pipelines.running import prepare_home

if TYPE_CHECKING:
    from pipelines.settings import Settings

MODULE: Final = "pipelines.definitions"
LOOPBACK: Final = "127.0.0.1"
PORTS: Final = {"code": 4000, "webserver": 3000}
SERVICES: Final = ("code", "webserver", "daemon")


def command(service: str, host: str, port: int | None, code: str | None) -> list[str]:
    """Returns Dagster's command line of a service.

    Args:
        service: One of `SERVICES`.
        host: Address to listen on (code, webserver).
        port: Port to listen on; the service's own default where None.
        code: `host:port` of a code service; without it the definitions are loaded from this environment.

    Raises:
        ValueError: `code` is no host and port.
    """
    listen = ["-h", host, "-p", str(port or PORTS.get(service, 0))]
    if service == "code":
        return ["dagster", "api", "grpc", "-m", MODULE, *listen]
    where = ["-m", MODULE]
    if code:
        name, _, number = code.rpartition(":")
        if not name or not number.isdigit():
            raise ValueError(f"--code is {code!r}: give host and port of the code service, such as code:4000.")
        where = ["--grpc-host", name, "--grpc-port", number]
    return ["dagster-webserver", *listen, *where] if service == "webserver" else ["dagster-daemon", "run", *where]


def serve(settings: Settings, service: str, host: str, port: int | None, code: str | None) -> None:
    """Prepares the home and its run history, then becomes the service; returns only by an error.

    Raises:
        HomeError: The home cannot be used as it is.
        ValueError: See `command`.
    """
    words = command(service, host, port, code)
    prepare_home(settings.home)
    _prepare_history(settings, runs_start_here=service == "code" or (service == "daemon" and not code))
    os.environ["CLUSTER_INVENTORY_HOME"] = str(settings.home)
    program = Path(sys.executable).with_name(words[0])
    os.execv(program, [str(program), *words[1:]])  # noqa: S606  no shell is wanted


def healthy(service: str, port: int | None) -> bool:
    """Returns whether a service on this machine answers; for health checks of containers.

    The daemon is asked through its heartbeats in the run history, so DAGSTER_HOME or the home's settings must be there.
    """
    if service == "daemon":
        program = Path(sys.executable).with_name("dagster-daemon")
        return subprocess.run([str(program), "liveness-check"], check=False, stdout=subprocess.DEVNULL).returncode == 0  # noqa: S603
    number = port or PORTS[service]
    return _code_answers(number) if service == "code" else _page_answers(number)


def _page_answers(port: int) -> bool:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        connection.request("GET", "/server_info")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _code_answers(port: int) -> bool:
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with grpc.insecure_channel(f"{LOOPBACK}:{port}") as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(service="DagsterApi"), timeout=10
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _prepare_history(settings: Settings, *, runs_start_here: bool) -> None:
    from pipelines.history import close_dead_runs, open_history  # late: takes a second

    with open_history(settings.home) as instance:
        close_dead_runs(instance, settings.home, runs_start_here=runs_start_here)
