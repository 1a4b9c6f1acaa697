//! Postgres, RabbitMQ, search-svc, and Elasticsearch when its turn comes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::figures::{RebuildFigures, SearchLoad};
use crate::bench::{cpu, memory};
use crate::files::Lock;
use crate::infra::postgres::{psql, with_database};
use crate::infra::{self, Up};
use crate::instance::Instance;
use crate::mesh::single::Single;
use crate::mesh::{Options, keys};
use crate::replicas::Replica;
use crate::search_backend::SearchBackend;
use crate::services::by_name;
use crate::{cargo, http};

const SERVICE: &str = "search-svc";
const LOAD: &str = "search-load";
/// Where the requests to Elasticsearch are written down on their way.
const RECORDER_PORT: u16 = 8194;
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(100);

/// What is measured on.
pub struct Testbed<'a> {
    instance: &'a Instance,
    replica: Replica,
    programs: PathBuf,
    options: Options,
    up: Up,
    products: u32,
    pid: i32,
    _lock: Lock,
}

impl<'a> Testbed<'a> {
    /// Build the programs, and bring up what search-svc needs.
    pub fn new(instance: &'a Instance, search: SearchBackend) -> Result<Self> {
        let programs = cargo::build_optimized(instance, &[SERVICE, LOAD])?;
        let lock = Lock::take(&instance.dir)?;
        let testbed = Self {
            instance,
            replica: Replica::first(by_name(SERVICE)?),
            programs,
            options: Options {
                release: true,
                search,
                ..Options::default()
            },
            up: infra::up(instance, search.parts())?,
            products: 0,
            pid: 0,
            _lock: lock,
        };
        testbed.single().prepare(&testbed.options, &testbed.up)?;
        Ok(testbed)
    }

    /// Replace all products; search-svc starts without an index.
    pub fn fill(&mut self, products: u32) -> Result<()> {
        self.stop()?;
        println!("writing {products} products into the database");
        self.products = products;
        let filled: Value = self.load(&["fill"])?;
        println!("written: {filled}");
        let index = self.index_dir();
        if index.exists() {
            fs::remove_dir_all(&index).with_context(|| format!("Cannot remove {}", index.display()))?;
        }
        Ok(())
    }

    /// Start search-svc.
    pub fn start(&mut self) -> Result<()> {
        self.pid = self.single().start(&self.options, &self.up, BTreeMap::new())?;
        Ok(())
    }

    /// Stop it.
    pub fn stop(&self) -> Result<()> {
        self.single().stop()
    }

    /// Have it rebuild its index.
    pub fn rebuild(&self) -> Result<RebuildFigures> {
        println!("building the index of {} products", self.products);
        self.load(&["rebuild"])
    }

