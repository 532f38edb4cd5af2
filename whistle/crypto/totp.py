"""The second factor: a six-digit code counts once, and only in its half minute and the two beside it."""

import base64
import hmac
import secrets

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.hotp import HOTP
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from whistle.crypto.keys import Random

SECRET_BYTES = 20  # RFC 4226, section 4, R6: 160 bits recommended
STEP_SECONDS = 30  # RFC 6238, section 5.2; all that common authenticator apps read
DIGITS = 6
DRIFT_STEPS = 1  # RFC 6238, section 5.2: one step for the way and a clock a little off


def new_secret(random: Random = secrets.token_bytes) -> bytes:
    """A fresh 20-byte secret."""
    return random(SECRET_BYTES)


def base32(secret: bytes) -> str:
    """The secret as a person types it into an app: 32 letters and digits (RFC 4648)."""
    return base64.b32encode(secret).decode()


def step_at(unix_seconds: int) -> int:
    """The running number of the half minute (RFC 6238, section 4.2)."""
    return unix_seconds // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The six digits of one step (RFC 6238; SHA-1 is no weakness in an HMAC: RFC 6194, section 3.3)."""
    return HOTP(secret, DIGITS, SHA1()).generate(step).decode()  # noqa: S303 - what every app computes


def matching_step(secret: bytes, code: str, step_now: int, last_used: int) -> int | None:
    """The step a typed code belongs to, or None; a step up to `last_used` never counts again.

    Store the step that came back as the next `last_used`. White space is forgiven. All steps are compared,
    each in constant time.
    """
    typed = "".join(code.split()).encode("utf-8", "replace")
    found = None
    for step in range(max(0, step_now - DRIFT_STEPS), step_now + DRIFT_STEPS + 1):
        fits = hmac.compare_digest(code_at(secret, step).encode(), typed)
        if fits and step > last_used:
            found = step
    return found


def provisioning_uri(secret: bytes, account: str, issuer: str) -> str:
    """The otpauth:// address for a QR code (the key URI format that authenticator apps read)."""
    return TOTP(secret, DIGITS, SHA1(), STEP_SECONDS).get_provisioning_uri(account, issuer)  # noqa: S303
