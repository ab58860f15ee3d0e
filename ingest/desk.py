"""The desk: everything that reading and judging mail needs, put together once from the settings."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from config.associations import Association, load_associations
from config.campaign import Campaign, load_campaign
from config.selected import Selection, load_selected
from config.sentences import SENTENCES_VERSION
from config.settings import Settings
from ingest.room.cleanroom import CleanRoom, Setup, end_spare
from ingest.room.readers import Readers
from ingest.senders.clues import Register
from parsers.archives import UnpackLimits
from parsers.documents.legacy import find_office
from reports.judge import prove
from reports.keeper import Keeper
from reports.province import Call
from store.contents.floor import Floor
from store.database import Store, open_store

# Raise this where letters, sender clues, mail kinds or filing are read better than before: all mail is read again.
INTAKE_VERSION = "12"
# What reading a single page of a scan may take.
_ONE_PAGE_SECONDS = 60


@dataclass(frozen=True)
class Desk:
    """An open store with the campaign, the associations and the list of those selected before."""

    settings: Settings
    store: Store
    campaign: Campaign
    associations: Sequence[Association]
    selected: Selection | None

    @cached_property
    def room(self) -> CleanRoom:
        """The process of its own in which everything from strangers is opened."""
        limits = self.settings.limits
        return CleanRoom(self._setup(limits.seconds, limits.memory_bytes))

    @property
    def floor(self) -> Floor:
        """What must stay free on the disks: below it nothing is taken in."""
        return Floor(self.store, self.settings.alarms.stop_bytes)

    @cached_property
    def readers(self) -> Readers:
        """The processes in which contents are read, several at once."""
        limits = self.settings.limits
        light = self._setup(limits.seconds, limits.memory_bytes)
        return Readers(
            self.store.vault, light, self._setup(limits.scan_seconds, limits.scan_memory_bytes), limits.processes
        )

    def new_room(self, family: str, *, for_scans: bool = False) -> CleanRoom:
        """Return a clean room of a family of its own, for a thread of its own."""
        limits = self.settings.limits
        if not for_scans:
            return CleanRoom(self._setup(limits.seconds, limits.memory_bytes), family)
        seconds = min(limits.scan_seconds, _ONE_PAGE_SECONDS)
        return CleanRoom(self._setup(seconds, limits.scan_memory_bytes), family)

    def slot(self) -> "Desk":
        """Return a desk for a thread of its own: it opens mail in a room of its own, and shares the readers."""
        slot = replace(self)
        # So one mail with many scans is read by all of them, and many mails by no more than that.
        vars(slot)["readers"] = self.readers
        return slot

    @cached_property
    def keeper(self) -> Keeper:
        """The picture of the campaign and what the rules find in it, kept between looks."""
        return Keeper(self.store, Call(self.campaign, self.associations, self.selected))

    def _setup(self, seconds: float, memory_bytes: int) -> Setup:
        limits = self.settings.limits
        caps = UnpackLimits(
            members=limits.members,
            member_bytes=limits.member_bytes,
            archive_bytes=limits.archive_bytes,
            ratio=limits.ratio,
        )
        return Setup(self.store.vault.folder, self.campaign, caps, seconds, memory_bytes)

    def close(self) -> None:
        """Close the store and leave the clean rooms' processes to others."""
        self._leave_rooms()
        self.store.close()

    def rest(self) -> None:
        """Let go of what takes memory or room: processes that open and read, the picture, what is cached too much.

        All of it comes again when needed.
        """
        if "keeper" in vars(self):
            self.keeper.forget()
        self._leave_rooms()
        end_spare()
        self.store.vault.trim()

    def _leave_rooms(self) -> None:
        """Let the processes go that open and read; of a slot, those of all slots that share its readers."""
        for own in ("room", "readers"):
            if own in vars(self):
                getattr(self, own).close()

    @cached_property
    def reading_version(self) -> str:
        """What a cached reading depends on: the readers, and the words of the campaign that they look for."""
        # The readers and what they read with take half a second to import, and most commands read nothing.
        from parsers.reading import READERS_VERSION

        words = {
            "kind", "summary_list", "recommendation_form", "section", "layout", "project_type", "mail",
        }  # fmt: skip
        tables = self.campaign.model_dump(mode="json", include=words)
        versions = (READERS_VERSION, SENTENCES_VERSION, self.campaign.call.passage_characters)
        # Once LibreOffice is installed, what waited for it is read by itself.
        return _digest(versions, tables, find_office() is not None)

    @cached_property
    def register(self) -> Register:
        """Who is who to whoever reads mail: the associations, our own addresses, and whose checks are believed."""
        own = {*self.campaign.call.addresses, *(mailbox.address for mailbox in self.settings.accounts)}
        believed = {name.lower() for mailbox in self.settings.accounts for name in mailbox.authserv_ids}
        return Register(self.associations, self.campaign, frozenset(one.lower() for one in own), frozenset(believed))

    @cached_property
    def letter_version(self) -> str:
        """What a read message depends on: its files' readings, the sender clues, and who is who; decisions aside."""
        roster = [association.model_dump(mode="json") for association in self.associations]
        tables = self.campaign.model_dump(mode="json", include={"campaign", "sender", "filing"})
        ours = [sorted(self.register.own), sorted(self.register.authserv_ids)]
        return _digest(INTAKE_VERSION, self.reading_version, tables, roster, ours)


def open_desk(settings: Settings) -> Desk:
    """Return the desk; ConfigError where a file is wrong, StoreError where the database cannot be opened."""
    campaign = load_campaign(settings.campaign.id, settings.base)
    prove(campaign, settings.campaign.id)
    roster, selected = settings.campaign.roster, settings.campaign.already_selected
    associations = load_associations(settings.at(roster) if roster else None)
    selection = load_selected(settings.at(selected) if selected else None)
    shared, vault = settings.worker.jobs == "postgresql", settings.vault
    store = open_store(settings.database_url, settings.at(vault.path), vault.s3, shared=shared)
    return Desk(settings, store, campaign, associations, selection)


def _digest(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
