//! `cargo xtask search`: jobs of search-svc in the running mesh.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cli::{SearchCommand, SearchSource};
use crate::http::Api;
use crate::instance::Instance;
use crate::operator::{answer, operator, text};

/// Between two looks at a job.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// So many looks in a row may fail: a job goes on after a restart of search-svc.
const MAX_FAILED_POLLS: u32 = 120;
/// So many differences of a kind are listed.
const LISTED: usize = 20;

/// Runs a command, as the operator of the instance.
pub fn run(instance: &Instance, command: &SearchCommand) -> Result<ExitCode> {
    let api = operator(instance)?;
    match command {
        SearchCommand::Rebuild { source, wait } => {
            let job = begin(&api, "rebuild", *source)?;
            if !wait {
                println!(
                    "rebuild {id} is {status}: GET /api/v1/search/rebuild/{id} has its progress",
                    id = job.id,
                    status = job.status.name()
                );
                return Ok(ExitCode::SUCCESS);
            }
            let job = watch(instance, api, job, "rebuild")?;
            println!("rebuild {} is done: {}", job.id, job.progress.unwrap_or_default());
            Ok(ExitCode::SUCCESS)
        }
        SearchCommand::Drift { source } => {
            let job = begin(&api, "drift", *source)?;
            let job = watch(instance, api, job, "drift")?;
            let report = job.result.context("The job is done and has no result")?;
            print!("{}", report.table());
            Ok(if report.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
    }
}

/// A job of search-svc.
#[derive(Debug, Deserialize)]
struct SearchJob {
    id: String,
    status: JobStatus,
    progress: Option<JobProgress>,
    error: Option<Value>,
    result: Option<DriftReport>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum JobStatus {
    Queued,
    Running,
    Done,
    Failed,
}

impl JobStatus {
    fn name(self) -> &'static str {
        match self {
            JobStatus::Queued => "queued",
            JobStatus::Running => "running",
            JobStatus::Done => "done",
            JobStatus::Failed => "failed",
        }
    }
}

/// How many documents a job has dealt with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
struct JobProgress {
    #[serde(default)]
    done: u64,
    total: Option<u64>,
}

impl JobProgress {
    fn percent(self) -> Option<u64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some(self.done.saturating_mul(100) / total)
    }
}

impl std::fmt::Display for JobProgress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.total, self.percent()) {
            (Some(total), Some(percent)) => write!(f, "{} of {total} documents ({percent} %)", self.done),
            _ => write!(f, "{} documents", self.done),
        }
    }
}

/// Differences between the index and its source.
#[derive(Debug, Deserialize)]
struct DriftReport {
    missing: Differences,
    left_over: Differences,
    outdated: Differences,
}

#[derive(Debug, Deserialize)]
struct Differences {
    count: u64,
    items: Vec<DocumentKey>,
}

#[derive(Debug, Deserialize)]
struct DocumentKey {
    kind: String,
    id: String,
}

impl DriftReport {
    fn all(&self) -> [(&'static str, &Differences); 3] {
        [
            ("missing", &self.missing),
            ("left over", &self.left_over),
            ("outdated", &self.outdated),
        ]
    }

    fn is_empty(&self) -> bool {
        self.all().iter().all(|(_, differences)| differences.count == 0)
    }

    /// The count of each kind, and the first documents of it.
    fn table(&self) -> String {
        let mut table = String::new();
        for (name, differences) in self.all() {
            table.push_str(&format!("{name:<10} {}\n", differences.count));
            let listed = differences.items.iter().take(LISTED);
            let mut rest = differences.count;
            for document in listed {
                table.push_str(&format!("  {:<8} {}\n", document.kind, document.id));
                rest = rest.saturating_sub(1);
            }
            if rest > 0 {
                table.push_str(&format!("  and {rest} more\n"));
            }
        }
        table
    }
}

fn begin(api: &Api, kind: &str, source: SearchSource) -> Result<SearchJob> {
    let body = json!({"source": source.name()});
    job(answer(api, "POST", &format!("/search/{kind}"), Some(&body))?)
}

fn job(body: Value) -> Result<SearchJob> {
    serde_json::from_value(body).context("search-svc answered no job that this xtask can read")
}

/// Shows the progress of a job until it ends.
fn watch(instance: &Instance, mut api: Api, job: SearchJob, kind: &str) -> Result<SearchJob> {
    let path = format!("/search/{kind}/{}", job.id);
    let mut line = ProgressLine::new();
    let ended = follow(
        job,
        || {
            sleep(POLL_INTERVAL);
            let polled = poll(api.call("GET", &path, None));
            if matches!(polled, Ok(Poll::LoggedOut))
                && let Ok(again) = operator(instance)
            {
                api = again;
            }
            polled
        },
        |job| line.show(kind, job),
    );
    line.end();
    ended
}

/// One look at a job.
#[derive(Debug)]
enum Poll {
    Answered(Box<SearchJob>),
    /// A job may outlast an access token.
    LoggedOut,
    Unavailable,
}

fn poll(response: Result<(u16, Value)>) -> Result<Poll> {
    match response {
        Ok((200..=299, body)) => Ok(Poll::Answered(Box::new(job(body)?))),
        Ok((401, _)) => Ok(Poll::LoggedOut),
        Ok((429 | 500.., _)) | Err(_) => Ok(Poll::Unavailable),
        Ok((status, body)) => bail!("{status} {} {}", text(&body, "title"), text(&body, "detail")),
    }
}

/// Looks at a job until it is done; a job that fails is an error.
fn follow(
    mut job: SearchJob,
    mut next: impl FnMut() -> Result<Poll>,
    mut show: impl FnMut(&SearchJob),
) -> Result<SearchJob> {
    let mut failed_polls = 0;
    loop {
        show(&job);
        match job.status {
            JobStatus::Done => return Ok(job),
            JobStatus::Failed => {
                let error = job.error.as_ref().map(crate::operator::plain);
                bail!(
                    "job {} failed: {}",
                    job.id,
                    error.unwrap_or_else(|| "no reason given".to_owned())
                );
            }
            JobStatus::Queued | JobStatus::Running => {}
        }
        match next()? {
            Poll::Answered(answered) => {
                job = *answered;
                failed_polls = 0;
            }
            Poll::LoggedOut | Poll::Unavailable => failed_polls += 1,
        }
        ensure!(
            failed_polls < MAX_FAILED_POLLS,
            "search-svc is unavailable; job {} goes on once it is back",
            job.id
        );
    }
}

/// On a terminal one line that changes; elsewhere a line for each tenth.
struct ProgressLine {
    terminal: bool,
    shown: Option<(JobStatus, u64)>,
}

impl ProgressLine {
    fn new() -> Self {
        Self {
            terminal: std::io::stdout().is_terminal(),
            shown: None,
        }
    }

