//! GuardDuty's findings: what was seen, when, how often.

use serde_json::{Value, json};

use crate::clock::{DAY, HOUR, iso};
use crate::noise;
use crate::organisation::{EHR, Place};
use crate::world::World;

/// A finding type with its severity and the kind of resource it is about.
pub(crate) struct Form {
    pub name: &'static str,
    pub severity: f64,
    pub about: About,
    pub title: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    Instance,
    Key,
    Bucket,
    Database,
}

const fn form(name: &'static str, severity: f64, about: About, title: &'static str) -> Form {
    Form { name, severity, about, title }
}

/// The finding types that occur.
pub(crate) const FORMS: [Form; 22] = [
    form(
        "Recon:EC2/PortProbeUnprotectedPort",
        2.0,
        About::Instance,
        "An open port of {} is being probed from a known scanner.",
    ),
    form(
        "UnauthorizedAccess:EC2/SSHBruteForce",
        2.0,
        About::Instance,
        "{} is the target of repeated SSH sign-in attempts.",
    ),
    form(
        "UnauthorizedAccess:EC2/RDPBruteForce",
        2.0,
        About::Instance,
        "{} is the target of repeated RDP sign-in attempts.",
    ),
    form(
        "CryptoCurrency:EC2/BitcoinTool.B!DNS",
        8.0,
        About::Instance,
        "{} looks up a domain that belongs to cryptocurrency mining.",
    ),
    form(
        "Backdoor:EC2/C&CActivity.B!DNS",
        8.0,
        About::Instance,
        "{} looks up the domain of a known command and control server.",
    ),
    form(
        "Trojan:EC2/DNSDataExfiltration",
        8.0,
        About::Instance,
        "{} sends data out through DNS queries.",
    ),
    form(
        "UnauthorizedAccess:EC2/MetadataDNSRebind",
        8.0,
        About::Instance,
        "{} looks up a domain that resolves to its metadata address.",
    ),
    form(
        "Behavior:EC2/NetworkPortUnusual",
        5.0,
        About::Instance,
        "{} talks to a remote host on an unusual port.",
    ),
    form(
        "Behavior:EC2/TrafficVolumeUnusual",
        5.0,
        About::Instance,
        "{} sends an unusual amount of traffic to one remote host.",
    ),
    form("Impact:EC2/PortSweep", 5.0, About::Instance, "{} scans one port across many addresses."),
    form(
        "Execution:EC2/SuspiciousFile",
        7.8,
        About::Instance,
        "A suspicious file was found on a volume of {}.",
    ),
    form(
        "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
        8.0,
        About::Key,
        "Credentials made for an instance role of {} are used from outside AWS.",
    ),
    form(
        "UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B",
        5.0,
        About::Key,
        "{} signed in to the console from several places at once.",
    ),
    form(
        "Stealth:IAMUser/CloudTrailLoggingDisabled",
        2.0,
        About::Key,
        "A CloudTrail trail was stopped by {}.",
    ),
    form(
        "Stealth:IAMUser/PasswordPolicyChange",
        2.0,
        About::Key,
        "The account's password policy was weakened by {}.",
    ),
    form(
        "Policy:IAMUser/RootCredentialUsage",
        2.0,
        About::Key,
        "An API was called with the root user's credentials instead of {}.",
    ),
    form(
        "Discovery:IAMUser/AnomalousBehavior",
        2.0,
        About::Key,
        "{} called discovery APIs in an unusual way.",
    ),
    form(
        "Exfiltration:S3/AnomalousBehavior",
        8.0,
        About::Bucket,
        "Objects of {} were read in an unusual way.",
    ),
    form(
        "Policy:S3/BucketBlockPublicAccessDisabled",
        2.0,
        About::Bucket,
        "Public access block was turned off for {}.",
    ),
    form("Discovery:S3/TorIPCaller", 5.0, About::Bucket, "{} was listed from a Tor exit node."),
    form(
        "CredentialAccess:RDS/AnomalousBehavior.SuccessfulLogin",
        8.95,
        About::Database,
        "Somebody signed in to {} in an unusual way.",
    ),
    form(
        "CredentialAccess:RDS/AnomalousBehavior.FailedLogin",
        2.0,
        About::Database,
        "Unusual failed sign-ins to {}.",
    ),
];

