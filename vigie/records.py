"""The records that cross from one stage to the next.

Frozen, narrow, one per purpose. Database rows, parser objects and spaCy spans stay in the
rooms that made them. Times are aware datetimes; days are dates in the territory's time zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MAIN_WATCH = "main"
"""Id of the installation's first watch, `[watch]` of `vigie.toml`."""

# --- sentences ---------------------------------------------------------------------------


class _French(Formatter):
    """Writes measures with a decimal comma, as French does."""

    def format_field(self, value: str | float | Message, format_spec: str) -> str:
        """Return a value as a field of a sentence; one without a form is quoted as it is."""
        written = format(value, format_spec)
        return written.replace(".", ",") if isinstance(value, float) and format_spec else written


_FRENCH = _French()


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person, kept apart from its values so that it can be translated.

    `template` is French with `str.format` fields. When `plural` is given, `values["n"]` chooses
    between the two. A value that is itself to be translated is a message.
    `vigie.language.render` turns it into text.
    """

    template: str
    values: Mapping[str, str | int | float | Message] = field(default_factory=dict)
    plural: str | None = None

    def __str__(self) -> str:
        """Return the sentence in French."""
        many = self.plural is not None and abs(self.number) >= 2
        template = self.plural if self.plural and many else self.template
        return _FRENCH.vformat(template, (), self.values)

    @property
    def number(self) -> float:
        """Return the number that chooses between singular and plural."""
        return float(str(self.values["n"]))


# --- sources and documents ---------------------------------------------------------------


class SourceKind(StrEnum):
    """How a source is read."""

    FEED = "feed"
    SITEMAP = "sitemap"
    LISTING = "listing"
    EVENTS = "events"
    CALENDAR = "calendar"
    OPENAGENDA = "openagenda"
    GOGOCARTO = "gogocarto"
    REGISTRY = "registry"
    MAILBOX = "mailbox"
    FILES = "files"


class Reach(StrEnum):
    """Whom a source speaks to; being known nationally is the opposite of under the radar."""

    LOCAL = "local"
    REGIONAL = "regional"
    NATIONAL = "national"


class Side(StrEnum):
    """Where somebody stands, seen from the administration that watches."""

    EXTERNAL = "external"
    INTERNAL = "internal"


class Reservations(StrEnum):
    """What is done about a site that reserves its texts against text and data mining."""

    OBEY = "obey"
    """Its texts are left alone: of an article, only what the feed announces is kept."""
    RECORD = "record"
    """They are read, and marked: where the lab has an agreement, or the law allows it."""


class MailSecurity(StrEnum):
    """How the way to a mail server is kept from others' eyes."""

    STARTTLS = "starttls"
    """Encrypted once the server has greeted, mostly on port 587."""
    TLS = "tls"
    """Encrypted from the start, mostly on port 465."""
    NONE = "none"
    """Not at all: for a server on this machine or in one's own network."""


class Access(StrEnum):
    """How freely a document's whole text may be had."""

    OPEN = "open"
    PAYWALLED = "paywalled"
    """What is kept is what anybody sees: the beginning."""
    RESERVED = "reserved"
    """Its site reserves it against text and data mining."""


class Extraction(StrEnum):
    """What the extraction of a page's text leans to, where in doubt."""

    PRECISION = "precision"
    RECALL = "recall"