    fn show(&mut self, kind: &str, job: &SearchJob) {
        let progress = job.progress.unwrap_or_default();
        let text = format!("{kind}: {}, {progress}", job.status.name());
        if self.terminal {
            print!("\r\x1b[2K{text}");
            let _ = std::io::stdout().flush();
        } else {
            let step = (job.status, progress.percent().unwrap_or_default() / 10);
            if self.shown.replace(step) != Some(step) {
                println!("{text}");
            }
        }
    }

    fn end(&self) {
        if self.terminal {
            println!();
        }
    }
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    fn a_job(status: &str, done: u64) -> Value {
        json!({
            "id": "j1",
            "kind": "rebuild",
            "source": "own",
            "status": status,
            "progress": {"done": done, "total": 200},
            "created_at": "2026-01-01T00:00:00Z",
            "started_at": null,
            "finished_at": null,
            "error": null
        })
    }

    /// Follows a queued job through these responses; what was shown, and how it ended.
    fn followed(responses: Vec<Result<(u16, Value)>>) -> (Vec<String>, Result<SearchJob>) {
        let mut shown = Vec::new();
        let mut responses = responses.into_iter();
        let ended = follow(
            job(a_job("queued", 0)).unwrap(),
            || poll(responses.next().expect("it stops when the job ends")),
            |job| {
                let progress = job.progress.unwrap_or_default();
                shown.push(format!("{} {progress}", job.status.name()));
            },
        );
        assert!(responses.next().is_none(), "it reads all responses");
        (shown, ended)
    }

    #[test]
    fn a_job_is_followed_through_restarts_until_it_is_done() {
        let (shown, ended) = followed(vec![
            Ok((200, a_job("running", 50))),
            Err(anyhow!("connection refused")),
            Ok((503, Value::Null)),
            Ok((401, Value::Null)),
            Ok((200, a_job("done", 200))),
        ]);

        assert_eq!(ended.unwrap().status, JobStatus::Done);
        assert_eq!(shown.first().unwrap(), "queued 0 of 200 documents (0 %)");
        assert_eq!(shown.last().unwrap(), "done 200 of 200 documents (100 %)");
        assert!(shown.contains(&"running 50 of 200 documents (25 %)".to_owned()));
    }

    #[test]
    fn a_job_that_fails_or_is_gone_is_an_error() {
        let mut failed = a_job("failed", 50);
        failed["error"] = json!("disk full");

        let (_, ended) = followed(vec![Ok((200, failed))]);
        assert!(ended.unwrap_err().to_string().contains("disk full"));
        let (_, ended) = followed(vec![Ok((404, json!({"title": "No such job"})))]);
        assert!(ended.unwrap_err().to_string().contains("404 No such job"));
        let (_, ended) = followed(vec![Ok((200, a_job("paused", 50)))]);
        assert!(ended.is_err());
    }

    #[test]
    fn a_service_that_stays_away_is_given_up() {
        let away = std::iter::repeat_with(|| Ok((502, Value::Null)));

        let (_, ended) = followed(away.take(120).collect());

        assert!(ended.unwrap_err().to_string().contains("unavailable"));
    }

    #[test]
    fn differences_are_counted_and_the_first_listed() {
        let items: Vec<Value> = (0..30)
            .map(|n| json!({"kind": "product", "id": format!("p{n}")}))
            .collect();
        let report = |count: u64, items: &[Value]| -> DriftReport {
            let none = json!({"count": 0, "items": []});
            let report =
                json!({"missing": {"count": count, "items": items}, "left_over": none, "outdated": none});
            serde_json::from_value(report).unwrap()
        };

        let many = report(1234, &items);
        assert!(!many.is_empty());
        let table = many.table();
        assert!(table.starts_with("missing    1234\n  product  p0\n"), "{table}");
        assert!(table.contains("p19\n  and 1214 more\nleft over  0\n"), "{table}");

        let none = report(0, &[]);
        assert!(none.is_empty());
        assert_eq!(none.table(), "missing    0\nleft over  0\noutdated   0\n");
    }
}
