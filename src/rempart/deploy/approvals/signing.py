"""Signatures by SSH keys, made and verified by ``ssh-keygen -Y``; and the file of those who may sign."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path

from rempart.errors import OperationError, UsageError

NAMESPACE = "rempart-approval"
_PROGRAM = "ssh-keygen"
_SECONDS = 30  # that a verification may take; signing may wait for a person
_KEY_TYPE = re.compile(r"(?:ssh-|ecdsa-|sk-)[\w@.-]+$")
_WORD = re.compile(r'(?:"[^"]*"|[^\s"])+')
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/=]+")


class Unverified(Exception):
    """A signature was not accepted; the message says why."""


@dataclass(frozen=True)
class Signer:
    """A line of the file of those who may sign.

    Attributes:
        principals: Names or patterns of those whose key it is.
        key: Type and key, as a public key file has them.
        authority: Whether the key signs certificates, and no approvals itself.
    """

    principals: tuple[str, ...]
    key: str
    authority: bool

    def stands_for(self, names: Collection[str]) -> bool:
        """Whether one of its principals is one of some names, whatever the case.

        Args:
            names: Names in lower case.
        """
        return any(fnmatchcase(name, one.lower()) for one in self.principals for name in names)


def sign(text: str, key: Path) -> str:
    """Sign a text. A passphrase is asked for on the terminal; the agent holds the key of a `.pub` file.

    Args:
        text: The text.
        key: A private key, or the public key of one that the agent holds.

    Returns:
        The signature, in armour.

    Raises:
        OperationError: ssh-keygen is missing, or could not sign.
    """
    ran = _run(["-Y", "sign", "-f", str(key), "-n", NAMESPACE], text, seconds=None)
    if ran.returncode:
        raise OperationError(
            f"{_PROGRAM} could not sign with {key}: {_complaint(ran)}",
            "name a private key, or the .pub file of a key that the agent holds (ssh-add -l lists them)",
        )
    return ran.stdout


def verify(text: str, signature: str, principal: str, allowed: Path, at: datetime) -> str:
    """Verify who signed a text.

    Args:
        text: The text.
        signature: The signature, in armour.
        principal: Who is said to have signed.
        allowed: The file of those who may.
        at: The moment at which the key has to be valid.

    Returns:
        The fingerprint of the key.

    Raises:
        Unverified: It was not that principal, not that text, or it cannot be told.
    """
    if principal.startswith("-") or not principal.strip():
        raise Unverified("it names nobody")
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        file = Path(folder) / "signature"
        file.write_text(signature, encoding="utf-8")
        # Without a zone ssh-keygen takes the time for local time, in every version.
        moment = at.astimezone().strftime("%Y%m%d%H%M%S")
        arguments = ["-Y", "verify", "-f", str(allowed), "-I", principal, "-n", NAMESPACE, "-s", str(file)]
        try:
            ran = _run([*arguments, f"-Overify-time={moment}"], text, seconds=_SECONDS)
        except OperationError as error:
            raise Unverified(error.message) from None
    found = _FINGERPRINT.search(ran.stdout)
    if ran.returncode or found is None:
        raise Unverified(_complaint(ran))
    return found[0]


def signers(allowed: Path) -> list[Signer]:
    """Read the file of those who may sign.

    Args:
        allowed: The file.

    Raises:
        UsageError: It cannot be read.
    """
    try:
        lines = allowed.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{allowed}, the file of those who may approve, cannot be read: {getattr(error, 'strerror', error)}.",
            'write it: `NAME@EXAMPLE namespaces="rempart-approval" ssh-ed25519 AAAA…` for each',
        ) from None
    return [found for line in lines if (found := _signer(line)) is not None]


def _signer(line: str) -> Signer | None:
    words = _WORD.findall(line)
    if len(words) < 3 or words[0].startswith("#"):
        return None
    place = next((n for n, word in enumerate(words[1:], start=1) if _KEY_TYPE.match(word)), None)
    if place is None or place + 1 >= len(words):
        return None
    options = {option.lower() for word in words[1:place] for option in re.sub(r'"[^"]*"', "", word).split(",")}
    principals = tuple(name for name in words[0].strip('"').split(",") if name)
    return Signer(principals, " ".join(words[place : place + 2]), "cert-authority" in options)


def fingerprint(public_key: str) -> str | None:
    """The fingerprint of a public key; None when it is none. That of a certificate is its key's.

    Args:
        public_key: Type and key, as a public key file has them.

    Raises:
        OperationError: ssh-keygen is missing.
    """
    ran = _run(["-l", "-E", "sha256", "-f", "-"], public_key + "\n", seconds=_SECONDS)
    found = _FINGERPRINT.search(ran.stdout)
    return found[0] if found and not ran.returncode else None


def public_key(key: Path) -> str:
    """The public key that belongs to a key file.

    Args:
        key: A private or public key.

    Raises:
        UsageError: There is no such file.
        OperationError: It is no key.
    """
    if not key.is_file():
        raise UsageError(f"there is no key {key}.", "name the key that you sign with by --key FILE")
    beside = key if key.suffix == ".pub" else key.with_name(key.name + ".pub")
    if beside.is_file():
        return beside.read_text(encoding="utf-8", errors="replace").strip()
    ran = _run(["-y", "-f", str(key)], "", seconds=None)
    if ran.returncode:
        raise OperationError(f"{key} is no key that {_PROGRAM} reads: {_complaint(ran)}", "name another by --key FILE")
    return ran.stdout.strip()


@contextmanager
def key_file(said: str) -> Iterator[Path]:
    """The file of a key that git is configured to sign with, for the time of the block.

    Args:
        said: A path, or the public key itself (`key::ssh-ed25519 AAAA…`), whose private key the agent holds.
    """
    written = said.removeprefix("key::")
    if said == written and not _KEY_TYPE.match(said.split()[0]):
        yield Path(said).expanduser()
        return
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        file = Path(folder) / "key.pub"
        file.write_text(written + "\n", encoding="utf-8")
        yield file


def git_key(folder: Path) -> str | None:
    """The SSH key that git signs with in a folder, as `key_file` takes it; None when it has none.

    Args:
        folder: The folder.
    """
    said = []
    for name in ("gpg.format", "user.signingkey"):
        try:
            ran = subprocess.run(
                ["git", "-C", str(folder), "config", "--path", "--get", name],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except OSError:
            return None
        said.append(ran.stdout.strip())
    form, key = said
    return key if key and form == "ssh" else None


def _run(arguments: Sequence[str], text: str, *, seconds: int | None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [_PROGRAM, *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=seconds,
            check=False,
        )
    except FileNotFoundError:
        raise OperationError(f"{_PROGRAM} is not installed.", "install OpenSSH's client, 8.9 or newer") from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OperationError(f"{_PROGRAM} did not run: {error}", "see whether it runs by itself") from None


def _complaint(ran: subprocess.CompletedProcess[str]) -> str:
    # What it says of the cause comes first; the last line is the same for all causes.
    lines = [line.strip() for line in (ran.stderr + ran.stdout).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("Signing data on")]
    return "; ".join(dict.fromkeys(lines)) or f"it ended with {ran.returncode}"
