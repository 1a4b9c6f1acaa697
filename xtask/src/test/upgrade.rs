//! The suite `upgrade`: the mesh runs on the programs of the baseline, and they are replaced one by one under load.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::files::Lock;
use crate::instance::Instance;
use crate::mesh::{self, Options, run_path, service};
use crate::replicas::{Counts, Replica};
use crate::services::SERVICES;
use crate::{cargo, interrupt};

/// Names the commit of the baseline.
const BASELINE: &str = "e2e/upgrade/baseline";
/// Rounds of the load on the baseline alone, and with both builds side by side.
const ROUNDS: u64 = 2;
/// How long a round may take. Most take ten seconds.
const ROUND_LIMIT: Duration = Duration::from_secs(300);
/// How long the last checks may take.
const CHECK_LIMIT: Duration = Duration::from_secs(900);
/// Requests that may have to be sent again while the gateway that the load goes through restarts: nine people ask ten times
/// a second at most.
const LOST_BY_GATEWAY: usize = 150;
/// Requests that may have to be sent again when any other process is stopped: those that it had taken and not answered.
const LOST_BY_OTHER: usize = 10;

/// Runs it on the test instance.
pub fn run(instance: &Instance) -> Result<()> {
    let programs = Programs::build(instance)?;
    mesh::wipe(instance)?;
    let replicas = replicas()?;
    let options = Options {
        replicas: replicas.clone(),
        programs: Some(programs.baseline.clone()),
        ..Options::default()
    };
    mesh::up_detached(instance, options)?;
    let upgraded = upgrade(instance, &programs.new, &replicas.all());
    mesh::down(instance)?;
    upgraded
}

/// The programs of both builds.
struct Programs {
    baseline: PathBuf,
    new: PathBuf,
}

impl Programs {
    fn build(instance: &Instance) -> Result<Self> {
        let commit = baseline(&instance.checkout)?;
        let dir = instance.checkout.join(".souk/upgrade");
        fs::create_dir_all(&dir).with_context(|| format!("Cannot create {}", dir.display()))?;
        let checkout = check_out(&instance.checkout, &dir, &commit)?;
        println!("building the baseline {commit}");
        Ok(Self {
            baseline: cargo::build_elsewhere(instance, &checkout, &dir.join("target"))?,
            new: cargo::build(instance, false)?,
        })
    }
}

/// Two of each service; search-svc is for one process.
fn replicas() -> Result<Counts> {
    let many = SERVICES.iter().filter(|service| service.name != "search-svc");
    let counts: Vec<String> = many.map(|service| format!("{}=2", service.name)).collect();
    counts.join(",").parse()
}

/// Migrations first, then the second replica of each service, then the first: in between, both builds work side by side.
fn upgrade(instance: &Instance, new: &Path, replicas: &[Replica]) -> Result<()> {
    let gateways = replicas
        .iter()
        .filter(|replica| replica.service.name == "gateway")
        .count();
    let may_lose = gateways * LOST_BY_GATEWAY + replicas.len() * LOST_BY_OTHER;
    let mut load = Load::start(instance, new, may_lose)?;
    load.rounds(ROUNDS)?;
    mesh::migrate_to(instance, new)?;
    load.rounds(1)?;
    for number in [2, 1] {
        for replica in replicas.iter().filter(|replica| replica.number == number) {
            load.must_run()?;
            let _lock = Lock::take(&instance.dir)?;
            service::replace(instance, *replica, new)?;
        }
        load.rounds(ROUNDS)?;
    }
    load.finish()
}

/// The program that buys and sells meanwhile.
struct Load {
    child: Child,
    rounds: Receiver<String>,
}

