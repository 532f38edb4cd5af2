"""Makes a recording of two voices behind a wall: tones shaped like speech, and not one word."""

import io
import math
import wave
from array import array
from collections.abc import Iterator
from typing import Final

#: Samples a second: what a telephone carries.
RATE: Final = 8000

#: Syllables a second of ordinary speech, and after how many of them the other voice takes over.
SYLLABLES_A_SECOND: Final = 4
TURN: Final = 9

#: The first two resonances of five vowels, in hertz (a, e, i, o, u of a grown speaker, rounded).
VOWELS: Final = ((700, 1200), (450, 1900), (300, 2200), (450, 850), (320, 750))

#: How often the two voices' cords open in a second.
PITCHES: Final = (112, 176)

#: The loudest sample, of 32 767: a voice at some distance.
LOUDEST: Final = 9000


class _Resonator:
    """A filter that rings at one frequency (two poles, the bandwidth of a vowel's resonance)."""

    def __init__(self, hertz: float) -> None:
        radius = math.exp(-math.pi * 90 / RATE)
        self._first = 2 * radius * math.cos(2 * math.pi * hertz / RATE)
        self._second = -radius * radius
        self._before, self._earlier = 0.0, 0.0

    def ring(self, push: float) -> float:
        """The next sample after a push of that strength."""
        now = push + self._first * self._before + self._second * self._earlier
        self._before, self._earlier = now, self._before
        return now


def _syllable(number: int) -> Iterator[float]:
    """A syllable: pushes at the voice's pitch through two resonators, swelling and fading; or a pause."""
    length = RATE // SYLLABLES_A_SECOND
    pitch = PITCHES[number // TURN % 2] * (1.06 - 0.015 * (number % TURN))
    loudness = 0.0 if number % TURN == TURN - 1 else 0.6 + 0.1 * (number * 7 % 5)
    low, high = map(_Resonator, VOWELS[(number * 3 + number // 4) % len(VOWELS)])
    period = round(RATE / pitch)
    for at in range(length):
        push = loudness if at % period == 0 else 0.0
        yield (low.ring(push) + 0.6 * high.ring(push)) * math.sin(math.pi * at / length) ** 2


def recording(seconds: int) -> bytes:
    """A WAV file of that length: one channel, 16 bits, 8 000 samples a second."""
    wanted = [sample for number in range(seconds * SYLLABLES_A_SECOND) for sample in _syllable(number)]
    gain = LOUDEST / max(map(abs, wanted))
    samples = array("h", (round(sample * gain) for sample in wanted))
    packed = io.BytesIO()
    with wave.open(packed, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return packed.getvalue()
