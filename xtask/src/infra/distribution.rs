//! The distribution of Elasticsearch and the Java that runs it: those of the operator, or fetched once.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use super::install::{fetch, find_in_path};
use crate::files;
use crate::instance::Instance;

/// The version that search-svc is tested with.
const VERSION: &str = "8.19.5";
/// Releases that may stand in for it.
const RELEASES: &str = "8.19.";
/// The server without its optional modules, as Maven names it.
const ARTIFACT: &str = "org.elasticsearch.distribution.integ-test-zip:elasticsearch:8.19.5:zip";
/// The checksum of that archive.
const SHA256: &str = "5d3a8f63f66d828a24d29f88819bf2c6e695d124c470da3ab92a5d6cc1397785";
/// A distribution that is installed already.
const HOME_VARIABLE: &str = "ELASTICSEARCH_HOME";
/// The oldest Java that Elasticsearch 8 accepts.
const OLDEST_JAVA: u32 = 17;
/// Packages of a Java that is new enough: Debian 12 has the first, Debian 13 the second.
const JAVA_PACKAGES: [&str; 2] = ["openjdk-17-jre-headless", "openjdk-21-jre-headless"];

/// A server that can be started.
#[derive(Debug)]
pub struct Distribution {
    /// Its directory.
    pub home: PathBuf,
    /// The Java that runs it, if it does not bring its own.
    pub java_home: Option<PathBuf>,
}

/// Install what is missing.
pub fn ensure(instance: &Instance) -> Result<()> {
    if find(instance).is_ok() {
        return Ok(());
    }
    let home = match configured_home()? {
        Some(home) => home,
        None => fetched_home(instance),
    };
    let lacks_home = !is_home(&home);
    let lacks_java = given_java().is_none() && !has_java(&home) && java_home().is_none();
    let packages = || {
        let programs = [("mvn", "maven"), ("unzip", "unzip")];
        let programs = programs.into_iter();
        programs
            .filter(|(program, _)| lacks_home && find_in_path(program).is_none())
            .map(|(_, package)| package)
            .chain(lacks_java.then(java_package))
            .collect::<Vec<_>>()
    };
    match fetch(&packages()) {
        // The package lists are fresh now, and say which Java there is.
        Err(_) if lacks_java && files::is_root() => fetch(&packages())?,
        other => other?,
    }
    if lacks_home {
        download(&home).with_context(|| {
            format!("Cannot fetch Elasticsearch; {HOME_VARIABLE} may name an unpacked distribution {VERSION} instead")
        })?;
    }
    find(instance).map(|_| ())
}

/// What is installed.
pub fn find(instance: &Instance) -> Result<Distribution> {
    let home = configured_home()?.unwrap_or_else(|| fetched_home(instance));
    ensure!(is_home(&home), "There is no Elasticsearch in {}", home.display());
    let java_home = match given_java() {
        Some(given) => Some(given),
        None if has_java(&home) => None,
        None => {
            let lacks_java = || format!("There is no Java {OLDEST_JAVA} or newer, which Elasticsearch needs");
            Some(java_home().with_context(lacks_java)?)
        }
    };
    Ok(Distribution { home, java_home })
}

/// The distribution that the operator names.
fn configured_home() -> Result<Option<PathBuf>> {
    let home = std::env::var_os(HOME_VARIABLE).filter(|home| !home.is_empty());
    home.map(|home| checked_home(PathBuf::from(home))).transpose()
}

fn checked_home(home: PathBuf) -> Result<PathBuf> {
    ensure!(
        is_home(&home),
        "{HOME_VARIABLE} names {}, which is no unpacked distribution: it lacks bin/elasticsearch or config/jvm.options",
        home.display()
    );
    let version = version_of(&home).unwrap_or_else(|| "unknown".to_owned());
    ensure!(
        version.starts_with(RELEASES),
        "{HOME_VARIABLE} names an Elasticsearch of version {version}; search-svc needs {RELEASES}x"
    );
    Ok(home)
}

