"""Reading of YAML files that people write and review: judgements, allowances, corrections, settings.

They are plain lists and maps, and are read as such: no tags, no anchors. An anchor that names itself ten times, nine
levels deep, is a few lines of YAML and a thousand million words once somebody prints it; there is no use for one here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

LARGEST: Final = 20 * 2**20
"""Bytes that such a file may have: a million judgements are no longer written by hand."""


class ReviewedFileError(ValueError):
    """A file that cannot be read. The message names file, line and remedy."""


class _PlainLoader(yaml.SafeLoader):
    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "an alias (*name) is not allowed", self.get_mark())
        return super().compose_node(parent, index)


def read_reviewed(path: Path) -> Any:
    """Returns the content of a reviewed file; None for an empty one.

    Raises:
        ReviewedFileError: It is no UTF-8, no plain YAML, or larger than anything written by hand.
    """
    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise ReviewedFileError(f"{path}: {len(content)} bytes. Split the file or look how it came to be so large.")
        return yaml.load(content.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506  a safe loader, and plainer
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, OSError, ValueError) as fault:
        if isinstance(fault, ReviewedFileError):
            raise
        said = " ".join(str(fault).split()) or type(fault).__name__
        raise ReviewedFileError(
            f"{path}: {said}. Mend the file: plain lists and maps, as its reader describes them."
        ) from fault
