//! Arithmetic that tells an identifier from another number of the same length.

/// The check digit of Luhn (ISO/IEC 7812-1, annex B) over ASCII digits.
pub fn luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

fn luhn_sum(digits: &[u8]) -> u32 {
    digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit.wrapping_sub(b'0'));
            match (place % 2, digit) {
                (0, _) => digit,
                (_, 0..=4) => digit * 2,
                _ => digit * 2 - 9,
            }
        })
        .sum()
}

/// The number that ASCII digits write; the largest there is where they write a larger one.
pub fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |sum: u32, digit| {
        sum.saturating_mul(10).saturating_add(u32::from(digit.wrapping_sub(b'0')))
    })
}

/// A social security number: area, group and serial as the Social Security Administration gives
/// them out (secure.ssa.gov/poms, RM 10201.035). The numbers of advertisements (078-05-1120,
/// 219-09-9999) and 123-45-6789 count too: taking them out harms nobody.
pub fn ssn(area: &[u8], group: &[u8], serial: &[u8]) -> bool {
    let area = number(area);
    area != 0 && area != 666 && area < 900 && number(group) != 0 && number(serial) != 0
}

/// An individual taxpayer identification number: area 9xx, and the groups that the IRS uses
/// (Publication 1915; IRM 3.21.263).
pub fn itin(area: &[u8], group: &[u8], _serial: &[u8]) -> bool {
    number(area) >= 900 && matches!(number(group), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// A card number: 13 to 19 digits, a prefix that a network issues (ISO/IEC 7812; the networks'
/// published ranges), and Luhn.
pub fn card(digits: &[u8]) -> bool {
    if !(13..=19).contains(&digits.len()) || !luhn(digits) {
        return false;
    }
    let four = number(&digits[..4]);
    let two = four / 100;
    match digits.len() {
        13 => four / 1000 == 4,
        14 => matches!(two, 36 | 38 | 39) || matches!(four / 10, 300..=305),
        15 => matches!(two, 34 | 37),
        16 => {
            four / 1000 == 4
                || matches!(two, 50..=58 | 62 | 64 | 65)
                || matches!(four, 2221..=2720 | 3528..=3589 | 6011 | 6304 | 6759 | 6761..=6763)
        }
        _ => matches!(two, 40..=49 | 50 | 56..=58 | 62 | 64 | 65) || four == 6011,
    }
}

/// An IMEI without a key near it: 15 digits, Luhn (3GPP TS 23.003, 6.2.1), and a reporting body
/// that hands out most of them (01, 35, 86, 99).
pub fn imei(digits: &[u8]) -> bool {
    digits.len() == 15 && matches!(&digits[..2], b"01" | b"35" | b"86" | b"99") && luhn(digits)
}

/// A registration number of the Drug Enforcement Administration: the sum of the first, third and
/// fifth digit and twice the others ends with the seventh (21 CFR 1301 gives the registration; the
/// check is in the DEA Pharmacist's Manual).
pub fn dea(token: &[u8]) -> bool {
    let &[first, second, ref digits @ ..] = token else { return false };
    let known = b"ABCDEFGHJKLMPRSTUX".contains(&first.to_ascii_uppercase());
    let name = second.is_ascii_alphabetic() || second == b'9';
    if digits.len() != 7 || !known || !name || !digits.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let d = |place: usize| u32::from(digits[place] - b'0');
    (d(0) + d(2) + d(4) + 2 * (d(1) + d(3) + d(5))) % 10 == d(6)
}

/// A Medicare beneficiary identifier without dashes: eleven characters of the format that CMS
/// publishes ("Understanding the Medicare Beneficiary Identifier (MBI) Format"). It has no check
/// digit.
pub fn mbi(token: &[u8]) -> bool {
    let letter =
        |byte: u8| byte.is_ascii_alphabetic() && !b"SLOIBZ".contains(&byte.to_ascii_uppercase());
    token.len() == 11
        && token.iter().zip(b"CAXNAXNAANN").all(|(byte, sort)| match sort {
            b'C' => matches!(byte, b'1'..=b'9'),
            b'A' => letter(*byte),
            b'N' => byte.is_ascii_digit(),
            _ => letter(*byte) || byte.is_ascii_digit(),
        })
}

/// A vehicle identification number: 17 characters without I, O and Q, and the check digit in the
/// ninth place (49 CFR 565.15).
pub fn vin(token: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if token.len() != 17 || !token.iter().any(u8::is_ascii_alphabetic) {
        return false;
    }
    let mut sum = 0;
    for (byte, weight) in token.iter().zip(WEIGHTS) {
        let value = match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => digit - b'0',
            letter @ b'A'..=b'H' => letter - b'A' + 1,
            letter @ (b'J'..=b'N' | b'P' | b'R') => letter - b'J' + 1,
            letter @ b'S'..=b'Z' => letter - b'S' + 2,
            _ => return false,
        };
        sum += u32::from(value) * weight;
    }
    let check = match token[8] {
        b'X' | b'x' => 10,
        digit @ b'0'..=b'9' => u32::from(digit - b'0'),
        _ => return false,
    };
    sum % 11 == check
}

/// Lengths of the IBAN registry (SWIFT, ISO 13616), country by country.
const IBAN_LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22\
DJ27DK18DO28EE20EG29ES24FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30\
KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29\
PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// How long an IBAN is that begins with these letters.
pub fn iban_length(head: &[u8]) -> Option<usize> {
    let &[first, second, ..] = head else { return None };
    IBAN_LENGTHS
        .as_bytes()
        .chunks_exact(4)
        .find(|entry| {
            entry[0] == first.to_ascii_uppercase() && entry[1] == second.to_ascii_uppercase()
        })
        .map(|entry| number(&entry[2..]) as usize)
}

/// An IBAN without spaces: the length of its country and the remainder 1 of a division by 97
/// (ISO 7064).
pub fn iban(token: &[u8]) -> bool {
    if iban_length(token) != Some(token.len()) {
        return false;
    }
    let mut rest: u32 = 0;
    for byte in token[4..].iter().chain(&token[..4]) {
        rest = match byte.to_ascii_uppercase() {
            digit @ b'0'..=b'9' => (rest * 10 + u32::from(digit - b'0')) % 97,
            letter @ b'A'..=b'Z' => (rest * 100 + u32::from(letter - b'A') + 10) % 97,
            _ => return false,
        };
    }
    rest == 1
}

/// The check digit of a 14-digit GTIN (GS1 General Specifications, 7.9), which is the device
/// identifier of a UDI.
pub fn gtin14(digits: &[u8]) -> bool {
    digits.len() == 14
        && digits
            .iter()
            .enumerate()
            .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
            .sum::<u32>()
            .is_multiple_of(10)
}

/// A North American number: area and exchange begin with 2 to 9 and are not N11 (nanpa.com).
pub fn nanp(area: &[u8], exchange: &[u8]) -> bool {
    [area, exchange].iter().all(|part| part.len() == 3 && part[0] >= b'2' && !part.ends_with(b"11"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numbers_pass_and_their_neighbours_do_not() {
        assert!(card(b"4111111111111111") && !card(b"4111111111111112"));
        assert!(card(b"378282246310005") && card(b"30569309025904"));
        assert!(imei(b"352099001761481") && !imei(b"352099001761482"));
        assert!(dea(b"AB1234563") && !dea(b"AB1234564") && !dea(b"A"));
        assert!(mbi(b"1EG4TE5MK73") && !mbi(b"1SG4TE5MK73"));
        assert!(vin(b"1M8GDM9AXKP042788") && !vin(b"1M8GDM9A1KP042788"));
        assert!(iban(b"DE89370400440532013000") && !iban(b"DE89370400440532013001"));
        assert!(gtin14(b"00643169007222") && !gtin14(b"00643169007223"));
        assert!(ssn(b"536", b"90", b"4399") && !ssn(b"666", b"90", b"4399"));
        assert!(itin(b"912", b"70", b"1234") && !itin(b"912", b"67", b"1234"));
        assert!(nanp(b"617", b"555") && !nanp(b"911", b"555") && !nanp(b"117", b"555"));
    }
}
