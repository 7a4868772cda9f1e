"""A dictionary that also knows which of its keys are about a name."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Indexed(dict[_Key, _Value]):
    """Keys of one name are found without a look at the others. A kind of it says what the name in a key is."""

    def __init__(self, items: Iterable[tuple[_Key, _Value]] = ()) -> None:
        """Begin with some items.

        Args:
            items: Keys and values.
        """
        super().__init__()
        self._keys: dict[Hashable, dict[_Key, None]] = {}
        for key, value in items:
            self[key] = value

    def name_in(self, key: _Key) -> Hashable:
        """What a key is found by.

        Args:
            key: The key.
        """
        raise NotImplementedError

    def keys_of(self, name: Hashable) -> list[_Key]:
        """The keys of a name, in the order they were entered.

        Args:
            name: As `name_in` gives it.
        """
        return list(self._keys.get(name, ()))

    def __setitem__(self, key: _Key, value: _Value) -> None:
        super().__setitem__(key, value)
        self._keys.setdefault(self.name_in(key), {})[key] = None

    def __delitem__(self, key: _Key) -> None:
        super().__delitem__(key)
        del self._keys[self.name_in(key)][key]

    def setdefault(self, key: _Key, default: Any = None) -> _Value:
        """The value of a key; one that is not there is entered with a default."""
        if key not in self:
            self[key] = default
        return self[key]

    def pop(self, key: _Key, default: Any = None) -> Any:
        """Remove a key, if it is there; return its value or the default."""
        value = self.get(key, default)
        if key in self:
            del self[key]
        return value