impl Load {
    fn start(instance: &Instance, programs: &Path, may_lose: usize) -> Result<Self> {
        let mut child = Command::new(programs.join("upgrade-load"))
            .arg("--may-lose")
            .arg(may_lose.to_string())
            .env("SOUK_RUN_JSON", run_path(instance))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("Cannot start the load")?;
        let stdout = child.stdout.take().context("The load has no output")?;
        let (sender, rounds) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                println!("load: {line}");
                if line.starts_with("round ") && sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Self { child, rounds })
    }

    /// Waits for so many further rounds. The first of them may have begun before.
    fn rounds(&mut self, count: u64) -> Result<()> {
        while self.rounds.try_recv().is_ok() {}
        for _ in 0..count {
            let end = Instant::now() + ROUND_LIMIT;
            loop {
                self.must_run()?;
                match self.rounds.recv_timeout(Duration::from_millis(200)) {
                    Ok(_) => break,
                    Err(RecvTimeoutError::Disconnected) => bail!("The load has no output any more"),
                    Err(RecvTimeoutError::Timeout) if Instant::now() > end => {
                        bail!(
                            "A round of the load takes longer than {} s",
                            ROUND_LIMIT.as_secs()
                        )
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                }
            }
        }
        Ok(())
    }

    fn must_run(&mut self) -> Result<()> {
        if interrupt::came() {
            bail!("Interrupted");
        }
        let ended = self.child.try_wait().context("Cannot look at the load")?;
        ensure!(ended.is_none(), "The load ended before everything was replaced");
        Ok(())
    }

    /// Lets it finish its round and check everything.
    fn finish(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let end = Instant::now() + CHECK_LIMIT;
        loop {
            if let Some(status) = self.child.try_wait().context("Cannot wait for the load")? {
                ensure!(
                    status.success(),
                    "After the upgrade not everything is as it was answered"
                );
                return Ok(());
            }
            if interrupt::came() {
                bail!("Interrupted");
            }
            ensure!(
                Instant::now() < end,
                "The checks take longer than {} s",
                CHECK_LIMIT.as_secs()
            );
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The commit that the file names, which must be here and an ancestor.
fn baseline(checkout: &Path) -> Result<String> {
    let path = checkout.join(BASELINE);
    let text = fs::read_to_string(&path).with_context(|| format!("Cannot read {}", path.display()))?;
    let commit = named(&text).with_context(|| format!("{BASELINE} does not name one commit"))?;
    if git(checkout, &["cat-file", "-e", &format!("{commit}^{{commit}}")]).is_err() {
        let is_shallow = git(checkout, &["rev-parse", "--is-shallow-repository"])? == "true";
        if is_shallow {
            bail!(
                "The baseline {commit} is not in this clone, whose history is shallow; please run: git fetch --unshallow"
            );
        }
        bail!("The baseline {commit}, which {BASELINE} names, is no commit of this repository");
    }
    if git(checkout, &["merge-base", "--is-ancestor", commit, "HEAD"]).is_err() {
        bail!("The baseline {commit}, which {BASELINE} names, is no ancestor of this commit");
    }
    Ok(commit.to_owned())
}

/// The one hash of the file's text, without comments.
fn named(text: &str) -> Option<&str> {
    let mut lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (first, second) = (lines.next()?, lines.next());
    let is_hash = first.len() == 40 && first.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hash && second.is_none()).then_some(first)
}

/// A worktree of the commit under `dir`; one that is there is moved to it.
fn check_out(checkout: &Path, dir: &Path, commit: &str) -> Result<PathBuf> {
    let tree = dir.join("baseline");
    // What was removed by hand is still known to git.
    git(checkout, &["worktree", "prune"])?;
    if tree.join(".git").is_file() {
        git(&tree, &["checkout", "--quiet", "--detach", "--force", commit])?;
    } else {
        let path = tree.to_str().context("The path of the checkout is not UTF-8")?;
        git(
            checkout,
            &["worktree", "add", "--quiet", "--detach", "--force", path, commit],
        )?;
    }
    Ok(tree)
}

/// What git answers, without the end of the line.
fn git(dir: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(dir)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .context("Cannot run git")?;
    ensure!(
        output.status.success(),
        "git {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef01234567";

    /// A repository of two commits; the first one's hash, and the second one's.
    fn repository(name: &str) -> (PathBuf, [String; 2]) {
        let dir = std::env::temp_dir().join(format!("souk-upgrade-{}-{name}", std::process::id()));
        fs::create_dir_all(dir.join("e2e/upgrade")).unwrap();
        git(&dir, &["init", "--quiet"]).unwrap();
        let hashes = ["one", "two"].map(|text| {
            fs::write(dir.join("file"), text).unwrap();
            git(&dir, &["add", "file"]).unwrap();
            let identity = ["-c", "user.name=test", "-c", "user.email=test@souk.example"];
            let commit = ["commit", "--quiet", "--no-gpg-sign", "-m", text];
            git(&dir, &[&identity[..], &commit[..]].concat()).unwrap();
            git(&dir, &["rev-parse", "HEAD"]).unwrap()
        });
        (dir, hashes)
    }

    fn refusal(dir: &Path, baseline_file: &str) -> String {
        fs::write(dir.join(BASELINE), baseline_file).unwrap();
        baseline(dir).unwrap_err().to_string()
    }

    #[test]
    fn the_file_names_one_commit() {
        assert_eq!(named(&format!("# why\n\n  {HASH}\n")), Some(HASH));
        for text in ["", "# nothing", "main", "0123", &format!("{HASH}\n{HASH}")] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn this_repository_names_its_baseline() {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let text = fs::read_to_string(checkout.join(BASELINE)).unwrap();

        assert!(named(&text).is_some(), "{text}");
    }

    #[test]
    fn the_baseline_is_an_ancestor_and_is_checked_out() {
        let (dir, [first, second]) = repository("ancestor");
        fs::write(dir.join(BASELINE), &first).unwrap();
        assert_eq!(baseline(&dir).unwrap(), first);

        let tree = check_out(&dir, &dir.join(".souk/upgrade"), &first).unwrap();
        assert_eq!(fs::read_to_string(tree.join("file")).unwrap(), "one");
        let same = check_out(&dir, &dir.join(".souk/upgrade"), &second).unwrap();
        assert_eq!(fs::read_to_string(same.join("file")).unwrap(), "two");

        git(&dir, &["checkout", "--quiet", "--detach", &first]).unwrap();
        assert!(refusal(&dir, &second).contains("is no ancestor"));
        assert!(refusal(&dir, HASH).contains("is no commit of this repository"));
        assert!(refusal(&dir, "main").contains("does not name one commit"));
        fs::remove_dir_all(dir).unwrap();
    }

    #[test]
    fn a_shallow_clone_says_what_to_run() {
        let (dir, [first, _]) = repository("shallow");
        let clone = dir.with_extension("clone");
        let url = format!("file://{}", dir.display());
        git(
            &dir,
            &["clone", "--quiet", "--depth", "1", &url, clone.to_str().unwrap()],
        )
        .unwrap();
        fs::create_dir_all(clone.join("e2e/upgrade")).unwrap();

        assert!(refusal(&clone, &first).contains("git fetch --unshallow"));

        fs::remove_dir_all(dir).unwrap();
        fs::remove_dir_all(clone).unwrap();
    }

    #[test]
    fn two_of_each_but_the_one_that_is_for_one_process() {
        let all = replicas().unwrap().all();

        assert_eq!(all.len(), 2 * SERVICES.len() - 1);
        assert_eq!(
            all.iter().filter(|one| one.service.name == "search-svc").count(),
            1
        );
    }
}
