//! The built-in rules: their names, where they come from, and a planted example of each.

/// Raised when the redactor finds something else than before; part of [`crate::Sieve::version`].
pub const VERSION: &str = "1";

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $name:literal $sample:literal $planted:literal)*) => {
        /// A sort of identifier. The letters are those of 45 CFR 164.514(b)(2)(i). Where two rules find
        /// the same range, the one that is listed first gives it its name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Kind { $($(#[$doc])* $kind,)* }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// The name, which also is what stands in the place of the identifier.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// A text with an example of it, and the example, which nobody has.
            pub fn sample(self) -> (&'static str, &'static str) {
                match self { $(Self::$kind => ($sample, $planted),)* }
            }
        }
    };
}

kinds! {
    /// (G), nine digits in the form 3-2-4, or with a key.
    Ssn "ssn" "paid by 536-90-4399 today" "536-90-4399"
    /// (R), what the IRS gives to people without an SSN.
    Itin "itin" "paid by 912-70-1234 today" "912-70-1234"
    /// (I), Medicare since 2018.
    Mbi "mbi" "card 1EG4-TE5-MK73 read" "1EG4-TE5-MK73"
    /// (I), Medicare before 2020: an SSN and a letter.
    Hicn "hicn" "claim of 536-90-4399A read" "536-90-4399A"
    /// (K), a provider; kept out because small practices identify their patients.
    Npi "npi" "npi=1234567893 ok" "1234567893"
    /// (K), prescribers.
    Dea "dea" "prescribed by AB1234563 today" "AB1234563"
    /// (H), and any other number of a record: no form, so a key is needed.
    Mrn "mrn" "opened mrn=4711 twice" "4711"
    /// (I), plans other than Medicare: a key is needed.
    MemberId "member-id" "memberId: XQZ884210 unknown" "XQZ884210"
    /// (J): a key is needed.
    Account "account" "account number 99120045 closed" "99120045"
    /// (K): a key is needed.
    License "license" "driver license: S9921-4410 seen" "S9921-4410"
    /// (J), payment cards.
    Card "card" "charged 4111 1111 1111 1111 now" "4111 1111 1111 1111"
    /// (J), bank accounts.
    Iban "iban" "refund to DE89370400440532013000 now" "DE89370400440532013000"
    /// (L), vehicles by their check digit.
    Vin "vin" "car 1M8GDM9AXKP042788 parked" "1M8GDM9AXKP042788"
    /// (L), plates: a key is needed.
    Plate "plate" "license plate: 7ABC123 seen" "7ABC123"
    /// (E): a key is needed, else it is a phone number.
    Fax "fax" "fax: 617-555-0143 busy" "617-555-0143"
    /// (D).
    Phone "phone" "called (617) 555-0142 twice" "(617) 555-0142"
    /// (F).
    Email "email" "sent to jane.roe@example.org now" "jane.roe@example.org"
    /// (N), absolute ones as a whole.
    Url "url" "GET https://portal.example.org/p/77?x=1 done" "portal.example.org/p/77"
    /// (O), both versions.
    Ip "ip" "client 203.0.113.77 left" "203.0.113.77"
    /// (M), network cards.
    Mac "mac" "pump 00:1B:44:11:3A:B7 joined" "00:1B:44:11:3A:B7"
    /// (M), unique device identification (21 CFR 801.40).
    Udi "udi" "implant (01)00643169007222 scanned" "00643169007222"
    /// (M), phones.
    Imei "imei" "handset 352099001761481 seen" "352099001761481"
    /// (M), serial numbers: a key is needed.
    Device "device" "device serial: PUMP-88412 beeps" "PUMP-88412"
    /// (C), birth: a key is needed.
    BirthDate "birth-date" "dob=1948-03-05 checked" "1948-03-05"
    /// (C), admission, discharge, death: a key is needed.
    CareDate "care-date" "admitted on 03/05/2024 at night" "03/05/2024"
    /// (C), ages over 89: a key is needed.
    Age "age" "age=97 noted" "97"
    /// (B), with a key or behind a State.
    Zip "zip" "from Boston, MA 02139 today" "02139"
    /// (A): a key is needed.
    Name "name" "patient_name=Quillfeather left" "Quillfeather"
    /// (B), streets, cities, counties: a key is needed, or the word for a street.
    Address "address" "lives at 12 Larkspur Lane alone" "12 Larkspur Lane"
    /// HL7 version 2: segments that describe a patient, next of kin, guarantor or insured.
    Hl7 "hl7" "PID|1||88123^^^H^MR||ROE^JANE||19480305|F" "ROE^JANE"
    /// X12: loops that describe a subscriber or patient.
    X12 "x12" "NM1*IL*1*ROE*JANE****MI*88123~" "ROE*JANE"
    /// FHIR: what a resource says of a person.
    Fhir "fhir" "{\"resourceType\":\"Patient\",\"id\":\"p88123\"}" "p88123"
    /// A diagnosis in ICD-10 form: with a key.
    Diagnosis "diagnosis" "icd10=E11.9 found" "E11.9"
    /// A procedure in CPT or HCPCS form: with a key.
    Procedure "procedure" "cpt=99213 billed" "99213"
    /// A drug in NDC form: with a key.
    Drug "drug" "ndc=0002-8215-01 given" "0002-8215-01"
    /// (P): by the name of the field.
    Biometric "biometric" "voiceprint=aGVsbG8gd29ybGQ stored" "aGVsbG8gd29ybGQ"
    /// (Q): by the name of the field, and images in text.
    Photo "photo" "shown data:image/png;base64,iVBORw0KGgo= here" "iVBORw0KGgo="
    /// Passwords, cookies and tokens: whoever has them gets at the rest.
    Credential "credential" "password=correct-horse wrong" "correct-horse"
    /// A person who uses a system: `enduser.id`, `user.id` and what names them.
    User "user" "enduser.id=jroe12 in" "jroe12"
    /// A text in which replacing came to no end: all of it is taken out.
    Unclear "unclear" "" ""
}

impl Kind {
    /// As an index into the names of rules.
    pub fn index(self) -> u16 {
        self as u16
    }
}
