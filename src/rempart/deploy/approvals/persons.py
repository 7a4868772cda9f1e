"""Whether two names are one person's."""

from __future__ import annotations

import re
import unicodedata

from rempart.deploy.who import person


def same_person(first: str, other: str) -> bool:
    """Whether two names are one person's, in doubt yes.

    `Alice <alice@example.com>` is also `alice@example.com` and `ALICE`; a login such as `alice` is also whoever has it
    before the @ of an address.

    Args:
        first: A name, an address, or `name <address>`; an account after it, in parentheses, does not count.
        other: Another.
    """
    mine, theirs = _names(first), _names(other)
    return bool(mine & theirs) or bool(_logins(mine) & _local_parts(theirs) or _logins(theirs) & _local_parts(mine))


def _names(written: str) -> set[str]:
    text = unicodedata.normalize("NFKC", person(written)).casefold().strip()
    found = {text}
    if addressed := re.fullmatch(r"(.*)<([^<>]+)>", text):
        found |= {addressed[1].strip(), addressed[2].strip()}
    return {name for name in found if name}


def _logins(names: set[str]) -> set[str]:
    return {name for name in names if "@" not in name}


def _local_parts(names: set[str]) -> set[str]:
    return {name.partition("@")[0] for name in names if "@" in name and " " not in name}
