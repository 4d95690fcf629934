//! The table of key phrases.
//!
//! Collected from the identifiers of 45 CFR 164.514(b)(2)(i), the field names of HL7 FHIR R4
//! (Patient, RelatedPerson), HL7 v2.5.1 (PID, NK1, GT1, IN1), X12 005010 (loops 2010), the semantic
//! conventions of OpenTelemetry and the keyword lists that data protection services publish.

use Kind::{
    Account, Address, Age, Biometric, BirthDate, CareDate, Credential, Dea, Device, Diagnosis,
    Drug, Fax, Fhir, Hicn, Hl7, Imei, Itin, License, Mac, Mbi, MemberId, Mrn, Name, Npi, Phone,
    Photo, Plate, Procedure, Ssn, Udi, User, Vin, X12, Zip,
};

use super::{Kind, Phrase, Shape, Stand};

macro_rules! phrases {
    ($($kind:ident $shape:expr, $stand:ident: $($words:literal)+;)*) => {
        /// All phrases.
        pub const PHRASES: &[Phrase] = &[$($(
            Phrase { words: $words, kind: $kind, shape: $shape, stand: Stand::$stand },
        )+)*];
    };
}

phrases! {
    Mrn Shape::Id(1), Glued: "mrn";
    Mrn Shape::Id(1), Word: "medical record" "med rec" "health record" "mr no" "mr nr" "mr #"
        "patient id" "pat id" "pt id" "patient identifier" "patient number" "patient no"
        "patient nbr" "patient #" "patients #" "patient key" "chart number" "chart no"
        "chart id" "chart #" "encounter id" "encounter number" "encounter no"
        "visit number" "visit id" "accession" "specimen id" "hospital number"
        "csn" "person id";
    Mrn Shape::Id(4), Word: "patient" "patients";
    Mrn Shape::StrongId(4), Word: "chart" "encounter" "visit";
    Ssn Shape::Id(4), Glued: "ssn";
    Ssn Shape::Id(4), Word: "social security" "social sec" "soc sec" "ss no" "ss number" "ss #"
        "social insurance";
    Itin Shape::Id(4), Word: "itin" "taxpayer id" "taxpayer identification" "tax id"
        "tax identification";
    Mbi Shape::Id(4), Word: "mbi" "medicare" "medicare beneficiary" "beneficiary" "medicaid";
    Hicn Shape::Id(4), Word: "hicn" "hic number" "hic no" "health insurance claim";
    Npi Shape::Id(8), Word: "npi" "national provider" "national provider identifier";
    Dea Shape::Id(4), Word: "dea" "dea registration" "dea license";
    MemberId Shape::Id(2), Word: "member id" "member number" "member no" "member nbr" "member #"
        "member identifier" "subscriber id" "subscriber number" "subscriber no" "subscriber #"
        "policy number" "policy no" "policy nbr" "policy #" "policyholder id" "insurance id"
        "insurance number" "insurance no" "insurance policy" "insurance member" "health plan"
        "health plan id" "health plan number" "health plan beneficiary" "plan member" "enrollee"
        "cardholder id" "insured id" "payer member" "coverage id" "health insurance";
    MemberId Shape::StrongId(4), Word: "member" "subscriber" "insured";
    Account Shape::Id(3), Word: "account number" "account no" "account nbr" "account #" "acct number"
        "acct no" "acct nbr" "acct #" "acct id" "bank account" "patient account" "acctno" "acctnum"
        "routing number" "checking account" "savings account";
    Account Shape::AwsOrAccount, Word: "account" "account id" "acct";
    License Shape::Id(4), Word: "license number" "license no" "license nbr" "license #"
        "licence number" "licence no" "driver license" "driver licence" "drivers license"
        "drivers licence" "driver's license" "driver's licence" "medical license" "dl number"
        "dl no" "dl #" "passport" "certificate number" "certificate no" "license id" "state id"
        "identity card";
    License Shape::StrongId(4), Word: "license" "licence";
    Vin Shape::Id(2), Word: "vin" "vehicle identification" "vehicle id" "vehicle serial";
    Plate Shape::Id(1), Word: "license plate" "licence plate" "plate number" "plate no"
        "number plate" "vehicle plate" "vehicle registration";
    Phone Shape::Phone, Word: "phone" "telephone" "tel" "mobile" "cell" "cell phone" "cellphone"
        "contact number" "callback" "pager" "msisdn";
    Fax Shape::Phone, Word: "fax" "facsimile" "telefax";
    Mac Shape::Any, Word: "mac address" "mac addr" "hardware address" "hw address" "bluetooth address";
    Imei Shape::Id(8), Word: "imei" "meid" "imsi" "iccid";
    Udi Shape::Id(4), Word: "udi" "unique device";
    Device Shape::Id(2), Word: "device id" "device identifier" "device serial" "serial number"
        "serial no" "serial #" "device number" "implant" "implant serial" "implant id" "pacemaker"
        "implant number" "device sn" "hardware serial";
    BirthDate Shape::Date, Glued: "dob";
    BirthDate Shape::Date, Word: "date of birth" "d.o.b" "birth date" "birth day" "birth dt"
        "birth time" "born" "born on" "patient dob" "birth" "year of birth" "bday";
    CareDate Shape::Date, Word: "admission" "admission date" "admission on" "admit" "admit date" "admit dt"
        "admit time" "admitted" "admitted on" "date of admission" "admission time" "admitted at"
        "discharge" "discharge date" "discharge dt" "discharge time" "discharged"
        "discharged on" "date of discharge" "discharged at" "date of death" "death date" "death"
        "deceased" "deceased on" "died on" "deceased date" "deceased date time"
        "date of service" "service date" "visit date" "encounter date" "surgery date"
        "appointment date" "date of visit" "expired on" "date of surgery" "dod" "dos";
    Age Shape::Age, Word: "age" "aged" "patient age" "age in years" "age years" "age at";
    Zip Shape::Zip, Word: "zip" "zip code" "postal code" "postcode" "post code" "postal" "zip4";
    Name Shape::Name, Word: "patient name" "patients name" "patient's name" "pat name" "pt name"
        "first name" "last name" "given name" "family name" "surname" "middle name" "full name"
        "maiden name" "mothers maiden name" "mother's maiden name" "mother maiden name" "subscriber name"
        "member name" "guarantor" "guarantor name" "guardian name" "guardian" "emergency contact"
        "emergency contact name" "next of kin" "next of kin name" "beneficiary name" "insured name"
        "person name" "fname" "lname" "birth name" "preferred name" "name of patient"
        "legal name" "nickname" "spouse name" "mother name" "father name" "relative name"
        "employee name" "enrollee name" "policyholder name" "policyholder" "cardholder name"
        "patient first" "patient last" "contact name" "name given" "name family" "mr." "mrs";
    Name Shape::Name, Field: "family" "given" "forename";
    Name Shape::Person, Word: "patient";
    Address Shape::Address, Word: "address" "addr";
    Address Shape::Place, Word: "street address" "home address"
        "mailing address" "patient address" "postal address" "residential address" "billing address"
        "address line" "address1" "address2" "addr1" "addr2" "addr line" "address line1"
        "address line2" "resides at" "residence" "lives at" "address street";
    Address Shape::Name, Word: "patient city" "home city" "birth place" "place of birth"
        "birth city" "city of residence" "county of residence" "address city" "address county"
        "patient county";
    Address Shape::Name, Field: "city" "county" "precinct" "district" "town" "parish" "street";
    Diagnosis Shape::Icd, Word: "icd" "icd10" "icd 10" "icd10 cm" "icd 10 cm" "icd code" "icd10 code"
        "icd 10 code" "icd 10 cm code" "diagnosis" "diagnosis code" "diagnoses" "dx" "dx code"
        "condition code" "icd9" "icd 9" "diag code" "diag";
    Procedure Shape::Cpt, Word: "cpt" "cpt code" "hcpcs" "hcpcs code" "procedure code" "cpt4"
        "proc code";
    Drug Shape::Ndc, Word: "ndc" "ndc code" "ndc11" "ndc10" "drug code" "national drug" "product ndc";
    Biometric Shape::Any, Word: "biometric" "biometrics" "biometric template" "fingerprint template"
        "fingerprint image" "fingerprint data" "fingerprint scan" "retina" "retina scan" "iris scan"
        "iris template" "iris code" "voice print" "voiceprint" "faceprint" "face print"
        "face template" "face embedding" "palm print" "finger print" "face vector" "dna sequence";
    Photo Shape::Any, Word: "photo" "photograph" "patient photo" "face image" "facial image"
        "headshot" "portrait" "selfie" "face photo" "patient image" "photo data" "photo url";
    Photo Shape::Image, Mark: "data:image/";
    Credential Shape::Any, Word: "password" "passwd" "pwd" "passphrase" "authorization" "cookie"
        "set cookie" "api key" "access token" "refresh token" "id token" "client secret"
        "secret key" "session token" "auth token" "bearer" "private key" "secret access key"
        "x api key" "session cookie" "one time code" "otp";
    User Shape::User, Word: "enduser.id" "user.id" "user.name" "user.full_name" "enduser.name";
    Hl7 Shape::Hl7, Mark: "pid|" "nk1|" "gt1|" "in1|" "in2|" "mrg|" "pd1|";
    X12 Shape::X12, Mark: "nm1*il*" "nm1*qc*" "nm1*74*" "nm1*gp*" "nm1*03*" "nm1*s1*" "dmg*d8*"
        "n3*" "n4*" "ref*sy*" "ref*ea*" "ref*1w*" "ref*0f*" "ref*ig*" "per*ic*";
    Fhir Shape::Fhir, Word: "resource type";
    Fhir Shape::Any, FhirField: "id" "value" "display" "line" "text" "div" "reference"
        "data" "deceasedboolean";
    Name Shape::Any, FhirField: "prefix" "suffix" "name";
}
