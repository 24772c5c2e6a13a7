"""Who publishes the releases of a home, and under which terms: `<home>/publisher.yml`, which only its owner can know.

```yaml
name: Agencja Rozwoju                       # the body that publishes
homepage: https://agencja.example/
contact: dane@agencja.example               # a mailbox of a role, never of a person
licence: https://creativecommons.org/licenses/by/4.0/
address: https://agencja.example/klastry/   # where the folder releases/ can be reached; may be left out
```

Without the file the descriptors name no publisher and no licence, and say so. The file is no content of the inventory:
changing it alone makes no new release.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import yaml

FILE: Final = "publisher.yml"


class PublisherError(ValueError):
    """The file cannot be used. The message names the entry and the remedy."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The body that publishes; every address is absolute.

    Attributes:
        name: Name of the body.
        homepage: Its web site.
        contact: Mailbox of a role.
        licence: Address of the licence of the release.
        address: Where `releases/` can be reached, with a slash at the end, or empty where it is not on the web.
    """

    name: str
    homepage: str
    contact: str
    licence: str
    address: str = ""


def read_publisher(home: Path) -> Publisher | None:
    """Returns the publisher of a home, or None where nobody is named.

    Raises:
        PublisherError: An entry is missing, unknown, or no web address where one is needed.
    """
    path = home / FILE
    if not path.is_file():
        return None
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = [member.name for member in fields(Publisher)]
    if not isinstance(given, dict) or not set(given) <= set(known):
        raise PublisherError(f"{path}: only the keys {', '.join(known)} are known")
    texts = {key: str(value or "").strip() for key, value in given.items()}
    missing = [key for key in known if key != "address" and not texts.get(key)]
    if missing:
        raise PublisherError(f"{path}: {', '.join(missing)} missing: portals ask for them")
    for key in ("homepage", "licence", "address"):
        if texts.get(key) and urlsplit(texts[key]).scheme not in ("http", "https"):
            raise PublisherError(f"{path}: {key} is no web address; write it with https://")
    if texts.get("address"):
        texts["address"] = texts["address"].rstrip("/") + "/"
    return Publisher(**texts)
