//! souk-testkit