class DocumentKind(StrEnum):
    """What a document is."""

    ARTICLE = "article"
    EVENT = "event"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One entry of the catalogue."""

    id: str
    name: str
    url: str
    kind: SourceKind
    every: timedelta = timedelta(hours=1)
    reach: Reach = Reach.LOCAL
    tags: tuple[str, ...] = ()
    expected: tuple[int, int] | None = None
    """Documents a week, lowest and highest; outside it the source's health says so."""
    language: str | None = None
    full_text: bool = False
    """The feed carries whole articles: their pages need not be fetched."""
    links: str | None = None
    """CSS selector of the links to articles in an index page."""
    link_pattern: str | None = None
    """Regular expression that the addresses of an index page's articles match."""
    content: str | None = None
    """CSS selector of what holds the text of its pages; else it is found."""
    leave_out: str | None = None
    """CSS selector of what is no part of that text."""
    extraction: Extraction | None = None
    reservations: Reservations | None = None
    """None: as `[crawler]` says."""
    commune: str | None = None
    """INSEE code of where it is at home: which of two homonyms it means, and where its groups are
    that bear no town's name. None: as its name says, if it does."""
    side: Side = Side.EXTERNAL
    """Internal: a newsletter of the house, deliberations; its words are not the public's."""
    checked: bool = True
    """False while nobody has tried its address: its failure is news, not an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """When and where of an event."""

    start: datetime | None
    end: datetime | None = None
    venue: str | None = None
    organiser: str | None = None
    commune: str | None = None
    """The commune's name as the source writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One article, event or registry notice, as last seen."""

    id: str
    """Stable over edits: derived from the canonical URL."""
    source_id: str
    url: str
    title: str
    text: str
    """For analysis only; pages show the quoted sentence and a link."""
    published_at: datetime | None
    date_note: str = ""
    """Where the date comes from, or why there is none."""
    fetched_at: datetime
    language: str | None = None
    kind: DocumentKind = DocumentKind.ARTICLE
    excerpt: bool = False
    """Only a beginning: the feed's own text, or what a page shows before its paywall."""
    access: Access = Access.OPEN
    event: EventDetails | None = None
    archive: str | None = None
    """Where the raw response is kept, if it is."""
    also: tuple[str, ...] = ()
    """Ids of other addresses of it: the one that its page gives itself, or was reached at."""
    withdrawn: bool = False
    """An event that is cancelled, or that its agenda has removed: of one without a title nothing
    else is known, and what is stored of it stays."""
    links: tuple[tuple[str, str], ...] = ()
    """Of a newsletter: the words and the address of each, as they stand in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """An input that could not become a document, and why."""

    where: str
    """File and line, or URL."""
    reason: Message
    raw: str = ""
    """The input itself, whole, so that nothing is lost."""
    source_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownActor:
    """An organisation that a directory or a registry lists: news of it is no discovery."""

    source_id: str
    name: str
    since: date
    """When it was listed, as the directory says; else the day of its reading."""
    kind: ActorKind
    commune: str | None = None
    """INSEE code."""
    acronym: str = ""
    also: tuple[str, ...] = ()
    """Other names of it that are sure."""
    number: str = ""
    """Under which it is listed there (RNA, SIRET); empty: its name and commune tell it."""
    declared: date | None = None
    """The first day that the register gives of it; None: it gives none."""
    purpose: str = ""
    """What it is for, in the register's words."""


INSTITUTIONS = "institutions"
"""Under which source the territory's own institutions are listed: who is there emerges no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a register or directory says of an actor."""

    actor_id: str
    """Of the actor that its name was resolved to."""
    source_id: str
    number: str
    name: str
    """As it is registered."""
    kind: ActorKind
    commune: str | None
    """INSEE code."""
    declared: date | None
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A source that a site has to offer."""

    source: Source
    items: int
    """Documents, or actors of a directory."""
    samples: tuple[Document | KnownActor, ...]
    """Some of them, the newest first."""


class SourceChange(StrEnum):
    """What a person changes of the catalogue."""

    ADDED = "added"
    PAUSED = "paused"
    RESUMED = "resumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpState:
    """What is remembered of a URL between two crawls."""

    url: str
    source_id: str
    etag: str | None = None
    last_modified: str | None = None
    fingerprint: str | None = None
    """Of the feed entry that announced the page: a page is fetched again when it changes."""
    checked_at: datetime | None = None
    unchanged: int = 0
    """Times in a row that the server answered « not modified »."""
    moved_to: str | None = None
    """Where permanent redirects have led: asked first from then on."""
    content: str | None = None
    """Marks of a page's own title and text, as last read: they tell an edit."""
    whole_at: datetime | None = None
    """When it was last had whole, and not answered by « not modified »."""


