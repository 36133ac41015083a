"""Clicks of four months: those that orders carry, and the many that led to none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from django.conf import settings
from django.db import connection

from core.ids import uuid7
from portal.demo.cast import Creator
from portal.demo.crowd import SPIKE, WEEK
from portal.demo.sales import Touch
from portal.demo.world import World
from tracking.clickwriter import (
    FIND_AGENTS,
    FIND_HOSTS,
    MAKE_AGENTS,
    MAKE_HOSTS,
    ClickRow,
    NameTable,
    copy_clicks,
)
from tracking.domain.agent import Device
from tracking.domain.token import make_token
from tracking.domain.verdict import Verdict
from tracking.domain.visitor import make_net_key, make_visitor_key

CLICKS_A_DAY = 2.0  # for each unit of a creator's weight
SPIKE_FACTOR = 2.5
VISITORS = 4000
HOURS = (7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19, 19, 20, 20, 20, 21, 21, 22)
BROWSERS = (
    ("Chrome", Device.PHONE),
    ("Safari", Device.PHONE),
    ("Chrome", Device.DESKTOP),
    ("Firefox", Device.DESKTOP),
    ("Safari", Device.TABLET),
)
PROGRAMS = ("curl", "python-requests", "none")
# What becomes of a hundred requests; the rest counts.
VERDICTS: Mapping[Verdict, int] = {
    Verdict.BOT: 7,
    Verdict.PREVIEW: 4,
    Verdict.PREFETCH: 3,
    Verdict.REPEAT: 9,
    Verdict.HEAD: 1,
    Verdict.LIMITED: 1,
    Verdict.UNVERIFIED: 2,
    Verdict.NO_CONSENT: 1,
}
COUNTED = 100 - sum(VERDICTS.values())


@dataclass(frozen=True, slots=True)
class Clicker:
    """Makes the rows of one brand's clicks."""

    world: World
    rng: Random

    def write_touches(self, touches: Iterable[Touch]) -> dict[Touch, str]:
        """Store the clicks that orders carry; returns their tokens."""
        rows = {touch: self._row(touch, Verdict.COUNTED) for touch in dict.fromkeys(touches)}
        _write(list(rows.values()))
        keys = settings.CLICK_TOKEN_KEYS
        return {touch: make_token(keys, row.id, row.link_id) for touch, row in rows.items()}

    def write_others(self, creators: Sequence[Creator], *, scale: float) -> int:
        """Store the clicks that led to no order; returns how many."""
        rows = [row for one in creators for row in self._of_creator(one, scale)]
        _write(rows)
        return len(rows)

    def _of_creator(self, creator: Creator, scale: float) -> Iterable[ClickRow]:
        for day in range(creator.joined - 2, 0, -1):
            factor = SPIKE_FACTOR if day in SPIKE else WEEK[day % len(WEEK)]
            wanted = creator.clicks * CLICKS_A_DAY * factor * scale
            for _ in range(int(wanted) + (self.rng.random() < wanted % 1)):
                yield from self._opening(creator, day)

    def _opening(self, creator: Creator, day: int) -> Iterable[ClickRow]:
        """Make one opening; a repeat follows a first one within the hour."""
        clock = f"{self.rng.choice(HOURS):02d}:{self.rng.randrange(60):02d}"
        at = self.world.calendar.at(day, clock) + timedelta(seconds=self.rng.randrange(60))
        touch = Touch(creator.key, at, self.rng.randrange(len(self.world.links[creator.key])))
        (verdict,) = self.rng.choices([Verdict.COUNTED, *VERDICTS], [COUNTED, *VERDICTS.values()])
        if verdict is not Verdict.REPEAT:
            yield self._row(touch, verdict)
            return
        first = self._row(touch, Verdict.COUNTED)
        later = at + timedelta(minutes=self.rng.randrange(1, 40))
        yield first
        yield replace(first, id=uuid7(later), at=later, verdict=Verdict.REPEAT)

    def _row(self, touch: Touch, verdict: Verdict) -> ClickRow:
        link = self.world.links[touch.creator][touch.link]
        agent, device = self._agent(verdict)
        visitor, net = self._keys(touch.at, verdict)
        return ClickRow(
            id=uuid7(touch.at),
            brand_id=self.world.brand.pk,
            program_id=self.world.program.pk,
            enrollment_id=link.enrollment_id,
            link_id=link.pk,
            at=touch.at,
            visitor_key=visitor,
            net_key=net,
            verdict=verdict,
            agent=agent,
            referrer=self.rng.choice(("", f"{touch.creator}.example")),
            device=device,
            has_paid_marker=False,
            sub_id=link.sub_ids[0] if link.sub_ids else "",
        )

    def _agent(self, verdict: Verdict) -> tuple[str, Device]:
        if verdict is Verdict.BOT:
            return self.rng.choice(PROGRAMS), Device.UNKNOWN
        if verdict is Verdict.PREVIEW:
            return "Telegram", Device.UNKNOWN
        return self.rng.choice(BROWSERS)

    def _keys(self, at: datetime, verdict: Verdict) -> tuple[int, int]:
        """Make keys as the redirect does, under a salt of the day; none without consent."""
        address = f"2001:db8:{self.rng.randrange(VISITORS):x}::1"
        if verdict is Verdict.NO_CONSENT:
            return 0, 0
        salt, brand_id = f"demo {at.date()}".encode(), self.world.brand.pk
        visitor = make_visitor_key(salt=salt, brand_id=brand_id, address=address, user_agent="")
        return visitor, make_net_key(salt=salt, brand_id=brand_id, address=address)


def _write(rows: Sequence[ClickRow]) -> None:
    connection.ensure_connection()
    copy_clicks(
        connection.connection,
        rows,
        agents=NameTable(find=FIND_AGENTS, make=MAKE_AGENTS),
        hosts=NameTable(find=FIND_HOSTS, make=MAKE_HOSTS),
    )