/// One finding at a moment.
#[derive(Debug)]
pub(crate) struct Seen {
    pub id: String,
    pub form: usize,
    pub place: Place,
    pub first: i64,
    pub updated: i64,
    pub count: i64,
    pub archived: bool,
    pub sample: bool,
    pub hash: u64,
    /// Position of the resource in the world, where the organisation has one of that kind.
    pub resource: Option<usize>,
    /// The role whose stolen credentials did it, in a simulated attack.
    pub role: Option<&'static str>,
}

/// The roles whose credentials are stolen in simulated attacks, one after the other: each attack is
/// about somebody else, until they begin again.
const STOLEN: [&str; 16] = [
    "ehr-api-instance",
    "ehr-batch-instance",
    "claims-export-instance",
    "imaging-gateway-instance",
    "patient-portal-instance",
    "pharmacy-sync-instance",
    "lab-results-instance",
    "scheduling-instance",
    "billing-export-instance",
    "telehealth-instance",
    "consent-registry-instance",
    "referral-gateway-instance",
    "dictation-instance",
    "bed-management-instance",
    "formulary-instance",
    "care-plan-instance",
];

/// What a simulated attack does, in this order: credentials leave, the trail is stopped, records
/// are read out of a bucket.
const ATTACK: [&str; 3] = [
    "UnauthorizedAccess:IAMUser/InstanceCredentialExfiltration.OutsideAWS",
    "Stealth:IAMUser/CloudTrailLoggingDisabled",
    "Exfiltration:S3/AnomalousBehavior",
];

/// Where a simulated attack happens: the account that runs the electronic health record.
pub(crate) const ATTACKED: Place = Place { account: EHR, region: 0 };

/// The findings of the simulated attack with this number, counted from 0, at an instant.
pub(crate) fn attack(world: &World, number: usize, at: i64) -> Vec<Seen> {
    let step = |(index, name): (usize, &&str)| {
        let form = FORMS.iter().position(|form| form.name == *name).unwrap_or(0);
        let hash =
            noise::combine(&[world.seed, at.unsigned_abs(), number as u64, index as u64, 0xa77a]);
        Seen {
            id: noise::hex(hash, 32),
            form,
            place: ATTACKED,
            first: at,
            updated: at,
            count: 1,
            archived: false,
            sample: false,
            hash,
            resource: target(world, FORMS[form].about, hash),
            role: Some(STOLEN[number % STOLEN.len()]),
        }
    };
    ATTACK.iter().enumerate().map(step).collect()
}

/// A bucket that says by its name that it holds PHI, else any resource of the kind.
fn target(world: &World, about: About, hash: u64) -> Option<usize> {
    let phi = world
        .at(ATTACKED)
        .filter(|(_, it)| it.code() == "S3::Bucket" && it.name.contains("phi"))
        .map(|(index, _)| index)
        .next();
    phi.filter(|_| about == About::Bucket).or_else(|| resource(world, ATTACKED, about, hash))
}

/// The id of the detector of a place.
pub(crate) fn detector(seed: u64, place: Place) -> String {
    noise::hex(noise::combine(&[seed, place.account as u64, place.region as u64, 0x00de_7ec7]), 32)
}

/// The findings that exist in a place at a moment, in no particular order.
pub(crate) fn seen(world: &World, place: Place, now: i64) -> Vec<Seen> {
    if !place.has_detector() {
        return Vec::new();
    }
    let many = [8, 34, 18, 14][place.account] / (place.region + 1);
    let mut found: Vec<Seen> = (0..many).filter_map(|n| one(world, place, n as u64, now)).collect();
    if (place == Place { account: EHR, region: 0 }) && now >= stealth_at(world) {
        found.push(stealth(world, place));
    }
    if place == ATTACKED {
        let attacks = world.attacks().into_iter().enumerate().filter(|(_, at)| *at <= now);
        found.extend(attacks.flat_map(|(number, at)| attack(world, number, at)));
    }
    found
}

/// The trail of the record system was meddled with when its settings drifted, six days ago.
fn stealth_at(world: &World) -> i64 {
    world.anchor - 6 * DAY + 8 * HOUR
}

fn stealth(world: &World, place: Place) -> Seen {
    let hash = noise::combine(&[world.seed, 0x57ea]);
    let form = FORMS.iter().position(|form| form.name.contains("LoggingDisabled")).unwrap_or(0);
    Seen {
        id: noise::hex(hash, 32),
        form,
        place,
        first: stealth_at(world),
        updated: stealth_at(world),
        count: 1,
        archived: false,
        sample: false,
        hash,
        resource: resource(world, place, About::Key, hash),
        role: None,
    }
}