class HealthState(StrEnum):
    """How a source fares."""

    UNTRIED = "untried"
    LIVELY = "lively"
    QUIET = "quiet"
    SILENT = "silent"
    BLOCKED = "blocked"
    MOVED = "moved"
    WRONG_FORMAT = "wrong_format"
    SLOW = "slow"
    UNREACHABLE = "unreachable"

    @property
    def is_failure(self) -> bool:
        """Tell whether a crawl that ends so got nothing it could read."""
        return self in {
            HealthState.BLOCKED,
            HealthState.WRONG_FORMAT,
            HealthState.SLOW,
            HealthState.UNREACHABLE,
        }


class FailureKind(StrEnum):
    """How much hope there is that a failure passes by itself, where the state does not tell."""

    HARD = "hard"
    SOFT = "soft"
    NAME = "name"
    """The site's name is not found: most often a passing trouble of the network's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one crawl of one source ended."""

    source_id: str
    at: datetime
    state: HealthState
    message: Message
    documents: int = 0
    """Documents read, new or not."""
    not_modified: bool = False
    failure: FailureKind | None = None
    """None: what is usual for its state."""
    not_before: datetime | None = None
    """When the site asks to be asked again at the earliest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceHealth:
    """A source's health over its crawls."""

    source_id: str
    state: HealthState
    message: Message
    since: datetime
    """When the state began."""
    last_try: datetime
    last_success: datetime | None
    failures: int
    """In a row."""
    failure: FailureKind | None = None
    """Of the last one; None: what is usual for its state."""
    not_before: datetime | None = None
    """When the site asks to be asked again at the earliest."""


def is_unproven(source: Source, health: SourceHealth | None) -> bool:
    """Tell whether nobody has seen a source's address work yet: its failure is news, no alarm."""
    return not source.checked and (health is None or health.last_success is None)


# --- what language analysis finds --------------------------------------------------------


class Label(StrEnum):
    """What a span of text names."""

    ACTOR = "ACTOR"
    INSTITUTION = "INSTITUTION"
    PLACE = "PLACE"
    PERSON = "PERSON"
    EVENT = "EVENT"


class ActorKind(StrEnum):
    """What sort of organised group an actor is."""

    ASSOCIATION = "association"
    COLLECTIVE = "collective"
    THIRD_PLACE = "third_place"
    FABLAB = "fablab"
    COOPERATIVE = "cooperative"
    COMPANY = "company"
    CULTURAL_VENUE = "cultural_venue"
    NETWORK = "network"
    CITIZEN_PROJECT = "citizen_project"
    FOUNDATION = "foundation"
    INSTITUTION = "institution"
    UNKNOWN = "unknown"


GROUPS = frozenset(
    {
        ActorKind.ASSOCIATION,
        ActorKind.COLLECTIVE,
        ActorKind.COOPERATIVE,
        ActorKind.CITIZEN_PROJECT,
    }
)
"""Kinds that are no institution, however their mentions were read."""


def is_institution(kind: ActorKind, read_as_institution: int, mentions: int) -> bool:
    """Tell whether an actor is an institution, by what it is and how its mentions were read."""
    return kind is ActorKind.INSTITUTION or (
        kind not in GROUPS and 2 * read_as_institution > mentions
    )


