"""Says which header and which secret a record or blob stands under; identity always takes two keys."""

from whistle.crypto.header import Compartment, Kind, packed
from whistle.crypto.keys import CompartmentKey


def bind(
    kind: Kind, key: CompartmentKey, object_id: bytes, mixed_with: CompartmentKey | None
) -> tuple[bytes, bytes]:
    """The header to write or expect, and the secret to derive from; ValueError if the keys do not match.

    In the identity compartment the secret is identity key || content key, of which neither holder alone has
    enough (FORMAT.md, "Two keys for identity"). Elsewhere it is the compartment key.
    """
    if (key.compartment is Compartment.IDENTITY) != (mixed_with is not None):
        raise ValueError("identity takes the content key as well, the other compartments never do")
    mixed_epoch, secret = 0, key.key
    if mixed_with is not None:
        if mixed_with.compartment is not Compartment.CONTENT or mixed_with.case_id != key.case_id:
            raise ValueError("only the content key of the same case is mixed in")
        mixed_epoch, secret = mixed_with.epoch, key.key + mixed_with.key
    header = packed(kind, key.compartment, key.epoch, mixed_epoch, (key.case_id, object_id, key.key_id))
    return header, secret
