"""Phone numbers in one form, so that the same number is the same customer."""

import phonenumbers


def tidy_phone(written: str, region: str) -> str:
    """``written`` in E.164 (``+8613800001234``), read as in ``region``; what is no number stays as it is."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return written.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
