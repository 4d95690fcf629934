"""How fast Presidio's pattern recognisers look at lines, in bytes per second on one core.

Takes a file of lines and the seconds to go on for. The recognisers are those of English text that
are not of another country than the United States, without the model of language: the least that it
does. What they find is not replaced, which we do.
"""

import sys
import time

import presidio_analyzer.predefined_recognizers as known
import tldextract
from presidio_analyzer import PatternRecognizer

# The list of public suffixes that comes with it; it would ask the network for a newer one.
tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())

EVERYWHERE = {
    "CreditCardRecognizer",
    "CryptoRecognizer",
    "DateRecognizer",
    "EmailRecognizer",
    "IbanRecognizer",
    "IpRecognizer",
    "MacAddressRecognizer",
    "MedicalLicenseRecognizer",
    "UrlRecognizer",
}


def recognisers():
    for name in sorted(dir(known)):
        kind = getattr(known, name)
        if not (isinstance(kind, type) and issubclass(kind, PatternRecognizer)):
            continue
        if name in EVERYWHERE or name.startswith("Us"):
            yield kind()


def main():
    path, seconds = sys.argv[1], float(sys.argv[2])
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    all_of_them = list(recognisers())
    assert len(all_of_them) > 12, "Presidio's recognisers have other names in this version"
    looked, found, begun = 0, 0, time.perf_counter()
    while True:
        for line in lines:
            for one in all_of_them:
                found += len(one.analyze(line, one.supported_entities, None) or [])
            looked += len(line.encode())
            if time.perf_counter() - begun > seconds:
                assert found > 0, "nothing was found, so nothing was measured"
                print(looked / (time.perf_counter() - begun))
                return


main()
