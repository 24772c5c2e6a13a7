"""Settings: where the home lies, who we are on the web, which mirrors stand in for which source.

Read from one YAML file (`cluster-inventory.yml` in the working folder, or the file that `CLUSTER_INVENTORY_SETTINGS` names),
then from the environment, which wins. An unknown setting is an error, not a silence.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sources.reviewed_files import ReviewedFileError, read_reviewed

PREFIX = "CLUSTER_INVENTORY_"
KNOWN = ("home", "contact", "base_urls", "remote", "executor", "executor_config", "alerts", "schedules")
ALERTS = ("webhook_form", "mail_to", "mail_from", "smtp", "smtp_user")
SECRETS = (
    f"{PREFIX}POSTGRES_URL", f"{PREFIX}ALERT_WEBHOOK", f"{PREFIX}ALERT_SMTP_PASSWORD",
    "PGPASSWORD", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
)  # fmt: skip
"""Variables whose values are secrets: read from the environment alone, and shown nowhere."""


class SettingsError(ValueError):
    """A setting that cannot be read. The message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Where messages for a person go; with no channel they are only noted in the home.

    Attributes:
        webhook: Address that takes JSON; a secret, from `CLUSTER_INVENTORY_ALERT_WEBHOOK` alone.
        webhook_form: `slack` or `teams`.
        mail_to: Mail addresses.
        mail_from: Sender; the first of `mail_to` by default.
        smtp: Mail server, `host:port`.
        smtp_user: User name there, or None for a server that asks for none.
        smtp_password: A secret, from `CLUSTER_INVENTORY_ALERT_SMTP_PASSWORD` alone.
    """

    webhook: str | None = field(default=None, repr=False)
    webhook_form: str = "slack"
    mail_to: tuple[str, ...] = ()
    mail_from: str | None = None
    smtp: str | None = None
    smtp_user: str | None = None
    smtp_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one installation decides.

    Attributes:
        home: Folder of archives, ledger, judgements, run history and releases.
        contact: Mail or web address in the agent line of requests; crawling live needs one.
        base_urls: Source id to the address that stands in for its hosts (tests, mirrors).
        remote: Object storage that keeps a copy of archive and releases (`s3://bucket/prefix`), or None.
        executor: Which of Dagster's executors runs the steps.
        executor_config: That executor's own configuration.
        alerts: Where messages for a person go.
        schedules: Name of a schedule to another time for it, as cron writes it.
        origin: Setting to where its value came from, for `doctor`.
    """

    home: Path
    contact: str | None = None
    base_urls: Mapping[str, str] = field(default_factory=dict)
    remote: str | None = None
    executor: str = "in_process"
    executor_config: Mapping[str, Any] = field(default_factory=dict)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    schedules: Mapping[str, str] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)


def load(home: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Returns the settings in force.

    Args:
        home: Home given on the command line; wins over file and environment.
        environment: Variables to read; the process's own by default.

    Raises:
        SettingsError: The file cannot be read or names an unknown setting.
    """
    env = os.environ if environment is None else environment
    path = Path(env.get(f"{PREFIX}SETTINGS", "cluster-inventory.yml"))
    values: dict[str, Any] = dict(_from_file(path))
    origin = {key: str(path) for key in values}
    for key in ("home", "contact", "remote", "executor"):
        if env.get(f"{PREFIX}{key.upper()}"):
            values[key] = env[f"{PREFIX}{key.upper()}"]
            origin[key] = f"{PREFIX}{key.upper()}"
    bases = dict(values.get("base_urls") or {})
    for name, value in sorted(env.items()):
        if name.startswith(f"{PREFIX}BASE_") and value:
            source = name.removeprefix(f"{PREFIX}BASE_").lower()
            bases[source] = value
            origin[f"base_urls.{source}"] = name
    if home is not None:
        values["home"], origin["home"] = home, "--home"
    return Settings(
        home=Path(values.get("home") or "home").expanduser().resolve(),
        contact=values.get("contact"),
        base_urls=bases,
        remote=_without_secret(values.get("remote")),
        executor=str(values.get("executor") or "in_process"),
        executor_config=values.get("executor_config") or {},
        alerts=_alerts(values.get("alerts") or {}, env, origin),
        schedules={str(name): str(cron) for name, cron in (values.get("schedules") or {}).items()},
        origin={"home": "default", "contact": "default", **origin},
    )


def _alerts(given: Mapping[str, Any], env: Mapping[str, str], origin: dict[str, str]) -> AlertSettings:
    unknown = sorted(set(given) - set(ALERTS))
    if unknown:
        raise SettingsError(
            f"alerts: unknown setting {', '.join(unknown)}. Known: {', '.join(ALERTS)}; the webhook's address and the "
            f"password are secrets, given as {PREFIX}ALERT_WEBHOOK and {PREFIX}ALERT_SMTP_PASSWORD."
        )
    values: dict[str, Any] = dict(given)
    for name in ALERTS:
        variable = f"{PREFIX}ALERT_{name.upper()}"
        if env.get(variable):
            values[name], origin[f"alerts.{name}"] = env[variable], variable
    to = values.get("mail_to") or ()
    values["mail_to"] = tuple(part.strip() for part in to.split(",")) if isinstance(to, str) else tuple(to)
    if values.get("webhook_form", "slack") not in ("slack", "teams"):
        raise SettingsError(f"alerts.webhook_form is {values['webhook_form']!r}: choose slack or teams.")
    return AlertSettings(
        webhook=env.get(f"{PREFIX}ALERT_WEBHOOK") or None,
        smtp_password=env.get(f"{PREFIX}ALERT_SMTP_PASSWORD") or None,
        **values,
    )


def take_secrets_from_files(environment: MutableMapping[str, str]) -> None:
    """Sets each secret that a variable `<NAME>_FILE` names a file for, as container engines hand secrets over.

    Raises:
        SettingsError: The file cannot be read.
    """
    for name in SECRETS:
        path = environment.get(f"{name}_FILE")
        if path and not environment.get(name):
            try:
                environment[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as fault:
                raise SettingsError(
                    f"{name}_FILE names {path}, which cannot be read ({type(fault).__name__}). Mend its path or its rights."
                ) from fault


def _without_secret(remote: str | None) -> str | None:
    if remote and "@" in remote.partition("://")[2].partition("/")[0]:
        raise SettingsError(
            "remote holds a user or password: take it out, and give the credentials by environment (AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY)."
        )
    return remote


def with_home(settings: Settings, home: Path) -> Settings:
    """Returns the same settings for another home."""
    return replace(settings, home=home)


def _from_file(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    try:
        raw = read_reviewed(path) or {}
    except ReviewedFileError as fault:
        raise SettingsError(f"{fault} Or remove it; every setting has a default.") from fault
    if not isinstance(raw, dict):
        raise SettingsError(f"{path}: a list of `setting: value` lines is due. Known settings: {', '.join(KNOWN)}.")
    unknown = sorted(set(raw) - set(KNOWN))
    if unknown:
        raise SettingsError(f"{path}: unknown setting {', '.join(unknown)}. Known settings: {', '.join(KNOWN)}.")
    return raw
