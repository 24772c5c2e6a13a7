"""Results that are not made again: kept by the content that they were made of.

    content + version of the code --> sha256 --> <folder>/<sha256>: the result, behind its own checksum

For costly parts inside a step, such as the checks of one table or one drawing, which stay the same while the step as a whole
has something new to do. Whoever keeps results says which code makes them; a result that does not match its checksum is
made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

_CHECKSUM: Final = hashlib.sha256().digest_size


class KeptResults:
    """Results of one kind in a folder.

    Args:
        folder: Where they lie; made when there is something to keep. None keeps nothing.
        code: Version of the code that makes them.
    """

    def __init__(self, folder: Path | None = None, code: str = "") -> None:  # noqa: D107  told above
        self._folder, self._code = folder, code
        self._used: set[str] = set()

    def take(self, content: bytes, make: Callable[[], bytes]) -> bytes:
        """Returns the result for a content: the kept one, or what `make` returns, which is kept then.

        Args:
            content: Everything that the result depends on beside the code.
            make: Makes the result; the same content must give the same bytes.
        """
        if self._folder is None:
            return make()
        key = hashlib.sha256(self._code.encode() + b"\0" + content).hexdigest()
        self._used.add(key)
        path = self._folder / key
        kept = path.read_bytes() if path.is_file() else b""
        result = kept[_CHECKSUM:]
        if kept and hashlib.sha256(result).digest() == kept[:_CHECKSUM]:
            return result
        result = make()
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_bytes(hashlib.sha256(result).digest() + result)
        draft.replace(path)
        return result

    def forget_unused(self) -> None:
        """Removes what was not taken since this object was made, so that the folder holds one run's results."""
        for path in sorted(self._folder.iterdir()) if self._folder and self._folder.is_dir() else ():
            if path.name not in self._used:
                path.unlink(missing_ok=True)
