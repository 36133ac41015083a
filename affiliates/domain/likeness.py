"""What two people have in common in what they wrote of themselves. Evidence, never a verdict."""

import re

_ADDRESS = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(/[^\s,;]*)?", re.IGNORECASE)
# Everybody's pages: there the page counts, not the host.
_SHARED = frozenset(
    {
        "facebook.com",
        "instagram.com",
        "linkedin.com",
        "medium.com",
        "pinterest.com",
        "reddit.com",
        "t.me",
        "threads.net",
        "tiktok.com",
        "twitch.tv",
        "twitter.com",
        "x.com",
        "youtube.com",
    }
)
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


def mailbox_of(email: str) -> str:
    """Return the mailbox behind an address: without a plus-tag, and at Gmail without dots."""
    local, _, domain = email.strip().lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in _DOTLESS:
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def sites_of(text: str) -> frozenset[str]:
    """Return the sites a text names: hosts, and at everybody's platforms the pages."""
    found = set()
    for host, path in _ADDRESS.findall(text.lower()):
        site = host.removeprefix("www.").removeprefix("m.")
        page = path.partition("?")[0].strip("/")
        if site not in _SHARED:
            found.add(site)
        elif page:
            found.add(f"{site}/{page}")
    return frozenset(found)
