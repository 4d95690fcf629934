//! Identifiers that nobody has, in the forms in which applications write them.

use data_encoding::{BASE64, HEXLOWER};
use telemetry::Kind::{self, *};

/// The kind, a text that carries it, and what must not be left of it.
pub const FORMS: &[(Kind, &str, &str)] = &[
    (Ssn, "patient 536-90-4399 moved", "536-90-4399"),
    (Ssn, "536-90-4399", "536-90-4399"),
    (Ssn, "at 2026-01-15T10:00:00Z ssn:536 90 4399.", "536 90 4399"),
    (Ssn, "x536-90-4399x", "536-90-4399"),
    (Ssn, "id=12-536-90-4399-1", "536-90-4399"),
    (Ssn, "536.90.4399", "536.90.4399"),
    (Ssn, "ssn=536904399", "536904399"),
    (Ssn, "{\"ssn\":\"536904399\"}", "536904399"),
    (Ssn, "{\"ssn\": 536904399, \"n\": 1}", "536904399"),
    (Ssn, "social security number is 536904399", "536904399"),
    (Ssn, "SSN #536904399 rejected", "536904399"),
    (Ssn, "?patientSsn=536904399&x=1", "536904399"),
    (Ssn, "ssn_last4=4399", "4399"),
    (Ssn, "ERROR: Key (ssn)=(536904399) already exists", "536904399"),
    (Ssn, "<ssn>536904399</ssn>", "536904399"),
    (Ssn, "WHERE ssn = '536904399'", "536904399"),
    (Ssn, "ssn ending in 4399", "4399"),
    (Ssn, "soc. sec. no. 536904399", "536904399"),
    (BirthDate, "D.O.B.: 04-05-1961", "04-05-1961"),
    (Address, "patient.address.street=12 Larkspur Hollow", "Larkspur"),
    (MemberId, "policy # 884210077", "884210077"),
    (Mrn, "mrn;7788991", "7788991"),
    (Mrn, "Patient with id 7788991 not found", "7788991"),
    (Mrn, "MedicalRecordNumber(value=7788991)", "7788991"),
    (Itin, "filed by 912-70-1234", "912-70-1234"),
    (Itin, "itin: 912701234", "912701234"),
    (Mbi, "beneficiary card 1EG4-TE5-MK73", "1EG4-TE5-MK73"),
    (Mbi, "1EG4TE5MK73", "1EG4TE5MK73"),
    (Mbi, "seen 1eg4te5mk73 today", "1eg4te5mk73"),
    (Mbi, "claim 1EG4 TE5 MK73 paid", "1EG4 TE5 MK73"),
    (Mbi, "/medicare/1EG4TE5MK73/claims", "1EG4TE5MK73"),
    (Hicn, "old number 536-90-4399A", "536-90-4399A"),
    (Hicn, "hicn=536904399B1", "536904399B1"),
    (Npi, "npi=1234567893", "1234567893"),
    (Npi, "\"providerNpi\": \"1234567893\"", "1234567893"),
    (Npi, "NPI 1234567893 not enrolled", "1234567893"),
    (Dea, "signed AB1234563.", "AB1234563"),
    (Dea, "deaNumber: F91234563", "F91234563"),
    (Mrn, "mrn=12345678", "12345678"),
    (Mrn, "\"mrn\": \"12345678\"", "12345678"),
    (Mrn, "\\\"mrn\\\":\\\"12345678\\\"", "12345678"),
    (Mrn, "MRN: 12345678", "12345678"),
    (Mrn, "mrn%3D12345678", "12345678"),
    (Mrn, "patient_mrn=12345678", "12345678"),
    (Mrn, "patientMrn=12345678", "12345678"),
    (Mrn, "patientmrn=12345678", "12345678"),
    (Mrn, "MRN #12345678", "12345678"),
    (Mrn, "mrn is 12345678", "12345678"),
    (Mrn, "MRN 12345678 not found", "12345678"),
    (Mrn, "MRN12345678", "12345678"),
    (Mrn, "MRN-AB-12345678", "AB-12345678"),
    (Mrn, "mrn=>12345678", "12345678"),
    (Mrn, "mrn -> 12345678", "12345678"),
    (Mrn, "'mrn': '12345678'", "12345678"),
    (Mrn, "<mrn>12345678</mrn>", "12345678"),
    (Mrn, "<patient mrn=\"12345678\"/>", "12345678"),
    (Mrn, "medical record number: H12345678", "H12345678"),
    (Mrn, "medicalRecordNumber=H12345678", "H12345678"),
    (Mrn, "GET /patients/12345678/labs", "12345678"),
    (Mrn, "Patient/a12345678 not found", "a12345678"),
    (Mrn, "patientId: 12345678", "12345678"),
    (Mrn, "patient_id=12345678", "12345678"),
    (Mrn, "Patient: 12345678", "12345678"),
    (Mrn, "encounter id 88812345", "88812345"),
    (Mrn, "chart #12345678", "12345678"),
    (Mrn, "[mrn:12345678]", "12345678"),
    (Mrn, "{\"name\":\"mrn\",\"value\":\"12345678\"}", "12345678"),
    (Mrn, "Lookup failed: name='mrn', value='12345678'", "12345678"),
    (Mrn, "mrn: 123 456 789", "123 456 789"),
    (Mrn, "MRNs: 12345678", "12345678"),
    (MemberId, "member id: XQZ884210", "XQZ884210"),
    (MemberId, "memberId=XQZ884210", "XQZ884210"),
    (MemberId, "\"subscriber_id\":\"W884210077\"", "W884210077"),
    (MemberId, "policy number 884210077", "884210077"),
    (MemberId, "health plan beneficiary number: 884210077", "884210077"),
    (Account, "account number: 99120045", "99120045"),
    (Account, "acct no. 99120045 overdue", "99120045"),
    (Account, "accountNumber=99-120045", "99-120045"),
    (Account, "account=99120045", "99120045"),
    (License, "driver's license: S9921-4410-7", "S9921-4410-7"),
    (License, "license number 99214410", "99214410"),
    (License, "passport=C01X00T47", "C01X00T47"),
    (Card, "paid with 4111111111111111", "4111111111111111"),
    (Card, "4111 1111 1111 1111", "4111 1111 1111 1111"),
    (Card, "4111-1111-1111-1111 declined", "4111-1111-1111-1111"),
    (Card, "amex 3782 822463 10005", "3782 822463 10005"),
    (Card, "card378282246310005x", "378282246310005"),
    (Card, "{\"pan\":5555555555554444}", "5555555555554444"),
    (Iban, "refund DE89370400440532013000", "DE89370400440532013000"),
    (Iban, "to DE89 3704 0044 0532 0130 00 today", "DE89 3704 0044 0532 0130 00"),
    (Iban, "iban=gb29nwbk60161331926819", "gb29nwbk60161331926819"),
    (Vin, "car 1M8GDM9AXKP042788", "1M8GDM9AXKP042788"),
    (Vin, "vin=1M8GDM9A1KP042788", "1M8GDM9A1KP042788"),
    (Plate, "license plate: 7ABC123", "7ABC123"),
    (Plate, "plateNumber=7ABC123", "7ABC123"),
    (Phone, "call (617) 555-0142", "(617) 555-0142"),
    (Phone, "617-555-0142", "617-555-0142"),
    (Phone, "617.555.0142 busy", "617.555.0142"),
    (Phone, "dial 617 555 0142 now", "617 555 0142"),
    (Phone, "+1 617 555 0142", "+1 617 555 0142"),
    (Phone, "+16175550142", "+16175550142"),
    (Phone, "1-617-555-0142", "617-555-0142"),
    (Phone, "(617)555-0142", "(617)555-0142"),
    (Phone, "+44 20 7946 0958", "+44 20 7946 0958"),
    (Phone, "+49 (30) 901820-12", "901820"),
    (Phone, "phone=6175550142", "6175550142"),
    (Phone, "\"homePhone\": \"6175550142\"", "6175550142"),
    (Phone, "tel:6175550142", "6175550142"),
    (Fax, "fax: 617-555-0143", "617-555-0143"),
    (Fax, "faxNumber=6175550143", "6175550143"),
    (Email, "to jane.roe@example.org failed", "jane.roe@example.org"),
    (Email, "<jane+ward@mail.example.co.uk>", "jane+ward@mail.example.co.uk"),
    (Email, "?email=jane.roe%40example.org", "jane.roe%40example.org"),
    (Email, "mailto:o'roe@example.org", "o'roe@example.org"),
    (Url, "GET https://portal.example.org/p/77?name=x", "portal.example.org"),
    (Url, "see http://10.0.0.9:8080/p/77", "10.0.0.9"),
    (Url, "\"https:\\/\\/portal.example.org\\/p\\/77\"", "portal.example.org"),
    (Url, "ftp://jane:secret@files.example.org/x", "jane:secret"),
    (Url, "http://[2001:db8::7]:80/p", "2001:db8::7"),
    (Ip, "from 203.0.113.77", "203.0.113.77"),
    (Ip, "203.0.113.77:41772 closed", "203.0.113.77"),
    (Ip, "client=2001:db8:85a3::8a2e:370:7334", "2001:db8:85a3::8a2e:370:7334"),
    (Ip, "2001:0db8:85a3:0000:0000:8a2e:0370:7334", "8a2e:0370:7334"),
    (Mac, "00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
    (Mac, "pump 00-1b-44-11-3a-b7 up", "00-1b-44-11-3a-b7"),
    (Mac, "mac_address=001b44113ab7", "001b44113ab7"),
    (Mac, "arp 001b.4411.3ab7", "001b.4411.3ab7"),
    (Udi, "(01)00643169007222(17)270101(21)A88412", "00643169007222"),
    (Udi, "udi=00643169007222", "00643169007222"),
    (Imei, "handset 352099001761481", "352099001761481"),
    (Imei, "35-209900-176148-1", "35-209900-176148-1"),
    (Imei, "imei=490154203237518", "490154203237518"),
    (Device, "device serial: PUMP-88412", "PUMP-88412"),
    (Device, "serialNumber=SN88412", "SN88412"),
    (Device, "deviceId: 88412-A", "88412-A"),
    (BirthDate, "dob=1948-03-05", "1948-03-05"),
    (BirthDate, "DOB: 03/05/1948", "03/05/1948"),
    (BirthDate, "date of birth is 3/5/48", "3/5/48"),
    (BirthDate, "born on March 5, 1948 in", "March 5, 1948"),
    (BirthDate, "birthDate\":\"1948-03-05\"", "1948-03-05"),
    (BirthDate, "dateOfBirth=19480305", "19480305"),
    (BirthDate, "patient_dob: 05-Mar-1948", "05-Mar-1948"),
    (BirthDate, "born 5 March 1948", "5 March 1948"),
    (BirthDate, "DOB 1948-03-05T00:00:00Z", "1948-03-05T00:00:00Z"),
    (CareDate, "admitted on 03/05/2024", "03/05/2024"),
    (CareDate, "dischargeDate=2024-03-09", "2024-03-09"),
    (CareDate, "date of death: 2024-03-09", "2024-03-09"),
    (CareDate, "\"admission_date\": \"2024-03-05 14:30\"", "2024-03-05 14:30"),
    (CareDate, "deceasedDateTime\":\"2024-03-09T11:02:00-05:00\"", "2024-03-09T11:02:00"),
    (Age, "age=97,", "97"),
    (Age, "aged 97 and", "97"),
    (Age, "97-year-old woman", "97"),
    (Age, "{\"age\": 103}", "103"),
    (Zip, "Boston, MA 02139", "02139"),
    (Zip, "zip=02139", "02139"),
    (Zip, "postalCode\":\"02139-4307\"", "02139-4307"),
    (Zip, "Cambridge MA 02139-4307", "02139"),
    (Name, "patient_name=Quillfeather", "Quillfeather"),
    (Name, "\"family\":\"Quillfeather\"", "Quillfeather"),
    (Name, "lastName: Quillfeather", "Quillfeather"),
    (Name, "patientName=\"Orla Quillfeather\"", "Orla Quillfeather"),
    (Name, "Patient name: Orla Quillfeather arrived", "Quillfeather"),
    (Name, "patient name is QUILLFEATHER, ORLA", "ORLA"),
    (Name, "\"given\":[\"Orla\",\"Wrenna\"]", "Wrenna"),
    (Name, "GET /Patient?family=Quillfeather&given=Orla", "Quillfeather"),
    (Name, "GET /Patient?name=Quillfeather", "Quillfeather"),
    (Name, "first_name='orla' last_name='quillfeather'", "quillfeather"),
    (Name, "round 3, Patient: Orla Quillfeather, bed 4", "Quillfeather"),
    (Name, "{\"patient\":\"Orla Quillfeather\"}", "Quillfeather"),
    (Name, "next of kin: Wrenna Quillfeather", "Wrenna Quillfeather"),
    (Name, "<family value=\"Quillfeather\"/>", "Quillfeather"),
    (Name, "mother's maiden name: Quillfeather", "Quillfeather"),
    (Address, "at 12 Larkspur Lane since", "12 Larkspur Lane"),
    (Address, "address: 12 Larkspur Hollow, Apt 4", "12 Larkspur Hollow"),
    (Address, "streetAddress=\"12 Larkspur Hollow\"", "12 Larkspur Hollow"),
    (Address, "{\"address\":\"12 Larkspur Hollow, Cambridge\"}", "Larkspur"),
    (Address, "home_address=12 Larkspur Hollow;x=1", "Larkspur Hollow"),
    (Address, "{\"city\":\"Larkspurville\"}", "Larkspurville"),
    (Hl7, "PID|1||88123^^^H^MR||ROE^JANE||19480305|F|||9 ELM^^X", "ROE^JANE"),
    (Hl7, "MSH|^~\\&|A|B\\rPID|1||88123||ROE^JANE\\rPV1|1", "ROE^JANE"),
    (Hl7, "NK1|1|ROE^JOHN^K|FTH", "ROE^JOHN"),
    (X12, "NM1*IL*1*ROE*JANE****MI*88123456~", "ROE*JANE"),
    (X12, "ST*837~DMG*D8*19480305*F~SE*1", "19480305"),
    (X12, "N3*12 LARKSPUR~N4*CAMBRIDGE*MA*02139~", "CAMBRIDGE"),
    (
        Fhir,
        "{\"resourceType\":\"Patient\",\"id\":\"p88123\",\"identifier\":[{\"value\":\"q99177\"}]}",
        "q99177",
    ),
    (Fhir, "sending {\"resourceType\":\"Patient\",\"id\":\"p88123\"} to x", "p88123"),
    (
        Fhir,
        "{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"Orla Quillfeather\"}]}",
        "Quillfeather",
    ),
    (Diagnosis, "icd10=E11.9", "E11.9"),
    (Diagnosis, "diagnosis: I10", "I10"),
    (Diagnosis, "\"diagnosisCodes\":[\"E11.9\",\"J45.909\"]", "J45.909"),
    (Procedure, "cpt=99213", "99213"),
    (Procedure, "procedure code: J1885", "J1885"),
    (Drug, "ndc=0002-8215-01", "0002-8215-01"),
    (Drug, "NDC: 50580-0449-05", "50580-0449-05"),
    (Biometric, "voiceprint=aGVsbG8gd29ybGQ", "aGVsbG8gd29ybGQ"),
    (Biometric, "\"fingerprintTemplate\":\"0F1E2D3C\"", "0F1E2D3C"),
    (Photo, "src=data:image/png;base64,iVBORw0KGgo=", "iVBORw0KGgo="),
    (Photo, "\"patientPhoto\": \"p77.jpg\"", "p77.jpg"),
    (Credential, "password=correct-horse", "correct-horse"),
    (Credential, "Authorization: Bearer abcdef0123456789xyz", "abcdef0123456789xyz"),
    (Credential, "\"api_key\":\"k-77-zz\"", "k-77-zz"),
    (User, "enduser.id=jroe12", "jroe12"),
    (User, "user.id: jroe12", "jroe12"),
];

/// Names of attributes and values that say nothing without them.
pub const KEYED: &[(&str, &str)] = &[
    ("patient.mrn", "12345678"),
    ("mrn", "AB4711"),
    ("app.patientMrn", "4711777"),
    ("ssn", "536904399"),
    ("patient.ssn.value", "536904399"),
    ("patient_id", "p-88123"),
    ("http.request.header.x-patient-id", "88123"),
    ("member.id", "XQZ884210"),
    ("subscriberId", "884210077"),
    ("account.number", "99120045"),
    ("drivers_license", "S99214410"),
    ("patient.name", "Orla Quillfeather"),
    ("lastName", "quillfeather"),
    ("patient.family_name", "Quillfeather"),
    ("patient.dob", "March 1948 5"),
    ("birthDate", "1948-03-05"),
    ("dob", "19480305"),
    ("admission.date", "2024-03-05"),
    ("zip", "02139"),
    ("postal_code", "02139"),
    ("phone", "5550142"),
    ("patient.phone_number", "6175550142"),
    ("street_address", "Larkspur Hollow"),
    ("patient.city", "Larkspurville"),
    ("npi", "1234567893"),
    ("diagnosis.code", "E11.9"),
    ("cpt_code", "99213"),
    ("device.serial_number", "88412"),
    ("fingerprint_template", "zzyyxx"),
    ("license.plate", "7ABC123"),
    ("enduser.id", "jroe12"),
    ("user.id", "jroe12"),
    ("user.name", "jroe12"),
    ("password", "correct-horse"),
];

/// The same text with what is planted in it written so that a plain search does not find it: the
/// disguise, the text, and what must not be left.
pub fn in_disguise(carrier: &str, raw: &str) -> Vec<(&'static str, String, String)> {
    // Where escapes or line structures are the point, a further escape is another text.
    if carrier.contains('\\') || carrier.contains('%') || carrier.contains("data:") {
        return Vec::new();
    }
    let with = |name, secret: String| (name, carrier.replace(raw, &secret), secret);
    let each = |change: fn(char) -> String| raw.chars().map(change).collect::<String>();
    let mut all = vec![
        with(
            "percent",
            each(|c| {
                if c.is_ascii_alphanumeric() { c.to_string() } else { format!("%{:02X}", c as u32) }
            }),
        ),
        with("percent all", each(|c| format!("%{:02x}", c as u32))),
        with(
            "escaped",
            each(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_string()
                } else {
                    format!("\\u{:04x}", c as u32)
                }
            }),
        ),
        with("escaped all", each(|c| format!("\\u{:04X}", c as u32))),
        with("twice escaped", each(|c| format!("\\\\u{:04x}", c as u32))),
        with("twice percent", each(|c| format!("%25{:02x}", c as u32))),
        with(
            "entities",
            each(|c| if c.is_ascii_digit() { c.to_string() } else { format!("&#{};", c as u32) }),
        ),
        with(
            "full width",
            each(|c| match c as u32 {
                0x21..=0x7e => char::from_u32(c as u32 + 0xfee0).unwrap().to_string(),
                _ => c.to_string(),
            }),
        ),
        with("no width", each(|c| format!("{c}\u{200b}"))),
        with("soft hyphens", each(|c| format!("{c}\u{ad}"))),
        with("joined", each(|c| format!("{c}\u{2060}"))),
    ];
    if raw.contains('-') {
        for (name, dash) in [("hyphen", "\u{2011}"), ("dash", "\u{2013}"), ("minus", "\u{2212}")] {
            all.push(with(name, raw.replace('-', dash)));
        }
    }
    if raw.contains(' ') {
        all.push(with("hard space", raw.replace(' ', "\u{a0}")));
        all.push(with("thin space", raw.replace(' ', "\u{2009}")));
    }
    if raw.chars().any(|c| c.is_ascii_digit()) {
        let arabic = |c: char| match c {
            '0'..='9' => char::from_u32(0x0660 + c as u32 - '0' as u32).unwrap().to_string(),
            _ => c.to_string(),
        };
        all.push(with("arabic digits", raw.chars().map(arabic).collect()));
    }
    // The whole text, as a value in JSON, in base64 or in hexadecimal.
    if carrier.len() >= 14 {
        all.push((
            "base64",
            format!("payload {} end", BASE64.encode(carrier.as_bytes())),
            BASE64.encode(carrier.as_bytes()),
        ));
        let encoded = BASE64.encode(carrier.as_bytes());
        let bare = encoded.trim_end_matches('=').to_owned();
        for (name, text) in [
            ("base64 in a path", format!("GET /lookup/{encoded} 200")),
            ("base64 behind a hyphen", format!("key-{encoded} moved")),
            ("base64 behind a line", format!("session_{encoded}")),
        ] {
            all.push((name, text, bare.clone()));
        }
        let hex = HEXLOWER.encode(carrier.as_bytes());
        all.push(("hex behind 0x", format!("bytes 0x{hex} end"), hex.clone()));
        all.push(("hex of a database", format!("VALUES ('\\x{hex}')"), hex));
        all.push((
            "hex",
            format!("payload {} end", HEXLOWER.encode(carrier.as_bytes())),
            HEXLOWER.encode(carrier.as_bytes()),
        ));
    }
    let quoted = serde_json::to_string(&serde_json::json!({ "m": carrier })).unwrap();
    all.push(("json", quoted.clone(), raw.to_owned()));
    let twice = serde_json::to_string(&serde_json::json!({ "m": quoted })).unwrap();
    all.push(("json twice", twice, raw.to_owned()));
    all
}
