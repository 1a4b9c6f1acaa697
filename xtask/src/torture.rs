//! `cargo xtask torture`: brings up the torture instance and lets the program of the same name break it.

use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result};
use clap::Args;

use crate::instance::Instance;
use crate::mesh::{self, Options, run_path};
use crate::replicas::Counts;
use crate::search_backend::SearchBackend;
use crate::{cargo, interrupt};

/// The program that breaks things.
const PROGRAM: &str = "torture";
/// As many runs as `cargo xtask test` has time for.
const SHORT: u32 = 4;

/// What is done to the mesh.
#[derive(Debug, Args)]
pub struct TortureArgs {
    /// The seed of the first run; each further one has the next.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many runs.
    #[arg(long, value_name = "M", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    runs: u32,
    /// Go on after a run that fails.
    #[arg(long)]
    keep_going: bool,
    /// Print the schedules, and break nothing.
    #[arg(long)]
    show: bool,
    /// Instead of a schedule: so many customers who want one piece each, while services are killed.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=5_000), conflicts_with = "runs")]
    buyers: Option<u32>,
    /// How many pieces these buyers find.
    #[arg(long, value_name = "COUNT", default_value_t = 100, requires = "buyers")]
    pieces: u32,
    /// How often they come.
    #[arg(long, value_name = "COUNT", default_value_t = 10, requires = "buyers")]
    times: u32,
    /// Where search-svc keeps its index. With Elasticsearch there are two processes of search-svc, and Elasticsearch is
    /// frozen and killed as well; it is fetched if it is missing.
    #[arg(long, value_enum, value_name = "BACKEND", default_value = "embedded")]
    search: SearchBackend,
}

impl TortureArgs {
    /// A short series, always the same.
    pub fn short() -> Self {
        Self {
            seed: 1,
            runs: SHORT,
            keep_going: true,
            show: false,
            buyers: None,
            pieces: 0,
            times: 0,
            search: SearchBackend::Embedded,
        }
    }

    /// How many runs.
    pub fn runs(&self) -> u32 {
        self.runs
    }

    /// The same for the program.
    fn words(&self) -> Vec<String> {
        let mut words = vec!["--seed".to_owned(), self.seed.to_string()];
        let mut numbers = vec![("--runs", self.runs)];
        if let Some(buyers) = self.buyers {
            numbers = vec![
                ("--buyers", buyers),
                ("--pieces", self.pieces),
                ("--times", self.times),
            ];
        }
        words.extend(
            numbers
                .into_iter()
                .flat_map(|(name, number)| [name.to_owned(), number.to_string()]),
        );
        if self.search != SearchBackend::default() {
            words.extend(["--search".to_owned(), self.search.name().to_owned()]);
        }
        let flags = [("--keep-going", self.keep_going), ("--show", self.show)];
        words.extend(
            flags
                .into_iter()
                .filter(|(_, is_set)| *is_set)
                .map(|(name, _)| name.to_owned()),
        );
        words
    }

    /// What the mesh is made of.
    fn options(&self) -> Result<Options> {
        let replicas = match self.search {
            SearchBackend::Embedded => Counts::default(),
            // One indexes and all answer: that one of them takes over is part of the series.
            SearchBackend::Elasticsearch => "search-svc=2".parse()?,
        };
        Ok(Options {
            replicas,
            search: self.search,
            ..Options::default()
        })
    }
}

/// Breaks a fresh mesh; the exit code says whether all books agreed after every run.
pub fn run(instance: &Instance, args: &TortureArgs) -> Result<ExitCode> {
    interrupt::listen()?;
    if args.show {
        let programs = cargo::build(instance, false)?;
        return finish(Command::new(programs.join(PROGRAM)).args(args.words()));
    }
    // What a broken run has left would be found again and again.
    mesh::wipe(instance)?;
    let _guard = mesh::TakeDown(instance);
    mesh::up_detached(instance, args.options()?)?;
    let programs = cargo::build(instance, false)?;
    finish(
        Command::new(programs.join(PROGRAM))
            .args(args.words())
            .env("SOUK_RUN_JSON", run_path(instance))
            .env(
                "SOUK_XTASK",
                std::env::current_exe().context("Cannot find the program of xtask")?,
            ),
    )
}

fn finish(command: &mut Command) -> Result<ExitCode> {
    let mut child = command
        .stdin(Stdio::null())
        .spawn()
        .context("Cannot start the program that tortures")?;
    Ok(if cargo::finish(&mut child)? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: TortureArgs,
    }

    fn words(line: &[&str]) -> String {
        let line = Line::try_parse_from([&["torture"], line].concat()).unwrap();
        line.args.words().join(" ")
    }

    #[test]
    fn the_program_is_told_what_was_asked_for() {
        assert_eq!(words(&[]), "--seed 1 --runs 20");
        assert_eq!(
            words(&["--seed", "7", "--runs", "1", "--keep-going"]),
            "--seed 7 --runs 1 --keep-going"
        );
        assert_eq!(
            words(&["--buyers", "1000", "--times", "3"]),
            "--seed 1 --buyers 1000 --pieces 100 --times 3"
        );
        assert_eq!(
            words(&["--search", "elasticsearch", "--show"]),
            "--seed 1 --runs 20 --search elasticsearch --show"
        );
    }

    #[test]
    fn with_elasticsearch_search_svc_has_two_processes() {
        let replicas = |line: &[&str]| {
            let line = Line::try_parse_from([&["torture"], line].concat()).unwrap();
            let options = line.args.options().unwrap();
            options.replicas.must_suit(options.search).unwrap();
            (options.search, options.replicas.is_many())
        };

        assert_eq!(replicas(&[]), (SearchBackend::Embedded, false));
        assert_eq!(
            replicas(&["--search", "elasticsearch"]),
            (SearchBackend::Elasticsearch, true)
        );
    }
}
