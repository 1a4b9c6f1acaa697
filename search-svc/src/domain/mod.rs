//! What can be found, how a search describes it, and how well it fits.

pub mod analysis;
mod card;
mod dictionary;
mod document;
mod facet;
pub mod facets;
mod filters;
mod highlight;
mod job;
mod query;
mod search;
mod task;

pub use card::{Card, CardVariation, Key, Kind, Rating};
pub use dictionary::{Correction, Dictionary};
pub use document::{Document, DocumentVariation, ProductFacts, ShopFacts};
pub use facet::{Dimension, FacetValue, facet_key};
pub use filters::{NamedValues, Offer, ProductFilters};
pub use highlight::{excerpt, mark};
pub use job::{JobStatus, MaintenanceJob, MaintenanceKind, Source};
pub use query::{Clause, Field, TextQuery};
pub use search::{Position, ProductMatch, ProductPage, ProductSearch, ShopSearch, SnapshotUse, Sort};
pub use task::{IndexJob, JobKind};
