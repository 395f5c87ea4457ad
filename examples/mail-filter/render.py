"""Turn a raw mail into the text a reader sees: subject and body, without the marks of its origin.

What says where or when a mail was collected, and not what it is about, must not reach the model: headers,
addresses, dates, list footers and tags, signatures, quoted lines (they also leak one mail into the next of its
thread). Links and addresses become the words `weburl` and `mailaddress`.
"""

import email
import email.errors
import email.header
import html
import re
from email.message import Message
from html.parser import HTMLParser

MAX_CHARS = 4000

SKIPPED_TAGS = {"script", "style", "head", "title"}
BREAKING_TAGS = {"br", "p", "div", "tr", "td", "li", "h1", "h2", "h3", "h4", "table", "center", "hr"}

DAYS = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
MONTHS = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
CLEANERS = [
    # List footers, signatures and what mail services hang below a message.
    (re.compile(r"\n-- ?\n.*\Z", re.S), "\n"),
    (re.compile(r"\n[-_=*]{10,}[^\n]*\n(?:[^\n]*\n){0,3}[^\n]*(?:mailing list|sponsored by|thinkgeek|sf\.net|sourceforge|yahoo! groups|unsubscribe[^\n]*@)[^\n]*[\s\S]{0,600}\Z", re.I), "\n"),
    (re.compile(r"^[^\n]*(?:mailing list|mailman/listinfo|list maintainer|yahoo! groups sponsor|docs\.yahoo\.com/info/terms)[^\n]*$", re.I | re.M), ""),
    (re.compile(r"^[^\n]*deathtospam[^\n]*$", re.I | re.M), ""),  # a delimiter of those who reported spam
    # Quoting and forwarded headers.
    (re.compile(r"^\s*(?:[a-z]{0,4}[>|:}%]).*$", re.I | re.M), ""),
    (re.compile(r"^.{0,200}\b(?:wrote|writes|said|schrieb|wrote on|spake thusly)\b[^\n]{0,40}:\s*$", re.I | re.M), ""),
    (re.compile(r"^\s*-+ ?(?:original message|forwarded message|begin forwarded).*$", re.I | re.M), ""),
    (re.compile(r"^\s*(?:from|to|cc|sent|date|subject|reply-to|message-id|received|x-[a-z-]+|content-[a-z-]+|mime-version|return-path|delivered-to|errors-to|sender)\s*:.*$", re.I | re.M), ""),
    # Places and people on the net.
    (re.compile(r"(?:https?|ftp)://\S+|\bwww\.[^\s<>]+", re.I), " weburl "),
    (re.compile(r"[\w.+=-]+@[\w.-]+\w"), " mailaddress "),
    (re.compile(r"\b(?:[a-z0-9-]+\.)+(?:com|net|org|edu|gov|ie|uk|de|it|fr|info|biz)\b(?:/\S*)?", re.I), " weburl "),
    # Times.
    (re.compile(rf"\b(?:{DAYS}\b,?\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTHS}\b|{MONTHS}\b\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\b)(?:,?\s+\d{{2,4}}\b)?", re.I), " "),
    (re.compile(r"\b\d{1,4}[/-]\d{1,2}[/-]\d{1,4}\b"), " "),
    (re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\s*[ap]m)?\b", re.I), " "),
    (re.compile(r"\b(?:19[89]\d|20[0-3]\d)\b"), " "),
    (re.compile(rf"\b{DAYS}\b", re.I), " "),
    # Telephone numbers and other long numbers: somebody's, or a campaign's serial.
    (re.compile(r"\+?\d[\d().\s-]{7,}\d"), " longnumber "),
    (re.compile(r"\b(?=\w*\d)\w{12,}\b"), " "),
]
SUBJECT_MARKS = re.compile(r"^\s*(?:(?:re|fwd?|aw|sv|antwort|spam)\s*(?:\[\d+\])?\s*:|\[[^\]]{1,40}\]|\*+spam\*+)\s*", re.I)


class TextOfHtml(HTMLParser):
    """Collects visible text; broken markup never raises."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag, attrs):
        if tag in SKIPPED_TAGS:
            self.hidden += 1
        elif tag in BREAKING_TAGS:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in SKIPPED_TAGS and self.hidden:
            self.hidden -= 1
        elif tag == "body":
            self.hidden = 0

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def text_of_html(source: str) -> str:
    # Browsers show <body> even when <head> or <style> was never closed; the parser's state must not hide it.
    body = re.search(r"<body[^>]*>", source, re.I)
    parser = TextOfHtml()
    parser.feed(source[body.start() :] if body else source)
    parser.close()
    return "".join(parser.parts)


def decode_part(part: Message) -> str:
    payload = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    for candidate in (charset, "utf-8", "latin-1"):
        try:
            return payload.decode(candidate)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return ""


def body_of(message: Message) -> str:
    """The first readable text of each text part; the HTML twin of a plain text is left out."""
    plain, rich = [], []
    for part in message.walk():
        if part.is_multipart() or part.get_filename():
            continue
        kind = part.get_content_type()
        text = decode_part(part) if kind in ("text/plain", "text/html") else ""
        if not text.strip():
            continue
        if kind == "text/html" or re.match(r"\s*<(?:!doctype|html)", text, re.I):
            rich.append(text_of_html(text))
        else:
            plain.append(text)
    readable = [t for t in plain if len(t.split()) >= 5]
    return "\n".join(readable or rich or plain)


def subject_of(message: Message) -> str:
    try:
        subject = str(email.header.make_header(email.header.decode_header(message.get("Subject", ""))))
    except (LookupError, UnicodeDecodeError, ValueError, email.errors.HeaderParseError):
        subject = str(message.get("Subject", ""))
    while (cut := SUBJECT_MARKS.sub("", subject, count=1)) != subject:
        subject = cut
    return subject


def render(raw: bytes) -> str:
    message = email.message_from_bytes(raw)
    text = f"{subject_of(message)}\n{html.unescape(body_of(message))}".replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", " ")
    for pattern, replacement in CLEANERS:
        text = pattern.sub(replacement, text)
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r"\s*\n\s*", "\n", text).strip()
    return text[:MAX_CHARS]
