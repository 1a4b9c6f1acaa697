//! One running copy of the mesh: its name, its ports and where its files lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::files;

/// Which copy of the mesh a command is about; all may run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    /// For people: `.souk/`, gateway at 8080.
    Dev,
    /// For tests: `.souk/test/`, every port 10000 higher.
    Test,
    /// To be broken by `cargo xtask torture`: `.souk/torture/`, every port 3000 higher.
    Torture,
}

/// An instance and its directory.
#[derive(Clone, Debug)]
pub struct Instance {
    /// Which one it is.
    pub name: Name,
    /// The root of the checkout.
    pub checkout: PathBuf,
    /// Where its own files lie: secrets, logs, `run.json`.
    pub dir: PathBuf,
}

/// The parts of the infrastructure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The databases.
    Postgres,
    /// The broker.
    Rabbitmq,
    /// What has been revoked.
    Redis,
    /// The search index, for a mesh with that backend.
    Elasticsearch,
}

impl Part {
    /// The parts that every mesh needs.
    pub const CORE: [Part; 3] = [Part::Postgres, Part::Rabbitmq, Part::Redis];
    /// All parts, in the order in which they are shown.
    pub const ALL: [Part; 4] = [Part::Postgres, Part::Rabbitmq, Part::Redis, Part::Elasticsearch];

    /// The name in commands, logs and directories.
    pub fn name(self) -> &'static str {
        match self {
            Part::Postgres => "postgres",
            Part::Rabbitmq => "rabbitmq",
            Part::Redis => "redis",
            Part::Elasticsearch => "elasticsearch",
        }
    }
}

impl Instance {
    /// The instance of this checkout; its directory is made if it is missing.
    pub fn open(name: Name) -> Result<Self> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .context("xtask does not lie in a checkout")?
            .canonicalize()
            .context("The checkout that this xtask was built from is gone: build it again")?;
        let base = checkout.join(".souk");
        let dir = match name {
            Name::Dev => base,
            Name::Test => base.join("test"),
            Name::Torture => base.join("torture"),
        };
        fs::create_dir_all(dir.join("logs")).with_context(|| format!("Cannot create {}", dir.display()))?;
        Ok(Self { name, checkout, dir })
    }

    /// `dev`, `test` or `torture`.
    pub fn label(&self) -> &'static str {
        match self.name {
            Name::Dev => "dev",
            Name::Test => "test",
            Name::Torture => "torture",
        }
    }

    /// A port of this instance, given the one of the dev instance.
    pub fn port(&self, dev: u16) -> u16 {
        match self.name {
            Name::Dev => dev,
            Name::Test => dev.saturating_add(10_000),
            Name::Torture => dev.saturating_add(3_000),
        }
    }

    /// The port of a part of the infrastructure.
    pub fn part_port(&self, part: Part) -> u16 {
        self.port(match part {
            Part::Postgres => 15_442,
            Part::Rabbitmq => 15_682,
            Part::Redis => 16_389,
            Part::Elasticsearch => 19_200,
        })
    }

    /// Where a part keeps its data. Started by root, it lies where the part's own user may go.
    pub fn data_dir(&self, part: Part) -> PathBuf {
        if files::is_root() {
            let key = fnv1a(self.checkout.as_os_str().as_encoded_bytes());
            PathBuf::from(format!("{ROOT_DATA}/{key:016x}-{}", self.label())).join(part.name())
        } else {
            self.dir.join("data").join(part.name())
        }
    }

    /// Where a program that a part's own user runs is kept, for all instances.
    pub fn program_cache(&self) -> PathBuf {
        if files::is_root() {
            // The part's user may have no access to the checkout.
            PathBuf::from(ROOT_DATA).join("cache")
        } else {
            self.checkout.join(".souk/cache")
        }
    }

    /// The log of a service or a part.
    pub fn log(&self, name: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{name}.log"))
    }

    /// What the environment of each process of ours carries, so that we know it again.
    pub fn mark(&self, process: &str) -> String {
        format!("{}={}:{process}", MARK, self.dir.display())
    }
}

/// Where parts that were started by root keep their data.
const ROOT_DATA: &str = "/var/lib/souk";

/// The variable that marks our processes.
pub const MARK: &str = "SOUK_PROCESS";

/// A hash that is the same on every machine and with every toolchain.
pub fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_test_instance_has_ports_of_its_own() {
        let test = Instance {
            name: Name::Test,
            checkout: "/x".into(),
            dir: "/x/.souk/test".into(),
        };

        assert_eq!(test.port(8080), 18_080);
        assert_eq!(test.part_port(Part::Postgres), 25_442);
        assert_eq!(test.mark("order-svc"), "SOUK_PROCESS=/x/.souk/test:order-svc");
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
