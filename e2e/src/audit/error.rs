//! Why there is no answer.

/// Why an audit cannot tell.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is not one of Postgres.
    #[error("this is no address of a Postgres: {0}")]
    Address(#[source] tokio_postgres::Error),
    /// A database is not there, or does not answer.
    #[error("the database {database} cannot be asked")]
    Database {
        /// Its name.
        database: &'static str,
        /// What it says.
        #[source]
        source: tokio_postgres::Error,
    },
    /// Rows came in another order than the one that both sides are compared in.
    #[error(
        "the database {database} answered {later:?} after {earlier:?}, which is not the order of the keys"
    )]
    Unordered {
        /// Its name.
        database: &'static str,
        /// The key that came first.
        earlier: String,
        /// The key that came after it.
        later: String,
    },
}