fn fetched_home(instance: &Instance) -> PathBuf {
    instance.program_cache().join(format!("elasticsearch-{VERSION}"))
}

/// Packages of the system keep their configuration elsewhere, and insist on it.
fn is_home(home: &Path) -> bool {
    let files = ["bin/elasticsearch", "config/jvm.options"];
    files.iter().all(|file| home.join(file).is_file())
}

/// The full distribution brings its own.
fn has_java(home: &Path) -> bool {
    home.join("jdk/bin/java").is_file()
}

/// The version in the name of the server's archive, `lib/elasticsearch-8.19.5.jar`.
fn version_of(home: &Path) -> Option<String> {
    let entries = fs::read_dir(home.join("lib")).ok()?;
    entries.flatten().find_map(|entry| {
        let name = entry.file_name();
        let version = name
            .to_str()?
            .strip_prefix("elasticsearch-")?
            .strip_suffix(".jar")?;
        version
            .starts_with(|first: char| first.is_ascii_digit())
            .then(|| version.to_owned())
    })
}

/// The first package that the system's lists have.
fn java_package() -> &'static str {
    let is_known = |package: &&&str| {
        let shown = Command::new("apt-cache").args(["show", **package]).output();
        shown.is_ok_and(|output| output.status.success())
    };
    let [default, _] = JAVA_PACKAGES;
    JAVA_PACKAGES.iter().find(is_known).copied().unwrap_or(default)
}

fn given_java() -> Option<PathBuf> {
    let given = std::env::var_os("ES_JAVA_HOME").filter(|home| !home.is_empty());
    given.map(PathBuf::from)
}

/// A Java of the system that is new enough.
fn java_home() -> Option<PathBuf> {
    let in_path = find_in_path("java").and_then(|java| java.canonicalize().ok());
    let in_path = in_path.and_then(|java| Some(java.parent()?.parent()?.to_owned()));
    let packaged = fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    in_path
        .into_iter()
        .chain(packaged.map(|entry| entry.path()))
        .find(|home| java_version(home).is_some_and(|version| version >= OLDEST_JAVA))
}

fn java_version(home: &Path) -> Option<u32> {
    let output = Command::new(home.join("bin/java"))
        .arg("-version")
        .stdin(Stdio::null())
        .output()
        .ok()?;
    major_version(&String::from_utf8_lossy(&output.stderr))
}

/// The first number in `openjdk version "17.0.15" 2025-04-15`.
fn major_version(text: &str) -> Option<u32> {
    let (_, version) = text.split_once("version \"")?;
    let end = version.find(|char: char| !char.is_ascii_digit())?;
    version.get(..end)?.parse().ok()
}

/// Maven finds its repository by its own settings, and keeps the archive in its local one.
fn download(home: &Path) -> Result<()> {
    let cache = home.parent().context("The cache has no directory")?;
    // Of our own, so that two instances may fetch at once.
    let work = cache.join(format!("elasticsearch-{}.new", std::process::id()));
    fs::create_dir_all(&work).with_context(|| format!("Cannot create {}", work.display()))?;
    println!("fetching Elasticsearch {VERSION}");
    let unpacked = unpack(&work);
    let moved = unpacked.and_then(|unpacked| match fs::rename(&unpacked, home) {
        Err(_) if is_home(home) => Ok(()),
        moved => moved.with_context(|| format!("Cannot put it into {}", home.display())),
    });
    let _ = fs::remove_dir_all(&work);
    moved
}

