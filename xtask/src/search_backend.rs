//! The backend of search-svc.

use clap::ValueEnum;

use crate::instance::Part;

/// Where search-svc keeps its index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum SearchBackend {
    /// In a directory of its own; for one process.
    #[default]
    Embedded,
    /// In Elasticsearch, which is started as well; for any number of processes.
    Elasticsearch,
}

impl SearchBackend {
    /// The name that search-svc knows it by.
    pub fn name(self) -> &'static str {
        match self {
            SearchBackend::Embedded => "embedded",
            SearchBackend::Elasticsearch => "elasticsearch",
        }
    }

    /// The parts of the infrastructure that a mesh with this backend needs.
    pub fn parts(self) -> &'static [Part] {
        match self {
            SearchBackend::Embedded => &Part::CORE,
            SearchBackend::Elasticsearch => &Part::ALL,
        }
    }
}