fn one(world: &World, place: Place, n: u64, now: i64) -> Option<Seen> {
    let hash = noise::combine(&[world.seed, place.account as u64, place.region as u64, n, 0x6dd]);
    let first = noise::between(hash, world.anchor - 85 * DAY, world.anchor + 110 * DAY);
    if first > now {
        return None;
    }
    let dice = noise::mix(hash ^ 0x77);
    let step = HOUR * (1 + noise::below(dice, 40) as i64);
    let repeats = noise::below(noise::mix(dice), 6) as i64;
    let seen_again = ((now - first) / step).min(repeats);
    let mut updated = first + seen_again * step;
    let archive_at = (noise::below(dice, 10) < 4)
        .then(|| first + (repeats + 1) * step + noise::between(dice, 3 * DAY, 20 * DAY));
    let archived = archive_at.is_some_and(|at| at <= now);
    if let Some(at) = archive_at.filter(|at| *at <= now) {
        updated = at;
    }
    if now - updated > 90 * DAY {
        return None;
    }
    let form = noise::below(noise::mix(hash ^ 0xf0), FORMS.len() as u64) as usize;
    Some(Seen {
        id: noise::hex(hash, 32),
        form,
        place,
        first,
        updated,
        count: 1 + seen_again,
        archived,
        sample: place.account == 0 && n < 2,
        hash,
        resource: resource(world, place, FORMS[form].about, hash),
        role: None,
    })
}

fn resource(world: &World, place: Place, about: About, hash: u64) -> Option<usize> {
    let code = match about {
        About::Instance => "EC2::Instance",
        About::Key => "IAM::User",
        About::Bucket => "S3::Bucket",
        About::Database => "RDS::DBInstance",
    };
    let home = Place { region: if about == About::Key { 0 } else { place.region }, ..place };
    let candidates: Vec<usize> =
        world.at(home).filter(|(_, r)| r.code() == code).map(|(index, _)| index).collect();
    candidates.get(noise::below(hash, candidates.len() as u64) as usize).copied()
}

impl Seen {
    pub(crate) fn arn(&self, seed: u64) -> String {
        format!(
            "arn:aws:guardduty:{}:{}:detector/{}/finding/{}",
            self.place.region(),
            self.place.account().id,
            detector(seed, self.place),
            self.id
        )
    }

    pub(crate) fn title(&self, world: &World) -> String {
        let of_role = self.role.filter(|_| FORMS[self.form].about == About::Key);
        let subject = of_role.or_else(|| {
            self.resource.map(|index| {
                let resource = &world.resources[index];
                if resource.name.is_empty() { resource.id.as_str() } else { resource.name.as_str() }
            })
        });
        let subject = subject.unwrap_or("a former resource");
        let title = FORMS[self.form].title.replace("{}", subject);
        if self.sample { format!("[SAMPLE] {title}") } else { title }
    }

    /// The finding as GetFindings returns it: camel case, ISO times, severity a number.
    pub(crate) fn json(&self, world: &World) -> Value {
        let form = &FORMS[self.form];
        let mut additional = json!({"value": "{}", "type": "default"});
        if self.sample {
            additional = json!({"value": "{\"sample\":true}", "type": "default"});
        }
        json!({
            "accountId": self.place.account().id,
            "arn": self.arn(world.seed),
            "createdAt": iso(self.first),
            "description": format!("{} Observed {} time(s).", self.title(world), self.count),
            "id": self.id,
            "partition": "aws",
            "region": self.place.region(),
            "resource": self.resource_json(world),
            "schemaVersion": "2.0",
            "service": {
                "action": self.action(),
                "additionalInfo": additional,
                "archived": self.archived,
                "count": self.count,
                "detectorId": detector(world.seed, self.place),
                "eventFirstSeen": iso(self.first),
                "eventLastSeen": iso(self.updated),
                "resourceRole": if form.about == About::Key { "ACTOR" } else { "TARGET" },
                "serviceName": "guardduty",
            },
            "severity": form.severity,
            "title": self.title(world),
            "type": form.name,
            "updatedAt": iso(self.updated),
        })
    }

