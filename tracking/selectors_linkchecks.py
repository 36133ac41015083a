"""How the pages that links lead to are doing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Max, QuerySet

from affiliates.models import Link
from brands.models import Program, ProgramStatus
from core.models import Brand, BrandStatus
from tracking.domain.linkchecks import APART, LEAST_FAILURES
from tracking.domain.verdict import Verdict
from tracking.linktable import choose_allowed
from tracking.models import Click, LinkCheck

USED_DAYS = timedelta(days=30)
RUNNING = (ProgramStatus.LIVE, ProgramStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class Looks:
    """Of a brand's pages: how many are looked at, and the last look at any."""

    total: int
    last_at: datetime | None


def list_live_links() -> QuerySet[Link]:
    """Return the links in use of running programs, without those of sandboxes."""
    return Link.objects.filter(
        archived_at=None,
        enrollment__program__status__in=RUNNING,
        brand__status=BrandStatus.ACTIVE,
        brand__archived_at=None,
        brand__sandbox_of=None,
    )


def find_targets(links: QuerySet[Link]) -> dict[int, str]:
    """Return the page each link leads to, by its id; one that leads nowhere is left out."""
    program = "enrollment__program"
    rows = links.values_list(
        "pk", "destination_url", f"{program}__landing_url", f"{program}__domains"
    )
    found = {
        pk: choose_allowed([destination, landing], frozenset(domains))
        for pk, destination, landing, domains in rows.order_by().iterator()
    }
    return {pk: target for pk, target in found.items() if target}


def find_checks(links: Iterable[Link]) -> dict[int, LinkCheck]:
    """Return what is known of the page of each link that is in use, by the link's id."""
    targets = {link.pk: _find_target(link) for link in links if link.archived_at is None}
    brands = {link.brand_id for link in links}
    rows = LinkCheck.objects.filter(brand__in=brands, destination__in=set(targets.values()))
    known = {(row.brand_id, row.destination): row for row in rows}
    found = {link.pk: known.get((link.brand_id, targets.get(link.pk, ""))) for link in links}
    return {pk: row for pk, row in found.items() if row is not None}


def find_domains(check: LinkCheck) -> set[str]:
    """Return the domains of the running programs whose links may lead to this page."""
    rows = Program.objects.filter(brand=check.brand_id, status__in=RUNNING)
    fitting = [set(domains) for domains in rows.values_list("domains", flat=True)]
    return {name for domains in fitting if check.host in domains for name in domains}


def list_broken(brand: Brand) -> QuerySet[LinkCheck]:
    """Return the pages of a brand that are broken."""
    return LinkCheck.objects.filter(
        brand=brand, failures__gte=LEAST_FAILURES, checked_at__gte=F("since") + APART
    )


def list_broken_links(brand: Brand) -> dict[int, str]:
    """Return the links in use whose page is broken, with the page."""
    broken = set(list_broken(brand).values_list("destination", flat=True))
    if not broken:
        return {}
    targets = find_targets(list_live_links().filter(brand=brand))
    return {pk: target for pk, target in targets.items() if target in broken}


def count_broken_used(brand: Brand, *, now: datetime) -> int:
    """Count the broken pages that shoppers came to lately by a link in use."""
    broken = list_broken_links(brand)
    clicks = Click.objects.filter(
        link_id__in=broken, at__gte=now - USED_DAYS, verdict__gte=Verdict.COUNTED
    )
    used = clicks.order_by().values_list("link_id", flat=True).distinct() if broken else []
    return len({broken[pk] for pk in used})


def sum_looks(brand: Brand) -> Looks:
    rows = LinkCheck.objects.filter(brand=brand)
    return Looks(rows.count(), rows.aggregate(last=Max("checked_at"))["last"])


def _find_target(link: Link) -> str:
    program = link.enrollment.program
    urls = [link.destination_url, program.landing_url]
    return choose_allowed(urls, frozenset(program.domains)) or ""
