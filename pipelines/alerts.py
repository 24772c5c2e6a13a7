"""Alerts: one message when something begins to need a person, a reminder a week later, one when it is over.

    conditions now  +  <home>/alerts.jsonl  -->  raised | reminded | cleared  -->  webhook, e-mail  -->  a line of the log each

The log is append-only: memory of what was told, and the record for whoever asks later. A message that could not be
delivered is not noted as told, so the next look tries again.
"""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit

from pipelines.conditions import Condition
from pipelines.settings import AlertSettings

LOG: Final = "alerts.jsonl"
REMINDED_AFTER: Final = timedelta(days=7)
SECONDS: Final = 15
"""Time that a webhook or a mail server is given."""

RUNBOOK: Final = "docs/runbook.md"


class DeliveryError(RuntimeError):
    """A message that reached nobody. It names the channel and the remedy, and no address that is a secret."""


@dataclass(frozen=True, slots=True)
class Told:
    """One message: what happened to a condition.

    Attributes:
        event: raised, reminded or cleared.
        condition: What it is about.
    """

    event: str
    condition: Condition

    @property
    def subject(self) -> str:
        """One line, for the subject of a mail."""
        over = "over: " if self.event == "cleared" else "still: " if self.event == "reminded" else ""
        return f"[cluster inventory] {over}{self.condition.title}"

    @property
    def text(self) -> str:
        """The message in plain text: what happened, why, what to do, where to read on."""
        if self.event == "cleared":
            return f"{self.subject}\nNothing is to be done."
        reasons = "\n".join(f"- {reason}" for reason in self.condition.reasons)
        return f"{self.subject}\n{reasons}\nWhat to do: {self.condition.remedy}\nMore: {RUNBOOK}, {self.condition.kind}"


def reconcile(home: Path, settings: AlertSettings, now: datetime, found: Iterable[Condition]) -> list[Told]:
    """Tells what is new, what still is after a week, and what is over; notes what was told.

    While an allowance covers a condition nobody is reminded of it: somebody knows, and said until when.

    Conditions of the kind `run_failed` are left alone: `raise_one` and `clear_one` look after them.

    Args:
        home: Its log of alerts is read and written.
        settings: Where messages go; with no channel they are only noted.
        now: The moment, UTC.
        found: What needs a person now.

    Returns:
        What was told.

    Raises:
        DeliveryError: A message reached nobody. Those before it are noted.
    """
    standing = open_alerts(home)
    current = {condition.key: condition for condition in found}
    messages = [
        *(Told("raised", condition) for key, condition in current.items() if key not in standing),
        *(
            Told("reminded", condition)
            for key, condition in current.items()
            if key in standing
            and now - datetime.fromisoformat(standing[key]["moment"]) >= REMINDED_AFTER
            and condition.allowed_until < now.date().isoformat()
        ),
        *(
            Told("cleared", _condition(line))
            for key, line in standing.items()
            if key not in current and line["kind"] != "run_failed"
        ),
    ]
    for message in messages:
        _tell(home, settings, now, message)
    return messages


def raise_one(home: Path, settings: AlertSettings, now: datetime, condition: Condition) -> Told | None:
    """Tells of one condition unless it stands already; returns the message, if there was one.

    Raises:
        DeliveryError: As `reconcile`.
    """
    line = open_alerts(home).get(condition.key)
    if line and now - datetime.fromisoformat(line["moment"]) < REMINDED_AFTER:
        return None
    message = Told("reminded" if line else "raised", condition)
    _tell(home, settings, now, message)
    return message


def clear_one(home: Path, settings: AlertSettings, now: datetime, kind: str, about: str) -> list[Told]:
    """Tells that the conditions of a kind about something are over.

    Raises:
        DeliveryError: As `reconcile`.
    """
    over = [
        Told("cleared", _condition(line))
        for line in open_alerts(home).values()
        if line["kind"] == kind and line["about"] == about
    ]
    for message in over:
        _tell(home, settings, now, message)
    return over


def open_alerts(home: Path) -> dict[str, dict[str, Any]]:
    """Returns the alerts that stand: key to the last line of the log about it, oldest first."""
    path = home / LOG
    standing: dict[str, dict[str, Any]] = {}
    for text in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
        except ValueError:  # torn by a cut of power
            continue
        if line["event"] == "cleared":
            standing.pop(line["key"], None)
        else:
            standing[line["key"]] = line
    return standing


def deliver(settings: AlertSettings, message: Told) -> list[str]:
    """Sends a message through every channel that is set; returns the channels it went through.

    Raises:
        DeliveryError: Channels are set, and none took it.
    """
    sent, faults = [], []
    for channel, is_set, send in (
        ("webhook", settings.webhook, _post),
        ("mail", settings.mail_to and settings.smtp, _mail),
    ):
        if not is_set:
            continue
        try:
            send(settings, message)
            sent.append(channel)
        except (OSError, URLError, smtplib.SMTPException, ValueError) as fault:
            faults.append(f"{channel}: {_bare(fault, settings)}")
    if faults and not sent:
        raise DeliveryError(
            f"An alert reached nobody ({'; '.join(faults)}). Mend the settings of alerts; `cluster-inventory alerts --try` "
            "sends a trial message. It is sent again at the next look."
        )
    return sent


def webhook_body(form: str, message: Told) -> dict[str, Any]:
    """Returns the JSON of a message: `slack` (also Mattermost, Rocket.Chat) or `teams` (an adaptive card)."""
    if form == "slack":
        return {"text": message.text}
    blocks: list[dict[str, Any]] = [{"type": "TextBlock", "text": message.subject, "weight": "Bolder", "wrap": True}]
    rest = message.text.split("\n")[1:]
    blocks += [{"type": "TextBlock", "text": line, "wrap": True, "spacing": "Small"} for line in rest]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None  # an alert goes where it was sent, and nowhere else


def _post(settings: AlertSettings, message: Told) -> None:
    address = urlsplit(settings.webhook or "")
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise ValueError("the webhook's address must begin with https")
    request = urllib.request.Request(  # noqa: S310  the scheme was looked at
        settings.webhook or "",
        data=json.dumps(webhook_body(settings.webhook_form, message), ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json; charset=utf-8", "User-Agent": "cluster-inventory"},
    )
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=SECONDS):
        pass


def _mail(settings: AlertSettings, message: Told) -> None:
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"], mail["To"] = settings.mail_from or settings.mail_to[0], ", ".join(settings.mail_to)
    mail.set_content(message.text)
    host, _, port = (settings.smtp or "").partition(":")
    with smtplib.SMTP(host, int(port or 25), timeout=SECONDS) as server:
        if server.has_extn("starttls") or settings.smtp_user:
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password or "")
        server.send_message(mail)


def _tell(home: Path, settings: AlertSettings, now: datetime, message: Told) -> None:
    sent = deliver(settings, message)
    condition = message.condition
    line = {
        "event": message.event,
        "key": condition.key,
        "moment": now.isoformat(timespec="seconds"),
        "sent": sent,
        **asdict(condition),
    }
    with (home / LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def _condition(line: dict[str, Any]) -> Condition:
    names = ("kind", "about", "title", "remedy")
    lists: dict[str, Sequence[str]] = {name: tuple(line[name]) for name in ("reasons", "codes")}
    return Condition(**{name: line[name] for name in names}, **lists)  # type: ignore[arg-type]


def _bare(fault: BaseException, settings: AlertSettings) -> str:
    said = str(fault)
    for secret in (settings.webhook, settings.smtp_password):
        said = said.replace(secret, "(address)") if secret else said
    return said
