"""Which of Dagster's executors runs the steps: chosen by a setting, never by a change of code.

    in_process     one process for all steps; the default, since starting a process costs more than most steps do
    multiprocess   a process per step on this machine
    celery         steps on Celery workers (package dagster-celery)
    k8s            a Kubernetes job per step (package dagster-k8s)

`docs/deployment.md` says when to choose which.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

from pipelines.settings import SettingsError

EXECUTORS: Final[Mapping[str, tuple[str, str, str]]] = {
    "in_process": ("dagster", "in_process_executor", "dagster"),
    "multiprocess": ("dagster", "multiprocess_executor", "dagster"),
    "celery": ("dagster_celery", "celery_executor", "dagster-celery"),
    "k8s": ("dagster_k8s", "k8s_job_executor", "dagster-k8s"),
}
"""Name of the setting to module, attribute and the package that brings it."""


def chosen(name: str, config: Mapping[str, Any]) -> dg.ExecutorDefinition:
    """Returns the executor of that name.

    Args:
        name: A key of `EXECUTORS`.
        config: The executor's own configuration, such as `max_concurrent` or `broker`; empty for its defaults.

    Raises:
        SettingsError: No such executor, its package is not installed, or it refuses the configuration.
    """
    if name not in EXECUTORS:
        raise SettingsError(f"executor is {name!r}: choose one of {', '.join(EXECUTORS)}.")
    module, attribute, package = EXECUTORS[name]
    try:
        executor: dg.ExecutorDefinition = getattr(importlib.import_module(module), attribute)
    except ImportError as fault:
        raise SettingsError(f"executor {name} needs the package {package}: install it beside the inventory.") from fault
    if not config:
        return executor
    configured = executor.configured(dict(config), name=f"{name}_configured")
    checked = configured.apply_config_mapping({})
    if not checked.success:
        said = "; ".join(fault.message.partition(". Expected")[0] for fault in checked.errors or ())
        raise SettingsError(f"executor_config does not suit executor {name}: {said}")
    return configured
