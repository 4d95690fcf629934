//! `wardround audit`: takes the audit log away, and proves what was taken.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Subcommand;
use domain::Clock as _;
use trail::{Trust, read_anchors, verify};

use super::{ConfigFile, DataDirectory, Ending, print};
use crate::clock::SystemClock;
use crate::{config, premises};

#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write the whole log with its checkpoints and a signed manifest into a new folder.
    Export {
        /// The folder; it must not exist or be empty.
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        #[command(flatten)]
        data: DataDirectory,
        #[command(flatten)]
        config: ConfigFile,
    },
    /// Prove an export, without server and without network. Exits with 1 when anything is wrong.
    Verify {
        /// The folder of the export.
        folder: PathBuf,
        /// Checkpoints that were kept elsewhere: a file of an anchor.
        #[arg(long, value_name = "FILE")]
        anchors: Option<PathBuf>,
    },
    /// Print the format of an export, for those who write a verifier of their own.
    Format,
}

pub async fn run(arguments: Arguments) -> Ending {
    match arguments.what {
        What::Export { out, data, config } => export(out, data, config).await,
        What::Verify { folder, anchors } => {
            let anchors = anchors.map(read_anchors).transpose()?.unwrap_or_default();
            let report = verify(&folder, &Trust { public_key: None, anchors });
            print(&format!("{report}"));
            Ok(if report.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        What::Format => {
            print(trail::FORMAT);
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn export(out: PathBuf, data: DataDirectory, config: ConfigFile) -> Ending {
    let data = config::load_data(config.file.as_deref(), data.directory)?;
    let (writer, reader) = store::open(data.location())
        .await
        .with_context(|| format!("opening the database in {}", data.location().display()))?;
    let notary = premises::notary(&data, premises::ORIGIN)?;
    let now = SystemClock.now();
    // What leaves the house is an act like any other, and stands in what leaves.
    writer.audit(store::By::system(now).did("export-audit-log", "audit")).await?;
    let manifest =
        reader.audit_export(&out, &notary.signer, &notary.origin, now, premises::WHOLE).await?;
    let words = format!(
        "{} entries up to no. {}, head {}\nprove it with: wardround audit verify {}\n",
        manifest.count,
        manifest.last_seq,
        manifest.head,
        out.display()
    );
    print(&words);
    Ok(ExitCode::SUCCESS)
}
