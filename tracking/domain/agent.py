"""What a user agent text says: a person's browser, a link preview, or another program.

Programs are recognised by the `crawler-user-agents` list. Every name returned comes from a closed
set, so that nobody can grow the table of names by inventing user agents.
"""

import re
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any

import crawleruseragents

MAX_LENGTH = 512
PREVIEW_TAG = "social-preview"
CHUNK = 25
NO_AGENT = "none"

# Entries of the list that real people's browsers match: an Android build number shared by many
# phones, and the browser inside the Facebook app ("IAB": in-app browser).
OF_PEOPLE = frozenset({r"AP3A\.240617\.008", "MetaIAB Facebook"})
# Apps that draw previews under a bare name and also show pages in a browser that carries it.
APPS = frozenset({"WhatsApp", "Viber", r"Tumblr\/", r"Notion\/", r"Bluesky\/", "Goodreads"})
SERVICES = {
    "facebookexternalhit": "Facebook",
    "Facebot": "Facebook",
    "meta-externalagent": "Meta",
    "meta-externalfetcher": "Meta",
    "Twitterbot": "X",
    "Slackbot": "Slack",
    "Slack-ImgProxy": "Slack",
    "TelegramBot": "Telegram",
    "Discordbot": "Discord",
    "LinkedInBot": "LinkedIn",
    "SkypeUriPreview": "Microsoft Teams",
    "MicrosoftPreview": "Microsoft",
    "pinterest.com/bot": "Pinterest",
    "redditbot": "Reddit",
    "Snap URL Preview Service": "Snapchat",
    "SnapURLPreview": "Snapchat",
    "vkShare": "VK",
}
# The first marker found names the browser: apps before the engine they are built on.
FAMILIES = (
    ("Instagram ", "Instagram"),
    ("FBAN/", "Facebook"),
    ("FBAV/", "Facebook"),
    ("MetaIAB Facebook", "Facebook"),
    ("Barcelona ", "Threads"),
    ("musical_ly", "TikTok"),
    ("BytedanceWebview", "TikTok"),
    ("Snapchat/", "Snapchat"),
    ("[Pinterest/", "Pinterest"),
    ("Twitter for ", "X"),
    ("LinkedInApp", "LinkedIn"),
    ("MicroMessenger/", "WeChat"),
    ("KAKAOTALK", "KakaoTalk"),
    (" Line/", "Line"),
    ("GSA/", "Google app"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex"),
    ("UCBrowser/", "UC Browser"),
    ("Vivaldi/", "Vivaldi"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("; wv)", "Android WebView"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("AppleWebKit/", "WebKit"),
    ("Trident/", "Internet Explorer"),
)


class AgentKind(StrEnum):
    BROWSER = "browser"
    PREVIEW = "preview"
    BOT = "bot"


class Device(IntEnum):
    UNKNOWN = 0
    DESKTOP = 1
    PHONE = 2
    TABLET = 3


@dataclass(frozen=True, slots=True)
class Agent:
    """Who asks: kind, family (60 characters at most) and device."""

    kind: AgentKind
    name: str
    device: Device = Device.UNKNOWN


@lru_cache(maxsize=8192)
def read_agent(text: str) -> Agent:
    """Tell what a user agent text names; an empty one is a program's."""
    text = text[:MAX_LENGTH].strip()
    if not text:
        return Agent(AgentKind.BOT, NO_AGENT)
    entry = _find_entry(text)
    if entry is None:
        return Agent(AgentKind.BROWSER, _family(text), _device(text))
    kind = AgentKind.PREVIEW if PREVIEW_TAG in entry.get("tags", ()) else AgentKind.BOT
    name = re.sub(r"\\(.)", r"\1", entry["pattern"]).strip("^$/) ")
    return Agent(kind, SERVICES.get(name, name)[:60])


def _find_entry(text: str) -> dict[str, Any] | None:
    for pattern, entries in _chunks():
        if pattern.search(text):
            for entry in entries:
                if re.search(entry["pattern"], text) and not _is_of_person(entry, text):
                    return entry
    return None


def _is_of_person(entry: dict[str, Any], text: str) -> bool:
    return entry["pattern"] in APPS and text.startswith("Mozilla/5.0 (") and "AppleWebKit" in text


@lru_cache(maxsize=1)
def _chunks() -> list[tuple[re.Pattern[str], list[dict[str, Any]]]]:
    """Return the list in chunks, previews first: some name a search engine beside themselves."""
    known = [e for e in crawleruseragents.CRAWLER_USER_AGENTS_DATA if e["pattern"] not in OF_PEOPLE]
    known.sort(key=lambda entry: PREVIEW_TAG not in entry.get("tags", ()))
    parts = [known[at : at + CHUNK] for at in range(0, len(known), CHUNK)]
    return [(re.compile("|".join(entry["pattern"] for entry in part)), part) for part in parts]


def _family(text: str) -> str:
    return next((name for marker, name in FAMILIES if marker in text), "Other")


def _device(text: str) -> Device:
    if "iPad" in text or "Tablet" in text or ("Android" in text and "Mobile" not in text):
        return Device.TABLET
    if "Mobile" in text or "iPhone" in text or "Android" in text:
        return Device.PHONE
    is_desktop = any(name in text for name in ("Windows", "Macintosh", "X11", "CrOS"))
    return Device.DESKTOP if is_desktop else Device.UNKNOWN