def shown_kind(kind: ActorKind, *, institution: bool) -> ActorKind:
    """Return what an actor is shown to be: an institution, where no text says of which kind."""
    return ActorKind.INSTITUTION if institution and kind is ActorKind.UNKNOWN else kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A commune of the gazetteer."""

    code: str
    """INSEE code."""
    name: str
    department: str
    epci: str | None
    """SIREN of the intercommunality."""
    population: int
    latitude: float | None = None
    longitude: float | None = None


class PlaceKind(StrEnum):
    """What a text names when it names a territory."""

    COMMUNE = "commune"
    FORMER_COMMUNE = "former_commune"
    """Part of another one today, with its own INSEE code still."""
    DISTRICT = "district"
    """*Arrondissement municipal* of Paris, Lyon or Marseille, with an INSEE code."""
    QUARTER = "quarter"
    """*Quartier*: it has no code of its own."""
    EPCI = "epci"
    """Named as a territory; its SIREN is its code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPlace:
    """A territory that a text names; offsets are in characters, `end` is exclusive."""

    start: int
    end: int
    kind: PlaceKind
    name: str
    """As the reference writes it; a quartier's, as the text does."""
    code: str | None
    """INSEE code, of an EPCI its SIREN; `None`: it has none."""
    commune: str | None
    """INSEE code of the commune that it is, or lies in; `None` for an EPCI, or if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something named in a text; `end` is exclusive, offsets are in characters."""

    start: int
    end: int
    text: str
    label: Label
    confidence: float
    rule: str
    """Which rule or model found it."""
    kind: ActorKind = ActorKind.UNKNOWN


class Placing(StrEnum):
    """How a sentence places an actor in a commune, the surest first."""

    OWN = "own"
    """Its name bears the commune: « la chorale de Folles »."""
    DATELINE = "dateline"
    """The sentence opens with it: « Folles : la chorale… »."""
    THERE = "there"
    """« … à Folles », the only commune of the sentence, after the name."""
    SENTENCE = "sentence"
    """Named in the same sentence in some other way."""
    NEAR = "near"
    """Named not far, in another sentence."""
    NOWHERE = ""
    WIDE = "wide"
    """It acts for a whole intercommunality, department or region: at home in no commune."""


