"""A one-time code secret travels sealed in the form that enrols it, and counts once its code was typed."""

import base64
import binascii
import io
import json
from dataclasses import dataclass, field
from datetime import datetime

from whistle.crypto import totp
from whistle.crypto.records import new_object_id
from whistle.crypto.session import open_small, seal_small
from whistle.errors import RuleRefused, SealBroken
from whistle.parties.sessions import token_bytes

SETUP_LABEL = b"whistle/v1/setup\0"
TOTP_LABEL = b"whistle/v1/totp\0"


@dataclass(frozen=True, slots=True)
class Setup:
    """A second factor being enrolled: `sealed` travels in the form, the rest is shown."""

    sealed: str
    secret_text: str
    uri: str = field(repr=False)
    svg: str = field(repr=False)


def new_setup(browser_token: str, site_name: str) -> Setup:
    """A new second factor, sealed into the form of this browser."""
    return _setup(browser_token, site_name, totp.new_secret(), new_object_id())


def open_setup(browser_token: str, site_name: str, sealed: str) -> Setup | None:
    """The second factor that a form of this browser carries, or None."""
    try:
        secret, nonce = unsealed(browser_token, sealed)
    except SealBroken:
        return None
    return _setup(browser_token, site_name, secret, nonce)


def unsealed(browser_token: str, sealed: str) -> tuple[bytes, bytes]:
    """The secret of a setup and the form's own chance. Raises `SealBroken` for another browser's."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        raise SealBroken("this is no setup of ours") from None
    fields = json.loads(open_small(token_bytes(browser_token), SETUP_LABEL, raw))
    return bytes.fromhex(fields["secret"]), bytes.fromhex(fields["nonce"])


def step_now(moment: datetime) -> int:
    """The running number of the half minute in which `moment` lies."""
    return totp.step_at(int(moment.timestamp()))


def first_step(secret: bytes, code: str, moment: datetime) -> int:
    """The step of the first code of a new secret. Raises `RuleRefused("code")` when it is none."""
    step = totp.matching_step(secret, code.replace(" ", ""), step_now(moment), 0)
    if step is None:
        raise RuleRefused("code")
    return step


def next_step(seed: bytes, sealed: bytes, code: str, moment: datetime, last: int) -> int | None:
    """The step of a code that was not used before, or None; `sealed` is the secret under the seed."""
    secret = open_small(seed, TOTP_LABEL, sealed)
    return totp.matching_step(secret, code.replace(" ", ""), step_now(moment), last)


def seal_secret(seed: bytes, secret: bytes) -> bytes:
    """A one-time code secret as it rests: only who opens the person's lock can compare a code."""
    return seal_small(seed, TOTP_LABEL, secret)


def _setup(browser_token: str, site_name: str, secret: bytes, nonce: bytes) -> Setup:
    content = json.dumps({"secret": secret.hex(), "nonce": nonce.hex()}).encode()
    raw = seal_small(token_bytes(browser_token), SETUP_LABEL, content)
    uri = totp.provisioning_uri(secret, site_name, site_name)
    return Setup(base64.urlsafe_b64encode(raw).decode(), totp.base32(secret), uri, _qr(uri))


def _qr(uri: str) -> str:
    """The QR code as SVG without a style attribute: dark modules on a light square, also in dark mode."""
    import segno  # noqa: PLC0415 (needed where a device is enrolled only)

    out = io.BytesIO()
    segno.make(uri, micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, scale=5, border=4,
        light="#ffffff", dark="#000000", nl=False, svgclass="qr", lineclass=None,
    )  # fmt: skip
    return out.getvalue().decode()
