//! souk-env
