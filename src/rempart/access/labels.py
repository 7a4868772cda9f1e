"""What witness rows are called, and the shortest true description of some of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

Label = tuple[str, ...]
"""What a row is called: one word for each way to tell rows apart, in order."""

_LONGEST = 4  # words that a description may join


@dataclass(frozen=True)
class Description:
    """Which rows of a relation are meant.

    Attributes:
        kind: `none`, `all`, or `some`.
        parts: Descriptions that together mean them: each is true of every witness row it fits.
        mixed: Rows that nothing tells from rows that are not meant, and how many look like them.
    """

    kind: str
    parts: tuple[str, ...] = ()
    mixed: tuple[int, int] | None = None

    @property
    def text(self) -> str:
        """For people."""
        if self.kind == "none":
            return "no rows"
        if self.kind == "all":
            return "all rows"
        found = list(self.parts)
        if self.mixed:
            found.append(f"{self.mixed[0]} of {self.mixed[1]} rows that nothing tells apart")
        return ", ".join(found)


def describe(rows: Mapping[int, Label], meant: Collection[int]) -> Description:
    """Describe some rows by their labels, and never more than those.

    Args:
        rows: The label of every witness row, by its number.
        meant: Numbers of the rows to describe.
    """
    wanted = set(meant)
    if not wanted:
        return Description("none")
    if wanted >= rows.keys():
        return Description("all")
    # The first words that suffice: those of the project's classes come first.
    for words in range(len(next(iter(rows.values()))) + 1):
        by_label: dict[Label, list[int]] = {}
        for number, label in rows.items():
            by_label.setdefault(label[:words], []).append(number)
        whole = {label for label, numbers in by_label.items() if wanted.issuperset(numbers)}
        partly = [label for label, numbers in by_label.items() if label not in whole and wanted & set(numbers)]
        if not partly:
            return Description("some", tuple(_cover(set(by_label), whole)))
    alike = [number for label in partly for number in by_label[label]]
    return Description("some", tuple(_cover(set(by_label), whole)), (len(wanted & set(alike)), len(alike)))


def _cover(labels: set[Label], whole: set[Label]) -> Iterator[str]:
    """Descriptions that fit all of some labels and none of the others, the shortest and widest first."""
    left = set(whole)
    others = labels - whole
    width = len(next(iter(labels)))
    for length in range(1, min(width, _LONGEST) + 1):
        while left:
            best: tuple[int, list[tuple[int, str]]] | None = None
            for places in combinations(range(width), length):
                for words in product(*(sorted({label[place] for label in left}) for place in places)):
                    cube = list(zip(places, words, strict=True))
                    if any(_fits(label, cube) for label in others):
                        continue
                    covered = sum(_fits(label, cube) for label in left)
                    if covered and (best is None or covered > best[0]):
                        best = covered, cube
            if best is None:
                break
            yield " and ".join(word for _, word in best[1])
            left = {label for label in left if not _fits(label, best[1])}
    for label in sorted(left):
        yield " and ".join(label)


def _fits(label: Label, cube: Sequence[tuple[int, str]]) -> bool:
    return all(label[place] == word for place, word in cube)
