//! souk-clients
