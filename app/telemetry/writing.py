"""Log lines written by a thread: whoever reads them may be slow, or may have stopped reading."""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

MOST_LINES = 5_000
"""That wait to be written, a few hundred bytes each; what comes then is counted and dropped."""
FLUSH_SECONDS = 0.5
"""How long the end of a process waits for its last lines."""


@contextmanager
def written_apart() -> Iterator[None]:
    """A block in which a thread writes what the root logger would write to standard error."""
    root = logging.getLogger()
    direct = root.handlers.copy()
    apart = ApartHandler(sys.stderr.fileno())
    apart.setFormatter(direct[0].formatter)
    root.handlers[:] = [apart]
    try:
        yield
    finally:
        root.handlers[:] = direct
        apart.close()


class ApartHandler(logging.Handler):
    """Hands lines to a thread, which writes them to a descriptor."""

    def __init__(self, descriptor: int, most: int = MOST_LINES) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | threading.Event] = queue.Queue(most)
        self._dropped = 0
        self._closed = False
        # A daemon: where nobody reads any more, it never ends.
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line, or drop it; the first one behind a gap is followed by how many those are."""
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1
            return
        except Exception:  # noqa: BLE001 - no line is worth the work that wrote it
            self.handleError(record)
            return
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            logging.getLogger(__name__).warning("%d log lines were dropped", dropped)

    def flush(self) -> None:
        """Wait for the lines until now, `FLUSH_SECONDS` at most."""
        if self._closed:
            return
        written = threading.Event()
        with suppress(queue.Full):
            self._lines.put(written, timeout=FLUSH_SECONDS)
            written.wait(FLUSH_SECONDS)

    def close(self) -> None:
        self.flush()
        self._closed = True
        with suppress(queue.Full):
            self._lines.put_nowait(threading.Event())  # wakes the thread, which ends
        super().close()

    def _write(self) -> None:
        while not self._closed:
            line = self._lines.get()
            if isinstance(line, threading.Event):
                line.set()
                continue
            with suppress(OSError):  # nobody reads any more
                while line:
                    line = line[os.write(self._descriptor, line) :]
