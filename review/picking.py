"""Which of a week's candidates are shown: the filters, as the address carries them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import Query

from review.words import commune_name
from storage.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vigie.records import Candidate, Queue

Word = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picking:
    """What is asked; an empty word asks nothing."""

    commune: str = ""
    type: str = ""
    source: str = ""
    groupe: str = ""
    theme: str = ""
    q: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """Return what is asked, by name in the address."""
        return {name: value for name in _ASKED if (value := getattr(self, name))}

    @property
    def suffix(self) -> str:
        """Return the end of an address that carries the filters on."""
        return f"?{urlencode(self.asked)}" if self.asked else ""

    def takes(self, candidate: Candidate) -> bool:
        """Tell whether a candidate is shown."""
        names = (candidate.name, *candidate.aliases[:50])
        return (
            self.commune in ("", _commune(candidate))
            and self.type in ("", candidate.kind)
            and (not self.source or self.source in _sources(candidate))
            and self.groupe in ("", candidate.cluster)
            and (not self.theme or self.theme in themes(candidate))
            and (not self.q or any(fold(self.q) in fold(name[:500]) for name in names))
        )


_ASKED = tuple(one.name for one in fields(Picking))


def picking(
    *,
    commune: Word = "",
    type: Word = "",  # noqa: A002 - its name in the address
    source: Word = "",
    groupe: Word = "",
    theme: Word = "",
    q: Word = "",
) -> Picking:
    """Read the filters from an address (a dependency of the pages of a week)."""
    return Picking(
        commune=commune.strip(),
        type=type.strip(),
        source=source.strip(),
        groupe=groupe.strip(),
        theme=theme.strip(),
        q=q.strip(),
    )


def themes(candidate: Candidate) -> tuple[str, ...]:
    """Return the watched themes that a candidate touches, as its reasons name them."""
    said = (r.detail.values.get("themes", "") for r in candidate.reasons if r.name == "themes")
    return tuple(theme.strip() for some in said for theme in str(some).split(",") if theme.strip())


def choices(queue: Queue) -> Mapping[str, Counter[str]]:
    """Return what can be asked of a week: by filter, how many candidates each value has."""
    every = queue.candidates
    return {
        "commune": Counter(_commune(one) for one in every),
        "type": Counter(one.kind.value for one in every),
        "source": _count(_sources(one) for one in every),
        "groupe": Counter(one.cluster for one in every if one.cluster),
        "theme": _count(themes(one) for one in every),
    }


def _commune(candidate: Candidate) -> str:
    """Return a candidate's commune, a bar when it has none that is known."""
    return candidate.commune if candidate.commune and commune_name(candidate.commune) else "-"


def _sources(candidate: Candidate) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.source for one in candidate.evidence))


def _count(some: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(value for values in some for value in values)
