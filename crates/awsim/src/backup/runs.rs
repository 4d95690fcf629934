//! Daily and weekly backups: what ran, how it ended, and what it left behind.

use crate::clock::{DAY, MINUTE};
use crate::noise;
use crate::organisation::Place;
use crate::world::{Resource, World};

/// One scheduled backup of one resource on one day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub index: usize,
    pub started: i64,
    pub finishes: i64,
    pub ending: Ending,
    pub hash: u64,
}

/// How a job ends when nothing stops the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Completed,
    Partial,
    Failed,
    Expired,
    Aborted,
}

/// The name under which AWS Backup knows a kind of resource.
pub(crate) fn backup_type(resource: &Resource) -> Option<&'static str> {
    Some(match resource.code() {
        "EC2::Volume" => "EBS",
        "EC2::Instance" => "EC2",
        "RDS::DBInstance" => "RDS",
        "RDS::DBCluster" => "Aurora",
        "DynamoDB::Table" => "DynamoDB",
        "EFS::FileSystem" => "EFS",
        _ => return None,
    })
}

/// The backups of a place that started in the last `days`, newest first.
pub(crate) fn runs(world: &World, place: Place, now: i64, days: i64) -> Vec<Run> {
    let mut runs = Vec::new();
    for (index, resource) in world.at(place) {
        if backup_type(resource).is_none() {
            continue;
        }
        let minute = noise::below(noise::combine(&[resource.hash, 0xba]), 1440) as i64;
        let today = now - now.rem_euclid(DAY);
        for day in 0..=days {
            let started = today - day * DAY + minute * MINUTE;
            if started > now || started <= now - days * DAY || !resource.exists(started) {
                continue;
            }
            // Disks are copied once a week, data stores every day.
            let weekly = matches!(resource.code(), "EC2::Volume" | "EC2::Instance");
            if weekly && started.div_euclid(DAY).rem_euclid(7) != (resource.hash % 7) as i64 {
                continue;
            }
            if world.good(index, "in-backup-plan", started) {
                runs.push(run(resource, index, started));
            }
        }
    }
    runs.sort_by_key(|run| (std::cmp::Reverse(run.started), run.index));
    runs
}

fn run(resource: &Resource, index: usize, started: i64) -> Run {
    let hash = noise::combine(&[resource.hash, started as u64, 0x6a0b]);
    let minutes = 12 + noise::below(hash, 50) as i64;
    let long = if resource.code() == "EFS::FileSystem" { 5 } else { 1 };
    let ending = match noise::below(noise::mix(hash), 100) {
        0..=2 => Ending::Failed,
        3 => Ending::Expired,
        4 => Ending::Aborted,
        5 => Ending::Partial,
        _ => Ending::Completed,
    };
    Run { index, started, finishes: started + minutes * long * MINUTE, ending, hash }
}

impl Run {
    /// The state of the job and how far it is, in percent.
    pub(crate) fn state(&self, now: i64) -> (&'static str, f64) {
        let age = now - self.started;
        let share = age as f64 / (self.finishes - self.started) as f64 * 100.0;
        if age < MINUTE {
            return ("CREATED", 0.0);
        }
        if age < 3 * MINUTE {
            return ("PENDING", 0.0);
        }
        if now < self.finishes {
            let stopping = self.ending == Ending::Aborted && share > 60.0;
            return (if stopping { "ABORTING" } else { "RUNNING" }, share.min(99.0));
        }
        match self.ending {
            Ending::Completed => ("COMPLETED", 100.0),
            Ending::Partial => ("PARTIAL", 100.0),
            Ending::Failed => ("FAILED", 12.0),
            Ending::Expired => ("EXPIRED", 0.0),
            Ending::Aborted => ("ABORTED", 60.0),
        }
    }

    pub(crate) fn message(&self) -> (&'static str, Option<&'static str>) {
        match self.ending {
            Ending::Completed | Ending::Partial => ("SUCCESS", None),
            Ending::Failed if self.hash.is_multiple_of(2) => {
                ("AccessDenied", Some("The backup role may not read the resource."))
            }
            Ending::Failed => ("FAILURE", Some("The resource was busy for too long.")),
            Ending::Expired => ("JobExpired", Some("The job did not start within its window.")),
            Ending::Aborted => ("Aborted", Some("An operator stopped the job.")),
        }
    }

    /// Whether the job has left a recovery point by now.
    pub(crate) fn left_point(&self, now: i64) -> bool {
        self.finishes <= now && matches!(self.ending, Ending::Completed | Ending::Partial)
    }

    /// Some resources go to the default vault, the rest to the clinical one.
    pub(crate) fn vault(&self, world: &World) -> &'static str {
        let resource = &world.resources[self.index];
        let sandbox = resource.place.account == crate::organisation::RESEARCH;
        if resource.hash.is_multiple_of(4) && !sandbox { "Default" } else { "clinical-vault" }
    }

    pub(crate) fn bytes(&self, world: &World) -> u64 {
        (4 + noise::below(world.resources[self.index].hash, 400)) << 30
    }

    pub(crate) fn job_id(&self) -> String {
        noise::uuid(self.hash).to_uppercase()
    }

    /// The recovery point's ARN; snapshots and images keep their own service's form.
    pub(crate) fn point_arn(&self, world: &World, place: Place) -> String {
        let hash = noise::combine(&[self.hash, place.region as u64]);
        let (region, account) = (place.region(), place.account().id);
        match backup_type(&world.resources[self.index]) {
            Some("EBS") => format!("arn:aws:ec2:{region}::snapshot/snap-{}", noise::hex(hash, 17)),
            Some("EC2") => format!("arn:aws:ec2:{region}::image/ami-{}", noise::hex(hash, 17)),
            Some("RDS") => {
                format!(
                    "arn:aws:rds:{region}:{account}:snapshot:awsbackup:job-{}",
                    noise::uuid(hash)
                )
            }
            _ => format!("arn:aws:backup:{region}:{account}:recovery-point:{}", noise::uuid(hash)),
        }
    }

    /// Where copies of this resource's backups go, if anywhere.
    pub(crate) fn copied_to(&self, world: &World) -> Option<Place> {
        let resource = &world.resources[self.index];
        let copied =
            resource.place.account().holds_phi && !noise::mix(resource.hash).is_multiple_of(3);
        let region = if resource.place.region == 2 { 1 } else { 2 };
        copied.then_some(Place { region, ..resource.place })
    }

    /// When the copy is there; `None` when it failed.
    pub(crate) fn copy_finishes(&self) -> Option<i64> {
        (!noise::mix(self.hash ^ 0xc0).is_multiple_of(40)).then_some(self.finishes + 25 * MINUTE)
    }
}
