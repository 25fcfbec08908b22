"""Digests that nobody but the site can compute: with the secret of its keyring."""

from base64 import urlsafe_b64encode
from hashlib import blake2b
from plone.keyring.interfaces import IKeyManager
from zope.component import getUtility


def secret_hash(message: bytes, size: int) -> blake2b:
    """Return the hash of a message, to which more may be added, of `size` bytes."""
    key = getUtility(IKeyManager).secret().encode()[: blake2b.MAX_KEY_SIZE]
    return blake2b(message, key=key, digest_size=size)


def as_text(made: blake2b) -> str:
    """Return the digest as text that may be in an address."""
    return urlsafe_b64encode(made.digest()).decode()


def secret_digest(message: bytes, size: int) -> str:
    """Return a text for the message, of `size` bytes before they are encoded.

    Who guesses the message can't tell whether the guess is right.
    """
    return as_text(secret_hash(message, size))
