"""Locks are made and tried here only: each try costs one hash, also where there is no lock."""

from whistle.crypto.codes import derive
from whistle.crypto.locks import (
    PASSPHRASE,
    RECOVERY,
    LockParameters,
    argon2_root,
    auth_of,
    lock_parameters,
    normalise_passphrase,
    open_lock,
    seal_lock,
    site_share,
)
from whistle.crypto.records import new_object_id
from whistle.parties.hashing import Hashing
from whistle.vault.accounts import NewLock
from whistle.vault.store import Store

__all__ = ["PASSPHRASE", "RECOVERY", "Locksmith", "normalise_passphrase"]

SALT_LABEL = b"whistle/v1/unknown-salt\0"


class Locksmith:
    """Makes locks for people and opens them, with the server's share in each."""

    def __init__(self, store: Store, parameters: LockParameters | None = None) -> None:
        self._store = store
        self._parameters = parameters or LockParameters()
        self._hashing = Hashing()

    def lock(self, seed: bytes, owner: bytes, purpose: int, secret: bytes) -> NewLock:
        """A new lock around a person's seed: one hash."""
        salt = new_object_id()
        root = self._root(secret, salt, self._parameters)
        lock = seal_lock(
            seed, owner_id=owner, purpose=purpose, root=root, salt=salt, parameters=self._parameters,
            share=self._share(owner),
        )  # fmt: skip
        return NewLock(lock, auth_of(root))

    def root(self, lock: bytes, owner: bytes, secret: bytes) -> bytes:
        """What a secret makes of a lock's salt; with no lock (`b""`) the same work, and it opens nothing."""
        _purpose, salt, parameters, _shared = lock_parameters(lock or self._decoy(owner))
        return self._root(secret, salt, parameters)

    def open(self, lock: bytes, owner: bytes, root: bytes) -> bytes:
        """The seed inside. Raises `SealBroken`."""
        shared = lock_parameters(lock)[3]
        return open_lock(lock, owner_id=owner, root=root, share=self._share(owner) if shared else b"")

    def _share(self, owner: bytes) -> bytes:
        return site_share(self._store.keys.lock, owner)

    def _decoy(self, owner: bytes) -> bytes:
        """A lock that opens nothing, with the same cost, for a name that nobody has."""
        salt = derive(self._store.keys.lock + owner, SALT_LABEL)[:16]
        return seal_lock(
            bytes(32), owner_id=owner, purpose=PASSPHRASE, root=derive(owner, SALT_LABEL), salt=salt,
            parameters=self._parameters, share=self._share(owner),
        )  # fmt: skip

    def _root(self, secret: bytes, salt: bytes, parameters: LockParameters) -> bytes:
        return self._hashing.run(argon2_root, secret, salt, parameters)
