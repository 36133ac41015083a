"""User agents of people's browsers, in the shapes their makers document."""

SAFARI = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
BLINK = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {SAFARI}"
VIEW = f"Mozilla/5.0 (Linux; Android 14; SM-S918B Build/UP1A.231005.007; wv) {BLINK} Version/4.0"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {BLINK} Chrome/131.0.0.0 Safari/537.36"
IPHONE = f"{PHONE} Version/17.5 Mobile/15E148 Safari/604.1"

# (family, device, user agent)
PEOPLE = [
    ("Chrome", "DESKTOP", CHROME),
    ("Edge", "DESKTOP", f"{CHROME} Edg/131.0.0.0"),
    ("Opera", "DESKTOP", f"{CHROME} OPR/115.0.0.0"),
    ("Vivaldi", "DESKTOP", f"{CHROME} Vivaldi/7.0.3495.11"),
    ("Yandex", "DESKTOP", f"{CHROME} YaBrowser/24.10.0.0"),
    (
        "Chrome",
        "DESKTOP",
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {BLINK} Chrome/131.0.0.0 Safari/537.36",
    ),
    (
        "Firefox",
        "DESKTOP",
        "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    ),
    (
        "Firefox",
        "PHONE",
        "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0",
    ),
    ("Firefox", "PHONE", f"{PHONE} FxiOS/133.0 Mobile/15E148 Safari/605.1.15"),
    (
        "Safari",
        "DESKTOP",
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {SAFARI} Version/17.5 Safari/605.1.15",
    ),
    ("Safari", "PHONE", IPHONE),
    (
        "Safari",
        "TABLET",
        f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {SAFARI} Version/16.6 "
        "Mobile/15E148 Safari/604.1",
    ),
    ("Chrome", "PHONE", f"{PHONE} CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1"),
    ("Google app", "PHONE", f"{PHONE} GSA/291.0.582 Mobile/15E148 Safari/604.1"),
    (
        "Chrome",
        "PHONE",
        f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} Chrome/131.0.0.0 Mobile Safari/537.36",
    ),
    (
        "Chrome",
        "TABLET",
        f"Mozilla/5.0 (Linux; Android 13; SM-X200) {BLINK} Chrome/131.0.0.0 Safari/537.36",
    ),
    (
        "Samsung Internet",
        "PHONE",
        f"Mozilla/5.0 (Linux; Android 10; K) {BLINK} SamsungBrowser/27.0 Chrome/125.0.0.0 "
        "Mobile Safari/537.36",
    ),
    (
        "Android WebView",
        "PHONE",
        f"Mozilla/5.0 (Linux; Android 10; CUBOT_X30 Build/QP1A.190711.020; wv) {BLINK} "
        "Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36",
    ),
    ("Instagram", "PHONE", f"{PHONE} Mobile/15E148 Instagram 334.0.0.0.0 (iPhone14,5; iOS 17_5)"),
    (
        "Instagram",
        "PHONE",
        f"Mozilla/5.0 (Linux; Android 15; CPH2557 Build/AP3A.240617.008; wv) {BLINK} Version/4.0 "
        "Chrome/142.0.0.0 Mobile Safari/537.36 Instagram 406.0.0.58.159 Android",
    ),
    ("Facebook", "PHONE", f"{PHONE} Mobile/21C62 [FBAN/FBIOS;FBAV/443.0.0.23.229;FBLC/en_US]"),
    ("Facebook", "PHONE", f"{VIEW} Chrome/146.0.0.0 Mobile Safari/537.36 MetaIAB Facebook"),
    (
        "TikTok",
        "PHONE",
        f"{VIEW} Chrome/120.0.0.0 Mobile Safari/537.36 musical_ly_2023205030 AppName/musical_ly",
    ),
    ("Snapchat", "PHONE", f"{PHONE} Mobile/21B80 Snapchat/12.60.0.35 (like Safari/8616.2.9.0.2)"),
    ("Pinterest", "PHONE", f"{PHONE} Mobile/15E148 [Pinterest/iOS]"),
    ("X", "PHONE", f"{PHONE} Version/17.5 Mobile/15E148 Safari/604.1 Twitter for iPhone/10.15"),
    ("LinkedIn", "PHONE", f"{PHONE} Mobile/15E148 [LinkedInApp]/9.29.1"),
    ("WeChat", "PHONE", f"{PHONE} Mobile/15E148 MicroMessenger/8.0.44(0x18002c2d) NetType/WIFI"),
    ("Line", "PHONE", f"{PHONE} Mobile/15E148 Safari Line/13.19.1"),
    ("Chrome", "DESKTOP", f"{CHROME} Viber/20.0"),
    (
        "Internet Explorer",
        "DESKTOP",
        "Mozilla/5.0 (Windows NT 10.0; Trident/7.0; rv:11.0) like Gecko",
    ),
]

# (service, user agent)
PREVIEWS = [
    ("Facebook", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
    ("Slack", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
    ("WhatsApp", "WhatsApp/2.23.20.0 A"),
    ("X", "Twitterbot/1.0"),
    ("Telegram", "TelegramBot (like TwitterBot)"),
    ("Discord", "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)"),
    (
        "LinkedIn",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://linkedin.com)",
    ),
    ("Microsoft Teams", "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5"),
    (
        "Facebook",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    ),
]

# (name, user agent)
BOTS = [
    ("none", ""),
    ("none", "   "),
    ("Googlebot", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("bingbot", "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"),
    ("curl", "curl/8.5.0"),
    ("python-requests", "python-requests/2.32.0"),
    ("Go-http-client", "Go-http-client/2.0"),
    ("HeadlessChrome", f"Mozilla/5.0 (X11; Linux x86_64) {BLINK} HeadlessChrome/131.0 Safari/537"),
]
