//! Serves the simulation until it is interrupted: `serve [ADDRESS:PORT [FINDINGS]]`.

use std::error::Error;
use std::net::SocketAddr;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let listen: SocketAddr = arguments.next().unwrap_or_else(|| "127.0.0.1:4599".into()).parse()?;
    let findings = arguments.next().map(|text| text.parse()).transpose()?;
    let sim = awsim::Sim::start(listen, awsim::Options { findings, ..Default::default() }).await?;
    println!("awsim listens on http://{}", sim.address());
    tokio::signal::ctrl_c().await?;
    sim.stop().await;
    Ok(())
}
