"""Identifiers that nobody has, each made once, in sentences in which they are found."""

import itertools
import urllib.parse


def luhn(digits):
    """The digits with their check digit."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def word(number):
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:04}")


KINDS = {
    "ssn": ("paid by {} today", lambda n: f"{501 + n % 150}-{11 + n % 88}-{2001 + n % 7000}"),
    "mrn": ("opened mrn={} twice", lambda n: f"MRN-{4_400_000 + n}"),
    "mbi": (
        "card {} read",
        lambda n: f"1EG{n % 10}-TE{n // 10 % 10}-MK{n // 100 % 10}{n // 1000 % 10}",
    ),
    "email": ("sent to {} now", lambda n: f"jane.{word(n)}@example.org"),
    "phone": ("called {} twice", lambda n: f"(617) 555-{n % 10_000:04}"),
    "card": ("charged {} now", lambda n: luhn(f"41111111{n:07}")),
    "name": ("patient_name={} left", lambda n: f"Quillfeather{word(n)}"),
    "birth-date": ("dob={} checked", lambda n: f"19{10 + n % 80}-0{1 + n // 80 % 9}-17"),
}
# In a trace state there is no equals sign and no comma.
BARE = ("ssn", "mbi", "email", "phone", "card")


class Planter:
    """Remembers what was planted where."""

    def __init__(self):
        self.numbers = itertools.count(1)
        self.planted = {}
        self.places = []

    def one(self, place, kind):
        sentence, made = KINDS[kind]
        identifier = made(next(self.numbers))
        assert identifier not in self.planted
        self.planted[identifier] = (place, kind)
        return sentence.format(identifier)

    def bare(self, place, kind):
        """Only the identifier."""
        identifier = KINDS[kind][1](next(self.numbers))
        self.planted[identifier] = (place, kind)
        return identifier

    def text(self, place, kinds=tuple(KINDS)):
        """A sentence with one of each kind, and a word that has to stay."""
        self.places.append(place)
        return "; ".join([f"stays-{place}", *(self.one(place, kind) for kind in kinds)])


def spellings(identifier):
    """As it is, as in a URL, and its digits alone where they are enough to mean something."""
    yield identifier.encode()
    yield urllib.parse.quote(identifier).encode()
    digits = "".join(filter(str.isdigit, identifier))
    if len(digits) >= 9:
        yield digits.encode()