SURELY = frozenset({Placing.OWN, Placing.DATELINE})
"""How a sentence says beyond doubt where a group is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A span of label ACTOR or INSTITUTION in a document, with the sentence that holds it.

    Offsets are in `document_text(document)`: the title, a blank line, the text.
    """

    document_id: str
    surface: str
    label: Label
    start: int
    end: int
    sentence: str
    confidence: float
    rule: str
    kind: ActorKind = ActorKind.UNKNOWN
    commune: str | None = None
    """INSEE code of the commune that its sentence places it in, or else named nearest, if any."""
    placing: Placing = Placing.NOWHERE
    """How it is placed there."""
    description: str = ""
    """What the sentence itself says that it is, in its own words; empty if it does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameSign:
    """What mentions in the base say of a name, that a namesake could contradict."""

    key: str
    surface: str
    commune: str | None
    """INSEE code, where sentences place it surely."""
    kind: ActorKind
    mentions: int


class RelationKind(StrEnum):
    """What a sentence says of two actors that it names."""

    TOGETHER = "together"
    """Named in one sentence, nothing more."""
    CARRIED_BY = "carried_by"
    """The first is carried, organised or led by the second."""
    PARTNERS = "partners"
    MEMBER_OF = "member_of"
    """The first belongs to the second."""

    @property
    def directed(self) -> bool:
        """Tell whether the two sides are not the same."""
        return self in {RelationKind.CARRIED_BY, RelationKind.MEMBER_OF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """What a sentence says of two mentions, given by their positions in the annotation."""

    first: int
    second: int
    kind: RelationKind
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """All that language analysis says of one document."""

    document_id: str
    version: str
    """Of the rules and the model: another version means the work is to be done again."""
    language: str | None
    mentions: tuple[Mention, ...] = ()
    communes: tuple[str, ...] = ()
    """INSEE codes named in the document, the most often named first."""
    home: str | None = None
    """INSEE code of the commune in which its source is at home, if that is known."""
    acronyms: tuple[tuple[str, str], ...] = ()
    """Pairs (short form, full name) that the text itself equates."""
    relations: tuple[Relation, ...] = ()
    signature: bytes = b""
    """Of the text, for finding its near-duplicates."""
    bands: tuple[str, ...] = ()
    """Keys that near-duplicates share with high probability."""
    skipped: Message | None = None
    """Why the document was not analysed, if it was not."""
    notes: tuple[Message, ...] = ()
    """In what other way than word by word it was read; told, not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A resolved organisation or group."""

    id: str
    name: str
    kind: ActorKind
    commune: str | None
    """INSEE code."""
    first_seen: date
    aliases: tuple[str, ...] = ()
    institution: bool = False

    @property
    def shown_kind(self) -> ActorKind:
        """Return what it is shown to be."""
        return shown_kind(self.kind, institution=self.institution)


# --- which actor a mention names ---------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The actor that one mention names; the first three fields say which mention."""

    document_id: str
    start: int
    end: int
    actor_id: str
    key: str = ""
    """Of the name by which it was resolved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name's key, the actor it leads to, and what finds it again from a similar name."""

    key: str
    surface: str
    """The name as written where the key was first met."""
    actor_id: str
    blocks: tuple[str, ...] = ()
    """Strings that similar names share; one that many names share says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewActor:
    """An actor met for the first time; when it was first seen, its documents say."""

    id: str
    name: str
    kind: ActorKind = ActorKind.UNKNOWN
    commune: str | None = None
    """INSEE code."""
    institution: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """Two actors that may be one: a person decides. `actor_id` < `other_id`."""

    actor_id: str
    other_id: str
    score: float
    """From 0 to 1; suggestions from different reasons are comparable."""
    reason: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Which actors the mentions of a batch of documents name, and what was new.

    Saving the same resolution twice changes nothing: an actor, an alias or a suggestion that is
    already stored stays as it is (a merged actor's keys lead to the one it was merged into).
    """

    links: tuple[Link, ...] = ()
    actors: tuple[NewActor, ...] = ()
    aliases: tuple[Alias, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()


# --- who is tied to whom -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """One sentence that names two actors, and what it says of them."""

    actor_id: str
    other_id: str
    kind: RelationKind
    """From `actor_id` to `other_id` where it has a direction."""
    document_id: str
    document_url: str
    story_id: str
    day: date
    """When it became known."""
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """All that ties two actors in one way; without a direction `actor_id` < `other_id`."""

    actor_id: str
    other_id: str
    kind: RelationKind
    stories: int
    """Independent stories that say it."""
    first_day: date
    last_day: date


# --- emergence ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One term of a score."""

    name: str
    value: float
    weight: float
    contribution: float
    detail: Message


class EnteredBy(StrEnum):
    """Why a candidate stands in the queue."""

    RANKING = "ranking"
    EXPLORATION = "exploration"
    PROPOSED = "proposed"
    """Somebody proposed it; it takes no place of the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A quoted sentence and where it stands."""

    document_url: str
    source: str
    """The source's name."""
    date: date
    quote: str
    surface: str
    """The actor's name as the quote writes it."""


class ClusterChange(StrEnum):
    """What became of a group since it was last seen."""

    GOES_ON = "goes_on"
    NEW = "new"
    MERGED = "merged"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Candidates that belong together, in one week."""

    id: str
    label: tuple[str, ...]
    """Its most telling terms, the strongest first."""
    members: tuple[str, ...]
    """Actor ids."""
    known: tuple[str, ...] = ()
    """Of these, the actors that the lab keeps; the others are new to it."""
    since: str = ""
    """The week in which it was first seen; empty when that is not known."""
    change: ClusterChange = ClusterChange.GOES_ON
    came_from: tuple[str, ...] = ()
    """Ids of the earlier groups that it merged, or was a part of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An actor proposed for one week."""

    actor_id: str
    name: str
    aliases: tuple[str, ...]
    kind: ActorKind
    commune: str | None
    """INSEE code."""
    score: float
    rank: int
    """From 1."""
    entered_by: EnteredBy
    first_seen: date
    mentions: int
    stories: int
    sources: int
    cluster: str | None
    reasons: tuple[Feature, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """One week's candidates, in the order in which they are to be judged."""

    week: str
    """ISO week, as in `2026-W12`."""
    as_of: date
    """Nothing known after the end of this day was used."""
    candidates: tuple[Candidate, ...]
    clusters: tuple[Cluster, ...] = ()
    watch: str = MAIN_WATCH
    """Id of the watch that it is for."""


# --- judgements --------------------------------------------------------------------------


class Verdict(StrEnum):
    """What a person decides of a candidate."""

    KEEP = "keep"
    WATCH = "watch"
    REJECT = "reject"
    MERGE = "merge"


class RejectReason(StrEnum):
    """Why a candidate is rejected; the first four teach the extraction, the others the score."""

    NOT_AN_ACTOR = "not_an_actor"
    PLACE = "place"
    PERSON = "person"
    EVENT = "event"
    INSTITUTION = "institution"
    KNOWN = "known"
    ELSEWHERE = "elsewhere"
    OFF_TOPIC = "off_topic"
    OTHER = "other"
    UNWANTED = "unwanted"
    """Proposed as advertisement or abuse: what was written goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A person's verdict. Judgements are only ever added; undoing one adds a withdrawal."""

    actor_id: str
    verdict: Verdict
    who: str
    at: datetime
    week: str
    reason: RejectReason | None = None
    merge_into: str | None = None
    note: str = ""
    watch: str = MAIN_WATCH
    """Id of the watch for which it is given."""


# --- what people write of an actor ---------------------------------------------------------


class Field(StrEnum):
    """What a person writes of an actor; every writing is kept, the newest stands."""

    NAME = "name"
    DESCRIPTION = "description"
    KINDS = "kinds"
    """Values of `ActorKind`."""
    COMMUNES = "communes"
    """INSEE codes."""
    THEMES = "themes"
    LINKS = "links"
    """Addresses of its own pages."""
    CONTACT = "contact"
    """How to reach the organisation: never a person."""
    STAGE = "stage"
    """A value of `Stage`."""
    ACTIVE = "active"
    """`yes` or `no`, after a long silence."""
    ASSIGNEE = "assignee"
    """Who looks after it."""
    VISIBILITY = "visibility"
    """A value of `Visibility`."""
    SIDE = "side"
    """A value of `Side`: a service is inside."""
    FUNCTION = "function"
    """Of an ally inside: « ambassade de l’innovation aux sports », never a person."""
    NOTE = "note"
    """One remark among others: a new one replaces none."""


class Stage(StrEnum):
    """How far the lab knows an actor."""

    SPOTTED = "spotted"
    CONTACTED = "contacted"
    MET = "met"
    ALLY = "ally"
    DORMANT = "dormant"


class Visibility(StrEnum):
    """Who may be shown an actor outside of the pages; each includes the ones before it."""

    PUBLIC = "public"
    NETWORK = "network"
    """The lab's partners."""
    LAB = "lab"

    def shown_to(self, audience: Visibility) -> bool:
        """Tell whether an actor of this visibility is shown to an audience."""
        order = list(Visibility)
        return order.index(self) <= order.index(audience)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a person wrote in one field of an actor."""

    actor_id: str
    field: Field
    value: tuple[str, ...]
    """Of a field that holds one thing, one; empty: it was cleared."""
    who: str
    at: datetime


# --- what people propose ---------------------------------------------------------------------


class ProposalKind(StrEnum):
    """What somebody proposes."""

    ACTOR = "actor"
    PROJECT = "project"


class Answer(StrEnum):
    """What became of a proposal."""

    KEPT = "kept"
    WATCHED = "watched"
    DECLINED = "declined"
    KNOWN = "known"
    """It is an actor that stood there under another name."""
    UNWANTED = "unwanted"
    """It was no proposal but advertisement or abuse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An actor or a project that somebody proposes. How to reach them is no part of it."""

    id: int = 0
    actor_id: str = ""
    """Of the actor that it is about; empty until it is taken in."""
    kind: ProposalKind = ProposalKind.ACTOR
    name: str
    what: str = ""
    place: str = ""
    """Where, as it was written."""
    commune: str | None = None
    """INSEE code."""
    latitude: float | None = None
    longitude: float | None = None
    """WGS 84, degrees; both or none."""
    link: str = ""
    who: str = ""
    """The account that proposes; empty: somebody of the public."""
    at: datetime
    day: date
    """When it became known, in the territory's time zone."""
    language: str = "fr"
    """In which its receipt is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An actor that a proposal may be about."""

    actor_id: str
    score: float
    """How alike the names are, from 0 to 1."""
    kilometres: float | None = None
    """Between the two, where both are points on a map."""


# --- what several people decide together -----------------------------------------------------


class RoundKind(StrEnum):
    """How opinions on an actor are asked for."""

    ADVICE = "advice"
    """They inform whoever decides."""
    CONSENT = "consent"
    """It is done unless somebody objects."""
    VOTE = "vote"
    """It is done if more are for it than against."""


class Position(StrEnum):
    """What somebody says when asked."""

    YES = "yes"
    """In favour; of a consent, no objection."""
    NO = "no"
    ABSTAIN = "abstain"
    OBJECTION = "objection"


class RoundEnd(StrEnum):
    """How a round of opinions ended."""

    PASSED = "passed"
    FAILED = "failed"
    NO_QUORUM = "no_quorum"
    """Too few said anything."""
    ADVISED = "advised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of opinions: may this verdict be given on an actor?"""

    id: int = 0
    actor_id: str
    kind: RoundKind
    verdict: Verdict
    """What is asked for: to keep, to follow or to reject."""
    question: str
    who: str
    """Who asks."""
    at: datetime
    until: datetime
    """The first moment after its last day."""
    quorum: int = 0
    """Opinions that it takes, abstentions too."""
    watch: str = MAIN_WATCH
    """Id of the watch for which its verdict is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one person says in a round; their last one counts."""

    id: int = 0
    round_id: int
    who: str
    position: Position
    words: str = ""
    at: datetime
    by_mail: bool = False


# --- what is exchanged with others -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where an actor is written of, or an event of its own that was announced."""

    url: str
    source: str
    """Its name."""
    day: date
    title: str = ""
    quote: str = ""
    """The sentence; it may name a person, and is shown to the lab alone."""
    event: EventDetails | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorSheet:
    """A *fiche acteur* as it is exchanged: what may be told to an audience, and no person."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    kinds: tuple[ActorKind, ...] = ()
    description: str = ""
    communes: tuple[str, ...] = ()
    """INSEE codes."""
    themes: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    contact: str = ""
    stage: Stage | None = None
    active: bool | None = None
    verdict: Verdict | None = None
    visibility: Visibility | None = None
    side: Side | None = None
    function: str = ""
    """Of an ally inside the administration, never a person's."""
    first_seen: date | None = None
    citations: tuple[Citation, ...] = ()
    """The newest ones, the newest first."""
    events: tuple[Citation, ...] = ()
    """Those to come, the next one first; each has a start."""

    @property
    def last_seen(self) -> date | None:
        """Return the day of the newest citation."""
        return max((one.day for one in self.citations), default=None)


# --- who may do what -----------------------------------------------------------------------


class Role(StrEnum):
    """What an account may do; each may do what the ones before it may."""

    READER = "reader"
    CONTRIBUTOR = "contributor"
    """Writes of actors, proposes, remarks."""
    OFFICER = "officer"
    """Judges, merges and splits."""
    ADMINISTRATOR = "administrator"

    def may(self, least: Role) -> bool:
        """Tell whether this role may do what needs at least another."""
        order = list(Role)
        return order.index(self) >= order.index(least)


class Scope(StrEnum):
    """What a program may read with a token."""

    QUEUE = "queue"
    DIRECTORY = "directory"
    SOURCES = "sources"
    JOURNAL = "journal"


class SignInOutcome(StrEnum):
    """How an attempt to sign in ended."""

    IN = "in"
    WRONG = "wrong"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """One attempt to sign in, or a signing out."""

    name: str
    address: str
    """Of the visitor's machine."""
    known: bool
    """From a browser that has signed in under this name before."""
    outcome: SignInOutcome
    at: datetime


# --- facts as of a date, which signals are made of ---------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One mention of an actor, as the signals see it."""

    document_id: str
    story_id: str
    source_id: str
    day: date
    """When it became known: its publication, never later than its fetching."""
    document_kind: DocumentKind
    document_url: str
    label: Label
    kind: ActorKind
    confidence: float
    rule: str
    surface: str
    sentence: str
    communes: tuple[str, ...]
    """INSEE codes: the one of the mention first, then the document's."""
    placing: Placing = Placing.NOWHERE
    """How the mention is placed in the first of them; nowhere: they are the document's alone."""
    event_day: date | None = None
    dated: bool = True
    """False when the document bears no date: `day` is then that of its first fetching."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekCount:
    """How often an actor was named in one week."""

    monday: date
    mentions: int
    as_actor: int
    """Of these, the ones typed as an actor and not as an institution."""
    stories: int
    """Independent stories of it that began in that week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """What one source told of an actor."""

    source_id: str
    first_day: date
    stories: int
    """Independent stories of it that this source was the first to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An actor's earlier weeks, as counts."""

    weeks: tuple[WeekCount, ...] = ()
    """Oldest first; weeks without a mention are left out."""
    sources: tuple[SourceCount, ...] = ()
    begun: frozenset[str] = frozenset()
    """Stories that were begun in them and go on among the actor's sightings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorFacts:
    """All that was known of an actor at a date."""

    actor_id: str
    sightings: tuple[Sighting, ...]
    """By day, oldest first; never empty. Of one named very often, the newest weeks alone."""
    past: Past = Past()
    """What was before its sightings; empty when these are all."""
    known_since: date | None = None
    """When a directory or registry first listed it, if one did."""
    public: bool = False
    """The territory's list of institutions names it."""
    judgement: Judgement | None = None
    """The last verdict that stands."""
    allies: tuple[Tie, ...] = ()
    """Sentences that tie it to actors that the lab keeps; the newest first."""

    @property
    def first_day(self) -> date:
        """Return when it was first named."""
        return min((one.first_day for one in self.past.sources), default=self.sightings[0].day)

    @property
    def mentions(self) -> int:
        """Return how often it was named."""
        return len(self.sightings) + sum(week.mentions for week in self.past.weeks)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """All that was known of a source at a date."""

    source_id: str
    name: str
    reach: Reach
    first_day: date
    documents: int
    fetched_since: date | None = None
    """Day of the first fetching: what bears no date cannot be older news than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A verdict on a candidate, with what the queue said of it."""

    actor_id: str
    week: str
    kind: ActorKind
    values: Mapping[str, float]
    """By name of feature; those that said nothing are left out."""
    kept: bool
    drawn: bool = False
    """It stood in the queue by lot, outside the ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFacts:
    """All that a detection may look at: nothing in it became known after `as_of`."""

    as_of: date
    archive_start: date
    sources: Mapping[str, SourceFacts]
    actors: tuple[ActorFacts, ...]
    """Those mentioned in the recent past; each with its whole history."""
    last_queue: Queue | None = None
    shown: Mapping[str, date] = field(default_factory=dict)
    """Candidates of earlier queues → the day as of which one showed them last."""
    clusters: tuple[Cluster, ...] = ()
    """The groups of earlier weeks, each as it was last seen, by id."""
    lessons: tuple[Lesson, ...] = ()
    """What earlier weeks' judgements teach."""
    proposals: tuple[Proposal, ...] = ()
    """Those that nobody has answered, the oldest first."""


def document_text(document: Document) -> str:
    """Return the text in which mentions are counted: the title, a blank line, the text."""
    return f"{document.title}\n\n{document.text}" if document.title else document.text


class NoticeKind(StrEnum):
    """What needs a person."""

    RUN = "run"
    SOURCE = "source"
    DISK = "disk"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that needs a person, or did."""

    kind: NoticeKind
    about: str
    """Which run or source; with the kind it tells one notice from another."""
    message: Message
    since: datetime
    resolved_at: datetime | None = None


def iso_week(day: date) -> str:
    """Return the ISO week of a day, as in `2026-W12`."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
