"""The simulated clock's file (libs/base/clock.h), written from here: `rectify clock jump` settles all
services on the way, and a clock that jumps under their feet is just what a chaos run wants."""

import datetime
import fcntl
import mmap
import struct
import time

MAGIC = 0x6B636F6C63666372
HEADER = struct.Struct("<QQQ")  # magic, version, sequence
SLOT = struct.Struct("<qqd")  # base_wall_us, base_steady_ns, rate
CHINA = datetime.timezone(datetime.timedelta(hours=8))


class SharedClock:
    def __init__(self, path):
        self._file = open(path, "r+b")  # closed with the process
        self._page = mmap.mmap(self._file.fileno(), HEADER.size + 2 * SLOT.size)
        magic, version, _ = HEADER.unpack_from(self._page)
        if (magic, version) != (MAGIC, 1):
            raise ValueError(f"{path} is no simulated clock of this version")

    def _load(self):
        sequence = HEADER.unpack_from(self._page)[2]
        return SLOT.unpack_from(self._page, HEADER.size + sequence % 2 * SLOT.size), sequence

    def now(self):
        (wall_us, steady_ns, rate), _ = self._load()
        elapsed = max(0, time.monotonic_ns() - steady_ns)
        micros = wall_us + int(elapsed * rate / 1000)
        return datetime.datetime.fromtimestamp(micros // 1_000_000, CHINA).replace(
            microsecond=micros % 1_000_000)

    def _store(self, wall, rate):
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            sequence = self._load()[1] + 1
            micros = int(wall.timestamp()) * 1_000_000 + wall.microsecond
            SLOT.pack_into(self._page, HEADER.size + sequence % 2 * SLOT.size, micros,
                           time.monotonic_ns(), rate)
            self._page[16:24] = sequence.to_bytes(8, "little")
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def jump(self, seconds):
        """Forwards or backwards from the present instant."""
        self._store(self.now() + datetime.timedelta(seconds=seconds), self._load()[0][2])

    def set(self, wall):
        self._store(wall, self._load()[0][2])

    def run(self, rate):
        """`rate` times as fast as the machine's; 0 stands."""
        self._store(self.now(), rate)

    def close(self):
        self._page.close()
        self._file.close()
