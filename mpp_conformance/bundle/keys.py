"""The Ed25519 keys that sign bundles; a key's fingerprint is the SHA-256 of its 32 public bytes (hex)."""

import base64
import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mpp_conformance.common.text import decode_text

FILE: Final = "signing-key.pem"
_FOR_THE_USER: Final = 0o600
_MAX_BYTES: Final = 16_384


class SigningKeyError(ValueError):
    """A key that cannot be used or written; says why, without a word of the key."""


def generate() -> Ed25519PrivateKey:
    """A new key."""
    return Ed25519PrivateKey.generate()


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes of the public half."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def public_text(key: Ed25519PrivateKey) -> str:
    """The public half as a bundle carries it: Base64 and a line feed."""
    return base64.b64encode(public_bytes(key)).decode() + "\n"


def fingerprint(key: Ed25519PrivateKey) -> str:
    """What names the key."""
    return hashlib.sha256(public_bytes(key)).hexdigest()


def write_new(key: Ed25519PrivateKey, path: Path) -> None:
    """Write the private key where only its owner can read it; SigningKeyError if a file is there already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_THE_USER)
        with os.fdopen(handle, "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except FileExistsError:
        raise SigningKeyError(f"{path} already exists and was not overwritten") from None
    except OSError as problem:
        raise SigningKeyError(f"{path} cannot be written ({problem.strerror})") from None


def load(path: Path) -> Ed25519PrivateKey:
    """The private key in a file; SigningKeyError for anything else, or if others can read it."""
    try:
        with path.open("rb") as file:
            mode, data = os.fstat(file.fileno()).st_mode, file.read(_MAX_BYTES)
    except OSError as problem:
        raise SigningKeyError(
            f"{path} cannot be read ({problem.strerror}); `mpp-conformance keygen` makes a key"
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise SigningKeyError(f"{path} can be read by others: chmod 600 {path}")
    try:
        key = load_pem_private_key(decode_text(data).encode(), password=None)
    except (ValueError, TypeError):
        raise SigningKeyError(f"{path} must hold a private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyError(f"{path} holds a key of another kind; signing a bundle takes an Ed25519 key")
    return key
