"""How to say that a post earns money, by country and channel.

Each country's rule is named with its source and date; the words to copy are in the language of the
audience and are never translated. Told in our own words from the sources named; no legal advice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Country:
    """What one country asks. `mark` is the short word, `sentence` the whole one."""

    code: str
    name: Text
    mark: str
    sentence: str
    source: str
    since: str
    rule: Text


@dataclass(frozen=True, slots=True)
class Channel:
    """Where the words belong on one channel; `is_short`: the mark, else the sentence."""

    code: str
    name: Text
    place: Text
    is_short: bool


_ENGLISH = "I earn a commission if you buy through the links here."

COUNTRIES: Sequence[Country] = (
    Country(
        "US",
        _("United States"),
        "#ad",
        f"Ad: {_ENGLISH}",
        "FTC, Guides Concerning the Use of Endorsements and Testimonials, 16 CFR Part 255",
        "2023",
        _(
            "The tie must be clear and hard to miss, close to the recommendation and in its "
            "language. “Affiliate link” alone may not be understood, and a platform's own label "
            "alone may not be enough."
        ),
    ),
    Country(
        "GB",
        _("United Kingdom"),
        "Ad",
        f"Ad – {_ENGLISH}",
        "ASA, CAP Code section 2; Digital Markets, Competition and Consumers Act 2024",
        "2024",
        _(
            "Advertising must be recognised as such before anybody engages with it. Posts that "
            "earn by links or codes are advertising: the ASA asks for the word Ad at the beginning."
        ),
    ),
    Country(
        "DE",
        _("Germany"),
        "Werbung",
        "Werbung: Kaufst du über die Links hier, erhalte ich eine Provision.",
        "UWG § 5a Abs. 4; DDG § 6; MStV § 22",
        "2022",
        _(
            "A commercial purpose must be recognisable at once. Courts accept “Werbung” or "
            "“Anzeige” at the beginning; “sponsored by”, or #ad among other tags, "
            "was found too weak."
        ),
    ),
    Country(
        "FR",
        _("France"),
        "Publicité",
        "Publicité : je touche une commission si vous achetez par les liens de cette page.",
        "Loi n° 2023-451 du 9 juin 2023, article 5",
        "2023",
        _(
            "The law on commercial influence names the words “Publicité” and “Collaboration "
            "commerciale”: clear, legible and present during the whole promotion."
        ),
    ),
    Country(
        "ES",
        _("Spain"),
        "Publicidad",
        "Publicidad: recibo una comisión si compras a través de estos enlaces.",
        "Ley 34/2002 (LSSI), artículo 20",
        "2002",
        _("Commercial messages online must be clearly recognisable and name who they are for."),
    ),
    Country(
        "NL",
        _("Netherlands"),
        "Advertentie",
        "Advertentie: ik ontvang een commissie als je via deze links koopt.",
        "Nederlandse Reclame Code, Reclamecode Social Media & Influencer Marketing",
        "2022",
        _("A paid tie between the advertiser and who recommends must be told, plainly and easily."),
    ),
    Country(
        "EU",
        _("Another country of the European Union"),
        "#ad",
        f"Advertisement: {_ENGLISH}",
        "Directive 2005/29/EC on unfair commercial practices, Article 7(2) and Annex I no. 11",
        "2005",
        _(
            "Hiding the commercial intent of a recommendation is unfair practice. Write the words "
            "in the language of your audience; national law may name them."
        ),
    ),
    Country(
        "CA",
        _("Canada"),
        "#ad",
        f"Ad: {_ENGLISH}",
        "Competition Act, sections 52 and 74.01; guidance of the Competition Bureau",
        "2018",
        _(
            "Every tie that could matter to the audience is told, in each post, in its language: "
            "for a French audience #pub."
        ),
    ),
    Country(
        "AU",
        _("Australia"),
        "#ad",
        f"Ad: {_ENGLISH}",
        "Australian Consumer Law, section 18; AANA Code of Ethics, section 2.7",
        "2021",
        _("Advertising must be clearly distinguishable as such, on every channel."),
    ),
    Country(
        "IN",
        _("India"),
        "#ad",
        f"Advertisement: {_ENGLISH}",
        "ASCI, Guidelines for Influencer Advertising in Digital Media",
        "2021",
        _(
            "The label stands upfront, prominently, in English or the language of the post; in "
            "videos long enough to be seen, and spoken in audio."
        ),
    ),
    Country(
        "JP",
        _("Japan"),
        "PR",
        "広告:このリンクから購入されると、私に報酬が支払われます。",
        "景品表示法 第5条第3号(ステルスマーケティング告示)",
        "2023",
        _(
            "Advertising that the public cannot recognise as the business's own is a misleading "
            "representation. Words such as 広告 or PR must be plain to see."
        ),
    ),
    Country(
        "",
        _("Elsewhere"),
        "#ad",
        f"Ad: {_ENGLISH}",
        "",
        "",
        _(
            "Most countries forbid hidden advertising. Say it first, plainly, in the language of "
            "your audience, and look up the rule of your own country."
        ),
    ),
)

CHANNELS: Sequence[Channel] = (
    Channel(
        "blog",
        _("Blog"),
        _("Above the first link, in the size of the text; not in the footer or on another page."),
        is_short=False,
    ),
    Channel(
        "newsletter",
        _("Newsletter"),
        _("Before the first recommendation of every issue."),
        is_short=False,
    ),
    Channel(
        "instagram",
        _("Instagram"),
        _(
            "First words of the caption, before “more”; on a story or reel also on the picture "
            "itself, large enough to read. Add the platform's own label."
        ),
        is_short=True,
    ),
    Channel(
        "tiktok",
        _("TikTok"),
        _(
            "On the video from the beginning and first in the caption. Switch on the platform's "
            "label for commercial content."
        ),
        is_short=True,
    ),
    Channel(
        "youtube",
        _("YouTube"),
        _(
            "Spoken and written in the video before the recommendation, and in the first line of "
            "the description. Tick the box for paid promotion."
        ),
        is_short=False,
    ),
    Channel(
        "podcast",
        _("Podcast"),
        _("Spoken right before the recommendation, and at the top of the show notes."),
        is_short=False,
    ),
)


def find_country(code: str) -> Country:
    """Return what a country asks; for one that is not listed, what holds in most."""
    return next((one for one in COUNTRIES if one.code == code), COUNTRIES[-1])
