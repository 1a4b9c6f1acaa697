//! `cargo xtask test`: everything that must hold before a change goes in.

mod count;
mod steps;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::instance::Instance;
use crate::mesh;
use crate::{infra, interrupt};

use count::Count;
pub use steps::Step;

/// Run all steps, or some, and end with the number of tests.
///
/// A step that fails does not keep the later ones from running, so that one run tells everything.
pub fn run(instance: &Instance, only: &[Step]) -> Result<ExitCode> {
    interrupt::listen()?;
    let begun = Instant::now();
    let chosen = |step: Step| only.is_empty() || only.contains(&step);
    let mut summary: Vec<(Step, Duration, Option<String>)> = Vec::new();
    let mut total = Count::default();
    let guard = mesh::TakeDown(instance);
    if !chosen(Step::Setup)
        && Step::ALL
            .into_iter()
            .any(|step| chosen(step) && step.needs_infra())
    {
        infra::up(instance)?;
    }
    for step in Step::ALL.into_iter().filter(|step| chosen(*step)) {
        if interrupt::came() {
            break;
        }
        println!("\n== {step:?}");
        let step_begun = Instant::now();
        let failure = match step.run(instance) {
            Ok(count) => {
                total.add(count);
                (count.failed > 0).then(|| format!("{} tests failed", count.failed))
            }
            Err(error) => {
                println!("error: {error:#}");
                // A step without tests of its own counts as one.
                total.failed += 1;
                Some(error.to_string().lines().next().unwrap_or_default().to_owned())
            }
        };
        println!("== {step:?} took {:.0} s", step_begun.elapsed().as_secs_f32());
        summary.push((step, step_begun.elapsed(), failure));
    }
    drop(guard);
    if interrupt::came() {
        bail!("Interrupted");
    }

    println!("\n== Summary");
    for (step, took, failure) in &summary {
        let outcome = failure.as_deref().unwrap_or("ok");
        println!(
            "{:<8} {:>6.0} s  {outcome}",
            format!("{step:?}"),
            took.as_secs_f32()
        );
    }
    println!("{:<8} {:>6.0} s", "all", begun.elapsed().as_secs_f32());
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
