"""What the interface for programs answers with, described (`review.api`)."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from storage.journal import ActKind
from vigie.records import (
    ActorKind,
    ClusterChange,
    Field,
    HealthState,
    Reach,
    RejectReason,
    RelationKind,
    SourceKind,
    Verdict,
    Visibility,
)


class Answer(BaseModel):
    """Any answer: the words beneath its fields are its description."""

    model_config = ConfigDict(use_attribute_docstrings=True)


def taken(record: object, model: type[Answer], *but: str) -> dict[str, Any]:
    """Return the values of a record that a model asks for by the same names; tuples as lists."""
    found = {name: getattr(record, name) for name in model.model_fields if name not in but}
    return {name: list(v) if isinstance(v, tuple) else v for name, v in found.items()}


class Quote(Answer):
    """A quoted sentence and where it stands."""

    document_url: str
    source: str
    date: date
    quote: str


class ActorOut(Answer):
    """An actor of the directory, as people wrote it, else as it was found."""

    actor_id: str
    name: str
    kinds: list[ActorKind]
    communes: list[str]
    """INSEE codes."""
    mentions: int
    first_day: date | None
    last_day: date | None
    verdict: Verdict | None
    description: str | None
    themes: list[str]
    links: list[str]
    stage: str | None
    assignee: str | None
    visibility: Visibility | None
    """None: as the settings say for all."""


class FoundOut(Answer):
    """A page of the directory."""

    total: int
    actors: list[ActorOut]


class TieOut(Answer):
    """A sentence that names an actor with another."""

    actor_id: str
    other_id: str
    kind: RelationKind
    sentence: str
    document_url: str
    date: date


class RevisionOut(Answer):
    """What a person wrote in a field."""

    value: list[str]
    """Empty: it was cleared."""
    who: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None


class EventOut(Answer):
    """An event to come that names an actor."""

    title: str
    day: date | None
    url: str
    source: str
    venue: str | None


class AlikeOut(Answer):
    """An actor that may be the same, and why that is asked."""

    actor_id: str
    name: str
    reason: str


class WeekCountOut(Answer):
    """How often one source named an actor in one week."""

    monday: date
    source: str
    mentions: int


class ActOut(Answer):
    """What a person did; what does not belong to its kind is null."""

    key: str
    """Names it among all."""
    kind: ActKind
    who: str
    at: datetime
    undone_by: str | None
    undone_at: datetime | None
    actor_id: str | None
    actor_name: str
    """Of a search, its name."""
    other_id: str | None
    """Whom it was merged into, told apart from, or split off."""
    other_name: str | None
    verdict: Verdict | None
    reason: RejectReason | None
    week: str | None
    watch: str | None
    """For which a verdict was given."""
    note: str | None
    field: Field | None
    value: list[str] | None


class ActorWhole(ActorOut):
    """An actor with all that its page shows."""

    aliases: list[str]
    said: list[str]
    """What sentences say that it is."""
    silent: bool
    """Whether it is to be asked if it is still active."""
    evidence: list[Quote]
    ties: list[TieOut]
    events: list[EventOut]
    alike: list[AlikeOut]
    weeks: list[WeekCountOut]
    """Of the last half year."""
    revisions: dict[Field, list[RevisionOut]]
    """All that was written of each field, the newest first."""
    acts: list[ActOut]
    """The newest first."""


class JournalOut(Answer):
    """A page of the journal."""

    acts: list[ActOut]
    before: datetime | None
    """With `skip`, where the next page starts; null on the last one."""
    skip: int


class PlaceOut(Answer):
    """A commune, where it lies, and how many actors a search finds there."""

    code: str
    """INSEE code."""
    name: str
    latitude: float | None
    longitude: float | None
    in_territory: bool
    actors: int


class MapOut(Answer):
    """What a search finds, by commune."""

    places: list[PlaceOut]
    nowhere: int
    """Actors of which no commune is known."""


class NodeOut(Answer):
    """An actor of the network."""

    actor_id: str
    name: str
    kinds: list[ActorKind]
    verdict: Verdict | None
    ties: int
    group: int
    """The number of the group that the ties make, the largest first; 0 for none."""


class EdgeOut(Answer):
    """All that ties two actors in one way, over half a year."""

    actor_id: str
    other_id: str
    kind: RelationKind
    stories: int
    first_day: date
    last_day: date


class NetworkOut(Answer):
    """The most tied actors, 500 at most, and what ties them."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]


class MemberOut(Answer):
    """An actor of a group."""

    actor_id: str
    name: str
    verdict: Verdict | None


class LastingOut(Answer):
    """A group over the weeks."""

    id: str
    label: list[str]
    since: str
    last: str
    """The week in which it was last seen."""
    sizes: dict[str, int]
    """Members by week."""
    change: ClusterChange
    came_from: list[str]
    members: list[MemberOut]
    """As it was last seen."""


class GroupsOut(Answer):
    """The groups of the last weeks' queues."""

    weeks: list[str]
    groups: list[LastingOut]


class SpotOut(Answer):
    """A commune, quartier or kind: how often it was told of, and might have been expected to be."""

    what: str
    """INSEE code, name of a quartier, or kind."""
    stories: int
    expected: float
    listed: int
    """Entries of directories and registers."""
    population: int
    commune: str
    """Of a quartier, the INSEE code of its commune."""
    by_register: float
    """Of a commune, what the directories' entries let expect; 0 without any."""
    blind: bool
    """Whether so few stories are no accident."""


class YieldOut(Answer):
    """What one source gave, and what officers made of those whom it was first to name."""

    source_id: str
    documents: int
    kept: int
    rejected: int


class BlindSpotsOut(Answer):
    """What the watch covers, over a season."""

    since: date
    as_of: date
    communes: list[SpotOut]
    quarters: list[SpotOut]
    kinds: list[SpotOut]
    themes: dict[str, int]
    """Stories by watched theme."""
    sources: list[YieldOut]
    silent: list[str]
    """Ids of the sources that gave nothing."""


class SourceOut(Answer):
    """A source and how it fares."""

    id: str
    name: str
    url: str
    kind: SourceKind
    reach: Reach
    tags: list[str]
    every: int
    """Seconds between two visits."""
    state: HealthState
    message: str
    since: datetime | None
    """When it began to fare so."""
    last_try: datetime | None
    last_success: datetime | None
    failures: int
    """In a row."""
    paused: bool
    """Somebody lets it be: it is not visited."""
    catalogued: bool
    """`vigie.toml` describes it; else it was dropped from there, or holds imported archives."""
    documents: int
    newest: date | None
    """The last day on which one became known."""
    candidates: int
    """Actors of any queue that it told of."""
    kept: int
    """Of these, the kept ones."""


class SearchOut(Answer):
    """A search of the directory that somebody keeps."""

    id: int
    name: str
    query: str
    """The end of the directory's address."""
    who: str
    at: datetime
    feed: str
    """Where its RSS feed stands, on this server."""
    calendar: str
    """Where its events stand as iCal, on this server."""
