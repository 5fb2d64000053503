"""Takes the session id out of an outbound message before anything of it is verified, kept or logged (step 1, receive).

A session id is a live credential of the user who sends. We ask never to send it, and an administrator may tick the box all
the same. So it is looked for in the raw bytes, whatever stands around it, and rather too much is dropped than too little.
"""

from __future__ import annotations

import re

_NOTHING = b" "  # a space, so that what stood around it does not grow together to a new element

# An element of that name with any prefix and in any case, but for the one in which Salesforce says that it sends none.
_OPENING = re.compile(rb"<(?!SessionId xsi:nil=\"true\"/>)([^\s<>/\"'=]*:)?sessionid(?=[\s/>]|$)", re.IGNORECASE)
# XML has no `<` in a tag: where there is one, nobody knows where the tag ends, and all that follows is dropped.
_REST_OF_TAG = re.compile(rb"(?:[^\"'<>]|\"[^\"<]*\"|'[^'<]*')*+>")
_STEPPED_OVER = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<", re.DOTALL)
_UNCLOSED = (b"<!--", b"<![CDATA[", b"<?")
# The text itself, where no element says what it is: the organisation, an exclamation mark, and the rest.
_BARE = re.compile(rb"00D[0-9A-Za-z]{12}(?:[0-9A-Za-z]{3})?(?:!|%21|&#0*33;|&#x0*21;|&excl;)[^\s<>\"']*", re.IGNORECASE)


def without_session_ids(body: bytes) -> bytes:
    """The body without any session id; nothing of a body that is no UTF-8 or holds NUL, which cannot be looked through."""
    if b"\0" in body or not _is_utf8(body):
        return b""
    kept: list[bytes] = []
    start = 0
    while (opening := _OPENING.search(body, start)) is not None:
        kept += (body[start : opening.start()], _NOTHING)
        start = _end_of_element(body, opening)
    return _BARE.sub(_NOTHING, b"".join((*kept, body[start:])))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _end_of_element(body: bytes, opening: re.Match[bytes]) -> int:
    """Where the element ends that begins there; the end of the body where it is never closed."""
    name = opening[0][1:]
    tag = _REST_OF_TAG.match(body, opening.end())
    if tag is None:
        return len(body)
    if tag[0].endswith(b"/>"):
        return tag.end()
    return _end_of_content(body, tag.end(), name)


def _end_of_content(body: bytes, position: int, name: bytes) -> int:
    """Where the content ends that begins at a position, with the closing tag; elements of the same name may stand in it."""
    closing = re.compile(rb"</" + re.escape(name) + rb"\s*>")
    nested = re.compile(rb"<" + re.escape(name) + rb"(?=[\s/>])")
    depth = 1
    while (step := _STEPPED_OVER.search(body, position)) is not None:
        position = step.end()
        if step[0] != b"<":
            continue
        if body.startswith(_UNCLOSED, step.start()):
            break
        tag = _REST_OF_TAG.match(body, position)
        if tag is None:
            break
        position = tag.end()
        if closing.fullmatch(body, step.start(), position):
            depth -= 1
        elif nested.match(body, step.start()) and not tag[0].endswith(b"/>"):
            depth += 1
        if depth == 0:
            return position
    return len(body)
