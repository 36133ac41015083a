"""RSA keys of shops that do not exist, and what they sign."""

import base64
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@cache
def private_key(name: str = "shop", bits: int = 2048) -> RSAPrivateKey:
    """Return the key of a name, made once a run."""
    del name
    return generate_private_key(public_exponent=65537, key_size=bits)


def pem(key: RSAPrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def key_set(*keys: RSAPrivateKey) -> str:
    """Return the JSON Web Key Set of keys."""
    numbers = [key.public_key().public_numbers() for key in keys]
    entries = [
        {"kty": "RSA", "key_ops": ["verify"], "kid": "1", "n": _number(one.n), "e": _number(one.e)}
        for one in numbers
    ]
    return json.dumps({"keys": [{"kty": "EC", "crv": "P-256"}, *entries]})


def sign(key: RSAPrivateKey, text: bytes) -> bytes:
    return key.sign(text, padding.PKCS1v15(), SHA256())


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def make_token(key: RSAPrivateKey, payload: Any, **header: Any) -> bytes:
    """Return a JSON Web Token."""
    first = base64url(json.dumps({"alg": "RS256", "typ": "JWT", **header}).encode())
    text = f"{first}.{base64url(json.dumps(payload).encode())}"
    return f"{text}.{base64url(sign(key, text.encode()))}".encode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8))
