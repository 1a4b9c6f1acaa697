//! How fast events leave an outbox and take effect, beside what the broker and Postgres allow alone.
//!
//! `DATABASE_URL=... AMQP_URL=... event-rates <relay|confirms|consumer|batches> [events]` prints the rate: the relay of
//! a full outbox, the same messages published with confirms by nothing else, a projection of a full queue, the same
//! rows written by nothing else. The database may hold anything under these names; it is emptied.

mod alone;
mod ours;
mod stage;

use anyhow::{Context, Result, bail};

use stage::Stage;

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let events: usize = arguments.next().as_deref().unwrap_or("30000").parse()?;
    let stage = Stage::set(&variable("DATABASE_URL")?, &variable("AMQP_URL")?, events).await?;
    let seconds = match what.as_str() {
        "relay" => ours::relay(&stage).await?,
        "confirms" => alone::confirms(&stage).await?,
        "consumer" => ours::consumer(&stage).await?,
        "batches" => alone::batches(&stage).await?,
        other => bail!("`{other}` is none of relay, confirms, consumer, batches"),
    };
    stage.clear().await?;
    println!("{:.0}", f64::from(u32::try_from(events)?) / seconds);
    Ok(())
}

fn variable(name: &str) -> Result<String> {
    std::env::var(name).with_context(|| format!("{name} is not set"))
}
