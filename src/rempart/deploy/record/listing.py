"""The deployments that the evidence folder knows: listed, and found by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rempart.config import Config
from rempart.deploy.record.folder import Anchor, files_of, folder_of, index_of, is_name, load, page_bytes
from rempart.deploy.record.intact import UNRENDERABLE
from rempart.errors import OperationError, UsageError

LATEST = "latest"


@dataclass(frozen=True)
class Kept:
    """A deployment as the folder has it.

    Attributes:
        environment: Name of the folder.
        id: Name of the file, without its ending.
        document: What the file says; None when it cannot be read.
        anchor: Its line of the index; None when there is none.
    """

    environment: str
    id: str
    document: Mapping[str, Any] | None
    anchor: Anchor | None

    @property
    def began(self) -> tuple[str, str]:
        """What deployments are ordered by."""
        return str((self.document or {}).get("started_at") or self.id), self.id


def environments_of(config: Config) -> list[str]:
    """The environments that there is evidence of, and those of the project.

    Args:
        config: The project.
    """
    root = config.deployment.evidence
    folders = {one.name for one in root.iterdir() if one.is_dir()} if root.is_dir() else set()
    return sorted({*config.environments, *(name for name in folders if is_name(name))})


def deployments(config: Config, environment: str | None) -> list[Kept]:
    """What the folder knows of deployments, the earliest first.

    Args:
        config: The project.
        environment: The environment; all of them when None.

    Raises:
        UsageError: There is no such environment, and no folder of it.
        OperationError: An index cannot be read.
    """
    known = environments_of(config)
    if environment is not None and environment not in known:
        raise UsageError(
            f"there is no environment {environment}; known: {', '.join(known) or 'none'}.", "Name another."
        )
    found = []
    for name in known if environment is None else [environment]:
        folder = folder_of(config, name)
        index = index_of(folder)
        found += [Kept(name, file.stem, load(file), index.of(file.name)) for file in files_of(folder)]
    return sorted(found, key=lambda one: one.began)


def deployment(config: Config, wanted: str, environment: str | None) -> Kept:
    """One deployment.

    Args:
        config: The project.
        wanted: Its identifier, or the beginning of it, or `latest`.
        environment: Where it is looked for; everywhere when None.

    Raises:
        UsageError: There is none, or several begin that way.
        OperationError: Its file cannot be read.
    """
    known = deployments(config, environment)
    found = known[-1:] if wanted == LATEST else [one for one in known if one.id.startswith(wanted)]
    exact = [one for one in found if one.id == wanted]
    where = f" of {environment}" if environment else ""
    if len(exact or found) != 1:
        what = f"{len(found)} deployments{where} begin with" if found else f"there is no deployment{where}"
        raise UsageError(f"{what} {wanted}.", "rempart evidence list names them.")
    one = (exact or found)[0]
    if one.document is None:
        raise OperationError(
            f"the evidence of {one.id} cannot be read.", "rempart evidence verify tells what is wrong."
        )
    return one


def page_of(kept: Kept) -> str:
    """The Markdown page of a deployment, made anew from its JSON file.

    Args:
        kept: The deployment.

    Raises:
        OperationError: The file is damaged.
    """
    try:
        anchor = kept.anchor or Anchor("", "", None, None)
        return page_bytes(kept.document or {}, anchor).decode()
    except UNRENDERABLE:
        raise OperationError(
            f"the evidence of {kept.id} is damaged.", "rempart evidence verify tells what is wrong."
        ) from None
