"""Phone numbers in one form, so that the same number is the same customer."""

import phonenumbers


def tidy_phone(written: str, region: str) -> str:
    """``written`` in E.164 (``+8613800001234``), read as in ``region``; what is no number stays as it is."""
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return written.strip()
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_phone(written: str, region: str) -> bool:
    """Whether somebody may be called under ``written``, read as in ``region``."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(written, region))
    except phonenumbers.NumberParseException:
        return False


def as_people_write_it(phone: str) -> list[str]:
    """A number in E.164 and the ways it stands in what people write, the longest first."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return [phone]
    return [phone, phone.removeprefix("+"), str(number.national_number)]
