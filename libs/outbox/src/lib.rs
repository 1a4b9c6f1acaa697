//! souk-outbox
