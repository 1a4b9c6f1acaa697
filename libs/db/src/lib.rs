//! souk-db
