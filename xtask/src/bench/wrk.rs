//! Load from wrk, and what it reports.

use std::fmt::Write;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::files;
use crate::infra::install::find_in_path;
use crate::instance::Instance;

/// As many as all figures are taken with.
pub const CONNECTIONS: u32 = 64;

/// Prints what we read, instead of what people read.
const REPORT: &str = r#"
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format("souk %.0f %.0f %.0f %.0f %.0f\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), e.connect + e.read + e.write + e.timeout + e.status))
end
"#;

/// One request after the other from a list of bodies.
const POSTS: &str = r#"
local requests, sent = {}, 0
init = function()
  wrk.headers["Content-Type"] = "application/json"
  for i, body in ipairs(bodies) do requests[i] = wrk.format("POST", nil, nil, body) end
end
request = function()
  sent = sent % #requests + 1
  return requests[sent]
end
"#;

/// Some hundred requests a second, however fast they are answered.
const PACED: &str = "delay = function() return math.random(5, 15) end\n";

/// What is asked, by how many.
pub struct Load {
    name: &'static str,
    url: String,
    connections: u32,
    threads: u32,
    script: String,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Answered requests.
    pub requests: f64,
    /// Of them a second.
    pub per_second: f64,
    /// Half of the answers were not slower, in milliseconds.
    pub p50_ms: f64,
    /// Ninety-nine of a hundred answers were not slower.
    pub p99_ms: f64,
}

impl Load {
    /// As many GETs as are answered.
    pub fn gets(name: &'static str, url: String) -> Self {
        Self {
            name,
            url,
            connections: CONNECTIONS,
            threads: 2,
            script: REPORT.to_owned(),
        }
    }

    /// A few GETs from time to time, to see how long they take.
    pub fn paced_gets(name: &'static str, url: String) -> Self {
        Self {
            connections: 4,
            threads: 1,
            script: format!("{REPORT}{PACED}"),
            ..Self::gets(name, url)
        }
    }

    /// As many POSTs as are answered, of these bodies in turn.
    pub fn posts(name: &'static str, url: String, bodies: &[String]) -> Self {
        let mut list = String::from("bodies = {");
        for body in bodies {
            let _ = write!(list, "[==[{body}]==],");
        }
        Self {
            threads: 1,
            script: format!("{list}}}\n{POSTS}{REPORT}"),
            ..Self::gets(name, url)
        }
    }

    /// With a token.
    pub fn bearer(mut self, token: &str) -> Self {
        let _ = writeln!(self.script, "wrk.headers[\"Authorization\"] = \"Bearer {token}\"");
        self
    }

    /// Send it for so many seconds and wait for the end.
    pub fn run(&self, instance: &Instance, seconds: u32) -> Result<Figures> {
        self.start(instance, seconds)?.finish()
    }

    /// Begin to send it.
    pub fn start(&self, instance: &Instance, seconds: u32) -> Result<Running> {
        // The script holds passwords and tokens, if only of people made for this.
        let script = instance.dir.join("bench").join(format!("{}.lua", self.name));
        files::write_private(&script, &self.script)?;
        let child = Command::new(find_in_path("wrk").context("The program wrk is not installed")?)
            .arg(format!("-t{}", self.threads))
            .arg(format!("-c{}", self.connections))
            .arg(format!("-d{seconds}s"))
            .args(["--timeout", "15s", "--script"])
            .arg(script)
            .arg(&self.url)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("Cannot run wrk")?;
        Ok(Running {
            name: self.name,
            child,
        })
    }
}

/// A load that is being sent.
pub struct Running {
    name: &'static str,
    child: Child,
}

impl Running {
    /// Wait for its end. Every request must have been answered well: a refusal is quick, and means nothing.
    pub fn finish(self) -> Result<Figures> {
        let output = self.child.wait_with_output().context("Cannot wait for wrk")?;
        super::go_on()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let said = String::from_utf8_lossy(&output.stderr);
        let (figures, errors) =
            parse(&text).with_context(|| format!("wrk reported nothing useful: {text}{said}"))?;
        if errors > 0.0 {
            bail!("{errors} requests of `{}` failed or were refused", self.name);
        }
        Ok(figures)
    }
}

/// The figures, and how many requests failed.
fn parse(text: &str) -> Option<(Figures, f64)> {
    let line = text.lines().find_map(|line| line.strip_prefix("souk "))?;
    let numbers: Vec<f64> = line.split(' ').map_while(|number| number.parse().ok()).collect();
    let [requests, micros, p50, p99, errors] = *numbers.as_slice() else {
        return None;
    };
    let figures = Figures {
        requests,
        per_second: requests * 1e6 / micros,
        p50_ms: p50 / 1000.0,
        p99_ms: p99 / 1000.0,
    };
    Some((figures, errors))
}

/// The time after which what was still under way when wrk left is over.
pub fn settle() {
    std::thread::sleep(Duration::from_secs(2));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_is_found_among_what_wrk_says() {
        let text = "Running 2s test @ http://127.0.0.1/\n  2 threads\nsouk 60000 2000000 1500 4250 3\n";

        let (figures, errors) = parse(text).unwrap();

        assert_eq!((figures.requests, figures.per_second), (60_000.0, 30_000.0));
        assert_eq!((figures.p50_ms, figures.p99_ms, errors), (1.5, 4.25, 3.0));
    }

    #[test]
    fn half_a_report_is_none() {
        assert!(parse("").is_none());
        assert!(parse("souk 1 2 3\n").is_none());
        assert!(parse("souk 1 2 3 x 5\n").is_none());
    }

    #[test]
    fn a_script_says_what_is_sent() {
        let url = || "http://127.0.0.1:1/".to_owned();

        let posts = Load::posts("a", url(), &[r#"{"email":"x"}"#.to_owned()]).script;
        let gets = Load::gets("b", url()).bearer("t").script;

        assert!(
            posts.starts_with(r#"bodies = {[==[{"email":"x"}]==],}"#),
            "{posts}"
        );
        assert!(
            gets.contains(r#"wrk.headers["Authorization"] = "Bearer t""#),
            "{gets}"
        );
        // Without a function `request` wrk sends the same bytes each time, which costs it least.
        assert!(!gets.contains("request ="));
    }
}
