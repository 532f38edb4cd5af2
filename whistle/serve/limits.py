"""How long, how fast and how much: every bound the server puts on a client, with its reason, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of one server process, in seconds and bytes. The defaults suit phones and Tor circuits."""

    head_seconds: float = 10.0
    """From the first byte (or the opening of a connection) to the whole head. A head fits two packets."""

    idle_seconds: float = 10.0
    """A kept connection that asks nothing: it costs a descriptor, no thread."""

    pace_seconds: float = 20.0
    """The window in which a body or an answer must move: a Tor circuit may pause for some ten seconds."""

    pace_rate: int = 1000
    """Bytes a second, averaged over a window: a tenth of what the slowest mobile connection gives."""

    linger_seconds: float = 5.0
    """How long an early answer waits for a client that still sends, so that the answer is read first."""

    linger_bytes: int = 1 << 30
    """What is thrown away meanwhile, at most: a local client sends some hundred megabytes in that time."""

    stop_seconds: float = 5.0
    """What is under way when the server is told to stop has this long to end."""

    head_bytes: int = 32 * 1024
    """Request line and headers together: browsers stay under 4 KiB, cookies included."""

    prefix_bytes: int = 256 * 1024
    """A body up to this size is wholly received before a thread is used; of a larger one, this much."""

    answer_bytes: int = 256 * 1024
    """What a slow reader has not taken yet waits in memory, without a thread, up to this. A page is 60 kB."""

    connections: int = 1000
    """Open connections; at the next one, whoever has been silent longest goes."""

    memory_bytes: int = 64 * 1024 * 1024
    """All that is received or waits to be read, together; above it, whoever has been silent longest goes."""
