"""What the demo builds up and looks things up in, and how its shops deliver."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from operator import itemgetter

from affiliates.models import Enrollment, Link
from brands.models import Program, StoreConnection
from core.models import Brand
from core.signing import STANDARD_ID
from portal.demo.calendar import Calendar
from portal.demo.sales import Body, Sale
from tracking.integrations import get_adapter
from tracking.models import Commission, Order, StoreEvent
from tracking.services.intake import store_delivery
from tracking.services.processing import process_store_event
from tracking.services.release import release_commissions

RELEASE_EVERY_S = 300  # as often as the job that releases


class Shop:
    """A store that posts real bodies; only the network and its signature are left out."""

    def __init__(self, connection: StoreConnection) -> None:
        self.connection = connection
        self._numbers = count(1)

    def send(self, kind: str, data: Body, *, at: datetime) -> StoreEvent:
        """Deliver one event."""
        return self.deliver(json.dumps({"type": kind, "data": data}).encode(), at=at)

    def deliver(self, body: bytes, *, at: datetime) -> StoreEvent:
        """Store and process these bytes, as the address of the connection does."""
        adapter = get_adapter(self.connection.platform)
        headers = [(STANDARD_ID, f"evt_demo_{next(self._numbers):05d}")]
        delivery = adapter.describe(headers=headers, body=body)
        event, _ = store_delivery(
            connection=self.connection,
            topic=delivery.topic,
            event_id=delivery.event_id,
            body=body,
            key_index=0,
            now=at,
        )
        process_store_event(event_id=event.pk, adapter=adapter, now=at)
        return event


@dataclass
class World:
    """One brand with all that hangs on it. `team` and `users` hold primary keys of users."""

    brand: Brand
    calendar: Calendar
    program: Program
    shops: list[Shop]
    team: dict[str, int]
    users: dict[str, int] = field(default_factory=dict)
    enrollments: dict[str, Enrollment] = field(default_factory=dict)
    links: dict[str, list[Link]] = field(default_factory=dict)
    numbers: dict[Sale, str] = field(default_factory=dict)

    @property
    def owner_id(self) -> int:
        return self.team["brand"]

    def shop_of(self, sale: Sale) -> Shop:
        return self.shops[-1 if sale.is_wholesale else 0]

    def get_order(self, story: str) -> Order:
        """Return the planted order of that name."""
        number = next(number for sale, number in self.numbers.items() if sale.story == story)
        return Order.objects.get(brand=self.brand, external_order_id=number)

    def get_commission(self, story: str) -> Commission:
        return Commission.objects.get(order=self.get_order(story))


Act = Callable[[datetime], object]


class Timeline:
    """What happens in a brand, in the order of its times; what is due is released in between."""

    def __init__(self, brand: Brand) -> None:
        self._brand = brand
        self._steps: list[tuple[datetime, int, Act]] = []
        self._released_until = brand.created_at

    def add(self, at: datetime, act: Act) -> None:
        self._steps.append((at, len(self._steps), act))

    def run(self, *, until: datetime) -> None:
        """Do every step at its time."""
        for at, _, act in sorted(self._steps, key=itemgetter(0, 1)):
            self._release(at)
            act(at)
        self._release(until)

    def _release(self, until: datetime) -> None:
        due = Commission.objects.filter(
            brand=self._brand, release_at__gt=self._released_until, release_at__lte=until
        )
        moments = due.order_by("release_at").values_list("release_at", flat=True).distinct()
        for moment in filter(None, moments):
            late = timedelta(seconds=-moment.timestamp() % RELEASE_EVERY_S)
            release_commissions(brand_id=self._brand.pk, now=min(moment + late, until))
        self._released_until = until
