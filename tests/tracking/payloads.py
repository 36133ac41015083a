"""Where the tests' payloads are: our own, and the shared collection of real ones where it is."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "tests" / "payloads"
SHARED = Path(os.environ.get("FAIRSHARE_SHARED") or ROOT.parent / "shared") / "payloads"


def own(platform: str, name: str) -> bytes:
    return (OWN / platform / f"{name}.json").read_bytes()


def hash_email(address: str) -> str:
    """Stand in for the keyed hash, so that a test sees what would be hashed."""
    return f"hash of {address}"