fn unpack(work: &Path) -> Result<PathBuf> {
    // Not every mirror of the repository has checksums; ours is compared below.
    run(Command::new("mvn")
        .args([
            "--quiet",
            "--batch-mode",
            "-Dstyle.color=never",
            "dependency:copy",
        ])
        .arg(format!("-Dartifact={ARTIFACT}"))
        .arg(format!("-DoutputDirectory={}", work.display()))
        .current_dir(work))?;
    let archive = work.join(format!("elasticsearch-{VERSION}.zip"));
    let checksum = run(Command::new("sha256sum").arg(&archive))?;
    ensure!(
        checksum.split_whitespace().next() == Some(SHA256),
        "The archive has another checksum than {SHA256}: {checksum}"
    );
    run(Command::new("unzip").arg("-q").arg(&archive).arg("-d").arg(work))?;
    let unpacked = work.join(format!("elasticsearch-{VERSION}"));
    // Root's umask may be narrow, and another user runs it.
    if files::is_root() {
        run(Command::new("chmod").args(["-R", "a+rX"]).arg(&unpacked))?;
    }
    Ok(unpacked)
}

/// What a program prints. Maven writes its errors there as well.
fn run(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Cannot run {command:?}"))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let (errors, printed) = (text(&output.stderr), text(&output.stdout));
    let program = command.get_program().to_string_lossy();
    bail!("{program} failed: {}", reason(&errors, &printed))
}

/// The first line that says something, an error if there is one.
fn reason<'a>(errors: &'a str, printed: &'a str) -> &'a str {
    let mut lines = errors.lines().chain(printed.lines()).map(str::trim);
    let is_telling = |line: &&str| !line.is_empty();
    let error = lines
        .clone()
        // Maven resets colours before it, also when it may use none.
        .filter_map(|line| Some(line.split_once("[ERROR]")?.1.trim()))
        .find(is_telling);
    error
        .or_else(|| lines.find(is_telling))
        .unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home(name: &str, jar: &str) -> PathBuf {
        let home = std::env::temp_dir().join(format!("souk-distribution-{}-{name}", std::process::id()));
        for (dir, file) in [("bin", "elasticsearch"), ("config", "jvm.options"), ("lib", jar)] {
            fs::create_dir_all(home.join(dir)).unwrap();
            fs::write(home.join(dir).join(file), "").unwrap();
        }
        fs::write(home.join("lib/elasticsearch-core-8.19.5.jar"), "").unwrap();
        home
    }

    #[test]
    fn a_version_of_java_is_read() {
        let text = "openjdk version \"17.0.15\" 2025-04-15\nOpenJDK Runtime Environment";

        assert_eq!(major_version(text), Some(17));
        assert_eq!(major_version("openjdk version \"21\" 2023-09-19"), Some(21));
        assert_eq!(major_version("java version \"1.8.0_402\""), Some(1));
        assert_eq!(major_version("command not found"), None);
    }

    #[test]
    fn the_reason_of_a_failure_is_its_first_error() {
        let printed =
            "\n[INFO] Scanning\n\u{1b}[0m[ERROR] \n\u{1b}[0m[ERROR] Could not transfer\n[ERROR] more";

        assert_eq!(reason("", printed), "Could not transfer");
        assert_eq!(reason("unzip: cannot find it\n", ""), "unzip: cannot find it");
        assert_eq!(reason("\n", ""), "no reason given");
    }

    #[test]
    fn an_installed_distribution_has_the_tested_release() {
        let right = home("right", "elasticsearch-8.19.7.jar");
        let newer = home("newer", "elasticsearch-9.2.0.jar");

        assert_eq!(checked_home(right.clone()).unwrap(), right);
        let reason = checked_home(newer.clone()).unwrap_err().to_string();
        let nothing = checked_home("/nowhere".into()).unwrap_err().to_string();
        fs::remove_file(right.join("config/jvm.options")).unwrap();
        let packaged = checked_home(right.clone()).unwrap_err().to_string();

        for home in [right, newer] {
            fs::remove_dir_all(home).unwrap();
        }
        assert!(reason.contains("version 9.2.0"), "{reason}");
        assert!(nothing.contains("no unpacked distribution"), "{nothing}");
        assert!(packaged.contains("no unpacked distribution"), "{packaged}");
    }

    #[test]
    fn the_artifact_is_of_the_version_that_is_tested() {
        assert!(ARTIFACT.contains(&format!(":elasticsearch:{VERSION}:")));
        assert!(VERSION.starts_with(RELEASES));
    }
}
