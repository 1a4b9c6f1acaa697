//! `cargo xtask test`: everything that must hold before a change goes in.

mod count;
mod elasticsearch;
#[cfg(test)]
mod fixtures;
mod steps;
mod suites;
mod upgrade;

use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::instance::{Instance, Part as InfraPart};
use crate::mesh;
use crate::{infra, interrupt};

use count::Count;
pub use steps::Step;
pub use suites::Suite;

/// What is run: a step, which always is, or a suite, which is only when it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Step(Step),
    Suite(Suite),
}

impl Part {
    fn run(self, instance: &Instance) -> Result<Count> {
        match self {
            Self::Step(step) => step.run(instance),
            Self::Suite(suite) => suite.run(instance),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => write!(f, "{step:?}"),
            Self::Suite(suite) => write!(f, "{suite:?}"),
        }
    }
}

/// Run all steps, or some, and the suites that are named, and end with the number of tests.
///
/// A step that fails does not keep the later ones from running, so that one run tells everything.
pub fn run(instance: &Instance, only: &[Step], with: &[Suite]) -> Result<ExitCode> {
    interrupt::listen()?;
    let begun = Instant::now();
    let chosen = |step: Step| only.is_empty() || only.contains(&step);
    let mut summary: Vec<(Part, Duration, Option<String>)> = Vec::new();
    let mut total = Count::default();
    let guard = mesh::TakeDown(instance);
    if !chosen(Step::Setup)
        && Step::ALL
            .into_iter()
            .any(|step| chosen(step) && step.needs_infra())
    {
        infra::up(instance, &InfraPart::CORE)?;
    }
    let steps = Step::ALL.into_iter().filter(|step| chosen(*step)).map(Part::Step);
    let suites = Suite::ALL.into_iter().filter(|suite| with.contains(suite));
    for part in steps.chain(suites.map(Part::Suite)) {
        if interrupt::came() {
            break;
        }
        println!("\n== {part}");
        let part_begun = Instant::now();
        let failure = match part.run(instance) {
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
        println!("== {part} took {:.0} s", part_begun.elapsed().as_secs_f32());
        summary.push((part, part_begun.elapsed(), failure));
    }
    drop(guard);
    if interrupt::came() {
        bail!("Interrupted");
    }

    println!("\n== Summary");
    for (part, took, failure) in &summary {
        let outcome = failure.as_deref().unwrap_or("ok");
        let (name, seconds) = (part.to_string(), took.as_secs_f32());
        println!("{name:<13} {seconds:>6.0} s  {outcome}");
    }
    for line in not_run(with) {
        println!("{line}");
    }
    println!("{:<13} {:>6.0} s", "all", begun.elapsed().as_secs_f32());
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A suite that was not asked for has not passed.
fn not_run(with: &[Suite]) -> Vec<String> {
    let others = Suite::ALL.into_iter().filter(|suite| !with.contains(suite));
    others
        .map(|suite| {
            format!(
                "{:<13} {:>8}  not run; --with {}",
                format!("{suite:?}"),
                "",
                suite.name()
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn with(line: &[&str]) -> Result<Vec<Suite>, String> {
        let line = [&["xtask", "test"], line].concat();
        match Cli::try_parse_from(line)
            .map_err(|error| error.to_string())?
            .command
        {
            Command::Test { with, .. } => Ok(with),
            other => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn a_suite_is_run_when_it_is_named_and_told_as_not_run_otherwise() {
        assert_eq!(with(&[]), Ok(vec![]));
        assert_eq!(with(&["--with", "upgrade"]), Ok(vec![Suite::Upgrade]));
        assert_eq!(
            with(&["--only", "fmt", "--with=upgrade"]),
            Ok(vec![Suite::Upgrade])
        );
        assert!(
            with(&["--with", "upgrade,nothing"])
                .unwrap_err()
                .contains("nothing")
        );

        let lines = not_run(&[]);
        assert_eq!(lines.len(), Suite::ALL.len());
        assert!(
            lines
                .iter()
                .all(|line| line.contains("not run") && !line.contains("ok"))
        );
        assert_eq!(not_run(&Suite::ALL), Vec::<String>::new());
    }
}
