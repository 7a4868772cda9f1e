"""Classes that hold data, as `dataclasses` makes them, made in a tenth of the time.

The standard module generates and compiles code for every class, and loads the inspection machinery to do it. That takes
longer than linting a file, so the modules that `rempart lint FILE` needs use these instead. Everything else uses the
standard module.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast, dataclass_transform

_Class = TypeVar("_Class", bound=type)
_Record = TypeVar("_Record")
_REQUIRED = object()


class _Fresh:
    """A default that every instance gets anew."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make


def field(*, default_factory: Callable[[], Any]) -> Any:
    """A field whose default is made anew for every instance.

    Args:
        default_factory: Makes it.
    """
    return _Fresh(default_factory)


@dataclass_transform(field_specifiers=(field,))
def record(*, frozen: bool = False) -> Callable[[_Class], _Class]:
    """Make a class hold its annotated attributes, like `dataclasses.dataclass`.

    Attributes whose names begin with `_` are left out of comparisons and of `repr`.

    Args:
        frozen: Whether instances are never changed, and can be members of sets and keys.
    """

    def made(cls: _Class) -> _Class:
        names = tuple(vars(cls).get("__annotations__", ()))
        defaults = {name: vars(cls)[name] for name in names if name in vars(cls)}
        fresh = {name: value.make for name, value in defaults.items() if isinstance(value, _Fresh)}
        for name in fresh:
            delattr(cls, name)
        plain = {name: value for name, value in defaults.items() if name not in fresh}
        _equip(cls, names, plain, fresh)
        if frozen:
            _freeze(cls, [name for name in names if not name.startswith("_")])
        return cls

    return made


def names_of(cls: type) -> tuple[str, ...]:
    """Names of the attributes of a record, in order.

    Args:
        cls: The class.
    """
    return tuple(cast("Any", cls)._fields)


def replace(instance: _Record, **changes: Any) -> _Record:
    """A copy of a record with some attributes changed.

    Args:
        instance: The record.
        changes: New values by name.
    """
    names = cast("Any", instance)._fields
    return type(instance)(**({name: getattr(instance, name) for name in names} | changes))


def _equip(cls: Any, names: tuple[str, ...], plain: dict[str, Any], fresh: dict[str, Callable[[], Any]]) -> None:
    completed = getattr(cls, "__post_init__", None)
    public = [name for name in names if not name.startswith("_")]

    def initialize(self: Any, *values: Any, **named: Any) -> None:
        held = self.__dict__
        held.update(plain)
        for name, make in fresh.items():
            if name not in named:
                held[name] = make()
        held.update(zip(names, values, strict=False))
        held.update(named)
        if len(held) != len(names) or len(values) > len(names):
            raise TypeError(f"{cls.__name__} takes {', '.join(names)}; given: {', '.join(held)}")
        if completed is not None:
            completed(self)

    def equal(self: Any, other: object) -> Any:
        if type(other) is not type(self):
            return NotImplemented
        mine, others = self.__dict__, other.__dict__
        return all(mine[name] == others[name] for name in public)

    def shown(self: Any) -> str:
        return f"{cls.__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in public)})"

    cls._fields = names
    cls.__init__, cls.__eq__, cls.__repr__ = initialize, equal, shown
    cls.__hash__ = None


def _freeze(cls: Any, public: list[str]) -> None:
    def refuse(self: Any, name: str, *value: Any) -> None:
        raise AttributeError(f"{cls.__name__} is never changed: {name}")

    def hashed(self: Any) -> int:
        held = self.__dict__
        return hash(tuple([held[name] for name in public]))

    cls.__setattr__ = cls.__delattr__ = refuse
    cls.__hash__ = hashed