    fn remote(&self) -> Value {
        let last = noise::below(self.hash, 254) + 1;
        json!({
            "ipAddressV4": format!("198.51.100.{last}"),
            "country": {"countryName": "Netherlands"},
            "city": {"cityName": "Amsterdam"},
            "geoLocation": {"lat": 52.37, "lon": 4.89},
            "organization": {"asn": "64500", "asnOrg": "Example Transit", "isp": "Example Transit", "org": "Example Transit"},
        })
    }

    fn action(&self) -> Value {
        match FORMS[self.form].about {
            About::Instance if FORMS[self.form].name.contains("DNS") => json!({
                "actionType": "DNS_REQUEST",
                "dnsRequestAction": {"domain": "update-check.example.net", "protocol": "UDP", "blocked": false},
            }),
            About::Instance => json!({
                "actionType": "NETWORK_CONNECTION",
                "networkConnectionAction": {
                    "blocked": false, "connectionDirection": "INBOUND", "protocol": "TCP",
                    "localPortDetails": {"port": 22, "portName": "SSH"},
                    "remotePortDetails": {"port": 51_234, "portName": "Unknown"},
                    "remoteIpDetails": self.remote(),
                },
            }),
            About::Key | About::Bucket => json!({
                "actionType": "AWS_API_CALL",
                "awsApiCallAction": {
                    "api": if FORMS[self.form].about == About::Key { "StopLogging" } else { "GetObject" },
                    "callerType": "Remote IP",
                    "serviceName": if FORMS[self.form].about == About::Key { "cloudtrail.amazonaws.com" } else { "s3.amazonaws.com" },
                    "remoteIpDetails": self.remote(),
                },
            }),
            About::Database => json!({
                "actionType": "RDS_LOGIN_ATTEMPT",
                "rdsLoginAttemptAction": {
                    "remoteIpDetails": self.remote(),
                    "LoginAttributes": [{"user": "svc_reporting", "application": "psql", "failedLoginAttempts": 3, "successfulLoginAttempts": 1}],
                },
            }),
        }
    }

    /// The credentials that were used.
    fn stolen(&self, role: &str) -> Value {
        json!({
            "accessKeyId": format!("ASIA{}", noise::letters(self.hash, 16)),
            "principalId": format!("AROA{}:i-0{}", noise::letters(self.hash, 17), noise::hex(self.hash, 16)),
            "userName": role, "userType": "AssumedRole",
        })
    }

    fn resource_json(&self, world: &World) -> Value {
        let mut resource = self.resource_alone(world);
        if let Some(role) = self.role {
            resource["accessKeyDetails"] = self.stolen(role);
        }
        resource
    }

    fn resource_alone(&self, world: &World) -> Value {
        let Some(index) = self.resource else {
            return json!({"resourceType": "Instance"});
        };
        let it = &world.resources[index];
        match FORMS[self.form].about {
            About::Instance => json!({
                "resourceType": "Instance",
                "instanceDetails": {
                    "instanceId": it.id, "instanceType": "m6i.large", "imageId": "ami-0c2b8ca1dad447f8a",
                    "availabilityZone": format!("{}a", self.place.region()), "launchTime": iso(it.created),
                    "instanceState": "running", "networkInterfaces": [], "productCodes": [],
                    "tags": [{"key": "Owner", "value": "platform-team"}],
                },
            }),
            About::Key => json!({
                "resourceType": "AccessKey",
                "accessKeyDetails": {
                    "accessKeyId": format!("AKIA{}", noise::letters(it.hash, 16)),
                    "principalId": it.id, "userName": it.name, "userType": "IAMUser",
                },
            }),
            About::Bucket => json!({
                "resourceType": "S3Bucket",
                "s3BucketDetails": [{
                    "arn": it.arn, "name": it.name, "type": "Destination",
                    "createdAt": crate::clock::epoch_seconds(it.created), "owner": {"id": noise::hex(it.hash, 32)},
                    "tags": [], "publicAccess": {"effectivePermission": "NOT_PUBLIC"},
                }],
            }),
            About::Database => json!({
                "resourceType": "RDSDBInstance",
                "rdsDbInstanceDetails": {
                    "dbInstanceIdentifier": it.name, "engine": "postgres", "engineVersion": "16.4",
                    "dbInstanceArn": it.arn, "tags": [],
                },
                "rdsDbUserDetails": {"user": "svc_reporting", "application": "psql", "database": "clinical", "ssl": "TLS", "authMethod": "Password"},
            }),
        }
    }
}