    /// Run a command of the load generator.
    pub fn load<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let mut env = vec![
            (
                "DATABASE_URL",
                with_database(&self.up.infra.postgres_url, "search_svc")?,
            ),
            ("AMQP_URL", self.up.infra.amqp_url.clone()),
            ("SEARCH_URL", self.replica.url(self.instance)),
            ("MESH_KEYS_FILE", keys::path(self.instance).display().to_string()),
        ];
        let elasticsearch = self.up.infra.elasticsearch_url.clone();
        env.extend(elasticsearch.map(|url| ("ELASTICSEARCH_URL", url)));
        let load = SearchLoad {
            program: self.programs.join(LOAD),
            env,
        };
        load.run(self.products, arguments)
    }

    /// Do something, and say how much anonymous memory search-svc held at most meanwhile.
    pub fn with_memory<T>(&self, work: impl FnOnce(&Self) -> Result<T>) -> Result<(T, f64)> {
        let (pid, ended) = (self.pid, AtomicBool::new(false));
        thread::scope(|scope| {
            let watch = scope.spawn(|| {
                let mut most = 0.0_f64;
                while !ended.load(Ordering::Relaxed) {
                    most = most.max(memory::anonymous_mb(pid)?);
                    thread::sleep(LOOK);
                }
                anyhow::Ok(most)
            });
            let done = work(self);
            ended.store(true, Ordering::Relaxed);
            let most = watch.join().map_err(|_| anyhow!("A thread panicked"))?;
            Ok((done?, most?))
        })
    }

    /// Processor time of search-svc so far.
    pub fn service_micros(&self) -> f64 {
        cpu::micros(&[self.pid])
    }

    /// Size of the embedded index.
    pub fn index_mb(&self) -> Result<f64> {
        Ok(size_of(&self.index_dir())? / 1e6)
    }

    /// From now on search-svc keeps its index in Elasticsearch, which is started.
    pub fn switch_to_elasticsearch(&mut self) -> Result<()> {
        self.options.search = SearchBackend::Elasticsearch;
        self.up = infra::up(self.instance, self.options.search.parts())?;
        // The index of the other backend is not the one of these tables any more.
        let database = with_database(&self.up.infra.postgres_url, "search_svc")?;
        psql(&database, "truncate index_generation, maintenance_jobs;").map(|_| ())
    }

    /// Set what the limit is taken with, and say how Elasticsearch is set up.
    pub fn configure_elasticsearch(&self) -> Result<()> {
        let _: Value = self.load(&["configure"])?;
        for path in [
            "/_cat/nodes?v&h=heap.max",
            "/_cat/indices?v&h=index,pri,rep,docs.count,store.size",
            "/_all/_settings?filter_path=**.refresh_interval,**.requests",
        ] {
            println!("Elasticsearch: {}", self.ask_elasticsearch(path)?.trim());
        }
        Ok(())
    }

    fn ask_elasticsearch(&self, path: &str) -> Result<String> {
        let url = self.up.infra.elasticsearch_url.as_deref();
        let (status, text) = http::get(&format!("{}{path}", url.context("It was not started")?))?;
        ensure!(
            status < 300,
            "Elasticsearch answered {status} to GET {path}: {text}"
        );
        Ok(text)
    }

    /// Write down what search-svc sends to Elasticsearch for the first queries.
    pub fn record(&mut self, queries: u32) -> Result<()> {
        println!("writing down the requests for {queries} queries");
        let port = self.instance.port(RECORDER_PORT);
        let recorder = format!("http://127.0.0.1:{port}");
        let env = BTreeMap::from([("ELASTICSEARCH_URL".to_owned(), recorder)]);
        self.pid = self.single().start(&self.options, &self.up, env)?;
        let (port, queries) = (port.to_string(), queries.to_string());
        let to = self.recording().display().to_string();
        let written: Value = self.load(&["record", "--port", &port, "--queries", &queries, "--to", &to])?;
        println!("written down: {written}");
        Ok(())
    }

    /// Send them again.
    pub fn replay<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let from = self.recording().display().to_string();
        self.load(&[&["replay", "--from", &from], arguments].concat())
    }

    fn recording(&self) -> PathBuf {
        self.instance.dir.join("bench").join("elasticsearch.jsonl")
    }

    fn index_dir(&self) -> PathBuf {
        self.instance.dir.join("search-index")
    }

    fn single(&self) -> Single<'_> {
        Single {
            instance: self.instance,
            replica: self.replica,
            programs: &self.programs,
        }
    }
}

/// Bytes of all files below a directory. A file may be removed while we look.
fn size_of(dir: &Path) -> Result<f64> {
    let entries = fs::read_dir(dir).with_context(|| format!("Cannot read {}", dir.display()))?;
    let mut bytes = 0.0;
    for entry in entries.flatten() {
        match entry.metadata() {
            Ok(meta) if meta.is_dir() => bytes += size_of(&entry.path())?,
            Ok(meta) => bytes += u32::try_from(meta.len() / 1024).map_or(f64::NAN, f64::from) * 1024.0,
            Err(_) => {}
        }
    }
    Ok(bytes)
}
