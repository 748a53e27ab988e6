"""What a database of text cannot hold, whoever wrote it."""


def storable(text: str) -> str:
    """``text`` as it can be stored: without zeros, and with U+FFFD where half a character stands.

    Halves come from programs that cut a text in the middle of an emoji; two that belong together are joined.
    """
    whole = text.replace("\x00", "")
    try:
        whole.encode()
    except UnicodeEncodeError:
        return whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole
